// How do diagnostics look to a program?
import type { Diagnostic, SourceLocation } from '../../findings/finding.ts'
import { count } from './text.ts'

/** The JSON report, version 1: `{ version, summary, diagnostics }`, keys in a fixed order. */
export function writeJson(diagnostics: readonly Diagnostic[], databases: number): string {
  const { errors, warnings, files } = count(diagnostics)
  return `${JSON.stringify({ version: 1, summary: { errors, warnings, databases, files }, diagnostics: diagnosticsToJson(diagnostics) }, null, 2)}\n`
}

/** Only the list, for reports of another shape. Absent members are left out. */
export function diagnosticsToJson(diagnostics: readonly Diagnostic[]): object[] {
  return diagnostics.map(({ rule, severity, message, help, at, databases, object, path, related }) => ({
    rule,
    severity,
    message,
    help,
    ...span(at),
    databases,
    object,
    path,
    related: related.map(({ file, line, column, message, revision, repository }) => ({
      file,
      line,
      column,
      message,
      revision,
      repository,
    })),
  }))
}

function span({ file, line, column, endLine, endColumn, revision, repository }: SourceLocation): SourceLocation {
  return {
    file,
    line,
    column,
    endLine,
    endColumn,
    ...(revision === undefined ? {} : { revision }),
    ...(repository === undefined ? {} : { repository }),
  }
}
