// How do diagnostics look to GitLab (a Code Quality report)?
import type { Diagnostic, Severity } from '../../findings/finding.ts'
import { reachInBrackets } from './text.ts'
import { fingerprints } from '../../report/fingerprint.ts'

const severities: Readonly<Record<Severity, string>> = { error: 'critical', warning: 'minor', info: 'info' }

/** The JSON list that `artifacts:reports:codequality` takes; fingerprints are unique and do not change when lines move. */
export function writeGitlab(diagnostics: readonly Diagnostic[]): string {
  const prints = fingerprints(diagnostics)
  const entries = diagnostics.map((diagnostic, index) => ({
    description: `${diagnostic.message}${reachInBrackets(diagnostic)}${diagnostic.help === undefined ? '' : `; help: ${diagnostic.help}`}`,
    check_name: diagnostic.rule,
    fingerprint: prints[index] as string,
    severity: severities[diagnostic.severity],
    location: { path: diagnostic.at.file, lines: { begin: diagnostic.at.line, end: diagnostic.at.endLine } },
  }))
  return `${JSON.stringify(entries, null, 2)}\n`
}
