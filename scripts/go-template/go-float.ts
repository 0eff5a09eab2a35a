// How does Go write a float64 under each verb?

import { trimEndOf } from '../values/trim.ts'

/** `strconv.FormatFloat`; `precision` -1: the fewest digits that identify the number. */
export function formatFloatAs(value: number, verb: string, precision: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const size = Math.abs(value)
  switch (verb) {
    case 'b':
      return sign + binary(size)
    case 'x':
      return sign + hexadecimal(size, precision)
    case 'X':
      return sign + hexadecimal(size, precision).toUpperCase()
    case 'e':
    case 'E':
      return sign + exponential(size, precision).replace('e', verb)
    case 'f':
    case 'F':
      return sign + fixed(size, precision)
    default:
      return sign + general(size, precision).replace('e', verb === 'G' ? 'E' : 'e')
  }
}

/** No float64 has more digits on either side of the point that are not zero. */
const mostDigits = 1100

/** Digits without trailing zeros, and how many of them are before the point. */
interface Decimal {
  readonly digits: string
  readonly point: number
}

function shortest(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 }
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  return { digits: trimEndOf(mantissa.replace('.', ''), '0'), point: Number(exponent) + 1 }
}

/** Rounds the exact value, halves to even, to `count` digits in all. */
function rounded(value: number, wanted: number): Decimal {
  if (value === 0) return { digits: '', point: 0 }
  const count = Math.min(wanted, mostDigits)
  const exponent = Number(value.toExponential().split('e')[1])
  let point = exponent + 1
  let digits = String(scaled(value, count - point))
  if (digits.length > count) point++
  digits = trimEndOf(digits, '0')
  return { digits, point }
}

/** value × 10^power as a whole number, halves to even. */
function scaled(value: number, power: number): bigint {
  const { mantissa, exponent } = parts(value)
  const [up, down] = [10n ** BigInt(Math.max(power, 0)), 10n ** BigInt(Math.max(-power, 0))]
  const numerator = mantissa * up * 2n ** BigInt(Math.max(exponent, 0))
  const denominator = down * 2n ** BigInt(Math.max(-exponent, 0))
  const [whole, rest] = [numerator / denominator, (numerator % denominator) * 2n]
  return rest > denominator || (rest === denominator && whole % 2n === 1n) ? whole + 1n : whole
}

/** value = mantissa × 2^exponent. */
function parts(value: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const biased = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & (2n ** 52n - 1n)
  return biased === 0 ? { mantissa: fraction, exponent: -1074 } : { mantissa: fraction | (1n << 52n), exponent: biased - 1075 }
}

function binary(value: number): string {
  const { mantissa, exponent } = parts(value)
  return `${mantissa}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`
}

/** `fmtX`: one bit before the point, four per digit after it. */
function hexadecimal(value: number, precision: number): string {
  let { mantissa, exponent } = parts(value)
  exponent += 52
  if (mantissa === 0n) exponent = 0
  else for (; mantissa < 1n << 52n; mantissa <<= 1n) exponent--
  if (precision >= 0 && precision < 13) {
    const drop = BigInt(52 - precision * 4)
    const [rest, half] = [mantissa & ((1n << drop) - 1n), 1n << (drop - 1n)]
    mantissa >>= drop
    if (rest > half || (rest === half && mantissa % 2n === 1n)) mantissa++
    mantissa <<= drop
    if (mantissa >= 1n << 53n) {
      mantissa >>= 1n
      exponent++
    }
  }
  const behind = (mantissa & ((1n << 52n) - 1n)).toString(16).padStart(13, '0')
  const shown = precision < 0 ? trimEndOf(behind, '0') : behind.slice(0, precision).padEnd(precision, '0')
  const power = `p${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  return `0x${mantissa === 0n ? 0 : 1}${shown === '' ? '' : `.${shown}`}${power}`
}

function exponential(value: number, precision: number): string {
  const decimal = precision < 0 ? shortest(value) : rounded(value, precision + 1)
  return withExponent(decimal, precision < 0 ? Math.max(decimal.digits.length - 1, 0) : precision)
}

function withExponent({ digits, point }: Decimal, places: number): string {
  const exponent = digits === '' ? 0 : point - 1
  const behind = digits.slice(1).padEnd(places, '0')
  const power = `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  return `${digits[0] ?? '0'}${places > 0 ? `.${behind.slice(0, places)}` : ''}${power}`
}

function fixed(value: number, precision: number): string {
  if (precision > mostDigits) return fixed(value, mostDigits) + '0'.repeat(precision - mostDigits)
  const { digits, point } = shortest(value)
  const places = precision < 0 ? Math.max(digits.length - point, 0) : precision
  const text = (precision < 0 ? BigInt(digits.padEnd(point + places, '0') || '0') : scaled(value, places))
    .toString()
    .padStart(places + 1, '0')
  return places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`
}

/** `%g`: with an exponent below 1e-4 and from the precision on, which is 6 for the shortest form. */
function general(value: number, precision: number): string {
  const wanted = precision === 0 ? 1 : precision
  const decimal = wanted < 0 ? shortest(value) : rounded(value, wanted)
  const { digits, point } = decimal
  let limit = wanted
  if (limit > digits.length && digits.length >= point) limit = digits.length
  if (wanted < 0) limit = 6
  const exponent = point - 1
  if (exponent < -4 || exponent >= limit) return withExponent(decimal, Math.max(digits.length - 1, 0))
  const places = Math.max(digits.length - point, 0)
  const text = digits.padEnd(Math.max(point, 0), '0').padStart(digits.length - Math.min(point, 0), '0') || '0'
  return places === 0 ? text : `${text.slice(0, -places) || '0'}.${text.slice(-places)}`
}
