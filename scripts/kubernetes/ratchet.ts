// Which mistakes does an update get away with because they were there before?
import { isDeepStrictEqual } from 'node:util'
import type { Json, JsonMap } from '../values/value.ts'
import type { Issue } from './issue.ts'
import { memberSchema, type Structural } from './structural.ts'
import { isJsonMap } from '../values/value.ts'

/**
 * The issues whose value changed in this update. A value is compared with its old value: members by name, items of lists of type map by
 * their keys; items of other lists have none, but the whole list does. Reproduces CRD validation ratcheting.
 */
export function changedOnly(issues: readonly Issue[], object: JsonMap, old: JsonMap, root: Structural): Issue[] {
  return issues.filter((issue) => !existedBefore(issue, object, old, root))
}

/** Judged on every update, changed or not: they belong to a whole list, to the metadata or to a sub-resource. */
const neverRatcheted = new Set(['duplicate', 'metadata', 'scale'])

function existedBefore(issue: Issue, object: JsonMap, old: JsonMap, root: Structural): boolean {
  if (neverRatcheted.has(issue.keyword)) return false
  let [value, before]: [Json | undefined, Json | undefined] = [object, old]
  let schema: Structural | true | undefined = root
  for (const step of issue.path) {
    const oldValue: Json | undefined = oldValueOf(step, value, before, schema === true ? undefined : schema)
    value = Array.isArray(value) ? value[Number(step)] : isJsonMap(value) ? value[step] : undefined
    if (oldValue === undefined || value === undefined) return false
    before = oldValue
    if (schema !== undefined && schema !== true) schema = typeof step === 'number' ? schema.items : memberSchema(schema, step)
    if (isDeepStrictEqual(value, before)) return true
  }
  return false
}

function oldValueOf(
  step: string | number,
  value: Json | undefined,
  before: Json | undefined,
  schema: Structural | undefined,
): Json | undefined {
  if (typeof step === 'string') return isJsonMap(before) && Object.hasOwn(before, step) ? before[step] : undefined
  if (schema?.listType !== 'map' || !Array.isArray(value) || !Array.isArray(before)) return undefined
  const item = value[step]
  if (!isJsonMap(item)) return undefined
  return before.find((entry) => isJsonMap(entry) && schema.mapKeys.every((key) => isDeepStrictEqual(entry[key], item[key])))
}
