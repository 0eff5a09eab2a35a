// What is left of an object once the API server has pruned it, dropped nulls and filled in defaults?
import type { Json, JsonMap, Path } from '../values/value.ts'
import { setOwn } from '../values/value.ts'
import { memberSchema, type Structural } from './structural.ts'

/** A copy of any JSON. */
export function copyJson<T extends Json>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyJson) as T
  // a spread also keeps a key such as `__proto__` as the map's own
  const copy: JsonMap = { ...value }
  for (const key of Object.keys(copy)) {
    const entry = copy[key] as Json
    if (typeof entry === 'object' && entry !== null) copy[key] = copyJson(entry)
  }
  return copy as T
}

/** The same JSON with each unpaired surrogate as U+FFFD, as Go decodes it; copied only where there is one. */
export function wellFormed<T extends Json>(value: T): T {
  return isWellFormed(value) ? value : (repaired(value) as T)
}

function isWellFormed(value: Json): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(isWellFormed)
  return Object.keys(value).every((key) => key.isWellFormed() && isWellFormed(value[key] as Json))
}

function repaired(value: Json): Json {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(repaired)
  const copy: JsonMap = {}
  for (const [key, entry] of Object.entries(value)) setOwn(copy, key.toWellFormed(), repaired(entry))
  return copy
}

/**
 * The object without the members that the schema does not know; their paths are added to `unknown`.
 * Nulls are removed where the schema neither allows them nor has a default for them. Unchanged parts are not copied.
 * Reproduces structural pruning and PruneNonNullableNullsWithoutDefaults of the API server.
 */
export function pruneObject(root: JsonMap, schema: Structural, unknown: Path[]): JsonMap {
  const path: (string | number)[] = []
  const prune = (step: string | number, value: Json, node: Structural | true | undefined): Json => {
    if (typeof value !== 'object' || value === null || node === true) return value
    if (node?.preserveUnknown && !node.properties && !node.items && !node.additional) return value
    path.push(step)
    const kept = Array.isArray(value) ? pruneItems(value, node?.items) : pruneMap(value, node)
    path.pop()
    return kept
  }
  const pruneItems = (items: Json[], node: Structural | undefined): Json[] => {
    let kept = items
    for (const [index, item] of items.entries()) {
      const pruned = prune(index, item, node)
      if (pruned === item) continue
      if (kept === items) kept = [...items]
      kept[index] = pruned
    }
    return kept
  }
  const pruneMap = (map: JsonMap, node: Structural | undefined): JsonMap => {
    let kept = map
    const isRoot = path.length === 0
    for (const key of Object.keys(map)) {
      if (isRoot && (key === 'metadata' || key === 'apiVersion' || key === 'kind')) continue
      const entry = map[key] as Json
      const member = node && memberSchema(node, key)
      if (member === undefined && node?.preserveUnknown) continue
      const isUnknown = member === undefined
      if (isUnknown) unknown.push([...path, key])
      if (isUnknown || (entry === null && member !== true && !member.nullable && member.default === undefined)) {
        if (kept === map) kept = { ...map }
        delete kept[key]
        continue
      }
      const pruned = prune(key, entry, member)
      if (pruned === entry) continue
      if (kept === map) kept = { ...map }
      setOwn(kept, key, pruned)
    }
    return kept
  }
  return pruneMap(root, schema)
}

/**
 * The value with the schema's defaults filled in; parts that need none are not copied. A null that the schema does not allow counts as
 * absent. Reproduces structural defaulting.
 */
export function withDefaults<T extends Json>(value: T, schema: Structural): T {
  if (!schema.hasDefaults || typeof value !== 'object' || value === null) return value
  return (Array.isArray(value) ? itemsWithDefaults(value, schema.items) : membersWithDefaults(value, schema)) as T
}

function itemsWithDefaults(items: Json[], schema: Structural | undefined): Json[] {
  if (!schema) return items
  let filled = items
  for (const [index, item] of items.entries()) {
    const entry = item === null && !schema.nullable && schema.default !== undefined ? copyJson(schema.default) : item
    const whole = withDefaults(entry, schema)
    if (whole === item) continue
    if (filled === items) filled = [...items]
    filled[index] = whole
  }
  return filled
}

function membersWithDefaults(map: JsonMap, schema: Structural): JsonMap {
  let filled = map
  const fill = (name: string, present: Json | undefined, member: Structural): void => {
    const isAbsent = present === undefined || (present === null && !member.nullable)
    if (isAbsent && member.default === undefined) return
    const entry = isAbsent ? copyJson(member.default as Json) : present
    const whole = withDefaults(entry, member)
    if (whole === present) return
    if (filled === map) filled = { ...map }
    setOwn(filled, name, whole)
  }
  for (const [name, member] of schema.defaulted) fill(name, Object.hasOwn(map, name) ? map[name] : undefined, member)
  const { additional } = schema
  if (additional && additional !== true)
    for (const key of Object.keys(map)) {
      if (schema.properties?.has(key)) continue
      const entry = map[key] as Json
      const whole = withDefaults(entry, additional)
      if (whole === entry) continue
      if (filled === map) filled = { ...map }
      setOwn(filled, key, whole)
    }
  return filled
}
