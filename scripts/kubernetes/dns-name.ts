// Which names does Kubernetes accept for objects?
import { holdsSecret } from '../secret/message.ts'
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

/** The name that a text was most likely meant to be; undefined: too much is wrong. */
export function likelyName(text: string, fits: (name: string) => boolean = isDns1123Subdomain): string | undefined {
  const likely = text.trim().toLowerCase().replaceAll(/[_ ]/g, '-')
  return fits(likely) && !holdsSecret(text) ? likely : undefined
}

/** What is left of a text as a name of an object, whatever is wrong with it; undefined: nothing that may be shown. */
export function nearestLabel(text: string): string | undefined {
  const likely = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '')
  return isDns1123Label(likely) && !holdsSecret(text) ? likely : undefined
}

/** Whether YAML reads a bare name as text: the chart prints names without quotes, so `123` or `on` would be something else. */
export function isReadAsText(name: string): boolean {
  return typeof resolveScalar(name) === 'string'
}

/** Length as the operator counts it, in bytes of UTF-8. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text)
}
