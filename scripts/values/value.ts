// What is a value that knows where it was written, and how are trees of values walked?

/** Keys and indexes from a root to a node, as the author typed them. */
export type Path = readonly (string | number)[]

/** Plain JSON, as the API server or Helm's templates see it. */
export type Json = null | boolean | number | string | Json[] | JsonMap

export interface JsonMap {
  [key: string]: Json
}

/** One rung of precedence, lowest first in this list. */
export type LayerName =
  | 'chart'
  | 'operator'
  | 'environment'
  | 'service'
  | 'service-environment'
  | 'generator'
  | 'value-file'
  | 'inline'
  | 'parameter'

/** A text that values were read from. `builtin`: it is part of this program (chart defaults), nobody can edit it. */
export interface SourceFile {
  /** '/'-separated, from the repository root */
  readonly path: string
  readonly text: string
  readonly builtin?: true
  /** the path by the layout, where the file lies in another checkout and is shown under another one */
  readonly layoutPath?: string
  /** git's id of the content, where it is known without reading */
  readonly blob?: string
  /** the commit, where the text was read at the base of a change */
  readonly revision?: string
}

/** The path by the layout, by which trees and settings know a file; a report shows `path`. */
export const layoutPathOf = ({ path, layoutPath }: Pick<SourceFile, 'path' | 'layoutPath'>): string => layoutPath ?? path

/** Half-open range of UTF-16 offsets in a file's text. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Where one value was written. */
export interface Origin {
  readonly layer: LayerName
  readonly file: SourceFile
  /** path inside the values, as the author typed it */
  readonly path: Path
  /** the key that holds the value; null for list items and roots */
  readonly key: Span | null
  readonly value: Span
}

/** Nodes are written with their members in this order, then the content: with other orders V8 would take them for other types. */
interface Node {
  readonly origin: Origin
  /** lower layers' values that this one replaced, nearest first */
  readonly overrides: readonly Value[]
}

export interface MapValue extends Node {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, Value>
}

export interface ListValue extends Node {
  readonly kind: 'list'
  readonly items: readonly Value[]
}

export interface ScalarValue extends Node {
  readonly kind: 'scalar'
  readonly value: string | number | boolean
  /** the chart's own text; its origin is only what made the chart print it */
  readonly constant?: true
}

/** A null is a value with a birthplace: the file that switched something off must be nameable. */
export interface NullValue extends Node {
  readonly kind: 'null'
}

export type Value = MapValue | ListValue | ScalarValue | NullValue

const noOverrides: readonly Value[] = []

/** The tree as plain JSON. Keys such as `__proto__` become own properties. */
export function toPlain(value: Value): Json {
  switch (value.kind) {
    case 'map': {
      const plain: JsonMap = {}
      for (const [key, entry] of value.entries) setOwn(plain, key, toPlain(entry))
      return plain
    }
    case 'list':
      return value.items.map(toPlain)
    case 'scalar':
      return value.value
    case 'null':
      return null
  }
}

/** What the first document of a text holds; null: there is none. */
export function firstPlain([document]: readonly Value[]): Json {
  return document === undefined ? null : toPlain(document)
}

/** A tree whose nodes all carry one origin (constants of the generator or of the chart). */
export function fromPlain(plain: Json | undefined, origin: Origin): Value {
  if (plain === null || plain === undefined) return { kind: 'null', origin, overrides: noOverrides }
  if (Array.isArray(plain)) return { kind: 'list', origin, overrides: noOverrides, items: plain.map((item) => fromPlain(item, origin)) }
  if (typeof plain === 'object') {
    const entries = new Map(Object.entries(plain).map(([key, entry]) => [key, fromPlain(entry, origin)]))
    return { kind: 'map', origin, overrides: noOverrides, entries }
  }
  return { kind: 'scalar', origin, overrides: noOverrides, value: plain }
}

/** The node at a path, or undefined where the path ends early. */
export function valueAt(root: Value | undefined, path: Path): Value | undefined {
  let node = root
  for (const step of path) {
    if (node?.kind === 'map') node = node.entries.get(String(step))
    else if (node?.kind === 'list') node = node.items[Number(step)]
    else return undefined
  }
  return node
}

/** The same for plain JSON: undefined where the path ends early. */
export function jsonAt(root: Json | undefined, path: Path): Json | undefined {
  let node = root
  for (const step of path) {
    if (Array.isArray(node)) node = node[Number(step)]
    else if (isJsonMap(node)) node = ownMember(node, step)
    else return undefined
  }
  return node
}

/** What an object has of its own; what it inherits is no JSON. Costs half of asking for the key and then for its value. */
function ownMember(map: JsonMap, key: string | number): Json | undefined {
  const member: unknown = map[key]
  return typeof member === 'function' || member === Object.prototype ? undefined : (member as Json | undefined)
}

/** The deepest node on the way to a path, and how many steps lead to it. */
export function deepestAt(root: Value, path: Path): { readonly node: Value; readonly depth: number } {
  let node = root
  let depth = 0
  for (const step of path) {
    const next = valueAt(node, [step])
    if (next === undefined) break
    node = next
    depth++
  }
  return { node, depth }
}

export function isMap(value: Value | undefined): value is MapValue {
  return value?.kind === 'map'
}

/** Whether plain JSON is an object: neither a list nor null. */
export function isJsonMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Sets an own property, also for names such as `__proto__`. */
export function setOwn(target: JsonMap, key: string, value: Json): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  else target[key] = value
}

/** Every leaf of a tree with its path; empty maps and lists are leaves. Keys by code unit. */
export function* leavesOf(
  value: Value,
  path: readonly (string | number)[] = [],
): Iterable<{ readonly path: readonly (string | number)[]; readonly value: Value }> {
  if (isMap(value) && value.entries.size > 0) {
    for (const key of [...value.entries.keys()].sort()) yield* leavesOf(value.entries.get(key) as Value, [...path, key])
  } else if (value.kind === 'list' && value.items.length > 0) {
    for (const [index, item] of value.items.entries()) yield* leavesOf(item, [...path, index])
  } else yield { path, value }
}

/** The map with each value changed; keys such as `__proto__` stay own properties. */
export function mapEntries(map: JsonMap, change: (value: Json, key: string) => Json): JsonMap {
  const changed: JsonMap = {}
  for (const [key, value] of Object.entries(map)) setOwn(changed, key, change(value, key))
  return changed
}
