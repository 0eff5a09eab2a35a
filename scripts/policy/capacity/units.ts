// Does a setting of PostgreSQL without a unit mean what its author thinks?
import { here, phrase, shown } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { isJsonMap } from '../../values/value.ts'
import { plainAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule } from '../subject.ts'

type Unit = 's' | 'ms' | 'MB' | 'kB' | '8kB'

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
  // nobody lets queries of standbys wait for less than the lag of a network, or switches WAL each few seconds
  ...['max_standby_streaming_delay', 'max_standby_archive_delay'].map((name) => [name, { unit: 'ms', least: 200, meant: 's' }] as const),
  ['archive_timeout', { unit: 's', least: 10, meant: 'min' }],
  // less than one file of WAL
  ...['max_slot_wal_keep_size', 'wal_keep_size'].map((name) => [name, { unit: 'MB', least: 16, meant: 'GB' }] as const),
  ['temp_file_limit', { unit: 'kB', least: 1024, meant: 'GB' }],
  ['deadlock_timeout', { unit: 'ms', least: 20, meant: 's' }],
  ['work_mem', { unit: 'kB', least: 1024, meant: 'MB' }],
  ['maintenance_work_mem', { unit: 'kB', least: 4096, meant: 'MB' }],
  ['effective_cache_size', { unit: '8kB', least: 4096, meant: 'MB' }],
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
    const isRefused = (known.unit === 'kB' || known.unit === '8kB') && name !== 'temp_file_limit' && count < 64
    if (count === 0 || count >= known.least || isRefused) continue
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
