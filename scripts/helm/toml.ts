// How does BurntSushi/toml read and write?
import { lookup } from '../values/lookup.ts'
import { TomlDate, TomlError, parse } from 'smol-toml'
import type { Budget } from '../go-template/budget.ts'
import { formatFloatAs } from '../go-template/go-float.ts'
import { TemplateError, bytesIn, isGoMap, isInteger, isNilList, isNilMap, isStruct, sortedKeys, int64 } from '../go-template/go-value.ts'
import type { GoList, GoMap, GoStruct, GoValue } from '../go-template/go-value.ts'
import { formatGoFloat } from '../yaml/scalars.ts'

const shortEscapes: Readonly<Record<string, string>> = lookup({
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '	': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
})
// eslint-disable-next-line no-control-regex
const escaped = /["\\\0-\x1f\x7f]/g
const quoted = (text: string): string =>
  `"${text.replace(escaped, (character) => shortEscapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`
const keyText = (key: string): string => (/^[A-Za-z0-9_-]+$/.test(key) ? key : quoted(key))
const isNothing = (value: GoValue): boolean =>
  value === null || value === undefined || isNilList(value) || (isGoMap(value) && isNilMap(value))

interface Writer {
  readonly out: string[]
  /** with an exponent if that is shorter, as since Helm 4, or without */
  readonly floats: 'short' | 'plain'
}

/** `toml.Encoder`: keys with plain values first, tables after them, both in order; throws TemplateError. */
export function writeToml(value: GoValue, budget: Budget, floats: Writer['floats'] = 'short'): string {
  budget.whole(value)
  if (value === null || value === undefined) throw new TemplateError('reflect: call of reflect.Value.Type on zero Value')
  const writer: Writer = { out: [], floats }
  writeAt(writer, [], value)
  return writer.out.join('')
}

function writeAt(writer: Writer, path: readonly string[], value: GoValue): void {
  if (isNothing(value)) return
  if (isGoMap(value)) return writeTable(writer, path, value)
  if (Array.isArray(value) && isTableList(value)) {
    if (path.length === 0) throw new TemplateError('toml: top-level values must be Go maps or structs')
    for (const item of value) {
      if (writer.out.length > 0) writer.out.push('\n')
      writer.out.push(`${indentOf(path)}[[${path.map(keyText).join('.')}]]\n`)
      writeMembers(writer, path, item as GoMap)
    }
    return
  }
  const text = elementText(writer, value)
  if (path.length === 0) writer.out.push(text)
  else writer.out.push(`${indentOf(path)}${keyText(path.at(-1) as string)} = ${text}\n`)
}

const indentOf = (path: readonly string[]): string => '  '.repeat(Math.max(path.length - 1, 0))

function writeTable(writer: Writer, path: readonly string[], table: GoMap): void {
  if (path.length === 1 && writer.out.length > 0) writer.out.push('\n')
  if (path.length > 0) writer.out.push(`${indentOf(path)}[${path.map(keyText).join('.')}]\n`)
  writeMembers(writer, path, table)
}

const isTable = (value: GoValue): boolean => !isNothing(value) && (isGoMap(value) || (Array.isArray(value) && isTableList(value)))

function writeMembers(writer: Writer, path: readonly string[], table: GoMap): void {
  const keys = sortedKeys(table)
  for (const wanted of [false, true])
    for (const key of keys) {
      const value = table.get(key)
      if (isTable(value) === wanted) writeAt(writer, [...path, key], value)
    }
}

/** `isTableArray`: every item is a table; a null item is always an error. */
function isTableList(list: GoList): boolean {
  if (isNilList(list) || list.length === 0 || bytesIn(list) !== undefined) return false
  let all = true
  for (const item of list) {
    if (isNothing(item)) throw new TemplateError('toml: cannot encode array with nil element')
    if (Array.isArray(item)) isTableList(item)
    all &&= isGoMap(item)
  }
  return all
}

function elementText(writer: Writer, value: GoValue): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return floatText(value, writer.floats)
  if (isInteger(value)) return value.type === 'time.Duration' ? quoted(value.text ?? '') : String(value.value)
  if (Array.isArray(value)) return `[${value.map((item) => elementText(writer, item)).join(', ')}]`
  if (isGoMap(value)) return inlineTable(writer, value)
  if (isStruct(value)) return value.json ?? quoted(value.text)
  throw new TemplateError('unexpected type: nil')
}

function floatText(value: number, floats: Writer['floats']): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
  const text = floats === 'short' ? formatGoFloat(value) : formatFloatAs(value, 'f', -1)
  return /[.e]/.test(text) ? text : `${text}.0`
}

function inlineTable(writer: Writer, table: GoMap): string {
  const keys = sortedKeys(table)
  const [plain, sub] = [keys.filter((key) => !isTable(table.get(key))), keys.filter((key) => isTable(table.get(key)))]
  let text = ''
  const write = (part: readonly string[], trails: boolean): void => {
    for (const [index, key] of part.entries()) {
      const value = table.get(key)
      if (isNothing(value)) continue
      text += `${keyText(key)} = ${elementText(writer, value)}${trails || index < part.length - 1 ? ', ' : ''}`
    }
  }
  write(plain, sub.length > 0)
  write(sub, false)
  return `{${text}}`
}

/** `toml.Unmarshal` into a map; throws TemplateError. */
export function readToml(text: string): GoValue {
  try {
    return fromToml(parse(text, { integersAsBigInt: true }))
  } catch (error) {
    if (error instanceof TomlError) throw new TemplateError(`toml: line ${error.line}: ${error.message.split('\n', 1)[0] ?? ''}`)
    throw error
  }
}

function fromToml(value: unknown): GoValue {
  if (typeof value === 'bigint') return int64(value)
  if (value instanceof TomlDate) return timeOf(value)
  if (Array.isArray(value)) return value.map(fromToml)
  if (typeof value === 'object' && value !== null) return new Map(Object.entries(value).map(([key, item]) => [key, fromToml(item)]))
  return value as string | number | boolean
}

/** `time.Time`, as JSON writes it; a time without a day is in the year 0. */
function timeOf(date: TomlDate): GoStruct {
  const text = date.toISOString()
  const json = date.isTime() ? `0000-01-01T${text}Z` : date.isDate() ? `${text}T00:00:00Z` : date.isLocal() ? `${text}Z` : text
  const tidy = json.replace(/\.(\d*?)0+(?=Z|[-+]\d\d:\d\d$)/, (_, digits: string) => (digits === '' ? '' : `.${digits}`))
  return { go: 'struct', type: 'time.Time', text: tidy, json: tidy, inside: [], methods: new Map() }
}
