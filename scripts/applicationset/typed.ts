// What becomes of JSON that Go decodes into a struct and encodes again?
import type { Json, JsonMap } from '../values/value.ts'
import { mapEntries, isJsonMap, setOwn } from '../values/value.ts'
import type { Field, Shape } from './application-type.ts'

/** JSON of a type that the Go struct refuses. */
export class DecodeError extends Error {}

const names: Record<Shape['kind'], string> = {
  string: 'a text',
  bool: 'true or false',
  int: 'a whole number',
  'int-or-string': 'a number or text',
  time: 'a time',
  raw: 'anything',
  list: 'a list',
  map: 'a map',
  struct: 'a map',
}

/** json.Unmarshal and json.Marshal through a Go type: unknown fields are dropped, empty ones according to their tags; throws DecodeError. */
export function throughType(value: Json | undefined, shape: Shape, name = 'the object'): Json {
  if (value === undefined || value === null) return zero(shape)
  const refuse = (): never => {
    throw new DecodeError(`${name} is ${Array.isArray(value) ? 'a list' : typeof value}, but must be ${names[shape.kind]}`)
  }
  switch (shape.kind) {
    case 'raw':
      return value
    case 'string':
      return typeof value === 'string' ? value : refuse()
    case 'bool':
      return typeof value === 'boolean' ? value : refuse()
    case 'int':
      return isWhole(value, 2 ** 63) ? value : refuse()
    case 'int-or-string':
      return typeof value === 'string' || isWhole(value, 2 ** 31) ? value : refuse()
    case 'time':
      return typeof value === 'string' && isTime(value) ? value : refuse()
    case 'list':
      return Array.isArray(value) ? value.map((item) => throughType(item, shape.of, name)) : refuse()
    case 'map':
      if (!isJsonMap(value)) return refuse()
      return mapEntries(value, (item, key) => throughType(item, shape.of, key))
    case 'struct':
      return isJsonMap(value) ? structThroughType(value, shape.fields) : refuse()
  }
}

const isWhole = (value: Json, limit: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= -limit && value < limit

/** RFC 3339, as `time.Parse` reads it. */
function isTime(text: string): boolean {
  const match = /^(\d{4}-(?:0[1-9]|1[0-2])-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:[.,]\d+)?(?:Z|[-+](?:[01]\d|2[0-4]):[0-5]\d)$/.exec(
    text,
  )
  const day = new Date(`${match?.[1] ?? ''}T00:00:00Z`)
  return match !== null && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(match[1] ?? '')
}

function structThroughType(given: JsonMap, fields: readonly (readonly [string, Field])[]): JsonMap {
  const value = canonicalNames(given, fields)
  const written: JsonMap = {}
  for (const [name, field] of fields) {
    const { shape, mode } = field
    const item = value[name]
    // most fields are absent: this loop is where a large fleet spends its time
    if (
      (item === undefined || item === null) &&
      (mode === 'pointer' || mode === 'omitzero' || (mode === 'omit' && shape.kind !== 'struct'))
    )
      continue
    const read = throughType(item, shape, name)
    if (mode === 'omit' && shape.kind !== 'struct' && isZero(read)) continue
    if (mode === 'omitzero' && isJsonMap(item) && Object.values(item).every((entry) => entry === null)) continue
    written[name] = read
  }
  return written
}

const namesOf = new WeakMap<object, ReadonlyMap<string, string>>()

/** encoding/json matches a field by its exact name, else by one that differs only in case; both fill the same field. */
function canonicalNames(value: JsonMap, fields: readonly (readonly [string, Field])[]): JsonMap {
  let names = namesOf.get(fields)
  if (names === undefined) {
    names = new Map(fields.flatMap(([name]) => [[name, name] as const, [name.toLowerCase(), name] as const]))
    namesOf.set(fields, names)
  }
  const known = names
  const isExact = (key: string): boolean => known.get(key) === key
  if (Object.keys(value).every((key) => isExact(key) || !known.has(key.toLowerCase()))) return value
  const read: JsonMap = {}
  // Go writes the keys of a merged map sorted, so capitals come first
  for (const [key, entry] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = isExact(key) ? key : known.get(key.toLowerCase())
    if (name !== undefined) read[name] = filledFurther(read[name], entry)
  }
  return read
}

/** A second value for a field: maps are filled further, anything else is replaced, a null changes nothing but pointers. */
function filledFurther(first: Json | undefined, second: Json): Json {
  if (!isJsonMap(first) || !isJsonMap(second)) return second
  const filled = mapEntries(first, (entry) => entry)
  for (const [key, entry] of Object.entries(second)) setOwn(filled, key, filledFurther(filled[key], entry))
  return filled
}

function zero(shape: Shape): Json {
  switch (shape.kind) {
    case 'string':
      return ''
    case 'bool':
      return false
    case 'int':
    case 'int-or-string':
      return 0
    case 'struct':
      return structThroughType({}, shape.fields)
    case 'time':
      return null
    default:
      return null
  }
}

/** Empty for `omitempty` and for mergo: zero, empty or absent. */
export function isZero(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** mergo.Merge on typed values: what is empty in `target` comes from `source`; lists are replaced whole. */
export function fillEmpty(target: Json | undefined, source: Json | undefined): Json | undefined {
  if (isJsonMap(target) && isJsonMap(source)) {
    const merged = mapEntries(target, (value) => value)
    for (const [key, value] of Object.entries(source)) {
      const filled = fillEmpty(merged[key], value)
      if (filled !== undefined) setOwn(merged, key, filled)
    }
    return merged
  }
  return isZero(target) && !isZero(source) ? source : target
}
