// How does a rule word a finding, so that the report still knows which parts came from the input?
import type { FieldPart, HerePart, Message, Part, ShownPart } from './finding.ts'
import type { Json, Path, Value } from '../values/value.ts'
import { describe } from '../values/describe.ts'
import { formatPath } from '../values/path.ts'
import { printed } from '../values/printed.ts'
import { trimEndOf } from '../values/trim.ts'

/**
 * Tags a template: its words are the rule's own, what is in `${…}` is a part, another message, or plain words.
 * `phrase`${fieldAt(path)} is ${shown(size)}, but must be more than 0``
 */
export function phrase(words: TemplateStringsArray, ...parts: readonly (Part | Message | number | undefined)[]): Message {
  const all: Part[] = []
  for (const [index, text] of words.entries()) {
    if (text !== '') all.push(text)
    const part = parts[index]
    if (typeof part === 'number') all.push(printed(part))
    else if (isMessage(part)) for (const one of part) all.push(one)
    else if (part !== undefined && part !== '') all.push(part)
  }
  return all
}

function isMessage(part: Part | Message | number | undefined): part is Message {
  return Array.isArray(part)
}

/** A value as it was written: texts in quotes, nothing as `empty`; maps and lists are named by their kind only. */
export function shown(value: Json | undefined): ShownPart {
  return { shown: written(value) }
}

function written(value: Json | undefined): string {
  if (value === undefined || value === '') return 'empty'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  return typeof value === 'string' ? JSON.stringify(value) : printed(value)
}

/** A name or a text from the input, without added quotes. */
export function named(text: string | number | boolean | null | undefined): ShownPart {
  return { shown: printed(text) }
}

/** The name of a key: shown even where its value is a secret. */
export function keyName(name: string): ShownPart {
  return { shown: name, isName: true }
}

/** A text whose end says more than its beginning, such as a place in a bucket. */
export function ending(text: string): ShownPart {
  return { shown: text, keep: 'end' }
}

/** A value of a file, with what it is: `the number 5`, `a list`. */
export function described(value: Value | undefined): ShownPart {
  return { shown: describe(value) }
}

/** The field at the finding's first place; `as`: its name where it was not written in a file. */
export function here(as: string): HerePart {
  return { here: as }
}

/** The label of a place for which a rule gives none. */
export const takesPart: Message = ['this takes part in it']

/** A field of the rule's subject; `as`: its name where it was not written in a file, as in a manifest. */
export function fieldAt(path: Path, as?: string): FieldPart {
  return as === undefined ? { field: path } : { field: path, as }
}

/** The longest message; the rule's own words are never cut, so a wordy rule may exceed it. */
const longest = 120
/** At least this much of a value is shown. */
const shortestValue = 20

/** A message as text: if it is too long, values and then the beginnings of paths are shortened, never the rule's own words. */
export function textOf(message: Message, limit = longest): string {
  const texts = message.map(fullText)
  let excess = texts.reduce((sum, text) => sum + text.length, 0) - limit
  if (excess <= 0) return texts.join('')
  const values = message.flatMap((one, index) => (typeof one === 'object' && 'shown' in one ? [index] : []))
  const cap = capFor(
    values.map((index) => (texts[index] as string).length),
    excess,
  )
  for (const index of values) {
    const text = texts[index] as string
    texts[index] = cut(text, cap, message[index] as ShownPart)
    excess -= text.length - texts[index].length
  }
  for (const [index, one] of message.entries()) {
    if (excess <= 0) break
    if (typeof one !== 'object' || !('field' in one) || one.as !== undefined) continue
    const text = texts[index] as string
    texts[index] = one.short ?? shortPath(one.field, text.length - excess)
    excess -= text.length - texts[index].length
  }
  return texts.join('')
}

function fullText(one: Part): string {
  if (typeof one === 'string') return one
  if ('shown' in one) return one.shown
  return 'here' in one ? one.here : (one.as ?? formatPath(one.field))
}

/** The length to which the longest values are cut, so that together they lose `excess` characters. */
function capFor(lengths: readonly number[], excess: number): number {
  const sorted = lengths.toSorted((a, b) => b - a)
  const total = sorted.reduce((sum, length) => sum + length, 0)
  let rest = total - excess
  for (const [index, length] of sorted.toReversed().entries()) {
    const cap = Math.floor(rest / (sorted.length - index))
    if (length > cap) return Math.max(cap, shortestValue)
    rest -= length
  }
  return Number.POSITIVE_INFINITY
}

/** The beginning of a value; an opening quote is closed again, and no character is cut in half. */
function cut(text: string, length: number, { keep }: Pick<ShownPart, 'keep'>): string {
  if (text.length <= length) return text
  if (keep === 'end') return `…${text.slice(1 - length).replace(/^[\udc00-\udfff]/, '')}`
  const quote = /^["'`]/.exec(text)?.[0] ?? ''
  const kept = text.slice(0, Math.max(1, length - 1 - quote.length)).replace(/[\ud800-\udbff]$/, '')
  return `${trimEndOf(kept, '\\')}…${quote}`
}

/** A path that is too long loses its first steps. */
function shortPath(path: Path, length: number): string {
  for (let from = 1; from < path.length; from++) {
    if (typeof path[from] === 'number') continue
    const text = formatPath(path.slice(from))
    if (text.length <= length) return text
  }
  return cut(formatPath(path.slice(-1)), Math.max(length, shortestValue), {})
}
