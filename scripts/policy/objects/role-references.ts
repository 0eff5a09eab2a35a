// Are roles named as they are declared, and may they have what they are given?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { misspelt } from '../../values/misspelt.ts'
import { once } from '../../values/once.ts'
import type { Path } from '../../values/value.ts'
import { isAbsent, listAt, objectsOf, objectsOfCluster, plainAt, textAt } from '../subject.ts'
import type { ObjectRule, ObjectsSubject } from '../subject.ts'
import { rolesOf } from './references.ts'

const each = ({ plain }: RenderedObject, list: Path, ...field: readonly string[]): Path[] =>
  listAt(plain, ...list).flatMap((item, index) => (isAbsent(item) ? [] : [[...list, index, ...field]]))

const databasesOf = (cluster: RenderedObject, subject: ObjectsSubject): RenderedObject[] =>
  objectsOfCluster(subject, cluster, 'Database').filter(({ plain }) => !isAbsent(plain['spec']))

/** Where a Cluster and its objects name roles. */
function* namedRoles(cluster: RenderedObject, subject: ObjectsSubject): Iterable<{ readonly object: RenderedObject; readonly path: Path }> {
  for (const role of each(cluster, ['spec', 'managed', 'roles']))
    for (const path of each(cluster, [...role, 'inRoles'])) yield { object: cluster, path }
  for (const path of each(cluster, ['spec', 'tablespaces'], 'owner', 'name')) yield { object: cluster, path }
  for (const object of objectsOfCluster(subject, cluster, 'DatabaseRole'))
    for (const path of each(object, ['spec', 'inRoles'])) yield { object, path }
  for (const object of databasesOf(cluster, subject)) {
    yield { object, path: ['spec', 'owner'] }
    for (const path of each(object, ['spec', 'schemas'], 'owner')) yield { object, path }
    for (const list of ['fdws', 'servers'])
      for (const item of each(object, ['spec', list])) for (const path of each(object, [...item, 'usage'], 'name')) yield { object, path }
  }
}

/** The roles that are declared as members of a role. */
function membersOf(role: string, cluster: RenderedObject, subject: ObjectsSubject): string[] {
  const declared = objectsOfCluster(subject, cluster, 'DatabaseRole').map(({ plain }) => plain['spec'])
  return [...listAt(cluster.plain, 'spec', 'managed', 'roles'), ...declared].flatMap((one) =>
    listAt(one, 'inRoles').includes(role) ? (textAt(one, 'name') ?? []) : [],
  )
}

/** Roles that the objects here make, and whether they are superusers. */
function isSuperuser(role: string, cluster: RenderedObject, subject: ObjectsSubject): boolean {
  const managed = listAt(cluster.plain, 'spec', 'managed', 'roles').filter((one) => textAt(one, 'name') === role)
  const declared = objectsOfCluster(subject, cluster, 'DatabaseRole').filter(({ plain }) => textAt(plain, 'spec', 'name') === role)
  return (
    role === 'postgres' ||
    managed.some((one) => plainAt(one, 'superuser') === true) ||
    declared.some(({ plain }) => plainAt(plain, 'spec', 'superuser') === true)
  )
}

/** The roles that are declared, if only to be removed. */
function removedRoles(cluster: RenderedObject, subject: ObjectsSubject): Set<string> {
  const declared = objectsOfCluster(subject, cluster, 'DatabaseRole').map(({ plain }) => plain['spec'])
  const all = [...listAt(cluster.plain, 'spec', 'managed', 'roles'), ...declared]
  const names = (isWanted: boolean): string[] => all.filter((one) => isAbsent(one) !== isWanted).flatMap((one) => textAt(one, 'name') ?? [])
  const kept = names(true)
  return new Set(names(false).filter((name) => !kept.includes(name)))
}

export const roleReferences: readonly ObjectRule[] = [
  {
    // PostgreSQL: "role … cannot be dropped because some objects depend on it", and for a member "role … does not exist"
    id: 'policy/role-stays',
    severity: 'warning',
    configurable: true,
    summary: 'a role that is to be removed is no owner, member or user of anything that is declared',
    reads: [['cluster', 'roles']],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster')) {
        const removed = removedRoles(cluster, subject)
        if (removed.size === 0) continue
        for (const { object, path } of namedRoles(cluster, subject)) {
          const role = textAt(object.plain, ...path) ?? ''
          if (!removed.has(role)) continue
          yield {
            object,
            message: phrase`${here(path.at(-1) === 'owner' ? 'owner' : 'role')} is ${shown(role)}, but that one is to be removed: it is declared with ensure: absent`,
            places: [{ path }],
            help: phrase`name another role here, or write ensure: present there`,
          }
        }
      }
    },
  },
  {
    // PostgreSQL: "role … does not exist"; what the role is for waits until somebody makes it
    id: 'policy/role-known',
    severity: 'warning',
    configurable: true,
    summary: 'a role that is made a member, an owner or a user of something is spelt as it is declared',
    reads: [['databases'], ['cluster', 'roles'], ['cluster', 'initdb', 'owner']],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster')) {
        const known = once(() => rolesOf(cluster, subject))
        for (const { object, path } of namedRoles(cluster, subject)) {
          const role = textAt(object.plain, ...path) ?? ''
          // nobody is a member of himself: `readers`, whoever makes that, is another one than its member `reader`
          const members = membersOf(role, cluster, subject)
          const others = (known() ?? []).filter((one) => !members.includes(one))
          const meant = role === '' || role.startsWith('pg_') ? undefined : misspelt(role, others)
          if (meant === undefined) continue
          yield {
            object,
            message: phrase`${here(path.at(-1) === 'owner' ? 'owner' : 'role')} is ${shown(role)}, but the role that is declared is ${shown(meant)}`,
            places: [{ path }],
            help: phrase`did you mean ${named(meant)}?`,
          }
        }
      }
    },
  },
  {
    // PostgreSQL, AlterForeignDataWrapperOwner_internal: "The owner of a foreign-data wrapper must be a superuser."
    id: 'policy/wrapper-owner-superuser',
    severity: 'error',
    configurable: true,
    summary: 'the owner of a foreign data wrapper is a superuser',
    reads: [],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster')) {
        const known = once(() => rolesOf(cluster, subject))
        for (const object of databasesOf(cluster, subject))
          for (const path of each(object, ['spec', 'fdws'], 'owner')) {
            const owner = textAt(object.plain, ...path) ?? ''
            if (owner === '' || known()?.includes(owner) !== true || isSuperuser(owner, cluster, subject)) continue
            yield {
              object,
              message: phrase`${here('owner')} is ${shown(owner)}, but a foreign data wrapper can belong to superusers only: PostgreSQL refuses it`,
              places: [{ path }],
              help: phrase`remove owner, and let the role use it: usage: [{name: ${named(owner)}}]`,
            }
          }
      }
    },
  },
]
