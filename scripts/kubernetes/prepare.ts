// What is left of an object once the API server has pruned it, dropped nulls and filled in defaults?
import type { Json, JsonMap, Path } from '../model.ts'
import { setOwn } from '../values/value.ts'
import { memberSchema, type Structural } from './structural.ts'

/** A copy of any JSON. */
export function copyJson<T extends Json>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyJson) as T
  const copy: JsonMap = {}
  for (const key of Object.keys(value)) setOwn(copy, key, copyJson(value[key] as Json))
  return copy as T
}

/** The same JSON with each half of a character as U+FFFD, as Go decodes it; copied only where there is one. */
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
 * A copy without the members that the schema does not know; their paths are added to `unknown`.
 * Nulls go where the schema neither allows them nor has a default for them.
 * Reproduces structural pruning and PruneNonNullableNullsWithoutDefaults of the API server.
 */
export function pruneObject(root: JsonMap, schema: Structural, unknown: Path[]): JsonMap {
  const path: (string | number)[] = []
  const prune = (value: Json, node: Structural | true | undefined): Json => {
    if (typeof value !== 'object' || value === null) return value
    if (node === true) return copyJson(value)
    if (Array.isArray(value)) return value.map((item, index) => within(index, item, node?.items))
    return pruneMap(value, node)
  }
  const within = (step: string | number, value: Json, node: Structural | true | undefined): Json => {
    if (typeof value !== 'object' || value === null) return value
    if (node && node !== true && node.preserveUnknown && !node.properties && !node.items && !node.additional) return copyJson(value)
    path.push(step)
    const kept = prune(value, node)
    path.pop()
    return kept
  }
  const pruneMap = (value: JsonMap, node: Structural | undefined): JsonMap => {
    const kept: JsonMap = {}
    const isRoot = path.length === 0
    for (const key of Object.keys(value)) {
      const entry = value[key] as Json
      if (isRoot && (key === 'metadata' || key === 'apiVersion' || key === 'kind')) {
        kept[key] = entry
        continue
      }
      const member = node && memberSchema(node, key)
      if (member === undefined) {
        if (node?.preserveUnknown) setOwn(kept, key, copyJson(entry))
        else unknown.push([...path, key])
      } else if (entry !== null || member === true || member.nullable || member.default !== undefined) {
        setOwn(kept, key, within(key, entry, member))
      }
    }
    return kept
  }
  return pruneMap(root, schema)
}

/** Fills in the schema's defaults, in place. A null that the schema does not allow counts as absent. Reproduces structural defaulting. */
export function applyDefaults(value: Json | undefined, schema: Structural): void {
  if (!schema.hasDefaults || typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    const items = schema.items
    if (!items) return
    for (let index = 0; index < value.length; index++) {
      if (value[index] === null && !items.nullable && items.default !== undefined) value[index] = copyJson(items.default)
      applyDefaults(value[index], items)
    }
    return
  }
  if (schema.properties)
    for (const [name, member] of schema.properties) {
      const present = Object.hasOwn(value, name)
      if (member.default !== undefined && (!present || (value[name] === null && !member.nullable)))
        setOwn(value, name, copyJson(member.default))
      else if (!present) continue
      applyDefaults(value[name], member)
    }
  if (schema.additional && schema.additional !== true)
    for (const key of Object.keys(value)) if (!schema.properties?.has(key)) applyDefaults(value[key], schema.additional)
}
