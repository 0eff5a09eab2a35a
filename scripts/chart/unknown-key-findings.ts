// What is said of keys that no template of the chart reads?
import { spotOf } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Path, Value } from '../model.ts'
import { moreOfAKind, mostOfAKind } from '../report/diagnose.ts'
import { formatPath } from '../values/path.ts'

/** A key that does nothing, whoever found that out. */
export interface IdleKey {
  readonly path: Path
  readonly key: string
  readonly value: Value
  readonly suggestion?: string
  readonly elsewhere: readonly string[]
}

const rule = 'values/known-keys'

/** The findings for one file; `history` may know more of a key than that it is unknown. */
export function* unknownKeyFindings(all: readonly IdleKey[], history?: (path: Path) => string | undefined): Iterable<LocatedFinding> {
  for (const [index, unknown] of all.entries()) {
    const at = spotOf(unknown.value, 'key')
    if (at === undefined) continue
    const others = all.length - mostOfAKind
    if (index === mostOfAKind && others > 1) {
      yield { rule, severity: 'error', message: moreOfAKind(others), at }
      return
    }
    yield { rule, severity: 'error', message: messageFor(unknown), at, help: history?.(unknown.path) ?? helpFor(unknown) }
  }
}

function messageFor({ key, path }: IdleKey): string {
  const parent = formatPath(path.slice(0, -1))
  return `unknown key \`${key}\`${parent === '' ? '' : ` in \`${parent}\``}`
}

function helpFor({ suggestion, elsewhere, path }: IdleKey): string {
  if (suggestion !== undefined) return `did you mean \`${suggestion}\`?`
  if (elsewhere.length > 0) return `the chart reads ${elsewhere.map((place) => `\`${place}\``).join(' or ')}`
  return path.length === 1
    ? 'no template reads it; remove it, or list it in postgres.ownKeys'
    : 'no template reads it, so it does nothing; remove it'
}
