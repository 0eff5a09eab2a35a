// Which parts of a text that is not YAML can hold a secret? Decided line by line; in doubt, a line is hidden.
import { lookup } from '../values/lookup.ts'
import { append } from '../values/append.ts'
import type { Span } from '../values/value.ts'
import { isNamedAfterSecret, isSecretHolder, isSecretKey, isSecretName, isSecretReference, isSecretTextKey } from './names.ts'
import { joined, secretShapes } from './shapes.ts'

/** What hides the lines that follow: a secret's key, or an anchor that such a key names. */
interface Open {
  readonly indent: number
  /** only text is hidden: keys below belong to a reference */
  readonly isReference: boolean
  readonly isEmpty: boolean
  /** a quote or bracket that is still open */
  readonly closer: string | undefined
}

const keys =
  /(?:^|[\s{[,])(?:("(?:[^"\\]|\\.){1,200}"|'[^']{1,200}')\s{0,99}:\s{0,99}|([A-Za-z_][\w./-]*)\s{0,99}:(?:\s{1,99}|(?=["'{[&*!|>])|$))/g
const separator = /^(?:---|\.\.\.)(?:\s|$)/
const closers: Readonly<Record<string, string>> = lookup({ '"': '"', "'": "'", '{': '}', '[': ']' })

/** A key with quotes and escapes decoded. */
function keyOf(match: RegExpMatchArray): string {
  const [, quoted, plain = ''] = match
  if (quoted === undefined) return plain
  if (quoted.startsWith("'")) return quoted.slice(1, -1)
  return quoted
    .slice(1, -1)
    .replaceAll(/\\(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|(.))/gi, (_, x?: string, u?: string, long?: string, other?: string) => {
      const code = x ?? u ?? long
      const point = code === undefined ? undefined : Number.parseInt(code, 16)
      return point === undefined ? (other ?? '') : point <= 0x10_ff_ff ? String.fromCodePoint(point) : ''
    })
}

/**
 * The spans of a broken text that can hold a secret: from a secret's key to the end of its line, and everything after it
 * until another key begins.
 */
export function brokenSecrets(text: string): Span[] {
  const lines: string[] = []
  const starts: number[] = []
  let at = 0
  for (const match of text.matchAll(/\r\n|[\r\n]|$/g)) {
    lines.push(text.slice(at, match.index))
    starts.push(at)
    at = match.index + match[0].length
  }
  return joined([
    ...secretShapes(text),
    ...hiddenParts(lines).map(({ line, from, to }) => ({ start: (starts[line] ?? 0) + from, end: (starts[line] ?? 0) + to })),
  ])
}

function* hiddenIn(lines: readonly string[], index: number, column: number): Iterable<{ line: number; from: number; to: number }> {
  const line = lines[index] as string
  const from = column + Math.max(0, line.slice(column).search(/\S|$/))
  const to = line.trimEnd().length
  if (from < to) yield { line: index, from, to }
}

function hiddenParts(lines: readonly string[]): { line: number; from: number; to: number }[] {
  const hidden: { line: number; from: number; to: number }[] = []
  const anchors = anchorsOf(lines)
  const isSecretObject = lines.some((line) => /^["'\s{]{0,99}kind["']?:\s{0,99}["']?Secret\b/.test(line))
  let open: Open | undefined
  for (const [index, line] of lines.entries()) {
    const indent = line.search(/\S/)
    if (indent < 0) continue
    if (open !== undefined && isHidden(line, indent, open)) {
      append(hidden, hiddenIn(lines, index, indent))
      if (open.closer !== undefined && line.includes(open.closer)) open = { ...open, closer: undefined }
      continue
    }
    if (open !== undefined && (indent <= open.indent || !open.isReference)) open = undefined
    const found = secretIn(lines, index, { anchors, isSecretObject })
    if (found === undefined) continue
    append(hidden, hiddenIn(lines, index, found.column))
    const rest = line.slice(found.column).trim()
    const first = rest.charAt(0)
    open = {
      indent: found.indent,
      isReference: found.isReference,
      isEmpty: isBeginning(rest),
      closer: closers[first] !== undefined && !rest.slice(1).includes(closers[first]) ? closers[first] : undefined,
    }
  }
  return hidden
}

/** Whether there is nothing here but an anchor, a tag, the head of a block scalar or a comment. */
function isBeginning(rest: string): boolean {
  for (const word of rest.split(/\s+/)) {
    if (word.startsWith('#')) return true
    if (word !== '' && !/^[&!|>]/.test(word)) return false
  }
  return true
}

/** Whether a line belongs to the value of an open key. */
function isHidden(line: string, indent: number, open: Open): boolean {
  if (open.closer !== undefined) return true
  if (separator.test(line)) return false
  const isItem = /^\s*-(?:\s|$)/.test(line)
  const isComment = /^\s*#/.test(line)
  const isKey = /^(?:"[^"]*"|'[^']*'|[^\s"'{[&*!|>%@`#,:][^:,]*):(?:\s|$)/.test(
    line.slice(itemStart(line)).replace(/^("[^"]*"|'[^']*')\s{1,99}:/, '$1:'),
  )
  const isText = !isKey && !isItem && !isComment
  if (open.isReference) return isText || (isItem && !isKey)
  return indent > open.indent || isText || (isItem && indent === open.indent && open.isEmpty)
}

interface Found {
  /** where the hidden part begins */
  readonly column: number
  readonly indent: number
  readonly isReference: boolean
}

/** A key with text that is a secret, while keys below it are a reference to one. */
function takesReference(key: string): boolean {
  return isSecretReference(key) || isNamedAfterSecret(key)
}

function secretIn(
  lines: readonly string[],
  index: number,
  { anchors, isSecretObject }: { readonly anchors: ReadonlySet<string>; readonly isSecretObject: boolean },
): Found | undefined {
  const line = lines[index] as string
  const start = itemStart(line)
  for (const match of line.matchAll(keys)) {
    const key = keyOf(match)
    const at = match.index + (match[0].search(/[\w"']/) || 0)
    const column = match.index + match[0].length
    const rest = line.slice(column)
    const indent = at === start ? start : line.search(/\S/)
    if (/^(?:true|false|null|~)\s*(?:[#,}\]]|$)/.test(rest)) continue
    if (
      isSecretKey(key) ||
      (isSecretTextKey(key) && !takesReference(key) && !/^[{[]/.test(rest)) ||
      key === 'stringData' ||
      (isSecretObject && key === 'data')
    )
      return { column, indent, isReference: false }
    if (takesReference(key) && !/^(?:[&!]\S+\s*)?(?:\{|\[\s*(?:\{|$))/.test(rest)) return { column, indent, isReference: true }
    if (/^v(?:al?u?e?|lau?e)$/i.test(key) && isNextToSecret(lines, index, at)) return { column, indent, isReference: false }
  }
  // `secretKey hunter2`, `secretKey=hunter2`
  const bare = /^["']?([A-Za-z_][\w./-]*)["']?(\s{0,99}[:=]?\s{0,99})(?=\S)/.exec(line.slice(start))
  if (bare?.[1] !== undefined && bare[2] !== '' && isSecretKey(bare[1]) && !/^\s*(?:[:=]\s*)?$/.test(line.slice(start + bare[0].length)))
    return { column: start + bare[0].length, indent: start, isReference: false }
  if (/^\s*\?\s/.test(line) && isSecretKey(line.slice(start).trim())) return { column: line.length, indent: start, isReference: false }
  const anchor = /&([^\s,[\]{}]+)/.exec(line)
  if (anchor?.[1] === undefined || !anchors.has(anchor[1])) return undefined
  return { column: anchor.index + anchor[0].length, indent: start, isReference: false }
}

/** Anchors whose text an alias puts at a secret's key. */
function anchorsOf(lines: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>()
  for (const [index, line] of lines.entries()) {
    if (!line.includes('*')) continue
    for (const match of line.matchAll(/(?<![\w./-])([\w./-]+)["']?\s{0,99}:\s{0,99}\*([^\s,[\]{}]+)/g)) {
      const [, key = '', name = ''] = match
      if (isSecretKey(key) || isSecretTextKey(key) || (key === 'value' && isNextToSecret(lines, index, match.index))) names.add(name)
    }
  }
  return names
}

const named = /["']?\b(?:name|key)["']?\s{0,99}:\s{0,99}["']?([\w./-]+)/
/** A parameter with the value of a variable, whose name is that of another parameter. */
const variable = /\bname["']?\s{0,9}:\s{0,9}["']?[\w.[\]-]{0,200}\benv\[\d{1,4}\]\.value\b/
/** No list item of a real file has more lines between a name and its value. */
const farthest = 200

/** What the search needs to know about a line. */
interface Facts {
  /** -1: it is blank */
  readonly indent: number
  readonly isComment: boolean
  readonly isNamed: boolean
  /** the column of the first key such as `passwordSecret` */
  readonly holder: number
}
const known = new WeakMap<readonly string[], (Facts | undefined)[]>()

/** Computed once: each `value` of a long line, and each line near it, needs them. */
function factsOf(lines: readonly string[], index: number): Facts {
  const all = known.get(lines) ?? []
  known.set(lines, all)
  const found = all[index]
  if (found !== undefined) return found
  const line = lines[index] as string
  const indent = line.search(/\S/)
  let holder = Infinity
  for (const match of line.matchAll(keys))
    if (isSecretHolder(keyOf(match))) {
      holder = match.index + match[0].length
      break
    }
  return (all[index] = {
    indent,
    isComment: line.charAt(indent) === '#',
    isNamed: isSecretName(named.exec(line)?.[1] ?? '') || variable.test(line),
    holder,
  })
}

/** Whether `value` at a column is next to a secret's name, or below a key such as `passwordSecret`. */
function isNextToSecret(lines: readonly string[], index: number, column: number): boolean {
  const own = factsOf(lines, index)
  if (own.isNamed || own.holder <= column) return true
  const from = own.indent >= column || /^[\s-]*$/.test((lines[index] as string).slice(own.indent, column)) ? column : own.indent + 1
  for (let at = index; at >= 0 && index - at < farthest; at--) {
    const { indent, isComment, isNamed, holder } = factsOf(lines, at)
    if (indent < 0 || isComment) continue
    if (at !== index && isNamed) return true
    if (indent >= from) continue
    // the item begins here: what is above belongs to another one
    const line = lines[at] as string
    if (line.charAt(indent) === '-' && itemStart(line) >= from) break
    if (at !== index) {
      if (holder < Infinity) return true
      break
    }
  }
  for (let at = index + 1; at < lines.length && at - index < farthest; at++) {
    const { indent, isComment, isNamed } = factsOf(lines, at)
    if (indent < 0 || isComment) continue
    if (indent < from) return false
    if (isNamed) return true
  }
  return false
}

/** Behind the dashes and question marks that open items and keys on a line. */
function itemStart(line: string): number {
  let at = Math.max(0, line.search(/\S|$/))
  for (let next = /^[-?]\s+/.exec(line.slice(at, at + 200)); next !== null; next = /^[-?]\s+/.exec(line.slice(at, at + 200)))
    at += next[0].length
  return at
}
