// How does go-yaml v2 write a value as text?
import { compareNaturally, compareNaturallyV3 } from './go-key-order.ts'
import { resolvePlain } from './scalars.ts'

/** What is written; a number is given by its digits. */
export type YamlNode = null | boolean | string | { readonly number: string } | readonly YamlNode[] | ReadonlyMap<string, YamlNode>

/** Block style, keys in go-yaml's order, long lines folded, with a line break at the end (emitterc.go, encode.go). */
export function writeGoYaml(root: YamlNode, version: 'v2' | 'v3' = 'v2'): string {
  const emitter: Emitter = { version, out: [], column: 0, indent: -1, afterSpace: true, inIndent: true }
  writeNode(emitter, root, 'root')
  startLine({ ...emitter, indent: 0 })
  return emitter.out.join('')
}

/** Long lines are folded after this column; v3 does not fold. */
const bestWidth = { v2: 80, v3: Infinity }

interface Emitter {
  /** go-yaml v2, or v3, which indents lists by two columns and uses double quotes where v2 uses single ones */
  readonly version: 'v2' | 'v3'
  readonly out: string[]
  column: number
  indent: number
  /** `whitespace`: no blank is needed before what comes next */
  afterSpace: boolean
  /** `indention`: the line holds nothing but blanks and indicators so far */
  inIndent: boolean
}
type Context = 'root' | 'sequence' | 'mapping' | 'key'

function put(emitter: Emitter, text: string): void {
  emitter.out.push(text)
  emitter.column += [...text].length
}

function putBreak(emitter: Emitter, character = '\n'): void {
  emitter.out.push(character)
  emitter.column = 0
}

/** `yaml_emitter_write_indent`. */
function startLine(emitter: Emitter): void {
  const indent = Math.max(emitter.indent, 0)
  if (!emitter.inIndent || emitter.column > indent || (emitter.column === indent && !emitter.afterSpace)) putBreak(emitter)
  if (emitter.column < indent) put(emitter, ' '.repeat(indent - emitter.column))
  emitter.afterSpace = true
  emitter.inIndent = true
}

/** `yaml_emitter_write_indicator`. */
function indicate(emitter: Emitter, text: string, after: 'blank' | 'text' | 'indent'): void {
  if (after !== 'text' && !emitter.afterSpace) put(emitter, ' ')
  put(emitter, text)
  emitter.afterSpace = false
  emitter.inIndent &&= after === 'indent'
}

function writeNode(emitter: Emitter, node: YamlNode, context: Context): void {
  if (Array.isArray(node)) return writeList(emitter, node as readonly YamlNode[], context)
  if (node instanceof Map) return writeMap(emitter, node as ReadonlyMap<string, YamlNode>)
  const saved = emitter.indent
  emitter.indent = saved < 0 ? 2 : saved + 2
  if (typeof node === 'string') writeText(emitter, node, context === 'key')
  else plain(emitter, node === null ? 'null' : typeof node === 'boolean' ? String(node) : (node as { number: string }).number, true)
  emitter.indent = saved
}

function writeList(emitter: Emitter, items: readonly YamlNode[], context: Context): void {
  if (items.length === 0) return indicate(emitter, '[]', 'blank')
  const saved = emitter.indent
  // lists start at the column of their key
  const isFlush = emitter.version === 'v2' && context === 'mapping' && !emitter.inIndent
  emitter.indent = saved < 0 ? 0 : isFlush ? saved : saved + 2
  for (const item of items) {
    startLine(emitter)
    indicate(emitter, '-', 'indent')
    writeNode(emitter, item, 'sequence')
  }
  emitter.indent = saved
}

function writeMap(emitter: Emitter, map: ReadonlyMap<string, YamlNode>): void {
  if (map.size === 0) return indicate(emitter, '{}', 'blank')
  const saved = emitter.indent
  emitter.indent = saved < 0 ? 0 : saved + 2
  for (const key of [...map.keys()].sort(emitter.version === 'v2' ? compareNaturally : compareNaturallyV3)) {
    startLine(emitter)
    if (isBreak.test(key) || Buffer.byteLength(key) > 128) {
      indicate(emitter, '?', 'indent')
      writeNode(emitter, key, 'mapping')
      startLine(emitter)
      indicate(emitter, ':', 'indent')
    } else {
      writeNode(emitter, key, 'key')
      indicate(emitter, ':', 'text')
    }
    writeNode(emitter, map.get(key) as YamlNode, 'mapping')
  }
  emitter.indent = saved
}

const isBreak = /[\r\n\u0085\u2028\u2029]/
const isPrintable = /[\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/

/** `stringv`, `yaml_emitter_select_scalar_style`. */
function writeText(emitter: Emitter, text: string, isKey: boolean): void {
  const form = analyze(text, emitter.version)
  if (text.includes('\n') && form.literal && !isKey) return literal(emitter, text)
  if (text.includes('\n') || !isText(text) || (isKey && isBreak.test(text))) return doubleQuoted(emitter, text, !isKey)
  if (form.plain) return plain(emitter, text, !isKey)
  if (form.single) return singleQuoted(emitter, text, !isKey)
  return doubleQuoted(emitter, text, !isKey)
}

/** Whether a reader would take the unquoted text for a string: not for another type, a time or a base-60 number. */
function isText(text: string): boolean {
  if (typeof resolvePlain(text) !== 'string' || isTimestamp(text)) return false
  return !/^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(text)
}

/** `parseTimestamp`. */
function isTimestamp(text: string): boolean {
  const match =
    /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt](\d\d?):(\d\d?):(\d\d?)(?:[.,]\d+)?(?:Z|[-+](\d\d):(\d\d))| (\d\d?):(\d\d?):(\d\d?)(?:[.,]\d+)?))?$/.exec(
      text,
    )
  if (match === null) return false
  const number = (index: number): number => Number(match[index] ?? 0)
  const [month, day] = [number(2), number(3)]
  const days = new Date(Date.UTC(number(1) === 0 ? 2000 : number(1) + 400, month, 0)).getUTCDate()
  const hours = Math.max(number(4), number(9))
  const parts = [number(5), number(6), number(8), number(10), number(11)]
  return month >= 1 && month <= 12 && day >= 1 && day <= days && hours < 24 && number(7) <= 24 && parts.every((part) => part < 60)
}

interface Form {
  readonly plain: boolean
  readonly single: boolean
  readonly literal: boolean
}

/** Which styles a text allows (`yaml_emitter_analyze_scalar`). */
function analyze(text: string, version: 'v2' | 'v3'): Form {
  if (text === '') return { plain: true, single: true, literal: false }
  const hasTab = version === 'v3' && text.includes('\t')
  const isSpecial =
    [...text].some((character) => (!isPrintable.test(character) && !(hasTab && character === '\t')) || character.length > 1) ||
    / [\r\n\u0085\u2028\u2029]/.test(text)
  const hasIndicator =
    /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`])/.test(text) ||
    /^[-?:](?:[ \t]|$)/.test(text) ||
    /:(?:[ \t]|$)/.test(text) ||
    /[ \t\r\n\u2028\u2029]#/.test(text)
  const hasOuterSpace = /^[ \r\n\u2028\u2029]|[ \r\n\u2028\u2029]$/.test(text)
  return {
    plain: !isSpecial && !hasTab && !hasIndicator && !hasOuterSpace && !isBreak.test(text),
    single: !isSpecial && !hasTab && !/[\r\n\u2028\u2029] /.test(text),
    literal: !isSpecial && !text.endsWith(' '),
  }
}

function plain(emitter: Emitter, text: string, folds: boolean): void {
  if (!emitter.afterSpace) put(emitter, ' ')
  writeFolded(emitter, text, folds)
  emitter.afterSpace = false
  emitter.inIndent = false
}

function singleQuoted(emitter: Emitter, text: string, folds: boolean): void {
  indicate(emitter, "'", 'blank')
  writeFolded(emitter, text, folds, "'")
  indicate(emitter, "'", 'text')
}

/** The characters of a plain or single-quoted text; a line ends at a single blank beyond the best width. */
function writeFolded(emitter: Emitter, text: string, folds: boolean, quote?: "'"): void {
  const characters = [...text]
  let [afterBlank, afterBreak] = [false, false]
  for (const [index, character] of characters.entries()) {
    if (character === ' ') {
      const isInner = index > 0 && index < characters.length - 1
      if (folds && !afterBlank && emitter.column > bestWidth[emitter.version] && isInner && characters[index + 1] !== ' ')
        startLine(emitter)
      else put(emitter, character)
      afterBlank = true
    } else if (isBreak.test(character)) {
      putBreak(emitter, character)
      emitter.inIndent = true
      afterBreak = true
    } else {
      if (afterBreak) startLine(emitter)
      put(emitter, character === quote ? "''" : character)
      emitter.inIndent = false
      afterBlank = false
      afterBreak = false
    }
  }
}

function literal(emitter: Emitter, text: string): void {
  const chomp = !/[\r\n\u2028\u2029]$/.test(text) ? '-' : /^[\r\n\u2028\u2029]$|[\r\n\u2028\u2029]{2}$/.test(text) ? '+' : ''
  indicate(emitter, `|${/^[ \r\n\u2028\u2029]/.test(text) ? '2' : ''}${chomp}`, 'blank')
  putBreak(emitter)
  emitter.inIndent = true
  emitter.afterSpace = true
  let afterBreak = true
  for (const character of text) {
    if (isBreak.test(character)) putBreak(emitter, character)
    else {
      if (afterBreak) startLine(emitter)
      put(emitter, character)
    }
    afterBreak = isBreak.test(character)
    emitter.inIndent = afterBreak
  }
}

function doubleQuoted(emitter: Emitter, text: string, folds: boolean): void {
  // a text that starts with a byte order mark is escaped from end to end (`is_bom` looks at the start)
  const escapesAll = text.startsWith('\ufeff')
  const characters = [...text]
  let afterBlank = false
  indicate(emitter, '"', 'blank')
  for (const [index, character] of characters.entries()) {
    const isEscaped =
      escapesAll || character.length > 1 || !isPrintable.test(character) || isBreak.test(character) || /["\\]/.test(character)
    if (isEscaped) put(emitter, escape(character))
    else if (
      character === ' ' &&
      folds &&
      !afterBlank &&
      emitter.column > bestWidth[emitter.version] &&
      index > 0 &&
      index < characters.length - 1
    ) {
      startLine(emitter)
      // a continuation line that begins with a blank needs a backslash to keep it
      if (characters[index + 1] === ' ') put(emitter, '\\')
    } else put(emitter, character)
    afterBlank = character === ' ' && !isEscaped
  }
  indicate(emitter, '"', 'text')
}

const shortEscapes: ReadonlyMap<string, string> = new Map(
  [
    '\0 0',
    '\x07 a',
    '\b b',
    '\t t',
    '\n n',
    '\v v',
    '\f f',
    '\r r',
    '\x1b e',
    '" "',
    '\\ \\',
    '\u0085 N',
    '\u00a0 _',
    '\u2028 L',
    '\u2029 P',
  ].map((pair) => [pair[0] as string, `\\${pair[2] as string}`]),
)

function escape(character: string): string {
  const short = shortEscapes.get(character)
  if (short !== undefined) return short
  const code = character.codePointAt(0) as number
  const digits = code.toString(16).toUpperCase()
  if (code <= 0xff) return `\\x${digits.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`
}
