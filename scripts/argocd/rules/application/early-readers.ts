// Does Argo CD start something that waits for a Secret of a database before it applies that database?
import { isKustomization } from '../../../discover/loose.ts'
import { append } from '../../../values/append.ts'
import { sourcesIn } from '../../../applicationset/sources.ts'
import { hookAnnotations, isHook, waveAnnotation, waveOf } from '../../../applicationset/sync-wave.ts'
import { objectsIn, objectsOf, objectsWith } from '../../../deployed/folders/folder-objects.ts'
import { folderOf } from '../../../deployed/folders/folders.ts'
import { applicationsMadeBy, at } from '../../../deployed/manifest-parts.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import { fileReader } from '../../../deployed/file-cache.ts'
import { named, phrase } from '../../../findings/message.ts'
import { spotOf } from '../../../findings/spot.ts'
import type { LocatedFinding } from '../../../findings/spot.ts'
import type { RenderedObject } from '../../../model.ts'
import { filledBy, isOperators } from '../../../operator/objects.ts'
import { once } from '../../../values/once.ts'
import { printed } from '../../../values/printed.ts'
import type { Json, Path } from '../../../values/value.ts'
import { isJsonMap, leavesOf, valueAt } from '../../../values/value.ts'

/** Kinds whose pods Argo CD waits for before it goes on. */
const waitedFor: ReadonlySet<string> = new Set(['DaemonSet', 'Deployment', 'Job', 'Pod', 'StatefulSet'])
const annotations: Path = ['metadata', 'annotations']

/**
 * `argocd/reader-after-database`: a phase, or a wave, ends when its pods are healthy, and no container starts without its Secret
 * (`CreateContainerConfigError`); the operator makes that for a Cluster which is applied only then. What another object makes is there.
 */
export function earlyReaders(manifests: readonly Manifest[]): LocatedFinding[] {
  const reported = new Set<string>()
  const deployed = manifests.flatMap((manifest) => applicationsMadeBy(manifest).map((application) => deployedBy(application, manifest)))
  const made = once(() => new Set(deployed.flatMap(({ parts, namespace }) => parts().all.flatMap((one) => secretsOf(one, namespace)))))
  return deployed.flatMap(({ clusters, namespace, parts }) => {
    if (clusters.length === 0 || parts().isChanged) return []
    const readers = parts().all.filter(({ kind }) => waitedFor.has(kind))
    return clusters.flatMap((cluster) =>
      readers.flatMap((reader) => {
        const finding = early(reader, { cluster, made, namespace })
        const key = finding === undefined ? '' : `${finding.at.file.path} ${finding.at.span.start}`
        if (finding === undefined || reported.has(key)) return []
        reported.add(key)
        return [finding]
      }),
    )
  })
}

interface Deployed {
  readonly clusters: readonly RenderedObject[]
  /** of the Application */
  readonly namespace: string
  /** everything that it applies; most deploy no Cluster, and are not read for this */
  readonly parts: () => Parts
}

interface Parts {
  readonly all: readonly RenderedObject[]
  /** what is applied is not what is written, or not all of it is known */
  readonly isChanged: boolean
}

function deployedBy(application: Json, manifest: Manifest): Deployed {
  const spec = at(application, 'spec')
  const sources = sourcesIn(spec).map((source) => ({ source, folder: folderOf(source, manifest) }))
  const plain = sources.filter(({ source, folder }) => folder.kind === 'manifests' && source['chart'] === undefined)
  return {
    clusters: plain.flatMap(({ source }) => objectsIn(source, manifest).filter(({ kind }) => kind === 'Cluster')),
    namespace: printed(at(spec, 'destination', 'namespace') ?? ''),
    parts: once(() => {
      const all: RenderedObject[] = []
      let isChanged = sources.some(({ folder }) => folder.kind === 'unread')
      for (const { source, folder } of plain) {
        const built = folder.kind !== 'manifests' || folder.built === undefined ? undefined : builtFrom(folder.built.read, manifest)
        append(all, built?.objects ?? objectsWith('kind', source, manifest))
        isChanged ||=
          built?.isChanged === true || (built !== undefined && changing.some((key) => at(source['kustomize'], key) !== undefined))
      }
      return { all, isChanged }
    }),
  }
}

/** The Secrets that something else than the operator makes, with their namespace. */
function secretsOf(one: RenderedObject, namespace: string): string[] {
  const names = isOperators(one.plain) ? [] : one.kind === 'Secret' ? [one.name] : filledBy(one)
  return names.map((name) => `${spaceOf(one, namespace)} ${name}`)
}

const spaceOf = ({ plain }: RenderedObject, namespace: string): string => printed(at(plain, 'metadata', 'namespace') ?? namespace)

/** Fields of `kustomize` in a source that change what is written. */
const changing = ['patches', 'commonAnnotations', 'namespace', 'replicas', 'namePrefix', 'nameSuffix', 'components']

const changes =
  /^["']?(?:name(?:Prefix|Suffix|space)|replacements|patches\w*|components|commonAnnotations|replicas|secretGenerator|generators|transformers|helmCharts)["']?:/m

/** What a kustomization takes, and whether it changes that, or adds to it. */
function builtFrom(
  paths: readonly string[],
  { tree }: Manifest,
): { readonly objects: readonly RenderedObject[]; readonly isChanged: boolean } {
  const files = paths.flatMap((path) => fileReader(tree)(path) ?? [])
  const objects = objectsOf(files.filter(({ path }) => !isKustomization(path)))
  return { objects, isChanged: files.some(({ path, text }) => isKustomization(path) && changes.test(text)) }
}

interface Around {
  readonly cluster: RenderedObject
  /** Secrets that something else makes, in whichever Application: namespace and name */
  readonly made: () => ReadonlySet<string>
  /** of the Application */
  readonly namespace: string
}

function early(reader: RenderedObject, { cluster, made, namespace }: Around): LocatedFinding | undefined {
  const space = spaceOf(cluster, namespace)
  const before = isBefore(reader, cluster)
  if (before === undefined || spaceOf(reader, namespace) !== space) return undefined
  const secret = readsIn(reader).find((name) => ownSecrets(cluster).includes(name) && !made().has(`${space} ${name}`))
  const key = valueAt(reader.value, [...annotations, before]) ?? valueAt(cluster.value, [...annotations, before])
  const spot = key === undefined ? undefined : spotOf(key)
  if (secret === undefined || spot === undefined) return undefined
  return {
    rule: 'argocd/reader-after-database',
    severity: 'warning',
    message: phrase`${reader.kind} ${named(reader.name)} reads Secret ${named(secret)}, but Argo CD waits for it before it applies Cluster ${named(cluster.name)}`,
    at: spot,
    help:
      before === waveAnnotation
        ? phrase`give it the wave of the Cluster or a later one: the first sync never gets past it`
        : phrase`make it a hook of Sync, in a later sync wave than the Cluster: the first sync never gets past it`,
  }
}

/** `hook.Types`, `syncwaves.Wave`: the annotation for which an object comes before another; undefined: it does not. */
function isBefore(reader: RenderedObject, cluster: RenderedObject): string | undefined {
  // what has no pods is healthy at once
  if (isHook(cluster.plain) || at(reader.plain, 'spec', 'replicas') === 0) return undefined
  // so is what is replaced by hand (`getAppsv1DaemonSetHealth`)
  if (reader.kind === 'DaemonSet' && at(reader.plain, 'spec', 'updateStrategy', 'type') === 'OnDelete') return undefined
  const [own, theirs] = [waveOf(reader.plain), waveOf(cluster.plain)]
  const name = hookAnnotations.find((one) => textAt(reader, one) !== undefined)
  const phases = (textAt(reader, name ?? '') ?? '').split(',').map((phase) => phase.trim())
  // what comes in several phases is run in the first of them
  if (phases.some((phase) => phase === 'PreSync' || (name === hookAnnotations[1] && /^(?:pre-install|pre-upgrade)$/.test(phase))))
    return name
  if (name !== undefined && phases.join('') !== 'Sync') return undefined
  return own !== undefined && theirs !== undefined && own < theirs ? waveAnnotation : undefined
}

const textAt = ({ plain }: RenderedObject, name: string): string | undefined => {
  const text = at(plain, ...annotations, name)
  return typeof text === 'string' ? text : undefined
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
