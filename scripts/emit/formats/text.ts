// How do diagnostics look on a terminal?
import { append } from '../../values/append.ts'
import { styleText } from 'node:util'
import type { Diagnostic, SourceLocation } from '../../findings/finding.ts'
import { listed } from '../../values/path.ts'
import { visible } from '../../values/untrusted.ts'
import { mask } from '../../secret/names.ts'
import { shownLine } from '../../secret/shown-line.ts'

export interface TextOptions {
  readonly color: boolean
  /** the text of a file, for the code frame; undefined: no frame */
  readonly source: (file: string, revision?: string) => string | undefined
}

type Style = Parameters<typeof styleText>[0]

/** One diagnostic: place, message and rule; the line with a mark under it; related places; help. */
export function formatDiagnostic(diagnostic: Diagnostic, options: TextOptions): string {
  const paint = (style: Style, text: string): string => (options.color ? styleText(style, text, { validateStream: false }) : text)
  const { at, severity, message, rule } = diagnostic
  const tone: Style = severity === 'error' ? 'red' : severity === 'warning' ? 'yellow' : 'cyan'
  const lines = [
    `${paint('bold', place(at))}: ${paint(tone, severity)}: ${printable(message)}${reach(diagnostic)} ${paint('dim', `[${rule}]`)}`,
  ]
  append(
    lines,
    frame(diagnostic, options, (text) => paint(tone, text)),
  )
  for (const related of diagnostic.related) {
    lines.push(`  ${place(related)}: ${printable(related.message)}`)
  }
  if (diagnostic.help !== undefined) lines.push(`  ${paint('cyan', 'help:')} ${printable(diagnostic.help)}`)
  return lines.join('\n')
}

function place(at: SourceLocation): string {
  return `${at.revision === undefined ? '' : `${printable(at.revision)}:`}${printable(at.file)}:${at.line}:${at.column}`
}

/** How far a mistake reaches: ", affects 14 databases in prd", ", affects orders/dev"; empty where the place says it. */
function reach(diagnostic: Diagnostic): string {
  const { databases } = diagnostic
  if (databases.length < 2) return onlyOne(diagnostic) === undefined ? '' : `, affects ${printable(databases[0] as string)}`
  const environments = new Set(databases.flatMap((id) => (id.includes('/') ? [id.slice(id.lastIndexOf('/') + 1)] : [])))
  if (environments.size === 0) return `, affects ${databases.length} databases`
  return `, affects ${databases.length} databases in ${printable(listed(environments))}`
}

/** The one database that a mistake reaches, where the file is not its own: others read it, too, and have no such mistake. */
function onlyOne({ at, databases }: Diagnostic): string | undefined {
  const [id, ...others] = databases
  if (id === undefined || others.length > 0) return undefined
  const words = new Set(at.file.split('/').flatMap((name) => [name, ...name.split('.'), ...name.split(/[-._]/)]))
  return id.split('/').every((name) => words.has(name) || at.file.includes(`-${name}.`)) ? undefined : id
}

/** How far a mistake reaches, behind a message on one line: ` (14 databases)`, ` (orders/dev)`. */
export function reachInBrackets(diagnostic: Diagnostic): string {
  const { databases } = diagnostic
  const only = onlyOne(diagnostic)
  return databases.length > 1 ? ` (${databases.length} databases)` : only === undefined ? '' : ` (${only})`
}

const widest = 160

function frame({ at, rule }: Diagnostic, options: TextOptions, paint: (text: string) => string): string[] {
  const text = options.source(at.file, at.revision)
  const line = text === undefined ? undefined : shownLine(text, at.line)
  if (line === undefined || text === undefined) return []
  // a byte order mark takes no column
  const bom = at.line === 1 && text.startsWith('\ufeff') ? 1 : 0
  const written = line.text.slice(bom)
  if (written.trim() === '' || written.length > widest) return []
  const number = String(at.line)
  const start = line.column(at.column - 1 + bom) - bom
  const last = at.endLine === at.line ? line.column(at.endColumn - 1 + bom) - bom : written.length
  // what is reported as a secret may be known as one by its values alone
  const marked = written.slice(start, last)
  const isSecret =
    rule === 'policy/secret-in-values' &&
    marked !== '' &&
    !marked.includes(mask) &&
    !/[:{}]|^\*/.test(marked) &&
    !/^["']?\s{0,9}:/.test(written.slice(last))
  const shown = isSecret ? `${written.slice(0, start)}${mask}${written.slice(last)}` : written
  const end = isSecret ? start + mask.length : last
  const head = `  ${number} | ${printable(shown)}`
  if (start > shown.length) return [head]
  const isMask = shown.startsWith('***', start) && end <= start
  const length = isMask ? 3 : width(printable(shown.slice(start, Math.max(end, start))))
  const mark = '^'.padEnd(Math.max(1, length), '~')
  return [head, `  ${' '.repeat(number.length)} | ${' '.repeat(width(printable(shown.slice(0, start))))}${paint(mark)}`]
}

/** Tabs become one blank; what could steer a terminal or break a line is shown as an escape. */
export function printable(line: string): string {
  return visible(line.replaceAll('\t', ' '))
}

/** Columns on a terminal: wide characters take two. */
function width(text: string): number {
  let columns = 0
  for (const character of text)
    columns += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
      character,
    )
      ? 2
      : 1
  return columns
}

export interface Counts {
  readonly errors: number
  readonly warnings: number
  readonly files: number
}

export function count(diagnostics: readonly Diagnostic[]): Counts {
  return {
    errors: diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length,
    warnings: diagnostics.filter((diagnostic) => diagnostic.severity === 'warning').length,
    files: new Set(diagnostics.map((diagnostic) => diagnostic.at.file)).size,
  }
}

/** `1 error`, `2 errors`; an irregular plural is passed along. */
export function plural(number: number, noun: string, several = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : several}`
}

/** `3 errors, 1 warning in 2 files; 46 databases checked against CloudNativePG 1.27.1`; `2 of 46 databases` where the others did not change. */
export function footer(
  counts: Counts,
  {
    judged,
    databases,
    skipped = [],
  }: { readonly judged: number; readonly databases: readonly unknown[]; readonly skipped?: readonly unknown[] },
  operators: readonly string[],
): string {
  const against = operators.length === 0 ? '' : ` against CloudNativePG ${listed(operators)}`
  const all = plural(databases.length, 'database')
  const checked = `${judged === databases.length ? all : `${judged} of ${all}`} checked${against}`
  const left = skipped.length === 0 ? '' : `; ${skipped.length} that may deploy databases could not be looked at`
  if (counts.errors + counts.warnings === 0) return `${databases.length === 0 ? 'nothing was judged' : 'no problems'}; ${checked}${left}`
  const parts = [
    counts.errors > 0 ? plural(counts.errors, 'error') : '',
    counts.warnings > 0 ? plural(counts.warnings, 'warning') : '',
  ].filter((part) => part !== '')
  return `${parts.join(', ')} in ${plural(counts.files, 'file')}; ${checked}${left}`
}
