// What are the values of the constants in a Go template?
import { lookup } from '../values/lookup.ts'
import { textOfBytes } from './go-bytes.ts'
import { formatFloatAs } from './go-float.ts'
import { isInt64, parseFloat64, parseInteger } from './go-number.ts'
import { TemplateError, int } from './go-value.ts'
import type { GoInteger, GoStruct } from './go-value.ts'

/** A number constant: an int where Go sees one, and its readings for parameters of either type. */
interface NumberLiteral {
  readonly value: number | GoInteger | GoStruct
  readonly asInt: bigint | undefined
  readonly asFloat: number
  /** a whole number beyond int64: Go accepts it, but nothing computes with it */
  readonly overflows?: true
}

/**
 * `parse.newNumber`: integers with prefixes and underscores, floats; `1.0` is a float constant that also serves as an int.
 * What looks like an integer but is not (too large, `08`) is refused.
 */
export function parseNumber(text: string): NumberLiteral {
  if (text.endsWith('i')) return imaginary(text)
  const whole = parseInteger(text)
  if (whole !== undefined && isInt64(whole)) return { value: int(whole), asInt: whole, asFloat: Number(whole) }
  if (whole !== undefined && whole > 0n && whole < 2n ** 64n) return { value: 0, asInt: undefined, asFloat: Number(whole), overflows: true }
  const float = parseFloat64(text)
  if (float === undefined) throw new TemplateError(`illegal number syntax: ${JSON.stringify(text)}`)
  if (!/[.eEpP]/.test(text)) throw new TemplateError(`integer overflow: ${JSON.stringify(text)}`)
  const isInt = Number.isInteger(float) && isInt64(BigInt(float))
  return { value: float, asInt: isInt ? BigInt(float) : undefined, asFloat: float }
}

/** `2i`: nothing computes with it, but it prints. */
function imaginary(text: string): NumberLiteral {
  const part = parseFloat64(text.slice(0, -1))
  if (part === undefined) throw new TemplateError(`illegal number syntax: ${JSON.stringify(text)}`)
  const printed = formatFloatAs(part, 'g', -1)
  const shown = `(0${printed.startsWith('-') ? '' : '+'}${printed}i)`
  const value: GoStruct = { go: 'struct', type: 'complex128', text: shown, inside: [], methods: new Map() }
  return { value, asInt: undefined, asFloat: Number.NaN }
}

/** `'a'` is the integer 97. */
export function unquoteCharacter(text: string): NumberLiteral {
  const body = text.slice(1, -1)
  const byte = /^\\(?:x([0-9a-fA-F]{2})|([0-7]{3}))$/.exec(body)
  const points = [...(byte === null ? unescape(body, "'") : ' ')]
  if (points.length !== 1) throw new TemplateError(`malformed character constant: ${text}`)
  const code = byte === null ? ((points[0] as string).codePointAt(0) ?? 0) : byteOf(byte[1], byte[2])
  return { value: int(code), asInt: BigInt(code), asFloat: code }
}

/** `strconv.Unquote` of a quoted or raw string. */
export function unquoteText(text: string): string {
  if (text.startsWith('`')) return text.slice(1, -1).replaceAll('\r', '')
  return unescape(text.slice(1, -1).replace(/\p{Cs}/gu, '\ufffd'), '"')
}

function byteOf(hex: string | undefined, octal: string | undefined): number {
  const code = hex === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hex, 16)
  return code <= 0xff ? code : fail()
}

function fail(): never {
  throw new TemplateError('invalid syntax')
}

const simple: Record<string, string> = lookup({ a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' })

/** Escapes of characters and of bytes; the bytes need not form whole characters. */
function unescape(body: string, quote: string): string {
  if (!body.includes('\\')) return body
  const pieces = body.match(/\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|[^])?|[^\\]+/gu) ?? []
  return textOfBytes(Buffer.concat(pieces.map((piece) => (piece.startsWith('\\') ? escaped(piece.slice(1), quote) : Buffer.from(piece)))))
}

function escaped(escape: string, quote: string): Buffer {
  const known = escape === quote ? quote : simple[escape]
  if (known !== undefined) return Buffer.from(known)
  if (escape.length <= 1) return fail()
  if (escape.startsWith('x')) return Buffer.of(byteOf(escape.slice(1), undefined))
  if (!/^[uU]/.test(escape)) return Buffer.of(byteOf(undefined, escape))
  const code = Number.parseInt(escape.slice(1), 16)
  return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? Buffer.from(String.fromCodePoint(code)) : fail()
}
