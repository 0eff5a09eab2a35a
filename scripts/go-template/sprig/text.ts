// Which Sprig functions work on text?
import type { Budget } from '../budget.ts'
import { bytesOf, textOfBytes } from '../go-bytes.ts'
import { formatValue } from '../go-format.ts'
import { quoteGo } from '../go-quote.ts'
import { takes, takesMore } from '../go-function.ts'
import type { GoFunctions } from '../go-function.ts'
import { TemplateError, bytesIn, isStruct, textMap, typedList } from '../go-value.ts'
import type { GoValue } from '../go-value.ts'

/** `strval`: how Sprig turns any value into a string. */
export function textOf(value: GoValue, budget: Budget): string {
  if (typeof value === 'string') return value
  const bytes = bytesIn(value)
  return bytes === undefined ? formatValue(value, budget) : textOfBytes(Buffer.from(bytes))
}

/** Go slices texts by bytes; a cut inside a character leaves stray bytes. */
function bytes(text: string, from: number, to?: number): string {
  const buffer = bytesOf(text)
  const refuse = (range: string): never => {
    throw new TemplateError(`runtime error: slice bounds out of range [${range}`)
  }
  const end = to ?? buffer.length
  if (end < 0) refuse(`:${end}]`)
  if (end > buffer.length) refuse(`:${end}] with length ${buffer.length}`)
  if (from < 0) refuse(`${from}:]`)
  if (from > end) refuse(`${from}:${end}]`)
  return textOfBytes(buffer.subarray(from, to))
}
const size = (text: string): number => bytesOf(text).length

function truncate(length: number, text: string): string {
  if (length < 0 && size(text) + length > 0) return bytes(text, size(text) + length)
  return length >= 0 && size(text) > length ? bytes(text, 0, length) : text
}

function substring(start: number, end: number, text: string): string {
  if (start < 0) return bytes(text, 0, end)
  return end < 0 || end > size(text) ? bytes(text, start) : bytes(text, start, end)
}

/** `goutils.AbbreviateFull`. */
function abbreviate(text: string, offset: number, width: number): string {
  if (width < 4) return text
  const length = size(text)
  if (length <= width) return text
  let start = Math.min(offset, length)
  if (length - start < width - 3) start = length - (width - 3)
  if (start <= 4) return `${bytes(text, 0, width - 3)}...`
  if (width < 7) throw new TemplateError('minimum abbreviation width with offset is 7')
  if (start + width - 3 < length) return `...${abbreviate(bytes(text, start), 0, width - 3)}`
  return `...${bytes(text, length - (width - 3))}`
}

/** `strings.TrimSpace`; a pattern for the end alone would try each run of blanks in the middle. */
function trimSpace(text: string): string {
  let to = text.length
  while (to > 0 && /\p{White_Space}/u.test(text[to - 1] as string)) to--
  return text.slice(0, to).replace(/^\p{White_Space}+/u, '')
}

function trimSet(text: string, set: string): string {
  const members = new Set(set)
  const characters = [...text]
  let [from, to] = [0, characters.length]
  while (from < to && members.has(characters[from] as string)) from++
  while (to > from && members.has(characters[to - 1] as string)) to--
  return characters.slice(from, to).join('')
}

/** `goutils.WrapCustom` at blanks, which counts bytes; `breakWords` cuts words that are longer than the width. */
function wrap(text: string, width: number, mark: { lineBreak: string; breakWords: boolean; budget: Budget }): string {
  const limit = Math.max(1, width)
  const lineBreak = mark.lineBreak === '' ? '\n' : mark.lineBreak
  mark.budget.characters(text.length + Math.ceil(text.length / limit) * lineBreak.length)
  // one character for each byte, so that indexes are Go's
  let rest = bytesOf(text).toString('latin1')
  let out = ''
  while (rest.length > limit) {
    if (rest.startsWith(' ')) {
      rest = rest.slice(1)
      continue
    }
    const space = rest.lastIndexOf(' ', limit)
    const cut = space >= 0 ? space : mark.breakWords ? limit : rest.indexOf(' ', limit)
    if (cut < 0) break
    out += fromBytes(rest.slice(0, cut)) + lineBreak
    rest = rest.slice(space >= 0 || !mark.breakWords ? cut + 1 : cut)
  }
  return out + fromBytes(rest)
}
const fromBytes = (latin: string): string => textOfBytes(Buffer.from(latin, 'latin1'))

/** `goutils.DeleteWhiteSpace` treats bytes as characters as soon as one of them is a blank. */
function withoutSpace(text: string): string {
  const bytewise = bytesOf(text).toString('latin1')
  return /\p{White_Space}/u.test(bytewise) ? bytewise.replace(/\p{White_Space}/gu, '') : text
}

/** `goutils.Initials`, also byte by byte. */
function initials(text: string): string {
  const words = bytesOf(text)
    .toString('latin1')
    .split(/\p{White_Space}+/u)
  return words.map((word) => word.slice(0, 1)).join('')
}

const indent = (width: number, text: string, budget: Budget): string => {
  const pad = repeated(' ', width, budget)
  budget.characters(text.length + pad.length * text.split('\n').length)
  return pad + text.replaceAll('\n', `\n${pad}`)
}

function repeated(text: string, count: number, budget: Budget): string {
  if (count < 0) throw new TemplateError('strings: negative Repeat count')
  budget.characters(text.length * count)
  return text === '' ? '' : text.repeat(count)
}

const stated = (values: readonly GoValue[]): GoValue[] => values.filter((value) => value !== null && value !== undefined)

/** A quoted text: `strconv.Quote` of the printed value. */
function quoteAll(values: readonly GoValue[], budget: Budget): string {
  return stated(values)
    .map((value) => quoteGo(isStruct(value) && value.addressed !== true ? value.text : textOf(value, budget)))
    .join(' ')
}

function split(separator: string, text: string, budget: Budget): string[] {
  // in the worst case as many parts as characters
  budget.steps(text.length / 4)
  budget.search(separator, text)
  return separator === '' ? [...text] : text.split(separator)
}

function replace(from: string, to: string, text: string, budget: Budget): string {
  budget.search(from, text)
  const count = from === '' ? text.length + 1 : to.length > from.length ? text.split(from).length - 1 : 0
  budget.characters(text.length + count * to.length)
  return from === '' ? `${to}${[...text].map((character) => character + to).join('')}` : text.split(from).join(to)
}

/** A map is several times as large as the list that it is made from. */
function numbered(parts: readonly string[], budget: Budget): GoValue {
  budget.elements(parts.length)
  return textMap(new Map(parts.map((part, index) => [`_${index}`, part])))
}

function splitAtMost(separator: string, count: number, text: string, budget: Budget): string[] {
  if (count === 0) return []
  const parts = split(separator, text, budget)
  if (count < 0 || parts.length <= count) return parts
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)]
}

const trimmed = takes(['string', 'string'], (set, text, budget) => {
  budget.eachCharacter(set)
  budget.eachCharacter(text)
  return trimSet(text, set)
})

export const textFunctions: GoFunctions = {
  abbrev: takes(['int', 'string'], (width, text) => abbreviate(text, 0, width)),
  abbrevboth: takes(['int', 'int', 'string'], (left, width, text) =>
    width < 4 || (left > 0 && width < 7) ? text : abbreviate(text, left, width),
  ),
  trunc: takes(['int', 'string'], truncate),
  trim: takes(['string'], trimSpace),
  substr: takes(['int', 'int', 'string'], substring),
  repeat: takes(['int', 'string'], (count, text, budget) => repeated(text, count, budget)),
  trimAll: trimmed,
  trimall: trimmed,
  trimSuffix: takes(['string', 'string'], (end, text) => (end !== '' && text.endsWith(end) ? text.slice(0, -end.length) : text)),
  trimPrefix: takes(['string', 'string'], (start, text) => (text.startsWith(start) ? text.slice(start.length) : text)),
  nospace: takes(['string'], (text, budget) => {
    budget.eachCharacter(text)
    return withoutSpace(text)
  }),
  initials: takes(['string'], (text, budget) => {
    budget.eachCharacter(text)
    return initials(text)
  }),
  wrap: takes(['int', 'string'], (width, text, budget) => wrap(text, width, { lineBreak: '\n', breakWords: false, budget })),
  wrapWith: takes(['int', 'string', 'string'], (width, lineBreak, text, budget) =>
    wrap(text, width, { lineBreak, breakWords: true, budget }),
  ),
  contains: takes(['string', 'string'], (part, text, budget) => {
    budget.search(part, text)
    return text.includes(part)
  }),
  hasPrefix: takes(['string', 'string'], (start, text) => text.startsWith(start)),
  hasSuffix: takes(['string', 'string'], (end, text) => text.endsWith(end)),
  quote: takesMore([], 'any', quoteAll),
  squote: takesMore([], 'any', (values, budget) =>
    stated(values)
      .map((value) => `'${formatValue(value, budget)}'`)
      .join(' '),
  ),
  cat: takesMore([], 'any', (values, budget) =>
    stated(values)
      .map((value) => formatValue(value, budget))
      .join(' '),
  ),
  indent: takes(['int', 'string'], indent),
  nindent: takes(['int', 'string'], (width, text, budget) => `\n${indent(width, text, budget)}`),
  replace: takes(['string', 'string', 'string'], replace),
  plural: takes(['string', 'string', 'int'], (one, many, count) => (count === 1 ? one : many)),
  toString: takes(['any'], textOf),
  split: takes(['string', 'string'], (separator, text, budget) => numbered(split(separator, text, budget), budget)),
  splitn: takes(['string', 'int', 'string'], (separator, count, text, budget) =>
    numbered(splitAtMost(separator, count, text, budget), budget),
  ),
  splitList: takes(['string', 'string'], (separator, text, budget) => typedList('[]string', split(separator, text, budget))),
  hello: takes([], () => 'Hello!'),
}
