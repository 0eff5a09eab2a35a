// Which Sprig functions work on lists and maps?
import { deepEqual } from '../go-equal.ts'
import type { Budget } from '../budget.ts'
import { takes, takesMore } from '../go-function.ts'
import type { GoFunction, GoFunctions } from '../go-function.ts'
import {
  GoPanic,
  TemplateError,
  compareText,
  isGoMap,
  isNilList,
  isNilMap,
  isTextMap,
  isTrue,
  kindOf,
  nilList,
  sortedKeys,
  textMap,
  typedList,
  typeOf,
} from '../go-value.ts'
import type { GoList, GoMap, GoValue } from '../go-value.ts'
import { toInt64 } from './numbers.ts'
import { textOf } from './text.ts'

function fail(message: string): never {
  throw new TemplateError(message)
}

/** A slice of any type; Sprig panics on anything else, which the template reports: that it cannot do this on a type. */
function listOf(value: GoValue, action: string): GoList {
  if (Array.isArray(value)) return value
  if (value === null || value === undefined) return fail('runtime error: invalid memory address or nil pointer dereference')
  const kind = kindOf(value)
  if (action === 'slice') return fail(`list should be type of slice or array but ${kind}`)
  return fail(
    action === 'concat' ? `Cannot concat type ${kind} as list` : `Cannot ${action}${action === 'chunk' ? '' : ' on'} type ${kind}`,
  )
}

function onList(name: string, body: (list: GoList, budget: Budget) => GoValue): GoFunction {
  return takes(['any'], (value, budget) => body(listOf(value, name === 'compact' ? name : `find ${name}`), budget))
}

function isEmpty(value: GoValue): boolean {
  return !isTrue(value)
}

function unique(list: GoList, budget: Budget): GoList {
  const kept: GoList = []
  for (const item of list) if (!kept.some((other) => deepEqual(other, item, budget))) kept.push(item)
  return kept
}

/** `mustChunk`, whose arithmetic fails for a size below one. */
function chunk(size: number, value: GoValue, budget: Budget): GoValue {
  const list = listOf(value, 'chunk')
  const count = Math.floor((list.length - 1) / size) + 1
  const rest = Math.trunc(list.length % size) || size
  if (!(count >= 0) || (count > 0 && rest < 1) || (count > 1 && size < 1)) return fail('runtime error: makeslice: len out of range')
  budget.elements(list.length)
  const chunks: GoList = []
  for (let index = 0; index < count; index++) chunks.push(list.slice(index * size, index * size + (index === count - 1 ? rest : size)))
  return typedList('[][]interface {}', chunks)
}

/** `strslice`: everything as strings; nulls are dropped, a single value is a list of one. */
function texts(value: GoValue, budget: Budget): string[] {
  if (value === null || value === undefined) return []
  if (!Array.isArray(value)) return [textOf(value, budget)]
  budget.elements(value.length)
  for (const item of value) budget.read(item)
  return value.filter((item) => item !== null && item !== undefined).map((item) => textOf(item, budget))
}

function sorted(items: string[], budget: Budget): string[] {
  // each item is compared with about log2(n) others
  const rounds = Math.log2(items.length + 1)
  budget.steps(items.reduce((sum, item) => sum + 1 + item.length / 8, 0) * rounds)
  return items.sort(compareText)
}

/** `mustSlice`: the bounds are read as `int` reads them; the type stays. */
function slice(value: GoValue, indexes: readonly GoValue[]): GoValue {
  const list = listOf(value, 'slice')
  if (list.length === 0) return null
  const from = indexes.length > 0 ? Number(toInt64(indexes[0])) : 0
  const to = indexes.length > 1 ? Number(toInt64(indexes[1])) : list.length
  if (from < 0 || to > list.length || from > to) return fail('reflect.Value.Slice: slice index out of bounds')
  return typed(list, list.slice(from, to))
}

const both = (name: string, definition: GoFunction): GoFunctions => ({
  [name]: definition,
  [`must${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`]: definition,
})

const append = takes(['any', 'any'], (list, item) => [...listOf(list, 'push'), item])

export const listFunctions: GoFunctions = {
  list: takesMore([], 'any', (items) => items),
  tuple: takesMore([], 'any', (items) => items),
  ...both('append', append),
  ...both('push', append),
  ...both(
    'prepend',
    takes(['any', 'any'], (list, item) => [item, ...listOf(list, 'prepend')]),
  ),
  ...both(
    'first',
    onList('first', (list) => list[0] ?? null),
  ),
  ...both(
    'rest',
    onList('rest', (list) => (list.length === 0 ? nilList() : list.slice(1))),
  ),
  ...both(
    'last',
    onList('last', (list) => list.at(-1) ?? null),
  ),
  ...both(
    'initial',
    onList('initial', (list) => (list.length === 0 ? nilList() : list.slice(0, -1))),
  ),
  ...both(
    'reverse',
    onList('reverse', (list) => [...list].reverse()),
  ),
  ...both('uniq', onList('uniq', unique)),
  ...both(
    'compact',
    onList('compact', (list) => list.filter((item) => !isEmpty(item))),
  ),
  ...both(
    'without',
    takesMore(['any'], 'any', (list, omitted, budget) =>
      listOf(list, 'find without').filter((item) => !omitted.some((other) => deepEqual(other, item, budget))),
    ),
  ),
  ...both(
    'has',
    takes(['any', 'any'], (item, list, budget) =>
      list === null ? false : listOf(list, 'find has').some((other) => deepEqual(other, item, budget)),
    ),
  ),
  ...both('slice', takesMore(['any'], 'any', slice)),
  ...both('chunk', takes(['int', 'any'], chunk)),
  concat: takesMore([], 'any', (lists) => {
    const all = lists.flatMap((list) => listOf(list, 'concat'))
    return all.length === 0 ? nilList() : all
  }),
  sortAlpha: takes(['any'], (value, budget) => typedList('[]string', value === null ? ['<nil>'] : sorted(texts(value, budget), budget))),
  join: takes(['string', 'any'], (separator, value, budget) => {
    const parts = texts(value, budget)
    budget.characters(parts.reduce((sum, part) => sum + part.length + separator.length, 0))
    return parts.join(separator)
  }),
  toStrings: takes(['any'], (value, budget) => typedList('[]string', texts(value, budget))),
  default: takesMore(['any'], 'any', (fallback, given) => (given.length === 0 || isEmpty(given[0]) ? fallback : given[0])),
  empty: takes(['any'], isEmpty),
  coalesce: takesMore([], 'any', (values) => values.find((value) => !isEmpty(value)) ?? null),
  all: takesMore([], 'any', (values) => values.every((value) => !isEmpty(value))),
  any: takesMore([], 'any', (values) => values.some((value) => !isEmpty(value))),
  ternary: takes(['any', 'any', 'bool'], (yes, no, condition) => (condition ? yes : no)),
  fail: takes(['string'], (message) => fail(message)),
}

/** Maps that a template has made by itself. */
const made = new WeakSet<GoMap>()

function willWrite(map: GoMap, budget: Budget): void {
  if (!made.has(map)) budget.writes++
}

function dict(pairs: readonly GoValue[], budget: Budget): GoMap {
  const map: GoMap = new Map()
  made.add(map)
  for (let at = 0; at < pairs.length; at += 2) map.set(textOf(pairs[at], budget), at + 1 < pairs.length ? pairs[at + 1] : '')
  return map
}

/** A new list of the same Go type. */
function typed(like: GoList, items: GoList): GoList {
  const type = typeOf(like)
  return type === '[]interface {}' ? items : typedList(type, items)
}

/** The budget has counted the whole value. */
function copyOf(value: GoValue): GoValue {
  // a nil slice or map stays one
  if (isNilList(value)) return value
  if (Array.isArray(value)) return typed(value, value.map(copyOf))
  if (!isGoMap(value) || isNilMap(value)) return value
  const copy: GoMap = new Map([...value].map(([key, item]) => [key, copyOf(item)]))
  return isTextMap(value) ? textMap(copy) : copy
}

function deepCopy(value: GoValue, budget: Budget): GoValue {
  budget.elements(budget.whole(value))
  return copyOf(value)
}

/**
 * mergo.Merge of maps, in place: maps merge deeply; else a source value is used if the target has none or an empty
 * one, and with `override` always, empty values and nulls included. It is not copied: `.Files` keeps its methods.
 */
export function mergeMaps(target: GoMap, source: GoMap, how: { override: boolean; budget: Budget }): GoMap {
  const { override, budget } = how
  budget.steps(source.size)
  willWrite(target, budget)
  if (isTextMap(target) && !isTextMap(source) && source.size > 0)
    throw new GoPanic('value of type interface {} is not assignable to type string')
  for (const [key, item] of source) {
    const present = target.get(key)
    if (item === null || item === undefined) {
      if (override) target.set(key, item)
    } else if (isGoMap(present) && isGoMap(item) && present.size + item.size > 0) {
      if (present !== item) budget.nested(() => mergeMaps(present, item, how))
    } else if (override || isEmpty(present)) target.set(key, item)
  }
  return target
}

function mergeAll(override: boolean): GoFunction {
  return takesMore(['map'], 'map', (target, sources, budget) => {
    for (const source of sources) mergeMaps(target, source, { override, budget })
    return target
  })
}

function notA(type: string, value: GoValue): never {
  return fail(`interface conversion: interface {} is ${value === null || value === undefined ? 'nil' : typeOf(value)}, not ${type}`)
}

/** `dig "a" "b" default map`: the value at a path of keys, or the default where one is absent. */
function dig(args: readonly GoValue[]): GoValue {
  if (args.length < 3) return fail('dig needs at least three arguments')
  let value: GoValue = args.at(-1)
  const fallback = args.at(-2)
  const keys = args.slice(0, -2)
  if (!isGoMap(value)) return notA('map[string]interface {}', value)
  for (const key of keys) if (typeof key !== 'string') return notA('string', key)
  for (const key of keys as string[]) {
    if (!isGoMap(value) || isTextMap(value)) return notA('map[string]interface {}', value)
    if (!value.has(key)) return fallback
    value = value.get(key)
  }
  return value
}

function without(map: GoMap, keys: readonly string[]): GoMap {
  const omitted = new Set(keys)
  return new Map([...map].filter(([key]) => !omitted.has(key)))
}

const stable = (map: GoMap): GoList => sortedKeys(map).map((key) => map.get(key))

export const mapFunctions: GoFunctions = {
  dict: takesMore([], 'any', dict),
  get: takes(['map', 'string'], (map, key) => (map.has(key) ? map.get(key) : '')),
  set: takes(['map', 'string', 'any'], (map, key, value, budget) => {
    willWrite(map, budget)
    return isNilMap(map) ? fail('assignment to entry in nil map') : map.set(key, value)
  }),
  unset: takes(['map', 'string'], (map, key, budget) => {
    willWrite(map, budget)
    map.delete(key)
    return map
  }),
  hasKey: takes(['map', 'string'], (map, key) => map.has(key)),
  pluck: takesMore(['string'], 'map', (key, maps) => maps.filter((map) => map.has(key)).map((map) => map.get(key))),
  keys: takesMore([], 'map', (maps) =>
    typedList(
      '[]string',
      maps.flatMap((map) => sortedKeys(map)),
    ),
  ),
  pick: takesMore(['map'], 'string', (map, keys) => new Map(keys.filter((key) => map.has(key)).map((key) => [key, map.get(key)]))),
  omit: takesMore(['map'], 'string', without),
  values: takes(['map'], stable),
  dig: takesMore([], 'any', dig),
  merge: mergeAll(false),
  mustMerge: mergeAll(false),
  mergeOverwrite: mergeAll(true),
  mustMergeOverwrite: mergeAll(true),
  ...both(
    'deepCopy',
    takes(['any'], (value, budget) =>
      value === null ? fail('reflect: call of reflect.Value.Type on zero Value') : deepCopy(value, budget),
    ),
  ),
  deepEqual: takes(['any', 'any'], deepEqual),
}
