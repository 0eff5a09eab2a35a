// Which Sprig functions work on numbers and types?
import { takes, takesMore } from './go-function.ts'
import type { GoFunction, GoFunctions } from './go-function.ts'
import { parseInteger } from './go-literal.ts'
import { TemplateError, int, int64, isInteger, isStruct, kindOf, typedList, typeOf } from './go-value.ts'
import type { GoValue } from './go-value.ts'

const maxInt = 2n ** 63n - 1n

/** `cast.ToInt64`: floats lose their fraction, texts may carry a base prefix; what can't be read is 0. */
function toInt64(value: GoValue): bigint {
  if (isInteger(value)) return value.value
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value === 'number') return Number.isFinite(value) ? BigInt.asIntN(64, BigInt(Math.trunc(value))) : -maxInt - 1n
  if (typeof value !== 'string') return 0n
  const whole = parseInteger(value.replace(/\.0*$/, ''))
  return whole === undefined || whole > maxInt || whole < -maxInt - 1n ? 0n : whole
}

/** `cast.ToFloat64`; what can't be read is 0. */
function toFloat64(value: GoValue): number {
  if (typeof value === 'number') return value
  if (typeof value === 'string') return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value) ? Number(value) : 0
  return Number(toInt64(value))
}

function fold(start: bigint, step: (a: bigint, b: bigint) => bigint): GoFunction {
  return takesMore([], 'any', (values) => int64(values.reduce<bigint>((sum, value) => BigInt.asIntN(64, step(sum, toInt64(value))), start)))
}
function foldFrom(step: (a: bigint, b: bigint) => bigint): GoFunction {
  return takesMore(['any'], 'any', (first, rest) =>
    int64(rest.reduce<bigint>((value, next) => BigInt.asIntN(64, step(value, toInt64(next))), toInt64(first))),
  )
}
function binary(step: (a: bigint, b: bigint) => bigint): GoFunction {
  return takes(['any', 'any'], (a, b) => int64(step(toInt64(a), toInt64(b))))
}
/** shopspring/decimal keeps decimal digits exactly: 0.1 + 0.2 is 0.3 here as there. */
function decimals(step: (a: number, b: number) => number, digits = (result: number): number => Number(result.toPrecision(15))): GoFunction {
  return takesMore(['any'], 'any', (first, rest) =>
    digits(rest.reduce<number>((value, next) => step(value, toFloat64(next)), toFloat64(first))),
  )
}
const extreme = (pick: (...values: number[]) => number): GoFunction =>
  takesMore(['any'], 'any', (first, rest) => pick(toFloat64(first), ...rest.map(toFloat64)))

function nonZero(value: bigint): bigint {
  if (value === 0n) throw new TemplateError('integer divide by zero')
  return value
}
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b)

function steps(from: number, to: number, step: number): GoValue {
  if (step === 0) return typedList('[]int', [])
  const count = Math.max(0, Math.ceil((to - from) / step))
  if (count > 1_000_000) throw new TemplateError('the list is too long')
  return typedList(
    '[]int',
    Array.from({ length: count }, (_, index) => int(from + index * step)),
  )
}

/** `round`: away from zero from a fraction of `threshold` on. */
function round(value: GoValue, places: number, options: readonly number[]): number {
  const threshold = options[0] ?? 0.5
  const float = toFloat64(value)
  const power = 10 ** places
  const digits = power * float
  const fraction = digits - Math.trunc(digits)
  const rounded = Math.abs(fraction) >= threshold ? (fraction >= 0 ? Math.ceil(digits) : Math.floor(digits)) : Math.trunc(digits)
  return rounded / power
}

function sequence(values: readonly number[]): string {
  const list = (from: number, step: number, to: number): string => {
    if (step === 0) return ''
    const down = step < 0
    if (Math.abs((to - from) / step) > 1_000_000) throw new TemplateError('the list is too long')
    const items: number[] = []
    for (let at = from; down ? at >= to : at <= to; at += step) items.push(at)
    return items.join(' ')
  }
  const [first = 1, second = 1, third = 1] = values
  if (values.length === 1) return list(1, first < 1 ? -1 : 1, first)
  if (values.length === 2) return list(first, second < first ? -1 : 1, second)
  return values.length === 3 ? list(first, second, third) : ''
}

export const numberFunctions: GoFunctions = {
  add: fold(0n, (a, b) => a + b),
  add1: takes(['any'], (value) => int64(toInt64(value) + 1n)),
  sub: binary((a, b) => a - b),
  div: binary((a, b) => a / nonZero(b)),
  mod: binary((a, b) => a % nonZero(b)),
  mul: foldFrom((a, b) => a * b),
  max: foldFrom(larger),
  biggest: foldFrom(larger),
  min: foldFrom(smaller),
  maxf: extreme(Math.max),
  minf: extreme(Math.min),
  add1f: takes(['any'], (value) => Number((toFloat64(value) + 1).toPrecision(15))),
  addf: decimals((a, b) => a + b),
  subf: decimals((a, b) => a - b),
  mulf: decimals((a, b) => a * b),
  divf: decimals(
    (a, b) => (b === 0 ? Number(nonZero(0n)) : a / b),
    (result) => Number(result.toFixed(16)),
  ),
  ceil: takes(['any'], (value) => Math.ceil(toFloat64(value))),
  floor: takes(['any'], (value) => Math.floor(toFloat64(value))),
  round: takesMore(['any', 'int'], 'float64', round),
  int: takes(['any'], (value) => int(toInt64(value))),
  int64: takes(['any'], (value) => int64(toInt64(value))),
  float64: takes(['any'], toFloat64),
  atoi: takes(['string'], (text) => int(/^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : 0n)),
  toDecimal: takes(['any'], (value) => {
    const digits = String(isInteger(value) ? value.value : value)
    return int64(/^[0-7]+$/.test(digits) ? BigInt(`0o${digits}`) : 0n)
  }),
  until: takes(['int'], (count) => steps(0, count, count < 0 ? -1 : 1)),
  untilStep: takes(['int', 'int', 'int'], steps),
  seq: takesMore([], 'int', sequence),
}

const typeName = (value: GoValue): string => (value === null || value === undefined ? '<nil>' : typeOf(value))

export const typeFunctions: GoFunctions = {
  typeOf: takes(['any'], typeName),
  typeIs: takes(['string', 'any'], (type, value) => typeName(value) === type),
  typeIsLike: takes(['string', 'any'], (type, value) => typeName(value) === type || typeName(value) === `*${type}`),
  kindOf: takes(['any'], (value) => (isStruct(value) ? 'ptr' : kindOf(value))),
  kindIs: takes(['string', 'any'], (kind, value) => (isStruct(value) ? 'ptr' : kindOf(value)) === kind),
}
