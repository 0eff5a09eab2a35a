// Does PostgreSQL read a text as a point in time while it reads its configuration file?
// Reproduces `ParseDateTime` and `DecodeDateTime` of src/backend/utils/adt/datetime.c with DateStyle MDY. At that time no
// abbreviations of time zones are loaded, so `Z` is unknown and `UTC` is a file.
import { zoneNamed } from './time-zone.ts'

type Kind = 'date' | 'time' | 'number' | 'zone' | 'word' | 'special'
interface Token {
  readonly kind: Kind
  readonly text: string
}

const patterns: readonly (readonly [RegExp, Kind])[] = [
  [/\d+:[\d:.]*/y, 'time'],
  [/\d+([-/])(?:\d+(?:\1[\d/-]*)?|[A-Za-z0-9/-]*)/y, 'date'],
  [/\d+\.\d+\.[\d.]*/y, 'date'],
  [/\d+\.(?=[A-Za-z])[A-Za-z0-9.]*/y, 'date'],
  [/\d+(?:\.\d*)?/y, 'number'],
  [/\.\d*/y, 'number'],
  [/[A-Za-z]+[-/.][A-Za-z0-9+\-/_.:]*/y, 'date'],
  [/[A-Za-z]+/y, 'word'],
  [/[+-][ \t\n\v\f\r]*\d[\d:.-]*/y, 'zone'],
  [/[+-][ \t\n\v\f\r]*[A-Za-z]+/y, 'special'],
]
const zoneRest = /[A-Za-z0-9+\-/_.:]*/y
const ignored = /[ \t\n\v\f\r]|(?![+-])[!-/:-@[-`{-~]/y
const tokensAtMost = 25

/** Undefined: some character begins nothing. */
function tokensOf(text: string): Token[] | undefined {
  const tokens: Token[] = []
  for (let at = 0; at < text.length;) {
    const found = matchAt(text, at)
    if (found !== undefined) {
      tokens.push(found)
      at += found.text.length
    } else {
      ignored.lastIndex = at
      if (!ignored.test(text)) return undefined
      at++
    }
  }
  return tokens.length > tokensAtMost ? undefined : tokens
}

function matchAt(text: string, at: number): Token | undefined {
  for (const [pattern, kind] of patterns) {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found === undefined) continue
    const end = at + found.length
    // a word before a digit is the name of a time zone, unless it has a meaning of its own
    const isZone = kind === 'word' && /[+\d]/.test(text[end] ?? '') && !isOwnWord(found.toLowerCase())
    if (!isZone) return { kind, text: found.toLowerCase() }
    zoneRest.lastIndex = end
    return { kind: 'date', text: (found + (zoneRest.exec(text)?.[0] ?? '')).toLowerCase() }
  }
  return undefined
}

type Part = 'year' | 'month' | 'day' | 'time' | 'zone'
/** What was read so far; a part that is given twice makes the text invalid. */
type Parts = Map<Part, number>
type Answer = 'no' | 'open' | undefined

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const longMonths = 'january february march april may june july august september october november december sept'.split(' ')
const wordsOfDay = new Set(
  'sun sunday mon monday tue tues tuesday wed weds wednesday thu thur thurs thursday fri friday sat saturday at on'.split(' '),
)
/** Not a point in time of its own, or one that the parameter does not take. */
const otherKinds = new Set('infinity -infinity +infinity epoch'.split(' '))
const latestYear = 294_276

/** Whether `recovery_target_time` takes the text; what is unusual counts as taken. Reproduces `check_recovery_target_time`. */
export function isPointInTime(text: string): boolean {
  if (['now', 'today', 'tomorrow', 'yesterday'].includes(text)) return false
  const tokens = tokensOf(text)
  if (tokens === undefined) return false
  const parts: Parts = new Map()
  for (const [index, token] of tokens.entries()) {
    const answer = read(token, parts, tokens[index + 1])
    if (answer === 'open') return mayHoldDate(tokens)
    if (answer === 'no') return false
  }
  const [year, month, day] = [parts.get('year'), parts.get('month'), parts.get('day')]
  if (year === undefined || month === undefined || day === undefined) return false
  return isDate(year, month, day)
}

/** Whether there is enough for a year, a month and a day, however they are written. */
function mayHoldDate(tokens: readonly Token[]): boolean {
  const isWhole = ({ kind, text }: Token): boolean =>
    kind === 'date' || /^\d{5,}|\d\./.test(text) || /^(?:now|today|tomorrow|yesterday|j|jd|julian)$/.test(text)
  return tokens.some(isWhole) || tokens.filter(({ kind, text }) => kind === 'number' || monthOf(text) !== undefined).length >= 3
}

function read({ kind, text }: Token, parts: Parts, next: Token | undefined): Answer {
  switch (kind) {
    case 'date':
      return parts.has('month') && parts.has('day') ? (/^\d/.test(text) ? 'open' : zone(text, parts)) : readDate(text, parts)
    case 'time':
      return isTime(text) ? set(parts, 'time', 1) : 'no'
    case 'zone':
      return isOffset(text) ? set(parts, 'zone', 1) : 'no'
    case 'number':
      return readNumber(text, parts)
    case 'word':
      return readWord(text, parts, next)
    case 'special':
      return 'no'
  }
}

function set(parts: Parts, part: Part, value: number): Answer {
  if (parts.has(part)) return 'no'
  parts.set(part, value)
  return undefined
}

function zone(text: string, parts: Parts): Answer {
  return zoneNamed(text) === 'unknown' ? 'no' : set(parts, 'zone', 1)
}

function readWord(text: string, parts: Parts, next: Token | undefined): Answer {
  if (text === 't') {
    const isDated = parts.has('year') && parts.has('month') && parts.has('day')
    return isDated && next !== undefined && ['number', 'time', 'date'].includes(next.kind) ? undefined : 'no'
  }
  if (otherKinds.has(text)) return 'no'
  if (text === 'allballs') return set(parts, 'time', 1)
  const month = monthOf(text)
  if (month !== undefined) return parts.has('month') ? 'open' : set(parts, 'month', month)
  if (wordsOfDay.has(text) || text === 'ad') return undefined
  // `BC`, `PM`, units and what else changes the meaning of its neighbours
  if (/^(?:now|today|tomorrow|yesterday|am|pm|dst|jd|julian|[dhjmsy])$/.test(text)) return 'open'
  if (text === 'bc') return parts.size === 0 ? 'no' : 'open'
  return zone(text, parts)
}

/** Words of `datetktbl`; of units the letters that stand alone. */
function isOwnWord(text: string): boolean {
  return (
    monthOf(text) !== undefined ||
    wordsOfDay.has(text) ||
    otherKinds.has(text) ||
    /^(?:now|today|tomorrow|yesterday|allballs|a[dm]|bc|pm|dst|dow|doy|isodow|isoyear|julian|jd|[dhjmsty])$/.test(text)
  )
}

function monthOf(text: string): number | undefined {
  const index = months.indexOf(text)
  const long = longMonths.indexOf(text)
  return index >= 0 ? index + 1 : long === 12 ? 9 : long >= 0 ? long + 1 : undefined
}

function readDate(text: string, parts: Parts): Answer {
  const pieces = text.split(/[^\da-z]+/).filter((piece) => piece !== '')
  if (pieces.some((piece) => !/^\d+$/.test(piece) && monthOf(piece) === undefined)) return 'no'
  const [first = '', second = '', third = ''] = pieces
  if (pieces.length === 2 && /^\d{4}$/.test(first) && /^\d{3}$/.test(second)) return 'open'
  if (pieces.length > 3 && pieces.every((piece) => /^\d+$/.test(piece))) return 'no'
  if (pieces.length !== 3) return pieces.length < 3 && parts.size === 0 ? 'no' : 'open'
  if (first.length < 3 || monthOf(first) !== undefined) return american(first, second, third, parts)
  return set(parts, 'year', Number(first)) ?? set(parts, 'month', monthOf(second) ?? Number(second)) ?? set(parts, 'day', Number(third))
}

/** `month/day/year`, and with a month in letters any order. */
function american(first: string, second: string, third: string, parts: Parts): Answer {
  if (!/^\d+$/.test(first + second + third)) return 'open'
  const year = third.length <= 2 ? 2000 + Number(third) : Number(third)
  return set(parts, 'month', Number(first)) ?? set(parts, 'day', Number(second)) ?? set(parts, 'year', year)
}

function readNumber(text: string, parts: Parts): Answer {
  const isDated = parts.has('year') && parts.has('month') && parts.has('day')
  // the last two digits are the day, the two before them the month
  if (/^\d{6,}$/.test(text) && parts.size === 0) {
    const year = Number(text.slice(0, -4))
    const isShort = text.length === 6
    return (
      set(parts, 'year', isShort ? 2000 + year : year) ??
      set(parts, 'month', Number(text.slice(-4, -2))) ??
      set(parts, 'day', Number(text.slice(-2)))
    )
  }
  // what is left is a year, a day or a time without colons; on its own it is no date
  if (text.length < 6 && parts.size === 0) return set(parts, 'day', Number(text))
  return isDated && !parts.has('time') && !/^\d{4}(?:\d\d)?(?:\.\d*)?$/.test(text) ? 'no' : 'open'
}

function isTime(text: string): boolean {
  const found = /^(\d+):(\d+)(?::(\d+)?(?:\.(\d*))?)?$/.exec(text)
  if (found === null) return /^\d+:\d+\.\d*$/.test(text)
  const [hour = 0, minute = 0, second = 0] = found.slice(1, 4).map((digits) => Number(digits ?? 0))
  return minute < 60 && second <= 60 && (hour < 24 || (hour === 24 && minute === 0 && second === 0))
}

function isOffset(text: string): boolean {
  const found = /^[+-]\s*(\d+)(?::(\d+)(?::(\d+))?)?$/.exec(text)
  if (found === null) return false
  const [, digits = '', minutes, seconds] = found
  const isPacked = minutes === undefined && digits.length > 2
  const hours = Number(isPacked ? digits.slice(0, -2) : digits)
  const rest = Number(isPacked ? digits.slice(-2) : (minutes ?? 0))
  return hours <= 15 && rest < 60 && Number(seconds ?? 0) < 60
}

function isDate(year: number, month: number, day: number): boolean {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  return days !== undefined && day >= 1 && day <= days && year > 0 && year <= latestYear
}
