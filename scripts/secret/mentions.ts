// Where does a sentence mention one of many texts, however many they are?
import type { Span } from '../values/value.ts'
import { mask } from './names.ts'

/** Messages shorten long texts: this many characters of a secret's beginning count as a mention. */
const shortest = 8
/** Character comparisons per character of a message; beyond that, what begins like a secret counts as one. */
const comparisonsPerCharacter = 50

/** Texts that begin with the same characters, sorted: the one that shares most with a message is adjacent to the message's place in this order. */
interface Group {
  readonly texts: readonly string[]
  /** for each text the index of the longest one that it begins with, -1: none */
  readonly beginnings: readonly number[]
}

/** Finds where a message mentions a text or, if it is long, the beginning of it. The cost hardly grows with the number of texts. */
export function mentionFinder(all: Iterable<string>): (message: string) => Span[] {
  const heads = new Map<string, string[]>()
  for (const text of new Set(all)) {
    const head = text.slice(0, shortest)
    const own = heads.get(head)
    if (own === undefined) heads.set(head, [text])
    else own.push(text)
  }
  const lengths = [...new Set([...heads.keys()].map(({ length }) => length))]
  const firsts = new Set([...heads.keys()].map((head) => head.charCodeAt(0)))
  const groups = new Map<string, Group>()
  const groupOf = (head: string, texts: readonly string[]): Group => {
    const known = groups.get(head)
    if (known !== undefined) return known
    const made = grouped(texts)
    groups.set(head, made)
    return made
  }
  return (message) => {
    const spans: Span[] = []
    if (lengths.length === 0) return spans
    const work = { left: comparisonsPerCharacter * message.length + 10_000 }
    let covered = 0
    for (let at = 0; at < message.length; at++) {
      // nothing is compared for long twice: what is inside a mention is hidden with it
      if (!firsts.has(message.charCodeAt(at)) || (work.left < 0 && at < covered)) continue
      for (const length of lengths) {
        const head = message.slice(at, at + length)
        const texts = head.length === length ? heads.get(head) : undefined
        if (texts === undefined) continue
        for (const span of mentionsAt({ message, at, work }, groupOf(head, texts))) {
          spans.push(span)
          covered = Math.max(covered, span.end)
        }
      }
    }
    return spans
  }
}

function grouped(some: readonly string[]): Group {
  // by code unit, as the comparisons below
  const texts = [...some].sort((a, b) => (a < b ? -1 : 1))
  const beginnings: number[] = []
  for (const [index, text] of texts.entries()) {
    let before = index - 1
    while (before >= 0 && !text.startsWith(texts[before] as string)) before = beginnings[before] as number
    beginnings.push(before)
  }
  return { texts, beginnings }
}

interface Position {
  readonly message: string
  readonly at: number
  readonly work: { left: number }
}

function* mentionsAt(position: Position, { texts, beginnings }: Group): Iterable<Span> {
  const { message, at, work } = position
  let [low, high] = [0, texts.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const text = texts[middle] as string
    const same = common(text, position)
    if (same === text.length || text.charCodeAt(same) < message.charCodeAt(at + same)) low = middle + 1
    else high = middle
  }
  const candidates = low < texts.length ? [low] : []
  for (let index = low - 1; index >= 0; index = beginnings[index] as number) candidates.push(index)
  for (const index of candidates) {
    const text = texts[index] as string
    const same = common(text, position)
    if (same < Math.min(shortest, text.length)) continue
    const end = at + same
    // a part must be cut off there, or go on otherwise: `hunter2hun…`
    const isSharp =
      same === text.length || /\d/.test(text.slice(0, same)) || message.startsWith('…', end) || end === message.length || work.left < 0
    if (isSharp && isMention(message, { start: at, end })) {
      yield { start: at, end }
      return
    }
  }
}

/** How many characters of a text match at a position of a message. */
function common(text: string, { message, at, work }: Position): number {
  const most = Math.min(text.length, message.length - at)
  let same = 0
  while (same < most && text.charCodeAt(same) === message.charCodeAt(at + same)) same++
  work.left -= same + 1
  return same
}

/** An ordinary word is a secret only in the place of a value: `is secret,`, `"secret"`; any other text at word boundaries or when long. */
function isMention(message: string, { start, end }: Span): boolean {
  const text = message.slice(start, end)
  const [before, after] = [message.slice(Math.max(0, start - 12), start), message.slice(end, end + 2)]
  const isApart = !/\w$/.test(before) && !/^\w/.test(after)
  // a letter or two occur in any sentence, unless they are quoted
  if (text.length < 3 && !/["“'`]$/.test(before)) return false
  if (!isWord(text)) return isApart || text.length >= shortest
  // names of keys and fields are in backticks, too
  return isApart && /(?:\b(?:is|was|value|of|from|to|got)\s|["“'][^"'\s]{0,8}|:\s|=\s?|^`)$/i.test(before) && !/^[.[]/.test(after)
}

/** A word that sentences are made of, or a small number. */
export function isWord(text: string): boolean {
  return /^(?:[A-Za-z][a-z-]{0,14}|[A-Z]{2,10}|\d{1,2})$/.test(text) || mask === text
}
