// How does PostgreSQL read a number with a unit?
import { trimOf } from '../values/trim.ts'

/** `invalid`: not a number, or a unit that the parameter does not take. Undefined: the answer depends on the C library of the image. */
export type ReadNumber = number | 'invalid' | undefined

const memory = { TB: 2 ** 40, GB: 2 ** 30, MB: 2 ** 20, kB: 2 ** 10, B: 1 } as const
const time = { d: 86_400_000_000, h: 3_600_000_000, min: 60_000_000, s: 1_000_000, ms: 1000, us: 1 } as const

const space = '[ \\t\\n\\v\\f\\r]*'
const integerStart = new RegExp(`^${space}[+-]?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)`)
const hexReal = '0[xX](?:[0-9a-fA-F]+\\.?[0-9a-fA-F]*|\\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?'
const decimal = '(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?'
const realStart = new RegExp(`^${space}[+-]?(?:${hexReal}|${decimal}|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?)`)
const binary = new RegExp(`^${space}[+-]?0[bB][01]`)
const smallestNormal = 2.2250738585072014e-308

/** `0b11`: whether it is a number depends on the C library. */
export function isBinary(text: string): boolean {
  return binary.test(text)
}

/** Reproduces `parse_int`: octal, hexadecimal, fractions rounded half to even; the number is in `unit`. */
export function readInteger(text: string, unit: string | undefined): ReadNumber {
  if (binary.test(text)) return undefined
  const start = integerStart.exec(text)?.[0]
  const rest = text.slice(start?.length ?? 0)
  const isWhole = start !== undefined && !/^[.eE]/.test(rest) && Math.abs(wholeNumber(start)) < 2 ** 63
  const read: ReadNumber = isWhole
    ? withUnit(wholeNumber(start), rest, unit)
    : // `strtol` that reads nothing stays at the start of the text, so blanks or a sign before the point are not passed over
      start !== undefined || text.startsWith('.')
      ? readReal(text, unit)
      : 'invalid'
  return typeof read === 'number' ? roundToEven(read) : read
}

/** Reproduces `parse_real`: as `strtod` reads it; the number is in `unit`. */
export function readReal(text: string, unit: string | undefined): ReadNumber {
  const start = realStart.exec(text)?.[0]
  if (start === undefined) return 'invalid'
  const value = realNumber(start)
  if (value === undefined) return undefined
  const isInfinite = /inf/i.test(start)
  if (!Number.isFinite(value) && !isInfinite) return 'invalid'
  if (value === 0 && /[1-9a-f]/i.test(start.replace(/^.*?0x/i, '').replace(/[ep][^]*$/i, ''))) return 'invalid'
  if (value !== 0 && Math.abs(value) < smallestNormal) return undefined
  return withUnit(value, text.slice(start.length), unit)
}

/** Which units a parameter takes, largest first. */
export function unitsOf(unit: string): readonly string[] {
  return Object.keys(tableOf(unit))
}

/** `8kB` → how many bytes, `min` → how many microseconds one of the parameter's unit is. */
export function sizeOf(unit: string): number {
  const [, count = '', name = ''] = /^(\d*)(.*)$/s.exec(unit) ?? []
  return Number(count || 1) * (tableOf(unit)[name] ?? 1)
}

function tableOf(unit: string): Readonly<Record<string, number>> {
  return unit.endsWith('B') ? memory : time
}

/** Reproduces `convert_to_base_unit`: a fraction is first rounded to whole ones of the next smaller unit. */
function withUnit(value: number, rest: string, unit: string | undefined): ReadNumber {
  const name = trimOf(rest, ' \t\n\v\f\r')
  if (name === '') return value
  if (unit === undefined) return 'invalid'
  const table = tableOf(unit)
  if (!Object.hasOwn(table, name)) return 'invalid'
  const names = Object.keys(table)
  const next = names[names.indexOf(name) + 1]
  const factor = (table[name] as number) / sizeOf(unit)
  if (next === undefined) return value * factor
  const smaller = (table[next] as number) / sizeOf(unit)
  return roundToEven((value * factor) / smaller) * smaller
}

function roundToEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}

function wholeNumber(text: string): number {
  const digits = text.replace(/^[\s\v]*[+-]?/, '')
  const size = /^0x/i.test(digits) ? Number(digits) : /^0./.test(digits) ? Number.parseInt(digits, 8) : Number(digits)
  return text.includes('-') ? -size : size
}

/** Undefined: hexadecimal digits beyond what is read exactly here. */
function realNumber(text: string): number | undefined {
  const [, sign = '', digits = ''] = /^[\s\v]*([+-]?)(.*)$/s.exec(text) ?? []
  const factor = sign === '-' ? -1 : 1
  if (/^inf/i.test(digits)) return factor * Infinity
  const hex = /^0x([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([+-]?\d+))?$/i.exec(digits)
  if (hex === null) return factor * Number(digits)
  const [, whole = '', fraction = '', exponent = '0'] = hex
  const mantissa = Number.parseInt(whole + fraction, 16)
  if (mantissa > Number.MAX_SAFE_INTEGER || Math.abs(Number(exponent)) > 900) return undefined
  return factor * mantissa * 2 ** (Number(exponent) - 4 * fraction.length)
}
