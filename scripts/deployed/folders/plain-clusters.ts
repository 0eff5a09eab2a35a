// Which Clusters are among plain manifests, and what belongs to each?
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
  return clusters.map((cluster, index): PlainDatabase => {
    const objects = all.filter((object) => object === cluster || belongsTo(object, { cluster, clusters, index, namespace }))
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
  readonly cluster: RenderedObject
  readonly clusters: readonly RenderedObject[]
  readonly index: number
  /** of the Application */
  readonly namespace: string
}

/** What refers to a Cluster by name, of several of one name to that of its namespace; what refers to none of them goes with the first. */
function belongsTo(object: RenderedObject, { cluster, clusters, index, namespace }: Among): boolean {
  if (isCluster(object)) return false
  const name = at(object.plain, 'spec', 'cluster', 'name')
  const named = clusters.filter((one) => one.name === name)
  if (named.length < 2) return named.length === 0 ? index === 0 : named[0] === cluster
  const own = namespaceOf(object, namespace)
  const near = named.filter((one) => namespaceOf(one, namespace) === own)
  return (near.length === 0 ? named : near).includes(cluster)
}

const namespaceOf = ({ plain }: RenderedObject, namespace: string): string => printed(at(plain, 'metadata', 'namespace') ?? namespace)

/** Argo CD gives an object without a namespace that of the Application. */
export function inNamespace(object: RenderedObject, namespace: string): RenderedObject {
  const metadata = object.plain['metadata']
  if (namespace === '' || !isJsonMap(metadata) || metadata['namespace'] !== undefined) return object
  return { ...object, value: object.value, plain: { ...object.plain, metadata: { ...metadata, namespace } } }
}
