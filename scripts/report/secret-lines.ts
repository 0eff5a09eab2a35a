// Which parts of a file's lines can hold a secret, and how are lines and messages about them shown?
import { isSecretHolder, isSecretKey, isSecretName, isSecretReference, mask, maskInText } from './secret.ts'

/** A text's lines as a person may see them, and what was taken out of them. */
export interface Masked {
  readonly lines: readonly string[]
  /** what stands in the hidden parts of a line and of the block that it belongs to */
  readonly hidden: ReadonlyMap<number, readonly string[]>
}

/** What hides the lines that follow: a secret's key, or an anchor that such a key names. */
interface Open {
  readonly indent: number
  /** only text is hidden: keys below belong to a reference */
  readonly isReference: boolean
  readonly isEmpty: boolean
  readonly texts: string[]
  /** a quote or bracket that is still to be closed */
  readonly closer: string | undefined
}

const keys = /(?:^|[\s{[,])(?:(["'])([\w.-]+)\1\s*:\s*|([A-Za-z_][\w.-]*)\s*:(?:\s+|(?=["'{[&*!|>])|$))/g
const separator = /^(?:---|\.\.\.)(?:\s|$)/
const closers: Readonly<Record<string, string>> = { '"': '"', "'": "'", '{': '}', '[': ']' }

/**
 * Lines with `***` wherever a secret can stand: from a secret's key to the end of its line, and whatever follows it until
 * another key begins. The text may be broken, so this reads lines and no YAML; where in doubt, it hides.
 */
export function maskLines(lines: readonly string[]): Masked {
  const shown = lines.map(maskInText)
  const hidden = new Map<number, string[]>()
  const anchors = anchorsOf(lines)
  const isSecretObject = lines.some((line) => /^["'\s{]*kind["']?:\s*["']?Secret\b/.test(line))
  const hide = (index: number, column: number, texts: string[]): void => {
    const line = lines[index] as string
    const from = column + line.slice(column).search(/\S|$/)
    hidden.set(index, texts)
    if (from >= line.trimEnd().length) return
    texts.push(line.slice(from))
    shown[index] = line.slice(0, from) + mask
  }
  let open: Open | undefined
  for (const [index, line] of lines.entries()) {
    const indent = line.search(/\S/)
    if (indent < 0) continue
    if (open !== undefined && isHidden(line, indent, open)) {
      hide(index, indent, open.texts)
      if (open.closer !== undefined && line.includes(open.closer)) open = { ...open, closer: undefined }
      continue
    }
    if (open !== undefined && (indent <= open.indent || !open.isReference)) open = undefined
    const found = secretIn(lines, index, { anchors, isSecretObject })
    if (found === undefined) continue
    const texts: string[] = []
    hide(index, found.column, texts)
    const rest = line.slice(found.column).trim()
    const first = rest.charAt(0)
    open = {
      indent: found.indent,
      isReference: found.isReference,
      isEmpty: /^(?:[&!|>]\S*\s*)*(?:#.*)?$/.test(rest),
      texts,
      closer: closers[first] !== undefined && !rest.slice(1).includes(closers[first]) ? closers[first] : undefined,
    }
  }
  return { lines: shown, hidden }
}

/** Whether a line belongs to what an open key holds. */
function isHidden(line: string, indent: number, open: Open): boolean {
  if (open.closer !== undefined) return true
  if (separator.test(line)) return false
  const isItem = /^\s*-(?:\s|$)/.test(line)
  const isComment = /^\s*#/.test(line)
  const isKey = /^\s*(?:[-?]\s+)*(?:"[^"]*"|'[^']*'|[^\s"'{[&*!|>%@`#,:][^:,]*|<<)\s*:(?:\s|$)/.test(line)
  const isText = !isKey && !isItem && !isComment
  if (open.isReference) return isText
  return indent > open.indent || isText || (isItem && indent === open.indent && open.isEmpty)
}

interface Found {
  /** where the hidden part begins */
  readonly column: number
  readonly indent: number
  readonly isReference: boolean
}

function secretIn(
  lines: readonly string[],
  index: number,
  { anchors, isSecretObject }: { readonly anchors: ReadonlySet<string>; readonly isSecretObject: boolean },
): Found | undefined {
  const line = lines[index] as string
  const start = /^\s*(?:[-?]\s+)*/.exec(line)?.[0].length ?? 0
  for (const match of line.matchAll(keys)) {
    const key = match[2] ?? match[3] ?? ''
    const at = match.index + (match[0].search(/[\w"']/) || 0)
    const column = match.index + match[0].length
    const rest = line.slice(column)
    const indent = at === start ? start : line.search(/\S/)
    if (/^(?:true|false|null|~)\s*(?:[#,}\]]|$)/.test(rest)) continue
    if (isSecretKey(key) || key === 'stringData' || (isSecretObject && key === 'data')) return { column, indent, isReference: false }
    if (isSecretReference(key) && !/^(?:[{[]|[&!]\S+\s*[{[])/.test(rest)) return { column, indent, isReference: true }
    if (/^v(?:al?u?e?|lau?e)$/i.test(key) && isBesideSecret(lines, index, at)) return { column, indent, isReference: false }
  }
  // `secretKey hunter2`, `secretKey=hunter2`
  const bare = /^\s*(?:[-?]\s+)*["']?([A-Za-z_][\w.-]*)["']?(\s*[:=]?\s*)(?=\S)/.exec(line)
  if (bare?.[1] !== undefined && bare[2] !== '' && isSecretKey(bare[1]) && !/^\s*[:=]?\s*$/.test(line.slice(bare[0].length)))
    return { column: bare[0].length, indent: start, isReference: false }
  if (/^\s*\?\s/.test(line) && isSecretKey(line.replace(/^\s*\?\s+/, '').trim()))
    return { column: line.length, indent: start, isReference: false }
  const anchor = /&([^\s,[\]{}]+)/.exec(line)
  if (anchor?.[1] === undefined || !anchors.has(anchor[1])) return undefined
  return { column: anchor.index + anchor[0].length, indent: start, isReference: false }
}

/** Anchors whose text an alias puts at a secret's key. */
function anchorsOf(lines: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>()
  for (const [index, line] of lines.entries()) {
    if (!line.includes('*')) continue
    for (const match of line.matchAll(/([\w.-]+)["']?\s*:\s*\*([^\s,[\]{}]+)/g)) {
      const [, key = '', name = ''] = match
      if (isSecretKey(key) || isSecretReference(key) || (key === 'value' && isBesideSecret(lines, index, match.index))) names.add(name)
    }
  }
  return names
}

const named = /["']?\bname["']?\s*:\s*["']?([\w.-]+)/
/** No list item of an honest file has more lines between a name and its value. */
const farthest = 200

/** Whether `value` at a column stands beside a secret's name, or below a key such as `passwordSecret`. */
function isBesideSecret(lines: readonly string[], index: number, column: number): boolean {
  const own = lines[index] as string
  if (isNamedSecret(own) || [...own.slice(0, column).matchAll(keys)].some((match) => isSecretHolder(match[2] ?? match[3] ?? '')))
    return true
  const from = /^\s*(?:-\s+)*$/.test(own.slice(0, column)) ? column : own.search(/\S/) + 1
  for (let at = index; at >= 0 && index - at < farthest; at--) {
    const line = lines[at] as string
    const indent = line.search(/\S/)
    if (indent < 0 || line.charAt(indent) === '#') continue
    if (at !== index && isNamedSecret(line)) return true
    if (indent >= from) continue
    const item = /^\s*(?:-\s+)+/.exec(line)
    // the item begins here: what stands above it is another one
    if (item !== null && item[0].length >= from) break
    if (at !== index) {
      if ([...line.matchAll(keys)].some((match) => isSecretHolder(match[2] ?? match[3] ?? ''))) return true
      break
    }
  }
  for (let at = index + 1; at < lines.length && at - index < farthest; at++) {
    const line = lines[at] as string
    const indent = line.search(/\S/)
    if (indent < 0 || line.charAt(indent) === '#') continue
    if (indent < from) return false
    if (isNamedSecret(line)) return true
  }
  return false
}

function isNamedSecret(line: string): boolean {
  return isSecretName(named.exec(line)?.[1] ?? '')
}

const known = new Map<string, Masked>()

/** The lines of a text, by its line breaks; remembered, since many diagnostics ask for the same file. */
export function maskedText(text: string): Masked {
  const found = known.get(text)
  if (found !== undefined) return found
  if (known.size > 200) known.clear()
  const masked = maskLines(text.split(/\r\n|\r|\n/))
  known.set(text, masked)
  return masked
}

/** A place that a message speaks of: 1-based lines of a text. */
export interface Lines {
  readonly text: string
  readonly line: number
  readonly endLine: number
}

/** Words that messages are made of. */
const words = new Set('true false null name key value text map list number create and but is be must the not set a an in of'.split(' '))

/** More lines of one secret than any message shows. */
const mostParts = 500

/** A message without what its places hide. */
export function maskMessage(message: string, places: readonly Lines[]): string {
  let clean = maskInText(message)
  for (const { text, line, endLine } of places) {
    const { hidden } = maskedText(text)
    if (hidden.size === 0) continue
    const blocks = new Set<readonly string[]>()
    for (let at = line - 1; at < endLine; at++) if (hidden.has(at)) blocks.add(hidden.get(at) ?? [])
    for (const parts of blocks) for (const part of parts.slice(0, mostParts)) clean = withoutPart(clean, part)
  }
  return clean
}

function withoutPart(message: string, part: string): string {
  // `secretKey: x, foo: 1`: the next key of the same flow map is no part of the secret
  const beside = new Set([...(part.split(/[{[]/, 1)[0] ?? '').matchAll(/,\s*["']?([\w.-]+)["']?\s*:/g)].map(([, key]) => key))
  const whole = part.trim()
  // an index or a count of one figure is no secret
  const isTelling = (token: string): boolean => token === whole || token.length > 1
  const parts = [whole, ...part.split(/[\s"'`{}[\],:=#&*|>]+/)].filter(
    (token) => token !== '' && isTelling(token) && !words.has(token) && !isSecretKey(token) && !beside.has(token),
  )
  return [...new Set(parts)].sort((a, b) => b.length - a.length).reduce(withoutToken, message)
}

/** Messages cut long texts short: the beginning of a token counts. */
function withoutToken(message: string, token: string): string {
  const number = /^[\d.][\w.+-]*$/.test(token) ? Number(token.replaceAll('_', '')) : Number.NaN
  let clean = Number.isFinite(number) && String(number) !== token ? withoutToken(message, String(number)) : message
  if (token.length < 8) {
    const escaped = token.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
    return clean.replaceAll(new RegExp(`(?<!\\w)${escaped}(?!\\w)`, 'g'), mask)
  }
  const head = token.slice(0, 8)
  for (let at = clean.indexOf(head); at >= 0; at = clean.indexOf(head, at + mask.length)) {
    let length = head.length
    while (length < token.length && clean.charAt(at + length) === token.charAt(length)) length++
    clean = clean.slice(0, at) + mask + clean.slice(at + length)
  }
  return clean
}
