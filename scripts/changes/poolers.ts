// Which Poolers get new pods, so that their connections break?
import type { RenderedObject } from '../model.ts'
import type { ObjectChanges } from './objects.ts'

/**
 * What is in the pod template that the operator makes of a Pooler (`pkg/specs/pgbouncer`). The number of instances
 * scales its Deployment; all else of PgBouncer is written into its configuration, and reloaded.
 */
const inPods = /^spec\.(?:template|cluster|serviceAccountName|pgbouncer\.image(?:CatalogRef)?)(?![A-Za-z])/

/** Names in the order of the objects, without those that are new or refused; another operator brings its own image into every pod. */
export function replacedPoolers(objects: readonly RenderedObject[], changes: ObjectChanges, isOperatorNew: boolean): string[] {
  const left = new Set([...changes.added, ...changes.refused.map(({ object }) => object)])
  const touched = new Set(changes.changes.filter(({ path }) => inPods.test(path)).map(({ object }) => object))
  return objects
    .filter((object) => object.kind === 'Pooler' && !left.has(object) && (isOperatorNew || touched.has(`Pooler/${object.name}`)))
    .map(({ name }) => name)
}
