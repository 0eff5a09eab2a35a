// Where does SQL hold a password?
import { lookup } from '../values/lookup.ts'
import type { Span } from '../values/value.ts'
import { nearest } from '../values/path.ts'
import { isNamedAfterSecret, isSecretName } from './names.ts'

/** `PASSWORD '…'`, `E'…'`, `U&'…'`, `$tag$…$tag$`, `IDENTIFIED BY '…'`, also inside literals, where quotes are doubled. */
export function* sqlPasswords(text: string): Iterable<Span> {
  let last = 0
  for (const match of text.matchAll(/(?<![\w$])(?:password|identified\s{1,20}by)(?![\w$])/gi)) {
    if (match.index < last) continue
    const start = skipSpace(text, match.index + match[0].length)
    const end = literalEnd(text, start)
    if (end === undefined) continue
    last = end
    yield { start, end }
  }
  // PostgreSQL refuses `PASWORD '…'`, and the line is shown
  for (const { index, 0: word } of text.matchAll(/(?<![\w$])[a-z]{5,12}(?=\s{1,20}(?:[EeNnBbXx]|[Uu]&)?')/gi)) {
    if (/^password$/i.test(word) || nearest(word.toLowerCase(), ['password']) === undefined) continue
    const start = skipSpace(text, index + word.length)
    const end = literalEnd(text, start)
    if (end !== undefined) yield { start, end }
  }
  yield* secretArguments(text)
  yield* secretColumns(text)
  // SET app.jwt_secret TO 'x'; with = it is an assignment like any other
  for (const match of text.matchAll(/\bset\s{1,20}(?:(?:local|session)\s{1,20})?["]?([\w.]{1,100})["]?\s{1,20}to(?![\w$])/gi)) {
    if (!isSecretColumn(match[1] as string)) continue
    const start = skipSpace(text, match.index + match[0].length)
    const end = literalEnd(text, start)
    if (end !== undefined) yield { start, end }
  }
}

/** Which argument of a function is a secret. */
const secretArgument: Readonly<Record<string, number>> = lookup({
  crypt: 0,
  hmac: 1,
  encrypt: 1,
  decrypt: 1,
  encrypt_iv: 1,
  decrypt_iv: 1,
  pgp_sym_encrypt: 1,
  pgp_sym_encrypt_bytea: 1,
  pgp_sym_decrypt: 1,
  pgp_sym_decrypt_bytea: 1,
  pgp_pub_decrypt: 2,
  pgp_pub_decrypt_bytea: 2,
  sign: 1,
  verify: 1,
  create_secret: 0,
  update_secret: 1,
})

function* secretArguments(text: string): Iterable<Span> {
  let [last, work] = [0, 0]
  for (const match of text.matchAll(
    /(?<![\w$])(set_config|crypt|hmac|(?:en|de)crypt(?:_iv)?|pgp_(?:sym|pub)_(?:en|de)crypt(?:_bytea)?|sign|verify|(?:create|update)_secret)\s{0,9}\(/gi,
  )) {
    if (match.index < last) continue
    const name = (match[1] as string).toLowerCase()
    const { parts, end } = listAt(text, match.index + match[0].length)
    // a call inside this one has secrets of its own; if calls nest deeply, only this one is read
    work += end - match.index
    if (work > 8 * text.length) last = end
    const setting = parts[0]?.literals[0]
    const isSetting = name === 'set_config'
    if (isSetting && (setting === undefined || !isSecretColumn(text.slice(setting.start, setting.end).replaceAll(/[^\w.]/g, '')))) continue
    yield* parts[isSetting ? 1 : (secretArgument[name] ?? 1)]?.literals ?? []
  }
}

/** `INSERT INTO users (name, password) VALUES ('a', 'x'), …` or `SELECT 'a', 'x'`: the values of columns with such names. */
function* secretColumns(text: string): Iterable<Span> {
  let last = 0
  for (const match of text.matchAll(/\binsert\s{1,20}into\s{1,20}[\w."$]{1,200}\s{0,20}(?:as\s{1,20}\w{1,64}\s{0,20})?\(/gi)) {
    if (match.index < last) continue
    const columns = listAt(text, match.index + match[0].length)
    last = columns.end
    const names = columns.parts.map(({ start, end }) => text.slice(start, end).replaceAll(/[^\w.]/g, ''))
    const head = /^\s{0,99}(?:overriding\s{1,20}(?:system|user)\s{1,20}value\s{1,20})?(values\s{0,99}\(|select\s)/i.exec(
      text.slice(columns.end, columns.end + 400),
    )
    if (head === null || !mayBeSecret(names)) continue
    const isSelect = /select/i.test(head[1] as string)
    for (let at: number | undefined = columns.end + head[0].length; at !== undefined;) {
      const row = listAt(text, at)
      last = row.end
      yield* secretsOfRow(text, names, row.parts)
      const comma = isSelect ? null : /^\s{0,99},\s{0,99}\(/.exec(text.slice(row.end, row.end + 220))
      at = comma === null ? undefined : row.end + comma[0].length
    }
  }
  // UPDATE users SET (name, password) = ('a', 'x')
  for (const match of text.matchAll(/\bset\s{0,20}\(([^()]{1,2000})\)\s{0,20}=\s{0,20}(?:row\s{0,20})?\(/gi)) {
    const names = (match[1] as string).split(',').map((name) => name.replaceAll(/[^\w.]/g, ''))
    if (mayBeSecret(names)) yield* secretsOfRow(text, names, listAt(text, match.index + match[0].length).parts)
  }
}

const isNameColumn = (name: string): boolean => /^(?:key|name|setting|param|parameter)$/i.test(name)
const mayBeSecret = (columns: readonly string[]): boolean => columns.some((name) => isSecretColumn(name) || isNameColumn(name))

/** The values of columns with such names, and the value after such a key: `('smtp_password', 'x')`. */
function* secretsOfRow(text: string, columns: readonly string[], row: readonly Part[]): Iterable<Span> {
  const isNamed = row.some(
    ({ literals: [name] }, index) =>
      name !== undefined &&
      isNameColumn(columns[index] ?? '') &&
      isSecretColumn(text.slice(name.start, name.end).replaceAll(/[^\w.]/g, '')),
  )
  for (const [index, { literals }] of row.entries())
    if (isSecretColumn(columns[index] ?? '') || (isNamed && /^val(?:ue)?$/i.test(columns[index] ?? ''))) yield* literals
}

function isSecretColumn(name: string): boolean {
  return (isSecretName(name) || isNamedAfterSecret(name)) && !/(?:_at|_on|_date|_id|_count|_salt_rounds|_hint)$/i.test(name)
}

interface Part extends Span {
  readonly literals: readonly Span[]
}

/** The items between commas up to the closing bracket or the end of the statement; `end` is after it. */
function listAt(text: string, from: number): { readonly parts: readonly Part[]; readonly end: number } {
  const parts: Part[] = []
  let [start, depth, literals]: [number, number, Span[]] = [from, 0, []]
  let at = from
  const close = (): void => void parts.push({ start, end: at, literals })
  while (at < text.length) {
    const next = skipSpace(text, at)
    const character = text.charAt(next)
    // no literal begins in the middle of a word
    const literal = /[\w$]/.test(text.charAt(next - 1)) ? (character === "'" ? quotedEnd(text, next) : undefined) : wholeLiteral(text, next)
    if (literal !== undefined) {
      literals.push({ start: next, end: literal })
      at = literal
      continue
    }
    at = next
    if (character === ';' || (character === ')' && depth === 0)) break
    if (character === '(') depth++
    else if (character === ')') depth--
    else if (character === ',' && depth === 0) {
      close()
      ;[start, literals] = [at + 1, []]
    }
    at++
  }
  close()
  return { parts, end: at + 1 }
}

/** The end of a text or a number that begins here. */
function wholeLiteral(text: string, start: number): number | undefined {
  const number = /^\d[\d.]*(?![\w$])/.exec(text.slice(start, start + 60))
  if (number !== null) return start + number[0].length
  const character = text.charAt(start)
  if (character === "'") return quotedEnd(text, start)
  const isPrefixed = /^(?:[EeNnBbXx]'|[Uu]&'|\$(?:[A-Za-z_]\w{0,63})?\$)/.test(text.slice(start, start + 70))
  return isPrefixed ? literalEnd(text, start) : undefined
}

/** The position after blanks and comments. */
function skipSpace(text: string, from: number): number {
  let at = from
  for (;;) {
    while (/\s/.test(text.charAt(at))) at++
    if (text.startsWith('/*', at)) {
      const close = text.indexOf('*/', at + 2)
      at = close < 0 ? text.length : close + 2
    } else if (text.startsWith('--', at)) {
      const close = text.indexOf('\n', at)
      at = close < 0 ? text.length : close + 1
    } else return at
  }
}

/** The end of the literal that begins here; a password put together from several is everything that follows. */
function literalEnd(text: string, start: number): number | undefined {
  const here = text.slice(start, start + 80)
  const tag = /^\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]{0,63})?\$/.exec(here)?.[0]
  if (tag !== undefined) {
    const close = text.indexOf(tag, start + tag.length)
    return close < 0 ? text.length : close + tag.length
  }
  // format('… PASSWORD %L', 'x')
  if (/^'{0,8}%[\dLsI]/.test(here)) return text.length
  const prefix = /^(?:[EeNnBbXx]|[Uu]&)?(?=')/.exec(here)?.[0]
  if (prefix === undefined) return undefined
  const quote = start + prefix.length
  // '… PASSWORD ' || quote_literal('x'): this quote closes the literal around it
  if (/^'+\s*(?:\|\||,|\))/.test(text.slice(quote, quote + 40))) return text.length
  return quotedEnd(text, quote)
}

/**
 * The end of what is quoted here; without a closing quote the end of the text. A literal inside a literal has its quotes
 * doubled, and one more level doubles them again: then a longer run of quotes inside is a quote of the text itself.
 */
export function quotedEnd(text: string, start: number): number {
  const quote = text.charAt(start)
  const opening = runLength(text, start, quote)
  const level = opening % 2 === 1 ? 1 : opening
  const next = text.charAt(start + opening)
  // nothing between two quotes
  if (opening === 2 && (next === '' || /[\s,;)}\]&]/.test(next))) return start + 2
  for (let at = start + level; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === quote) {
      const run = runLength(text, at, quote)
      if (Math.floor(run / level) % 2 === 1) return at + level
      at += run - 1
    }
  }
  return text.length
}

function runLength(text: string, start: number, character: string): number {
  let at = start
  while (text[at] === character) at++
  return at - start
}
