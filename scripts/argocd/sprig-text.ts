// Which Sprig functions work on text?
import { formatValue, quoteGo } from './go-format.ts'
import { takes, takesMore } from './go-function.ts'
import type { GoFunctions } from './go-function.ts'
import { TemplateError, isStruct, typedList } from './go-value.ts'
import type { GoValue } from './go-value.ts'

/** `strval`: how Sprig turns anything into text. */
export function textOf(value: GoValue): string {
  return typeof value === 'string' ? value : formatValue(value)
}

/** Go slices texts by bytes; a cut inside a character leaves U+FFFD. */
function bytes(text: string, from: number, to?: number): string {
  const buffer = Buffer.from(text)
  if (from < 0 || from > buffer.length || (to !== undefined && (to > buffer.length || to < from)))
    throw new TemplateError('slice bounds out of range')
  return buffer.subarray(from, to).toString()
}
const size = (text: string): number => Buffer.byteLength(text)

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

function trimSet(text: string, set: string): string {
  const members = new Set(set)
  const characters = [...text]
  let [from, to] = [0, characters.length]
  while (from < to && members.has(characters[from] as string)) from++
  while (to > from && members.has(characters[to - 1] as string)) to--
  return characters.slice(from, to).join('')
}

/** `goutils.WrapCustom` at blanks; `breakWords` cuts words that are longer than the width. */
function wrap(text: string, width: number, mark: { lineBreak: string; breakWords: boolean }): string {
  const limit = Math.max(1, width)
  let rest = text
  let out = ''
  while (rest.length > limit) {
    if (rest.startsWith(' ')) {
      rest = rest.slice(1)
      continue
    }
    const space = rest.lastIndexOf(' ', limit)
    const following = rest.indexOf(' ', limit)
    const cut = space >= 0 ? space : mark.breakWords ? limit : following
    if (cut < 0) break
    out += rest.slice(0, cut) + mark.lineBreak
    rest = rest.slice(space >= 0 || !mark.breakWords ? cut + 1 : cut)
  }
  return out + rest
}

const isUpper = (character: string): boolean => /\p{Lu}/u.test(character)
const isWordy = (character: string): boolean => /[\p{L}\p{Nd}]/u.test(character)

/** Go changes the case of each character alone: `ß` has no single capital and stays. */
export function upper(text: string): string {
  return [...text].map((character) => ([...character.toUpperCase()].length === 1 ? character.toUpperCase() : character)).join('')
}
export function lower(text: string): string {
  return [...text].map((character) => [...character.toLowerCase()][0] ?? '').join('')
}

const isConnector = (character: string): boolean => /[-_\s]/u.test(character)

/** `xstrings.ToSnakeCase`: words at case changes, digits and separators; `http2xx` is `http_2xx`, `Bld4Floor` is `bld4_floor`. */
function splitWords(text: string, connector: string): string {
  const word = /\d+\p{Ll}[\p{Ll}\d]*|(?:\p{Lu}+(?=\p{Lu}\p{Ll})|\p{Lu}?\p{Ll}+|\p{Lu}+)(?:\d+(?![\p{Ll}\d]))?|\d+|[^\p{L}\d]+|\p{L}/gu
  const parts = text.split(/([-_\s])/u)
  return parts
    .map((part) => (part.length === 1 && isConnector(part) ? connector : lower((part.match(word) ?? []).join(connector))))
    .join('')
}

/** `xstrings.ToPascalCase`: separators go, except leading, trailing and doubled ones. */
function camelCase(text: string): string {
  const characters = [...text]
  const start = characters.findIndex((character) => !isConnector(character))
  if (start < 0) return text
  let out = characters.slice(0, start).join('')
  let previous = upper(characters[start] ?? '')
  let capitals = isUpper(characters[start] ?? '')
  for (const character of characters.slice(start + 1)) {
    let now = character
    if (isConnector(previous)) {
      if (isConnector(now)) out += previous
      else {
        capitals = isUpper(now)
        now = upper(now)
      }
    } else {
      out += previous
      if (capitals && isUpper(now)) now = lower(now)
      else if (!isConnector(now)) capitals = false
    }
    previous = now
  }
  return out + previous
}

/** `strings.Title`: a capital after a separator, which is any ASCII sign but letters, digits and `_`, or a blank. */
function title(text: string): string {
  let separated = true
  let out = ''
  for (const character of text) {
    out += separated ? upper(character) : character
    separated = /[\0-\x7f]/.test(character) ? !/\w/.test(character) : !isWordy(character) && /\s/u.test(character)
  }
  return out
}

function swapCase(text: string): string {
  return [...text].map((character) => (isUpper(character) ? lower(character) : upper(character))).join('')
}

const indent = (width: number, text: string): string => {
  const pad = ' '.repeat(checkCount(width))
  return pad + text.replaceAll('\n', `\n${pad}`)
}

function checkCount(count: number): number {
  if (count < 0) throw new TemplateError('negative repeat count')
  if (count > 1_000_000) throw new TemplateError('text is too long')
  return count
}

const stated = (values: readonly GoValue[]): GoValue[] => values.filter((value) => value !== null && value !== undefined)

/** A quoted text: `strconv.Quote` of the printed value. */
function quoteAll(values: readonly GoValue[]): string {
  return stated(values)
    .map((value) => quoteGo(isStruct(value) ? value.text : textOf(value)))
    .join(' ')
}

function split(separator: string, text: string): string[] {
  return separator === '' ? [...text] : text.split(separator)
}

function replace(from: string, to: string, text: string): string {
  return from === '' ? `${to}${[...text].map((character) => character + to).join('')}` : text.split(from).join(to)
}

const numbered = (parts: readonly string[]): GoValue => new Map(parts.map((part, index) => [`_${index}`, part]))

function splitAtMost(separator: string, count: number, text: string): string[] {
  if (count === 0) return []
  const parts = split(separator, text)
  if (count < 0 || parts.length <= count) return parts
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)]
}

/** SanitizeName of Argo CD: a DNS subdomain of at most 253 characters. */
export function normalizeName(text: string): string {
  const clean = lower(text)
    .replace(/[^-a-z0-9.]/gu, '-')
    .slice(0, 253)
  return clean.replace(/^[-.]+|[-.]+$/g, '')
}

export const textFunctions: GoFunctions = {
  abbrev: takes(['int', 'string'], (width, text) => abbreviate(text, 0, width)),
  abbrevboth: takes(['int', 'int', 'string'], (left, width, text) =>
    width < 4 || (left > 0 && width < 7) ? text : abbreviate(text, left, width),
  ),
  trunc: takes(['int', 'string'], truncate),
  trim: takes(['string'], (text) => text.replace(/^[\s\u0085]+|[\s\u0085]+$/gu, '')),
  upper: takes(['string'], upper),
  lower: takes(['string'], lower),
  title: takes(['string'], title),
  untitle: takes(['string'], (text) => text.replace(/(^|\s)(\S)/gu, (_, blank: string, first: string) => blank + lower(first))),
  substr: takes(['int', 'int', 'string'], substring),
  repeat: takes(['int', 'string'], (count, text) => text.repeat(checkCount(count))),
  trimAll: takes(['string', 'string'], (set, text) => trimSet(text, set)),
  trimSuffix: takes(['string', 'string'], (end, text) => (end !== '' && text.endsWith(end) ? text.slice(0, -end.length) : text)),
  trimPrefix: takes(['string', 'string'], (start, text) => (text.startsWith(start) ? text.slice(start.length) : text)),
  nospace: takes(['string'], (text) => text.replace(/\s/gu, '')),
  initials: takes(['string'], (text) =>
    text
      .split(/\s+/u)
      .map((part) => [...part][0] ?? '')
      .join(''),
  ),
  swapcase: takes(['string'], swapCase),
  snakecase: takes(['string'], (text) => splitWords(text, '_')),
  camelcase: takes(['string'], camelCase),
  kebabcase: takes(['string'], (text) => splitWords(text, '-')),
  wrap: takes(['int', 'string'], (width, text) => wrap(text, width, { lineBreak: '\n', breakWords: false })),
  wrapWith: takes(['int', 'string', 'string'], (width, lineBreak, text) => wrap(text, width, { lineBreak, breakWords: true })),
  contains: takes(['string', 'string'], (part, text) => text.includes(part)),
  hasPrefix: takes(['string', 'string'], (start, text) => text.startsWith(start)),
  hasSuffix: takes(['string', 'string'], (end, text) => text.endsWith(end)),
  quote: takesMore([], 'any', quoteAll),
  squote: takesMore([], 'any', (values) =>
    stated(values)
      .map((value) => `'${formatValue(value)}'`)
      .join(' '),
  ),
  cat: takesMore([], 'any', (values) => stated(values).map(formatValue).join(' ')),
  indent: takes(['int', 'string'], indent),
  nindent: takes(['int', 'string'], (width, text) => `\n${indent(width, text)}`),
  replace: takes(['string', 'string', 'string'], replace),
  plural: takes(['string', 'string', 'int'], (one, many, count) => (count === 1 ? one : many)),
  toString: takes(['any'], textOf),
  split: takes(['string', 'string'], (separator, text) => numbered(split(separator, text))),
  splitn: takes(['string', 'int', 'string'], (separator, count, text) => numbered(splitAtMost(separator, count, text))),
  splitList: takes(['string', 'string'], (separator, text) => typedList('[]string', split(separator, text))),
  hello: takes([], () => 'Hello!'),
  normalize: takes(['string'], normalizeName),
  slugify: takesMore([], 'any', slugify),
}

/** SlugifyName of Argo CD: `slugify [size [smart]] text`, where a smart cut keeps whole words. */
function slugify(args: readonly GoValue[]): string {
  const text = args.at(-1)
  const [size = { go: 'integer', type: 'int', value: 50n }, smart = false] = args.slice(0, -1)
  if (
    typeof text !== 'string' ||
    typeof size !== 'object' ||
    size === null ||
    !('go' in size) ||
    size.go !== 'integer' ||
    typeof smart !== 'boolean'
  )
    throw new TemplateError('slugify takes a size, true or false, and a text')
  const limit = Number(size.value)
  let slug = normalizeName(text)
  if (!smart && slug.length >= limit) slug = bytes(slug, 0, limit)
  slug = slug
    .replace(/[^a-z0-9_-]/g, '-')
    .replace(/-+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '')
  if (!smart || limit <= 0 || slug.length <= limit) return slug
  let cut = ''
  const words = slug.split(/(?<=-)/)
  if ((words[0] ?? '').length > limit) return (words[0] ?? '').slice(0, limit)
  for (const part of words) {
    if (cut.length + part.length - 1 > limit) break
    cut += part
  }
  return cut.replace(/^-+|-+$/g, '')
}
