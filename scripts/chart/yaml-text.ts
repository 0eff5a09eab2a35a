// How do Helm's `toYaml`, `toJson` and `quote` write a value as text?
import { lookup } from '../values/lookup.ts'
import type { Value } from '../values/value.ts'
import { writeGoYaml } from '../yaml/go-text.ts'
import type { YamlNode } from '../yaml/go-text.ts'
import { floatText, sortedKeys } from './template.ts'

/** `toYaml`: block style, keys in go-yaml's natural order, no line break at the end. */
export function toYamlText(value: Value): string {
  return writeGoYaml(nodeOf(value)).replace(/\n$/, '')
}

function nodeOf(value: Value): YamlNode {
  if (value.kind === 'null') return null
  if (value.kind === 'list') return value.items.map(nodeOf)
  if (value.kind === 'map') return new Map([...value.entries].map(([key, entry]) => [key, nodeOf(entry)]))
  return typeof value.value === 'number' ? { number: numberText(value.value) } : value.value
}

/** JSON numbers that are whole come back as integers before they are written; others by `%g` with all digits. */
function numberText(number: number): string {
  return Number.isInteger(number) && Math.abs(number) < 1e21 ? String(number).replace(/^-0$/, '0') : floatText(number)
}

function codeEscape(character: string): string {
  const code = character.codePointAt(0) as number
  const digits = code.toString(16)
  if (code < 0x80) return `\\x${digits.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`
}

const goEscapes: Readonly<Record<string, string>> = lookup({
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
})

/** `strconv.Quote`, which `quote` uses. */
export function goQuote(text: string): string {
  const escaped = [...text].map((character) => {
    const short = goEscapes[character]
    if (short !== undefined) return short
    const isPrintable = character === ' ' || !/[\p{C}\p{Z}]/u.test(character)
    return isPrintable ? character : codeEscape(character)
  })
  return `"${escaped.join('')}"`
}

/** `encoding/json`: sorted keys, HTML characters escaped. */
export function toJsonText(value: Value): string {
  if (value.kind === 'null') return 'null'
  if (value.kind === 'list') return `[${value.items.map(toJsonText).join(',')}]`
  if (value.kind === 'map')
    return `{${sortedKeys(value.entries)
      .map((key) => `${jsonString(key)}:${toJsonText(value.entries.get(key) as Value)}`)
      .join(',')}}`
  return typeof value.value === 'string' ? jsonString(value.value) : JSON.stringify(value.value)
}

function jsonString(text: string): string {
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (character) => codeEscape(character).replace('\\x', '\\u00'))
}
