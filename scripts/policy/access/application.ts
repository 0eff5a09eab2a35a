// Does the application get the database and the user that a new Cluster makes for it?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { Json, Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { listAt, plainAt, textAt, typed } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'

interface Owner {
  /** a key of `spec.bootstrap` */
  readonly method: string
  readonly above: Path
  /** what names the owner: the operator takes the name of the database where there is none */
  readonly field: 'database' | 'owner'
  /** empty: neither is written */
  readonly owner: string
}

/** The owner of the application database, for each way to make a Cluster. */
export function ownersOf(plain: Json): Owner[] {
  return ['initdb', 'recovery', 'pg_basebackup'].map((method) => {
    const above = ['spec', 'bootstrap', method]
    const field = (textAt(plain, ...above, 'owner') ?? '') === '' ? 'database' : 'owner'
    return { method, above, field, owner: textAt(plain, ...above, field) ?? '' }
  })
}

export const application: readonly ObjectRule[] = [
  {
    // `refreshCredentialsFromSecret` of CloudNativePG 1.27 to 1.30: `DisableSuperuserPassword` each time, and the owner's password only when
    // its Secret changes (cnpg#9993)
    id: 'policy/owner-not-superuser',
    severity: 'error',
    configurable: true,
    summary: 'the owner of the application database is not the superuser, whose password the operator removes',
    reads: [['cluster', 'initdb', 'owner']],
    *check(subject) {
      for (const cluster of subject.objects.filter(({ kind }) => kind === 'Cluster'))
        for (const { above, field, owner } of ownersOf(cluster.plain)) {
          if (owner !== 'postgres' || plainAt(cluster.plain, 'spec', 'enableSuperuserAccess') === true) continue
          yield {
            object: cluster,
            message: phrase`${here('owner')} is postgres, but the operator removes the password of postgres: enableSuperuserAccess is not true`,
            places: [{ path: [...above, field] }],
            help: phrase`name another owner, or set ${typed(subject, 'cluster.enableSuperuserAccess', 'spec.enableSuperuserAccess')}: true`,
          }
        }
    },
  },
  {
    // `ConfigureNewInstance` returns where the database exists, before `postInitApplicationSQL`; template0: "not currently accepting
    // connections", template1: "source database "template1" is being accessed by other users" (17.10)
    id: 'policy/database-is-new',
    severity: 'warning',
    configurable: true,
    summary: 'the application database is not one that each new PostgreSQL already has',
    reads: [['cluster', 'initdb', 'database']],
    *check({ objects }) {
      for (const cluster of objects.filter(({ kind }) => kind === 'Cluster')) {
        const path = ['spec', 'bootstrap', 'initdb']
        const initdb = plainAt(cluster.plain, ...path)
        const database = textAt(initdb, 'database') ?? ''
        if (!/^(?:postgres|template[01])$/.test(database) || isJsonMap(plainAt(initdb, 'import'))) continue
        const owner = textAt(initdb, 'owner') || database
        const sql = listAt(initdb, 'postInitApplicationSQL').length > 0 || isJsonMap(plainAt(initdb, 'postInitApplicationSQLRefs'))
        if (database === 'postgres' && owner === 'postgres' && !sql) continue
        const harm =
          database === 'template0'
            ? phrase`takes no connections`
            : database === 'template1'
              ? phrase`blocks CREATE DATABASE while the application is connected`
              : sql
                ? phrase`exists: postInitApplicationSQL never runs`
                : phrase`exists: ${named(owner)} does not become its owner`
        yield {
          object: cluster,
          message: phrase`${here('database')} is ${shown(database)}, which ${harm}`,
          places: [{ path: [...path, 'database'] }],
          help: phrase`give the application a database of another name, such as app`,
        }
      }
    },
  },
  {
    // `ConfigureNewInstance` makes the application database, and `importDatabases` restores into one that exists without its owner (cnpg#7447)
    id: 'policy/imported-database-keeps-owner',
    severity: 'warning',
    configurable: true,
    summary: 'a database that is imported with others is not made for the application before',
    reads: [['cluster', 'initdb']],
    *check({ objects }) {
      for (const cluster of objects.filter(({ kind }) => kind === 'Cluster')) {
        const path = ['spec', 'bootstrap', 'initdb']
        const initdb = plainAt(cluster.plain, ...path)
        const [database, owner] = [textAt(initdb, 'database') ?? '', textAt(initdb, 'owner') ?? '']
        const isImported = listAt(initdb, 'import', 'databases').includes(database)
        if (textAt(initdb, 'import', 'type') !== 'monolith' || database === '' || !isImported) continue
        yield {
          object: cluster,
          message: phrase`${here('database')} is ${shown(database)}, which is also imported: ${named(owner || database)} becomes its owner, whoever owns it now`,
          places: [{ path: [...path, 'database'] }],
          help: phrase`remove database and owner: a monolith import makes its databases with their owners`,
        }
      }
    },
  },
]
