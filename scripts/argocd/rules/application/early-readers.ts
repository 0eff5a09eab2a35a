// Does Argo CD start something that waits for a Secret of a database before it applies that database?
import { kustomizations } from '../../../discover/loose.ts'
import { append } from '../../../values/append.ts'
import { sourcesOf } from '../../../applicationset/sources.ts'
import { objectsIn, objectsWith } from '../../../deployed/folders/folder-objects.ts'
import { folderOf } from '../../../deployed/folders/folders.ts'
import { at } from '../../../deployed/manifest-parts.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import { fileReader } from '../../../deployed/file-cache.ts'
import { named, phrase } from '../../../findings/message.ts'
import { spotOf } from '../../../findings/spot.ts'
import type { LocatedFinding } from '../../../findings/spot.ts'
import type { RenderedObject } from '../../../model.ts'
import { filledBy, isOperators } from '../../../operator/objects.ts'
import { printed } from '../../../values/printed.ts'
import type { Path } from '../../../values/value.ts'
import { isJsonMap, leavesOf, valueAt } from '../../../values/value.ts'
import { readManifests } from '../../../yaml/manifests.ts'

/** Kinds whose pods Argo CD waits for before it goes on. */
const waitedFor: ReadonlySet<string> = new Set(['DaemonSet', 'Deployment', 'Job', 'Pod', 'StatefulSet'])
const annotations: Path = ['metadata', 'annotations']
const hooks = ['argocd.argoproj.io/hook', 'helm.sh/hook'] as const
const wave = 'argocd.argoproj.io/sync-wave'

/**
 * `argocd/reader-after-database`: a phase, or a wave, ends when its pods are healthy, and no container starts without its Secret
 * (`CreateContainerConfigError`); the operator makes that for a Cluster which is applied only then. What another object makes is there.
 */
export function earlyReaders(manifests: readonly Manifest[]): LocatedFinding[] {
  const reported = new Set<string>()
  return manifests.flatMap((manifest) =>
    (manifest.isConsumed ? [] : (manifest.applications ?? [])).flatMap((application) => {
      const namespace = printed(at(application, 'spec', 'destination', 'namespace') ?? '')
      const spec = at(application, 'spec')
      const clusters: RenderedObject[] = []
      const all: RenderedObject[] = []
      for (const source of isJsonMap(spec) ? sourcesOf(spec).sources : []) {
        const folder = folderOf(source, manifest)
        if (folder.kind === 'unread') return []
        if (folder.kind !== 'manifests' || source['chart'] !== undefined) continue
        append(
          clusters,
          objectsIn(source, manifest).filter(({ kind }) => kind === 'Cluster'),
        )
        append(all, folder.built === undefined ? objectsWith('kind', source, manifest) : builtFrom(folder.built.read, manifest))
      }
      const made = new Set(all.flatMap((one) => (isOperators(one.plain) ? [] : one.kind === 'Secret' ? [one.name] : filledBy(one))))
      return clusters.flatMap((cluster) =>
        all.flatMap((reader) => {
          const finding = waitedFor.has(reader.kind) ? early(reader, { cluster, made, namespace }) : undefined
          const key = finding === undefined ? '' : `${finding.at.file.path} ${finding.at.span.start}`
          if (finding === undefined || reported.has(key)) return []
          reported.add(key)
          return [finding]
        }),
      )
    }),
  )
}

/** What a kustomization takes as it is; nothing where it changes names. */
function builtFrom(paths: readonly string[], { tree }: Manifest): RenderedObject[] {
  const files = paths.flatMap((path) => fileReader(tree)(path) ?? [])
  if (files.some(({ path, text }) => isKustomization(path) && /^(?:name(?:Prefix|Suffix)|replacements|patches\w*|components):/m.test(text)))
    return []
  return files.flatMap((file) =>
    isKustomization(file.path)
      ? []
      : readManifests(file).manifests.map(({ value, plain, kind, name }): RenderedObject => ({ kind, name, value, plain, hook: false })),
  )
}

const isKustomization = (path: string): boolean => kustomizations.includes(path.slice(path.lastIndexOf('/') + 1))

interface Around {
  readonly cluster: RenderedObject
  /** names of Secrets that something else makes */
  readonly made: ReadonlySet<string>
  /** of the Application */
  readonly namespace: string
}

function early(reader: RenderedObject, { cluster, made, namespace }: Around): LocatedFinding | undefined {
  const spaceOf = ({ plain }: RenderedObject): string => printed(at(plain, 'metadata', 'namespace') ?? namespace)
  const before = isBefore(reader, cluster)
  if (before === undefined || spaceOf(reader) !== spaceOf(cluster)) return undefined
  const secret = readsIn(reader).find((name) => ownSecrets(cluster).includes(name) && !made.has(name))
  const key = valueAt(reader.value, [...annotations, before]) ?? valueAt(cluster.value, [...annotations, before])
  const spot = key === undefined ? undefined : spotOf(key)
  if (secret === undefined || spot === undefined) return undefined
  return {
    rule: 'argocd/reader-after-database',
    severity: 'warning',
    message: phrase`${reader.kind} ${named(reader.name)} reads Secret ${named(secret)}, but Argo CD waits for it before it applies Cluster ${named(cluster.name)}`,
    at: spot,
    help:
      before === wave
        ? phrase`give it the wave of the Cluster or a later one: the first sync would wait for ever`
        : phrase`make it a hook of Sync, in a later sync wave than the Cluster: the first sync would wait for ever`,
  }
}

/** `hook.Types`, `syncwaves.Wave`: the annotation for which an object comes before another; undefined: it does not. */
function isBefore(reader: RenderedObject, cluster: RenderedObject): string | undefined {
  const isHook = (object: RenderedObject): boolean => hooks.some((name) => textAt(object, name) !== undefined)
  // what has no pods is healthy at once
  if (isHook(cluster) || at(reader.plain, 'spec', 'replicas') === 0) return undefined
  const [own, theirs] = [waveOf(reader), waveOf(cluster)]
  const name = hooks.find((one) => textAt(reader, one) !== undefined)
  const phases = (textAt(reader, name ?? '') ?? '').split(',').map((phase) => phase.trim())
  // what comes in several phases is run in the first of them
  if (phases.some((phase) => phase === 'PreSync' || (name === hooks[1] && /^(?:pre-install|pre-upgrade)$/.test(phase)))) return name
  if (name !== undefined && phases.join('') !== 'Sync') return undefined
  return own !== undefined && theirs !== undefined && own < theirs ? wave : undefined
}

const textAt = ({ plain }: RenderedObject, name: string): string | undefined => {
  const text = at(plain, ...annotations, name)
  return typeof text === 'string' ? text : undefined
}

function waveOf(object: RenderedObject): number | undefined {
  const text = textAt(object, wave) ?? '0'
  return /^-?\d{1,9}$/.test(text) ? Number(text) : undefined
}

/** Those that the operator makes where the Cluster names no other one. */
function ownSecrets({ name, plain }: RenderedObject): string[] {
  const methods = at(plain, 'spec', 'bootstrap')
  const isNamed = Object.values(isJsonMap(methods) ? methods : {}).some((method) => at(method, 'secret', 'name') !== undefined)
  const isWithout = isNamed || at(plain, 'spec', 'replica') !== undefined || at(methods, 'initdb', 'import') !== undefined
  return isWithout ? [] : [`${name}-app`]
}

/** The Secrets without which no container of an object starts. */
function readsIn({ plain, value }: RenderedObject): string[] {
  return [...leavesOf(value)].flatMap(({ path, value: leaf }) => {
    const [last, above] = [path.at(-1), path.at(-2)]
    const isReader =
      (last === 'name' && (above === 'secretKeyRef' || above === 'secretRef')) || (last === 'secretName' && above === 'secret')
    const holder = at(plain, ...path.slice(0, -1))
    return isReader && leaf.kind === 'scalar' && at(holder, 'optional') !== true ? [printed(leaf.value)] : []
  })
}
