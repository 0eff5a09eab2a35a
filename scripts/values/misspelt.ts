// Is a name a misspelling of another, and not that of a sibling?
import { nearest } from './path.ts'

/** The one of the known names that is meant; undefined: none is near, or the two differ as siblings do (`db-1`, `db-2`; `blue-a`, `blue-b`). */
export function misspelt(name: string, known: readonly string[]): string | undefined {
  const meant = known.includes(name) ? undefined : nearest(name, known)
  return meant === undefined || areSiblings(name, meant) ? undefined : meant
}

function areSiblings(one: string, other: string): boolean {
  if (one.replaceAll(/\d+/g, '') === other.replaceAll(/\d+/g, '')) return true
  const [parts, others] = [one.split(/[-_.]/), other.split(/[-_.]/)]
  if (parts.length !== others.length) return false
  return parts.every((part, index) => part === others[index] || Math.min(part.length, others[index]?.length ?? 0) <= 3)
}
