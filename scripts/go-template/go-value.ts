// Which values do Go templates compute with?
import type { Json } from '../values/value.ts'
import { setOwn } from '../values/value.ts'
import type { GoFunction } from './go-function.ts'

/** An integer with its Go type; JSON numbers are float64, which here is `number`. */
export interface GoInteger {
  readonly go: 'integer'
  readonly type: 'int' | 'int64' | 'uint8' | 'uint64' | 'int32' | 'time.Duration' | 'time.Month' | 'time.Weekday'
  readonly value: bigint
  /** the result of its String method, if the type has one */
  readonly text?: string
}
/** A Go struct as templates see it. */
export interface GoStruct {
  readonly go: 'struct'
  readonly type: string
  /** the result of its String method */
  readonly text: string
  /** the result of its GoString method, if it has one */
  readonly goText?: string
  /** what encoding/json writes, if that differs from the text */
  readonly json?: string
  /** names and values of its fields, which templates can't read but fmt prints */
  readonly inside: readonly (readonly [string, GoValue])[]
  readonly methods: ReadonlyMap<string, GoFunction>
  /** fields that templates can read */
  readonly fields?: ReadonlyMap<string, GoValue>
  /** what encoding/json writes, in this order, if it is an object */
  readonly members?: readonly (readonly [string, GoValue])[]
  /** its String method belongs to the pointer: only an action, which can take the address, prints it */
  readonly addressed?: true
}
export type GoMap = Map<string, GoValue>
export type GoList = GoValue[]
/** `undefined` is reflect's invalid value (absent), `null` a nil interface that is present. */
export type GoValue = undefined | null | boolean | number | string | GoInteger | GoStruct | GoList | GoMap

/** An error of a template or one of its functions; the message is for logs only. */
export class TemplateError extends Error {}
/** What makes Go panic outside a template: the controller recovers and writes nothing. */
export class GoPanic extends Error {}

/** `int`, the type of integer constants and of `len`. */
export function int(value: number | bigint): GoInteger {
  return { go: 'integer', type: 'int', value: BigInt(value) }
}
/** `int64`, what most arithmetic functions return; wraps as Go does. */
export function int64(value: number | bigint): GoInteger {
  return { go: 'integer', type: 'int64', value: BigInt.asIntN(64, BigInt(value)) }
}

export function isInteger(value: GoValue): value is GoInteger {
  return typeof value === 'object' && value !== null && 'go' in value && value.go === 'integer'
}
export function isStruct(value: GoValue): value is GoStruct {
  return typeof value === 'object' && value !== null && 'go' in value && value.go === 'struct'
}
export function isGoMap(value: GoValue): value is GoMap {
  return value instanceof Map
}

/** JSON as encoding/json decodes it into `any`. */
export function fromJson(value: Json): GoValue {
  if (Array.isArray(value)) return value.map(fromJson)
  if (value !== null && typeof value === 'object') return new Map(Object.entries(value).map(([key, entry]) => [key, fromJson(entry)]))
  return value
}

/** Back to JSON; what encoding/json can't write (NaN, functions) throws. */
export function toJson(value: GoValue): Json {
  if (value === undefined || value === null) return null
  if (Array.isArray(value)) return isNilList(value) ? null : value.map(toJson)
  if (isInteger(value)) return Number(value.value)
  if (isStruct(value)) return value.json ?? value.text
  if (!isGoMap(value)) {
    if (typeof value === 'number' && !Number.isFinite(value)) throw new TemplateError('unsupported value in JSON')
    return value
  }
  const plain = {}
  for (const key of sortedKeys(value)) setOwn(plain, key, toJson(value.get(key)))
  return plain
}

/** Go's order of strings: by UTF-8 bytes, which differs from UTF-16 units above U+FFFF. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  const shared = Math.min(a.length, b.length)
  for (let at = 0; at < shared; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)]
    if (left === right) continue
    // surrogates represent characters above all others
    const [leftIsHalf, rightIsHalf] = [isHalf(left), isHalf(right)]
    return leftIsHalf === rightIsHalf ? left - right : leftIsHalf ? 1 : -1
  }
  return a.length - b.length
}
const isHalf = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff

export function sortedKeys(map: GoMap): string[] {
  return [...map.keys()].sort(compareText)
}

/** `text/template.IsTrue` (`truth`): zero values are false. */
export function isTrue(value: GoValue): boolean {
  if (value === undefined || value === null) return false
  if (Array.isArray(value)) return value.length > 0
  if (isGoMap(value)) return value.size > 0
  if (isInteger(value)) return value.value !== 0n
  if (isStruct(value)) return value.type !== 'complex128' || value.text !== '(0+0i)'
  return Boolean(value) || Number.isNaN(value)
}

const kinds: Partial<Record<GoInteger['type'], string>> = { 'time.Duration': 'int64', 'time.Month': 'int', 'time.Weekday': 'int' }
const kindOfInteger = (value: GoInteger): string => kinds[value.type] ?? value.type

/** `reflect.Kind` as a word. */
export function kindOf(value: GoValue): string {
  if (value === undefined || value === null) return 'invalid'
  if (Array.isArray(value)) return 'slice'
  if (isGoMap(value)) return 'map'
  if (isInteger(value)) return kindOfInteger(value)
  if (isStruct(value)) return value.type.startsWith('*') ? 'ptr' : 'struct'
  return typeof value === 'boolean' ? 'bool' : typeof value === 'number' ? 'float64' : 'string'
}

const typedLists = new WeakMap<GoList, string>()

/** A list whose Go type is not `[]interface {}`. */
export function typedList(type: string, items: GoList): GoList {
  typedLists.set(items, type)
  return items
}

const nilLists = new WeakSet<GoList>()

/** A nil list: empty, but null in JSON. */
export function nilList(type = '[]interface {}'): GoList {
  const list = typedList(type, [])
  nilLists.add(list)
  return list
}
export function isNilList(value: GoValue): boolean {
  return Array.isArray(value) && nilLists.has(value)
}

const nilMaps = new WeakSet<GoMap>()

/** A nil map: it can be read, but not written. */
export function nilMap(): GoMap {
  const map: GoMap = new Map()
  nilMaps.add(map)
  return map
}
export function isNilMap(map: GoMap): boolean {
  return nilMaps.has(map)
}
/** `map[string]string(nil)`. */
export function nilTextMap(): GoMap {
  return textMap(nilMap())
}

/** A `[]byte`, which JSON writes as Base64 and Sprig treats as a string. */
export function bytesList(bytes: Uint8Array): GoList {
  const list = typedList(
    '[]uint8',
    Array.from(bytes, (byte) => eachByte[byte] as GoInteger),
  )
  byteLists.set(list, bytes)
  return list
}
export function bytesIn(value: GoValue): Uint8Array | undefined {
  return Array.isArray(value) ? byteLists.get(value) : undefined
}
const byteLists = new WeakMap<GoList, Uint8Array>()
const eachByte = Array.from({ length: 256 }, (_, byte): GoInteger => ({ go: 'integer', type: 'uint8', value: BigInt(byte) }))

const textMaps = new WeakSet<GoMap>()

/** A map whose Go type is `map[string]string`; most functions do not accept it as a map. */
export function textMap(entries: GoMap): GoMap {
  textMaps.add(entries)
  return entries
}
export function isTextMap(value: GoValue): boolean {
  return isGoMap(value) && textMaps.has(value)
}

/** The Go type as `%T` prints it. */
export function typeOf(value: GoValue): string {
  if (value === undefined || value === null) return '<nil>'
  const name = typeof value === 'object' ? (value as Named)[namedType]?.type : undefined
  if (name !== undefined) return name
  if (Array.isArray(value)) return typedLists.get(value) ?? '[]interface {}'
  if (isGoMap(value)) return isTextMap(value) ? 'map[string]string' : 'map[string]interface {}'
  if (isInteger(value) || isStruct(value)) return value.type
  return kindOf(value)
}

interface NamedType {
  readonly type: string
  readonly methods: ReadonlyMap<string, GoFunction>
  /** the value of an absent key */
  readonly zero?: GoValue
}
/** On the map or list itself: each step into a map asks for it. */
const namedType = Symbol('named type')
interface Named {
  [namedType]?: NamedType
}

/** A map or list of a named Go type, which may have methods. */
export function namedValue<T extends GoMap | GoList>(value: T, type: NamedType): T {
  ;(value as T & Named)[namedType] = type
  return value
}
/** The zero value of a map's entries; null for `any`. */
export function zeroOf(map: GoMap): GoValue {
  return isTextMap(map) ? '' : ((map as Named)[namedType]?.zero ?? null)
}
export function methodsOf(value: GoValue): ReadonlyMap<string, GoFunction> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  return (value as Named)[namedType]?.methods ?? (isStruct(value) ? value.methods : undefined)
}
