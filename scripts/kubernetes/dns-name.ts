// Which names does Kubernetes accept for objects?
import { resolveScalar } from '../yaml/scalars.ts'

const label1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/
const label1123 = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/

/** A name that starts with a letter, without dots, at most 63 characters. Reproduces `validation.IsDNS1035Label`. */
export function isDns1035Label(text: string): boolean {
  return text.length <= 63 && label1035.test(text)
}

/** A label that may start with a digit. Reproduces `validation.IsDNS1123Label`. */
export function isDns1123Label(text: string): boolean {
  return text.length <= 63 && label1123.test(text)
}

/** Labels joined by dots, at most 253 characters in all. Reproduces `validation.IsDNS1123Subdomain`. */
export function isDns1123Subdomain(text: string): boolean {
  return text.length <= 253 && text.split('.').every((label) => label1123.test(label))
}

/** Whether YAML reads a bare name as text: the chart prints names without quotes, so `123` or `on` would be something else. */
export function isReadAsText(name: string): boolean {
  return typeof resolveScalar(name) === 'string'
}

/** Length as the operator counts it, in bytes of UTF-8. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text)
}
