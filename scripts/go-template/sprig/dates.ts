// Which Sprig functions format and change dates?
import type { Budget } from '../budget.ts'
import { formatGoDuration, parseGoDuration, second } from '../duration.ts'
import { takes } from '../go-function.ts'
import type { GoFunction, GoFunctions } from '../go-function.ts'
import { clockOf, dayName, formatMoment, local, monthName, utc, yearDay } from '../go-time-layout.ts'
import { parseMoment } from '../go-time-parse.ts'
import type { Moment } from '../go-time-layout.ts'
import { quoteGo } from '../go-quote.ts'
import { zoneAt } from '../go-zone.ts'
import { TemplateError, int, int64, isInteger, isStruct } from '../go-value.ts'
import type { GoInteger, GoStruct, GoValue } from '../go-value.ts'

function fail(message: string): never {
  throw new TemplateError(message)
}

/** The clock: results have the right shape and a new value each time. */
function now(budget: Budget): Moment {
  budget.draws++
  const milliseconds = Date.now()
  return { seconds: Math.floor(milliseconds / 1000), nanoseconds: (milliseconds % 1000) * 1_000_000, zone: local }
}
const yearOne: Moment = { seconds: -62_135_596_800, nanoseconds: 0, zone: utc }

const moments = new WeakMap<GoStruct, Moment>()
const momentIn = (struct: GoStruct): Moment => moments.get(struct) ?? yearOne
const nanosecondsOf = (moment: Moment): bigint => BigInt(moment.seconds) * second + BigInt(moment.nanoseconds)

function duration(value: bigint): GoInteger {
  const nanoseconds = BigInt.asIntN(64, value)
  return { go: 'integer', type: 'time.Duration', value: nanoseconds, text: formatGoDuration(nanoseconds) }
}

function shifted(moment: Moment, by: bigint): Moment {
  const total = nanosecondsOf(moment) + by
  const rest = ((total % second) + second) % second
  return { seconds: Number((total - rest) / second), nanoseconds: Number(rest), zone: moment.zone }
}

/** `time.Time` with its methods. */
function time(moment: Moment): GoStruct {
  let methods: GoStruct['methods'] | undefined
  // most times are only printed or compared
  const made: GoStruct = {
    go: 'struct',
    type: 'time.Time',
    get text() {
      return stringOf(moment)
    },
    get goText() {
      return goText(moment)
    },
    get json() {
      return formatMoment(moment, '2006-01-02T15:04:05.999999999Z07:00')
    },
    inside: [],
    get methods() {
      return (methods ??= methodsOf(moment))
    },
  }
  moments.set(made, moment)
  return made
}

function methodsOf(moment: Moment): GoStruct['methods'] {
  const date = clockOf(moment)
  const get = (value: () => GoValue): GoFunction => takes([], value)
  const against = (answer: (order: number) => GoValue): GoFunction =>
    takes(['time.Time'], (other) => answer(Number(nanosecondsOf(moment) - nanosecondsOf(momentIn(other)))))
  return new Map<string, GoFunction>([
    ['Format', takes(['string'], (layout) => formatMoment(moment, layout))],
    ['Year', get(() => int(date.getUTCFullYear()))],
    [
      'Month',
      get(() => ({ go: 'integer', type: 'time.Month', value: BigInt(date.getUTCMonth() + 1), text: monthName(date.getUTCMonth() + 1) })),
    ],
    ['Weekday', get(() => ({ go: 'integer', type: 'time.Weekday', value: BigInt(date.getUTCDay()), text: dayName(date.getUTCDay()) }))],
    ['Day', get(() => int(date.getUTCDate()))],
    ['YearDay', get(() => int(yearDay(date)))],
    ['Hour', get(() => int(date.getUTCHours()))],
    ['Minute', get(() => int(date.getUTCMinutes()))],
    ['Second', get(() => int(date.getUTCSeconds()))],
    ['Nanosecond', get(() => int(moment.nanoseconds))],
    ['Unix', get(() => int64(moment.seconds))],
    ['UnixMilli', get(() => int64(nanosecondsOf(moment) / 1_000_000n))],
    ['UnixMicro', get(() => int64(nanosecondsOf(moment) / 1000n))],
    ['UnixNano', get(() => int64(nanosecondsOf(moment)))],
    ['IsZero', get(() => nanosecondsOf(moment) === nanosecondsOf(yearOne))],
    ['UTC', get(() => time({ ...moment, zone: utc }))],
    ['Local', get(() => time({ ...moment, zone: local }))],
    ['String', get(() => stringOf(moment))],
    ['Add', takes(['time.Duration'], (by) => time(shifted(moment, by.value)))],
    ['AddDate', takes(['int', 'int', 'int'], (years, months, days) => time(addDate(moment, [years, months, days])))],
    ['Sub', takes(['time.Time'], (other) => duration(nanosecondsOf(moment) - nanosecondsOf(momentIn(other))))],
    ['Before', against((order) => order < 0)],
    ['After', against((order) => order > 0)],
    ['Equal', against((order) => order === 0)],
    ['Compare', against((order) => int(Math.sign(order)))],
  ])
}

/** `Time.GoString`. */
function goText(moment: Moment): string {
  const date = clockOf(moment)
  const zone = moment.zone === utc ? 'time.UTC' : moment.zone === local ? 'time.Local' : `time.Location("${moment.zone.name}")`
  const clock = [date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds(), moment.nanoseconds].join(', ')
  return `time.Date(${date.getUTCFullYear()}, time.${monthName(date.getUTCMonth() + 1)}, ${clock}, ${zone})`
}

const stringOf = (moment: Moment): string => formatMoment(moment, '2006-01-02 15:04:05.999999999 -0700 MST')

function addDate(moment: Moment, [years, months, days]: readonly [number, number, number]): Moment {
  const date = clockOf(moment)
  date.setUTCFullYear(date.getUTCFullYear() + years, date.getUTCMonth() + months, date.getUTCDate() + days)
  return { ...moment, seconds: date.getTime() / 1000 - moment.zone.offset }
}

/** `dateInZone`: a time, or seconds; anything else is now. */
function momentOf(value: GoValue, budget: Budget): Moment {
  if (isStruct(value) && value.type === 'time.Time') return momentIn(value)
  if (isInteger(value) && ['int', 'int64', 'int32'].includes(value.type)) return { seconds: Number(value.value), nanoseconds: 0, zone: utc }
  return now(budget)
}
const format = (layout: string, value: GoValue, budget: Budget): string => formatMoment({ ...momentOf(value, budget), zone: utc }, layout)

/** A zone that Go does not know is UTC. */
function formatIn(layout: string, value: GoValue, { zone, budget }: { readonly zone: string; readonly budget: Budget }): string {
  budget.steps(100)
  const moment = momentOf(value, budget)
  return formatMoment({ ...moment, zone: zoneAt(zone, moment.seconds) ?? utc }, layout)
}

function seconds(value: GoValue): bigint {
  if (isInteger(value) && value.type === 'int64') return value.value
  if (typeof value !== 'string' || !/^[-+]?\d+$/.test(value)) return 0n
  const whole = BigInt(value.replace('+', ''))
  const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n]
  return whole < least ? least : whole > most ? most : whole
}

function roundDuration(value: GoValue, budget: Budget): string {
  let span = 0n
  if (typeof value === 'string') span = parseGoDuration(value) ?? 0n
  else if (isInteger(value) && value.type === 'int64') span = value.value
  else if (isStruct(value)) span = nanosecondsOf(now(budget)) - nanosecondsOf(momentOf(value, budget))
  const size = span < 0n ? -span : span
  const hour = 3600n * second
  const steps: [bigint, string][] = [
    [hour * 24n * 365n, 'y'],
    [hour * 24n * 30n, 'mo'],
    [hour * 24n, 'd'],
    [hour, 'h'],
    [60n * second, 'm'],
    [second, 's'],
  ]
  const step = steps.find(([length]) => size > length)
  return step === undefined ? '0s' : `${size / step[0]}${step[1]}`
}

/** The words of `time.ParseDuration`; a number that nothing follows has no unit. */
function durationError(text: string): string {
  const lacksUnit = /^[-+]?\d[\d.]*(?:(?:ns|us|µs|μs|ms|s|m|h)\d[\d.]*)*$/.test(text)
  return `time: ${lacksUnit ? 'missing unit in' : 'invalid'} duration ${quoteGo(text)}`
}

const modify = (strict: 'strict' | 'lenient'): GoFunction =>
  takes(['string', 'time.Time'], (text, value) => {
    const by = parseGoDuration(text)
    if (by === undefined) return strict === 'strict' ? fail(durationError(text)) : value
    return time(shifted(momentIn(value), by))
  })
const zoned = takes(['string', 'any', 'string'], (layout, value, zone, budget) => formatIn(layout, value, { zone, budget }))

export const dateFunctions: GoFunctions = {
  now: takes([], (budget) => time(now(budget))),
  date: takes(['string', 'any'], format),
  date_in_zone: zoned,
  dateInZone: zoned,
  htmlDate: takes(['any'], (value, budget) => format('2006-01-02', value, budget)),
  htmlDateInZone: takes(['any', 'string'], (value, zone, budget) => formatIn('2006-01-02', value, { zone, budget })),
  unixEpoch: takes(['time.Time'], (value) => String(momentIn(value).seconds)),
  toDate: takes(['string', 'string'], (layout, text) => {
    const moment = parseMoment(layout, text)
    return time('why' in moment ? yearOne : moment)
  }),
  mustToDate: takes(['string', 'string'], (layout, text) => {
    const moment = parseMoment(layout, text)
    return 'why' in moment ? fail(moment.why) : time(moment)
  }),
  dateModify: modify('lenient'),
  date_modify: modify('lenient'),
  mustDateModify: modify('strict'),
  must_date_modify: modify('strict'),
  ago: takes(['any'], (value, budget) => {
    const span = nanosecondsOf(now(budget)) - nanosecondsOf(momentOf(value, budget))
    return formatGoDuration(((span + second / 2n) / second) * second)
  }),
  duration: takes(['any'], (value) => formatGoDuration(BigInt.asIntN(64, seconds(value) * second))),
  durationRound: takes(['any'], roundDuration),
}
