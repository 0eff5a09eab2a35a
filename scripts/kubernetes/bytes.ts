// How many bytes is a quantity, and how is a number of bytes written?
import type { Json } from '../values/value.ts'
import { readQuantity } from './quantity.ts'

/** Undefined: not a quantity. */
export function bytesOf(value: Json | undefined): number | undefined {
  const quantity = readQuantity(value)
  return quantity === undefined ? undefined : Number(quantity.coefficient) * 10 ** quantity.exponent
}

const units = ['Ti', 'Gi', 'Mi', 'Ki'] as const

/** Three significant digits, rounded up: 1.21Gi. */
export function showQuantity(bytes: number): string {
  const power = [4, 3, 2, 1].find((one) => bytes >= 1024 ** one)
  if (power === undefined) return `${bytes}`
  const amount = bytes / 1024 ** power
  const step = amount >= 100 ? 1 : amount >= 10 ? 10 : 100
  return `${Math.ceil(amount * step - 1e-9) / step}${units[4 - power]}`
}
