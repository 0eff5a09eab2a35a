// Where in a file is something, and what is a finding whose places are known?
import type { Fix, Message, Severity, SourceLocation } from './finding.ts'
import type { MapValue, Path, SourceFile, Span, Value } from '../values/value.ts'
import { valueAt } from '../values/value.ts'

/** A spot in a text that a person can open. */
export interface Spot {
  readonly file: SourceFile
  readonly span: Span
  /** the key whose value an alias repeats, where the span is that of the anchor's value; and the other way round */
  readonly alias?: Span
}

/** What a finding can follow from that its own database, or the settings, report already. */
export type Consequence = 'reported-value' | 'settings-namespace' | 'missing-defaults' | 'refused-parameter'

/** A finding whose places are known as spots; `database` is absent for mistakes outside any database. */
export interface LocatedFinding {
  readonly rule: string
  readonly severity: Severity
  readonly message: Message
  readonly at: Spot
  readonly related?: readonly (Spot & { readonly message: Message })[]
  readonly help?: Message | undefined
  readonly fix?: Fix | undefined
  readonly database?: string | undefined
  readonly object?: string
  readonly path?: string
  /** why it is only a consequence of what is reported elsewhere; see `report/suppress.ts` */
  readonly follows?: Consequence
  /** an unknown key, or a file that is not there, at this place would be the actual mistake */
  readonly unless?: Spot
  /** a Cluster of this name, wherever in the repository it is, makes it right */
  readonly unlessCluster?: string | undefined
  /** a ScheduledBackup of the Cluster of this name, wherever in the repository it is, makes it right */
  readonly unlessScheduled?: string | undefined
  /** two Applications have the name that is here, so that whatever they make is made twice */
  readonly isShared?: true | undefined
}

/** A spot that is looked up when somebody asks. */
export type LazySpot = () => Spot

/** Whether two begin at the same place. */
export function isSameSpot(a: Spot, b: Spot): boolean {
  return a.file === b.file && a.span.start === b.span.start
}

/** Whether a finding refuses what it is about. */
export function isError({ severity }: { readonly severity: Severity }): boolean {
  return severity === 'error'
}

const lineStarts = new WeakMap<SourceFile, readonly number[]>()

function startsOf(file: SourceFile): readonly number[] {
  const known = lineStarts.get(file)
  if (known !== undefined) return known
  const starts = [0]
  for (const match of file.text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length)
  lineStarts.set(file, starts)
  return starts
}

/** Offsets → 1-based lines and columns (UTF-16 units; a byte order mark takes no column). */
export function locate({ file, span }: Spot): SourceLocation {
  const [line, column] = positionAt(file, span.start)
  const [endLine, endColumn] = positionAt(file, Math.max(span.end, span.start))
  return { file: file.path, line, column, endLine, endColumn, ...(file.revision === undefined ? {} : { revision: file.revision }) }
}

function positionAt(file: SourceFile, offset: number): [number, number] {
  const starts = startsOf(file)
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] as number) <= offset) low = middle
    else high = middle - 1
  }
  const mark = low === 0 && file.text.startsWith('\ufeff') ? 1 : 0
  return [low + 1, Math.max(offset - (starts[low] as number) - mark, 0) + 1]
}

/** Where a value was written: its key, or the value itself. Undefined for values that are not written in any file. */
export function spotOf(value: Value, on: 'key' | 'value' = 'value'): Spot | undefined {
  const { file, key, value: span } = value.origin
  if (file.builtin === true) return undefined
  const empty = span.end <= span.start
  if (key !== null && (on === 'key' || empty || value.kind === 'map' || value.kind === 'list')) return { file, span: key }
  // a value that is before its key is an anchor's
  return key !== null && span.start < key.start && value.origin.layer !== 'parameter' ? { file, span, alias: key } : { file, span }
}

/** The first key of a file, for what concerns the file as a whole. */
export function firstSpot(root: Value | undefined, file: SourceFile): Spot {
  if (root?.kind === 'map') {
    for (const entry of root.entries.values())
      if (entry.origin.file === file && entry.origin.key !== null) return { file, span: entry.origin.key }
  }
  const start = /\S/.exec(file.text.replace(/^\ufeff/, ' '))?.index ?? 0
  return { file, span: { start, end: Math.min(start + 1, file.text.length) } }
}

/** The written place nearest to a path of the values: the value itself, else the closest parent that was written. */
export function nearestSpot(values: MapValue, path: Path, on: 'key' | 'value' = 'value'): Spot | undefined {
  for (let length = path.length; length > 0; length--) {
    const node = valueAt(values, path.slice(0, length))
    const spot = node === undefined ? undefined : spotOf(node, length === path.length ? on : 'key')
    if (spot !== undefined) return spot
  }
  return undefined
}

/** Nobody wrote the section `azure`, but `provider: azure` next to it makes the chart read it. */
export function choiceSpot(values: MapValue, path: Path): Spot | undefined {
  for (let length = path.length - 2; length > 0; length--) {
    const around = valueAt(values, path.slice(0, length))
    if (around === undefined || spotOf(around, 'key') === undefined) continue
    const choice =
      around.kind === 'map' ? [...around.entries.values()].find((one) => one.kind === 'scalar' && one.value === path[length]) : undefined
    return choice === undefined ? undefined : spotOf(choice)
  }
  return undefined
}

/** If nothing is written below `recovery` or `replica`, `mode` is what makes the chart read them. */
export function switchSpot(values: MapValue, [section]: Path): Spot | undefined {
  return section === 'recovery' || section === 'replica' ? writtenSpot(values, ['mode']) : undefined
}

/** The place of exactly this path; undefined if it was not written. */
export function writtenSpot(values: Value, path: Path): Spot | undefined {
  const node = valueAt(values, path)
  return node === undefined ? undefined : spotOf(node)
}

/** Where the settings pin the operator of an environment; `origin` is their map. */
export function operatorPinSpot(origin: MapValue, environment: string): Spot {
  return (
    writtenSpot(origin, ['environments', environment, 'operator', 'version']) ??
    writtenSpot(origin, ['operator', 'version']) ?? { file: origin.origin.file, span: origin.origin.key ?? origin.origin.value }
  )
}

/** Which layer wins if several set a value. */
export const layerRank = {
  chart: 0,
  operator: 1,
  environment: 2,
  service: 3,
  'value-file': 3,
  'service-environment': 4,
  inline: 4,
  generator: 5,
  parameter: 5,
}
