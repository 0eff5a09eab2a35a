// What do `--set` and `--set-string` make of values that lie below them?
import type { MapValue, Origin, Value } from '../values/value.ts'
import { fromPlain } from '../values/value.ts'

/** One parameter of an Application, as Argo CD hands it to Helm. */
export interface Parameter {
  readonly name: string
  readonly value: string
  /** `forceString`: `--set-string`; `file`: `--set-file`, whose value is the file's text */
  readonly as?: 'string' | 'file'
  readonly origin: Origin
}

/** Helm refuses the parameter (`pkg/strvals`). */
export class ParameterError extends Error {}

const mostIndex = 65_536
const deepest = 30

/**
 * The layer that parameters make above `below`, in order; paths that lead into lists change the items that are there. Reproduces
 * `strvals.ParseInto`, `ParseIntoString` and `ParseIntoFile`, and Argo CD's escaping of commas
 * (`helm.cleanSetParameters`). Throws ParameterError.
 */
export function setParameters(below: MapValue, parameters: readonly [Parameter, ...Parameter[]]): MapValue {
  let layer: MapValue = { kind: 'map', origin: parameters[0].origin, overrides: [], entries: new Map() }
  for (const parameter of parameters) for (const assignment of assignmentsOf(parameter)) layer = assign(layer, below, assignment)
  return layer
}

interface Assignment {
  readonly path: readonly (string | number)[]
  readonly value: Value
}

function assignmentsOf({ name, value, as, origin }: Parameter): Assignment[] {
  const text = as === 'file' ? value : escapeCommas(value)
  const reader = { text: `${name}=${text}`, at: 0 }
  const assignments: Assignment[] = []
  while (reader.at < reader.text.length) {
    const path = readPath(reader)
    const own = { ...origin, path: path.map((step) => step) }
    if (as === 'file') {
      assignments.push({ path, value: fromPlain(reader.text.slice(reader.at), own) })
      break
    }
    assignments.push({ path, value: readValue(reader, { ...(as !== undefined && { as }), origin: own }) })
  }
  return assignments
}

/** `cleanSetParameters`: a list in braces stays one, any other comma is escaped. */
function escapeCommas(value: string): string {
  if (value.startsWith('{') && value.endsWith('}')) return value
  return value.replace(/(^|[^\\]),/g, '$1\\,').replace(/(^|[^\\]),/g, '$1\\,')
}

interface Reader {
  readonly text: string
  at: number
}

/** Reads up to one of the stops; a backslash takes the next character as it is. */
function readUntil(reader: Reader, stops: string): { readonly text: string; readonly stop: string } {
  let read = ''
  for (; reader.at < reader.text.length; reader.at++) {
    const character = reader.text[reader.at] as string
    if (character === '\\') {
      reader.at++
      read += reader.text[reader.at] ?? ''
    } else if (stops.includes(character)) {
      reader.at++
      return { text: read, stop: character }
    } else read += character
  }
  return { text: read, stop: '' }
}

function readPath(reader: Reader): (string | number)[] {
  const path: (string | number)[] = []
  for (;;) {
    const { text, stop } = readUntil(reader, '=[,.')
    const isAfterIndex = typeof path.at(-1) === 'number' && text === ''
    if (stop === '' || stop === ',') {
      if (text === '' && path.length === 0) throw new ParameterError('a parameter has no name')
      throw new ParameterError(`key ${JSON.stringify(text)} has no value`)
    }
    if (text !== '' || !isAfterIndex) {
      if (text === '' && stop !== '[') throw new ParameterError('a part of the name of a parameter is empty')
      if (text !== '') path.push(text)
    }
    if (path.length > deepest)
      throw new ParameterError(`value name nested level is greater than maximum supported nested level of ${deepest}`)
    if (stop === '=') return path
    if (stop === '[') path.push(readIndex(reader))
  }
}

function readIndex(reader: Reader): number {
  const { text, stop } = readUntil(reader, ']')
  const index = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
  if (stop === '' || Number.isNaN(index)) throw new ParameterError(`error parsing index: ${JSON.stringify(text)} is no number`)
  if (index < 0) throw new ParameterError(`negative ${index} index not allowed`)
  if (index > mostIndex) throw new ParameterError(`index of ${index} is greater than maximum supported index of ${mostIndex}`)
  return index
}

function readValue(reader: Reader, { as, origin }: Pick<Parameter, 'as' | 'origin'>): Value {
  const typed = (text: string): Value => fromPlain(as === 'string' ? text : typedValue(text), origin)
  if (reader.text[reader.at] !== '{') return typed(readUntil(reader, ',').text)
  reader.at++
  const items: Value[] = []
  for (;;) {
    const { text, stop } = readUntil(reader, ',}')
    if (stop === '') throw new ParameterError("list must terminate with '}'")
    if (text !== '' || stop === ',' || items.length > 0) items.push(typed(text))
    if (stop === '}') break
  }
  if (reader.text[reader.at] === ',') reader.at++
  return { kind: 'list', origin, overrides: [], items }
}

/** `typedVal`: a leading zero keeps a number a text. */
function typedValue(text: string): null | boolean | number | string {
  if (/^true$/i.test(text)) return true
  if (/^false$/i.test(text)) return false
  if (/^null$/i.test(text)) return null
  if (text === '0') return 0
  const number = /^[+-]?\d+$/.test(text) && !text.startsWith('0') ? Number(text) : undefined
  return number !== undefined && Number.isSafeInteger(number) ? number : text
}

function assign(root: MapValue, below: MapValue, { path, value }: Assignment): MapValue {
  const written = value.origin
  const set = (node: Value | undefined, lower: Value | undefined, depth: number): Value => {
    const step = path[depth]
    if (step === undefined) return value
    if (typeof step === 'number') {
      const list = node?.kind === 'list' ? node : lower?.kind === 'list' ? lower : undefined
      const items = list === undefined ? [] : [...list.items]
      while (items.length < step) items.push({ kind: 'null', origin: written, overrides: [] })
      const item = items[step]
      items[step] = set(item?.kind === 'null' ? undefined : item, undefined, depth + 1)
      return { kind: 'list', origin: list?.origin ?? written, overrides: [], items }
    }
    const entries = new Map(node?.kind === 'map' ? node.entries : [])
    entries.set(step, set(entries.get(step), lower?.kind === 'map' ? lower.entries.get(step) : undefined, depth + 1))
    const origin = node?.kind === 'map' ? node.origin : { ...written, path: path.slice(0, depth) }
    return { kind: 'map', origin, overrides: [], entries }
  }
  return set(root, below, 0) as MapValue
}
