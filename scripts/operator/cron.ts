// Which schedules does the operator accept, and when do they run?
import { byText } from '../values/by-text.ts'
import { parseGoDuration } from '../go-template/duration.ts'

/** One field of a schedule; `any`: written with `*` or `?`. */
interface Field {
  readonly values: ReadonlySet<number>
  readonly any: boolean
}
export interface FieldSchedule {
  readonly kind: 'fields'
  readonly second: Field
  readonly minute: Field
  readonly hour: Field
  readonly dayOfMonth: Field
  readonly month: Field
  readonly dayOfWeek: Field
}
/** `@every`: whole seconds between two runs. */
export interface EverySchedule {
  readonly kind: 'every'
  readonly seconds: number
}
export type Schedule = FieldSchedule | EverySchedule

interface Bounds {
  readonly min: number
  readonly max: number
  readonly names: readonly string[]
}

const months = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const sixty: Bounds = { min: 0, max: 59, names: [] }
const bounds: readonly Bounds[] = [
  sixty,
  sixty,
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: months },
  { min: 0, max: 6, names: weekdays },
]
const descriptors = new Map([
  ['@yearly', '0 0 0 1 1 *'],
  ['@annually', '0 0 0 1 1 *'],
  ['@monthly', '0 0 0 1 * *'],
  ['@weekly', '0 0 0 * * 0'],
  ['@daily', '0 0 0 * * *'],
  ['@midnight', '0 0 0 * * *'],
  ['@hourly', '0 0 * * * *'],
])
// Go's unicode.IsSpace; JavaScript's \s differs in U+0085 and U+FEFF
const white = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/
const integer = /^[+-]?[0-9]+$/

/** The words of a schedule. The operator warns unless there are six. Reproduces `strings.Fields`. */
export function scheduleWords(text: string): string[] {
  return text.split(white).filter((word) => word !== '')
}

/**
 * A schedule of six fields (seconds first; the day of the week may be absent) or a descriptor; undefined: refused.
 * Reproduces the package-level `Parse` of robfig/cron 1.2.0.
 */
export const parseSchedule: (text: string) => Schedule | undefined = byText(readSchedule)

function readSchedule(text: string): Schedule | undefined {
  if (text.startsWith('@')) return parseDescriptor(text)
  const words = scheduleWords(text)
  if (words.length < 5 || words.length > 6) return undefined
  const fields: Field[] = []
  for (const [index, range] of bounds.entries()) {
    const field = parseField(words[index] ?? '*', range)
    if (!field) return undefined
    fields.push(field)
  }
  const [second, minute, hour, dayOfMonth, month, dayOfWeek] = fields
  if (!second || !minute || !hour || !dayOfMonth || !month || !dayOfWeek) return undefined
  return { kind: 'fields', second, minute, hour, dayOfMonth, month, dayOfWeek }
}

/** Whether no date matches: a day that none of the months has, or a field without values. */
export function neverRuns({ second, minute, hour, dayOfMonth, month, dayOfWeek }: FieldSchedule): boolean {
  if ([second, minute, hour, month].some(({ values }) => values.size === 0)) return true
  const hasDay = [...month.values].some((name) =>
    [...dayOfMonth.values].some((day) => day <= new Date(Date.UTC(2024, name, 0)).getUTCDate()),
  )
  const hasWeekday = dayOfWeek.values.size > 0
  // two restricted day fields widen each other
  return dayOfMonth.any || dayOfWeek.any ? !(hasDay && hasWeekday) : !(hasDay || hasWeekday)
}

const fieldNames = ['second', 'minute', 'hour', 'day of the month', 'month', 'day of the week']

/** The first of six fields that can't be read, and what it must be; undefined: each can. */
export function wrongField(words: readonly string[]): { readonly name: string; readonly must: string; readonly index: number } | undefined {
  const index = bounds.findIndex((range, at) => !parseField(words[at] ?? '*', range))
  const [range, word = ''] = [bounds[index], words[index]]
  if (range === undefined) return undefined
  const names = range.names.length === 0 ? '' : ', or a name of three letters'
  return { name: fieldNames[index] as string, index, must: `is \`${word.slice(0, 20)}\` and must be ${range.min} to ${range.max}${names}` }
}

/**
 * The first run after an instant (whole seconds, UTC); null: none within five years.
 * Reproduces `SpecSchedule.Next` and `ConstantDelaySchedule.Next`.
 */
export function nextRun(schedule: Schedule, after: Date): Date | null {
  const start = Math.floor(after.getTime() / 1000) * 1000
  if (schedule.kind === 'every') return new Date(start + schedule.seconds * 1000)
  const time = new Date(start + 1000)
  const lastYear = time.getUTCFullYear() + 5
  while (time.getUTCFullYear() <= lastYear) {
    const step = nextStep(schedule, time)
    if (!step) return time
    step()
  }
  return null
}

function parseDescriptor(text: string): Schedule | undefined {
  const known = descriptors.get(text)
  if (known !== undefined) return parseSchedule(known)
  if (!text.startsWith('@every ')) return undefined
  const nanoseconds = parseGoDuration(text.slice('@every '.length))
  if (nanoseconds === undefined) return undefined
  return { kind: 'every', seconds: Math.max(1, Number(nanoseconds / 1_000_000_000n)) }
}

function parseField(text: string, range: Bounds): Field | undefined {
  const values = new Set<number>()
  let any = false
  for (const item of text.split(',').filter((piece) => piece !== '')) {
    const run = parseRange(item, range)
    if (!run) return undefined
    any ||= run.any
    for (let value = run.start; value <= run.end; value += run.step) values.add(value)
  }
  return { values, any }
}

function parseRange(text: string, range: Bounds): { start: number; end: number; step: number; any: boolean } | undefined {
  const [span = '', stepText, ...more] = text.split('/')
  const ends = span.split('-')
  const any = ends[0] === '*' || ends[0] === '?'
  if (more.length > 0 || (!any && ends.length > 2)) return undefined
  const start = any ? range.min : parseValue(ends[0] ?? '', range)
  const last = any ? range.max : parseValue(ends[1] ?? ends[0] ?? '', range)
  const step = stepText === undefined ? 1 : parseNumber(stepText)
  if (start === undefined || last === undefined || !step) return undefined
  // `N/step` runs on to the end of the range
  const end = stepText !== undefined && ends.length === 1 ? range.max : last
  if (start < range.min || end > range.max || start > end) return undefined
  return { start, end, step, any }
}

function parseValue(text: string, range: Bounds): number | undefined {
  const named = text === '' ? -1 : range.names.indexOf(text.toLowerCase())
  return named >= 0 ? named : parseNumber(text)
}

function parseNumber(text: string): number | undefined {
  if (!integer.test(text)) return undefined
  const value = BigInt(text.replace(/^\+/, ''))
  return value < 0n || value >= 2n ** 63n ? undefined : Number(value)
}

/** What to advance, largest unit first; undefined when the time matches. */
function nextStep(schedule: FieldSchedule, time: Date): (() => void) | undefined {
  const [year, month, day] = [time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate()]
  const [hour, minute] = [time.getUTCHours(), time.getUTCMinutes()]
  const jump = (to: number) => () => void time.setTime(to)
  if (!schedule.month.values.has(month + 1)) return jump(Date.UTC(year, month + 1, 1))
  if (!dayMatches(schedule, time)) return jump(Date.UTC(year, month, day + 1))
  if (!schedule.hour.values.has(hour)) return jump(Date.UTC(year, month, day, hour + 1))
  if (!schedule.minute.values.has(minute)) return jump(Date.UTC(year, month, day, hour, minute + 1))
  if (!schedule.second.values.has(time.getUTCSeconds())) return jump(time.getTime() + 1000)
  return undefined
}

/** Two restricted day fields widen each other; a field with `*` or `?` narrows. */
function dayMatches(schedule: FieldSchedule, time: Date): boolean {
  const inMonth = schedule.dayOfMonth.values.has(time.getUTCDate())
  const inWeek = schedule.dayOfWeek.values.has(time.getUTCDay())
  return schedule.dayOfMonth.any || schedule.dayOfWeek.any ? inMonth && inWeek : inMonth || inWeek
}

const secondsOfDay = 86_400
const dayAt = (date: number): number => date / 1000 / secondsOfDay

/** The longest time between two runs, in seconds, over two years; undefined: unreadable, or it never runs. */
export const longestGap: (text: string) => number | undefined = byText((text) => {
  const schedule = parseSchedule(text)
  if (schedule === undefined || (schedule.kind === 'fields' && neverRuns(schedule))) return undefined
  if (schedule.kind === 'every') return schedule.seconds
  // each day with runs has the same ones
  const { longest: within, width } = runsOfDay(schedule)
  let longest = within
  let last: number | undefined
  // a leap year, so that each date comes
  for (let day = dayAt(Date.UTC(2024, 0, 2)); (last ?? 0) < dayAt(Date.UTC(2026, 0, 1)) && day < dayAt(Date.UTC(2032, 0, 1)); day++) {
    const time = new Date(day * secondsOfDay * 1000)
    if (!schedule.month.values.has(time.getUTCMonth() + 1) || !dayMatches(schedule, time)) continue
    if (last !== undefined) longest = Math.max(longest, (day - last) * secondsOfDay - width)
    last = day
  }
  return longest === 0 ? undefined : longest
})

/** The longest time between two runs of one day, and the time from its first run to its last, in seconds. */
function runsOfDay({ hour, minute, second }: FieldSchedule): { readonly longest: number; readonly width: number } {
  let [longest, width] = [0, 0]
  for (const [field, unit] of [
    [second, 1],
    [minute, 60],
    [hour, 3600],
  ] as const) {
    const values = [...field.values].toSorted((a, b) => a - b)
    for (const [at, value] of values.entries()) if (at > 0) longest = Math.max(longest, (value - (values[at - 1] ?? 0)) * unit - width)
    width += ((values.at(-1) ?? 0) - (values[0] ?? 0)) * unit
  }
  return { longest, width }
}
