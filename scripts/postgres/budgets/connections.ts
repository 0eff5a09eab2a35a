// How many connections may poolers open, and how many does the server have for them?
import type { RenderedObject } from '../../model.ts'
import { readPgBouncerInteger } from '../../pgbouncer/number.ts'
import { once } from '../../values/once.ts'
import type { Json } from '../../values/value.ts'
import { isJsonMap, jsonAt } from '../../values/value.ts'
import type { ServerSettings } from './settings.ts'

export type Target = 'rw' | 'ro' | 'r'

export interface PoolerShare {
  readonly pooler: RenderedObject
  readonly connections: number
  /** `3 instances × 2 pairs × 120` */
  readonly text: string
  /** pairs of user and database × instances: what one connection more in each pool costs */
  readonly pools: number
}

/** What leads to the same servers is added up, never across targets. */
export interface ConnectionBudget {
  readonly target: Target
  readonly shares: readonly PoolerShare[]
  /** `3 instances × 2 pairs × 120 = 720` */
  readonly text: string
  readonly needed: number
  /** of all servers behind the target */
  readonly available: number
  readonly servers: number
}

/** What a server keeps for clients. */
export interface Connections {
  readonly free: number
  /** `max_connections 300 − 3 reserved` */
  readonly text: string
  readonly budgets: readonly ConnectionBudget[]
}

/** Undefined: a setting that counts is not known. */
export function connectionsOf(
  cluster: RenderedObject,
  objects: readonly RenderedObject[],
  { major, read }: ServerSettings,
): Connections | undefined {
  const all = read('max_connections')
  const [superusers, others] = [read('superuser_reserved_connections'), major < 16 ? 0 : read('reserved_connections')]
  if (all === undefined || superusers === undefined || others === undefined) return undefined
  const free = all - superusers - others
  const instances = jsonAt(cluster.plain, ['spec', 'instances'])
  const pairs = once(() => pairsOf(cluster, objects))
  const budgets: ConnectionBudget[] = []
  const poolers = objects.filter(({ kind, plain }) => kind === 'Pooler' && jsonAt(plain, ['spec', 'cluster', 'name']) === cluster.name)
  for (const target of poolers.length === 0 ? [] : (['rw', 'ro', 'r'] as const)) {
    const shares = poolers.filter(({ plain }) => targetOf(plain) === target).map((pooler) => shareOf(pooler, pairs()))
    if (shares.length === 0 || !shares.every((share) => share !== undefined)) continue
    const count = typeof instances === 'number' ? instances : 1
    const servers = target === 'rw' ? 1 : target === 'ro' ? Math.max(1, count - 1) : Math.max(1, count)
    const needed = shares.reduce((sum, { connections }) => sum + connections, 0)
    budgets.push({
      target,
      shares,
      needed,
      servers,
      available: servers * free,
      text: `${shares.map(({ text }) => text).join(' + ')} = ${needed}`,
    })
  }
  return { free, text: `max_connections ${all} − ${superusers + others} reserved`, budgets }
}

function targetOf(pooler: Json): Target {
  const type = jsonAt(pooler, ['spec', 'type'])
  return type === 'ro' || type === 'r' ? type : 'rw'
}

interface Pair {
  readonly database: string
  readonly user: string
}

/** The owners of the databases that are stated, by the names of these. */
export function ownersOf(cluster: RenderedObject, objects: readonly RenderedObject[]): ReadonlyMap<string, string> {
  const bootstrap = jsonAt(cluster.plain, ['spec', 'bootstrap'])
  const [start] = isJsonMap(bootstrap) ? Object.values(bootstrap) : []
  const first = textAt(start, 'database') ?? 'app'
  const owners = new Map([[first, textAt(start, 'owner') ?? first]])
  for (const { kind, plain } of objects) {
    const spec = jsonAt(plain, ['spec'])
    const name = textAt(spec, 'name')
    const isOwn = kind === 'Database' && jsonAt(spec, ['cluster', 'name']) === cluster.name
    if (isOwn && name !== undefined && textAt(spec, 'ensure') !== 'absent') owners.set(name, textAt(spec, 'owner') ?? name)
  }
  return owners
}

/**
 * Each pool holds the connections of one user to one database. Counted are the owners of the databases that are stated, and the
 * other roles that may log in with one database each: a role may use more of them, but nothing says so.
 */
function pairsOf(cluster: RenderedObject, objects: readonly RenderedObject[]): Pair[] {
  const owners = ownersOf(cluster, objects)
  const [first = 'app'] = owners.keys()
  const users = new Set(owners.values())
  const roles = jsonAt(cluster.plain, ['spec', 'managed', 'roles'])
  const others = (Array.isArray(roles) ? roles : []).filter(isClient).flatMap((role) => textAt(role, 'name') ?? [])
  return [
    ...[...owners].map(([database, user]) => ({ database, user })),
    ...others.filter((user) => !users.has(user)).map((user) => ({ database: first, user })),
  ]
}

/** Not a superuser, which applications should not be, nor one for replication, which PgBouncer does not pass on. */
export function isClient(role: Json): boolean {
  const is = (name: string): boolean => jsonAt(role, [name]) === true
  return is('login') && !is('superuser') && !is('replication') && textAt(role, 'ensure') !== 'absent'
}

function textAt(root: Json | undefined, name: string): string | undefined {
  const value = jsonAt(root, [name])
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A number among the parameters of a Pooler, or PgBouncer's own; undefined: PgBouncer refuses it. */
export function poolerNumber(pooler: RenderedObject, name: string, preset: number): number | undefined {
  const written = jsonAt(pooler.plain, ['spec', 'pgbouncer', 'parameters', name])
  return written === undefined ? preset : typeof written === 'string' ? readPgBouncerInteger(written) : undefined
}

/** What the settings of one PgBouncer let it open. */
interface PoolLimits {
  readonly size: number
  readonly reserve: number
  /** infinite: nothing bounds them */
  readonly perDatabase: number
  readonly perUser: number
  /** the least of what bounds a pool besides its size; infinite: nothing does */
  readonly most: number
  readonly instances: number
}

/** Undefined: a number that PgBouncer refuses, or a pool without a limit. */
export function poolLimits(pooler: RenderedObject): PoolLimits | undefined {
  const number = (name: string, preset: number): number | undefined => poolerNumber(pooler, name, preset)
  const [size, reserve, perDatabase, perUser, clients] = [
    number('default_pool_size', 20),
    number('reserve_pool_size', 0),
    number('max_db_connections', 0),
    number('max_user_connections', 0),
    number('max_client_conn', 100),
  ]
  const instances = jsonAt(pooler.plain, ['spec', 'instances']) ?? 1
  if (size === undefined || reserve === undefined || perDatabase === undefined || perUser === undefined) return undefined
  if (size <= 0 || reserve < 0 || typeof instances !== 'number') return undefined
  const sums = { perDatabase: limitOf(perDatabase), perUser: limitOf(perUser) }
  return { size, reserve, ...sums, most: Math.min(sums.perDatabase, sums.perUser, limitOf(clients ?? 0)), instances }
}

function shareOf(pooler: RenderedObject, pairs: readonly Pair[]): PoolerShare | undefined {
  const limits = poolLimits(pooler)
  if (limits === undefined) return undefined
  const { size, reserve, most, instances } = limits
  const each = Math.min(size + reserve, most)
  const sums = { database: limits.perDatabase, user: limits.perUser }
  const one = Math.min(...(['database', 'user'] as const).map((side) => summed(pairs, side, { each, limit: sums[side] })))
  const isPlain = one === pairs.length * each
  const pool = isPlain ? `${counted(pairs.length, 'pair')} × ${each}` : `${one}`
  return { pooler, connections: instances * one, text: `${counted(instances, 'instance')} × ${pool}`, pools: instances * pairs.length }
}

/** PgBouncer takes 0 as no limit. */
function limitOf(number: number): number {
  return number > 0 ? number : Infinity
}

/** The connections of all pools, of which those of one database, or of one user, have a limit together. */
function summed(pairs: readonly Pair[], side: keyof Pair, { each, limit }: { readonly each: number; readonly limit: number }): number {
  const sums = new Map<string, number>()
  for (const pair of pairs) sums.set(pair[side], (sums.get(pair[side]) ?? 0) + each)
  return [...sums.values()].reduce((total, sum) => total + Math.min(sum, limit), 0)
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
