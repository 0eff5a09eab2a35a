// How is an upgrade reported, to a person and to a program?
import { styleText } from 'node:util'
import { diagnosticsToJson } from '../emit/formats/json.ts'
import { plural } from '../emit/formats/text.ts'
import type { Diagnostic } from '../findings/finding.ts'
import type { Json } from '../values/value.ts'
import { listed } from '../values/path.ts'
import type { Move } from './pins.ts'
import { isDowngrade } from './pins.ts'
import type { FieldChange } from './stored.ts'
import type { DatabaseVerdict, FileChange, Upgrade } from './verdict.ts'

/** The report as JSON, version 1. */
export function upgradeToJson({ moves, databases, diagnostics, gone, files, notes }: Upgrade): string {
  const pins = moves.map((move) => ({ pin: move.pin, from: move.from, to: move.to, downgrade: isDowngrade(move) }))
  const breaking = databases.filter(({ verdict }) => verdict === 'breaks').length
  const summary = { databases: databases.length, breaking, diagnostics: diagnostics.length }
  return `${JSON.stringify({ version: 1, summary, pins, databases, diagnostics: diagnosticsToJson(diagnostics), gone: diagnosticsToJson(gone), files, notes }, null, 2)}\n`
}

/** The report for a terminal: what moves, a table, what breaks, what changes, what to know. `show` writes one diagnostic. */
export function upgradeToText(upgrade: Upgrade, show: (diagnostic: Diagnostic) => string, color: boolean): string {
  const bold = (text: string): string => (color ? styleText('bold', text, { validateStream: false }) : text)
  const { moves, databases, diagnostics, gone, files, notes } = upgrade
  const sections: string[] = [moves.map((move) => bold(moveLine(move))).join('\n'), table(databases)]
  const breaks = diagnostics.filter(({ severity }) => severity === 'error')
  const warnings = diagnostics.filter(({ severity }) => severity !== 'error')
  if (breaks.length > 0) sections.push(`${bold('Breaks')}\n${breaks.map(show).join('\n')}`)
  if (warnings.length > 0) sections.push(`${bold('New or reworded warnings')}\n${warnings.map(show).join('\n')}`)
  if (gone.length > 0)
    sections.push(
      `${bold('No longer reported')}\n${gone.map(({ message, rule, databases: ids }) => `  ${message} [${rule}]${reach(ids, databases.length)}`).join('\n')}`,
    )
  const values = changeLines(databases, ({ values: list }) => list)
  if (values.length > 0) sections.push(`${bold('Values')}\n${values.join('\n')}`)
  const changes = changeLines(databases, ({ changes: list }) => list)
  if (changes.length > 0) sections.push(`${bold('Stored objects')}\n${changes.join('\n')}`)
  if (files.length > 0) sections.push(`${bold('Generated files')}\n${files.map(fileLines).join('\n')}`)
  if (notes.length > 0)
    sections.push(`${bold('Notes')}\n${notes.map(({ text, databases: ids }) => `  - ${text}${reach(ids, databases.length)}`).join('\n')}`)
  return `${sections.join('\n\n')}\n\n${conclusion(databases)}\n`
}

const pinNames: Readonly<Record<Move['pin'], string>> = {
  operator: 'CloudNativePG operator',
  chart: 'chart cluster',
  argocd: 'Argo CD',
  postgres: 'PostgreSQL',
}

function moveLine(move: Move): string {
  const from = move.from.length === 0 ? 'unknown' : listed(move.from)
  return `${pinNames[move.pin]}: ${from} → ${move.to}${isDowngrade(move) ? ' (a downgrade)' : ''}`
}

function table(databases: readonly DatabaseVerdict[]): string {
  const rows = databases.map(({ id, verdict, effect, changes, values, alreadyBroken }) => {
    const fields = changes.length + values.length
    return [
      id,
      verdict,
      effect,
      fields === 0 ? '-' : plural(fields, 'field'),
      alreadyBroken > 0 ? `has ${plural(alreadyBroken, 'mistake')} already` : '',
    ]
  })
  const all = [['database', 'verdict', 'servers', 'differs', ''], ...rows]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Each change once: the cluster's name in an object is left out, so that databases share their lines. */
function changeLines(databases: readonly DatabaseVerdict[], pick: (database: DatabaseVerdict) => readonly FieldChange[]): string[] {
  const found = new Map<string, string[]>()
  for (const database of databases) {
    for (const { object, path, before, after } of pick(database)) {
      const line = `  ${object.split('/')[0] ?? object} ${path}: ${shown(before)} → ${shown(after)}`
      const ids = found.get(line) ?? []
      if (!ids.includes(database.id)) ids.push(database.id)
      found.set(line, ids)
    }
  }
  return [...found].map(([line, ids]) => `${line}${reach(ids, databases.length)}`)
}

function shown(value: Json): string {
  if (value === null) return 'not set'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  // eslint-disable-next-line no-control-regex
  return (text.length > 80 ? `${text.slice(0, 79)}…` : text).replaceAll(/[\0-\x1f\x7f-\x9f]/g, '·')
}

function reach(ids: readonly string[], all: number): string {
  if (ids.length === 0 || ids.length === all) return ''
  return ids.length === 1
    ? ` (${ids[0] ?? ''})`
    : ` (${ids.length} databases: ${ids.length > 3 ? `${ids.slice(0, 3).join(', ')} …` : ids.join(', ')})`
}

function fileLines({ path, removed, added }: FileChange): string {
  return [`  ${path}`, ...removed.map((line) => `    - ${line}`), ...added.map((line) => `    + ${line}`)].join('\n')
}

function conclusion(databases: readonly DatabaseVerdict[]): string {
  const count = (verdict: DatabaseVerdict['verdict']): number => databases.filter((database) => database.verdict === verdict).length
  const words = { breaks: 'broken', unknown: 'unknown', warns: 'with warnings', changes: 'changed', unchanged: 'unchanged' } as const
  const parts = (Object.keys(words) as (keyof typeof words)[])
    .map((verdict) => [words[verdict], count(verdict)] as const)
    .filter(([, number]) => number > 0)
  return `${plural(databases.length, 'database')}: ${parts.map(([word, number]) => `${number} ${word}`).join(', ')}`
}
