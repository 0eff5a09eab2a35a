// How is a line of a file shown without its secrets?
import type { Span } from '../values/value.ts'
import { maskSpans } from './shapes.ts'
import { lineRange, secretsOf, spansWithin } from './source.ts'
import type { Secrets } from './source.ts'

/** A line as it may be shown, and how its columns map to the shown line. */
export interface ShownLine {
  readonly text: string
  /** a 0-based column of the file → the column of the shown line; a place inside a secret is its mask */
  readonly column: (column: number) => number
}

/** The line that was shown last: many diagnostics may be on it. */
let latest: { readonly text: string; readonly line: number; readonly shown: ShownLine } | undefined

/** A 1-based line with `***` for its secrets. */
export function shownLine(text: string, line: number): ShownLine | undefined {
  if (latest?.line === line && latest.text === text) return latest.shown
  const secrets = secretsOf(text)
  const range = lineRange(text, secrets, line)
  if (range === undefined) return undefined
  const shown = showRange(text, range, secrets)
  latest = { text, line, shown }
  return shown
}

function showRange(text: string, range: Span, secrets: Secrets): ShownLine {
  const spans = spansWithin(secrets, range).map(({ start, end }) => ({
    start: Math.max(start, range.start) - range.start,
    end: Math.min(end, range.end) - range.start,
  }))
  const column = (at: number): number => {
    let moved = 0
    for (const { start, end } of spans) {
      if (at <= start) break
      if (at < end) return start + moved
      moved += 3 - (end - start)
    }
    return at + moved
  }
  return { text: maskSpans(text.slice(range.start, range.end), spans), column }
}
