// Does the operator read the annotations and labels that a Cluster gives it, and does it keep those that it works with?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { reached } from '../../operator/version.ts'
import { misspelt } from '../../values/misspelt.ts'
import type { JsonMap, Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { plainAt, typed } from '../subject.ts'
import type { ObjectFinding, ObjectRule } from '../subject.ts'

/** `labels_annotations.go` of CloudNativePG 1.27 to 1.30: what people set on a Cluster; the operator's own marks are none of them. */
const settable = [
  'alpha.cnpg.io/enableInstancePprof',
  'alpha.cnpg.io/failoverQuorum',
  'alpha.cnpg.io/livenessPinger',
  'cnpg.io/coredumpFilter',
  'cnpg.io/fencedInstances',
  'cnpg.io/forceLegacyBackup',
  'cnpg.io/hibernation',
  'cnpg.io/podPatch',
  'cnpg.io/reconcilePodSpec',
  'cnpg.io/reconciliationLoop',
  'cnpg.io/reloadedAt',
  'cnpg.io/skipEmptyWalArchiveCheck',
  'cnpg.io/skipWalArchiving',
  'cnpg.io/validation',
]
const lastPart = (key: string): string => key.slice(key.indexOf('/') + 1)
const byLastPart = new Map(settable.map((key) => [lastPart(key).toLowerCase(), key]))
/** Words for them that are further away than a misspelling. */
const words: ReadonlyMap<string, string> = new Map([
  ['fenced', 'cnpg.io/fencedInstances'],
  ['fencing', 'cnpg.io/fencedInstances'],
  ['hibernate', 'cnpg.io/hibernation'],
  ['hibernated', 'cnpg.io/hibernation'],
])

/** The annotation that a key in a domain of the operator was meant to be; undefined: it is one, or nobody knows. */
function meantBy(key: string): string | undefined {
  if (!/^(?:[\w-]+\.)?cnpg\.io\//.test(key) || settable.includes(key)) return undefined
  const last = lastPart(key).toLowerCase()
  const known = byLastPart.get(last) ?? words.get(last)
  if (known !== undefined) return known
  const near = misspelt(last, [...byLastPart.keys()])
  return near === undefined ? undefined : byLastPart.get(near)
}

/** Marks that only one word switches on or off, which the operator compares as it is. */
const switches: ReadonlyMap<string, readonly [word: string, others: readonly string[]]> = new Map([
  ['cnpg.io/skipEmptyWalArchiveCheck', ['enabled', ['', 'disabled', 'false']]],
  ['cnpg.io/skipWalArchiving', ['enabled', ['', 'disabled', 'false']]],
  ['cnpg.io/reconciliationLoop', ['disabled', ['', 'enabled', 'true']]],
  ['cnpg.io/reconcilePodSpec', ['disabled', ['', 'enabled', 'true']]],
])

/** `GetFencedInstances`: a JSON list of names; `IsInstanceFenced` takes anything else for no fencing. */
function isListOfNames(text: string): boolean {
  try {
    const read: unknown = JSON.parse(text)
    return read === null || (Array.isArray(read) && read.every((one) => typeof one === 'string'))
  } catch {
    return false
  }
}

const isInstance = (name: string, cluster: string): boolean =>
  name.startsWith(`${cluster}-`) && /^[1-9]\d*$/.test(name.slice(cluster.length + 1))

function* wrongValues(cluster: RenderedObject, annotations: JsonMap): Iterable<ObjectFinding> {
  for (const [key, value] of Object.entries(annotations)) {
    const place = { object: cluster, places: [{ path: ['metadata', 'annotations', key] }] as const }
    const [word, others] = switches.get(key) ?? []
    if (typeof value !== 'string') continue
    if (word !== undefined && value !== word && others?.includes(value) === false)
      yield {
        ...place,
        message: phrase`${here(key)} is ${shown(value)}, but the operator looks for ${shown(word)} only: it has no effect`,
        help: phrase`write ${shown(word)}, or remove it`,
      }
    if (key === 'cnpg.io/fencedInstances' && !isListOfNames(value)) {
      const names = value.split(/[\s,]+/).filter((name) => /^[\w*.-]+$/.test(name))
      yield {
        ...place,
        message: phrase`${here(key)} is ${shown(value)}, but must be a JSON list: no instance is fenced`,
        help: phrase`write '${named(JSON.stringify(names.length === 0 ? ['*'] : names))}'`,
      }
    } else if (key === 'cnpg.io/fencedInstances') {
      const read: unknown = JSON.parse(value)
      const wrong = (Array.isArray(read) ? read : []).find((one) => one !== '*' && !isInstance(String(one), cluster.name))
      if (wrong !== undefined)
        yield {
          ...place,
          message: phrase`${here(key)} names ${shown(String(wrong))}, but instances are named ${named(cluster.name)}-1, ${named(cluster.name)}-2 and so on`,
          help: phrase`name an instance, or "*" for all`,
        }
    }
  }
}

/** Where marks are written that the operator looks for among the annotations of the Cluster only. */
const elsewhere: readonly Path[] = [
  ['metadata', 'labels'],
  ['spec', 'inheritedMetadata', 'annotations'],
  ['spec', 'inheritedMetadata', 'labels'],
]

const marksAt = ({ plain }: RenderedObject, path: Path): JsonMap | undefined => {
  const marks = plainAt(plain, ...path)
  return isJsonMap(marks) ? marks : undefined
}

/** Labels by which the operator and its Services find instances and their volumes; those of all of Kubernetes from the given releases on. */
const own = ['cnpg.io/cluster', 'cnpg.io/instanceName', 'cnpg.io/instanceRole', 'cnpg.io/podRole', 'cnpg.io/pvcRole', 'role']
const common: ReadonlyMap<string, string> = new Map([
  ['app.kubernetes.io/component', 'database'],
  ['app.kubernetes.io/managed-by', 'cloudnative-pg'],
  ['app.kubernetes.io/name', 'postgresql'],
])

export const marks: readonly ObjectRule[] = [
  {
    id: 'policy/annotation-read',
    severity: 'warning',
    configurable: true,
    summary: 'an annotation for the operator is spelt as it is known, and is one of the Cluster itself',
    reads: [
      ['cluster', 'annotations'],
      ['cluster', 'additionalLabels'],
    ],
    *check(subject) {
      for (const cluster of subject.objects.filter(({ kind }) => kind === 'Cluster')) {
        for (const key of Object.keys(marksAt(cluster, ['metadata', 'annotations']) ?? {})) {
          const meant = meantBy(key)
          if (meant === undefined) continue
          yield {
            object: cluster,
            message: phrase`annotation is ${shown(key)}, which the operator does not read`,
            places: [{ path: ['metadata', 'annotations', key], on: 'key' }],
            help: phrase`did you mean ${named(meant)}?`,
          }
        }
        for (const path of elsewhere)
          for (const key of Object.keys(marksAt(cluster, path) ?? {})) {
            const meant = settable.includes(key) ? key : meantBy(key)
            if (meant === undefined) continue
            yield {
              object: cluster,
              message: phrase`${named(key)} is read from the annotations of the Cluster only, not from ${named(path.slice(-2).join('.'))}`,
              places: [{ path: [...path, key], on: 'key' }],
              help: phrase`write ${named(meant)} into ${typed(subject, 'cluster.annotations', 'metadata.annotations')}`,
            }
          }
      }
    },
  },
  {
    // `IsEmptyWalArchiveCheckEnabled`, `IsWalArchivingDisabled`, `IsReconciliationDisabled`, `IsPodSpecReconciliationDisabled`, `GetFencedInstances`
    id: 'policy/annotation-value',
    severity: 'warning',
    configurable: true,
    summary: 'an annotation that switches something has the word that the operator looks for',
    reads: [['cluster', 'annotations']],
    *check({ objects }) {
      for (const cluster of objects.filter(({ kind }) => kind === 'Cluster')) {
        const annotations = marksAt(cluster, ['metadata', 'annotations'])
        if (annotations !== undefined) yield* wrongValues(cluster, annotations)
      }
    },
  },
  {
    // `updateClusterLabels` and `Build` lay them over what Services select and `GetInstancePVCs` looks for (cnpg#10439, #9920, #11438)
    id: 'policy/inherited-label-free',
    severity: 'warning',
    configurable: true,
    upstream: 'ReconcileMetadata of instances and of PVCs',
    summary: 'inheritedMetadata sets no label that the operator sets itself',
    reads: [],
    *check({ objects, operator }) {
      for (const cluster of objects.filter(({ kind }) => kind === 'Cluster')) {
        const path = ['spec', 'inheritedMetadata', 'labels']
        for (const [key, value] of Object.entries(marksAt(cluster, path) ?? {})) {
          const preset = common.get(key)
          if (key === 'cnpg.io/cluster' && value === cluster.name) continue
          const isSet = preset !== undefined && preset !== value && reached(operator, ['1.28.0'])
          if (!own.includes(key) && !isSet) continue
          yield {
            object: cluster,
            message: phrase`${here(key)} is a label that the operator sets itself${own.includes(key) ? ': Services no longer find the right instances' : ', and by which it finds the volumes to snapshot'}`,
            places: [{ path: [...path, key], on: 'key' }],
            help: phrase`remove it, or use a label of your own`,
          }
        }
      }
    },
  },
]
