// Which objects of a fleet differ in nothing but their names, so that one verdict serves all?
import type { Json, JsonMap, RuledFinding } from '../model.ts'
import type { AdmitOptions } from './admit.ts'
import { examine } from './examine.ts'
import { fixedParameters } from './operator/fixed-parameters.ts'
import { isMap } from './structural.ts'

/** Names that no rule treats specially and that keep every derived name short enough. */
const ordinary = /^[a-z][-a-z0-9]{0,38}[a-z0-9]$/

/** `examine` for the objects of a fleet; `cluster` is the name that the chart prints everywhere. */
export type Examiner = (object: JsonMap, cluster: string, options: AdmitOptions) => readonly RuledFinding[]

/**
 * `examine` that remembers: databases made from the same defaults give objects that differ in their names alone, and
 * rules only compare names, never read them. An object is looked up by its text with the names taken out of the places
 * where the chart prints them (metadata, `spec.cluster.name`); one that mentions its cluster anywhere else is examined anew.
 */
export function rememberingExaminer(): Examiner {
  const verdicts = new Map<string, readonly RuledFinding[]>()
  return (object, cluster, options) => {
    const key = ordinary.test(cluster) && options.old === undefined ? likeness(object, cluster) : undefined
    if (key === undefined) return examine(object, options)
    const full = `${options.operator} ${key}`
    const known = verdicts.get(full)
    if (known !== undefined) return known
    const findings = examine(object, options)
    if (!findings.some((finding) => JSON.stringify(finding).includes(cluster))) verdicts.set(full, findings)
    return findings
  }
}

/** The object's text without its names; undefined where a name is special or stands in another place too. */
function likeness(object: JsonMap, cluster: string): string | undefined {
  const { metadata, spec, ...rest } = object
  if (!isMap(metadata) || !isMap(spec)) return undefined
  const { name, namespace, labels, ...otherMetadata } = metadata
  const labelValues = isMap(labels) ? Object.values(labels) : []
  const names = [name, namespace ?? 'default'].concat(labelValues).map((value) => stripped(value, cluster))
  const { cluster: reference, ...otherSpec } = spec
  const target =
    isMap(reference) && Object.keys(reference).length === 1
      ? stripped(reference['name'], cluster)
      : reference === undefined
        ? ''
        : undefined
  if (target === undefined || names.includes(undefined) || (labels !== undefined && !isMap(labels))) return undefined
  const text = JSON.stringify([rest, otherMetadata, ...(object['kind'] === 'Cluster' ? withoutFreeValues(otherSpec) : [otherSpec])])
  if (text.includes(cluster)) return undefined
  return JSON.stringify([names, target, labels === undefined ? [] : Object.keys(labels)]) + text
}

/** What tells two ordinary names apart as far as rules see: how a name continues its cluster's, or that it is another one. */
function stripped(value: Json | undefined, cluster: string): string | undefined {
  if (typeof value !== 'string') return undefined
  if (value.startsWith(cluster)) return value.length <= 60 ? `@${value.slice(cluster.length)}` : undefined
  return ordinary.test(value) ? '*' : `=${value}`
}

/** Parameters whose values the operator reads; of any other it only asks for text. */
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

/**
 * The spec with the values taken out in which the services of a fleet differ and which no rule tells apart as long as
 * they are ordinary (names of the application's database and owner, the size of the volume, most parameters), and what was taken out.
 */
function withoutFreeValues(spec: JsonMap): [JsonMap, string[]] {
  const { bootstrap, storage, postgresql } = spec
  const free = { ...spec }
  const taken: string[] = []
  const mask = (map: JsonMap, keys: readonly string[], ordinaryValue: RegExp): JsonMap => {
    const copy = { ...map }
    for (const key of keys) {
      const value = copy[key]
      if (typeof value !== 'string' || !ordinaryValue.test(value)) continue
      copy[key] = null
      taken.push(key)
    }
    return copy
  }
  if (isMap(bootstrap) && isMap(bootstrap['initdb']))
    free['bootstrap'] = { ...bootstrap, initdb: mask(bootstrap['initdb'], ['database', 'owner'], identifier) }
  if (isMap(storage)) free['storage'] = mask(storage, ['size'], size)
  if (isMap(postgresql) && isMap(postgresql['parameters'])) {
    const names = Object.keys(postgresql['parameters']).filter((name) => !readParameters.has(name))
    free['postgresql'] = { ...postgresql, parameters: mask(postgresql['parameters'], names, /./s) }
  }
  return [free, taken]
}
