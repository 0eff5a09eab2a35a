// How does Go format and parse a time by a layout?

import { trimEndOf } from '../values/trim.ts'

/** A point in time, and the zone in which it is shown. */
export interface Moment {
  /** seconds since 1970 */
  readonly seconds: number
  readonly nanoseconds: number
  readonly zone: Zone
}
export interface Zone {
  /** empty: shown by its offset */
  readonly name: string
  /** seconds east of Greenwich */
  readonly offset: number
}
export const utc: Zone = { name: 'UTC', offset: 0 }
/** The zone of a controller, which runs in a container: the same in all but its name in Go syntax. */
export const local: Zone = { name: 'UTC', offset: 0 }
/** The range of a JavaScript date; Go's is larger. */
const latest = 8_640_000_000_000

export const months = 'January February March April May June July August September October November December'.split(' ')
export const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

/** The parts of a layout (`nextStdChunk`); what is between them is text. */
export const parts =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|__2|_2(?!006)|2|3|4|5|PM|pm|[-Z]07(?:0000|:00:00|00|:00)?|[.,](?:0+|9+)(?!\d)/g

/** The calendar date and the clock of a moment in its own zone. */
export function clockOf(moment: Moment): Date {
  return new Date(Math.max(-latest, Math.min(latest, moment.seconds + moment.zone.offset)) * 1000)
}

export function monthName(month: number): string {
  return months[month - 1] ?? `%!Month(${month})`
}
export function dayName(day: number): string {
  return days[day] ?? ''
}
export function yearDay(date: Date): number {
  return (
    Math.round((Date.UTC(2000, date.getUTCMonth(), date.getUTCDate()) - Date.UTC(2000, 0, 1)) / 86_400_000) +
    (isLeap(date) || date.getUTCMonth() < 2 ? 1 : 0)
  )
}
function isLeap(date: Date): boolean {
  const year = date.getUTCFullYear()
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
}

const two = (number: number): string => String(number).padStart(2, '0')

/** `Time.Format`. */
export function formatMoment(moment: Moment, layout: string): string {
  const date = clockOf(moment)
  const hour = date.getUTCHours()
  const year = date.getUTCFullYear()
  const plain: Readonly<Record<string, string>> = {
    January: monthName(date.getUTCMonth() + 1),
    Jan: monthName(date.getUTCMonth() + 1).slice(0, 3),
    Monday: dayName(date.getUTCDay()),
    Mon: dayName(date.getUTCDay()).slice(0, 3),
    MST: zoneName(moment.zone),
    '002': String(yearDay(date)).padStart(3, '0'),
    __2: String(yearDay(date)).padStart(3, ' '),
    '01': two(date.getUTCMonth() + 1),
    '1': String(date.getUTCMonth() + 1),
    '02': two(date.getUTCDate()),
    _2: String(date.getUTCDate()).padStart(2, ' '),
    '2': String(date.getUTCDate()),
    '2006': `${year < 0 ? '-' : ''}${String(Math.abs(year)).padStart(4, '0')}`,
    '06': two(Math.abs(year) % 100),
    '15': two(hour),
    '03': two(hour % 12 || 12),
    '3': String(hour % 12 || 12),
    '04': two(date.getUTCMinutes()),
    '4': String(date.getUTCMinutes()),
    '05': two(date.getUTCSeconds()),
    '5': String(date.getUTCSeconds()),
    PM: hour >= 12 ? 'PM' : 'AM',
    pm: hour >= 12 ? 'pm' : 'am',
  }
  return layout.replace(
    parts,
    (part) => plain[part] ?? (/^[.,]/.test(part) ? fraction(moment.nanoseconds, part) : offsetText(moment.zone.offset, part)),
  )
}

function fraction(nanoseconds: number, part: string): string {
  const digits = String(nanoseconds)
    .padStart(9, '0')
    .slice(0, part.length - 1)
  if (part[1] === '0') return part.charAt(0) + digits.padEnd(part.length - 1, '0')
  const kept = trimEndOf(digits, '0')
  return kept === '' ? '' : part.charAt(0) + kept
}

function zoneName(zone: Zone): string {
  return zone.name === '' ? offsetText(zone.offset, '-0700') : zone.name
}

function offsetText(offset: number, part: string): string {
  if (part.startsWith('Z') && offset === 0) return 'Z'
  const size = Math.abs(offset)
  const fields = [two(Math.floor(size / 3600)), two(Math.floor(size / 60) % 60), two(size % 60)]
  const count = part.replaceAll(':', '').length === 3 ? 1 : part.replaceAll(':', '').length === 5 ? 2 : 3
  return (offset < 0 ? '-' : '+') + fields.slice(0, count).join(part.includes(':') ? ':' : '')
}
