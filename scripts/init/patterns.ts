// Which pattern with {service}, {name} and {env} gives the texts that are there?
import { fill } from '../discover/layout.ts'
import type { Parts } from '../discover/layout.ts'
import { byCodeUnit } from '../values/path.ts'
import { isJsonMap, setOwn } from '../values/value.ts'
import type { Json, JsonMap } from '../values/value.ts'

/** A text, and the database that it belongs to. */
export interface Sample<Content = string> {
  readonly text: Content
  readonly parts: Parts
}

/** A text with more occurrences of its parts than that is nobody's name. */
const mostCandidates = 500

/** The pattern that gives the most texts, the one with most placeholders of those; `misses` are the texts that it doesn't give. */
export function bestPattern(samples: readonly Sample[]): { readonly pattern: string; readonly misses: readonly Sample[] } {
  const candidates = new Set(samples.slice(0, 50).flatMap((sample) => candidatesOf(sample)))
  let best: { pattern: string; misses: readonly Sample[] } | undefined
  for (const pattern of [...candidates].sort((a, b) => placeholders(b) - placeholders(a) || byCodeUnit(a, b))) {
    const misses: Sample[] = []
    for (const sample of samples) {
      if (fill(pattern, sample.parts) !== sample.text) misses.push(sample)
      if (best !== undefined && misses.length >= best.misses.length) break
    }
    if (best === undefined || misses.length < best.misses.length) best = { pattern, misses }
    if (best.misses.length === 0) break
  }
  return best ?? { pattern: '', misses: samples }
}

const placeholders = (pattern: string): number => pattern.split('{').length

function candidatesOf({ text, parts }: Sample): string[] {
  const keys = (['service', 'name', 'env'] as const).filter((key) => (parts[key] ?? '') !== '')
  const from = (at: number): string[] => {
    if (at >= text.length) return ['']
    const found = [...from1(at)]
    return found.slice(0, mostCandidates)
  }
  const known = new Map<number, string[]>()
  function from1(at: number): string[] {
    const before = known.get(at)
    if (before !== undefined) return before
    const found: string[] = []
    for (const key of keys) {
      const value = parts[key] ?? ''
      if (text.startsWith(value, at)) for (const rest of from(at + value.length)) found.push(`{${key}}${rest}`)
    }
    for (const rest of from(at + 1)) found.push(`${text[at]}${rest}`)
    known.set(at, found.slice(0, mostCandidates))
    return found
  }
  return from(0)
}

/** One value with placeholders that gives each database its own; undefined: there is none, and where it differs. */
export function commonValue(samples: readonly Sample<Json>[]): { readonly value: Json } | { readonly differs: string } {
  const [first, ...others] = samples
  if (first === undefined) return { value: null }
  const { text } = first
  if (typeof text === 'string') {
    if (others.every((one) => one.text === text)) return { value: text }
    if (!others.every((one) => typeof one.text === 'string')) return { differs: '' }
    const { pattern, misses } = bestPattern(samples as Sample[])
    return misses.length === 0 ? { value: pattern } : { differs: '' }
  }
  if (Array.isArray(text)) {
    if (!others.every((one) => Array.isArray(one.text) && one.text.length === text.length)) return { differs: '' }
    const items: Json[] = []
    for (const index of text.keys()) {
      const item = commonValue(samples.map((one) => ({ text: (one.text as Json[])[index] ?? null, parts: one.parts })))
      if ('differs' in item) return { differs: `[${index}]${item.differs}` }
      items.push(item.value)
    }
    return { value: items }
  }
  if (isJsonMap(text)) {
    const keys = new Set(samples.flatMap((one) => (isJsonMap(one.text) ? Object.keys(one.text) : [])))
    const map: JsonMap = {}
    for (const key of keys) {
      if (!samples.every((one) => isJsonMap(one.text) && one.text[key] !== undefined)) return { differs: `.${key}` }
      const entry = commonValue(samples.map((one) => ({ text: (one.text as JsonMap)[key] ?? null, parts: one.parts })))
      if ('differs' in entry) return { differs: `.${key}${entry.differs}` }
      setOwn(map, key, entry.value)
    }
    return { value: map }
  }
  return others.every((one) => one.text === text) ? { value: text } : { differs: '' }
}
