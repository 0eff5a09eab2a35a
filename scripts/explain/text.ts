// How does an explanation look on a terminal?
import { styleText } from 'node:util'
import type { Json } from '../model.ts'
import type { Explanation, FieldLine, LayerLine, LeafLine } from './report.ts'

type Style = Parameters<typeof styleText>[0]
type Paint = (style: Style, text: string) => string

const widestValue = 60
const mostFields = 12

/** A value on one line, cut where it is long; what could steer a terminal is shown as JSON escapes it. */
export function oneLine(value: Json, width = widestValue): string {
  const plain = typeof value === 'string' && /^[\x20-\x7e]*[\x21-\x7e]$/.test(value) && !/^(?:true|false|null|-?\d[\d.]*)$/.test(value)
  const text = plain ? value : JSON.stringify(value)
  return text.length > width ? `${text.slice(0, width - 1)}…` : text
}

/** The explanation of one value, or a table of every leaf. Ends with a line break. */
export function explanationToText(told: Explanation, color: boolean): string {
  const paint: Paint = (style, text) => (color ? styleText(style, text, { validateStream: false }) : text)
  if (told.path === undefined && told.asked === undefined) return `${leafTable(told.leaves, paint).join('\n')}\n`
  const sections = [
    heading(told, paint),
    layerLines(told, paint),
    belowLines(told, paint),
    fieldLines(told, paint),
    ...told.fields.slice(0, 3).map((field) => factLines(field, told, paint)),
    valueLines(told, paint),
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function heading(told: Explanation, paint: Paint): string[] {
  const { asked } = told
  const lines: string[] = []
  if (asked !== undefined) {
    const shown = asked.value === undefined ? 'is not set' : `= ${oneLine(asked.value)}`
    lines.push(`${paint('bold', `${asked.object} ${asked.path}`.trimEnd())} ${shown}`)
    if (asked.madeBy !== undefined) lines.push(`  ${asked.madeBy}`)
    if (told.settable !== undefined && asked.value === undefined) lines.push(`  set it with \`${told.settable}\` in a values file`)
    if (told.path === undefined) return lines
    lines.push('')
  }
  const isBranch = told.leaves.length > 0
  const shown = told.value === undefined ? 'is not set in any layer' : isBranch ? `in ${told.database}` : `= ${oneLine(told.value)}`
  lines.push(
    `${paint('bold', told.path as string)} ${shown}${isBranch || told.value === undefined ? '' : paint('dim', `  in ${told.database}`)}`,
  )
  if (told.about !== undefined) lines.push(`  ${told.about}`)
  return lines
}

const marks = { wins: '→', overridden: ' ', removes: '✗' } as const

function layerLines(told: Explanation, paint: Paint): string[] {
  if (told.layers.length === 0) return []
  const rows = [...told.layers].reverse().map((line) => [marks[line.role], line.layer, placeOf(line), saysOf(line)])
  const table = columns(rows)
  return [
    paint('cyan', 'layers, highest first'),
    ...[...told.layers]
      .reverse()
      .map((line, index) => (line.role === 'overridden' ? paint('dim', table[index] as string) : (table[index] as string))),
  ]
}

function saysOf(line: LayerLine): string {
  const value = line.above === undefined ? oneLine(line.value) : `${line.above} is ${oneLine(line.value)}`
  if (line.role === 'removes') return `${value} (switches it off)`
  return line.role === 'overridden' ? `${value} (overridden)` : value
}

function placeOf({ file, at }: Pick<LeafLine, 'file' | 'at'>): string {
  return at === undefined ? `default of ${file.replace('/values.yaml', '')}` : `${at.file}:${at.line}`
}

function belowLines(told: Explanation, paint: Paint): string[] {
  return told.leaves.length === 0 ? [] : [paint('cyan', 'values'), ...leafTable(told.leaves, paint).map((line) => `  ${line}`)]
}

function leafTable(leaves: readonly LeafLine[], paint: Paint): string[] {
  const rows = columns(
    leaves.map((leaf) => [leaf.path, oneLine(leaf.value, 40), leaf.layer, placeOf(leaf)]),
    '',
  )
  return rows.map((row, index) => (leaves[index]?.layer === 'chart' ? paint('dim', row) : row))
}

function fieldLines(told: Explanation, paint: Paint): string[] {
  if (told.asked !== undefined) return []
  if (told.fields.length === 0)
    return told.value === undefined
      ? []
      : [`${paint('cyan', 'becomes')} no field of its own: it decides what else the chart prints, or nothing`]
  const set = told.fields.filter((field) => field.value !== undefined)
  if (set.length === 0) return [paint('cyan', 'would become'), ...columns(told.fields.map(({ object, path }) => [object, path]))]
  const rows = columns(set.slice(0, mostFields).map(({ object, path, value }) => [object, path, oneLine(value as Json)]))
  const more = set.length - mostFields
  return [paint('cyan', 'becomes'), ...rows, ...(more > 0 ? [`  and ${more} more`] : [])]
}

function factLines({ object, path, facts, readers, stored, value }: FieldLine, told: Explanation, paint: Paint): string[] {
  if (facts === undefined) return []
  const rows: string[][] = [['type', facts.type]]
  if (facts.default !== undefined) rows.push(['default', oneLine(facts.default)])
  if (stored !== undefined) rows.push([value === undefined ? 'filled in' : 'stored as', oneLine(stored)])
  if (facts.choices !== undefined) rows.push(['one of', facts.choices.map((choice) => oneLine(choice)).join(', ')])
  if (facts.bounds.length > 0) rows.push(['bounds', facts.bounds.join('; ')])
  if (facts.required.length > 0) rows.push(['required', facts.required.join(', ')])
  if (facts.members.length > 0) rows.push(...wrapped('members', facts.members))
  for (const [index, expression] of facts.expressions.entries()) rows.push([index === 0 ? 'rule' : '', expression])
  const lines = [`${paint('cyan', 'field')} ${object} ${path} ${paint('dim', `(${facts.source})`)}`, ...columns(rows)]
  if (readers.length === 0) return lines
  const read = columns(
    readers.map(({ id, severity, summary, onChange }) => [id, severity, onChange ? `${summary} (on a change)` : summary]),
  )
  return [...lines, '', `${paint('cyan', 'read by')} ${paint('dim', `(operator ${told.operator}; details: rules ID)`)}`, ...read]
}

/** What the chart says of a value that has no field with a schema. */
function valueLines(told: Explanation, paint: Paint): string[] {
  if (told.type === undefined || told.fields.some(({ facts }) => facts !== undefined)) return []
  const rows: string[][] = [['type', told.type]]
  if (told.choices !== undefined) rows.push(['one of', told.choices.map((choice) => oneLine(choice)).join(', ')])
  if (told.keys !== undefined && told.keys.length > 0) rows.push(...wrapped('keys', told.keys))
  return [`${paint('cyan', 'value')} ${paint('dim', `(chart ${told.chart})`)}`, ...columns(rows)]
}

/** A long list of words on lines of about 100 columns. */
function wrapped(label: string, words: readonly string[]): string[][] {
  const lines: string[] = []
  let line = ''
  for (const word of words) {
    if (line !== '' && line.length + word.length > 90) {
      lines.push(`${line},`)
      line = word
    } else line = line === '' ? word : `${line}, ${word}`
  }
  return [...lines, line].map((text, index) => [index === 0 ? label : '', text])
}

/** Cells under each other; the last one is not padded. */
function columns(rows: readonly (readonly string[])[], indent = '  '): string[] {
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)))
  return rows.map((row) => {
    const cells = row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] as number)))
    return `${indent}${cells.join('  ')}`.trimEnd()
  })
}
