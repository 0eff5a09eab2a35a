// What does Go make of JSON that it reads into a struct and writes again?
import type { Json, JsonMap } from '../model.ts'
import { setOwn } from '../value.ts'
import type { Field, Shape } from './application-type.ts'

/** JSON of a type that the Go struct refuses. */
export class DecodeError extends Error {}

export function isJsonMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const names: Record<Shape['kind'], string> = {
  string: 'a text',
  bool: 'true or false',
  int: 'a whole number',
  'int-or-string': 'a number or text',
  raw: 'anything',
  list: 'a list',
  map: 'a map',
  struct: 'a map',
}

/** json.Unmarshal and json.Marshal through a Go type: unknown fields go, empty ones by their tags; throws DecodeError. */
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
      return Number.isInteger(value) ? value : refuse()
    case 'int-or-string':
      return typeof value === 'string' || Number.isInteger(value) ? value : refuse()
    case 'list':
      return Array.isArray(value) ? value.map((item) => throughType(item, shape.of, name)) : refuse()
    case 'map':
      if (!isJsonMap(value)) return refuse()
      return mapEntries(value, (item, key) => throughType(item, shape.of, key))
    case 'struct':
      return isJsonMap(value) ? structThroughType(value, shape.fields) : refuse()
  }
}

function structThroughType(value: JsonMap, fields: readonly (readonly [string, Field])[]): JsonMap {
  const written: JsonMap = {}
  for (const [name, { shape, mode }] of fields) {
    const given = value[name]
    // most fields are absent: this loop is where a large fleet spends its time
    if ((given === undefined || given === null) && (mode === 'pointer' || (mode === 'omit' && shape.kind !== 'struct'))) continue
    const item = throughType(given, shape, name)
    if (mode === 'omit' && shape.kind !== 'struct' && isZero(item)) continue
    written[name] = item
  }
  return written
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
    default:
      return null
  }
}

/** Empty for `omitempty` and for mergo: zero, empty or not there. */
export function isZero(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

export function mapEntries(map: JsonMap, change: (value: Json, key: string) => Json): JsonMap {
  const changed: JsonMap = {}
  for (const [key, value] of Object.entries(map)) setOwn(changed, key, change(value, key))
  return changed
}

/** mergo.Merge on typed values: what is empty in `target` comes from `source`; lists are taken whole. */
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
