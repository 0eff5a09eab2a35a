// When does a schedule run, in words, and which two readings does one with five fields have?
import { neverRuns, parseSchedule, scheduleWords } from './cron.ts'
import type { FieldSchedule } from './cron.ts'

/** One way to read a schedule of five fields: its spelling with six, and when it runs. */
export interface ScheduleReading {
  readonly fields: string
  readonly runs: string
  /** no date matches, such as 30 February */
  readonly never: boolean
}
export interface Readings {
  /** seconds first, any day of the week: what the operator does; undefined: refused */
  readonly operator: ScheduleReading | undefined
  /** minutes first: what crontab does, and what is usually meant; undefined: it would be refused, or depends on the cron */
  readonly crontab: ScheduleReading | undefined
}

/** Both readings of a schedule of five fields; undefined: it does not have five. */
export function readingsOf(schedule: string): Readings | undefined {
  const words = scheduleWords(schedule)
  if (words.length !== 5 || schedule.startsWith('@')) return undefined
  // crontab's second Sunday
  const crontab = words.at(-1) === '7' ? [...words.slice(0, 4), '0'] : words
  return { operator: reading([...words, '*'].join(' ')), crontab: reading(['0', ...crontab].join(' ')) }
}

function reading(fields: string): ScheduleReading | undefined {
  const schedule = parseSchedule(fields)
  if (schedule?.kind !== 'fields') return undefined
  const never = neverRuns(schedule)
  return { fields, runs: never ? 'never' : describeRuns(schedule, scheduleWords(fields)), never }
}

const monthNames = [
  '',
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** `every day at 02:00`; a schedule that has no short description is described field by field. */
function describeRuns(schedule: FieldSchedule, words: readonly string[]): string {
  const { second, minute, hour, dayOfMonth, month, dayOfWeek } = schedule
  const [only, each] = [(values: ReadonlySet<number>) => (values.size === 1 ? [...values][0] : undefined), dayPhrase(schedule)]
  const [s, m] = [only(second.values), only(minute.values)]
  if (each !== undefined && [second, minute, hour, dayOfMonth, month, dayOfWeek].every(({ values }) => values.size > 0)) {
    const seconds = s === 0 ? '' : `:${two(s ?? 0)}`
    const on = each === 'every day' ? '' : `, ${each}`
    if (s !== undefined && m !== undefined && hour.values.size <= 3)
      return `${each} at ${[...hour.values]
        .sort((a, b) => a - b)
        .map((h) => `${two(h)}:${two(m)}${seconds}`)
        .join(', ')}`
    if (s !== undefined && m !== undefined && hour.values.size === 24) return `every hour at :${two(m)}${seconds}${on}`
    if (s !== undefined && minute.values.size === 60 && hour.values.size === 24) return `every minute${on}`
    if (second.values.size === 60 && minute.values.size === 60 && hour.values.size === 24) return `every second${on}`
  }
  const units = ['second', 'minute', 'hour', 'day of the month', 'month', 'day of the week']
  const said = words.flatMap((word, index) => {
    const unit = units[index] as string
    const every = /^[*?]\/(\d+)$/.exec(word)?.[1]
    if (every !== undefined && every !== '1') return [`every ${every} ${unit.replace(/^\w+/, '$&s')}`]
    return /^[*?](?:\/1)?$/.test(word) ? (index === 0 ? ['every second'] : []) : [`at ${unit} ${word}`]
  })
  return said.join(', ')
}

/** The days of a schedule; undefined: they can't be described briefly. */
function dayPhrase({ dayOfMonth, month, dayOfWeek }: FieldSchedule): string | undefined {
  const [allDays, allWeek, allMonths] = [dayOfMonth.values.size === 31, dayOfWeek.values.size === 7, month.values.size === 12]
  const months = allMonths ? 'every month' : spoken(month.values, monthNames)
  if (months === undefined) return undefined
  const within = allMonths ? '' : ` in ${months}`
  if (allDays && allWeek) return `every day${within}`
  // two restricted day fields widen each other, and a star with a step counts as unrestricted: too long to describe
  if (!allDays && !allWeek) return undefined
  if (allDays) {
    const days = spoken(dayOfWeek.values, dayNames)
    return dayOfMonth.any && days !== undefined ? `every ${days}${within}` : undefined
  }
  const days = spoken(dayOfMonth.values, undefined)
  return dayOfWeek.any && days !== undefined ? `on day ${days} of ${months}` : undefined
}

function spoken(values: ReadonlySet<number>, names: readonly string[] | undefined): string | undefined {
  if (values.size === 0 || values.size > 3) return undefined
  const sorted = [...values].sort((a, b) => a - b).map((value) => (names === undefined ? String(value) : (names[value] as string)))
  return [sorted.slice(0, -1).join(', '), sorted.at(-1)].filter((part) => part !== '').join(' and ')
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
