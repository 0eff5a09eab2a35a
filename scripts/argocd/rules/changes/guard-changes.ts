// Which deletion guards of a hand-written set does a change remove while its databases live on?
import { phrase } from '../../../findings/message.ts'
import { printed } from '../../../values/printed.ts'
import { spotOf } from '../../../findings/spot.ts'
import type { LocatedFinding, Spot } from '../../../findings/spot.ts'
import type { Json, Path } from '../../../values/value.ts'
import { parseYaml } from '../../../yaml/parse.ts'
import { judgeAnnotation, judgeSyncOption, splitOptions } from '../../../applicationset/sync-options.ts'
import { deepestAt, isJsonMap } from '../../../values/value.ts'
import { guardOptions } from '../../../deployed/values/application-values.ts'
import { unknownText } from '../../../deployed/sets/unknown-text.ts'
import { applicationName } from '../../../deployed/manifests.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import { filePath } from '../../../deployed/repository-path.ts'
import { at, guardStrength, isDatabase, texts } from '../../../deployed/manifest-parts.ts'
import { deletionRules } from '../application/deletion.ts'
import { shapeRules } from '../sets/shape.ts'
import { resolveValueFiles } from '../../../applicationset/sources.ts'
import type { ManifestChange } from '../manifest-rule.ts'

interface Brake {
  readonly name: string
  readonly path: Path
  readonly strength: (manifest: Manifest) => number
}

/** A value that only the parent defines may be the guard itself. */
const isUnknown = (value: Json | undefined): boolean => typeof value === 'string' && value.includes(unknownText)

const annotation: Path = ['metadata', 'annotations', 'argocd.argoproj.io/sync-options']
const own = (what: 'Prune' | 'Delete'): Brake => ({
  name: `${what} of the annotation sync-options`,
  path: annotation,
  strength: ({ plain, settings }) => {
    const options = splitOptions(printed(at(plain, ...annotation) ?? ''))
    // a misspelt option was not removed, and is reported separately
    if (isUnknown(at(plain, ...annotation))) return 2
    const isMisspelt = options.some((option) => judgeSyncOption(option, 'object', settings.argocd.version) !== undefined)
    return isMisspelt || isMisnamed(at(plain, ...annotation.slice(0, -1))) ? 2 : guardStrength(options, what)
  },
})
const isMisnamed = (annotations: Json | undefined): boolean =>
  isJsonMap(annotations) && Object.keys(annotations).some((key) => judgeAnnotation(key) !== undefined)
const brakes: readonly Brake[] = [
  {
    name: 'applicationsSync',
    path: ['spec', 'syncPolicy', 'applicationsSync'],
    strength: ({ plain }) => {
      const policy = at(plain, 'spec', 'syncPolicy', 'applicationsSync')
      return isUnknown(policy) || /^create-(?:update|only)$/.test(printed(policy)) ? 1 : 0
    },
  },
  {
    name: 'preserveResourcesOnDeletion',
    path: ['spec', 'syncPolicy', 'preserveResourcesOnDeletion'],
    strength: ({ plain }) => {
      const kept = at(plain, 'spec', 'syncPolicy', 'preserveResourcesOnDeletion')
      return isUnknown(kept) || kept === true ? 1 : 0
    },
  },
  {
    name: 'the finalizer',
    path: ['metadata', 'finalizers'],
    strength: ({ plain }) => (texts(at(plain, 'metadata', 'finalizers')).length > 0 ? 1 : 0),
  },
  own('Prune'),
  own('Delete'),
]

/** `changes/guard-stays`: guards of the set together, and sync options of the Cluster. What another rule reports about the present set is not reported twice. */
export function guardFindings({ before, after }: ManifestChange): LocatedFinding[] {
  if (after === undefined || before.key !== after.key) return []
  const reporting = [
    ...deletionRules.filter(({ id }) => id !== 'argocd/server-side-diff'),
    ...shapeRules.filter(({ severity }) => severity === 'error'),
  ]
  const isAlreadyReported = reporting.some((rule) => [...rule.check(after)].length > 0)
  if (isAlreadyReported) return []
  return [...(after.kind === 'ApplicationSet' ? brakeFindings(before, after) : []), ...optionFindings(before, after)]
}

function* brakeFindings(before: Manifest, after: Manifest): Iterable<LocatedFinding> {
  const lowered = brakes.filter(({ strength }) => strength(after) < strength(before))
  const [first] = lowered
  if (first === undefined) return
  const more = lowered.length - 2
  const names = lowered.slice(0, 2).map(({ name }) => name)
  const listed = more > 0 ? `${names.join(', ')} and ${more} more` : names.join(' and ')
  yield {
    rule: 'changes/guard-stays',
    severity: 'warning',
    message: phrase`set has lost ${listed}, but ${lowered.length === 1 ? 'that keeps' : 'they keep'} databases from being deleted`,
    at: after.spotOf(first.path),
    related: lowered.map(({ name, path }) => ({ ...before.spotOf(path), message: phrase`${name} was here` })),
    help: phrase`restore it unless the databases are meant to be deleted`,
  }
}

function* optionFindings(before: Manifest, after: Manifest): Iterable<LocatedFinding> {
  const next = new Map((after.applications ?? []).map((application) => [applicationName(application), application]))
  for (const application of before.applications ?? []) {
    const now = next.get(applicationName(application))
    if (now === undefined || !isDatabase(application, before.settings)) continue
    const read = (path: string): ReturnType<typeof before.tree.read> => before.tree.read(path) ?? after.tree.read(path)
    const old = guardOptions(application, { settings: before.settings, tree: { ...before.tree, read } })
    const present = guardOptions(now, after)
    if (old === undefined || present === undefined || [...present].some(isUnknown)) continue
    const lost = (['Prune', 'Delete'] as const).filter((what) => guardStrength(present, what) < guardStrength(old, what))
    if (lost.length === 0) continue
    yield {
      rule: 'changes/guard-stays',
      severity: 'warning',
      message: phrase`${lost.join(' and ')} of ${applicationName(now)} go down, but they kept Argo CD from deleting its database`,
      at: optionSpot(after, now),
      help: phrase`restore cluster.annotations with argocd.argoproj.io/sync-options unless the database is meant to be deleted`,
    }
    return
  }
}

/** The annotation in the last value file of this repository, or the nearest key above it; else the list of files. */
function optionSpot(manifest: Manifest, application: NonNullable<Manifest['applications']>[number]): Spot {
  const file = resolveValueFiles(application).files.findLast((candidate) => filePath(candidate, manifest) !== undefined)
  const path = file === undefined ? undefined : filePath(file, manifest)
  const read = path === undefined ? undefined : manifest.tree.read(path)
  if (path !== undefined && read?.ok === true) {
    const source = { path: manifest.tree.shown?.(path) ?? path, text: read.text }
    const root = parseYaml(source, 'service').documents[0]
    const { node } = root === undefined ? { node: undefined } : deepestAt(root, ['cluster', 'annotations', annotation.at(-1) as string])
    const spot = node === undefined ? undefined : spotOf(node, 'key')
    if (spot !== undefined) return spot
  }
  return manifest.spotOf([...manifest.base, 'spec'])
}
