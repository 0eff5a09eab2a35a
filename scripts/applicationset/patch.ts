// What does a strategic merge patch make of an Application?
import type { Json, JsonMap } from '../values/value.ts'
import { isJsonMap, setOwn } from '../values/value.ts'
import type { Field, Shape } from './application-type.ts'
import { TemplateError } from '../go-template/go-value.ts'
import { mergeList, sortItems } from './patch-lists.ts'

const deletes = '$deleteFromPrimitiveList'
const orders = '$setElementOrder'

function fail(message: string): never {
  throw new TemplateError(message)
}

/**
 * `strategicpatch.StrategicMergePatch` with a Go type: maps merge, a null deletes, lists replace unless the type says
 * that they merge. Throws TemplateError where the patch or the type refuses.
 */
export function applyStrategicPatch(original: JsonMap, patch: JsonMap, shape: Shape): JsonMap {
  return mergeMap(original, patch, shape)
}

/** `mergeMap`. */
function mergeMap(original: JsonMap, patch: JsonMap, shape: Shape): JsonMap {
  if (Object.hasOwn(patch, '$patch')) return wholePatch(patch)
  const rest = new Map(Object.entries(patch))
  const result = retained(original, rest)
  for (const [key, order] of rest) if (key.startsWith(orders)) orderList(result, { rest, key, order }, shape)
  for (const [key, value] of rest) {
    const isDeleteList = key.startsWith(deletes)
    mergeEntry(result, { key: isDeleteList ? plainKey(key, deletes) : key, value, isDeleteList }, shape)
  }
  return asJson(result)
}

function asJson(map: ReadonlyMap<string, Json>): JsonMap {
  const json: JsonMap = {}
  for (const [key, value] of map) setOwn(json, key, value)
  return json
}

/** `handleDirectiveInMergeMap`: below `$patch: replace` everything is taken as it is, directives too. */
function wholePatch(patch: JsonMap): JsonMap {
  if (patch['$patch'] === 'delete') return {}
  if (patch['$patch'] !== 'replace') return fail('unknown patch type')
  return asJson(new Map(Object.entries(patch).filter(([key]) => key !== '$patch')))
}

/** `extractKey`: the name after the slash of a directive. */
function plainKey(key: string, prefix: string): string {
  return key.startsWith(`${prefix}/`) ? key.slice(prefix.length + 1) : fail(`${key} names no list`)
}

/** `applyRetainKeysDirective`: only listed keys stay, and the patch may set no other. */
function retained(original: JsonMap, patch: Map<string, Json>): Map<string, Json> {
  const present = new Map(Object.entries(original))
  const keys = patch.get('$retainKeys')
  if (!patch.delete('$retainKeys')) return present
  if (!Array.isArray(keys)) return fail('$retainKeys is not a list')
  for (const [key, value] of patch)
    if (value !== null && !key.startsWith(deletes) && !key.startsWith(orders) && !keys.includes(key)) fail(`$retainKeys lacks ${key}`)
  return new Map([...present].filter(([key]) => keys.includes(key)))
}

interface Entry {
  readonly key: string
  readonly value: Json
  readonly isDeleteList: boolean
}

function mergeEntry(result: Map<string, Json>, { key, value, isDeleteList }: Entry, shape: Shape): void {
  if (value === null) {
    result.delete(key)
    return
  }
  const present = result.get(key)
  if (present === undefined || typeName(present) !== typeName(value)) {
    if (isDeleteList) return
    const kept = withoutDirectives(withoutNulls(value))
    if (kept === undefined) result.delete(key)
    else result.set(key, kept)
  } else if (isJsonMap(present) && isJsonMap(value)) result.set(key, mergeMap(present, value, fieldOf(shape, key).shape))
  else if (Array.isArray(present) && Array.isArray(value)) {
    const { item, merge } = listOf(shape, key)
    if (merge !== undefined || isDeleteList) result.set(key, mergeList(present, value, { ...listRule(item, merge?.key), isDeleteList }))
    else result.set(key, value)
  } else result.set(key, value)
}

const listRule = (shape: Shape, key: string | undefined) => ({
  key,
  merge: (present: JsonMap, patch: JsonMap): JsonMap => mergeMap(present, patch, shape),
})

function typeName(value: Json): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'list' : typeof value
}

/** `LookupPatchMetadataForStruct`: a values object is not a struct with fields, so nothing below it can be merged. */
function fieldOf(shape: Shape, key: string): Field {
  if (shape.kind !== 'struct') return fail(`unable to find api field in struct RawExtension for the json field "${key}"`)
  const exact = shape.fields.find(([name]) => name === key)
  const found = exact ?? shape.fields.find(([name]) => name.toLowerCase() === key.toLowerCase())
  return found === undefined ? fail(`unable to find api field for the json field "${key}"`) : found[1]
}

function listOf(shape: Shape, key: string): { item: Shape; merge: Field['merge'] } {
  const field = fieldOf(shape, key)
  return field.shape.kind === 'list' ? { item: field.shape.of, merge: field.merge } : fail(`${key} is not a list`)
}

/** `discardNullValuesFromPatch`: nulls in maps are dropped, those in lists stay. */
function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isJsonMap(value)) return value
  return asJson(new Map(Object.entries(value).flatMap(([key, entry]) => (entry === null ? [] : [[key, withoutNulls(entry)] as const]))))
}

/** `removeDirectives`: a map with `$patch` is removed, wherever it is; undefined: the value itself is one. */
function withoutDirectives(value: Json): Json | undefined {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined)
  if (!isJsonMap(value)) return value
  if (Object.hasOwn(value, '$patch')) return undefined
  const kept = new Map<string, Json>()
  for (const [key, entry] of Object.entries(value)) {
    const clean = withoutDirectives(entry)
    if (clean !== undefined) kept.set(key, clean)
  }
  return asJson(kept)
}

/** `mergePatchIntoOriginal`: the list that `$setElementOrder/…` names is merged and put into that order. */
function orderList(result: Map<string, Json>, given: { rest: Map<string, Json>; key: string; order: Json }, shape: Shape): void {
  const { rest, order } = given
  rest.delete(given.key)
  if (!Array.isArray(order)) return fail(`${given.key} is not a list`)
  const key = plainKey(given.key, orders)
  const [present, value] = [result.get(key), rest.get(key)]
  if (present !== undefined && !Array.isArray(present)) return fail(`${key} is not a list`)
  if (value !== undefined && !Array.isArray(value)) return fail(`${key} is not a list`)
  const { item, merge } = listOf(shape, key)
  checkOrder(value ?? [], order, merge?.key)
  if (present === undefined && value === undefined) return
  const added = (): Json[] => (withoutDirectives(value ?? []) ?? []) as Json[]
  const both = (list: Json[], patch: Json[]): Json[] =>
    merge === undefined ? patch : mergeList(list, patch, { ...listRule(item, merge.key), isDeleteList: false })
  const merged = present === undefined ? added() : value === undefined ? present : both(present, value)
  rest.delete(key)
  result.set(key, sortItems(merged, { order, present: present ?? [], patch: value ?? [], key: merge?.key }))
}

/** `validatePatchWithSetOrderList`: the items of the patch are in the order list, in the same order. */
function checkOrder(patch: readonly Json[], order: readonly Json[], key: string | undefined): void {
  if (patch.length === 0 || order.length === 0) return
  const named = (item: Json | undefined): Json | undefined =>
    key === undefined ? item : isJsonMap(item) ? item[key] : fail(`an item has no ${key}`)
  const items = patch.filter((item) => !(isJsonMap(item) && Object.hasOwn(item, '$patch')))
  let at = 0
  for (const other of order) if (at < items.length && named(items[at]) === named(other)) at++
  if (at < items.length) fail(`the order in the patch does not match ${orders}`)
}
