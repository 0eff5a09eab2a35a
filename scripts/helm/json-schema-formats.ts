// Which strings have the format that a schema requires?
import { lookup } from '../values/lookup.ts'
import { isIPv6 } from 'node:net'
import type { Json } from '../values/value.ts'
import { shownJson } from './json-schema-text.ts'

/** Why a text does not have the format; undefined: it does. */
type Format = (text: string) => string | undefined

const unless = (isRight: boolean, reason: string): string | undefined => (isRight ? undefined : reason)

function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  if (match === null) return false
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
}

function isTime(text: string): boolean {
  const match = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[zZ]|([-+])(\d\d):(\d\d))$/.exec(text)
  if (match === null) return false
  const [hour, minute, second, offsetHour, offsetMinute] = [1, 2, 3, 5, 6].map((group) => Number(match[group] ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
  ]
  if (hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59) return false
  if (second < 60) return true
  // a leap second is at the end of a day in UTC
  const sign = match[4] === '-' ? -1 : 1
  const utc = (((hour * 60 + minute - sign * (offsetHour * 60 + offsetMinute)) % 1440) + 1440) % 1440
  return utc === 1439
}

function isUri(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  if (/[\0-\x20\x7f]/.test(text) || /%(?![0-9a-fA-F]{2})/.test(text)) return false
  return /^[A-Za-z][A-Za-z0-9+.-]*:/.test(text) && (!/^[a-z]+:\/\/\[/i.test(text) || /^[a-z]+:\/\/\[[0-9a-fA-F:.]+\]/i.test(text))
}

const isHostname = (text: string): boolean => {
  const name = text.replace(/\.$/, '')
  return name.length <= 253 && name.split('.').every((label) => /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label))
}

const isPointer = (text: string): boolean => text === '' || (text.startsWith('/') && !/~(?![01])/.test(text))

const formats: Readonly<Record<string, Format>> = lookup({
  ipv4: (text) => {
    const parts = text.split('.')
    if (parts.length !== 4) return 'expected four decimals'
    return unless(
      parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255),
      'invalid decimal',
    )
  },
  ipv6: (text) => unless(text.includes(':') && !text.includes('%') && isIPv6(text), 'missing colon'),
  hostname: (text) => unless(isHostname(text), 'invalid hostname'),
  email: (text) => {
    const at = text.lastIndexOf('@')
    if (at < 0) return 'missing @'
    const [local, domain] = [text.slice(0, at), text.slice(at + 1)]
    if (local.length > 64 || text.length > 254) return 'too long'
    const isQuoted = /^"(?:[^"\\]|\\.)+"$/.test(local)
    if (!isQuoted && !/^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+$/.test(local)) return 'invalid character'
    if (!isQuoted && (local.startsWith('.') || local.endsWith('.') || local.includes('..'))) return 'invalid dot'
    return unless(isHostname(domain) || /^\[.*\]$/.test(domain), 'invalid domain')
  },
  date: (text) => unless(isDate(text), 'invalid date'),
  time: (text) => unless(isTime(text), 'invalid time'),
  'date-time': (text) => unless(/^.{10}[tT]/.test(text) && isDate(text.slice(0, 10)) && isTime(text.slice(11)), 'invalid date-time'),
  uri: (text) => unless(isUri(text), 'relative url'),
  iri: (text) => unless(isUri(text), 'relative url'),
  // eslint-disable-next-line no-control-regex
  'uri-reference': (text) => unless(!/[\0-\x20\x7f\\]/.test(text) && !/%(?![0-9a-fA-F]{2})/.test(text), 'invalid'),
  'json-pointer': (text) => unless(isPointer(text), 'not starting with /'),
  'relative-json-pointer': (text) => unless(/^(?:0|[1-9]\d*)(?:#|$|\/)/.test(text) && isPointer(text.replace(/^\d+#?/, '')), 'invalid'),
  uuid: (text) => unless(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text), 'must be 36 characters long'),
  duration: (text) =>
    unless(/^P(?!$)(?:\d+W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)$/.test(text), 'must start with P'),
})

export function checkFormat(format: string, value: Json): string | undefined {
  const check = formats[format]
  if (check === undefined || typeof value !== 'string') return undefined
  const reason = check(value)
  return reason === undefined ? undefined : `${shownJson(value)} is not valid ${format}: ${reason}`
}
