// What does encoding/json make of a text?
import type { Json } from '../values/value.ts'
import { jsonError } from './go-json-error.ts'
import { TemplateError } from './go-value.ts'
import { mapEntries } from '../values/value.ts'

/** JSON into `any`: numbers beyond float64 are refused, an unpaired surrogate becomes U+FFFD. Throws TemplateError. */
export function readJson(text: string): Json {
  try {
    return checked(JSON.parse(text) as Json)
  } catch (error) {
    if (error instanceof TemplateError) throw error
    throw new TemplateError(jsonError(text))
  }
}

function checked(value: Json): Json {
  if (typeof value === 'string') return wellFormed(value)
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TemplateError('a number is out of range')
  if (Array.isArray(value)) return value.map(checked)
  if (value === null || typeof value !== 'object') return value
  return mapEntries(value, checked)
}

function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd')
}
