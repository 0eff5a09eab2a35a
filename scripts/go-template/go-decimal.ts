// How does shopspring/decimal compute?
import { TemplateError } from './go-value.ts'

/** coefficient × 10^-places, exactly. */
export interface Decimal {
  readonly coefficient: bigint
  readonly places: number
}

/** `decimal.NewFromFloat`: the shortest digits of the number, so that 0.1 is a tenth. */
export function decimalOf(value: number): Decimal {
  if (!Number.isFinite(value)) throw new TemplateError('Cannot create a Decimal from this number')
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const places = fraction.length - Number(exponent)
  const digits = BigInt(whole + fraction)
  return places < 0 ? { coefficient: digits * 10n ** BigInt(-places), places: 0 } : { coefficient: digits, places }
}

/** `Decimal.Float64`: the nearest number. */
export function numberOf({ coefficient, places }: Decimal): number {
  return Number(`${coefficient}e-${places}`)
}

function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const places = Math.max(a.places, b.places)
  const scale = (value: Decimal): bigint => value.coefficient * 10n ** BigInt(places - value.places)
  return [scale(a), scale(b), places]
}

export function add(a: Decimal, b: Decimal): Decimal {
  const [left, right, places] = aligned(a, b)
  return { coefficient: left + right, places }
}
export function subtract(a: Decimal, b: Decimal): Decimal {
  return add(a, { ...b, coefficient: -b.coefficient })
}
export function multiply(a: Decimal, b: Decimal): Decimal {
  return { coefficient: a.coefficient * b.coefficient, places: a.places + b.places }
}

/** Sixteen places, halves away from zero. */
export function divide(a: Decimal, b: Decimal): Decimal {
  const [left, right] = aligned(a, b)
  if (right === 0n) throw new TemplateError('decimal division by 0')
  const numerator = left * 10n ** 16n
  const quotient = numerator / right
  const rest = (numerator % right) * 2n
  const size = (value: bigint): bigint => (value < 0n ? -value : value)
  const up = size(rest) >= size(right) ? 1n : 0n
  return { coefficient: quotient + (numerator < 0n !== right < 0n ? -up : up), places: 16 }
}
