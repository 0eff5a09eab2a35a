// Does a setting of PostgreSQL without a unit mean what its author thinks?
import { here, phrase, shown } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { isJsonMap } from '../../values/value.ts'
import { plainAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule } from '../subject.ts'

type Unit = 'ms' | 's' | 'kB' | '8kB' | 'MB'

interface Bare {
  readonly unit: Unit
  readonly least: number
  readonly meant: string
}

/** Settings with the unit of a bare number (pg_settings.unit), and the least number that anybody means by it. */
const bare: ReadonlyMap<string, Bare> = new Map<string, Bare>([
  // web services stop statements after some hundred milliseconds
  ...['statement_timeout', 'transaction_timeout'].map((name) => [name, { unit: 'ms', least: 100, meant: 's' }] as const),
  ...['idle_in_transaction_session_timeout', 'idle_session_timeout', 'wal_sender_timeout', 'wal_receiver_timeout'].map(
    (name) => [name, { unit: 'ms', least: 500, meant: 's' }] as const,
  ),
  // a time in which a packet, or a look for a client that left, can hardly come back
  ...['tcp_user_timeout', 'client_connection_check_interval', 'wal_retrieve_retry_interval'].map(
    (name) => [name, { unit: 'ms', least: 100, meant: 's' }] as const,
  ),
  ['deadlock_timeout', { unit: 'ms', least: 20, meant: 's' }],
  ['lock_timeout', { unit: 'ms', least: 10, meant: 's' }],
  ['log_min_duration_statement', { unit: 'ms', least: 5, meant: 's' }],
  ...['max_standby_archive_delay', 'max_standby_streaming_delay'].map((name) => [name, { unit: 'ms', least: 100, meant: 's' }] as const),
  // the operator sets five minutes, and each segment takes 16 MB of the archive
  ['archive_timeout', { unit: 's', least: 30, meant: 'min' }],
  ['checkpoint_timeout', { unit: 's', least: 60, meant: 'min' }],
  ['idle_replication_slot_timeout', { unit: 's', least: 60, meant: 'h' }],
  ['work_mem', { unit: 'kB', least: 1024, meant: 'MB' }],
  ['maintenance_work_mem', { unit: 'kB', least: 4096, meant: 'MB' }],
  ['autovacuum_work_mem', { unit: 'kB', least: 1024, meant: 'MB' }],
  ['logical_decoding_work_mem', { unit: 'kB', least: 1024, meant: 'MB' }],
  ['temp_file_limit', { unit: 'kB', least: 1024, meant: 'GB' }],
  ['effective_cache_size', { unit: '8kB', least: 4096, meant: 'MB' }],
  ['wal_buffers', { unit: '8kB', least: 65, meant: 'MB' }],
  // less than one segment of WAL, or than four
  ['wal_keep_size', { unit: 'MB', least: 16, meant: 'GB' }],
  ['max_slot_wal_keep_size', { unit: 'MB', least: 64, meant: 'GB' }],
])

/** Less is refused, which another rule reports. */
const lowestTaken: ReadonlyMap<string, number> = new Map([
  ['checkpoint_timeout', 30],
  ['temp_file_limit', 1],
  ['wal_buffers', 1],
])

/** `64kB`, `4MB` of a number in a unit. */
function amountOf(count: number, unit: Unit): string {
  if (unit === 'ms' || unit === 's' || unit === 'MB') return `${count} ${unit}`
  const kilobytes = unit === 'kB' ? count : count * 8
  return kilobytes % 1024 === 0 ? `${kilobytes / 1024} MB` : `${kilobytes} kB`
}

function* withoutUnits(object: RenderedObject): Iterable<ObjectFinding> {
  const parameters = plainAt(object.plain, 'spec', 'postgresql', 'parameters')
  if (!isJsonMap(parameters)) return
  for (const [name, value] of Object.entries(parameters)) {
    const known = bare.get(name.toLowerCase())
    if (known === undefined || typeof value !== 'string' || !/^\d{1,9}$/.test(value.trim())) continue
    const count = Number(value)
    // 0 switches off, and what is below the bound is refused
    const lowest = lowestTaken.get(name.toLowerCase()) ?? (known.unit === 'kB' || known.unit === '8kB' ? 64 : 1)
    if (count < lowest || count >= known.least) continue
    yield {
      object,
      message: phrase`${here(name)} is ${shown(value)} without a unit, which means ${amountOf(count, known.unit)}`,
      places: [{ path: ['spec', 'postgresql', 'parameters', name] }],
      help: phrase`write the unit, such as ${`${count}${known.meant}`}`,
    }
  }
}

export const units: readonly ObjectRule[] = [
  {
    // PostgreSQL 17, 19.1.1: "Unspecified units default to the parameter's own": milliseconds, kilobytes or blocks of 8 kB
    id: 'policy/setting-has-unit',
    severity: 'warning',
    configurable: true,
    summary: 'a time or an amount of memory that is absurd without a unit has one',
    reads: [['cluster', 'postgresql', 'parameters']],
    *check({ objects }) {
      for (const object of objects.filter(({ kind }) => kind === 'Cluster')) yield* withoutUnits(object)
    },
  },
]
