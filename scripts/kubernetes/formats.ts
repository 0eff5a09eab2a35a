// Which strings have a format that the API server checks?
import { lookup } from '../values/lookup.ts'

const dateTime = /^(\d{4})-(\d{2})-(\d{2})t(\d{2}):(\d{2}):(\d{2})(?:.\d+)?(?:z|[+-]\d{2}:\d{2})$/i
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i
const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function isDay(year: number, month: number, day: number): boolean {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const last = month === 2 && leap ? 29 : daysInMonth[month - 1]
  return last !== undefined && day >= 1 && day <= last
}

/** RFC 3339 as strfmt.IsDateTime reads it: any case, ranges checked, no leap second. */
function isDateTime(text: string): boolean {
  const match = dateTime.exec(text)
  if (!match) return false
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number)
  return isDay(year ?? 0, month ?? 0, day ?? 0) && (hour ?? 0) <= 23 && (minute ?? 0) <= 59 && (second ?? 0) <= 59
}

function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  return match !== null && isDay(Number(match[1]), Number(match[2]), Number(match[3]))
}

const checks: Readonly<Record<string, (text: string) => boolean>> = lookup({
  'date-time': isDateTime,
  datetime: isDateTime,
  date: isDate,
  byte: (text) => base64.test(text.replace(/[\r\n]/g, '')),
  uuid: (text) => uuid.test(text),
})

/** Whether a string has its format. Formats that the vendored CRDs do not use, and unknown ones, allow everything. */
export function hasFormat(text: string, format: string): boolean {
  const check = checks[format]
  return !check || check(text)
}
