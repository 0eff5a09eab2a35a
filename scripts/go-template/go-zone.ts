// How far is a time zone from Greenwich at some moment, and how does Go's database abbreviate it then?
import { lookup } from '../values/lookup.ts'
import { utc } from './go-time-layout.ts'
import type { Zone } from './go-time-layout.ts'

/** `time.LoadLocation` knows names in their own case only. */
const zoneName = /^[A-Z][A-Za-z0-9_+-]*(?:\/[A-Z][A-Za-z0-9_+-]*)*$/

const formats = new Map<string, Intl.DateTimeFormat | undefined>()

function formatOf(name: string): Intl.DateTimeFormat | undefined {
  if (formats.has(name)) return formats.get(name)
  let made: Intl.DateTimeFormat | undefined
  try {
    const fields = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const
    made = new Intl.DateTimeFormat('en-US', { ...fields, timeZone: name, hourCycle: 'h23', era: 'short', timeZoneName: 'short' })
  } catch {
    // no such zone
  }
  if (formats.size > 100) formats.clear()
  formats.set(name, made)
  return made
}

/** Undefined: Go knows no zone of this name. */
export function zoneAt(name: string, seconds: number): Zone | undefined {
  if (name === '' || name === 'UTC' || name === 'Local') return utc
  const format = zoneName.test(name) ? formatOf(name) : undefined
  if (format === undefined || Math.abs(seconds) > 8_000_000_000_000) return undefined
  const found = new Map(format.formatToParts(new Date(seconds * 1000)).map(({ type, value }) => [type, value]))
  const [year, month, day, hour, minute, second] = (['year', 'month', 'day', 'hour', 'minute', 'second'] as const).map((part) =>
    Number(found.get(part)),
  ) as [number, number, number, number, number, number]
  const clock = new Date(0)
  clock.setUTCFullYear(found.get('era') === 'BC' ? 1 - year : year, month - 1, day)
  clock.setUTCHours(hour, minute, second)
  const offset = clock.getTime() / 1000 - seconds
  return { offset, name: abbreviation(name, { shown: found.get('timeZoneName') ?? '', offset }) }
}

/** Standard and summer time, by zone or by its part of the world and its hours from Greenwich. */
const abbreviations: Readonly<Record<string, string>> = lookup({
  GMT: 'GMT',
  'America/St_Johns': 'NST NDT',
  'Africa/Casablanca': '+01',
  'Europe/London': 'GMT BST',
  'Europe/Dublin': 'GMT IST',
  'Europe/Moscow': 'MSK',
  'Europe/Istanbul': '+03',
  'Europe/Minsk': '+03',
  'Europe 0': 'WET WEST',
  'Europe 1': 'CET CEST',
  'Europe 2': 'EET EEST',
  'Atlantic 0': 'WET WEST',
  'Asia/Tokyo': 'JST',
  'Asia/Seoul': 'KST',
  'Asia/Shanghai': 'CST',
  'Asia/Taipei': 'CST',
  'Asia/Hong_Kong': 'HKT',
  'Asia/Kolkata': 'IST',
  'Asia/Calcutta': 'IST',
  'Asia/Karachi': 'PKT',
  'Asia/Manila': 'PST',
  'Asia/Jakarta': 'WIB',
  'Asia/Jerusalem': 'IST IDT',
  'Asia 2': 'EET EEST',
  'Africa 0': 'GMT',
  'Africa 1': 'WAT',
  'Africa 2': 'CAT',
  'Africa 3': 'EAT',
  'Africa/Johannesburg': 'SAST',
  'Africa/Cairo': 'EET EEST',
  'Australia/Perth': 'AWST',
  'Australia 9.5': 'ACST ACDT',
  'Australia 10': 'AEST AEDT',
  'Pacific/Auckland': 'NZST NZDT',
})

function abbreviation(name: string, { shown, offset }: { readonly shown: string; readonly offset: number }): string {
  const own = abbreviations[name]
  // most of those of America are the platform's own
  if (own === undefined && !/^GMT./.test(shown)) return shown
  const standard = standardOffset(name)
  const known = own ?? abbreviations[`${name.split('/', 1)[0]} ${standard / 3600}`]
  return known?.split(' ')[offset === standard ? 0 : 1] ?? numeric(offset)
}

/** The smaller offset of the year 2024. */
function standardOffset(name: string): number {
  const [january, july] = [Date.UTC(2024, 0, 1), Date.UTC(2024, 6, 1)].map((time) => offsetAt(name, time / 1000)) as [number, number]
  return Math.min(january, july)
}

function offsetAt(name: string, seconds: number): number {
  const parts = new Map(
    formatOf(name)
      ?.formatToParts(new Date(seconds * 1000))
      .map(({ type, value }) => [type, Number(value)]),
  )
  const [year = 0, month = 1, day, hour, minute] = (['year', 'month', 'day', 'hour', 'minute'] as const).map((part) => parts.get(part))
  return Date.UTC(year, month - 1, day, hour, minute) / 1000 - seconds
}

/** `+0530`, `-03`: what zones without letters are called. */
function numeric(offset: number): string {
  const [size, sign] = [Math.abs(offset), offset < 0 ? '-' : '+']
  const [hours, minutes] = [Math.floor(size / 3600), Math.floor((size % 3600) / 60)].map((part) => String(part).padStart(2, '0')) as [
    string,
    string,
  ]
  return `${sign}${hours}${minutes === '00' ? '' : minutes}`
}
