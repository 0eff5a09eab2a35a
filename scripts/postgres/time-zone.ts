// Does PostgreSQL know a time zone?
import { nearest } from '../values/path.ts'
import { imageNames } from './names.ts'
import { readReal } from './number.ts'

/** `legacy`: only where the package with legacy names is installed. */
export type ZoneVerdict = 'known' | 'legacy' | 'unknown'

const longest = 255
let byLower: ReadonlyMap<string, ZoneVerdict> | undefined

/** The names by their lower-case forms: the server ignores case. */
function zones(): ReadonlyMap<string, ZoneVerdict> {
  const { timeZones, legacyTimeZones } = imageNames()
  byLower ??= new Map([
    ...timeZones.map((name) => [name.toLowerCase(), 'known'] as const),
    ...legacyTimeZones.map((name) => [name.toLowerCase(), 'legacy'] as const),
  ])
  return byLower
}

/** A name, or a rule such as `UTC+3` or `CET-1CEST,M3.5.0,M10.5.0/3`. Reproduces `pg_tzset`. */
export function zoneNamed(text: string): ZoneVerdict {
  if (text.length > longest) return 'unknown'
  return isRule(text.toUpperCase()) ? 'known' : (zones().get(text.toLowerCase()) ?? 'unknown')
}

/** Of the parameter TimeZone, which also takes hours and `INTERVAL '+02:00'`. Reproduces `check_timezone`. */
export function timeZoneVerdict(text: string): ZoneVerdict {
  if (/^interval/i.test(text)) {
    const span = /^interval[ \t\n\r\f]*'([^']*)'$/i.exec(text)?.[1]
    return span !== undefined && /\d/.test(span) && !/mon|year|day|week/i.test(span) ? 'known' : 'unknown'
  }
  const hours = readReal(text, undefined)
  if (typeof hours === 'number' && !/[ \t\n\v\f\r]$/.test(text)) return Math.abs(hours) < 168 ? 'known' : 'unknown'
  return zoneNamed(text)
}

/** The name in its usual spelling that a misspelt one may have been. */
export function nearestZone(text: string): string | undefined {
  return nearest(text, imageNames().timeZones)
}

/** Seconds are at most 60: a leap second. Hours reach a week. */
const time = '(?:\\d|\\d\\d|0\\d\\d|1[0-5]\\d|16[0-7])(?!\\d)(?:(?!:)|:[0-5]?\\d(?!\\d)(?:(?!:)|:(?:[0-5]?\\d|60)(?!\\d)))'
const offset = `[+-]?${time}`
const date =
  '(?:J(?:[1-9]\\d?|[12]\\d\\d|3[0-5]\\d|36[0-5])|M0*(?:[1-9]|1[0-2])\\.0*[1-5]\\.0*[0-6]|(?:\\d|\\d\\d|[0-2]\\d\\d|3[0-5]\\d|36[0-5]))'
const moment = `${date}(?:/${offset})?`
const zone = '(?:<[^>]*>|[^\\d,+<-][^\\d,+-]*)'
/** POSIX rules for time zones. Reproduces `tzparse`, which lets the name of the standard time be empty. */
const rule = new RegExp(`^${zone}?${offset}(?:${zone}(?:${offset})?(?:[,;]${moment},${moment})?)?$`, 's')

function isRule(text: string): boolean {
  return rule.test(text)
}
