// What do the constants in a Go template stand for?
import { TemplateError, int } from './go-value.ts'
import type { GoInteger } from './go-value.ts'

/** A number constant: an int where Go sees one, and its readings for parameters of either type. */
interface NumberLiteral {
  readonly value: number | GoInteger
  readonly asInt: bigint | undefined
  readonly asFloat: number
}

const maxInt = 2n ** 63n - 1n

/** `parse.newNumber`: integers with prefixes and underscores, floats; `1.0` is a float constant that also serves as an int. */
export function parseNumber(text: string): NumberLiteral {
  const whole = parseInteger(text)
  if (whole !== undefined) {
    if (whole > maxInt || whole < -maxInt - 1n) throw new TemplateError(`integer overflow: ${text}`)
    return { value: int(whole), asInt: whole, asFloat: Number(whole) }
  }
  const plain = text.replaceAll('_', '')
  const float = /^[+-]?0x/i.test(plain)
    ? hexFloat(plain)
    : /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(plain)
      ? Number(plain)
      : Number.NaN
  if (Number.isNaN(float)) throw new TemplateError(`illegal number syntax: ${text}`)
  return { value: float, asInt: Number.isInteger(float) ? BigInt(float) : undefined, asFloat: float }
}

/** `strconv.ParseInt(text, 0, 64)` without its range check: prefixes 0x, 0b, 0o, and a leading 0 is octal. */
export function parseInteger(text: string): bigint | undefined {
  const match = /^([+-]?)(0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)$/.exec(text)
  if (match === null) return undefined
  const digits = (match[2] ?? '').replaceAll('_', '')
  const octal = /^0[0-7]+$/.test(digits)
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits)
  return match[1] === '-' ? -value : value
}

function hexFloat(text: string): number {
  const match = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?p([+-]?\d+)$/i.exec(text)
  if (match === null) return Number.NaN
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const mantissa = Number.parseInt(`${whole}${fraction}` || '0', 16)
  return (sign === '-' ? -1 : 1) * mantissa * 2 ** (Number(exponent) - 4 * fraction.length)
}

/** `'a'` is the integer 97. */
export function unquoteCharacter(text: string): NumberLiteral {
  const body = unescape(text.slice(1, -1), "'")
  const points = [...body]
  if (points.length !== 1) throw new TemplateError(`malformed character constant: ${text}`)
  const code = (points[0] as string).codePointAt(0) ?? 0
  return { value: int(code), asInt: BigInt(code), asFloat: code }
}

/** `strconv.Unquote` of a quoted or raw string. */
export function unquoteText(text: string): string {
  if (text.startsWith('`')) return text.slice(1, -1).replaceAll('\r', '')
  return unescape(text.slice(1, -1), '"')
}

const simple: Record<string, string> = { a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' }

function unescape(body: string, quote: string): string {
  return body.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|[^])?/g, (_, escape: string | undefined) => {
    if (escape === quote) return quote
    const known = escape === undefined ? undefined : simple[escape]
    if (known !== undefined) return known
    if (escape !== undefined && escape.length > 1) {
      const code = /^[xuU]/.test(escape) ? Number.parseInt(escape.slice(1), 16) : Number.parseInt(escape, 8)
      if (code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)) return String.fromCodePoint(code)
    }
    throw new TemplateError('invalid escape in quoted string')
  })
}
