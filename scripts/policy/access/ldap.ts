// Can the users of an LDAP server log in through the poolers, too?
import { named, phrase } from '../../findings/message.ts'
import { effectiveHba } from '../../postgres/hba/effective.ts'
import { likelyMajorOf } from '../../operator/major.ts'
import { isJsonMap } from '../../values/value.ts'
import type { RenderedObject } from '../../model.ts'
import { listAt, objectsOf, objectsOfCluster, plainAt } from '../subject.ts'
import type { ObjectRule, ObjectsSubject } from '../subject.ts'

/** Whether LDAP is asked for everybody: no line of the user lets somebody in by another password. */
function isForAll(cluster: RenderedObject, { operator }: ObjectsSubject): boolean {
  if (!isJsonMap(plainAt(cluster.plain, 'spec', 'postgresql', 'ldap'))) return false
  const lines = effectiveHba(cluster, operator, likelyMajorOf(cluster.plain)) ?? []
  return lines.every(({ item, record }) => item === undefined || record?.method === 'ldap' || record?.method === 'reject')
}

export const ldapOfPoolers: readonly ObjectRule[] = [
  {
    // pgbouncer.ini of the operator has `auth_type = hba` and an auth_query that reads pg_shadow: PgBouncer asks for SCRAM keys that a user of
    // LDAP does not have, and holds no password that it could hand on (cnpg#6826, #7156, #8043)
    id: 'policy/pooler-knows-passwords',
    severity: 'warning',
    configurable: true,
    upstream: 'pgBouncerHBAConfigurationFile',
    summary: 'a Pooler is for a Cluster whose users have their passwords in PostgreSQL, not in LDAP',
    reads: [['poolers'], ['cluster', 'postgresql', 'ldap']],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster')) {
        if (!isForAll(cluster, subject)) continue
        for (const pooler of objectsOfCluster(subject, cluster, 'Pooler')) {
          const bouncer = plainAt(pooler.plain, 'spec', 'pgbouncer')
          const isOwn = plainAt(bouncer, 'authQuery') !== undefined || plainAt(bouncer, 'authQuerySecret') !== undefined
          const asks = listAt(bouncer, 'pg_hba').some((line) => typeof line === 'string' && /\bldap\b/.test(line))
          if (isOwn || asks) continue
          yield {
            object: pooler,
            message: phrase`pooler of ${named(cluster.name)} reads passwords from PostgreSQL, but users there log in by LDAP: none gets in through it`,
            places: [{ path: ['spec', 'cluster', 'name'] }],
            help: phrase`let applications in by a line such as \`host all app all scram-sha-256\` in pg_hba of the Cluster; people connect directly`,
          }
        }
      }
    },
  },
]
