// How are JSON values compared and shown by a schema's errors?
import type { Json } from '../values/value.ts'
import { isJsonMap } from '../values/value.ts'

/** Helm names the types in this order, whatever the order of the schema. */
const typeOrder: readonly Json[] = ['null', 'boolean', 'number', 'integer', 'string', 'array', 'object']

export function inTypeOrder(types: readonly Json[]): Json[] {
  return [...types].sort((a, b) => typeOrder.indexOf(a) - typeOrder.indexOf(b))
}

export function typeOfJson(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value
}

export function sameJson(a: Json, b: Json): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, index) => sameJson(item, b[index] as Json))
  if (!isJsonMap(a) || !isJsonMap(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key] as Json, b[key] as Json))
}

export function isUnique(items: readonly Json[]): boolean {
  const seen = new Set<string>()
  for (const item of items) seen.add(sortedText(item))
  return seen.size === items.length
}

function sortedText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(sortedText).join()}]`
  if (!isJsonMap(value)) return JSON.stringify(value)
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${sortedText(value[key] as Json)}`)
    .join()}}`
}

/** Strings are in single quotes. */
export function shownJson(value: Json): string {
  if (typeof value === 'string') return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
  return JSON.stringify(value)
}
