// What is in a printed document that uses only the common subset of YAML?
import type { MapValue, Origin, Path, SourceFile, Span, Value } from '../values/value.ts'
import { resolveScalar } from './scalars.ts'

const none: readonly Value[] = []
const key = /([A-Za-z_][\w./-]*|"[A-Za-z_][\w./-]*"|'[A-Za-z_][\w./-]*')(?=:(?: |$))/my
const quoted = /"[^"\\\n]*"(?= *$)|'[^'\n]*'(?= *$)/my
/** An item of a list in brackets, with what ends it. */
const inBrackets = /([A-Za-z_][\w./-]*|"[^"\\\n]*"|'[^'\n]*') *([,\]])/y
const plainStart = /[A-Za-z0-9_./(+~$^<=-]/
const deepest = 100

/** It takes the whole of YAML to read this. */
const unsure = Symbol('unsure')

/**
 * A document of block maps and lists whose scalars are on one line or literal blocks, as `parseFirstDocument` reads it, in
 * a fraction of the time; undefined: anything else, right or wrong. Templates print hardly anything but this.
 */
export function readPlainDocument(file: SourceFile): Value | undefined {
  // eslint-disable-next-line no-control-regex
  if (/[^\x20-\x7e\n]/.test(file.text)) return undefined
  const root = new PlainReader(file).read()
  return root === unsure ? undefined : root
}

type Read = Value | typeof unsure

class PlainReader {
  readonly #file: SourceFile
  readonly #text: string
  /** where the next line begins */
  #next = 0
  /** of the line at hand: its first character that is no blank, where it ends, and its column */
  #at = 0
  #end = 0
  #indent = -1

  constructor(file: SourceFile) {
    this.#file = file
    this.#text = file.text
  }

  read(): Read {
    if (!this.#advance() || this.#indent !== 0 || this.#text.startsWith('---')) return unsure
    const root = this.#block([], null)
    return root === unsure || this.#indent >= 0 ? unsure : root
  }

  /** To the next line that is neither blank nor a comment; false at the end. */
  #advance(): boolean {
    const text = this.#text
    while (this.#next < text.length) {
      const start = this.#next
      const found = text.indexOf('\n', start)
      this.#end = found < 0 ? text.length : found
      this.#next = this.#end + 1
      let at = start
      while (text.charCodeAt(at) === 32) at++
      if (at >= this.#end || text.charCodeAt(at) === 35) continue
      this.#at = at
      this.#indent = at - start
      return true
    }
    this.#indent = -1
    return false
  }

  #origin(path: Path, at: Span | null, value: Span): Origin {
    return { layer: 'chart', file: this.#file, path, key: at, value }
  }

  /** What is below a key or a dash, on lines of its own. */
  #block(path: Path, at: Span | null): Read {
    if (path.length > deepest) return unsure
    return this.#isDash() ? this.#list(this.#indent, path, at) : this.#map(this.#indent, path, at)
  }

  #isDash(): boolean {
    const after = this.#text.charCodeAt(this.#at + 1)
    return this.#text.charCodeAt(this.#at) === 45 && (after === 32 || after === 10)
  }

  #map(indent: number, path: Path, at: Span | null): Read {
    const entries = new Map<string, Value>()
    const start = this.#at
    let end = start
    while (this.#indent === indent) {
      key.lastIndex = this.#at
      const shown = key.exec(this.#text)?.[0]
      if (shown === undefined) return unsure
      const isQuoted = shown.startsWith('"') || shown.startsWith("'")
      const name = isQuoted ? shown.slice(1, -1) : shown
      if (entries.has(name) || (!isQuoted && resolveScalar(name) !== name)) return unsure
      const span = { start: this.#at, end: this.#at + shown.length }
      const value = this.#value({ from: span.end + 1, indent, path: [...path, name], key: span })
      if (value === unsure) return unsure
      entries.set(name, value)
      end = value.origin.value.end
    }
    // a line between two columns, or one that goes on
    if (this.#indent > indent || end === start) return unsure
    const made: MapValue = { kind: 'map', origin: this.#origin(path, at, { start, end }), overrides: none, entries }
    return made
  }

  #list(indent: number, path: Path, at: Span | null): Read {
    const items: Value[] = []
    const start = this.#at
    let end = start
    while (this.#indent === indent && this.#isDash()) {
      const own = [...path, items.length]
      let from = this.#at + 1
      while (this.#text.charCodeAt(from) === 32) from++
      key.lastIndex = from
      let value: Read
      if (from >= this.#end) value = this.#advance() && this.#indent > indent ? this.#block(own, null) : unsure
      else if (key.test(this.#text)) {
        this.#indent += from - this.#at
        this.#at = from
        value = this.#map(this.#indent, own, null)
      } else value = this.#scalar({ from, indent, path: own, key: null })
      if (value === unsure) return unsure
      items.push(value)
      end = value.origin.value.end
    }
    if (this.#indent > indent) return unsure
    return { kind: 'list', origin: this.#origin(path, at, { start, end }), overrides: none, items }
  }

  /** What is behind a key. */
  #value(place: Place): Read {
    let { from } = place
    while (this.#text.charCodeAt(from) === 32) from++
    if (from < this.#end && this.#text.charCodeAt(from) !== 35) return this.#scalar({ ...place, from })
    this.#advance()
    if (this.#indent > place.indent || (this.#indent === place.indent && this.#isDash())) return this.#block(place.path, place.key)
    const { end } = place.key as Span
    return { kind: 'null', origin: this.#origin(place.path, place.key, { start: end, end }), overrides: none }
  }

  /** A scalar, or an empty collection, that begins on the line at hand; then the next line is at hand. */
  #scalar({ from, indent, path, key: at }: Place): Read {
    const text = this.#text
    const first = text[from] as string
    if (first === '|' || first === '>') return this.#literal({ from, indent, path, key: at })
    if (first === '[' && text[from + 1] !== ']') return this.#brackets({ from, indent, path, key: at })
    let end = this.#end
    while (text.charCodeAt(end - 1) === 32) end--
    const shown = text.slice(from, end)
    const origin = this.#origin(path, at, { start: from, end })
    let read: Read
    if (shown === '[]') read = { kind: 'list', origin, overrides: none, items: [] }
    else if (shown === '{}') read = { kind: 'map', origin, overrides: none, entries: new Map() }
    else if (first === '"' || first === "'") {
      quoted.lastIndex = from
      if (!quoted.test(text)) return unsure
      read = { kind: 'scalar', origin, overrides: none, value: shown.slice(1, -1) }
    } else {
      if (
        !plainStart.test(first) ||
        shown.includes(': ') ||
        shown.includes(' #') ||
        shown.endsWith(':') ||
        /^(?:-(?: |$)|---|\.\.\.)/.test(shown)
      )
        return unsure
      const value = resolveScalar(shown)
      if (typeof value === 'number' && !Number.isFinite(value)) return unsure
      read = value === null ? { kind: 'null', origin, overrides: none } : { kind: 'scalar', origin, overrides: none, value }
    }
    this.#advance()
    return this.#indent > indent ? unsure : read
  }

  /** A list in brackets, on one line. */
  #brackets({ from, indent, path, key: at }: Place): Read {
    const text = this.#text
    const items: Value[] = []
    const skip = (to: number): number => (text.charCodeAt(to) === 32 ? skip(to + 1) : to)
    let end = skip(from + 1)
    for (let last = ','; last === ',';) {
      inBrackets.lastIndex = end
      const found = inBrackets.exec(text)
      if (found === null) return unsure
      const [whole, shown = '', mark = ''] = found
      const value = /^["']/.test(shown) ? shown.slice(1, -1) : resolveScalar(shown)
      if (value === null) return unsure
      const origin = this.#origin([...path, items.length], null, { start: end, end: end + shown.length })
      items.push({ kind: 'scalar', origin, overrides: none, value })
      last = mark
      end += whole.length
      if (last === ',') end = skip(end)
    }
    if (skip(end) !== this.#end) return unsure
    this.#advance()
    return this.#indent > indent ? unsure : { kind: 'list', origin: this.#origin(path, at, { start: from, end }), overrides: none, items }
  }

  /** `|` and `|-`: lines below that are further in; `>` and `>-` if there is nothing in them but lines to join. */
  #literal({ from, indent, path, key: at }: Place): Read {
    const text = this.#text
    const header = text.slice(from, this.#end)
    const isFolded = header.startsWith('>')
    if (!isFolded && header !== '|' && header !== '|-') return unsure
    if (isFolded && header !== '>' && header !== '>-') return unsure
    const start = this.#next
    const lines: string[] = []
    let inner = -1
    while (this.#next < text.length) {
      const found = text.indexOf('\n', this.#next)
      const end = found < 0 ? text.length : found
      let first = this.#next
      while (text.charCodeAt(first) === 32) first++
      const column = first - this.#next
      if (first >= end) {
        if (inner < 0 ? column > 0 : column > inner) return unsure
        lines.push('')
      } else {
        if (column <= indent) break
        if (inner < 0) inner = column
        if (column < inner || (isFolded && column > inner)) return unsure
        lines.push(text.slice(this.#next + inner, end))
      }
      this.#next = end + 1
    }
    while (lines.at(-1) === '') lines.pop()
    if (lines.length === 0) return unsure
    // a text that ends without a line break ends its block without one, too
    if ((isFolded && lines.includes('')) || text.charCodeAt(text.length - 1) !== 10) return unsure
    const value = lines.join(isFolded ? ' ' : '\n') + (header.length === 1 ? '\n' : '')
    const origin = this.#origin(path, at, { start, end: Math.min(this.#next, text.length) })
    this.#advance()
    return this.#indent > indent ? unsure : { kind: 'scalar', origin, overrides: none, value }
  }
}

interface Place {
  readonly from: number
  /** the column of the map or list that it is in */
  readonly indent: number
  readonly path: Path
  readonly key: Span | null
}
