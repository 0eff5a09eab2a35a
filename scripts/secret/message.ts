// How does a message avoid repeating a secret from the places that it is about?
import { isWord, mentionFinder } from './mentions.ts'
import { mask } from './names.ts'
import { joined, maskInText, maskSpans, secretShapes } from './shapes.ts'
import { lineRange, secretsOf, spansWithin } from './source.ts'
import type { Span } from '../values/value.ts'

/** A place that a message is about: 1-based lines of a text. */
export interface Lines {
  readonly text: string
  readonly line: number
  readonly endLine: number
}

/** This many characters of secrets are read again for the places of one file; then all of its secrets are searched for at once. */
const mostReadAgain = 4_000_000

/** A message without the texts at the secret spans of its places, and without what is secret by its shape. */
export function maskMessage(message: string, places: readonly Lines[]): string {
  // a cut-off mark after a mask would reveal how long the text is
  const spans = places.flatMap((place) => findersAt(place)(message))
  return maskInText(withoutSpans(message, spans), { isMessage: true }).replaceAll(`${mask}…`, mask)
}

/** What finds the secrets of a file in a message, by the range of lines. */
interface Finders {
  readonly byRange: Map<string, (message: string) => Span[]>
  readCharacters: number
}
const known = new Map<string, Finders>()

/** The places of thousands of messages are on few lines: the finder for a range is built once. */
function findersAt({ text, line, endLine }: Lines): (message: string) => Span[] {
  const secrets = secretsOf(text)
  const nothing = (): Span[] => []
  if (secrets.spans.length === 0) return nothing
  let own = known.get(text)
  if (own === undefined) {
    if (known.size >= 100) known.clear()
    known.set(text, (own = { byRange: new Map(), readCharacters: 0 }))
  }
  const isTooMuch = own.readCharacters > mostReadAgain
  const key = isTooMuch ? 'all' : `${line}:${endLine}`
  const found = own.byRange.get(key)
  if (found !== undefined) return found
  const [first, last] = [lineRange(text, secrets, line), lineRange(text, secrets, endLine)]
  if (first === undefined || last === undefined) return nothing
  const within = isTooMuch ? { start: 0, end: text.length } : { start: first.start, end: Math.max(last.end, first.end) }
  const texts = new Set<string>()
  for (const span of spansWithin(secrets, within))
    for (const said of secrets.texts.get(span.start) ?? [text.slice(span.start, span.end)]) texts.add(said)
  for (const said of texts) own.readCharacters += said.length
  const made = texts.size === 0 ? nothing : mentionFinder([...texts].flatMap(spellings))
  own.byRange.set(key, made)
  return made
}

/** Removes the texts of secrets from messages, in whatever form a message contains them. */
export function textsMask(texts: readonly string[]): (message: string) => string {
  const find = mentionFinder([...new Set(texts)].flatMap(spellings))
  return (message) => withoutSpans(message, find(message))
}

function withoutSpans(message: string, spans: readonly Span[]): string {
  return spans.length === 0 ? message : maskSpans(message, joined(spans))
}

/** A text decoded, as JSON and Go quote it, by its lines, as a number, and in base64 as in a Secret's data. */
function spellings(said: string): string[] {
  const text = said.trim()
  if (text === '' || /^[{}[\],:"'&*!|>-]*$/.test(text)) return []
  const lines = text.includes('\n') ? text.split('\n').map((line) => line.trim()) : []
  const bare = /^(["']).*\1$/s.test(text) ? [text.slice(1, -1)] : []
  const number = /^[\d.][\w.+-]*$/.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN
  const words = text.length < 4_096 ? text.split(/[\s"'`{}[\],=:@$;&/]+/).filter((word) => word.length >= 6 && !isWord(word)) : []
  return [
    text,
    text.replaceAll(/\s+/g, ' '),
    JSON.stringify(text).slice(1, -1),
    ...bare,
    ...lines,
    ...words,
    ...(Number.isFinite(number) ? [String(number)] : []),
    ...(text.length > 3 ? [Buffer.from(said).toString('base64'), Buffer.from(text).toString('base64')] : []),
  ].filter((spelling) => spelling !== '')
}

/** Whether a password or token is in a text: no name is made of it for a help, since a changed one is not known as a secret any more. */
export function holdsSecret(text: string): boolean {
  return secretShapes(text).length > 0
}
