// Which values does each piece of a printed text come from?
import type { GoNode, TemplateTree } from '../go-template/go-tree.ts'
import type { Variable, Watcher } from '../go-template/go-state.ts'
import { isGoMap, isInteger } from '../go-template/go-value.ts'
import type { GoList, GoMap, GoValue } from '../go-template/go-value.ts'
import type { MapValue, Value } from '../values/value.ts'
import { parseFirstDocument } from '../yaml/parse.ts'
import { Births } from './births.ts'
import { withOrigins } from './blame.ts'
import { once } from '../values/once.ts'
import { flat, movedPieces } from './pieces.ts'
import type { Piece, Pieces } from './pieces.ts'

interface Frame {
  readonly tree: TemplateTree
  readonly node: GoNode
  /** the values that its pipeline read; of a loop: the current item */
  reads: readonly Value[]
  /** the values of the conditions around, once they were asked for */
  reasons: readonly Value[] | undefined
}

const none: readonly Value[] = []
/** More than this means a template that reads all of its values; the first ones show what it is about. */
const mostReads = 12

/** Watches one rendering. Maps and lists in templates are recognised by identity, texts by content. */
export class Recorder implements Watcher {
  /** what maps, lists and their entries are in the values */
  readonly births = new Births()
  readonly #variables = new Map<Variable, readonly Value[]>()
  readonly #texts = new Map<string, Pieces>()
  /** what a text that came out empty was made of */
  #emptied: readonly Value[] = none
  readonly #frames: Frame[] = []
  readonly #buffers: { pieces: Piece[]; length: number }[] = []
  /** what templates looked up, by map: for the keys that nothing reads */
  readonly looked = new Map<MapValue, Set<string>>()
  #read(value: Value | undefined): void {
    const frame = this.#frames.at(-1)
    if (frame === undefined || value === undefined || frame.reads.includes(value) || frame.reads.length >= mostReads) return
    frame.reads = frame.reads.length === 0 ? [value] : [...frame.reads, value]
    frame.reasons = undefined
  }

  field(map: GoMap, key: string): void {
    const source = this.births.of(map)
    if (source?.kind === 'map') {
      const keys = this.looked.get(source)
      if (keys === undefined) this.looked.set(source, new Set([key]))
      else keys.add(key)
    }
    const value = this.births.at(map, key) ?? (source?.kind === 'map' ? this.births.absent(source, key) : undefined)
    const top = this.#frames.at(-1)
    if (value !== undefined) {
      // a step into a map is replaced by what is found there
      if (top !== undefined && source !== undefined && top.reads.at(-1) === source) top.reads = top.reads.slice(0, -1)
      this.#read(value)
    }
  }

  item(collection: GoMap | GoList, at: string | number): void {
    const value = this.births.at(collection, at)
    const frame = this.#frames.at(-1)
    if (frame === undefined || value === undefined) return
    frame.reads = [value]
    frame.reasons = undefined
  }

  declared(variable: Variable): void {
    const frame = this.#frames.at(-1)
    this.#variables.set(
      variable,
      frame !== undefined && frame.reads.length === 0 && isDot(frame.node) ? this.#readsHere() : (frame?.reads ?? none),
    )
  }
  variable(variable: Variable): void {
    for (const value of this.#variables.get(variable) ?? none) this.#read(value)
  }

  enter(tree: TemplateTree, node: GoNode): number {
    this.#frames.push({ tree, node, reads: none, reasons: undefined })
    return this.#frames.length - 1
  }
  leave(depth: number): void {
    this.#frames.length = depth
  }

  /** What the nodes read that had not ended when the run stopped, innermost first. */
  stops(): (readonly Value[])[] {
    return this.#frames.toReversed().map(({ reads }) => reads)
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
    if (pieces.length > 0 && text !== '')
      this.#texts.set(
        text,
        once(() => flat(pieces)),
      )
    this.#emptied = text === '' ? pieces.flatMap(({ reads }) => reads) : none
  }

  print(tree: TemplateTree, node: GoNode, text: string, value: GoValue): void {
    const buffer = this.#buffers.at(-1)
    if (buffer === undefined || (text === '' && node.kind === 'text')) return
    const start = buffer.length
    buffer.length += text.length
    const known = typeof value === 'string' && node.kind !== 'text' ? this.#texts.get(value) : undefined
    const own = node.kind === 'text' ? none : text === '' && this.#emptied.length > 0 ? this.#emptied : this.#readsHere()
    this.#emptied = none
    buffer.pieces.push({
      start,
      end: start + text.length,
      tree,
      at: node.at,
      isText: node.kind === 'text',
      reads: own,
      yaml: undefined,
      reasons: this.#reasonsAt(this.#frames.length - 1),
      inner: known,
    })
  }

  /** What the current action read, or, if it read nothing, what the nearest enclosing one did. */
  #readsHere(): readonly Value[] {
    for (let at = this.#frames.length - 1; at >= 0; at--) {
      const { reads } = this.#frames[at] as Frame
      if (reads.length > 0) return reads
    }
    return none
  }

  /** The values of the conditions around, innermost first. */
  #reasonsAt(depth: number): readonly Value[] {
    const frame = this.#frames[depth]
    if (frame === undefined) return none
    if (frame.reasons !== undefined) return frame.reasons
    const outer = this.#reasonsAt(depth - 1)
    const { kind } = frame.node
    const own = kind === 'if' || kind === 'with' || kind === 'range' ? frame.reads : none
    frame.reasons = own.length === 0 ? outer : outer.length === 0 ? own : [...own, ...outer].slice(0, mostReads)
    return frame.reasons
  }

  called(name: string, args: readonly GoValue[], result: GoValue): void {
    if (typeof result === 'string') this.#madeText(name, args, result)
    else if (name === 'fromYaml' || name === 'fromYamlArray') this.#readAgain(args[0], result)
    else if (name === 'dict' && isGoMap(result)) this.#madeDict(args, result)
    else if (isGoMap(result)) for (const arg of [...args].reverse()) if (isGoMap(arg)) this.births.relate(result, arg)
    if (Array.isArray(result)) this.births.collect(result, args, (item) => this.#justRead(item))
    if (isGoMap(args[0]) && (name === 'get' || name === 'hasKey') && typeof args[1] === 'string') this.field(args[0], args[1])
    if (name === 'index' || name === 'dig') this.#walked(name, args)
  }

  /** `index map "a" "b"` and `dig "a" "b" default map`. */
  #walked(name: string, args: readonly GoValue[]): void {
    let value = name === 'index' ? args[0] : args.at(-1)
    for (const key of name === 'index' ? args.slice(1) : args.slice(0, -2)) {
      if (isGoMap(value) && typeof key === 'string') this.field(value, key)
      if (Array.isArray(value) && typeof key === 'object') this.#read(this.births.at(value, Number((key as { value?: bigint }).value)))
      value = isGoMap(value) ? value.get(keyText(key)) : undefined
    }
  }

  #madeText(name: string, args: readonly GoValue[], result: string): void {
    if (result === '') {
      for (const arg of args)
        if (typeof arg === 'string')
          this.#emptied =
            this.#texts
              .get(arg)?.()
              .flatMap(({ reads }) => reads) ?? this.#emptied
      return
    }
    if (yamlWriters.has(name)) {
      const [value] = args
      if (typeof value !== 'object' || value === null) return
      const frame = this.#frames.at(-1)
      if (frame === undefined) return
      const piece: Piece = { ...this.#here(frame), start: 0, end: result.length, yaml: value as GoMap | GoList }
      this.#texts.set(result, () => [piece])
      return
    }
    for (const arg of args) {
      const pieces = typeof arg === 'string' && arg !== result ? this.#texts.get(arg) : undefined
      if (typeof arg !== 'string' || pieces === undefined) continue
      const frame = this.#frames.at(-1)
      const around = frame === undefined ? undefined : this.#here(frame)
      const make = (): readonly Piece[] => filled(movedPieces({ name, args, from: arg, to: result }, pieces()), around, result.length)
      this.#texts.set(result, once(make))
      return
    }
  }

  #here({ tree, node }: Frame): Omit<Piece, 'start' | 'end'> {
    return { tree, at: node.at, isText: false, reads: this.#readsHere(), yaml: undefined, reasons: none, inner: undefined }
  }

  /** Text that is read again: its maps and lists are those that it was made of. */
  #readAgain(text: GoValue, result: GoValue): void {
    const pieces = typeof text === 'string' ? this.#texts.get(text)?.() : undefined
    if (typeof text !== 'string' || pieces === undefined) return
    const { documents, problems } = parseFirstDocument({ path: '', text, builtin: true }, 'chart')
    const [root] = documents
    if (root === undefined || problems.some(({ fatal }) => fatal)) return
    this.births.adopt(result, withOrigins(root, { recorder: this, pieces, text, start: 0, fileOf: () => undefined }))
  }

  /** Entries of a `dict` are those that were read just now. */
  #madeDict(args: readonly GoValue[], result: GoMap): void {
    for (let at = 0; at + 1 < args.length; at += 2) this.births.remember(result, keyText(args[at]), this.#justRead(args[at + 1]))
  }

  /** The latest value read that has this text. */
  #justRead(value: GoValue): Value | undefined {
    const source = this.births.of(value)
    if (source !== undefined) return source
    const hasValue = (read: Value): boolean => (read.kind === 'scalar' ? read.value === value : read.kind === 'null' && value === null)
    // what an action hands on it has read itself, or it is the dot of a loop or a `with` around
    const last = this.#frames.length - 1
    for (let at = last; at >= 0; at--) {
      const { node, reads } = this.#frames[at] as Frame
      const found = at === last || node.kind === 'range' || node.kind === 'with' ? reads.findLast(hasValue) : undefined
      if (found !== undefined) return found
    }
    return undefined
  }
}

/** What a function put around a known text is of the action at hand. */
function filled(pieces: readonly Piece[], around: Omit<Piece, 'start' | 'end'> | undefined, length: number): readonly Piece[] {
  const [first, last] = [pieces[0], pieces.at(-1)]
  if (first === undefined || last === undefined) return around === undefined ? [] : [{ ...around, start: 0, end: length }]
  if (around === undefined) return pieces
  return [
    ...(first.start > 0 ? [{ ...around, start: 0, end: first.start }] : []),
    ...pieces,
    ...(last.end < length ? [{ ...around, start: last.end, end: length }] : []),
  ]
}

/** A key of a map as it was made of an argument; what is no key of the values does not matter. */
function keyText(value: GoValue): string {
  if (isInteger(value)) return String(value.value)
  return typeof value === 'object' ? '' : String(value)
}

/** `$x := .` */
function isDot(node: GoNode): boolean {
  return node.kind === 'action' && node.pipe.commands.length === 1 && node.pipe.commands[0]?.args[0].kind === 'dot'
}

const yamlWriters = new Set(['toYaml', 'mustToYaml', 'toYamlPretty', 'toJson', 'mustToJson', 'toPrettyJson', 'toRawJson'])
