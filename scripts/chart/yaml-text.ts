// How do Helm's `toYaml`, `toJson` and `quote` write a value as text?
import type { Value } from '../model.ts'
import { resolvePlain } from '../scalars.ts'
import { floatText, sortedKeys } from './template.ts'

/** Long lines are folded after this column (go-yaml v2's emitter). */
const bestWidth = 80

/** `toYaml`: block style, keys in go-yaml's natural order, no line break at the end. */
export function toYamlText(value: Value): string {
  return blockLines(value, 0).join('\n')
}

/** The lines of a node whose parent is indented by `indent`; scalars give text that starts on the parent's line. */
function blockLines(value: Value, indent: number): string[] {
  if (value.kind === 'map' && value.entries.size > 0)
    return [...value.entries.keys()].sort(compareNaturally).flatMap((key) => entryLines(key, value.entries.get(key) as Value, indent))
  if (value.kind === 'list' && value.items.length > 0)
    return value.items.flatMap((item) => {
      const lines = isInline(item) ? inlineLines(item, indent + 2, indent + 2) : blockLines(item, indent + 2)
      const [first = '', ...rest] = lines
      return [`${' '.repeat(indent)}- ${first.trimStart()}`, ...rest]
    })
  return inlineLines(value, indent, indent + 2)
}

function isInline(value: Value): boolean {
  return value.kind === 'scalar' || value.kind === 'null' || (value.kind === 'map' ? value.entries.size : value.items.length) === 0
}

function entryLines(key: string, value: Value, indent: number): string[] {
  const head = `${' '.repeat(indent)}${stringLines(key, 0, -1)[0] ?? ''}:`
  if (isInline(value)) {
    const [first = '', ...rest] = inlineLines(value, head.length + 1, indent + 2)
    return [`${head} ${first}`, ...rest]
  }
  // lists stand at the column of their key
  return [head, ...blockLines(value, value.kind === 'list' ? indent : indent + 2)]
}

function inlineLines(value: Value, column: number, indent: number): string[] {
  if (value.kind === 'null') return ['null']
  if (value.kind === 'map') return ['{}']
  if (value.kind === 'list') return ['[]']
  if (typeof value.value === 'string') return stringLines(value.value, column, indent)
  return [typeof value.value === 'number' ? numberText(value.value) : String(value.value)]
}

/** JSON numbers that are whole come back as integers before they are written; others by `%g` with all digits. */
function numberText(number: number): string {
  return Number.isInteger(number) && Math.abs(number) < 1e21 ? BigInt(number).toString() : floatText(number)
}

/** The lines of a string that starts at `column`; `indent` -1: a key, which is never folded. */
function stringLines(text: string, column: number, indent: number): string[] {
  const form = analyze(text)
  if (text.includes('\n') && form.literal && indent >= 0) return literalLines(text, indent)
  const isString = typeof resolvePlain(text) === 'string' && !/^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9]*)?$/.test(text)
  if (isString && !text.includes('\n') && form.plain) return folded(text, column, indent, '')
  if (isString && !text.includes('\n') && form.single) return folded(text.replaceAll("'", "''"), column, indent, "'")
  return folded(goYamlEscaped(text), column, indent, '"')
}

interface StringForm {
  readonly plain: boolean
  readonly single: boolean
  readonly literal: boolean
}

const specialCharacter = /[^\t\n\x20-\x7e\u0085\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u

/** Which styles a string allows; `yaml_emitter_analyze_scalar` of libyaml. */
function analyze(text: string): StringForm {
  const isSpecial = specialCharacter.test(text) || / \n/.test(text)
  const hasIndicator =
    /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`])/.test(text) || /^[-?:](?:[\s]|$)/.test(text) || /:(?:\s|$)/.test(text) || /\s#/.test(text)
  const hasOuterSpace = /^[ \n]|[ \n]$/.test(text)
  return {
    plain: text !== '' && !isSpecial && !hasIndicator && !hasOuterSpace && !text.includes('\t'),
    single: !isSpecial && !/\n /.test(text),
    literal: !isSpecial && !text.endsWith(' '),
  }
}

function literalLines(text: string, indent: number): string[] {
  const hint = /^[ \n]/.test(text) ? '2' : ''
  const chomp = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : ''
  const lines = text.replace(/\n$/, '').split('\n')
  return [`|${hint}${chomp}`, ...lines.map((line) => (line === '' ? '' : ' '.repeat(indent) + line))]
}

/** Breaks a quoted or plain text at single spaces beyond the best width. */
function folded(text: string, column: number, indent: number, quote: string): string[] {
  const lines: string[] = []
  let line = quote
  let start = column
  for (let index = 0; index < text.length; index++) {
    const isFoldable =
      indent >= 0 &&
      text[index] === ' ' &&
      start + line.length > bestWidth &&
      index > 0 &&
      index < text.length - 1 &&
      text[index - 1] !== ' ' &&
      (quote === '"' || text[index + 1] !== ' ')
    if (isFoldable) {
      lines.push(line)
      // a line of a double-quoted text that goes on with a space needs a backslash to keep it
      line = `${' '.repeat(indent)}${quote === '"' && text[index + 1] === ' ' ? '\\' : ''}`
      start = 0
    } else line += text[index]
  }
  return [...lines, line + quote]
}

const shortEscapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
  '\u00a0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
}

function goYamlEscaped(text: string): string {
  return [...text]
    .map((character) => {
      const short = shortEscapes[character]
      if (short !== undefined) return short
      return specialCharacter.test(character) ? codeEscape(character, true) : character
    })
    .join('')
}

function codeEscape(character: string, upper: boolean): string {
  const code = character.codePointAt(0) as number
  const digits = upper ? code.toString(16).toUpperCase() : code.toString(16)
  if (code <= 0xff && (upper || code < 0x80)) return `\\x${digits.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`
}

const goEscapes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
}

/** `strconv.Quote`, which `quote` uses. */
export function goQuote(text: string): string {
  const escaped = [...text].map((character) => {
    const short = goEscapes[character]
    if (short !== undefined) return short
    const isPrintable = character === ' ' || !/[\p{C}\p{Z}]/u.test(character)
    return isPrintable ? character : codeEscape(character, false)
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
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (character) => codeEscape(character, false).replace('\\x', '\\u00'))
}

const isLetter = (character: string): boolean => /\p{L}/u.test(character)
const isDigit = (character: string | undefined): boolean => character !== undefined && character >= '0' && character <= '9'

/** go-yaml's order of keys: letters after other characters, runs of digits by their value. */
export function compareNaturally(a: string, b: string): number {
  const [first, second] = [[...a], [...b]]
  const index = first.findIndex((character, position) => character !== second[position])
  const [x, y] = [first[index], second[index]]
  if (index < 0 || x === undefined || y === undefined) return first.length - second.length
  if (isLetter(x) && isLetter(y)) return (x.codePointAt(0) as number) - (y.codePointAt(0) as number)
  if (isLetter(x) || isLetter(y)) return isLetter(y) ? -1 : 1
  // equal digits before the difference count, unless both runs start with zeros
  const prefix = (x === '0' || y === '0') && hasNonZeroRun(first, index) ? '1' : ''
  const [left, right] = [prefix + digitsFrom(first, index), prefix + digitsFrom(second, index)]
  const difference = Number(left) - Number(right)
  if (difference !== 0) return difference
  if (left.length !== right.length) return left.length - right.length
  return (x.codePointAt(0) as number) - (y.codePointAt(0) as number)
}

function digitsFrom(characters: readonly string[], start: number): string {
  let end = start
  while (isDigit(characters[end])) end++
  return characters.slice(start, end).join('')
}

function hasNonZeroRun(characters: readonly string[], end: number): boolean {
  for (let index = end - 1; index >= 0 && isDigit(characters[index]); index--) if (characters[index] !== '0') return true
  return false
}
