// What can be reported about a changed set of databases whose Applications can't be known here?
import { phrase } from '../../../findings/message.ts'
import { printed } from '../../../values/printed.ts'
import type { LocatedFinding, Spot } from '../../../findings/spot.ts'
import type { Json, Path } from '../../../values/value.ts'
import type { Message } from '../../../findings/finding.ts'
import type { Settings } from '../../../model.ts'
import { canonical } from '../../../applicationset/reconcile.ts'
import { sourcesIn } from '../../../applicationset/sources.ts'
import { splitOptions } from '../../../applicationset/sync-options.ts'
import { isJsonMap } from '../../../values/value.ts'
import { guardFindings } from './guard-changes.ts'
import { unknownText } from '../../../deployed/sets/unknown-text.ts'
import { applicationName } from '../../../deployed/manifests.ts'
import type { Manifest, ManifestFile } from '../../../deployed/manifests.ts'
import { at, guardStrength, makesDatabases, texts } from '../../../deployed/manifest-parts.ts'

/** Sets that make databases by their template: one finding for each thing that a branch does to them, none where they stay as they are. */
export function unknownSetFindings(
  before: readonly ManifestFile[],
  after: readonly ManifestFile[],
  settings: readonly Settings[],
): LocatedFinding[] {
  const present = after.flatMap(({ manifests }) => manifests).filter(({ kind }) => kind === 'ApplicationSet')
  const known = new Set(before.flatMap(({ manifests }) => manifests.map(({ key }) => key)))
  const sets = before.flatMap(({ manifests }) => manifests).filter((manifest) => makesDatabases(manifest, settings))
  return [
    ...sets.flatMap((old) => {
      if (old.key.includes(unknownText)) return []
      const same =
        present.find(({ key, file }) => key === old.key && file.path === old.file.path) ?? present.find(({ key }) => key === old.key)
      if (old.applications !== undefined) return same === undefined ? [] : lostSight(old, same)
      if (same !== undefined) return changedSet(old, same)
      const renamed = present.find((one) => !known.has(one.key) && (one.file.path === old.file.path || isEqual(one, old, [])))
      return renamed === undefined ? [goneSet(old)] : [renamedSet(old, renamed)]
    }),
    ...unreadFiles(before, after, settings),
  ]
}

const isEqual = (a: Manifest, b: Manifest, path: Path): boolean =>
  canonical(at(a.plain, 'spec', ...path) ?? null) === canonical(at(b.plain, 'spec', ...path) ?? null)

/** Why the Applications of a set are not known, in words; undefined: they are, or it is an error of its own. */
function reasonOf({ applications, refusals, plain }: Manifest): string | undefined {
  if (applications !== undefined || !refusals.some(({ stage }) => stage === 'unsupported')) return undefined
  return `only a server or another repository knows what its generators give (${generatorNames(plain).join(', ') || 'none'})`
}

function generatorNames(plain: Json): string[] {
  const list = at(plain, 'spec', 'generators')
  const names = (Array.isArray(list) ? list : []).flatMap((one) => (isJsonMap(one) ? Object.keys(one) : []))
  return [...new Set(names)].filter((name) => !['selector', 'template'].includes(name)).slice(0, 3)
}

/** The sets of databases whose Applications are not known now, in words. */
export function unknownSets(present: readonly Manifest[], settings: readonly Settings[]): string[] {
  return present.flatMap((manifest) => {
    const reason = makesDatabases(manifest, settings) ? reasonOf(manifest) : undefined
    return reason === undefined ? [] : [`Applications of set ${nameOf(manifest)}, since ${reason}`]
  })
}

/** The Applications were known at the base, and are not now. */
function lostSight(old: Manifest, now: Manifest): LocatedFinding[] {
  const reason = now.isConsumed ? undefined : reasonOf(now)
  if (reason === undefined || canonical(old.plain) === canonical(now.plain)) return []
  return [
    {
      rule: 'changes/set-comparable',
      severity: 'error',
      message: phrase`set ${nameOf(old)} had ${old.applications?.length ?? 0} Applications, but which it has now can't be known here`,
      at: now.spotOf(['spec', 'generators'], 'key'),
      related: [{ ...old.spotOf(['spec', 'generators'], 'key'), message: phrase`these were known` }],
      help: phrase`${reason}: list the elements, or make this change alone and look at the diff in Argo CD`,
    },
  ]
}

const nameOf = ({ plain }: Manifest): string => applicationName(plain).slice(0, 40)

const names: readonly (readonly [string, string, Path])[] = [
  ['changes/application-name-stays', 'the name of its Applications', ['template', 'metadata', 'name']],
  ['changes/namespace-stays', 'the namespace of its databases', ['template', 'spec', 'destination', 'namespace']],
]

/** The template renames everything, or the generators give other elements. */
function changedSet(old: Manifest, now: Manifest): LocatedFinding[] {
  if (isEqual(old, now, []) && canonical(old.plain) === canonical(now.plain)) return []
  const found = names.flatMap(([rule, what, path]): LocatedFinding[] =>
    isEqual(old, now, path) || hasUnknown(now, path)
      ? []
      : [named(rule, what, { old, now, path: ['spec', ...path], was: at(old.plain, 'spec', ...path), is: at(now.plain, 'spec', ...path) })],
  )
  const [was, is] = [namingOf(old), namingOf(now)]
  if (was.text !== is.text && !is.text.includes(unknownText))
    found.push(named('changes/cluster-name-stays', 'what names its Clusters', { old, now, path: is.path, was: was.text, is: is.text }))
  if (!isEqual(old, now, ['generators'])) found.push(otherElements(old, now))
  return [...found, ...guardFindings({ before: old, after: now })]
}

const hasUnknown = ({ plain }: Manifest, path: Path): boolean => JSON.stringify(at(plain, 'spec', ...path) ?? '').includes(unknownText)

/** The parts of the template that name the Cluster, as one text, and where they are. */
function namingOf({ plain }: Manifest): { readonly text: string; readonly path: Path } {
  const spec = at(plain, 'spec', 'template', 'spec')
  const sources = sourcesIn(spec)
  const nth = sources.findIndex((source) => source['chart'] !== undefined)
  const helm = at(sources[nth], 'helm')
  const list = at(spec, 'sources')
  const place = Array.isArray(list) ? ['sources', nth] : ['source']
  const base: Path = ['spec', 'template', 'spec', ...place, 'helm']
  const inline = printed(at(helm, 'values') ?? '').split('\n')
  const parameters = at(helm, 'parameters')
  const isNaming = (text: string): boolean =>
    !text.trimStart().startsWith('#') && /fullnameOverride|nameOverride|namespaceOverride/.test(text)
  const parts = [
    at(helm, 'releaseName'),
    at(helm, 'namespace'),
    at(helm, 'valuesObject', 'fullnameOverride'),
    at(helm, 'valuesObject', 'nameOverride'),
    at(helm, 'valuesObject', 'namespaceOverride'),
    ...inline.filter(isNaming),
    ...(Array.isArray(parameters) ? parameters.filter((one) => isNaming(JSON.stringify(one))) : []),
  ]
  const written = parts.filter((part) => part !== undefined).map((part) => (typeof part === 'string' ? part.trim() : JSON.stringify(part)))
  return { text: written.join(', '), path: at(helm, 'releaseName') === undefined ? base : [...base, 'releaseName'] }
}

interface Change {
  readonly old: Manifest
  readonly now: Manifest
  readonly path: Path
  readonly was: Json | undefined
  readonly is: Json | undefined
}

function named(rule: string, what: string, { old, now, path, was, is }: Change): LocatedFinding {
  const shown = (value: Json | undefined): string => `\`${printed(value ?? '').slice(0, 30)}\``
  return {
    rule,
    severity: 'error',
    message: phrase`set ${nameOf(now)} changes ${what} to ${shown(is)}, but that makes new, empty ones`,
    at: now.spotOf(path),
    related: [{ ...old.spotOf(path), message: phrase`${shown(was)} before this change` }],
    help: phrase`restore ${shown(was)}`,
  }
}

function otherElements(old: Manifest, now: Manifest): LocatedFinding {
  const isBraked = hasBrakes(now)
  return {
    rule: 'changes/set-comparable',
    severity: isBraked ? 'warning' : 'error',
    message: phrase`generators of set ${nameOf(now)} change, but which Applications come and go can't be known here`,
    at: now.spotOf(['spec', 'generators'], 'key'),
    related: [{ ...old.spotOf(['spec', 'generators'], 'key'), message: phrase`the generators before this change` }],
    help: isBraked
      ? phrase`what goes lives on, unwanted: look at \`argocd appset generate\` before and after`
      : phrase`what goes would be deleted with its database: first set applicationsSync: create-update and preserveResourcesOnDeletion: true`,
  }
}

/** Whether an Application that goes leaves its database. */
function hasBrakes({ plain }: Manifest): boolean {
  const policy = at(plain, 'spec', 'syncPolicy')
  if (/^create-(?:update|only)$/.test(printed(at(policy, 'applicationsSync')))) return true
  return at(policy, 'preserveResourcesOnDeletion') === true && texts(at(plain, 'spec', 'template', 'metadata', 'finalizers')).length === 0
}

/** Whether the set outlives its file, or its databases outlive the set. */
function isKept({ plain }: Manifest): boolean {
  return guardStrength(splitOptions(printed(at(plain, 'metadata', 'annotations', 'argocd.argoproj.io/sync-options') ?? '')), 'Prune') > 0
}

const keepsResources = (manifest: Manifest): boolean =>
  at(manifest.plain, 'spec', 'syncPolicy', 'preserveResourcesOnDeletion') === true &&
  texts(at(manifest.plain, 'spec', 'template', 'metadata', 'finalizers')).length === 0

function goneSet(old: Manifest): LocatedFinding {
  const place = { at: old.spotOf(['metadata', 'name']) }
  if (isKept(old) || keepsResources(old))
    return {
      rule: 'changes/application-stays',
      severity: 'warning',
      message: phrase`set ${nameOf(old)} is gone here, but its guards keep what it made: Applications that can't be known here live on unmanaged`,
      ...place,
      help: phrase`bring it back, or after the merge: kubectl delete applicationset ${nameOf(old)} --cascade=orphan`,
    }
  return {
    rule: 'changes/database-stays',
    severity: 'error',
    message: phrase`set ${nameOf(old)} is removed, and all its Applications would be deleted with their databases`,
    ...place,
    help: phrase`bring it back; to retire databases, first set applicationsSync: create-update and preserveResourcesOnDeletion: true`,
  }
}

function renamedSet(old: Manifest, now: Manifest): LocatedFinding {
  const place: { at: Spot; related: (Spot & { message: Message })[] } = {
    at: now.spotOf(['metadata', 'name']),
    related: [{ ...old.spotOf(['metadata', 'name']), message: phrase`${nameOf(old)} before this change` }],
  }
  if (isKept(old) || keepsResources(old))
    return {
      rule: 'changes/application-taken',
      severity: 'error',
      message: phrase`set is renamed from ${nameOf(old)}, but ${isKept(old) ? 'that one stays (Prune=false) and owns' : 'that one may still own'} its Applications`,
      ...place,
      help: phrase`name it ${nameOf(old)} again`,
    }
  return {
    rule: 'changes/database-stays',
    severity: 'error',
    message: phrase`set is renamed from ${nameOf(old)}, and all Applications of that one would be deleted with their databases`,
    ...place,
    help: phrase`name it ${nameOf(old)} again`,
  }
}

/** Templates of the base that can't be read, deploy the chart, and have changed. */
function unreadFiles(before: readonly ManifestFile[], after: readonly ManifestFile[], settings: readonly Settings[]): LocatedFinding[] {
  const present = new Map(after.map(({ file }) => [file.path, file.text]))
  const urls = settings.flatMap(({ environments }) => environments.map(({ clusterChart }) => clusterChart.repository.replace(/\/$/, '')))
  return before.flatMap(({ file, broken, refused, isUnread }): LocatedFinding[] => {
    if (!isUnread || present.get(file.path) === file.text || !urls.some((url) => file.text.includes(url))) return []
    const isGone = !present.has(file.path)
    const span = broken?.span ?? refused[0]?.span ?? { start: 0, end: 1 }
    return [
      {
        rule: 'changes/set-comparable',
        severity: isGone ? 'error' : 'warning',
        message: phrase`${file.path.slice(-50)} ${isGone ? 'is gone' : 'changes'}, but what it deployed can't be known: Helm can't print it`,
        at: { file, span },
        help: phrase`compare what Argo CD deploys before and after by hand (\`argocd app diff\`), and merge this change alone`,
      },
    ]
  })
}
