// What do several rules derive from a Cluster?
import { NotedMap } from '../../values/noted-map.ts'
import { parseImageReference, versionOfTag } from '../image.ts'
import type { JsonMap } from '../../values/value.ts'
import { parsePostgresMemory } from '../go-text.ts'
import { parseQuantity, readQuantity } from '../../kubernetes/quantity.ts'
import type { Quantity } from '../../kubernetes/quantity.ts'
import { annotationAt, booleanAt, itemsAt, jsonAt, mapAt, numberAt, stringAt } from '../subject.ts'

export function instancesOf(cluster: JsonMap): number {
  return numberAt(cluster, 'spec', 'instances') ?? 0
}

// a dozen rules need the same facts about the same object
const majors = new WeakMap<JsonMap, number | undefined>()
const parameterMaps = new WeakMap<JsonMap, Map<string, string>>()

/** PostgreSQL's major version; undefined: the tag names none. Reproduces `GetPostgresqlMajorVersion`. */
export function postgresMajor(cluster: JsonMap): number | undefined {
  if (!majors.has(cluster)) majors.set(cluster, readMajor(cluster))
  return majors.get(cluster)
}

/** The same for an object that is still changing. */
export function readMajor(cluster: JsonMap): number | undefined {
  if (mapAt(cluster, 'spec', 'imageCatalogRef')) return numberAt(cluster, 'spec', 'imageCatalogRef', 'major') ?? 0
  return versionOfTag(parseImageReference(stringAt(cluster, 'spec', 'imageName')).tag)?.major
}

/** Whether the cluster follows another one. Reproduces `Cluster.IsReplica`. */
export function isReplica(cluster: JsonMap): boolean {
  const replica = mapAt(cluster, 'spec', 'replica')
  if (!replica) return false
  const enabled = booleanAt(replica, 'enabled')
  if (enabled !== undefined) return enabled
  return (stringAt(replica, 'self') || stringAt(cluster, 'metadata', 'name')) !== stringAt(replica, 'primary')
}

/** The PostgreSQL parameters; values that are not text are left out. */
export function parametersOf(cluster: JsonMap): ReadonlyMap<string, string> {
  const known = parameterMaps.get(cluster)
  if (known) return known
  const parameters = new Map<string, string>()
  for (const [name, value] of Object.entries(mapAt(cluster, 'spec', 'postgresql', 'parameters') ?? {}))
    if (typeof value === 'string') parameters.set(name, value)
  parameterMaps.set(cluster, parameters)
  return parameters
}

/** From now on each parameter value that rules read from `cluster` is reported; `plain` is the underlying map. */
export function noteParameters(cluster: JsonMap, plain: JsonMap, note: (name: string) => void): void {
  parameterMaps.set(cluster, new NotedMap(parametersOf(plain), note))
}

/** The value that the operator sets for `archive_mode`, whatever the author wrote. */
export function archiveMode(cluster: JsonMap): 'always' | 'off' | 'on' {
  if (annotationAt(cluster, 'cnpg.io/skipWalArchiving') === 'enabled') return 'off'
  return isReplica(cluster) ? 'always' : 'on'
}

export function hasExternalCluster(cluster: JsonMap, name: string): boolean {
  return itemsAt(cluster, 'spec', 'externalClusters').some(([, item]) => stringAt(item, 'name') === name)
}

/** Names of the external clusters, for help texts. */
export function externalClusterNames(cluster: JsonMap): string {
  const names = itemsAt(cluster, 'spec', 'externalClusters').map(([, item]) => stringAt(item, 'name'))
  const known = [...new Set(names)].filter((name) => name !== '').toSorted()
  return known.length === 0 ? 'an entry of externalClusters' : known.slice(0, 8).join(', ')
}

/** The size that a storage stanza requests; undefined: none that can be read. Reproduces `GetSizeOrNil`. */
export function storageSize(storage: JsonMap | undefined): Quantity | undefined {
  if (!storage) return undefined
  const size = stringAt(storage, 'size')
  if (size !== '') return parseQuantity(size)
  // a template without a request counts as a size of zero
  if (!mapAt(storage, 'pvcTemplate')) return undefined
  return readQuantity(jsonAt(storage, 'pvcTemplate', 'resources', 'requests', 'storage') ?? 0)
}

/** The setting in bytes; undefined: not set, or unreadable. */
export function memoryParameter(cluster: JsonMap, name: string): Quantity | undefined {
  const text = parametersOf(cluster).get(name) ?? ''
  return text === '' ? undefined : parsePostgresMemory(text)
}
