// How do diagnostics look to GitLab (a Code Quality report)?
import type { Diagnostic, Severity } from '../../model.ts'
import { fingerprints } from '../../report/fingerprint.ts'

const severities: Readonly<Record<Severity, string>> = { error: 'critical', warning: 'minor', info: 'info' }

/** The JSON list that `artifacts:reports:codequality` takes; fingerprints are unique and do not change when lines move. */
export function writeGitlab(diagnostics: readonly Diagnostic[]): string {
  const prints = fingerprints(diagnostics)
  const entries = diagnostics.map(({ rule, severity, message, help, at, databases }, index) => ({
    description: `${message}${databases.length > 1 ? ` (${databases.length} databases)` : ''}${help === undefined ? '' : `; help: ${help}`}`,
    check_name: rule,
    fingerprint: prints[index] as string,
    severity: severities[severity],
    location: { path: at.file, lines: { begin: at.line, end: at.endLine } },
  }))
  return `${JSON.stringify(entries, null, 2)}\n`
}
