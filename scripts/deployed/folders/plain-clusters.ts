// Which Clusters are among plain manifests, and what belongs to each?
import { grouped } from '../../values/append.ts'
import { printed } from '../../values/printed.ts'
import { isJsonMap } from '../../values/value.ts'
import type { DatabaseLayer, RenderedObject } from '../../model.ts'
import { isMeantAsCluster } from '../../operator/objects.ts'
import { at } from '../manifest-parts.ts'

/** A Cluster that no chart makes, with what refers to it. */
export interface PlainDatabase {
  readonly cluster: string
  readonly namespace: string
  readonly objects: readonly RenderedObject[]
  /** in the place of values: the Cluster itself */
  readonly layer: DatabaseLayer
  readonly fingerprint: string
}

/** One for each Cluster; Argo CD gives objects without a namespace that of the Application. */
export function plainDatabases(all: readonly RenderedObject[], namespace: string): PlainDatabase[] {
  const clusters = all.filter(isCluster)
  const byName = grouped(clusters, ({ name }) => name)
  const parts = new Map(clusters.map((cluster) => [cluster, [] as RenderedObject[]]))
  for (const object of all)
    for (const cluster of isCluster(object) ? [object] : ownersOf(object, { clusters, byName, namespace })) parts.get(cluster)?.push(object)
  return clusters.map((cluster): PlainDatabase => {
    const objects = parts.get(cluster) ?? []
    return {
      cluster: cluster.name,
      namespace: namespaceOf(cluster, namespace),
      objects: objects.map((object) => inNamespace(object, namespace)),
      layer: { layer: 'inline', file: cluster.value.origin.file, inline: { root: cluster.value, text: JSON.stringify(cluster.plain) } },
      fingerprint: JSON.stringify(objects.map(({ plain }) => plain)),
    }
  })
}

const isCluster = ({ kind, plain }: RenderedObject): boolean =>
  isMeantAsCluster(kind) && printed(plain['apiVersion'] ?? '').startsWith('postgresql.')

interface Among {
  readonly clusters: readonly RenderedObject[]
  readonly byName: ReadonlyMap<string, readonly RenderedObject[]>
  /** of the Application */
  readonly namespace: string
}

/** What refers to a Cluster by name, of several of one name to that of its namespace; what refers to none of them goes with the first. */
function ownersOf(object: RenderedObject, { clusters, byName, namespace }: Among): readonly RenderedObject[] {
  const name = at(object.plain, 'spec', 'cluster', 'name')
  const named = (typeof name === 'string' ? byName.get(name) : undefined) ?? []
  if (named.length < 2) return named.length === 0 ? clusters.slice(0, 1) : named
  const own = namespaceOf(object, namespace)
  const near = named.filter((one) => namespaceOf(one, namespace) === own)
  return near.length === 0 ? named : near
}

const namespaceOf = ({ plain }: RenderedObject, namespace: string): string => printed(at(plain, 'metadata', 'namespace') ?? namespace)

/** Argo CD gives an object without a namespace that of the Application. */
export function inNamespace(object: RenderedObject, namespace: string): RenderedObject {
  const metadata = object.plain['metadata']
  if (namespace === '' || !isJsonMap(metadata) || metadata['namespace'] !== undefined) return object
  return { ...object, value: object.value, plain: { ...object.plain, metadata: { ...metadata, namespace } } }
}
