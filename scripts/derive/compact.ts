// How is a schema made small and reviewable without losing a rule?
import type { Json, JsonMap } from '../values/value.ts'
import { isJsonMap } from '../values/value.ts'

/** Shorter sub-schemas stay where they are: a reference would not save anything. */
const sharedFrom = 160

/** Widest line of a map or list that is written on one line. */
const lineWidth = 110

/** The schema without descriptions and examples. A property that is called `description` stays. */
export function withoutProse(schema: JsonMap): JsonMap {
  const kept: JsonMap = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'description' || key === 'example' || key === 'externalDocs' || key === 'title') continue
    kept[key] = mapSubschemas(key, value, withoutProse)
  }
  return kept
}

/** Applies a function to the schemas that a keyword holds; other keywords come back as they are. */
function mapSubschemas(key: string, value: Json, change: (schema: JsonMap) => JsonMap): Json {
  if (key === 'properties' && isJsonMap(value))
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, isJsonMap(entry) ? change(entry) : entry]))
  if ((key === 'items' || key === 'additionalProperties' || key === 'not') && isJsonMap(value)) return change(value)
  if ((key === 'allOf' || key === 'anyOf' || key === 'oneOf') && Array.isArray(value))
    return value.map((entry) => (isJsonMap(entry) ? change(entry) : entry))
  return value
}

/** The same JSON with map keys in code unit order. */
export function sortKeys<T extends Json>(value: T): T {
  if (Array.isArray(value)) return value.map(sortKeys) as T
  if (!isJsonMap(value)) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return Object.fromEntries(entries.map(([key, entry]) => [key, sortKeys(entry)])) as T
}

/**
 * Moves sub-schemas that occur more than once into `$defs`, named after the member that holds the first of them.
 * The result means the same: a `{ $ref: '#/$defs/name' }` never has siblings.
 */
export function shareRepeated(schema: JsonMap): JsonMap {
  const counts = new Map<string, number>()
  count(schema, counts)
  const names = new Map<string, string>()
  const definitions: JsonMap = {}
  const taken = new Map<string, number>()
  const share = (node: JsonMap, name: string): JsonMap => {
    const text = JSON.stringify(node)
    if (text.length < sharedFrom || (counts.get(text) ?? 0) < 2) return walk(node, name)
    let own = names.get(text)
    if (own === undefined) {
      const times = (taken.get(name) ?? 0) + 1
      taken.set(name, times)
      own = times === 1 ? name : `${name}-${times}`
      names.set(text, own)
      definitions[own] = walk(node, name)
    }
    return { $ref: `#/$defs/${own}` }
  }
  const walk = (node: JsonMap, name: string): JsonMap => {
    const out: JsonMap = {}
    for (const [key, value] of Object.entries(node)) {
      if (key === 'properties' && isJsonMap(value))
        out[key] = Object.fromEntries(
          Object.entries(value).map(([member, entry]) => [member, isJsonMap(entry) ? share(entry, member) : entry]),
        )
      else out[key] = mapSubschemas(key, value, (child) => share(child, key === 'items' ? `${name}-item` : `${name}-entry`))
    }
    return out
  }
  const root = walk(schema, 'root')
  return Object.keys(definitions).length === 0 ? root : { ...root, $defs: sortKeys(definitions) }
}

/** Counts texts of sub-schemas. Inside a repetition only the first is walked, so that parts of it do not count as repeated. */
function count(schema: JsonMap, counts: Map<string, number>): void {
  for (const [key, value] of Object.entries(schema))
    mapSubschemas(key, value, (child) => {
      const text = JSON.stringify(child)
      const times = counts.get(text) ?? 0
      counts.set(text, times + 1)
      if (times === 0) count(child, counts)
      return child
    })
}

/** JSON with an indentation of two; what fits on one line is written on one line. Ends with a newline. */
export function formatSchema(schema: JsonMap): string {
  return `${format(schema, '')}\n`
}

function format(value: Json, indent: string): string {
  const flat = JSON.stringify(value)
  if (value === null || typeof value !== 'object' || flat.length + indent.length <= lineWidth) return flat
  const inner = `${indent}  `
  if (Array.isArray(value)) return `[\n${value.map((item) => inner + format(item, inner)).join(',\n')}\n${indent}]`
  const members = Object.entries(value).map(([key, entry]) => `${inner}${JSON.stringify(key)}: ${format(entry, inner)}`)
  return `{\n${members.join(',\n')}\n${indent}}`
}
