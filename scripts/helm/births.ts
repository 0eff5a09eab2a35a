// Which node of the values does a map, list or entry held by a template come from?
import { isGoMap } from '../go-template/go-value.ts'
import type { GoList, GoMap, GoValue } from '../go-template/go-value.ts'
import type { MapValue, NullValue, Value } from '../values/value.ts'

const none: readonly Value[] = []
/** On the map or list itself, which one run makes and no other sees: each step of a template asks for it. */
const source = Symbol('source')
const entries = Symbol('entries')
interface Born {
  [source]?: Value
  [entries]?: Map<string, Value> | readonly (Value | undefined)[]
}
/** Longer lists are not followed through functions. */
const longestList = 1_000

/** Maps and lists are known by identity, what is in them by its key. */
export class Births {
  readonly #absent = new Map<MapValue, Map<string, NullValue>>()
  /** the values of the root chart */
  root: Value | undefined

  /** The values as templates see them; the maps and lists are recorded. */
  convert(value: MapValue): GoMap
  convert(value: Value): GoValue
  convert(value: Value): GoValue {
    if (value.kind === 'null') return null
    if (value.kind === 'scalar') return value.value
    this.root ??= value
    let made: GoMap | GoList
    if (value.kind === 'map') {
      made = new Map()
      for (const [key, entry] of value.entries) made.set(key, this.convert(entry))
    } else made = value.items.map((item) => this.convert(item))
    ;(made as Born)[source] = value
    return made
  }

  of(value: GoValue): Value | undefined {
    return typeof value === 'object' && value !== null ? (value as Born)[source] : undefined
  }

  /** Where the entry of a map or list came from. */
  at(collection: GoMap | GoList, key: string | number): Value | undefined {
    const own = (collection as Born)[entries]
    const known = own === undefined ? undefined : own instanceof Map ? own.get(String(key)) : own[Number(key)]
    if (known !== undefined) return known
    const whole = (collection as Born)[source]
    if (whole?.kind === 'map') return whole.entries.get(String(key))
    return whole?.kind === 'list' ? whole.items[Number(key)] : undefined
  }

  /** A missing key represents what could be written next to its neighbours. */
  absent(holder: MapValue, key: string): NullValue {
    const known = this.#absent.get(holder) ?? new Map<string, NullValue>()
    const before = known.get(key)
    if (before !== undefined) return before
    const { origin } = holder
    const at = { start: origin.value.start, end: origin.value.start }
    const made: NullValue = { kind: 'null', overrides: none, origin: { ...origin, path: [...origin.path, key], key: null, value: at } }
    this.#absent.set(holder, known.set(key, made))
    return made
  }

  /** Of a value that was made again, part by part. */
  adopt(made: GoValue, value: Value | undefined): void {
    if (value === undefined || typeof made !== 'object' || made === null || (made as Born)[source] !== undefined) return
    if (isGoMap(made) && value.kind === 'map') {
      ;(made as Born)[source] = value
      for (const [key, entry] of made) this.adopt(entry, value.entries.get(key))
    } else if (Array.isArray(made) && value.kind === 'list') {
      ;(made as Born)[source] = value
      for (const [index, item] of made.entries()) this.adopt(item, value.items[index])
    }
  }

  /** An entry of a map that a function made. */
  remember(map: GoMap, key: string, value: Value | undefined): void {
    if (value === undefined) return
    const own = (map as Born)[entries]
    const known = own instanceof Map ? own : new Map<string, Value>()
    if (!known.has(key)) known.set(key, value)
    ;(map as Born)[entries] = known
  }

  /** Entries of a new map that are those of another one. */
  relate(result: GoMap, from: GoMap, depth = 0): void {
    if (depth > 20 || result === from) return
    for (const [key, value] of result) {
      if (!from.has(key)) continue
      const before = from.get(key)
      const isSame = value === before || (typeof value === 'object' && value !== null && typeof before === 'object' && before !== null)
      if (isSame) this.remember(result, key, this.at(from, key))
      if (isGoMap(value) && isGoMap(before)) this.relate(value, before, depth + 1)
      else if (Array.isArray(value) && Array.isArray(before) && (value as Born)[source] === undefined) {
        const whole = (before as Born)[source]
        if (whole !== undefined) (value as Born)[source] = whole
      }
    }
  }

  /** Items of a new list that are those of the arguments, in order; `added` is where another item came from. */
  collect(result: GoList, args: readonly GoValue[], added: (item: GoValue) => Value | undefined): void {
    if ((result as Born)[source] !== undefined || result.length > longestList) return
    const items: (Value | undefined)[] = []
    for (const arg of args) {
      if (!Array.isArray(arg)) {
        const at = result.findIndex((item, index) => item === arg && items[index] === undefined)
        if (at >= 0) items[at] = added(arg)
        continue
      }
      let from = 0
      for (const [index, item] of arg.entries()) {
        const at = result.indexOf(item, from)
        if (at < 0) continue
        items[at] ??= this.at(arg, index)
        from = at + 1
      }
    }
    if (items.some((item) => item !== undefined)) (result as Born)[entries] = items
  }
}
