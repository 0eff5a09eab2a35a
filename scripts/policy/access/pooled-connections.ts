// Do the connections that poolers keep agree with what PostgreSQL lets a role or a database have, and are they clean?
import { here, named, phrase } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { isClient, ownersOf, poolLimits } from '../../postgres/budgets/connections.ts'
import type { Json, Path } from '../../values/value.ts'
import { isAbsent, listAt, objectOf, objectsOfCluster, plainAt, textAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule, ObjectsSubject } from '../subject.ts'

const parameters: Path = ['spec', 'pgbouncer', 'parameters']

/** The connections that one Pooler opens for one user to one database, if clients ask for them; undefined: not known. */
function poolOf(pooler: RenderedObject): number | undefined {
  const limits = poolLimits(pooler)
  return limits === undefined ? undefined : limits.instances * Math.min(limits.size, limits.most)
}

interface Limit {
  readonly object: RenderedObject
  readonly path: Path
  readonly of: string
  readonly limit: number
}

function limitIn(object: RenderedObject, path: Path, kind: string): Limit[] {
  const declared = plainAt(object.plain, ...path)
  const limit = plainAt(declared, 'connectionLimit')
  const name = textAt(declared, 'name')
  // no connection at all is reported as such, or meant
  if (name === undefined || typeof limit !== 'number' || limit < 1 || isAbsent(declared)) return []
  return [{ object, path: [...path, 'connectionLimit'], of: `${kind} ${name}`, limit }]
}

/** Limits of databases and of their owners: other roles, such as those of people and jobs, may stay away from the pooler. */
function limitsOf(subject: ObjectsSubject, cluster: RenderedObject): Limit[] {
  const owners = new Set(ownersOf(cluster, subject.objects).values())
  const isOwner = (role: Json): boolean => isClient(role) && owners.has(textAt(role, 'name') ?? '')
  return [
    ...listAt(cluster.plain, 'spec', 'managed', 'roles').flatMap((role, index) =>
      isOwner(role) ? limitIn(cluster, ['spec', 'managed', 'roles', index], 'role') : [],
    ),
    ...objectsOfCluster(subject, cluster, 'DatabaseRole').flatMap((role) =>
      isOwner(plainAt(role.plain, 'spec') ?? null) ? limitIn(role, ['spec'], 'role') : [],
    ),
    ...objectsOfCluster(subject, cluster, 'Database').flatMap((database) => limitIn(database, ['spec'], 'database')),
  ]
}

function* tooFewForPool(subject: ObjectsSubject): Iterable<ObjectFinding> {
  const cluster = objectOf(subject, 'Cluster')
  // those of the primary: standbys each count for themselves
  const poolers =
    cluster === undefined
      ? []
      : objectsOfCluster(subject, cluster, 'Pooler').filter(({ plain }) => (textAt(plain, 'spec', 'type') ?? 'rw') === 'rw')
  const [largest] = poolers.flatMap((pooler) => ({ pooler, opens: poolOf(pooler) ?? 0 })).toSorted((a, b) => b.opens - a.opens)
  if (cluster === undefined || largest === undefined) return
  for (const { object, path, of, limit } of limitsOf(subject, cluster)) {
    if (limit >= largest.opens) continue
    yield {
      object,
      message: phrase`${here('connectionLimit')} of ${named(of)} is ${limit}, but Pooler ${named(largest.pooler.name)} may open ${named(largest.opens)} connections to it`,
      places: [{ path }],
      help: phrase`raise it to ${named(largest.opens)} or more, or lower default_pool_size: PostgreSQL refuses the others`,
    }
  }
}

function* sessionsKept({ objects }: ObjectsSubject): Iterable<ObjectFinding> {
  for (const object of objects.filter(({ kind }) => kind === 'Pooler')) {
    const isSession = (textAt(object.plain, 'spec', 'pgbouncer', 'poolMode') ?? 'session') === 'session'
    if (!isSession || textAt(object.plain, ...parameters, 'server_reset_query')?.trim() !== '') continue
    yield {
      object,
      message: phrase`${here('server_reset_query')} is empty in session mode: a client gets the settings and locks of the one before`,
      places: [{ path: [...parameters, 'server_reset_query'] }],
      help: phrase`remove it: DISCARD ALL is the default`,
    }
  }
}

export const pooledConnections: readonly ObjectRule[] = [
  {
    // PostgreSQL, `InitializeSessionUserId` and `CheckMyDatabase`: "too many connections for role", "… for database"; a pool is one of a user and a database
    id: 'policy/pool-within-limits',
    severity: 'warning',
    configurable: true,
    summary: 'the pool of an owner or of a database is within its connectionLimit',
    reads: [['poolers'], ['cluster', 'roles'], ['databases']],
    check: tooFewForPool,
  },
  {
    // PgBouncer, "server_reset_query": "When transaction pooling is used, … not used"; in session mode it cleans up before the next client
    id: 'policy/pooler-resets-sessions',
    severity: 'warning',
    configurable: true,
    summary: 'a Pooler in session mode cleans a connection before it hands it on',
    reads: [['poolers']],
    check: sessionsKept,
  },
]
