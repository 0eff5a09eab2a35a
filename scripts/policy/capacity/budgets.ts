// Do the connections, the memory and the WAL of a database fit into what it has, and does what it wrote survive a crash?
import type { Finding, Message, Place } from '../../findings/finding.ts'
import { fieldAt, here, named, phrase } from '../../findings/message.ts'
import { bytesOf, showQuantity } from '../../kubernetes/bytes.ts'
import { largestShare } from '../../postgres/budgets/shared-memory.ts'
import { budgetsOf } from '../../postgres/budgets/budgets.ts'
import type { Budgets } from '../../postgres/budgets/budgets.ts'
import type { ConnectionBudget } from '../../postgres/budgets/connections.ts'
import { isOff } from '../../postgres/budgets/settings.ts'
import { printed } from '../../values/printed.ts'
import { nearest } from '../../values/path.ts'
import type { JsonMap, Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { objectOf, plainAt, textAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule, ObjectsSubject } from '../subject.ts'

const parameters: Path = ['cluster', 'postgresql', 'parameters']
/** Where the values of the chart have parameters. */
export const reading = (...names: readonly string[]): Path[] => names.map((name) => [...parameters, name])
const parameter = (name: string): Path => ['spec', 'postgresql', 'parameters', name]
const walNames = ['max_slot_wal_keep_size', 'max_wal_size', 'wal_keep_size'] as const
const limitPath: Path = ['spec', 'resources', 'limits', 'memory']
const servers = { rw: 'the primary', ro: 'the standbys', r: 'the instances' } as const

/** A rule that reads the budgets of a database, which may have none. */
export function* withBudgets(subject: ObjectsSubject, check: (budgets: Budgets) => Iterable<Finding>): Iterable<ObjectFinding> {
  const budgets = budgetsOf(subject.objects)
  if (budgets === undefined) return
  for (const finding of check(budgets)) yield { ...finding, object: budgets.cluster }
}

function* tooManyConnections(subject: ObjectsSubject): Iterable<ObjectFinding> {
  if (!subject.objects.some(({ kind }) => kind === 'Pooler')) return
  const { connections } = budgetsOf(subject.objects) ?? {}
  if (connections === undefined) return
  for (const budget of connections.budgets) {
    if (budget.needed <= budget.available) continue
    const [largest] = budget.shares.toSorted((a, b) => b.connections - a.connections) as [ConnectionBudget['shares'][0]]
    const { pooler } = largest
    const setting = (name: string): number => Number(textAt(pooler.plain, 'spec', 'pgbouncer', 'parameters', name) ?? 0) || 0
    const [size, reserve] = [setting('default_pool_size'), setting('reserve_pool_size')]
    const own: Path = ['spec', 'pgbouncer', 'parameters', reserve > size ? 'reserve_pool_size' : 'default_pool_size']
    const path = plainAt(pooler.plain, ...own) === undefined ? ['spec', 'instances'] : own
    const pools = budget.shares.reduce((sum, share) => sum + share.pools, 0)
    const fitting = Math.floor(budget.available / pools)
    const room = `${connections.text} = ${connections.free}${budget.servers === 1 ? '' : ` on each of ${budget.servers}`}`
    const what = reserve > 0 ? 'default_pool_size and reserve_pool_size together' : 'default_pool_size'
    const lower = fitting >= 1 ? phrase`lower ${what} to ${named(fitting)}` : phrase`run fewer poolers`
    yield {
      object: pooler,
      message: phrase`poolers may open ${named(budget.needed)} connections to ${servers[budget.target]}, but there is room for ${named(budget.available)}`,
      places: [{ path }],
      help: [...phrase`${named(budget.text)}; ${named(room)}: `, ...lower, ...phrase`, or raise max_connections`],
    }
  }
}

/** Less is a unit that is missing, and reported as such (`policy/amount-has-unit`). */
const smallest = 2 ** 20

function* sharedMemoryTooLarge(budgets: Budgets): Iterable<Finding> {
  if (budgets.limit === undefined || budgets.limit < smallest) return
  const { cluster, memory, settings } = budgets
  if (memory?.limit === undefined) return
  // the operator itself refuses buffers that are more than the request (`resources/memory-fits-shared-buffers`)
  const request = bytesOf(plainAt(cluster.plain, 'spec', 'resources', 'requests', 'memory')) ?? 0
  if (request > 0 && 8192 * (settings.read('shared_buffers') ?? 0) > request) return
  // small databases never fill the buffers that nobody asked for
  const needed = settings.written('shared_buffers') === undefined ? 0.75 * memory.shared.bytes : memory.shared.bytes
  if (needed <= memory.limit) return
  const about = memory.shared.isEstimate ? 'about ' : ''
  const largest = largestShare(settings) ?? 'shared_buffers'
  yield {
    message: phrase`${here('limits.memory')} is ${named(showQuantity(memory.limit))}, but PostgreSQL alone shares ${about}${named(showQuantity(memory.shared.bytes))}`,
    places: [
      { path: limitPath },
      ...(settings.written(largest) === undefined
        ? []
        : [
            {
              path: parameter(largest),
              label: largest === 'shared_buffers' ? phrase`most of it are shared_buffers` : phrase`most of it is for ${largest}`,
            },
          ]),
    ],
    help: phrase`raise the limit, or lower ${largest}: ${largest === 'shared_buffers' ? 'once they are filled, ' : ''}the kernel kills the server`,
  }
}

function* cacheTooLarge(budgets: Budgets): Iterable<Finding> {
  if (budgets.settings.written('effective_cache_size') === undefined) return
  const { limit, effectiveCache } = budgets.memory ?? {}
  if (limit === undefined || limit < smallest || effectiveCache === undefined || effectiveCache <= limit) return
  yield {
    message: phrase`${here('effective_cache_size')} is ${named(showQuantity(effectiveCache))}, but ${fieldAt(limitPath, 'limits.memory')} is ${named(showQuantity(limit))}`,
    places: [{ path: parameter('effective_cache_size') }, { path: limitPath, label: phrase`the container has this much, caches included` }],
    help: phrase`lower effective_cache_size to about three quarters of the limit, ${named(Math.floor((limit * 3) / 4 / 1_048_576))}MB`,
  }
}

const gigabyte = 2 ** 30

/** What to type so that WAL fits: half of the volume of its own or a tenth of one that data shares, as far as max_wal_size leaves room. */
function saneCap({ volume, isOwn, maxSize, keep }: NonNullable<Budgets['wal']>): Message {
  const cap = Math.min(volume / (isOwn ? 2 : 10), volume - maxSize)
  const rounded = cap >= gigabyte ? `${Math.floor(cap / gigabyte)}GB` : `${Math.floor(cap / 2 ** 20 / 64) * 64}MB`
  if (cap >= Math.max(keep, 2 ** 26)) return phrase`set max_slot_wal_keep_size: ${named(rounded)}`
  const larger = Math.ceil((maxSize + Math.max(keep, gigabyte)) / gigabyte) + 1
  return phrase`enlarge the volume to ${named(larger)}Gi or more, and set max_slot_wal_keep_size: 1GB`
}

/** A cap whose name PostgreSQL does not know is reported as such. */
function isCapMisspelt(cluster: JsonMap): boolean {
  const written = plainAt(cluster, 'spec', 'postgresql', 'parameters')
  const [cap] = walNames
  return isJsonMap(written) && Object.keys(written).some((name) => name !== cap && nearest(name, [cap]) === cap)
}

function* unboundedWal({ cluster, instances, wal }: Budgets): Iterable<Finding> {
  if (instances < 2 || wal === undefined || wal.slots !== undefined || wal.volume < smallest || isCapMisspelt(cluster.plain)) return
  if (plainAt(cluster.plain, 'spec', 'replicationSlots', 'highAvailability', 'enabled') === false) return
  yield {
    message: phrase`max_slot_wal_keep_size is not limited, but a standby that is away keeps WAL until ${wal.isOwn ? 'walStorage' : 'storage'} (${named(showQuantity(wal.volume))}) is full`,
    // where the parameter is not there, the volume that it protects is shown
    places: [
      { path: parameter('max_slot_wal_keep_size'), isOptional: true },
      { path: wal.path, label: phrase`this volume fills up` },
    ],
    help: [...saneCap(wal), ...phrase`; during an upgrade to 17.0–17.5 it must be -1`],
  }
}

function* walTooLarge({ wal, settings }: Budgets): Iterable<Finding> {
  if (wal === undefined || wal.needed <= wal.volume || wal.volume < smallest) return
  const written = walNames.filter((name) => settings.written(name) !== undefined)
  // the operator's own defaults against a tiny volume are left to the rule about slots
  if (written.length === 0) return
  const amounts = { max_slot_wal_keep_size: wal.slots ?? 0, max_wal_size: wal.maxSize, wal_keep_size: wal.keep }
  const [largest = 'max_wal_size', ...others] = written.toSorted((a, b) => amounts[b] - amounts[a])
  const kept = Math.max(wal.keep, wal.slots ?? 0) === wal.keep ? 'wal_keep_size' : 'max_slot_wal_keep_size'
  yield {
    message: phrase`WAL can grow to ${named(showQuantity(wal.needed))}, but the volume of ${wal.isOwn ? 'walStorage' : 'storage'} has ${named(showQuantity(wal.volume))}`,
    places: [
      { path: parameter(largest) },
      ...others.map((name): Place => ({ path: parameter(name), label: phrase`${named(name)} is set here` })),
      { path: wal.path, label: phrase`the volume of pg_wal` },
    ],
    help: phrase`max_wal_size ${named(showQuantity(wal.maxSize))} + ${kept} ${named(showQuantity(amounts[kept]))}: lower them, or enlarge the volume`,
  }
}

/** Parameters that are switched off and must be on, and what happens otherwise. */
function* switchedOff({ settings }: Budgets, names: readonly string[], consequence: string): Iterable<Finding> {
  for (const name of names) {
    const value = settings.written(name)
    if (value === undefined || !isOff(value)) continue
    yield {
      message: phrase`${here(name)} is ${named(value)}, but must be on: ${named(consequence)}`,
      places: [{ path: parameter(name) }],
      help: phrase`remove it`,
    }
  }
}

const safeWrites = ['fsync', 'full_page_writes']
const vacuuming = ['autovacuum', 'track_counts']

/** No machine has so many: the largest that clouds rent out have 896. */
const mostCores = 1000

function* cpusIn(subject: ObjectsSubject): Iterable<ObjectFinding> {
  const object = objectOf(subject, 'Cluster')
  if (object === undefined) return
  for (const side of ['requests', 'limits']) {
    const amounts = plainAt(object.plain, 'spec', 'resources', side)
    const cpu = isJsonMap(amounts) ? amounts['cpu'] : undefined
    const cores = bytesOf(cpu)
    if (cores === undefined || cores < mostCores) continue
    yield {
      object,
      message: phrase`${here('cpu')} is ${named(printed(cpu))}, but that is ${named(cores)} cores`,
      places: [{ path: ['spec', 'resources', side, 'cpu'] }],
      help: phrase`did you mean ${named(cores)}m?`,
    }
  }
}

export const budgets: readonly ObjectRule[] = [
  {
    // "too many clients already" on a server of PostgreSQL 17; PgBouncer: pool_size counts for each pair of user and database
    id: 'policy/connections-fit',
    severity: 'warning',
    configurable: true,
    summary: 'the poolers of one service open at most as many connections as its servers have',
    reads: [
      ['poolers'],
      ['databases'],
      ['cluster', 'roles'],
      [...parameters, 'max_connections'],
      [...parameters, 'superuser_reserved_connections'],
      [...parameters, 'reserved_connections'],
    ],
    check: tooManyConnections,
  },
  {
    // measured: scripts/postgres/budgets/shared-memory.ts
    id: 'policy/shared-memory-fits',
    severity: 'error',
    configurable: true,
    summary: "the shared memory of PostgreSQL fits into the container's limit",
    reads: [
      ['cluster', 'resources'],
      [...parameters, 'shared_buffers'],
      [...parameters, 'max_connections'],
    ],
    check: (subject) => withBudgets(subject, sharedMemoryTooLarge),
  },
  {
    // PostgreSQL 17, 19.7.2: "both PostgreSQL's shared buffers and the portion of the kernel's disk cache"; a container's limit covers both
    id: 'policy/cache-size-fits',
    severity: 'warning',
    configurable: true,
    summary: "effective_cache_size is at most the container's limit",
    reads: [
      ['cluster', 'resources'],
      [...parameters, 'effective_cache_size'],
    ],
    check: (subject) => withBudgets(subject, cacheTooLarge),
  },
  {
    // CloudNativePG 1.27 "Replication": "it is important to monitor replication slots"; PostgreSQL 17, 19.6.1 on max_slot_wal_keep_size
    id: 'policy/wal-bounded',
    severity: 'warning',
    configurable: true,
    preset: 'production',
    summary: 'the WAL that replication slots keep is limited',
    reads: [
      [...parameters, 'max_slot_wal_keep_size'],
      ['cluster', 'walStorage'],
      ['cluster', 'storage'],
      ['cluster', 'instances'],
    ],
    check: (subject) => withBudgets(subject, unboundedWal),
  },
  {
    // PostgreSQL 17, 28.5: pg_wal holds up to max_wal_size, and beyond it what wal_keep_size or slots keep. Measured on 17.10 under load
    // with max_wal_size 128MB: 193MB with a lost slot of 128MB, 337MB with wal_keep_size 256MB, 321MB with a slot of 256MB
    id: 'policy/wal-fits',
    severity: 'warning',
    configurable: true,
    summary: 'the WAL that the parameters allow fits into the volume of pg_wal',
    reads: [
      ...walNames.map((name) => [...parameters, name]),
      ['cluster', 'walStorage', 'enabled'],
      ['cluster', 'walStorage', 'size'],
      ['cluster', 'storage', 'size'],
    ],
    check: (subject) => withBudgets(subject, walTooLarge),
  },
  {
    // PostgreSQL 17, 19.5.1: "can result in either unrecoverable data corruption, or silent data corruption"
    id: 'policy/crash-safe',
    severity: 'error',
    configurable: true,
    preset: 'production',
    summary: 'fsync and full_page_writes are on',
    reads: safeWrites.map((name) => [...parameters, name]),
    check: (subject) => withBudgets(subject, (budgets) => switchedOff(budgets, safeWrites, 'a crash would leave the database corrupt')),
  },
  {
    // PostgreSQL 17, 19.10 and 24.1.5: without the daemon dead rows stay, and at autovacuum_freeze_max_age it starts all the same
    id: 'policy/vacuumed',
    severity: 'warning',
    configurable: true,
    summary: 'autovacuum is on, and so are the statistics that it needs',
    reads: vacuuming.map((name) => [...parameters, name]),
    check: (subject) => withBudgets(subject, (budgets) => switchedOff(budgets, vacuuming, 'dead rows would stay in every table')),
  },
  {
    id: 'policy/cpu-has-unit',
    severity: 'warning',
    configurable: true,
    summary: 'a database asks for fewer than 1000 cores',
    reads: [['cluster', 'resources']],
    check: cpusIn,
  },
]
