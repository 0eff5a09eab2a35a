// How is a value written as YAML that every reader reads back as the same value?
import type { ListValue, MapValue, NullValue, ScalarValue, Value } from '../values/value.ts'
import { byText } from '../values/by-text.ts'
import { resolvePlain } from './scalars.ts'

/**
 * Text that needs no quotes in any YAML version: words that start with a letter, colons only inside (`https://x`),
 * and quantities such as `10Gi`, which no reader takes for a number.
 */
const safePlain = /^[A-Za-z_/](?:[A-Za-z0-9_./@+=,-]|:(?=[A-Za-z0-9_/]))*(?: (?:[A-Za-z0-9_./@+=,()-]|:(?=[A-Za-z0-9_/]))+)*$/
const quantity = /^[0-9]{1,9}(?:[KMGTP]i|[mdhk])$/
const reserved = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i

/** One scalar on one line: plain if no reader could misread it, else in double quotes. */
export function writeScalar(value: null | boolean | number | string): string {
  if (value === null) return 'null'
  if (typeof value !== 'string') return Object.is(value, -0) ? '0' : String(value)
  return writeText(value)
}

/** A fleet writes the same keys and words in every file. */
const writeText = byText((text) => {
  const isPlain = text.length <= 200 && (safePlain.test(text) || quantity.test(text)) && !reserved.test(text) && resolvePlain(text) === text
  return isPlain ? text : quote(text)
})

/** Double quotes with the escapes that YAML 1.1 and 1.2 share; what a terminal or an editor would swallow is escaped. */
export function quote(text: string): string {
  // eslint-disable-next-line no-control-regex
  return JSON.stringify(text).replaceAll(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Several lines as a literal block where every reader keeps them: no tabs, no trailing blanks, no control characters. */
function literal(text: string, indent: string): string | undefined {
  // eslint-disable-next-line no-control-regex
  if (!text.includes('\n') || /[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]/.test(text)) return undefined
  const body = text.endsWith('\n') ? text.slice(0, -1) : text
  if (body.endsWith('\n') || body === '' || /^[ \n]/.test(body) || / $/m.test(body) || /^(?:---|\.\.\.)/m.test(body)) return undefined
  const lines = body.split('\n').map((line) => (line === '' ? '' : `${indent}${line}`))
  return `${text.endsWith('\n') ? '|' : '|-'}\n${lines.join('\n')}`
}

/** A value as block YAML, maps in their own order, two spaces per level; ends with a line break. */
export function writeYaml(value: Value): string {
  if (value.kind === 'null' || value.kind === 'scalar') return `${writeLeaf(value, '')}\n`
  return isEmpty(value) ? `${emptyText(value)}\n` : writeBlock(value, '')
}

function isEmpty(value: MapValue | ListValue): boolean {
  return value.kind === 'map' ? value.entries.size === 0 : value.items.length === 0
}

function emptyText(value: MapValue | ListValue): string {
  return value.kind === 'map' ? '{}' : '[]'
}

/** Lists and maps that many databases share (an environment's defaults) are written once. */
const blocks = new WeakMap<Value, { readonly indent: string; readonly text: string }>()

function writeBlock(value: MapValue | ListValue, indent: string): string {
  const known = blocks.get(value)
  if (known !== undefined && known.indent === indent) return known.text
  let text = ''
  if (value.kind === 'list') for (const item of value.items) text += writeItem(item, indent)
  else for (const [key, entry] of value.entries) text += writeEntry(writeScalar(key), entry, indent)
  // a map that was merged is one database's own
  if (value.overrides.length === 0) blocks.set(value, { indent, text })
  return text
}

function writeEntry(key: string, value: Value, indent: string): string {
  if (value.kind === 'null' || value.kind === 'scalar') return `${indent}${key}: ${writeLeaf(value, `${indent}  `)}\n`
  return isEmpty(value) ? `${indent}${key}: ${emptyText(value)}\n` : `${indent}${key}:\n${writeBlock(value, `${indent}  `)}`
}

function writeItem(value: Value, indent: string): string {
  if (value.kind === 'null' || value.kind === 'scalar') return `${indent}- ${writeLeaf(value, `${indent}  `)}\n`
  if (isEmpty(value)) return `${indent}- ${emptyText(value)}\n`
  return `${indent}- ${writeBlock(value, `${indent}  `).slice(indent.length + 2)}`
}

function writeLeaf(value: ScalarValue | NullValue, indent: string): string {
  if (value.kind === 'null') return 'null'
  return (typeof value.value === 'string' ? literal(value.value, indent) : undefined) ?? writeScalar(value.value)
}
