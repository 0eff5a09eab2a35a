// Is what objects declare in a server declared once, and by a Cluster that takes declarations?
import { named, phrase, shown } from '../../findings/message.ts'
import { isReplica } from '../../operator/cluster/cluster.ts'
import type { RenderedObject } from '../../model.ts'
import { isAbsent, listAt, plainAt, textAt } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'

/** Kinds that stand for something in a server, and the fields that say for what. */
const identities: ReadonlyMap<string, readonly string[]> = new Map([
  ['DatabaseRole', ['name']],
  ['Publication', ['dbname', 'name']],
  ['Subscription', ['dbname', 'name']],
])

const clusterOf = ({ plain }: RenderedObject): string => textAt(plain, 'spec', 'cluster', 'name') ?? ''

export const declaredOnce: readonly ObjectRule[] = [
  {
    id: 'policy/database-once',
    severity: 'error',
    configurable: true,
    upstream: 'Database controller: the object that was never reconciled is marked failed',
    summary: 'a PostgreSQL database is managed by one Database object',
    reads: [['databases']],
    *check({ objects }) {
      const seen = new Map<string, string>()
      for (const object of objects) {
        const name = object.kind === 'Database' ? textAt(object.plain, 'spec', 'name') : undefined
        const cluster = plainAt(object.plain, 'spec', 'cluster', 'name')
        if (name === undefined || cluster === undefined) continue
        const namespace = textAt(object.plain, 'metadata', 'namespace') ?? ''
        const key = JSON.stringify([namespace, cluster, name])
        const other = seen.get(key)
        if (other !== undefined && other !== object.name)
          yield {
            object,
            message: phrase`database is \`${named(name)}\` also in ${named(other)}, but only one object may manage it`,
            places: [{ path: ['spec', 'name'] }],
            help: phrase`remove one of the two`,
          }
        seen.set(key, object.name)
      }
    },
  },
  {
    // `ensureManagerIsUnique`; `errClusterIsManagingRole` of the DatabaseRole controller (cnpg#5922): the later object is never applied
    id: 'policy/declared-once',
    severity: 'error',
    configurable: true,
    upstream: 'DatabaseRole, Publication and Subscription controllers',
    summary: 'a role, publication or subscription of a server is declared by one object',
    reads: [],
    *check({ objects }) {
      if (!objects.some(({ kind }) => identities.has(kind))) return
      const seen = new Map<string, string>()
      for (const cluster of objects.filter(({ kind }) => kind === 'Cluster'))
        for (const role of listAt(cluster.plain, 'spec', 'managed', 'roles')) {
          const name = textAt(role, 'name')
          if (name !== undefined) seen.set(JSON.stringify(['DatabaseRole', cluster.name, name]), 'managed.roles of the Cluster')
        }
      for (const object of objects) {
        const fields = identities.get(object.kind)
        const parts = fields?.map((field) => textAt(object.plain, 'spec', field) ?? '')
        if (parts === undefined || parts.includes('') || clusterOf(object) === '' || isAbsent(object.plain['spec'])) continue
        const key = JSON.stringify([object.kind, clusterOf(object), ...parts])
        const other = seen.get(key)
        seen.set(key, object.name)
        if (other === undefined || other === object.name) continue
        yield {
          object,
          message: phrase`${object.kind} ${shown(parts.at(-1))} is declared in ${named(other)}, too, but only one may manage it: this is never applied`,
          places: [{ path: ['spec', 'name'] }],
          help: phrase`remove one of the two`,
        }
      }
    },
  },
  {
    // `errClusterIsReplica`: "waiting for the cluster to become primary" (cnpg#10867)
    id: 'policy/declared-on-primary',
    severity: 'warning',
    configurable: true,
    summary: 'databases, roles, publications and subscriptions are declared for a Cluster that is no replica',
    reads: [['databases'], ['mode']],
    *check({ objects }) {
      for (const cluster of objects.filter(({ kind, plain }) => kind === 'Cluster' && isReplica(plain))) {
        // of Clusters that take turns, each has all objects
        if (textAt(cluster.plain, 'spec', 'replica', 'primary')) continue
        for (const object of objects) {
          const isDeclared = object.kind === 'Database' || identities.has(object.kind)
          if (!isDeclared || clusterOf(object) !== cluster.name || isAbsent(object.plain['spec'])) continue
          yield {
            object,
            message: phrase`${object.kind} ${named(object.name)} is for ${named(cluster.name)}, which is a replica: it is not applied before that is promoted`,
            places: [{ path: ['spec', 'name'] }],
            help: phrase`declare it for the Cluster that this one follows`,
          }
        }
      }
    },
  },
]
