// How does an explanation look on a terminal?
import { judgedAs } from '../operator/known.ts'
import { styleText } from 'node:util'
import type { Reader } from '../admit/field-facts.ts'
import type { Json } from '../values/value.ts'
import type { Terminal } from '../emit/terminal.ts'
import type { Explanation, FieldLine, LayerLine, LeafLine } from './report.ts'
import { columns } from './table.ts'
import { scheduleRows } from './schedules.ts'

type Style = Parameters<typeof styleText>[0]
/** Colours and the width of the screen. */
interface Screen {
  readonly paint: (style: Style, text: string) => string
  readonly width: number
}

const widestValue = 60
const mostFields = 12
/** Long lists of words are wrapped here, also when the output is not a terminal. */
const widestList = 110

/** A value on one line, cut if it is long; what could steer a terminal is shown as a JSON escape. */
export function oneLine(value: Json, width = widestValue): string {
  const plain = typeof value === 'string' && /^[\x20-\x7e]*[\x21-\x7e]$/.test(value) && !/^(?:true|false|null|-?\d[\d.]*)$/.test(value)
  const text = plain ? value : JSON.stringify(value)
  return text.length > width ? `${text.slice(0, width - 1)}…` : text
}

/** A screen, and how the path of a file is written there. */
type Place = { readonly place?: (file: string) => string }

/** The explanation of one value, or a table of every leaf. Ends with a line break. */
export function explanationToText(
  given: Explanation,
  { color, columns: width = Infinity, place = (file) => file }: Pick<Terminal, 'color' | 'columns'> & Place,
): string {
  const explanation = placed(given, place)
  const paint: Screen['paint'] = (style, text) => (color ? styleText(style, text, { validateStream: false }) : text)
  const screen = { paint, width }
  if (explanation.path === undefined && explanation.asked === undefined) return `${leafTable(explanation.leaves, screen).join('\n')}\n`
  const sections = [
    heading(explanation, paint),
    layerLines(explanation, screen),
    belowLines(explanation, screen),
    fieldLines(explanation, screen),
    ...explanation.fields.slice(0, 3).map((field) => factLines(field, explanation, screen)),
    valueLines(explanation, screen),
    noteLines(explanation, screen),
    scheduleLines(explanation, screen),
    readerLines('read by policies', explanation.policies ?? [], screen),
    readerLines('read by the rules about PostgreSQL', explanation.postgres ?? [], screen),
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function heading(explanation: Explanation, paint: Screen['paint']): string[] {
  const { asked } = explanation
  const lines: string[] = []
  if (asked !== undefined) {
    const shown = asked.value === undefined ? 'is not set' : `= ${oneLine(asked.value)}`
    lines.push(`${paint('bold', `${asked.object} ${asked.path}`.trimEnd())} ${shown}`)
    if (asked.madeBy !== undefined) lines.push(`  ${asked.madeBy}`)
    if (explanation.settable !== undefined && asked.value === undefined)
      lines.push(`  set it with \`${explanation.settable}\` in a values file`)
    if (explanation.path === undefined) return lines
    lines.push('')
  }
  const isBranch = explanation.leaves.length > 0
  const shown =
    explanation.value === undefined
      ? 'is not set in any layer'
      : isBranch
        ? `in ${explanation.database}`
        : `= ${oneLine(explanation.value)}`
  lines.push(
    `${paint('bold', explanation.path as string)} ${shown}${isBranch || explanation.value === undefined ? '' : paint('dim', `  in ${explanation.database}`)}`,
  )
  if (explanation.about !== undefined) lines.push(`  ${explanation.about}`)
  return lines
}

const marks = { wins: '→', overridden: ' ', removes: '✗' } as const

function layerLines(explanation: Explanation, { paint, width }: Screen): string[] {
  if (explanation.layers.length === 0) return []
  const rows = [...explanation.layers].reverse().map((line) => [marks[line.role], line.layer, placeOf(line), contentOf(line)])
  const table = columns(rows, width)
  return [
    paint('cyan', 'layers, highest first'),
    ...[...explanation.layers]
      .reverse()
      .map((line, index) => (line.role === 'overridden' ? paint('dim', table[index] as string) : (table[index] as string))),
  ]
}

function contentOf(line: LayerLine): string {
  const value = line.above === undefined ? oneLine(line.value) : `${line.above} is ${oneLine(line.value)}`
  if (line.role === 'removes') return `${value} (switches it off)`
  return line.role === 'overridden' ? `${value} (overridden)` : value
}

function placed(told: Explanation, place: (file: string) => string): Explanation {
  const moved = <Line extends Pick<LeafLine, 'at'>>(line: Line): Line =>
    line.at === undefined ? line : { ...line, at: { ...line.at, file: place(line.at.file) } }
  return { ...told, leaves: told.leaves.map(moved), layers: told.layers.map(moved) }
}

function placeOf({ file, at }: Pick<LeafLine, 'file' | 'at'>): string {
  if (file.endsWith('/templates')) return `constant of ${file.replace('/templates', '')}`
  return at === undefined ? `default of ${file.replace('/values.yaml', '')}` : `${at.file}:${at.line}`
}

function belowLines(explanation: Explanation, screen: Screen): string[] {
  return explanation.leaves.length === 0 ? [] : [screen.paint('cyan', 'values'), ...leafTable(explanation.leaves, screen, '  ')]
}

function leafTable(leaves: readonly LeafLine[], { paint, width }: Screen, indent = ''): string[] {
  const rows = columns(
    leaves.map((leaf) => [leaf.path, oneLine(leaf.value, 40), leaf.layer, placeOf(leaf)]),
    width,
    indent,
  )
  return rows.map((row, index) => (leaves[index]?.layer === 'chart' ? paint('dim', row) : row))
}

function fieldLines(explanation: Explanation, { paint, width }: Screen): string[] {
  if (explanation.asked !== undefined) return []
  if (explanation.fields.length === 0)
    return explanation.value === undefined
      ? []
      : [`${paint('cyan', 'becomes')} no field of its own: it decides what else the chart prints, or has no effect`]
  const set = explanation.fields.filter((field) => field.value !== undefined)
  if (set.length === 0)
    return [
      paint('cyan', 'would become'),
      ...columns(
        explanation.fields.map(({ object, path }) => [object, path]),
        width,
      ),
    ]
  const rows = columns(
    set.slice(0, mostFields).map(({ object, path, value }) => [object, path, oneLine(value as Json)]),
    width,
  )
  const more = set.length - mostFields
  return [paint('cyan', 'becomes'), ...rows, ...(more > 0 ? [`  and ${more} more`] : [])]
}

function factLines({ object, path, facts, readers, stored, value }: FieldLine, explanation: Explanation, screen: Screen): string[] {
  const { paint, width } = screen
  if (facts === undefined) return []
  const rows: string[][] = [['type', facts.type]]
  if (facts.default !== undefined) rows.push(['default', oneLine(facts.default)])
  if (stored !== undefined) rows.push([value === undefined ? 'filled in' : 'stored as', oneLine(stored)])
  if (facts.choices !== undefined) rows.push(['one of', facts.choices.map((choice) => oneLine(choice)).join(', ')])
  if (facts.applies !== undefined) rows.push(['applies', facts.applies])
  if (facts.bounds.length > 0) rows.push(['bounds', facts.bounds.join('; ')])
  if (facts.required.length > 0) rows.push(['required', facts.required.join(', ')])
  if (facts.members.length > 0) rows.push(['members', facts.members.join(', ')])
  for (const [index, expression] of facts.expressions.entries()) rows.push([index === 0 ? 'rule' : '', expression])
  const lines = [
    `${paint('cyan', 'field')} ${object}${path === '' ? '' : ` ${path}`} ${paint('dim', `(${facts.source})`)}`,
    ...columns(rows, Math.min(width, widestList)),
  ]
  if (readers.length === 0) return lines
  return [...lines, '', ...readerLines(`read by operator ${judgedAs(explanation.operator)}`, readers, screen)]
}

function noteLines({ notes = [] }: Explanation, { paint }: Screen): string[] {
  return notes.length === 0 ? [] : [paint('cyan', 'what follows'), ...notes.map((note) => `  ${oneLine(note, Infinity)}`)]
}

function scheduleLines({ schedules }: Explanation, { paint, width }: Screen): string[] {
  if (schedules === undefined) return []
  return [
    `${paint('cyan', 'next runs')} ${paint('dim', `(from ${schedules.today} on, UTC)`)}`,
    ...columns(scheduleRows(schedules.next), width),
  ]
}

function readerLines(title: string, readers: readonly Reader[], { paint, width }: Screen): string[] {
  if (readers.length === 0) return []
  const rows = readers.map(({ id, severity, summary, onChange }) => [id, severity, onChange ? `${summary} (on a change)` : summary])
  return [`${paint('cyan', title)} ${paint('dim', '(details: rules ID)')}`, ...columns(rows, width)]
}

/** What the chart says about a value that has no field with a schema. */
function valueLines(explanation: Explanation, { paint, width }: Screen): string[] {
  if (explanation.type === undefined || explanation.fields.some(({ facts }) => facts !== undefined)) return []
  const rows: string[][] = [['type', explanation.type]]
  if (explanation.choices !== undefined) rows.push(['one of', explanation.choices.map((choice) => oneLine(choice)).join(', ')])
  if (explanation.keys !== undefined && explanation.keys.length > 0) rows.push(['keys', explanation.keys.join(', ')])
  return [`${paint('cyan', 'value')} ${paint('dim', `(chart ${explanation.chart})`)}`, ...columns(rows, Math.min(width, widestList))]
}
