// What becomes of a value that the chart prints as text and YAML reads again?
import type { NullValue, Origin, Value } from '../../values/value.ts'
import { parseYaml } from '../../yaml/parse.ts'
import { resolveScalar } from '../../yaml/scalars.ts'
import { isTrue, printed } from './template.ts'

/** Everything that the templates of one release see. */
export interface Chart {
  readonly values: Value
  readonly release: string
  readonly namespace: string
  /** what the chart is called where it is a subchart with an alias */
  readonly name: string
  /** stands in for printed text that YAML can't read; the object that holds one of these has no YAML */
  readonly unreadable: Map<Value, string>
}

/** Entries of an object under construction; a key that is set again is replaced, as duplicate keys in YAML are. */
export type Fields = Map<string, Value>

const noOverrides: readonly Value[] = []

/** A constant of the chart, whose origin is the value that made the chart print it. */
export function constant(value: string | number | boolean, at: Value): Value {
  return { kind: 'scalar', origin: at.origin, overrides: noOverrides, value, constant: true }
}

/** A text that the chart makes of a value. */
export function made(value: string, at: Value): Value {
  return { kind: 'scalar', origin: at.origin, overrides: noOverrides, value }
}

export function nothing(at: Value): NullValue {
  return { kind: 'null', origin: at.origin, overrides: noOverrides }
}

export function mapNode(entries: Fields, at: Value): Value {
  return { kind: 'map', origin: at.origin, overrides: noOverrides, entries }
}

export function listNode(items: readonly Value[], at: Value): Value {
  return { kind: 'list', origin: at.origin, overrides: noOverrides, items }
}

/** A map of constants and nodes: `{ name: node }`, or null where nothing was printed below the key. */
export function mapOrNull(entries: Fields, at: Value): Value {
  return entries.size > 0 ? mapNode(entries, at) : nothing(at)
}

/** Text between these characters, without `: `, ` #` or an indicator in front, is a plain scalar on one line. */
const plainText = /^[A-Za-z0-9_./][\x20-\x7e]*$/
const notPlain = /: |:$| #| $/

/** Printed bare after `key: ` and read again: may become null, a number, a boolean, a list, a map, or unreadable. */
export function raw(chart: Chart, value: Value): Value {
  if (value.kind === 'null') return nothing(value)
  if (value.kind === 'scalar') {
    if (typeof value.value !== 'string') return value
    if (plainText.test(value.value) && !notPlain.test(value.value) && resolveScalar(value.value) === value.value) return value
  }
  return bare(chart, printed(value), value)
}

/** A longer plain scalar that the chart puts together, read as YAML reads it; it is born where `at` was. */
export function bare(chart: Chart, text: string, at: Value): Value {
  if (plainText.test(text) && !notPlain.test(text)) {
    const resolved = resolveScalar(text)
    // Helm goes through JSON, which has no infinity
    if (typeof resolved === 'number' && !Number.isFinite(resolved)) return unreadable(chart, at)
    return resolved === null ? nothing(at) : { kind: 'scalar', origin: at.origin, overrides: at.overrides, value: resolved }
  }
  // the key below shows whether the text left its line
  const root = readText(`root:\n  text: ${text.trimEnd()}\n  end: end\n`)
  const map = root?.kind === 'map' && root.entries.size === 1 ? root.entries.get('root') : undefined
  if (map?.kind !== 'map' || map.entries.size !== 2) return unreadable(chart, at)
  const read = map.entries.get('text')
  const end = map.entries.get('end')
  if (read === undefined || end?.kind !== 'scalar' || end.value !== 'end') return unreadable(chart, at)
  return reborn(read, at.origin)
}

/** The items of a printed list whose lines are `- <text>`; a text may hold further items. */
export function bareItem(chart: Chart, text: string, at: Value): readonly Value[] {
  if (plainText.test(text) && !notPlain.test(text)) return [bare(chart, text, at)]
  const root = readText(`root:\n  - ${text.replaceAll('\n', '\n  ')}\n  - end\n`)
  const list = root?.kind === 'map' && root.entries.size === 1 ? root.entries.get('root') : undefined
  const end = list?.kind === 'list' ? list.items.at(-1) : undefined
  if (list?.kind !== 'list' || end?.kind !== 'scalar' || end.value !== 'end') return [unreadable(chart, at)]
  return list.items.slice(0, -1).map((item) => reborn(item, at.origin))
}

/** A printed key: numbers and booleans turn into their text; undefined where YAML finds no key. */
export function bareKey(text: string): string | undefined {
  if (/^[A-Za-z_][\w./-]*$/.test(text) && resolveScalar(text) === text) return text
  const root = readText(`${text}: end\n`)
  if (root?.kind !== 'map' || root.entries.size !== 1) return undefined
  const [[key, value]] = [...root.entries] as [[string, Value]]
  return value.kind === 'scalar' && value.value === 'end' ? key : undefined
}

/** A text between double quotes that the chart does not escape. */
export function bareQuoted(chart: Chart, text: string, at: Value): Value {
  return /["\\\n\r\t]/.test(text) || !/^[\x20-\x7e]*$/.test(text) ? bare(chart, `"${text}"`, at) : made(text, at)
}

/** `quote`: always a string, and null if there is no value. */
export function quoted(value: Value): Value {
  if (value.kind === 'null') return nothing(value)
  if (value.kind === 'scalar' && typeof value.value === 'string') return value
  return { kind: 'scalar', origin: value.origin, overrides: value.overrides, value: printed(value) }
}

/** Marks the object as one that YAML can't read; only the place matters. */
export function unreadable(chart: Chart, at: Value): Value {
  const mark = nothing(at)
  chart.unreadable.set(mark, at.origin.path.join('.'))
  return mark
}

export function setRaw(chart: Chart, fields: Fields, key: string, value: Value): void {
  fields.set(key, raw(chart, value))
}

export function setRawIfTrue(chart: Chart, fields: Fields, key: string, value: Value): void {
  if (isTrue(value)) fields.set(key, raw(chart, value))
}

/** `with X: key: toYaml X`: the subtree as it is. */
export function setYamlIfTrue(fields: Fields, key: string, value: Value): void {
  if (isTrue(value)) fields.set(key, value)
}

/** toYaml between the keys of a map: a map adds its entries, anything else breaks the text. */
export function spreadYaml(chart: Chart, fields: Fields, value: Value): void {
  if (value.kind === 'map') for (const [key, entry] of value.entries) fields.set(key, entry)
  else fields.set('', unreadable(chart, value))
}

/** toYaml at the column of its own key: a list belongs to the key, a map's entries become the key's neighbours. */
export function setYamlAtKey(chart: Chart, fields: Fields, key: string, value: Value): void {
  if (!isTrue(value)) return
  if (value.kind === 'list') fields.set(key, value)
  else {
    fields.set(key, nothing(value))
    spreadYaml(chart, fields, value)
  }
}

function readText(text: string): Value | undefined {
  const parsed = parseYaml({ path: '', text, builtin: true }, 'chart')
  return parsed.problems.some((problem) => problem.fatal) ? undefined : parsed.documents[0]
}

/** The same tree with one origin for every node: that of the text it was read from. */
function reborn(value: Value, origin: Origin): Value {
  switch (value.kind) {
    case 'map':
      return { ...value, origin, entries: new Map([...value.entries].map(([key, entry]) => [key, reborn(entry, origin)])) }
    case 'list':
      return { ...value, origin, items: value.items.map((item) => reborn(item, origin)) }
    default:
      return { ...value, origin }
  }
}
