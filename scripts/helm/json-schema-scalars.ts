// Do strings and numbers satisfy a schema?
import { lookup } from '../values/lookup.ts'
import { compileGoRegexp } from '../go-template/regexp.ts'
import type { JsonMap } from '../values/value.ts'
import { shownJson } from './json-schema-text.ts'
import type { Draft } from './json-schema-shape.ts'

export function checkText(schema: JsonMap, text: string): string[] {
  const { minLength, maxLength, pattern } = schema
  const messages: string[] = []
  const length = minLength === undefined && maxLength === undefined ? 0 : [...text].length
  if (typeof minLength === 'number' && length < minLength) messages.push(`minLength: got ${length}, want ${minLength}`)
  if (typeof maxLength === 'number' && length > maxLength) messages.push(`maxLength: got ${length}, want ${maxLength}`)
  if (typeof pattern === 'string' && compileGoRegexp(pattern)?.find(text, 0) === undefined)
    messages.push(`${shownJson(text)} does not match pattern ${shownJson(pattern)}`)
  return messages
}

export function checkNumber(schema: JsonMap, value: number, draft: Draft): string[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  const messages: string[] = []
  const below = (limit: number, name: string): void => void messages.push(`${name}: got ${numberText(value)}, want ${numberText(limit)}`)
  if (typeof minimum === 'number') {
    if (draft === 4 && exclusiveMinimum === true) {
      if (value <= minimum) below(minimum, 'exclusiveMinimum')
    } else if (value < minimum) below(minimum, 'minimum')
  }
  if (typeof maximum === 'number') {
    if (draft === 4 && exclusiveMaximum === true) {
      if (value >= maximum) below(maximum, 'exclusiveMaximum')
    } else if (value > maximum) below(maximum, 'maximum')
  }
  if (typeof exclusiveMinimum === 'number' && draft >= 6 && value <= exclusiveMinimum) below(exclusiveMinimum, 'exclusiveMinimum')
  if (typeof exclusiveMaximum === 'number' && draft >= 6 && value >= exclusiveMaximum) below(exclusiveMaximum, 'exclusiveMaximum')
  if (typeof multipleOf === 'number' && !isMultiple(value, multipleOf)) below(multipleOf, 'multipleOf')
  return messages
}

/** Exact for decimal digits. */
function isMultiple(value: number, of: number): boolean {
  const scale = Math.max(decimals(value), decimals(of))
  const whole = (number: number): bigint => BigInt(Math.round(number * 10 ** Math.min(scale, 15)))
  const divisor = whole(of)
  return divisor !== 0n && whole(value) % divisor === 0n
}

function decimals(value: number): number {
  const [mantissa = '', exponent = '0'] = String(value).split('e')
  return Math.max(0, (mantissa.split('.')[1] ?? '').length - Number(exponent))
}

const superscript: Readonly<Record<string, string>> = lookup({
  '0': '⁰',
  '1': '¹',
  '2': '²',
  '3': '³',
  '4': '⁴',
  '5': '⁵',
  '6': '⁶',
  '7': '⁷',
  '8': '⁸',
  '9': '⁹',
})

/** golang.org/x/text writes large numbers with a power of ten. */
function numberText(value: number): string {
  const text = value.toExponential()
  const [mantissa = '', exponent = ''] = text.split('e')
  const power = Number(exponent)
  if (value === 0 || (power >= -4 && power < 6)) return String(value)
  const digits = String(Math.abs(power))
    .padStart(2, '0')
    .replace(/\d/g, (digit) => superscript[digit] ?? '')
  return `${mantissa}×10${power < 0 ? '⁻' : ''}${digits}`
}
