// Which objects of a fleet differ in nothing but their names, so that one verdict serves all?
import type { Json, JsonMap, RuledFinding } from '../model.ts'
import type { AdmitOptions } from './admit.ts'
import { ordinaryName, withoutFreeValues } from '../free-values.ts'
import { examine } from './examine.ts'
import { isJsonMap } from '../values/value.ts'

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
    const key = ordinaryName.test(cluster) && options.old === undefined ? likeness(object, cluster) : undefined
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
  if (!isJsonMap(metadata) || !isJsonMap(spec)) return undefined
  const { name, namespace, labels, ...otherMetadata } = metadata
  const labelValues = isJsonMap(labels) ? Object.values(labels) : []
  const names = [name, namespace ?? 'default'].concat(labelValues).map((value) => stripped(value, cluster))
  const { cluster: reference, ...otherSpec } = spec
  const target =
    isJsonMap(reference) && Object.keys(reference).length === 1
      ? stripped(reference['name'], cluster)
      : reference === undefined
        ? ''
        : undefined
  if (target === undefined || names.includes(undefined) || (labels !== undefined && !isJsonMap(labels))) return undefined
  const text = JSON.stringify([rest, otherMetadata, ...(object['kind'] === 'Cluster' ? withoutFree(otherSpec) : [otherSpec])])
  if (text.includes(cluster)) return undefined
  return JSON.stringify([names, target, labels === undefined ? [] : Object.keys(labels)]) + text
}

/** What tells two ordinary names apart as far as rules see: how a name continues its cluster's, or that it is another one. */
function stripped(value: Json | undefined, cluster: string): string | undefined {
  if (typeof value !== 'string') return undefined
  if (value.startsWith(cluster)) return value.length <= 60 ? `@${value.slice(cluster.length)}` : undefined
  return ordinaryName.test(value) ? '*' : `=${value}`
}

/** The spec without its free values, and what was taken out. */
function withoutFree(spec: JsonMap): Json[] {
  const { bootstrap, storage, postgresql } = spec
  const { taken, ...free } = withoutFreeValues({
    initdb: isJsonMap(bootstrap) ? bootstrap['initdb'] : undefined,
    storage,
    parameters: isJsonMap(postgresql) ? postgresql['parameters'] : undefined,
  })
  const copy: JsonMap = { ...spec, ...(free.storage === undefined ? {} : { storage: free.storage }) }
  if (isJsonMap(bootstrap) && free.initdb !== undefined) copy['bootstrap'] = { ...bootstrap, initdb: free.initdb }
  if (isJsonMap(postgresql) && free.parameters !== undefined) copy['postgresql'] = { ...postgresql, parameters: free.parameters }
  return [copy, [...taken]]
}
