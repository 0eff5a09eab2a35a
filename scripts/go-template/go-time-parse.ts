// Which moment does a text say in a layout of Go, or why none?
import { days, local, months, parts } from './go-time-layout.ts'
import type { Moment } from './go-time-layout.ts'

/** What has been read so far; `at` is where the rest begins. */
interface Read {
  readonly text: string
  at: number
  /** what is more than it may be */
  outOf: string | undefined
  year: number
  month: number
  day: number
  dayOfYear: number
  hour: number
  minute: number
  second: number
  nanoseconds: number
  half: 'am' | 'pm' | undefined
  offset: number | undefined
  zone: string
}

/** `time.ParseInLocation`; or why the text is no such time, in the words of `time.ParseError`. */
export function parseMoment(layout: string, text: string): Moment | { readonly why: string } {
  const start = `parsing time ${quoteTime(text)}`
  const mismatch = (part: string, at: number): { readonly why: string } => ({
    why: `${start} as ${quoteTime(layout)}: cannot parse ${quoteTime(text.slice(at))} as ${quoteTime(part)}`,
  })
  const date = { year: 0, month: -1, day: -1, dayOfYear: -1, half: undefined, offset: undefined, zone: '' }
  const read: Read = { text, at: 0, outOf: undefined, hour: 0, minute: 0, second: 0, nanoseconds: 0, ...date }
  let from = 0
  const found = [...layout.matchAll(parts)]
  for (const [index, match] of found.entries()) {
    const prefix = layout.slice(from, match.index)
    if (!skip(read, prefix)) return mismatch(prefix, read.at)
    from = match.index + match[0].length
    const next = found[index + 1]
    const fractionFollows = next !== undefined && next.index === from && /^[.,]/.test(next[0])
    const before = read.at
    const isRead = readPart(read, match[0], fractionFollows)
    if (read.outOf !== undefined) return { why: `${start}: ${read.outOf} out of range` }
    if (!isRead) return mismatch(match[0], before)
  }
  const rest = layout.slice(from)
  if (!skip(read, rest)) return mismatch(rest, read.at)
  if (read.at < text.length) return { why: `${start}: extra text: ${quoteTime(text.slice(read.at))}` }
  const moment = momentOf(read)
  return typeof moment === 'string' ? { why: `${start}: ${moment}` } : moment
}

/** `quote` of package time: every byte that is not printable ASCII is written in hexadecimal digits. */
function quoteTime(text: string): string {
  const hex = (character: string): string =>
    [...Buffer.from(character, 'utf8')].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
  return `"${text.replaceAll(/["\\]/g, '\\$&').replaceAll(/[^ -~]/gu, hex)}"`
}

/** What a part of a layout counts that has a greatest number. */
const counted = new Map<string, string>([
  ...(['01', '1'] as const).map((part) => [part, 'month'] as const),
  ...(['15', '03', '3'] as const).map((part) => [part, 'hour'] as const),
  ...(['04', '4'] as const).map((part) => [part, 'minute'] as const),
  ...(['05', '5'] as const).map((part) => [part, 'second'] as const),
])

/** A run of blanks in a layout matches any run of blanks. */
function skip(read: Read, prefix: string): boolean {
  for (const piece of prefix.match(/ +|[^ ]/gu) ?? []) {
    if (piece.startsWith(' ')) {
      if (read.at < read.text.length && read.text[read.at] !== ' ') return false
      while (read.text[read.at] === ' ') read.at++
    } else if (read.text.startsWith(piece, read.at)) read.at += piece.length
    else return false
  }
  return true
}

function take(read: Read, pattern: RegExp): string | undefined {
  const found = pattern.exec(read.text.slice(read.at))?.[0]
  if (found !== undefined) read.at += found.length
  return found
}

/** This many digits after a point or a comma. */
function takeDigits(read: Read, count: number): string | undefined {
  const rest = read.text.slice(read.at)
  const found = /^[.,]\d+/.exec(rest)?.[0].slice(0, count + 1)
  if (found === undefined || found.length <= count) return undefined
  read.at += found.length
  return found
}

function takeName(read: Read, names: readonly string[]): number {
  const rest = read.text.slice(read.at).toLowerCase()
  const index = names.findIndex((name) => rest.startsWith(name.toLowerCase()))
  read.at += names[index]?.length ?? 0
  return index
}

const short = (names: readonly string[]): string[] => names.map((name) => name.slice(0, 3))

function readPart(read: Read, part: string, fractionFollows: boolean): boolean {
  const number = (pattern: RegExp, set: (value: number) => void, most = Infinity): boolean => {
    const digits = take(read, pattern)
    if (digits === undefined) return false
    if (Number(digits) > most || (part.endsWith('1') && Number(digits) === 0 && most === 12)) read.outOf = counted.get(part)
    if (read.outOf !== undefined) return false
    set(Number(digits))
    return true
  }
  const loose = /^\d\d?/
  switch (part) {
    case 'January':
    case 'Jan':
      return (read.month = takeName(read, part === 'Jan' ? short(months) : months) + 1) > 0
    case 'Monday':
    case 'Mon':
      return takeName(read, part === 'Mon' ? short(days) : days) >= 0
    case '2006':
      return number(/^\d{4}/, (value) => (read.year = value))
    case '06':
      return number(/^\d\d/, (value) => (read.year = value + (value >= 69 ? 1900 : 2000)))
    case '01':
    case '1':
      return number(part === '1' ? loose : /^\d\d/, (value) => (read.month = value), 12)
    case '02':
    case '_2':
    case '2':
      if (part === '_2') take(read, /^ /)
      return number(part === '02' ? /^\d\d/ : loose, (value) => (read.day = value))
    case '002':
    case '__2':
      if (part === '__2') take(read, /^ {0,2}/)
      return number(part === '002' ? /^\d{3}/ : /^\d{1,3}/, (value) => (read.dayOfYear = value))
    case '15':
      return number(loose, (value) => (read.hour = value), 23)
    case '03':
    case '3':
      return number(part === '3' ? loose : /^\d\d/, (value) => (read.hour = value), 12)
    case '04':
    case '4':
      return number(part === '4' ? loose : /^\d\d/, (value) => (read.minute = value), 59)
    case '05':
    case '5':
      if (!number(part === '5' ? loose : /^\d\d/, (value) => (read.second = value), 59)) return false
      if (!fractionFollows) readFraction(read, take(read, /^[.,]\d+/))
      return true
    case 'PM':
    case 'pm': {
      const half = take(read, part === 'PM' ? /^[AP]M/ : /^[ap]m/)?.toLowerCase()
      if (half === 'am' || half === 'pm') read.half = half
      return half !== undefined
    }
    case 'MST':
      return readZoneName(read)
    default:
      if (/^[.,]0/.test(part)) return readFraction(read, takeDigits(read, part.length - 1))
      if (/^[.,]/.test(part)) return readFraction(read, take(read, /^[.,]\d+/)) || true
      return readOffset(read, part)
  }
}

function readFraction(read: Read, text: string | undefined): boolean {
  if (text !== undefined) read.nanoseconds = Number(text.slice(1, 10).padEnd(9, '0'))
  return text !== undefined
}

function readZoneName(read: Read): boolean {
  const name = take(
    read,
    /^(?:UTC|GMT(?:[-+](?:[01]?\d|2[0-3])(?!\d))?|[-+](?:[01]?\d|2[0-3])(?!\d)|(?:ChST|MeST|[A-Z]{4}T|[A-Z]{3}T|WITA|[A-Z]{3})(?![A-Z]))/,
  )
  if (name === undefined) return false
  if (name === 'UTC') read.offset = 0
  read.zone = name
  return true
}

function readOffset(read: Read, part: string): boolean {
  if (part.startsWith('Z') && take(read, /^Z/) !== undefined) {
    read.offset = 0
    read.zone = 'UTC'
    return true
  }
  const shape = part.slice(1).replaceAll(/\d\d/g, '(\\d\\d)')
  const text = take(read, new RegExp(`^[-+]${shape}`))
  const [hours = 0, minutes = 0, seconds = 0] = (text?.match(/\d\d/g) ?? []).map(Number)
  if (text === undefined) return false
  // people do write offsets of 24 hours and of 60 minutes
  const out = hours > 24 ? 'hour' : minutes > 60 ? 'minute' : seconds > 60 ? 'second' : undefined
  if (out !== undefined) read.outOf = `time zone offset ${out}`
  read.offset = (text.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds)
  return true
}

/** A text: why there is no such day. */
function momentOf(read: Read): Moment | string {
  let { hour, month, day } = read
  if (read.half === 'pm' && hour < 12) hour += 12
  if (read.half === 'am' && hour === 12) hour = 0
  if (read.dayOfYear >= 0) {
    const date = new Date(Date.UTC(2000, 0, 1))
    date.setUTCFullYear(read.year, 0, read.dayOfYear)
    if (read.dayOfYear < 1 || date.getUTCFullYear() !== read.year) return 'day-of-year out of range'
    if ((month >= 0 && month !== date.getUTCMonth() + 1) || (day >= 0 && day !== date.getUTCDate())) {
      return `day-of-year does not match ${month >= 0 && month !== date.getUTCMonth() + 1 ? 'month' : 'day'}`
    }
    ;[month, day] = [date.getUTCMonth() + 1, date.getUTCDate()]
  }
  if (month < 0) month = 1
  if (day < 0) day = 1
  const date = new Date(0)
  date.setUTCFullYear(read.year, month - 1, day)
  if (day < 1 || date.getUTCDate() !== day) return 'day out of range'
  const offset = read.offset ?? 0
  const seconds = date.getTime() / 1000 + hour * 3600 + read.minute * 60 + read.second - offset
  const isLocal = offset === 0 && (read.zone === '' || read.zone === 'UTC')
  return { seconds, nanoseconds: read.nanoseconds, zone: isLocal ? local : { name: read.zone, offset } }
}
