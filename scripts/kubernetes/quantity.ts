// How does Kubernetes read, compare and rewrite a resource quantity?
import { byText } from '../values/by-text.ts'
import { printed } from '../values/printed.ts'
import { trimEndOf, trimOf } from '../values/trim.ts'
import type { Json } from '../values/value.ts'

/** `coefficient` × 10^`exponent`: exact, also for binary suffixes. */
interface Decimal {
  readonly coefficient: bigint
  readonly exponent: number
}

/** A parsed quantity; `written` is its text where Kubernetes would print it unchanged. */
export interface Quantity extends Decimal {
  readonly format: 'decimal' | 'binary' | 'scientific'
  readonly written?: string
}

interface Suffix {
  readonly format: Quantity['format']
  /** a power of ten, for binary suffixes a power of two */
  readonly power: number
}

const decimalSuffixes = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
])
const binarySuffixes = new Map([
  ['Ki', 10],
  ['Mi', 20],
  ['Gi', 30],
  ['Ti', 40],
  ['Pi', 50],
  ['Ei', 60],
])
const grammar = /^([+-]?)([0-9]*)(?:\.([0-9]*))?((?:[eEinumkKMGTP]+[-+]?|[-+])[0-9]*)?$/
const int64Max = 2n ** 63n - 1n
const int64Min = -(2n ** 63n)
const smallestExponent = -9

/**
 * Parses a quantity as written in a string field (no blanks around it); undefined: not a quantity.
 * Values below one nano round away from zero, binary values end at 2^63-1. Reproduces `resource.ParseQuantity`.
 */
export const parseQuantity: (text: string) => Quantity | undefined = byText(readText)

function readText(text: string): Quantity | undefined {
  if (text === '') return undefined
  if (/^[+-]?0*$/.test(text)) return { coefficient: 0n, exponent: 0, format: 'decimal' }
  const parts = grammar.exec(text)
  if (!parts) return undefined
  const whole = parts[2]?.replace(/^0+/, '') || '0'
  const fraction = parts[3] ?? ''
  const suffix = readSuffix(parts[4] ?? '')
  if (!suffix) return undefined
  const shifted = BigInt(`${whole}${fraction}`) * (parts[1] === '-' ? -1n : 1n)
  if (isShort(whole, fraction, suffix)) return shortQuantity(text, `${whole}${fraction}`, { shifted, suffix, fraction })
  // beyond 64-bit arithmetic the number itself needs a digit: `Ei` alone is refused, `Gi` is zero
  const numeric = text.slice(0, text.length - (parts[4] ?? '').length)
  return /[0-9]/.test(numeric) ? longQuantity(shifted, fraction, suffix) : undefined
}

// `Quantity.UnmarshalJSON` trims the raw JSON: blanks that JSON writes as an escape (tab, line breaks, U+2028) are characters there
const blanks = ' \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000'

/** A quantity of a Go-typed field: a JSON number, or a string that may have blanks around it. */
export function readQuantity(value: Json | undefined): Quantity | undefined {
  if (typeof value === 'number') return parseQuantity(printed(value))
  return typeof value === 'string' ? parseQuantity(trimOf(value, blanks)) : undefined
}

/** -1, 0 or 1; exact at any size. */
export function compareQuantities(left: Decimal, right: Decimal): number {
  const signs = [sign(left.coefficient), sign(right.coefficient)] as const
  if (signs[0] !== signs[1]) return signs[0] < signs[1] ? -1 : 1
  if (signs[0] === 0) return 0
  const magnitudes = [magnitude(left), magnitude(right)] as const
  // aligning 1e2000000000 would need two billion digits; the number of digits decides that case
  if (magnitudes[0] !== magnitudes[1]) return magnitudes[0] < magnitudes[1] ? -signs[0] : signs[0]
  const exponent = Math.min(left.exponent, right.exponent)
  return sign(raise(left, exponent) - raise(right, exponent))
}

export function isZeroQuantity(quantity: Decimal | undefined): boolean {
  return quantity === undefined || quantity.coefficient === 0n
}

/** The text that Kubernetes stores for a Go-typed quantity: `1.5Gi` becomes `1536Mi`, `1000m` becomes `1`. */
export function formatQuantity(quantity: Quantity): string {
  if (quantity.written !== undefined) return quantity.written
  if (quantity.coefficient === 0n) return '0'
  const wholes = quantity.format === 'binary' ? binaryWholes(quantity) : undefined
  if (wholes !== undefined) return formatBinary(wholes)
  const [coefficient, exponent] = toThousands(quantity)
  if (quantity.format === 'scientific') return exponent === 0 ? `${coefficient}` : `${coefficient}e${exponent}`
  const suffix = [...decimalSuffixes].find(([, power]) => power === exponent)?.[0]
  // upstream drops a suffix for which it has no letter
  return `${coefficient}${suffix ?? ''}`
}

function readSuffix(text: string): Suffix | undefined {
  const decimal = decimalSuffixes.get(text)
  if (decimal !== undefined) return { format: 'decimal', power: decimal }
  const binary = binarySuffixes.get(text)
  if (binary !== undefined) return { format: 'binary', power: binary }
  if (!/^[eE][-+]?[0-9]+$/.test(text)) return undefined
  const power = BigInt(text.slice(text[1] === '+' ? 2 : 1))
  if (power < int64Min || power > int64Max) return undefined
  return { format: 'scientific', power: Number(BigInt.asIntN(32, power)) }
}

/** Whether upstream computes with 64-bit numbers, where a text in short form is kept as written. */
function isShort(whole: string, fraction: string, suffix: Suffix): boolean {
  if (suffix.format === 'binary') {
    if (fraction !== '') return false
    return 15 - whole.length - Math.floor((suffix.power * 3) / 10) - 1 >= 0
  }
  return 18 - whole.length - fraction.length >= 0 && suffix.power - fraction.length >= smallestExponent
}

interface Parts {
  readonly shifted: bigint
  readonly suffix: Suffix
  readonly fraction: string
}

function shortQuantity(text: string, digits: string, { shifted, suffix, fraction }: Parts): Quantity {
  if (suffix.format === 'binary') {
    const short = (shifted & 7n) !== 0n
    const coefficient = shifted << BigInt(suffix.power)
    return { coefficient, exponent: 0, format: 'binary', ...(short && { written: text }) }
  }
  const exponent = suffix.power - fraction.length
  const short = exponent % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0')
  return { coefficient: shifted, exponent, format: suffix.format, ...(short && { written: text }) }
}

function longQuantity(shifted: bigint, fraction: string, suffix: Suffix): Quantity {
  const scaled =
    suffix.format === 'binary'
      ? { coefficient: shifted << BigInt(suffix.power), exponent: -fraction.length }
      : { coefficient: shifted, exponent: suffix.power - fraction.length }
  const rounded = roundAway(scaled, smallestExponent)
  if (suffix.format !== 'binary') return { ...rounded, format: suffix.format }
  const absolute = { ...rounded, coefficient: rounded.coefficient < 0n ? -rounded.coefficient : rounded.coefficient }
  const negative = rounded.coefficient < 0n
  if (compareQuantities(absolute, { coefficient: int64Max, exponent: 0 }) > 0)
    return { coefficient: negative ? -int64Max : int64Max, exponent: 0, format: 'binary' }
  const belowOne = absolute.coefficient > 0n && compareQuantities(absolute, { coefficient: 1n, exponent: 0 }) < 0
  return { ...rounded, format: belowOne ? 'decimal' : 'binary' }
}

/** Drops digits below 10^exponent, rounding away from zero. */
function roundAway(value: Decimal, exponent: number): Decimal {
  if (value.coefficient === 0n || value.exponent >= exponent) return value
  const dropped = exponent - value.exponent
  const direction = value.coefficient < 0n ? -1n : 1n
  if (dropped > digitCount(value.coefficient)) return { coefficient: direction, exponent }
  const unit = 10n ** BigInt(dropped)
  const whole = value.coefficient / unit
  return { coefficient: value.coefficient % unit === 0n ? whole : whole + direction, exponent }
}

/** The whole number of a binary quantity, or undefined where it is printed as a decimal one. */
function binaryWholes(quantity: Quantity): bigint | undefined {
  if (compareQuantities(quantity, { coefficient: -1024n, exponent: 0 }) > 0)
    if (compareQuantities(quantity, { coefficient: 1024n, exponent: 0 }) < 0) return undefined
  const whole = roundAway(quantity, 0)
  return compareQuantities(whole, quantity) === 0 ? raise(whole, 0) : undefined
}

function formatBinary(wholes: bigint): string {
  let number = wholes
  let power = 0
  while (number % 1024n === 0n && power < 60) {
    number /= 1024n
    power += 10
  }
  return `${number}${[...binarySuffixes].find(([, value]) => value === power)?.[0] ?? ''}`
}

/** No trailing zeros, and an exponent that is a multiple of three. */
function toThousands(value: Decimal): [bigint, number] {
  const digits = value.coefficient.toString()
  const kept = trimEndOf(digits, '0')
  let coefficient = BigInt(kept)
  let exponent = value.exponent + digits.length - kept.length
  while (exponent % 3 !== 0) {
    coefficient *= 10n
    exponent -= 1
  }
  return [coefficient, exponent]
}

function raise(value: Decimal, exponent: number): bigint {
  return value.coefficient * 10n ** BigInt(Math.max(0, value.exponent - exponent))
}

function magnitude(value: Decimal): number {
  return digitCount(value.coefficient) + value.exponent
}

function digitCount(value: bigint): number {
  return (value < 0n ? -value : value).toString().length
}

function sign(value: bigint): -1 | 0 | 1 {
  if (value === 0n) return 0
  return value < 0n ? -1 : 1
}
