// Which parts of a text are secrets by their shape alone, whatever their key is?
import { lookup } from '../values/lookup.ts'
import { append } from '../values/append.ts'
import type { Span } from '../values/value.ts'
import { isNamedAfterSecret, isSecretKey, isSecretName, mask } from './names.ts'
import { sqlPasswords, quotedEnd } from './sql.ts'

interface Options {
  /** a sentence of this program: `password: …` and `file:12:5:…` in it are its own words */
  readonly isMessage?: boolean
}

/** The spans of a text that are secrets, in order, none inside another. Linear in the text. */
export function secretShapes(text: string, { isMessage = false }: Options = {}): Span[] {
  if (text.length < 6) return []
  const found = [
    ...userInfo(text),
    ...credentials(text),
    ...assignments(text, isMessage),
    ...sqlPasswords(text),
    ...schemes(text),
    ...tokens(text),
    ...webhooks(text),
    ...namedValues(text),
    ...keysInPem(text),
  ]
  if (!isMessage) append(found, passFileLines(text), withoutColon(text))
  return joined(found)
}

/** Sorted, overlapping ones joined, empty ones left out. */
export function joined(spans: readonly Span[]): Span[] {
  const result: { start: number; end: number }[] = []
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1)
    if (end <= start) continue
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end)
    else result.push({ start, end })
  }
  return result
}

/** The text with `***` in the place of each span. */
export function maskSpans(text: string, spans: readonly Span[]): string {
  let clean = ''
  let at = 0
  for (const { start, end } of spans) {
    clean += text.slice(at, start) + mask
    at = end
  }
  return clean + text.slice(at)
}

/** Text without passwords of URLs, connection strings, assignments and SQL, and without tokens. */
export function maskInText(text: string, options: Options = {}): string {
  const spans = secretShapes(text, options)
  return spans.length === 0 ? text : maskSpans(text, spans)
}

/** What an environment, a template or a format (`%u`) fills in later is not a secret yet. */
export function isPlaceholder(text: string): boolean {
  return /^(?:\$\([\w.-]{1,200}\)|\$\{[\w.-]{1,200}\}|\$[A-Z_][A-Z\d_]{0,200}|%-?\d{0,2}[A-Za-z]|\{\{[^{}]{1,200}\}\})$/.test(text.trim())
}

/** `://user:pw@host`, and a token alone in the place of the user. */
function* userInfo(text: string): Iterable<Span> {
  let host = 0
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) {
    const start = at + 3
    if (host < start) host = text.indexOf('@', start)
    if (host < 0) return
    if (host > start + 1024) continue
    const rest = text.slice(start, start + 1024)
    const user = /^[^\s/:@?#"'`<>]{0,256}/.exec(rest)?.[0] ?? ''
    const next = rest.charAt(user.length)
    if (next === '@' && /^(?=\D*\d)\S{16,}$/.test(user)) yield { start, end: start + user.length }
    if (next !== ':') continue
    const password = /^[^\s"`<>]*@/.exec(rest.slice(user.length + 1))?.[0]
    // `http://host:8080/path@x`: a port, not a password; `localhost:5432/@`, likewise
    if (password === undefined || /^\d{1,5}[/?#]/.test(password)) continue
    const end = start + user.length + password.length
    if (!isPlaceholder(text.slice(start + user.length + 1, end))) yield { start: start + user.length + 1, end }
  }
}

/** What else stands before a colon and an address with `@`. */
const isLabel =
  /^(?:mailto|e?-?mail|contacts?|owners?|teams?|groups?|maintainers?|authors?|oncall|support|serviceaccount|principal|principalset|by|cc|to|from|sip|acct|npm|uses|docker-image|oci)$/i

/** `user:pw@host` without a scheme; no digest or tag of an image, and no mail address. */
function* credentials(text: string): Iterable<Span> {
  if (!text.includes('@')) return
  let last = 0
  for (const match of text.matchAll(/(?<![^\s"'`<>(),;={}[\]])([\w.+/-]{1,128}):(?!\/\/|:|\d{1,5}[/?#])/g)) {
    const from = match.index + match[0].length
    if (match.index < last) continue
    const password = /^[^\s"'`<>]{1,512}(?=@)/.exec(text.slice(from, from + 514))?.[0] ?? ''
    const host = text.slice(from + password.length + 1, from + password.length + 60)
    if (password === '' || !/^[A-Za-z\d[]/.test(host) || /^(?:sha\d{3}\b|v?\d{1,4}(?:\.\d{1,4}){0,2}(?![\w.-]))/.test(host)) continue
    const user = match[1] as string
    if (!/[A-Za-z]/.test(user) || isLabel.test(user) || password.includes('://') || isPlaceholder(password)) continue
    last = from + password.length
    yield { start: match.index + user.lastIndexOf('/') + 1, end: last }
  }
}

/** `name=value`, `"name": "value"`, `--name value`, `<name>value<`, and `name: value` at the start of a line. */
function* assignments(text: string, isMessage: boolean): Iterable<Span> {
  const finders: Finders = new Map()
  for (const match of text.matchAll(/[A-Za-z_][\w.-]*/g)) {
    const at = match.index + match[0].length
    const value = valueStart(text, match.index, at, isMessage)
    if (value === undefined) continue
    const name = match[0].slice(-120)
    const isSignature = /^(?:sig|x-amz-signature|sharedaccesssignature)$/i.test(name)
    if (!isSignature && !isSecretKey(name) && !isNamedAfterSecret(name) && !/password\.\w{1,20}$/i.test(name)) continue
    const span = valueSpan(text, value, finders)
    const written = text.slice(span.start, span.end)
    if (!isPlaceholder(written.replace(/[;,.)'"]{1,8}$/, '')) && !/^["']?(?:true|false|null|undefined)?["']?,?$/i.test(written)) yield span
  }
}

/** Options of pg_hba.conf that are secrets; a blank ends them, not `&` as in the query of an address. */
const isAccessOption = /^(?:ldapbind\w{0,20}pas\w{0,20}|radiussecrets?)$/

/** Where the value assigned to a name begins, and what ends it; undefined: no value is assigned. */
function valueStart(text: string, start: number, end: number, isMessage: boolean): { start: number; ends: string } | undefined {
  let at = end
  const quote = /^(?:\\{0,8}["'])/.exec(text.slice(at, at + 9))?.[0] ?? ''
  at += quote.length
  const blanks = skipBlanks(text, at)
  const isOption = blanks > at && text.slice(start - 2, start) === '--'
  at = blanks
  const sign = text.charAt(at)
  if (sign === '=') {
    while (/[=>]/.test(text.charAt(at))) at++
    // `"name=a b"`, one word of pg_hba.conf: the quote around both ends it
    const ends =
      quote === '' && text.charAt(start - 1) === '"' ? 'quote' : isAccessOption.test(text.slice(start, end)) ? 'word' : 'assignment'
    return { start: skipBlanks(text, at), ends }
  }
  if (sign === '>' && text.charAt(start - 1) === '<') return { start: at + 1, ends: 'tag' }
  if (sign === ':' && (quote !== '' || (!isMessage && isLineStart(text, start)) || isHeader(text, start, end))) {
    const value = skipBlanks(text, at + 1)
    // a sentence follows a colon, too: `password: see the vault`
    const isWord =
      quote !== '' ||
      isHeader(text, start, end) ||
      /^(?:["']|[^\s]+[ \t]*(?:\r?\n|$)|[^\s,}]+[ \t]*[,}])/.test(text.slice(value, value + 2000))
    const ends = isHeader(text, start, end) ? 'assignment' : quote === '' ? 'line' : 'json'
    return isWord ? { start: value, ends } : undefined
  }
  return isOption && sign !== '-' && sign !== '' ? { start: at, ends: 'word' } : undefined
}

/** `curl -H 'X-Vault-Token: …'`. */
function isHeader(text: string, start: number, end: number): boolean {
  return /["']/.test(text.charAt(start - 1)) && /^[A-Z][A-Za-z]*(?:-[A-Za-z]+)+$/.test(text.slice(start, Math.min(end, start + 100)))
}

function isLineStart(text: string, at: number): boolean {
  let from = at
  while (from > 0 && at - from < 200 && /[ \t\-{,]/.test(text.charAt(from - 1))) from--
  return from === 0 || /[\r\n]/.test(text.charAt(from - 1)) || /[{,]/.test(text.slice(from, at))
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\t') at++
  return at
}

const endings: Readonly<Record<string, RegExp>> = lookup({
  assignment: /[\s&"`]|'(?=[\s,;)}\]]|$)/g,
  quote: /(?<!")"(?:"")*(?!")/g,
  tag: /</g,
  line: /[\r\n]/g,
  json: /[\s,}\]]/g,
  word: /\s/g,
})

/** What was searched for last, from where, and where it is. */
type Finders = Map<string, { readonly from: number; readonly found: number }>

/** Where an ending, or a text, is next; a later call before that place does not search again. */
function nextOf(text: string, wanted: string, { from, finders }: { readonly from: number; readonly finders: Finders }): number {
  const last = finders.get(wanted)
  if (last !== undefined && from >= last.from && from <= last.found) return last.found
  const ending = endings[wanted]
  if (ending !== undefined) ending.lastIndex = from
  const index = ending === undefined ? text.indexOf(wanted, from) : (ending.exec(text)?.index ?? -1)
  const found = index < 0 ? text.length : index
  finders.set(wanted, { from, found })
  return found
}

function valueSpan(text: string, { start, ends }: { readonly start: number; readonly ends: string }, finders: Finders): Span {
  const first = text.charAt(start)
  if (ends === 'quote') return { start, end: nextOf(text, ends, { from: start, finders }) }
  if (first === '\\') {
    const quote = /^\\+["']/.exec(text.slice(start, start + 16))?.[0]
    if (quote !== undefined) {
      const close = nextOf(text, quote, { from: start + quote.length, finders })
      return { start, end: Math.min(close + quote.length, text.length) }
    }
  }
  if (first === '"' || first === "'") return { start, end: quotedEnd(text, start) }
  // a map or a list is not read further: everything that follows may belong to it
  if (first === '{' || first === '[') return { start, end: text.length }
  return { start, end: nextOf(text, ends, { from: start, finders }) }
}

/** `Authorization: Basic …`, `Bearer …`, `curl -u user:pw`. */
function* schemes(text: string): Iterable<Span> {
  for (const match of text.matchAll(/\b(authorization["']?[ \t]*[:=][ \t]*["']?)?(bearer|basic|digest|token)[ \t]+([^\s"'`,]{6,})/gi)) {
    const token = match[3] as string
    // `basic authentication`, `bearer tokens`
    const isWord = match[1] === undefined && (/^[A-Za-z]?[a-z-]*[.,;:)]*$/.test(token) || !/[\d=+/]|[a-z][A-Z]/.test(token))
    const start = match.index + match[0].length - token.length
    if (!isWord && !isPlaceholder(token)) yield { start, end: start + token.length }
  }
  for (const match of text.matchAll(/\bsshpass[ \t]+-p[ \t]*(\S+)/g)) {
    const end = match.index + match[0].length
    if (!isPlaceholder(match[1] as string)) yield { start: end - (match[1] as string).length, end }
  }
  for (const match of text.matchAll(/(?<!\S)(?:-u|--user)[ =]["']?[^\s:"']{1,128}:([^\s"']+)/g)) {
    const end = match.index + match[0].length
    yield { start: end - (match[1] as string).length, end }
  }
}

/** `<property name="password" value="…"/>`, `login x password …` of a `.netrc`, `-passin pass:…`. */
function* namedValues(text: string): Iterable<Span> {
  for (const match of text.matchAll(/\bname\s{0,9}=\s{0,9}["']([\w.-]{1,100})["']\s{1,20}value\s{0,9}=\s{0,9}(?=["'])/gi)) {
    const start = match.index + match[0].length
    if (isSecretName(match[1] as string)) yield { start, end: quotedEnd(text, start) }
  }
  for (const match of text.matchAll(/(?:\blogin\s{1,20}\S{1,200}\s{1,20}password\s{1,20}|-pass(?:in|out)?\s{1,20}pass:)(\S{1,400})/gi)) {
    const secret = match[1] as string
    const end = match.index + match[0].length
    if (!isPlaceholder(secret)) yield { start: end - secret.length, end }
  }
}

const tokenStarts =
  /(?<![A-Za-z\d])(?:A(?:KIA|SIA)[A-Z\d]{12}|LTAI[A-Za-z\d]{12}|gh[pousr]_\w{8}|github_pat_\w{8}|gl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|oas|ffct|wt)-[\w-]{8}|xox[a-z]-[\w-]{8}|[rs]k_(?:live|test)_\w{8}|AIza[\w-]{20}|ya29\.[\w-]{8}|npm_\w{20}|hv[bsr]\.[\w-]{8}|dckr_pat_[\w-]{8}|SG\.[\w-]{8}|eyJ(?:[A-Za-z\d]|[_-](?!eyJ)){8,400}\.[\w-]{4}|SCRAM-SHA-256\$\d{1,9}:|LS0tLS1CRUdJTi(?:BQUklWQVRF|BSU0Eg|BFQy|BEU0Eg|BPUEVOU1NI|BFTkNSWVBURUQ)|AGE-SECRET-KEY-1|sk-(?:proj|ant)-[\w-]{8}|dop_v1_\w{8}|pypi-AgE\w{8}|shp(?:at|ss|ca|pa)_\w{8}|md5[\da-f]{32}(?![\da-f]))/g

/** Tokens with a recognisable prefix, JSON web tokens, and PostgreSQL's own password hashes. */
function* tokens(text: string): Iterable<Span> {
  let last = 0
  for (const match of text.matchAll(tokenStarts)) {
    if (match.index < last) continue
    const rest = /[^\w.+/=$:-]/g
    rest.lastIndex = match.index + match[0].length
    last = rest.exec(text)?.index ?? text.length
    yield { start: match.index, end: last }
  }
}

/** The part of a webhook's address that lets anyone post: Slack, Discord, Teams, Telegram, and hooks with a long segment. */
function* webhooks(text: string): Iterable<Span> {
  const known =
    /(?:hooks\.slack\.com\/(?:services|workflows|triggers)\/|discord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/|(?:webhook\.office\.com|outlook\.office(?:365)?\.com)\/webhook(?:b2)?\/|api\.telegram\.org\/(?:file\/)?bot|hooks\.zapier\.com\/hooks\/catch\/|events\.pagerduty\.com\/integration\/|hc-ping\.com\/|\/(?:web)?hooks?(?:b2)?\/(?=[^\s"'`<>/]{0,200}\d)(?=[\w-]{16}))([^\s"'`<>,;)}\]]+)/gi
  for (const match of text.matchAll(known)) {
    const address = match[1] as string
    const end = match.index + match[0].length
    if (!isPlaceholder(address)) yield { start: end - address.length, end }
  }
}

function* keysInPem(text: string): Iterable<Span> {
  let last = 0
  for (const match of text.matchAll(/-----BEGIN [A-Z\d ]{0,40}PRIVATE KEY[A-Z\d ]{0,20}-----/g)) {
    if (match.index < last) continue
    const close = text.indexOf('-----END', match.index)
    const end = close < 0 ? -1 : text.indexOf('-----', close + 8)
    last = end < 0 ? text.length : end + 5
    yield { start: match.index, end: last }
  }
}

/** `secretKey hunter2`, a setting whose colon was forgotten; `password rotation` is a sentence. */
function* withoutColon(text: string): Iterable<Span> {
  const found = /^\s*([A-Za-z_][\w.-]{0,80})[ \t]{1,20}(\S{1,400})\s*$/.exec(text.length > 600 ? '' : text)
  if (found?.[1] === undefined || found[2] === undefined || !/[a-z][A-Z]|_/.test(found[1]) || !isSecretKey(found[1])) return
  const start = text.lastIndexOf(found[2])
  yield { start, end: start + found[2].length }
}

/** `host:port:database:user:password`, a line of a `.pgpass`. */
function* passFileLines(text: string): Iterable<Span> {
  // hardly any text has a port in its midst, and the whole pattern takes long to compile
  if (!/:(?:\*|\d{4,5}):/.test(text)) return
  for (const match of text.matchAll(/^[^\s:#]{1,255}:(?:\*|\d{4,5}):[^\s:]{1,128}:[^\s:]{1,128}:([^\s/].*)$/gm)) {
    const end = match.index + match[0].length
    if (!/^[\da-f:]+$/i.test(match[0])) yield { start: end - (match[1] as string).length, end }
  }
}
