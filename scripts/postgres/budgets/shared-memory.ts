// How much shared memory does a server ask the system for?
// The sizes of PostgreSQL's own structures (`CalculateShmemSize`), fitted to `postgres -C shared_memory_size` of 15.18, 16.14,
// 17.10 and 18.4: 350 configurations each, 128kB to 64GB of shared buffers, 10 to 5000 connections. The largest error is 0.8 %
// beyond the rounding to whole megabytes. 13 and 14 have no such setting; they are estimated as 15.
import { presetOf } from './settings.ts'
import type { ServerSettings } from './settings.ts'

export interface SharedMemory {
  readonly bytes: number
  /** of a major that was not measured */
  readonly isEstimate: boolean
}

/** Bytes for each of a kind; `fixed` is there in any case. */
interface Costs {
  readonly fixed: number
  /** of a buffer: the page and its descriptor */
  readonly buffer: number
  /** of a process that may run: connections, workers, senders */
  readonly process: number
  readonly prepared: number
  readonly worker: number
  readonly slot: number
}
const fitted: Readonly<Record<15 | 16 | 17 | 18, Costs>> = {
  15: { fixed: 1_193_333, buffer: 8317, process: 6885, prepared: 6039, worker: 742, slot: 413 },
  16: { fixed: 1_176_834, buffer: 8317, process: 6946, prepared: 5924, worker: 515, slot: 593 },
  17: { fixed: 821_719, buffer: 8323, process: 6902, prepared: 6316, worker: 790, slot: 678 },
  18: { fixed: 744_033, buffer: 8324, process: 7223, prepared: 5957, worker: 1661, slot: 534 },
}
/** Of 18: one asynchronous read or write, and a group of 16 locks of one process. */
const [perHandle, perVector, perLockGroup] = [145, 24, 73]

const page = 8192
const lockEntry = 152
const holderEntry = 64
const predicateEntry = 72

/** Undefined: a setting that counts is not known. */
export function sharedMemory({ major, read }: ServerSettings): SharedMemory | undefined {
  const isUnknown = { is: false }
  const of = (name: string): number => {
    const amount = read(name)
    if (amount === undefined) isUnknown.is = true
    return amount ?? 0
  }
  const measured = (major < 15 ? 15 : Math.min(major, 18)) as keyof typeof fitted
  const costs = fitted[measured]
  const buffers = of('shared_buffers')
  const prepared = of('max_prepared_transactions')
  const workers = of('max_worker_processes')
  const autovacuum = of(measured < 18 ? 'autovacuum_max_workers' : 'autovacuum_worker_slots')
  const backends = of('max_connections') + autovacuum + workers + of('max_wal_senders') + (measured < 18 ? 1 : 2)
  const helpers = { 15: 5, 16: 5, 17: 6, 18: 38 }[measured]
  const lockers = backends + prepared
  const locks = of('max_locks_per_transaction') * lockers
  const predicates = of('max_pred_locks_per_transaction') * lockers
  const wal = of('wal_buffers')
  const bytes =
    costs.fixed +
    costs.buffer * buffers +
    costs.process * backends +
    costs.prepared * prepared +
    costs.worker * workers +
    costs.slot * of('max_replication_slots') +
    table(buffers + 128, 24) +
    // the lock manager adds a tenth, the predicate lock manager's third table hangs on the other two
    1.1 * (table(locks, lockEntry) + table(locks * 2, holderEntry)) +
    1.305 * (table(predicates, predicateEntry) + table(predicates, holderEntry)) +
    page * (wal === -1 ? clamp(Math.floor(buffers / 32), 8, 2048) : wal) +
    of('track_activity_query_size') * (backends + helpers) +
    of('min_dynamic_shared_memory') * 1_048_576 +
    (measured < 17 ? oldCaches(buffers) : caches(of, buffers)) +
    (measured < 18
      ? 0
      : asynchronous(of, { backends, helpers, buffers }) + perLockGroup * (lockers + helpers) * lockGroups(of('max_locks_per_transaction')))
  return isUnknown.is ? undefined : { bytes: Math.round(bytes), isEstimate: major !== measured }
}

/** What PostgreSQL shares more memory for the higher it is. */
const grown = [
  'shared_buffers',
  'max_connections',
  'max_locks_per_transaction',
  'max_pred_locks_per_transaction',
  'max_prepared_transactions',
  'max_replication_slots',
  'max_wal_senders',
  'max_worker_processes',
  'min_dynamic_shared_memory',
  'track_activity_query_size',
  'wal_buffers',
]

/** The written setting without which most of the shared memory would not be; undefined: none is written. */
export function largestShare(settings: ServerSettings): string | undefined {
  const without = (name: string): number =>
    sharedMemory({ ...settings, read: (one) => (one === name ? presetOf(name) : settings.read(one)) })?.bytes ?? Infinity
  return grown
    .filter((name) => settings.written(name) !== undefined)
    .map((name) => ({ name, rest: without(name) }))
    .toSorted((a, b) => a.rest - b.rest)[0]?.name
}

/** Transaction states, with a position for each group of them, and commit timestamps; until 16 their number is fixed by the buffers. */
function oldCaches(buffers: number): number {
  return page * (2 * clamp(Math.floor(buffers / 512), 4, 128) + clamp(Math.floor(buffers / 256), 4, 256))
}

const cacheNames = ['commit_timestamp', 'multixact_member', 'multixact_offset', 'notify', 'serializable', 'subtransaction', 'transaction']

function caches(of: (name: string) => number, buffers: number): number {
  const automatic = clamp(Math.floor(buffers / 512 / 16) * 16, 16, 1024)
  const pages = cacheNames.map((name) => of(`${name}_buffers`) || automatic)
  const all = pages.reduce((sum, one) => sum + one, 0)
  return page * (1.01 * all + (pages.at(-1) ?? 0))
}

function asynchronous(
  of: (name: string) => number,
  { backends, helpers, buffers }: Readonly<Record<'backends' | 'helpers' | 'buffers', number>>,
): number {
  const processes = backends + helpers
  const written = of('io_max_concurrency')
  const each = written === -1 ? clamp(Math.floor(buffers / processes), 1, 64) : written
  return processes * each * (perHandle + perVector * of('io_max_combine_limit'))
}

function lockGroups(locks: number): number {
  return clamp(powerOfTwo(Math.ceil(locks / 16)), 1, 1024)
}

/** The memory of a hash table of so many entries. Reproduces `hash_estimate_size` of dynahash.c. */
function table(entries: number, entrySize: number): number {
  const segments = powerOfTwo(Math.max(1, Math.floor((powerOfTwo(Math.max(1, entries)) - 1) / 256) + 1))
  const element = 16 + Math.ceil(entrySize / 8) * 8
  let allocation = 128
  while (Math.floor(allocation / element) < 32 || allocation === 128) allocation *= 2
  const each = Math.floor(allocation / element)
  return (
    96 + powerOfTwo(Math.max(256, segments)) * 8 + segments * 2048 + (Math.floor((Math.max(1, entries) - 1) / each) + 1) * each * element
  )
}

function powerOfTwo(least: number): number {
  return least <= 1 ? 1 : 2 ** Math.ceil(Math.log2(least))
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most)
}
