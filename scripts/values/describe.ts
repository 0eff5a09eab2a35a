// How does a message show a value?
import type { Value } from './value.ts'
import { printed } from './printed.ts'

/** A value as a message shows it. */
export function describe(value: Value | undefined): string {
  if (value === undefined) return 'not set'
  if (value.kind === 'map') return value.entries.size === 0 ? 'an empty map' : 'a map'
  if (value.kind === 'list') return 'a list'
  if (value.kind === 'null') return 'null'
  return typeof value.value === 'string' ? `\`${value.value}\`` : `the ${typeof value.value} ${printed(value.value)}`
}
