// What do `--set` and `--set-string` make of values that lie below them?
import type { ListValue, MapValue, Origin, Value } from '../../values/value.ts'
import { fromPlain } from '../../values/value.ts'

/** One parameter of an Application, as Argo CD hands it to Helm. */
export interface Parameter {
  readonly name: string
  readonly value: string
  /** `forceString`: `--set-string`; `file`: `--set-file`, whose value is the file's text */
  readonly as?: 'string' | 'file'
  readonly origin: Origin
}

/** Helm refuses the parameter (`pkg/strvals`). */
export class ParameterError extends Error {
  /** the value below that has no room for it */
  readonly value: Value | undefined
  /** where the parameter itself is */
  origin: Origin | undefined

  constructor(message: string, value?: Value) {
    super(message)
    this.value = value
  }
}

const mostIndex = 65_536
const deepest = 30

/**
 * The layer that parameters make above `below`, in order; paths that lead into lists change the items that are there. Reproduces
 * `strvals.ParseInto`, `ParseIntoString` and `ParseIntoFile`, and Argo CD's escaping of commas
 * (`helm.cleanSetParameters`). Throws ParameterError.
 */
export function setParameters(below: MapValue, parameters: readonly [Parameter, ...Parameter[]]): MapValue {
  const data = new Map(below.entries)
  for (const parameter of parameters)
    try {
      parse(data, parameter)
    } catch (error) {
      if (error instanceof ParameterError) error.origin = parameter.origin
      throw error
    }
  return changesIn(data, below, parameters[0].origin)
}

/** What differs from the values below: maps that were changed are other maps. */
function changesIn(data: ReadonlyMap<string, Value>, below: MapValue, origin: Origin): MapValue {
  const entries = new Map<string, Value>()
  for (const [key, value] of data) {
    const before = below.entries.get(key)
    if (value === before) continue
    entries.set(key, value.kind === 'map' && before?.kind === 'map' ? changesIn(value.entries, before, value.origin) : value)
  }
  return { kind: 'map', origin, overrides: [], entries }
}

/** `cleanSetParameters`: a list in braces stays one, any other comma is escaped unless it is already. */
function escapeCommas(value: string): string {
  if (value.startsWith('{') && value.endsWith('}')) return value
  return [...value].map((character, at, all) => (character === ',' && all[at - 1] !== '\\' ? '\\,' : character)).join('')
}

type Data = Map<string, Value>

interface Reader {
  readonly text: readonly string[]
  at: number
  readonly as: Parameter['as']
  readonly origin: Origin
  /** keys and indexes on the way to what is read now */
  readonly path: (string | number)[]
}

function parse(data: Data, { name, value, as, origin }: Parameter): void {
  const text = [...`${name}=${as === 'file' ? value : escapeCommas(value)}`]
  const reader: Reader = { text, at: 0, as, origin, path: [] }
  while (!readKey(reader, data, 0)) reader.path.length = 0
}

/** Reads up to one of the stops; a backslash takes the next character as it is. `stop` is '' at the end. */
function readUntil(reader: Reader, stops: string): { readonly text: string; readonly stop: string } {
  let read = ''
  while (reader.at < reader.text.length) {
    const character = reader.text[reader.at++] as string
    if (stops.includes(character)) return { text: read, stop: character }
    if (character !== '\\') read += character
    else if (reader.at < reader.text.length) read += reader.text[reader.at++]
    else break
  }
  return { text: read, stop: '' }
}

const isMap = (value: Value): value is MapValue => value.kind === 'map'
const isList = (value: Value): value is ListValue => value.kind === 'list'

function wrongKind(reader: Reader, value: Value, wanted: string): ParameterError {
  const is = value.kind === 'null' ? 'null' : `a ${value.kind === 'scalar' ? typeof value.value : value.kind}`
  return new ParameterError(`${reader.path.join('.')} is ${is}, but the parameter needs ${wanted} there`, value)
}

/** `parser.key`: whether the text is at its end. */
function readKey(reader: Reader, data: Data, depth: number): boolean {
  const { text: key, stop } = readUntil(reader, '=[,.')
  if (stop === '' && key === '') return true
  if (stop === '' || stop === ',') throw new ParameterError(`key ${JSON.stringify(key)} has no value`)
  reader.path.push(key)
  const present = data.get(key)
  if (stop === '=') {
    const { value, isEnd } = readValue(reader)
    set(data, key, value)
    return isEnd
  }
  if (stop === '[') {
    const index = readIndex(reader)
    if (present !== undefined && !isList(present)) throw wrongKind(reader, present, 'a list')
    const { items, isEnd } = readItem(reader, present?.items ?? [], { index, depth })
    set(data, key, { kind: 'list', origin: present?.origin ?? here(reader), overrides: [], items })
    return isEnd
  }
  if (depth >= deepest) throw new ParameterError(`value name nested level is greater than maximum supported nested level of ${deepest}`)
  if (present !== undefined && !isMap(present)) throw wrongKind(reader, present, 'a map')
  const inner: Data = new Map(present?.entries)
  const origin = present?.origin ?? here(reader)
  const isEnd = readKey(reader, inner, depth + 1)
  if (!isEnd && inner.size === 0) throw new ParameterError(`key map ${JSON.stringify(key)} has no value`)
  if (inner.size > 0) set(data, key, { kind: 'map', origin, overrides: [], entries: inner })
  return isEnd
}

/** An empty key is passed over. */
function set(data: Data, key: string, value: Value): void {
  if (key !== '') data.set(key, value)
}

function here({ origin, path }: Reader): Origin {
  return { ...origin, path: [...path] }
}

/** `parser.keyIndex` */
function readIndex(reader: Reader): number {
  const { text, stop } = readUntil(reader, ']')
  if (stop === '' || !/^[+-]?\d+$/.test(text)) throw new ParameterError(`error parsing index: ${JSON.stringify(text)} is no number`)
  return Number(text)
}

interface Item {
  readonly index: number
  readonly depth: number
}

/** `parser.listItem`: the items with one of them set. */
function readItem(reader: Reader, items: readonly Value[], { index, depth }: Item): { items: readonly Value[]; isEnd: boolean } {
  if (index < 0) throw new ParameterError(`negative ${index} index not allowed`)
  reader.path.push(index)
  const { text, stop } = readUntil(reader, '[.=')
  if (text !== '') throw new ParameterError(`unexpected data at end of array index: ${JSON.stringify(text)}`)
  if (stop === '') return { items, isEnd: true }
  const present = items[index]
  if (stop === '=') {
    const { value, isEnd } = readValue(reader)
    return { items: withItem(reader, items, { index, value }), isEnd }
  }
  if (stop === '[') {
    const next = readIndex(reader)
    if (present !== undefined && present.kind !== 'null' && !isList(present)) throw wrongKind(reader, present, 'a list')
    const inner = readItem(reader, present?.kind === 'list' ? present.items : [], { index: next, depth })
    const value: Value = { kind: 'list', origin: present?.origin ?? here(reader), overrides: [], items: inner.items }
    return { items: withItem(reader, items, { index, value }), isEnd: inner.isEnd }
  }
  const inner: Data = new Map(present?.kind === 'map' ? present.entries : [])
  const origin = present?.kind === 'map' ? present.origin : here(reader)
  const isEnd = readKey(reader, inner, depth)
  // an empty value at the end of a new item is lost
  if (isEnd && present === undefined) return { items, isEnd }
  return { items: withItem(reader, items, { index, value: { kind: 'map', origin, overrides: [], entries: inner } }), isEnd }
}

/** `setIndex` */
function withItem(reader: Reader, items: readonly Value[], { index, value }: { index: number; value: Value }): readonly Value[] {
  if (index > mostIndex) throw new ParameterError(`index of ${index} is greater than maximum supported index of ${mostIndex}`)
  const changed = [...items]
  // what nothing sets is null: one gap, however long
  const gap = { ...here(reader), path: [...reader.path.slice(0, -1), items.length] }
  while (changed.length < index) changed.push({ kind: 'null', origin: gap, overrides: [] })
  changed[index] = value
  return changed
}

function readValue(reader: Reader): { readonly value: Value; readonly isEnd: boolean } {
  const origin = here(reader)
  const typed = (text: string): Value => fromPlain(reader.as === 'string' ? text : typedValue(text), origin)
  if (reader.at >= reader.text.length) return { value: fromPlain('', origin), isEnd: true }
  if (reader.as === 'file') {
    const text = reader.text.slice(reader.at).join('')
    reader.at = reader.text.length
    return { value: fromPlain(text, origin), isEnd: true }
  }
  if (reader.text[reader.at] !== '{') return { value: typed(readUntil(reader, ',').text), isEnd: false }
  reader.at++
  const items: Value[] = []
  for (;;) {
    const { text, stop } = readUntil(reader, ',}')
    if (stop === '') throw new ParameterError("list must terminate with '}'")
    items.push(typed(text))
    if (stop === '}') break
  }
  if (reader.text[reader.at] === ',') reader.at++
  return { value: { kind: 'list', origin, overrides: [], items }, isEnd: false }
}

/** `typedVal`: a leading zero keeps a number a text. */
function typedValue(text: string): null | boolean | number | string {
  if (/^true$/i.test(text)) return true
  if (/^false$/i.test(text)) return false
  if (/^null$/i.test(text)) return null
  if (text === '0') return 0
  if (!/^[+-]?\d+$/.test(text) || text.startsWith('0')) return text
  const number = BigInt(text.replace(/^\+/, ''))
  return BigInt.asIntN(64, number) === number ? Number(number) : text
}
