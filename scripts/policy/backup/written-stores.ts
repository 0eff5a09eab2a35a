// What is wrong with ObjectStores that a person wrote outside the chart, for the databases that use them?
import type { LocatedFinding } from '../../findings/spot.ts'
import type { RenderedObject, WrittenStores } from '../../model.ts'
import { changePolicies } from '../changes/rules.ts'
import { levelsOf, severityOf } from '../../report/levels.ts'
import { storeReferences } from './archive.ts'
import { retention } from './schedules.ts'
import { checksums, store } from './store.ts'
import { locatePolicy, objectOf } from '../subject.ts'
import type { ObjectFinding, ObjectsSubject, PolicySubject } from '../subject.ts'

const rules = [...store, ...checksums, ...retention]

/** What of a database is looked at with a store: which Cluster writes there, and when. Undefined: it names none but its own. */
export function usersOfStores(subject: PolicySubject): PolicySubject | undefined {
  const cluster = objectOf(subject, 'Cluster')
  if (cluster === undefined) return undefined
  const own = new Set(subject.objects.flatMap(({ kind, name }) => (kind === 'ObjectStore' ? [name] : [])))
  if (storeReferences(cluster).every(({ name }) => own.has(name))) return undefined
  const kinds = ['Cluster', 'ObjectStore', 'ScheduledBackup']
  return { ...subject, objects: subject.objects.filter(({ kind }) => kinds.includes(kind)) }
}

/** What the policies say of hand-written stores and of changes to them, once for each database that names one. */
export function judgeWrittenStores(users: readonly PolicySubject[], { stores, before = [] }: WrittenStores): LocatedFinding[] {
  return users.flatMap((user) => {
    const found = storesOf(user, stores)
    if (found.length === 0) return []
    const old = storesOf(user, before)
    const levels = levelsOf(user.settings, user.database)
    // no chart made them, so that fields are called as in the object
    const subject: ObjectsSubject = { objects: [...user.objects, ...found], operator: user.operator }
    const changes = changePolicies.flatMap((rule) => {
      const severity = old.length === 0 ? undefined : severityOf(rule, levels)
      if (severity === undefined) return []
      const was = { objects: [...user.objects, ...old], operator: user.operator }
      return [...rule.check({ before: was, after: subject })].map((finding) =>
        locatePolicy({ id: rule.id, severity }, finding, placedIn(finding, user, found)),
      )
    })
    const findings = rules.flatMap((rule) => {
      const severity = severityOf(rule, levels)
      if (severity === undefined) return []
      const before = new Set([...rule.check(user)].map(({ object }) => object))
      return [...rule.check(subject)]
        .filter(({ object }) => !before.has(object))
        .map((finding) => locatePolicy({ id: rule.id, severity }, finding, placedIn(finding, user, found)))
    })
    return [...findings, ...changes]
  })
}

/** The stores that a database names, in its namespace or wherever their parent puts them. */
function storesOf({ database, objects }: PolicySubject, stores: WrittenStores['stores']): RenderedObject[] {
  const own = new Set(objects.flatMap(({ kind, name }) => (kind === 'ObjectStore' ? [name] : [])))
  const names = objects.flatMap((object) => (object.kind === 'Cluster' ? storeReferences(object).map(({ name }) => name) : []))
  return [...new Set(names)]
    .filter((name) => !own.has(name))
    .flatMap((name) => {
      const called = stores.filter(({ object }) => object.name === name)
      const found =
        called.find(({ namespace }) => namespace === database.namespace) ?? called.find(({ namespace }) => namespace === undefined)
      return found === undefined ? [] : [found.object]
    })
}

/** A plain manifest is its own values. */
function placedIn({ object }: ObjectFinding, user: PolicySubject, found: readonly RenderedObject[]): PolicySubject {
  return found.includes(object) ? { ...user, values: object.value } : user
}
