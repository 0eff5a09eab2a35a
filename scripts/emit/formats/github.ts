// How do diagnostics become annotations on a pull request, and a summary of the job?
import { append } from '../../values/append.ts'
import type { Diagnostic, Severity } from '../../findings/finding.ts'
import { markdownText } from './markdown.ts'
import { printable, reachInBrackets } from './text.ts'

/** GitHub shows this many annotations of each type for one step and silently drops the others. */
const shownOfEach = 10
const commands: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice' }
const severities: readonly Severity[] = ['error', 'warning', 'info']

/**
 * GitHub Actions workflow commands, one per line: `::error file=…,line=…,col=…,title=rule::message`. At most ten of each
 * type, those that affect the most databases first; what is left out is counted in one notice.
 */
export function writeGithub(diagnostics: readonly Diagnostic[]): string {
  const lines: string[] = []
  const left: string[] = []
  for (const severity of severities) {
    const own = byReach(diagnostics.filter((diagnostic) => diagnostic.severity === severity))
    // the notice that counts the rest is a notice itself
    const room = severity === 'info' ? shownOfEach - 1 : shownOfEach
    append(lines, own.slice(0, room).map(annotation))
    const rest = own.length - room
    if (rest > 0) left.push(`${rest} more ${severity === 'info' ? 'note' : severity}${rest === 1 ? '' : 's'}`)
  }
  if (left.length > 0)
    lines.push(`::notice title=cnpg-values::${escapeText(`${left.join(' and ')} not shown here; the summary of the job lists all`)}\n`)
  return lines.join('')
}

/** Most affected databases first; ties stay in the order of their places. */
function byReach(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics].sort((a, b) => b.databases.length - a.databases.length)
}

function annotation(diagnostic: Diagnostic): string {
  const { severity, message, help, at, rule } = diagnostic
  const properties = {
    // a runner can't find a file whose name holds terminal control characters
    file: printable(at.file),
    line: at.line,
    endLine: at.endLine,
    col: at.column,
    ...(at.endLine === at.line ? { endColumn: at.endColumn } : {}),
    title: rule,
  }
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
  const reach = printable(reachInBrackets(diagnostic))
  return `::${commands[severity]} ${list.join(',')}::${escapeText(`${printable(message)}${reach}${help === undefined ? '' : `\nhelp: ${printable(help)}`}`)}\n`
}

function escapeText(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeText(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/** A summary may have 1 MiB for the step; a long list is cut well before that. */
const summaryBytes = 512 * 1024

/** Markdown for `$GITHUB_STEP_SUMMARY`: the footer, then every diagnostic in a table. */
export function writeGithubSummary(diagnostics: readonly Diagnostic[], footer: string): string {
  const head = `### cnpg-values\n\n${markdownText(footer)}\n`
  if (diagnostics.length === 0) return head
  const table = ['', '| | place | what | databases |', '| --- | --- | --- | ---: |']
  let size = 0
  for (const [index, diagnostic] of diagnostics.entries()) {
    const row = summaryRow(diagnostic)
    size += Buffer.byteLength(row) + 1
    if (size > summaryBytes) {
      table.push('', `… and ${diagnostics.length - index} more`)
      break
    }
    table.push(row)
  }
  return `${head}${table.join('\n')}\n`
}

function summaryRow({ severity, at, message, help, rule, databases }: Diagnostic): string {
  const what = `${markdownText(message)} (${markdownText(rule)})${help === undefined ? '' : `<br>help: ${markdownText(help)}`}`
  return `| ${severity} | ${markdownText(`${at.file}:${at.line}:${at.column}`)} | ${what} | ${databases.length} |`
}
