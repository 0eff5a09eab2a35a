// How do diagnostics look to a test reporter (JUnit XML)?
import { visible } from '../../values/untrusted.ts'
import type { Diagnostic } from '../../findings/finding.ts'

/**
 * One suite per file with one case per diagnostic (an error fails, a warning passes with its text), so that a shared mistake
 * counts once; and one suite with a passing case for each database that no error concerns.
 */
export function writeJunit(diagnostics: readonly Diagnostic[], databases: readonly string[]): string {
  const files = new Map<string, Diagnostic[]>()
  for (const diagnostic of diagnostics) {
    const list = files.get(diagnostic.at.file)
    if (list === undefined) files.set(diagnostic.at.file, [diagnostic])
    else list.push(diagnostic)
  }
  const broken = new Set(diagnostics.filter(isError).flatMap((diagnostic) => diagnostic.databases))
  const healthy = databases.filter((id) => !broken.has(id))
  const suites = [...files].map(([file, own]) => suite(file, own.map(testCase), own.filter(isError).length))
  if (healthy.length > 0)
    suites.push(
      suite(
        'databases',
        healthy.map((id) => `    <testcase name="${attribute(id)}" classname="databases"/>`),
        0,
      ),
    )
  const failures = diagnostics.filter(isError).length
  const totals = `tests="${diagnostics.length + healthy.length}" failures="${failures}" errors="0"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="cnpg-values" ${totals}>\n${suites.join('')}</testsuites>\n`
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error'
}

function suite(name: string, cases: readonly string[], failures: number): string {
  const head = `  <testsuite name="${attribute(name)}" tests="${cases.length}" failures="${failures}" errors="0" skipped="0">`
  return `${head}\n${cases.join('\n')}\n  </testsuite>\n`
}

function testCase(diagnostic: Diagnostic): string {
  const { rule, severity, message, at } = diagnostic
  const head = `    <testcase name="${attribute(`${rule} at ${at.line}:${at.column}`)}" classname="${attribute(at.file)}" file="${attribute(at.file)}" line="${at.line}">`
  const body = escapeXml(details(diagnostic))
  if (severity === 'error')
    return `${head}\n      <failure type="${attribute(rule)}" message="${attribute(message)}">${body}</failure>\n    </testcase>`
  return `${head}\n      <system-out>${body}</system-out>\n    </testcase>`
}

function details({ at, severity, message, help, related, databases }: Diagnostic): string {
  const lines = [visible(`${at.file}:${at.line}:${at.column}: ${severity}: ${message}`)]
  for (const { file, line, column, message: label, revision } of related)
    lines.push(visible(`${revision === undefined ? '' : `${revision}:`}${file}:${line}:${column}: ${label}`))
  if (help !== undefined) lines.push(visible(`help: ${help}`))
  if (databases.length > 0)
    lines.push(
      visible(`databases: ${databases.slice(0, 50).join(', ')}${databases.length > 50 ? ` and ${databases.length - 50} more` : ''}`),
    )
  return lines.join('\n')
}

/** Text of one line: a reader that shows the file raw must not take a name for a line. */
function attribute(text: string): string {
  return escapeXml(visible(text))
}

/** Text for content and attributes; characters that XML 1.0 does not have become U+FFFD. */
function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('##', '#&#35;')
}
