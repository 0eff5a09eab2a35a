// With which numbers do the servers of a Cluster run: written, set by the operator, or PostgreSQL's own?
import { operatorParameters } from '../../operator/defaults.ts'
import { likelyMajorOf } from '../../operator/major.ts'
import type { RenderedObject } from '../../model.ts'
import { parametersOf } from '../catalogue.ts'
import { readInteger, readReal } from '../number.ts'
import { configuredOf, isWritten, valueOf, verdictOn } from '../running.ts'
import type { Running } from '../running.ts'

export interface ServerSettings {
  readonly major: number
  /** a number in the parameter's own unit (`pg_settings.setting`); undefined: nothing certain is known */
  readonly read: (name: string) => number | undefined
  /** what the author wrote, if the server accepts it */
  readonly written: (name: string) => string | undefined
}

/** Defaults of PostgreSQL 13 to 18 in the parameters' own units; those that differ by major are computed where they are used. */
const presets: ReadonlyMap<string, number> = new Map([
  ['autovacuum_max_workers', 3],
  ['autovacuum_worker_slots', 16],
  ['checkpoint_timeout', 300],
  ['commit_timestamp_buffers', 0],
  ['effective_cache_size', 524_288],
  ['io_max_combine_limit', 16],
  ['io_max_concurrency', -1],
  ['maintenance_work_mem', 65_536],
  ['max_connections', 100],
  ['max_locks_per_transaction', 64],
  ['max_logical_replication_workers', 4],
  ['max_parallel_workers', 8],
  ['max_parallel_workers_per_gather', 2],
  ['max_pred_locks_per_transaction', 64],
  ['max_replication_slots', 10],
  ['max_worker_processes', 8],
  ['wal_keep_size', 0],
  ['autovacuum_work_mem', -1],
  ['max_prepared_transactions', 0],
  ['max_slot_wal_keep_size', -1],
  ['max_wal_senders', 10],
  ['max_wal_size', 1024],
  ['min_dynamic_shared_memory', 0],
  ['multixact_member_buffers', 32],
  ['multixact_offset_buffers', 16],
  ['notify_buffers', 16],
  ['reserved_connections', 0],
  ['serializable_buffers', 32],
  ['shared_buffers', 16_384],
  ['subtransaction_buffers', 0],
  ['superuser_reserved_connections', 3],
  ['track_activity_query_size', 1024],
  ['transaction_buffers', 0],
  ['wal_buffers', -1],
  ['work_mem', 4096],
])

/** PostgreSQL's own value of a setting. */
export const presetOf = (name: string): number | undefined => presets.get(name)

/** Whether a boolean is switched off, as `parse_bool` reads it: any part of the word that is no other's. */
export const isOff = (value: string): boolean => /^(?:0|of|off|n|no|f|fa|fal|fals|false)$/i.test(value)

/** A number of type real that is written and accepted. */
export function realOf({ written }: ServerSettings, name: string): number | undefined {
  const text = written(name)
  const read = text === undefined ? undefined : readReal(text, undefined)
  return typeof read === 'number' ? read : undefined
}

/** Undefined: no Cluster of a major that is known here. */
export function settingsOf(cluster: RenderedObject): ServerSettings | undefined {
  const major = likelyMajorOf(cluster.plain)
  if (major === undefined || parametersOf(major) === undefined) return undefined
  return serverSettings(configuredOf(cluster, major) ?? { major, parameters: new Map(), segment: undefined, isOperated: true })
}

const amounts = new Map<string, number | undefined>()

/** Fleets repeat the same settings. */
function amountOf(text: string, unit: string | undefined): number | undefined {
  const key = `${unit ?? ''}\0${text}`
  if (!amounts.has(key)) {
    const amount = readInteger(text, unit)
    amounts.set(key, typeof amount === 'number' ? amount : undefined)
  }
  return amounts.get(key)
}

/** The settings of a server of a known major. */
export function serverSettings(running: Running): ServerSettings {
  const { major, isOperated } = running
  const catalogue = parametersOf(major)
  const written = (name: string): string | undefined => {
    const value = valueOf(running, name)
    return value === undefined || verdictOn(major, name, value) !== undefined ? undefined : value
  }
  const known = new Map<string, number | undefined>()
  const look = (name: string): number | undefined => {
    // in another case, it is read before the operator's own line, if there is one, since lines are sorted (`GetSortedList`)
    const text = running.parameters.has(name) ? written(name) : isOperated ? operatorParameters[name] : undefined
    if (text === undefined) return isWritten(running, name) ? undefined : presets.get(name)
    return amountOf(text, catalogue?.get(name)?.unit)
  }
  // several budgets ask for the same few
  const read = (name: string): number | undefined => {
    if (!known.has(name)) known.set(name, look(name))
    return known.get(name)
  }
  return { major, read, written }
}
