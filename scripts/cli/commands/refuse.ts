// What does a command say that can't look at a database because its files are broken?
import { diagnose } from '../../report/diagnose.ts'
import { unknownOperator } from '../../operator/known.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { formatDiagnostic } from '../../emit/formats/text.ts'
import type { Diagnostic } from '../../model.ts'
import type { Terminal } from '../../emit/terminal.ts'

/** Prints the mistakes as `check` does, without code frames; the exit code is 1. */
export function refuse(mistakes: readonly (Diagnostic | LocatedFinding)[], terminal: Terminal): number {
  const located = mistakes.filter((mistake): mistake is LocatedFinding => !('databases' in mistake))
  const ready = mistakes.filter((mistake): mistake is Diagnostic => 'databases' in mistake)
  const all = [...ready, ...diagnose(located)].filter(({ severity }) => severity === 'error')
  for (const diagnostic of all) terminal.stderr(`${formatDiagnostic(diagnostic, { color: terminal.color, source: () => undefined })}\n`)
  return 1
}

/** Says on stderr once for each pinned release that is not known here by which one objects were judged. */
export function sayUnknownOperators(versions: Iterable<string>, terminal: Terminal): void {
  for (const version of new Set(versions)) {
    const unknown = unknownOperator(version)
    if (unknown !== undefined) terminal.stderr(`${unknown}\n`)
  }
}
