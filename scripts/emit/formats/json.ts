// How do diagnostics look to a program?
import type { Compared } from '../../findings/database-change.ts'
import type { Diagnostic, SourceLocation } from '../../findings/finding.ts'
import { count } from './text.ts'

/** The JSON report, version 1: `{ version, summary, compared?, repositories?, diagnostics }`, keys in a fixed order. */
export function writeJson(diagnostics: readonly Diagnostic[], databases: number, comparison?: Compared): string {
  const { errors, warnings, files } = count(diagnostics)
  const summary = { errors, warnings, databases, files }
  const { compared, repositories } = comparison ?? {}
  return `${JSON.stringify({ version: 1, summary, compared, repositories, diagnostics: diagnosticsToJson(diagnostics) }, null, 2)}\n`
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
