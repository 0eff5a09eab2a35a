// Can the roles that are declared log in, and does PostgreSQL take their names?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { Message } from '../../findings/finding.ts'
import type { RenderedObject } from '../../model.ts'
import { majorOf } from '../../operator/major.ts'
import type { Json, Path } from '../../values/value.ts'
import { listed, nearest } from '../../values/path.ts'
import { isAbsent, listAt, plainAt, textAt } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'

/** The roles of an object: those that a Cluster manages, or the one of a DatabaseRole. */
function rolesOf({ kind, plain }: RenderedObject): { readonly path: Path; readonly role: Json | undefined }[] {
  if (kind === 'DatabaseRole') return [{ path: ['spec'], role: plainAt(plain, 'spec') }]
  if (kind !== 'Cluster') return []
  return listAt(plain, 'spec', 'managed', 'roles').map((role, index) => ({ path: ['spec', 'managed', 'roles', index], role }))
}

/** With the major that brought each, of those from 13 to 18. */
const predefined: ReadonlyMap<string, number> = new Map([
  ['pg_checkpoint', 15],
  ['pg_create_subscription', 16],
  ['pg_database_owner', 14],
  ['pg_execute_server_program', 13],
  ['pg_maintain', 17],
  ['pg_monitor', 13],
  ['pg_read_all_data', 14],
  ['pg_read_all_settings', 13],
  ['pg_read_all_stats', 13],
  ['pg_read_server_files', 13],
  ['pg_signal_autovacuum_worker', 18],
  ['pg_signal_backend', 13],
  ['pg_stat_scan_tables', 13],
  ['pg_use_reserved_connections', 16],
  ['pg_write_all_data', 14],
  ['pg_write_server_files', 13],
])

/** Why no role can be a member of the group; undefined: PostgreSQL of the major takes one, as far as it is known. */
function refusalOf(group: string, major: number | undefined): { readonly but: Message; readonly help: Message } | undefined {
  if (!group.startsWith('pg_')) return undefined
  const since = predefined.get(group)
  if (since === undefined) {
    const names = [...predefined.keys()]
    const meant = nearest(group, names) ?? names.find((one) => one.startsWith(group))
    return {
      but: phrase`PostgreSQL has no predefined role of this name`,
      help: meant === undefined ? phrase`known: ${listed(names)}` : phrase`did you mean ${meant}?`,
    }
  }
  if (major !== undefined && major < since)
    return {
      but: phrase`PostgreSQL ${major} does not have this role: it was added in ${since}`,
      help: phrase`remove it, or run PostgreSQL ${since} or later`,
    }
  return group === 'pg_database_owner'
    ? { but: phrase`that is whoever owns the database, and has no other members`, help: phrase`remove it, and make the role the owner` }
    : undefined
}

export const roles: readonly ObjectRule[] = [
  {
    // RoleConfiguration: `login` is false by default, and the operator writes NOLOGIN
    id: 'policy/role-can-login',
    severity: 'warning',
    configurable: true,
    summary: 'a role with a password may log in',
    reads: [['cluster', 'roles']],
    *check({ objects }) {
      for (const object of objects)
        for (const { path, role } of rolesOf(object)) {
          const secret = textAt(role, 'passwordSecret', 'name')
          const login = plainAt(role, 'login')
          if (secret === undefined || login === true || isAbsent(role)) continue
          yield {
            object,
            message: phrase`role ${shown(textAt(role, 'name') ?? '')} has a password, but may not log in: \`login\` is ${login === false ? 'false' : 'not set'}`,
            places: [{ path: login === false ? [...path, 'login'] : [...path, 'name'] }],
            help: phrase`set login: true${login === false ? '' : ' beside its name'}, or remove passwordSecret`,
          }
        }
    },
  },
  {
    // PostgreSQL, `InitializeSessionUserId`: "too many connections for role"; superusers are let in all the same
    id: 'policy/role-has-connections',
    severity: 'warning',
    configurable: true,
    summary: 'a role that may log in has at least one connection',
    reads: [['cluster', 'roles']],
    *check({ objects }) {
      for (const object of objects)
        for (const { path, role } of rolesOf(object)) {
          const isUsed = plainAt(role, 'login') === true && plainAt(role, 'superuser') !== true && !isAbsent(role)
          if (!isUsed || plainAt(role, 'connectionLimit') !== 0) continue
          yield {
            object,
            message: phrase`${here('connectionLimit')} is 0, but then ${named(textAt(role, 'name'))} can never log in`,
            places: [{ path: [...path, 'connectionLimit'] }],
            help: phrase`remove it (-1, the default, is no limit), or set login: false`,
          }
        }
    },
  },
  {
    // PostgreSQL 13 to 18: "role \"pg_database_owner\" cannot have explicit members"; "Predefined Roles": nobody can make another one whose name begins with pg_
    id: 'policy/predefined-role-exists',
    severity: 'error',
    configurable: true,
    summary: 'a role is a member of predefined roles that PostgreSQL has',
    reads: [['cluster', 'roles']],
    *check({ objects }) {
      for (const object of objects)
        for (const { path, role } of rolesOf(object))
          for (const [index, group] of listAt(role, 'inRoles').entries()) {
            const refusal = typeof group === 'string' ? refusalOf(group, majorOf(object.plain)) : undefined
            if (refusal === undefined) continue
            yield {
              object,
              message: phrase`${here('inRoles')} has ${shown(group)}, but ${refusal.but}`,
              places: [{ path: [...path, 'inRoles', index] }],
              help: refusal.help,
            }
          }
    },
  },
  {
    // PostgreSQL, `IsReservedName`: "role name \"pg_…\" is reserved"
    id: 'policy/owner-not-reserved',
    severity: 'error',
    configurable: true,
    summary: 'the owner of a new database has a name that PostgreSQL gives to roles',
    reads: [
      ['cluster', 'initdb', 'owner'],
      ['recovery', 'owner'],
    ],
    *check({ objects }) {
      for (const object of objects.filter(({ kind }) => kind === 'Cluster'))
        for (const method of ['initdb', 'recovery', 'pg_basebackup']) {
          const path = ['spec', 'bootstrap', method, 'owner']
          const owner = textAt(object.plain, ...path)
          if (owner === undefined || !/^pg_|^(?:public|none)$/.test(owner)) continue
          yield {
            object,
            message: phrase`${here('owner')} is ${shown(owner)}, but PostgreSQL reserves ${named(owner.startsWith('pg_') ? 'names that begin with pg_' : 'this name')}`,
            places: [{ path }],
            help: phrase`choose another name`,
          }
        }
    },
  },
]
