// Which values may differ between the databases of a fleet without any rule telling them apart?
import { fixedParameters } from './operator/fixed-parameters.ts'
import type { Json, JsonMap } from './model.ts'

/** Names that no rule treats specially and that keep every derived name short enough. */
export const ordinaryName = /^[a-z][-a-z0-9]{0,38}[a-z0-9]$/

/** Parameters whose values the operator reads; of any other it only asks for text. What PostgreSQL says of them is asked elsewhere. */
const readParameters: ReadonlySet<string> = new Set([
  ...fixedParameters,
  'wal_level',
  'max_wal_senders',
  'shared_buffers',
  'hot_standby_feedback',
  'sync_replication_slots',
  'wal_log_hints',
  'min_wal_size',
  'max_wal_size',
])
const identifier = /^[a-z_][a-z0-9_]{0,40}$/
const size = /^[1-9][0-9]{0,5}[MGT]i$/

/** Where the parts of a Cluster with free values stand: in its spec, or in the chart's `cluster`. */
export interface Parts {
  readonly initdb: Json | undefined
  readonly storage: Json | undefined
  readonly parameters: Json | undefined
}

/**
 * The parts with the values taken out in which the services of a fleet differ and which no rule tells apart as long as they
 * are ordinary (the application's database and owner, the size of the volume, most parameters), and what was taken out.
 */
export function withoutFreeValues({ initdb, storage, parameters }: Parts): Parts & { readonly taken: readonly string[] } {
  const taken: string[] = []
  const mask = (part: Json | undefined, isFree: (key: string) => boolean, ordinary: RegExp): Json | undefined => {
    if (part === null || typeof part !== 'object' || Array.isArray(part)) return part
    const copy: JsonMap = { ...part }
    for (const [key, value] of Object.entries(part)) {
      if (!isFree(key) || typeof value !== 'string' || !ordinary.test(value)) continue
      copy[key] = null
      taken.push(key)
    }
    return copy
  }
  return {
    initdb: mask(initdb, (key) => key === 'database' || key === 'owner', identifier),
    storage: mask(storage, (key) => key === 'size', size),
    parameters: mask(parameters, (key) => !readParameters.has(key), /./s),
    taken,
  }
}
