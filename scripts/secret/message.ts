// How does a sentence repeat no secret of the places that it speaks of?
import { mask } from './names.ts'
import { joined, maskInText, maskSpans } from './shapes.ts'
import { lineRange, secretsOf, spansWithin } from './source.ts'
import type { Span } from '../model.ts'

/** A place that a message speaks of: 1-based lines of a text. */
export interface Lines {
  readonly text: string
  readonly line: number
  readonly endLine: number
}

/** Messages cut long texts short: so much of a secret's beginning is a part of it. */
const shortest = 8
/** Texts of secrets that are searched for each message; more stand in no honest place. */
const mostTexts = 2_000

/** A message without what stands at the secret spans of its places, and without what is secret by its shape. */
export function maskMessage(message: string, places: readonly Lines[]): string {
  // that a text was cut off behind a mask would tell how long it is
  return maskInText(textsMask(textsAt(places))(message), { isMessage: true }).replaceAll(`${mask}…`, mask)
}

function textsAt(places: readonly Lines[]): string[] {
  const texts = new Set<string>()
  for (const { text, line, endLine } of places) {
    const secrets = secretsOf(text)
    if (secrets.spans.length === 0) continue
    const [first, last] = [lineRange(text, secrets, line), lineRange(text, secrets, endLine)]
    if (first === undefined || last === undefined) continue
    for (const span of spansWithin(secrets, { start: first.start, end: Math.max(last.end, first.end) }))
      for (const said of secrets.texts.get(span.start) ?? [text.slice(span.start, span.end)]) if (texts.size < mostTexts) texts.add(said)
  }
  return [...texts]
}

/** Makes messages without the texts of secrets, however a message may spell them. */
export function textsMask(texts: readonly string[]): (message: string) => string {
  const all = [...new Set(texts.flatMap(spellings))]
  return (message) => {
    const spans = all.flatMap((text) => [...mentions(message, text)])
    return spans.length === 0 ? message : maskSpans(message, joined(spans))
  }
}

/** A text as it is decoded, as JSON and Go quote it, by its lines, as a number, and as a Secret's data has it. */
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

/** Where a message mentions a text or, if it is long, the beginning of it. */
function* mentions(message: string, text: string): Iterable<Span> {
  const head = text.slice(0, shortest)
  for (let at = message.indexOf(head); at >= 0; at = message.indexOf(head, at + 1)) {
    let end = at + head.length
    while (end - at < text.length && end < message.length && message[end] === text[end - at]) end++
    const isWhole = end - at === text.length
    // a part must be cut off there, or go on otherwise: `hunter2hun…`
    if (!isWhole && head.length < shortest) continue
    const isSharp = isWhole || /[\d]/.test(text.slice(0, end - at)) || message.startsWith('…', end) || end === message.length
    if (isSharp && isMention(message, { start: at, end })) yield { start: at, end }
  }
}

/** An ordinary word is a secret only where a value stands: `is secret,`, `"secret"`; another text at word boundaries or when long. */
function isMention(message: string, { start, end }: Span): boolean {
  const text = message.slice(start, end)
  const [before, after] = [message.slice(Math.max(0, start - 12), start), message.slice(end, end + 2)]
  const isApart = !/\w$/.test(before) && !/^\w/.test(after)
  // a letter or two are a word of any sentence, unless they stand in quotes
  if (text.length < 3 && !/["“'`]$/.test(before)) return false
  if (!isWord(text)) return isApart || text.length >= shortest
  // the name of a key or of a field stands in backticks, too
  return isApart && /(?:\b(?:is|was|value|of|from|to|got)\s|["“'][^"'\s]{0,8}|:\s|=\s?|^`)$/i.test(before) && !/^[.[]/.test(after)
}

/** A word that sentences are made of, or a small number. */
function isWord(text: string): boolean {
  return /^(?:[A-Za-z][a-z-]{0,14}|[A-Z]{2,10}|\d{1,2})$/.test(text) || mask === text
}
