// Can the roles that are declared log in, and does PostgreSQL take their names?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import type { Json, Path } from '../../values/value.ts'
import { nearest } from '../../values/path.ts'
import { isAbsent, listAt, plainAt, textAt } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'

/** The roles of an object: those that a Cluster manages, or the one of a DatabaseRole. */
function rolesOf({ kind, plain }: RenderedObject): { readonly path: Path; readonly role: Json | undefined }[] {
  if (kind === 'DatabaseRole') return [{ path: ['spec'], role: plainAt(plain, 'spec') }]
  if (kind !== 'Cluster') return []
  return listAt(plain, 'spec', 'managed', 'roles').map((role, index) => ({ path: ['spec', 'managed', 'roles', index], role }))
}

/** Of any major from 13 to 18. */
const predefined = [
  'pg_checkpoint',
  'pg_create_subscription',
  'pg_database_owner',
  'pg_execute_server_program',
  'pg_maintain',
  'pg_monitor',
  'pg_read_all_data',
  'pg_read_all_settings',
  'pg_read_all_stats',
  'pg_read_server_files',
  'pg_signal_autovacuum_worker',
  'pg_signal_backend',
  'pg_stat_scan_tables',
  'pg_use_reserved_connections',
  'pg_write_all_data',
  'pg_write_server_files',
]

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
    // PostgreSQL, "Predefined Roles": nobody can make another one whose name begins with pg_
    id: 'policy/predefined-role-exists',
    severity: 'error',
    configurable: true,
    summary: 'a role is a member of predefined roles that PostgreSQL has',
    reads: [['cluster', 'roles']],
    *check({ objects }) {
      for (const object of objects)
        for (const { path, role } of rolesOf(object))
          for (const [index, group] of listAt(role, 'inRoles').entries()) {
            if (typeof group !== 'string' || !group.startsWith('pg_') || predefined.includes(group)) continue
            const meant = nearest(group, predefined) ?? predefined.find((one) => one.startsWith(group))
            yield {
              object,
              message: phrase`${here('inRoles')} has ${shown(group)}, but PostgreSQL has no predefined role of this name`,
              places: [{ path: [...path, 'inRoles', index] }],
              help: meant === undefined ? phrase`known: ${predefined.slice(0, 8).join(', ')}` : phrase`did you mean ${meant}?`,
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
