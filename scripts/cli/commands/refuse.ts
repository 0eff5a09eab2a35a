// What does a command report if it can't look at a database because its files are broken?
import { diagnose } from '../../report/diagnose.ts'
import { placeFor } from '../../report/places.ts'
import type { Workspace } from '../../repository/workspace.ts'
import { newerArgoCd } from '../../argocd/rules/version-words.ts'
import { unknownOperator } from '../../operator/known.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { formatDiagnostic } from '../../emit/formats/text.ts'
import type { Diagnostic } from '../../findings/finding.ts'
import type { Settings } from '../../model.ts'
import type { Terminal } from '../../emit/terminal.ts'

/** Prints the mistakes as `check` does, without code frames; the exit code is 1. */
export function refuse(mistakes: readonly (Diagnostic | LocatedFinding)[], workspace: Workspace, terminal: Terminal): number {
  const located = mistakes.filter((mistake): mistake is LocatedFinding => !('databases' in mistake))
  const ready = mistakes.filter((mistake): mistake is Diagnostic => 'databases' in mistake)
  const all = [...ready, ...diagnose(located)].filter(({ severity }) => severity === 'error')
  for (const diagnostic of placeFor('person', all, workspace).diagnostics)
    terminal.stderr(`${formatDiagnostic(diagnostic, { color: terminal.color, source: () => undefined })}\n`)
  return 1
}

/** Reports on stderr, once for each unknown pinned release, which one judged in its place: operators, and Argo CD. */
export function sayUnknownReleases({ argocd, environments }: Settings, terminal: Terminal, operators?: readonly string[]): void {
  const pinned = operators ?? environments.map(({ operator }) => operator.version)
  for (const text of [newerArgoCd(argocd.version), ...[...new Set(pinned)].map(unknownOperator)])
    if (text !== undefined) terminal.stderr(`${text}\n`)
}
