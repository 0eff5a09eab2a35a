// How do Go and PostgreSQL read a boolean, a number or a memory size from text?
import { byText } from '../values/by-text.ts'
import { parseQuantity } from '../kubernetes/quantity.ts'
import type { Quantity } from '../kubernetes/quantity.ts'

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }
const goTrue = new Set(['1', 't', 'T', 'TRUE', 'true', 'True'])
const goFalse = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False'])
const postgresTrue = new Set(['1', 'on', 'y', 'ye', 'yes', 't', 'tr', 'tru', 'true'])
const postgresFalse = new Set(['0', 'of', 'off', 'n', 'no', 'f', 'fa', 'fal', 'fals', 'false'])

/** undefined: not a boolean. Reproduces `strconv.ParseBool`. */
export function parseGoBoolean(text: string): boolean | undefined {
  if (goTrue.has(text)) return true
  return goFalse.has(text) ? false : undefined
}

/** undefined: not a boolean. Any case, no blanks. Reproduces the operator's `ParsePostgresConfigBoolean`. */
export function parsePostgresBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase()
  if (postgresTrue.has(lower)) return true
  return postgresFalse.has(lower) ? false : undefined
}

/** undefined: not a decimal 64-bit integer with at most one sign. Reproduces `strconv.Atoi`. */
export function parseGoInteger(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined
  const value = BigInt(text.replace(/^\+/, ''))
  return value < int64.min || value > int64.max ? undefined : value
}

/**
 * Bytes of a PostgreSQL memory setting as the operator reads it; undefined: refused.
 * A bare number is megabytes here, while PostgreSQL would count blocks. Reproduces `parsePostgresQuantityValue`.
 */
export const parsePostgresMemory: (text: string) => Quantity | undefined = byText(readMemory)

function readMemory(text: string): Quantity | undefined {
  const complete = parseGoInteger(text) === undefined ? text : `${text}MB`
  if (!complete.endsWith('B')) return undefined
  const number = complete.slice(0, -1).replaceAll(' ', '')
  const binary = parseGoInteger(number) === undefined ? `${number}i`.replaceAll('ki', 'Ki') : number
  return parseQuantity(binary)
}

/** Two hexadecimal numbers of at most 64 bits around a slash. Reproduces `postgres.LSN.Parse`. */
export function isLogSequenceNumber(text: string): boolean {
  const parts = text.split('/')
  return parts.length === 2 && parts.every((part) => /^[0-9a-fA-F]+$/.test(part) && BigInt(`0x${part}`) < 2n ** 64n)
}
