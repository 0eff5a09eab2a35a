// Which Sprig functions work on numbers and types?
import type { Budget } from '../budget.ts'
import { takes, takesMore } from '../go-function.ts'
import type { GoFunction, GoFunctions } from '../go-function.ts'
import { add, decimalOf, divide, multiply, numberOf, subtract } from '../go-decimal.ts'
import type { Decimal } from '../go-decimal.ts'
import { formatValue } from '../go-format.ts'
import { isInt64, parseFloat64, parseInteger, truncateFloat } from '../go-number.ts'
import { TemplateError, int, int64, isInteger, kindOf, typedList, typeOf } from '../go-value.ts'
import type { GoValue } from '../go-value.ts'

/** `cast.ToInt64`: floats lose their fraction, strings may have a base prefix; what can't be read is 0. */
export function toInt64(value: GoValue): bigint {
  if (isInteger(value)) return value.type === 'time.Duration' ? 0n : BigInt.asIntN(64, value.value)
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value === 'number') return truncateFloat(value)
  if (typeof value !== 'string') return 0n
  const whole = parseInteger(withoutZeroFraction(value))
  return whole !== undefined && isInt64(whole) ? whole : 0n
}

/** `cast.trimZeroDecimal`: `1.0` is 1, `1.` and `1.5` stay. */
function withoutZeroFraction(text: string): string {
  let start = text.length
  while (start > 0 && '.0'.includes(text[start - 1] as string)) start--
  const point = text.indexOf('.', start)
  return point >= 0 && text.includes('0', point) ? text.slice(0, point) : text
}

/** `cast.ToFloat64`; what can't be read is 0. */
function toFloat64(value: GoValue): number {
  if (typeof value === 'number') return value
  if (typeof value === 'string') return parseFloat64(value) ?? 0
  return isInteger(value) && value.type === 'uint64' ? Number(value.value) : Number(toInt64(value))
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
/** `execDecimalOp`: shopspring/decimal keeps decimal digits exactly, 0.1 + 0.2 is 0.3. */
function decimals(step: (a: Decimal, b: Decimal) => Decimal): GoFunction {
  return takesMore(['any'], 'any', (first, rest, budget) =>
    numberOf(
      rest.reduce<Decimal>(
        (value, next, index) => {
          // each may add 300 digits, all of which the next one computes with
          budget.steps(20 * index)
          return step(value, decimalOf(toFloat64(next)))
        },
        decimalOf(toFloat64(first)),
      ),
    ),
  )
}
const extreme = (pick: (a: number, b: number) => number): GoFunction =>
  takesMore(['any'], 'any', (first, rest) => rest.map(toFloat64).reduce((a, b) => pick(a, b), toFloat64(first)))

function nonZero(value: bigint): bigint {
  if (value === 0n) throw new TemplateError('runtime error: integer divide by zero')
  return value
}
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b)

function steps(from: number, to: number, step: number, budget: Budget): GoValue {
  if (step === 0) return typedList('[]int', [])
  const count = Math.max(0, Math.ceil((to - from) / step))
  budget.elements(count)
  return typedList(
    '[]int',
    Array.from({ length: count }, (_, index) => int(from + index * step)),
  )
}

/** `round`: up from a fraction of `threshold` on, else down; below zero always down. */
function round(value: GoValue, places: number, options: readonly number[]): number {
  const power = 10 ** places
  const digits = power * toFloat64(value)
  const isUp = digits - Math.trunc(digits) >= (options[0] ?? 0.5)
  return (isUp ? Math.ceil(digits) : Math.floor(digits)) / power
}

/** `seq`, as in the shell, except that a step in the wrong direction gives nothing. */
function sequence(values: readonly number[], budget: Budget): string {
  const list = (from: number, step: number, to: number): string => {
    const items = steps(from, to + (to < from ? -1 : 1), step, budget)
    return (Array.isArray(items) ? items.map((item) => formatValue(item, budget)) : []).join(' ')
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
  add1f: takes(['any'], (value) => numberOf(add(decimalOf(toFloat64(value)), decimalOf(1)))),
  addf: takesMore([], 'any', (values) => numberOf(values.map((value) => decimalOf(toFloat64(value))).reduce(add, decimalOf(0)))),
  subf: decimals(subtract),
  mulf: decimals(multiply),
  divf: decimals(divide),
  ceil: takes(['any'], (value) => Math.ceil(toFloat64(value))),
  floor: takes(['any'], (value) => Math.floor(toFloat64(value))),
  round: takesMore(['any', 'int'], 'float64', round),
  int: takes(['any'], (value) => int(toInt64(value))),
  int64: takes(['any'], (value) => int64(toInt64(value))),
  float64: takes(['any'], toFloat64),
  atoi: takes(['string'], (text) => int(wholeOr0(text, 10))),
  toDecimal: takes(['any'], (value, budget) => int64(wholeOr0(formatValue(value, budget), 8))),
  until: takes(['int'], (count, budget) => steps(0, count, count < 0 ? -1 : 1, budget)),
  untilStep: takes(['int', 'int', 'int'], steps),
  seq: takesMore([], 'int', sequence),
}

/** `strconv.Atoi` and `ParseInt` in base 8, whose errors are ignored. */
function wholeOr0(text: string, base: 8 | 10): bigint {
  const match = (base === 8 ? /^([+-]?)([0-7]+)$/ : /^([+-]?)(\d+)$/).exec(text)
  if (match === null) return 0n
  // 64 bits have 22 octal digits: anything longer is out of range anyway
  const digits = (match[2] ?? '').replace(/^0+(?=\d)/, '').slice(0, 30)
  const size = BigInt(`${base === 8 ? '0o' : ''}${digits}`)
  const value = match[1] === '-' ? -size : size
  const nearest = value < 0n ? -(2n ** 63n) : 2n ** 63n - 1n
  return isInt64(value) ? value : base === 10 ? nearest : 0n
}

const typeName = (value: GoValue): string => (value === null || value === undefined ? '<nil>' : typeOf(value))

export const typeFunctions: GoFunctions = {
  typeOf: takes(['any'], typeName),
  typeIs: takes(['string', 'any'], (type, value) => typeName(value) === type),
  typeIsLike: takes(['string', 'any'], (type, value) => typeName(value) === type || typeName(value) === `*${type}`),
  kindOf: takes(['any'], kindOf),
  kindIs: takes(['string', 'any'], (kind, value) => kindOf(value) === kind),
}
