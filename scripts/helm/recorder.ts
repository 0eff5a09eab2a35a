// Which values does each piece of a printed text come from?
import { append } from '../values/append.ts'
import type { GoNode, TemplateTree } from '../go-template/go-tree.ts'
import type { Variable, Watcher } from '../go-template/go-state.ts'
import { isGoMap } from '../go-template/go-value.ts'
import type { GoList, GoMap, GoValue } from '../go-template/go-value.ts'
import type { MapValue, Path, Value } from '../model.ts'
import { movedPieces } from './pieces.ts'
import type { Piece } from './pieces.ts'

interface Frame {
  readonly tree: TemplateTree
  readonly node: GoNode
  /** the values that its pipeline read; of a loop: the item at hand */
  reads: readonly Value[]
  /** the last key that was looked up and is not there */
  missing?: Path
}

/** What the place is about where a run stopped, nearest first. */
export interface Stop {
  readonly reads: readonly Value[]
  readonly missing: Path | undefined
}

const none: readonly Value[] = []
/** More than this is a template that reads all of its values; the first ones say what it is about. */
const mostReads = 12

/** Watches one rendering. Maps and lists of templates are known by identity, texts by what they say. */
export class Recorder implements Watcher {
  /** maps and lists that stand for a node of the values */
  readonly #sources = new WeakMap<object, Value>()
  /** entries of maps that functions made */
  readonly #entries = new WeakMap<GoMap, Map<string, Value>>()
  readonly #variables = new WeakMap<Variable, readonly Value[]>()
  readonly #texts = new Map<string, readonly Piece[]>()
  readonly #frames: Frame[] = []
  readonly #buffers: { pieces: Piece[]; length: number }[] = []
  /** what templates looked up, by map: for the keys that nothing reads */
  readonly looked = new Map<MapValue, Set<string>>()
  /** nodes that were read as a whole */
  readonly whole = new Set<Value>()

  /** The values as templates see them; the maps and lists are remembered. */
  convert(value: MapValue): GoMap
  convert(value: Value): GoValue
  convert(value: Value): GoValue {
    if (value.kind === 'null') return null
    if (value.kind === 'scalar') return value.value
    const made: GoMap | GoList =
      value.kind === 'map'
        ? new Map([...value.entries].map(([key, entry]) => [key, this.convert(entry)]))
        : value.items.map((item) => this.convert(item))
    this.#sources.set(made, value)
    return made
  }

  /** Where the entry of a map or list came from. */
  at(collection: GoMap | GoList, key: string | number): Value | undefined {
    const known = isGoMap(collection) ? this.#entries.get(collection)?.get(String(key)) : undefined
    if (known !== undefined) return known
    const source = this.#sources.get(collection)
    if (source?.kind === 'map') return source.entries.get(String(key))
    return source?.kind === 'list' ? source.items[Number(key)] : undefined
  }

  sourceOf(value: GoValue): Value | undefined {
    return typeof value === 'object' && value !== null ? this.#sources.get(value) : undefined
  }

  #read(value: Value | undefined): void {
    const frame = this.#frames.at(-1)
    if (frame === undefined || value === undefined || frame.reads.includes(value) || frame.reads.length >= mostReads) return
    frame.reads = [...frame.reads, value]
  }

  field(map: GoMap, key: string): void {
    const source = this.#sources.get(map)
    if (source?.kind === 'map') {
      const keys = this.looked.get(source)
      if (keys === undefined) this.looked.set(source, new Set([key]))
      else keys.add(key)
    }
    const value = this.at(map, key)
    const top = this.#frames.at(-1)
    if (top !== undefined && source !== undefined && value === undefined) top.missing = [...source.origin.path, key]
    if (value !== undefined) {
      // a step into a map is replaced by what is found there
      if (top !== undefined && source !== undefined && top.reads.at(-1) === source) top.reads = top.reads.slice(0, -1)
      this.#read(value)
    }
  }

  item(collection: GoMap | GoList, at: string | number): void {
    const value = this.at(collection, at)
    const frame = this.#frames.at(-1)
    if (frame !== undefined && value !== undefined) frame.reads = [value]
  }

  declared(variable: Variable): void {
    this.#variables.set(variable, this.#frames.at(-1)?.reads ?? none)
  }
  variable(variable: Variable): void {
    for (const value of this.#variables.get(variable) ?? none) this.#read(value)
  }

  enter(tree: TemplateTree, node: GoNode): number {
    this.#frames.push({ tree, node, reads: none })
    return this.#frames.length - 1
  }
  leave(depth: number): void {
    this.#frames.length = depth
  }

  /** What the nodes were about that had not ended when the run stopped, innermost first. */
  stops(): Stop[] {
    return this.#frames.toReversed().map(({ reads, missing }) => ({ reads, missing }))
  }

  open(): void {
    this.#buffers.push({ pieces: [], length: 0 })
  }
  /** The pieces of the innermost text. */
  take(): Piece[] {
    return this.#buffers.pop()?.pieces ?? []
  }
  close(text: string): void {
    const pieces = this.take()
    if (pieces.length > 0 && text !== '') this.#texts.set(text, pieces)
  }

  print(tree: TemplateTree, node: GoNode, text: string, value: GoValue): void {
    const buffer = this.#buffers.at(-1)
    if (buffer === undefined || (text === '' && node.kind === 'text')) return
    const start = buffer.length
    buffer.length += text.length
    const known = typeof value === 'string' && node.kind !== 'text' ? this.#texts.get(value) : undefined
    if (known !== undefined) {
      for (const piece of known)
        buffer.pieces.push({
          ...piece,
          start: piece.start + start,
          end: piece.end + start,
          reasons: [...piece.reasons, ...this.#reasons()],
        })
      return
    }
    const own = node.kind === 'text' ? none : this.#readsHere()
    buffer.pieces.push({
      start,
      end: start + text.length,
      tree,
      at: node.at,
      isText: node.kind === 'text',
      reads: own,
      yaml: undefined,
      reasons: this.#reasons(),
    })
  }

  /** What the action at hand read, or, where it read nothing, what the nearest one around it did. */
  #readsHere(): readonly Value[] {
    for (let at = this.#frames.length - 1; at >= 0; at--) {
      const { reads } = this.#frames[at] as Frame
      if (reads.length > 0) return reads
    }
    return none
  }

  /** The values of the conditions around, innermost first. */
  #reasons(): readonly Value[] {
    const reasons: Value[] = []
    for (let at = this.#frames.length - 1; at >= 0 && reasons.length < mostReads; at--) {
      const { node, reads } = this.#frames[at] as Frame
      if (node.kind === 'if' || node.kind === 'with' || node.kind === 'range') append(reasons, reads)
    }
    return reasons
  }

  called(name: string, args: readonly GoValue[], result: GoValue): void {
    if (typeof result === 'string') this.#madeText(name, args, result)
    else if (isGoMap(result)) this.#madeMap(name, args, result)
    else if (Array.isArray(result) && !this.#sources.has(result)) this.#madeList(args, result)
    if (isGoMap(args[0]) && (name === 'get' || name === 'hasKey') && typeof args[1] === 'string') this.field(args[0], args[1])
    if (name === 'index' || name === 'dig') this.#walked(name, args)
    if (wholeReaders.has(name)) for (const arg of args) this.#readWhole(arg)
  }

  #readWhole(value: GoValue): void {
    const source = this.sourceOf(value)
    if (source !== undefined) this.whole.add(source)
    else if (isGoMap(value)) for (const entry of value.values()) this.#readWhole(entry)
  }

  /** `index map "a" "b"` and `dig "a" "b" default map`. */
  #walked(name: string, args: readonly GoValue[]): void {
    let value = name === 'index' ? args[0] : args.at(-1)
    for (const key of name === 'index' ? args.slice(1) : args.slice(0, -2)) {
      if (isGoMap(value) && typeof key === 'string') this.field(value, key)
      if (Array.isArray(value) && typeof key === 'object') this.#read(this.at(value, Number((key as { value?: bigint }).value)))
      value = isGoMap(value) ? value.get(String(key)) : undefined
    }
  }

  #madeText(name: string, args: readonly GoValue[], result: string): void {
    if (result === '') return
    if (yamlWriters.has(name)) {
      const [value] = args
      if (typeof value !== 'object' || value === null) return
      const frame = this.#frames.at(-1)
      if (frame === undefined) return
      const reads = this.#readsHere()
      this.#texts.set(result, [
        {
          start: 0,
          end: result.length,
          tree: frame.tree,
          at: frame.node.at,
          isText: false,
          reads,
          yaml: value as GoMap | GoList,
          reasons: none,
        },
      ])
      return
    }
    for (const arg of args) {
      if (typeof arg !== 'string' || arg === result) continue
      const pieces = this.#texts.get(arg)
      const moved = pieces === undefined ? undefined : movedPieces({ name, args, from: arg, to: result }, pieces)
      if (moved !== undefined && moved.length > 0) {
        this.#texts.set(result, this.#filled(moved, result.length))
        return
      }
    }
  }

  /** What a function put around a known text is of the action at hand. */
  #filled(pieces: readonly Piece[], length: number): readonly Piece[] {
    const frame = this.#frames.at(-1)
    const [first, last] = [pieces[0] as Piece, pieces.at(-1) as Piece]
    if (frame === undefined) return pieces
    const around = { tree: frame.tree, at: frame.node.at, isText: false, reads: this.#readsHere(), yaml: undefined, reasons: none }
    return [
      ...(first.start > 0 ? [{ ...around, start: 0, end: first.start }] : []),
      ...pieces,
      ...(last.end < length ? [{ ...around, start: last.end, end: length }] : []),
    ]
  }

  /** Entries of a new map that are those of an argument; of `dict` those that were read just now. */
  #madeMap(name: string, args: readonly GoValue[], result: GoMap): void {
    if (name === 'dict') {
      for (let at = 0; at + 1 < args.length; at += 2) this.#remember(result, String(args[at]), this.#justRead(args[at + 1]))
      return
    }
    for (const arg of [...args].reverse()) if (isGoMap(arg)) this.#relate(result, arg)
  }

  #relate(result: GoMap, from: GoMap, depth = 0): void {
    if (depth > 20 || result === from) return
    for (const [key, value] of result) {
      if (!from.has(key)) continue
      const before = from.get(key)
      const isSame = value === before || (typeof value === 'object' && value !== null && typeof before === 'object' && before !== null)
      if (isSame) this.#remember(result, key, this.at(from, key))
      if (isGoMap(value) && isGoMap(before)) this.#relate(value, before, depth + 1)
      else if (Array.isArray(value) && Array.isArray(before) && !this.#sources.has(value)) {
        const source = this.#sources.get(before)
        if (source !== undefined) this.#sources.set(value, source)
      }
    }
  }

  #remember(map: GoMap, key: string, value: Value | undefined): void {
    if (value === undefined) return
    const entries = this.#entries.get(map) ?? new Map<string, Value>()
    if (!entries.has(key)) entries.set(key, value)
    this.#entries.set(map, entries)
  }

  #madeList(args: readonly GoValue[], result: GoList): void {
    for (const arg of args) {
      const source = Array.isArray(arg) && arg.length === result.length ? this.#sources.get(arg) : undefined
      if (source !== undefined && result.every((item, index) => item === (arg as GoList)[index])) this.#sources.set(result, source)
    }
  }

  /** The latest value that was read and says this. */
  #justRead(value: GoValue): Value | undefined {
    const source = this.sourceOf(value)
    if (source !== undefined) return source
    return this.#frames.at(-1)?.reads.findLast((read) => read.kind === 'scalar' && read.value === value)
  }
}

const yamlWriters = new Set(['toYaml', 'mustToYaml', 'toYamlPretty', 'toJson', 'mustToJson', 'toPrettyJson', 'toRawJson'])
const wholeReaders = new Set([...yamlWriters, 'toToml', 'mustToToml', 'toString', 'quote', 'print', 'printf', 'keys', 'values', 'join'])
