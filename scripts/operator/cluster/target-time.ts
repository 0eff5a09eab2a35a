// Which recovery target times does the operator accept?
import { parseGoInteger } from '../go-text.ts'

const zoned = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:[.,][0-9]+)?(?:Z|[+-]([0-9]{2}):([0-9]{2}))?$/

/** PostgreSQL's own timestamp, RFC 3339, or RFC 3339 without a zone. Reproduces `types.ParseTargetTime`. */
export function isTargetTime(text: string): boolean {
  return isPostgresTimestamp(text) || isGoTime(text)
}

/** The three layouts of Go's `time.Parse`, ranges checked; a one-digit hour and a comma are also accepted there. */
function isGoTime(text: string): boolean {
  const found = zoned.exec(text)
  if (!found) return false
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0] = found
    .slice(1)
    .map((digits) => Number(digits ?? 0))
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return false
  return hour < 24 && minute < 60 && second < 60 && zoneHour <= 24 && zoneMinute <= 60
}

function daysIn(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0
}

/** `YYYY-MM-DD[ HH:MM:SS[.f][zone]][ BC]` by position, without any range check. Reproduces `pq.ParseTimestamp`. */
function isPostgresTimestamp(text: string): boolean {
  const bytes = Buffer.from(text, 'utf8').toString('latin1')
  const dash = bytes.indexOf('-')
  if (dash < 0) return false
  const number = (start: number, end: number) => end <= bytes.length && parseGoInteger(bytes.slice(start, end)) !== undefined
  if (!number(0, dash) || !number(dash + 1, dash + 3) || bytes[dash + 3] !== '-' || !number(dash + 4, dash + 6)) return false
  const beforeChrist = bytes.endsWith(' BC') ? 3 : 0
  if (bytes.length > dash + 6 + beforeChrist && !hasTime(bytes, dash + 6, number)) return false
  const rest = afterZone(bytes, afterFraction(bytes, dash + 15, number), number)
  return rest !== undefined && rest + beforeChrist >= bytes.length
}

type IsNumber = (start: number, end: number) => boolean

function hasTime(bytes: string, at: number, number: IsNumber): boolean {
  if (bytes[at] !== ' ' || bytes[at + 3] !== ':' || bytes[at + 6] !== ':') return false
  return number(at + 1, at + 3) && number(at + 4, at + 6) && number(at + 7, at + 9)
}

function afterFraction(bytes: string, at: number, number: IsNumber): number | undefined {
  if (bytes[at] !== '.') return at
  const length = bytes.slice(at + 1).search(/[-+Z ]/)
  const end = length < 0 ? bytes.length : at + 1 + length
  return number(at + 1, end) ? end : undefined
}

function afterZone(bytes: string, at: number | undefined, number: IsNumber): number | undefined {
  if (at === undefined) return undefined
  if (bytes[at] === 'Z') return at + 1
  if (bytes[at] !== '+' && bytes[at] !== '-') return at
  if (!number(at + 1, at + 3)) return undefined
  let end = at + 3
  for (let group = 0; group < 2 && bytes[end] === ':'; group++) {
    if (!number(end + 1, end + 3)) return undefined
    end += 3
  }
  return end
}
