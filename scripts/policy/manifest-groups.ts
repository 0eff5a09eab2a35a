// Which objects of files are applied together with which Cluster?
import { holdersByName, holdersNamed, isHolder } from '../operator/objects.ts'
import type { RenderedObject } from '../model.ts'
import { grouped, split } from '../values/append.ts'
import type { Manifest } from '../yaml/manifests.ts'
import { textAt } from './subject.ts'

export interface Placed extends RenderedObject {
  readonly namespace: string
}

export function placedOf({ kind, name, namespace, value, plain }: Manifest): Placed {
  return { kind, name, value, plain, hook: false, namespace: namespace || 'default' }
}

/** Each group of objects, and the same with what holds the Secrets and ConfigMaps that they name. */
export function groupsWithHolders(
  manifests: readonly Manifest[],
): { readonly objects: readonly Placed[]; readonly all: readonly RenderedObject[] }[] {
  const [beside, own] = split(manifests, ({ plain }) => isHolder(plain))
  const holders = holdersByName(beside.map(placedOf), ({ namespace }) => namespace)
  const placed = own.map(placedOf)
  const nearest = nearness(placed)
  return groupsIn(placed, nearest).map((objects) => {
    const [first] = objects
    const named = holdersNamed(objects, first?.namespace ?? '', holders)
    return {
      objects,
      all: [...objects, ...(first === undefined ? named : named.filter((holder) => nearest(holder, first).includes(first)))],
    }
  })
}

/** Each Cluster, first, with the objects of its namespace that name it or that any may use; last, by namespace, what names no Cluster of the files. */
export function groupsOf(manifests: readonly Manifest[]): (readonly Placed[])[] {
  const objects = manifests.map(placedOf)
  return groupsIn(objects, nearness(objects))
}

type Nearest = (object: RenderedObject, cluster: Placed) => readonly Placed[]

const identity = ({ namespace, name }: Placed): string => `${namespace}/${name}`
const stepsOf = ({ value }: RenderedObject): readonly string[] => value.origin.file.path.split('/')

/** How many steps two files have in common, the name of the file being the last one. */
function inCommon(one: readonly string[], other: readonly string[]): number {
  const differs = one.findIndex((step, index) => step !== other[index])
  return differs === -1 ? one.length : differs
}

/**
 * Of several Clusters of one name, as the folders or files of environments have, those whose file is nearest to that of an object:
 * `dev/pooler.yaml` is for the one in `dev/`, `poolers/dev/a.yaml` for the one in `clusters/dev/`, and what is above both is for both.
 */
function nearness(objects: readonly Placed[]): Nearest {
  const byIdentity = grouped(
    objects.filter(({ kind }) => kind === 'Cluster'),
    identity,
  )
  const known = new Map<RenderedObject, Map<string, readonly Placed[]>>()
  return (object, cluster) => {
    const key = identity(cluster)
    const all = byIdentity.get(key) ?? [cluster]
    if (all.length < 2) return all
    const ofObject = known.get(object) ?? new Map<string, readonly Placed[]>()
    known.set(object, ofObject)
    const found = ofObject.get(key) ?? nearestOf(object, all)
    ofObject.set(key, found)
    return found
  }
}

function nearestOf(object: RenderedObject, clusters: readonly Placed[]): readonly Placed[] {
  const steps = stepsOf(object)
  const names = new Set(steps)
  const nearest = withMost(clusters, (one) => inCommon(steps, stepsOf(one)))
  return withMost(nearest, (one) => stepsOf(one).filter((step) => names.has(step)).length)
}

function withMost(clusters: readonly Placed[], count: (one: Placed) => number): readonly Placed[] {
  const counts = clusters.map(count)
  const most = counts.reduce((least, one) => Math.max(least, one), 0)
  return clusters.filter((_one, index) => counts[index] === most)
}

function groupsIn(objects: readonly Placed[], nearest: Nearest): (readonly Placed[])[] {
  const clusterOf = ({ plain }: RenderedObject): string | undefined => textAt(plain, 'spec', 'cluster', 'name')
  // of a Cluster that comes several times in one place, the last one is what is there in the end
  const isOwn = (object: Placed, cluster: Placed): boolean =>
    clusterOf(object) === undefined
      ? nearest(object, cluster).includes(cluster)
      : clusterOf(object) === cluster.name && nearest(object, cluster).at(-1) === cluster
  const groups = objects
    .filter(({ kind }) => kind === 'Cluster')
    .map((cluster) => {
      const others = objects.filter((object) => {
        if (object.kind === 'Cluster') return false
        return object.namespace === cluster.namespace ? isOwn(object, cluster) : object.kind === 'ClusterImageCatalog'
      })
      return [cluster, ...others]
    })
  const used = new Set(groups.flat())
  const rest = objects.filter((object) => !used.has(object))
  return [...groups, ...grouped(rest, ({ namespace }) => namespace).values()]
}
