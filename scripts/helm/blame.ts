// Which line of whose file made each key and value of a rendered object?
import { isGoMap } from '../go-template/go-value.ts'
import type { GoList, GoMap, GoValue } from '../go-template/go-value.ts'
import type { ListValue, NullValue, Origin, Path, Value } from '../values/value.ts'
import { leavesOf, valueAt } from '../values/value.ts'
import { pieceAt, piecesAfterKey, piecesIn } from './pieces-of.ts'
import type { Piece } from './pieces.ts'
import type { Births } from './births.ts'

/** What a document was cut from. */
export interface Printing {
  readonly recorder: { readonly births: Births }
  /** the pieces of what the template printed, in order */
  readonly pieces: readonly Piece[]
  readonly text: string
  /** where the document begins in it */
  readonly start: number
  /** the file of a template, for its own words */
  readonly fileOf: (name: string) => Origin['file'] | undefined
}

/** The same tree; every node knows where it comes from. */
export function withOrigins(root: Value, printing: Printing): Value {
  return blame(root, { printing, aligned: undefined, yaml: undefined })
}

interface Context {
  readonly printing: Printing
  /** the value that was written here as YAML, where one is known */
  readonly aligned: { readonly value: GoValue; readonly source: Value | undefined } | undefined
  /** the piece that wrote it */
  readonly yaml: Piece | undefined
}

function blame(node: Value, context: Context): Value {
  const piece = pieceAt(context.printing, node.origin.value.start)
  const isNew = piece?.yaml !== undefined && piece !== context.yaml
  const aligned = isNew ? { value: piece.yaml as GoValue, source: context.printing.recorder.births.of(piece.yaml) } : context.aligned
  const inner: Context = { ...context, aligned, yaml: isNew ? piece : context.yaml }
  const made =
    aligned?.source === undefined
      ? originOf(node, piece, context.printing)
      : { origin: aligned.source.origin, overrides: aligned.source.overrides, isOwn: false }
  const common = { origin: made.origin, overrides: made.overrides }
  // what one action printed is what it read
  const isOwn = aligned?.source === undefined && !(piece?.isText === false && covers(piece, node, context.printing))
  switch (node.kind) {
    case 'map': {
      const entries = new Map([...node.entries].map(([key, value]) => [key, entry(key, value, inner)]))
      return {
        kind: 'map',
        ...common,
        ...(isOwn ? around(common.origin, [...entries.values()], { printing: context.printing, piece }) : {}),
        entries,
      }
    }
    case 'list': {
      const items = itemsOf(node, inner)
      return { kind: 'list', ...common, ...(isOwn ? around(common.origin, items, { printing: context.printing, piece }) : {}), items }
    }
    case 'null':
      return { kind: 'null', ...common }
    default:
      return { kind: 'scalar', ...common, value: node.value, ...(made.isOwn ? { constant: true as const } : {}) }
  }
}

function covers(piece: Piece, { origin }: Value, { start }: Printing): boolean {
  return piece.start <= start + origin.value.start && piece.end >= start + origin.value.end
}

/** A map or list built by the template gets the origin of most of its entries. */
function around(
  origin: Origin,
  children: readonly Value[],
  { printing: { recorder }, piece }: { readonly printing: Printing; readonly piece: Piece | undefined },
): { readonly origin?: Origin } {
  const own = children.filter((child) => child.kind !== 'scalar' || child.constant !== true)
  const path = commonPath(
    (own.length > 0 ? own : children).map(({ kind, origin: { path: full } }) =>
      kind === 'map' || kind === 'list' ? full : full.slice(0, -1),
    ),
  )
  if (path.length === 0) return {}
  // the switch of a section is what made the map
  const isSwitch = (value: Value): boolean =>
    isWritten(value) &&
    value.kind === 'scalar' &&
    typeof value.value === 'boolean' &&
    value.origin.path.length === path.length + 1 &&
    path.every((step, at) => step === value.origin.path[at])
  const made = piece?.reasons.find(isSwitch)
  if (made !== undefined) return { origin: made.origin }
  const section = valueAt(recorder.births.root, path)
  if (section !== undefined && section.kind !== 'scalar') return { origin: section.origin }
  return { origin: { ...origin, layer: 'chart', file: templateFile, key: null, path } }
}

/** The longest path that paths have in common, those left out that begin with another key than most of them. */
function commonPath(paths: readonly Path[]): Path {
  const common: Path[number][] = []
  for (let left = paths.filter((path) => path.length > 0); ;) {
    const counts = new Map<Path[number], number>()
    for (const path of left) {
      const step = path[common.length]
      if (step !== undefined) counts.set(step, (counts.get(step) ?? 0) + 1)
    }
    const [step, count] = [...counts].reduce<[Path[number] | undefined, number]>(
      (best, one) => (one[1] > best[1] ? one : best),
      [undefined, 0],
    )
    if (step === undefined || count * 2 <= left.length || (common.length > 0 && count < left.length)) return common
    left = left.filter((path) => path[common.length] === step)
    common.push(step)
  }
}

/** Nobody wrote the map itself. */
const templateFile: Origin['file'] = { path: '', text: '', builtin: true }

function entry(key: string, value: Value, context: Context): Value {
  const { printing } = context
  const at = value.origin.key?.start
  const piece = at === undefined ? undefined : pieceAt(printing, at)
  if (piece?.yaml === undefined) return blame(value, { ...context, aligned: undefined, yaml: undefined })
  // the entries of a map that was written together with others
  const holder = piece === context.yaml ? context.aligned?.value : piece.yaml
  const aligned = isGoMap(holder) ? below(holder, key, printing) : undefined
  return blame(value, { ...context, aligned, yaml: piece })
}

function itemsOf({ items, origin }: ListValue, context: Context): readonly Value[] {
  const { printing } = context
  let first: number | undefined
  let current: Piece | undefined
  let last = origin.value.start
  return items.map((found, index) => {
    const item = found.kind === 'null' && found.origin.value.end === 0 ? afterDash(found, index === 0 ? last : last + 1, printing) : found
    last = Math.max(item.origin.value.end, last)
    const piece = pieceAt(printing, item.origin.value.start)
    if (piece?.yaml === undefined) return blame(item, { ...context, aligned: undefined, yaml: undefined })
    if (piece !== current) [first, current] = [index, piece]
    const holder = piece === context.yaml ? context.aligned?.value : piece.yaml
    const at = piece === context.yaml ? index : index - (first ?? 0)
    return blame(item, { ...context, aligned: Array.isArray(holder) ? below(holder, at, printing) : undefined, yaml: piece })
  })
}

/** An item without a text has no place of its own: it is behind its dash. */
function afterDash(item: NullValue, from: number, { text, start }: Printing): Value {
  const dash = text.indexOf('-', start + from)
  const at = dash < 0 ? from : dash + 1 - start
  return { ...item, origin: { ...item.origin, value: { start: at, end: at } } }
}

function below(holder: GoMap | GoList, key: string | number, printing: Printing): { value: GoValue; source: Value | undefined } {
  const value = isGoMap(holder) ? holder.get(String(key)) : holder[Number(key)]
  return { value, source: printing.recorder.births.at(holder, key) ?? printing.recorder.births.of(value) }
}

interface Made {
  readonly origin: Origin
  readonly overrides: readonly Value[]
  readonly isOwn: boolean
}

/** Of the values that a text was made of, the one that it shows; else the highest that can be edited; else the template. */
function originOf(node: Value, piece: Piece | undefined, printing: Printing): Made {
  const { origin } = node
  const isEmpty = origin.value.end <= origin.value.start
  const touched = isEmpty ? piecesAfterKey(printing, origin) : piecesIn(printing, origin.value.start, origin.value.end)
  const reads = touched.flatMap(({ reads: read }) => read)
  const shows = (value: Value): boolean =>
    node.kind === 'scalar'
      ? value.kind === 'scalar' && String(value.value) === String(node.value)
      : node.kind === 'null' && (value.kind === 'null' || (value.kind === 'scalar' && value.value === ''))
  const shown = reads.findLast((value) => isWritten(value) && shows(value)) ?? reads.findLast(shows)
  const reasons = (piece ?? touched[0])?.reasons ?? []
  // a missing default explains less than the switch that was set
  const best =
    shown ??
    mostExact(touched, isPresent) ??
    mostExact(touched) ??
    searched(node, reasons) ??
    reasons.find(isWritten) ??
    reads.findLast((value) => value.kind !== 'null')
  if (best !== undefined) return { origin: best.origin, overrides: best.overrides, isOwn: shown === undefined && !reads.includes(best) }
  const near = reads.at(-1) ?? reasons[0]
  const own = piece === undefined ? origin : templateOrigin(piece, printing, origin)
  return { origin: { ...own, path: near?.origin.path ?? [] }, overrides: [], isOwn: true }
}

/** A word of the template under a condition that searched a list for it: `- name: barman-cloud.cloudnative-pg.io`. */
function searched(node: Value, reasons: readonly Value[]): Value | undefined {
  if (node.kind !== 'scalar' || typeof node.value !== 'string' || node.value.length < 3) return undefined
  for (const reason of reasons)
    if (reason.kind === 'list' && isWritten(reason))
      for (const { value } of leavesOf(reason)) if (value.kind === 'scalar' && value.value === node.value) return value
  return undefined
}

const isPresent = (value: Value): boolean => value.kind !== 'null'

/**
 * Of each part that somebody's values made the last one: in `default a b` that is b. Of these the one that a person wrote
 * and that is about the least, so that a name that begins with the Cluster's is blamed on its own part.
 */
function mostExact(pieces: readonly Piece[], fits: (value: Value) => boolean = () => true): Value | undefined {
  const parts = pieces.flatMap(({ reads }) => written(reads.filter(fits)) ?? [])
  const rank = ({ origin }: Value): number => (origin.layer === 'generator' ? 0 : origin.path.length)
  return parts.reduce<Value | undefined>((best, part) => (best === undefined || rank(part) > rank(best) ? part : best), undefined)
}

/** The last one that was written by the user, not the chart. */
function written(values: readonly Value[]): Value | undefined {
  return values.findLast(isWritten)
}

const isWritten = ({ origin }: Value): boolean => origin.layer !== 'chart' && origin.file.builtin !== true

/** Text of a template: the place in its file. */
function templateOrigin(piece: Piece, printing: Printing, printed: Origin): Origin {
  const file = printing.fileOf(piece.tree.parseName)
  if (file === undefined) return printed
  // inside literal text of the template the place is exact
  const inside = piece.isText ? printing.start + printed.value.start - piece.start : 0
  const start = piece.at + Math.max(inside, 0)
  return { layer: 'chart', file, path: [], key: null, value: { start, end: start + Math.max(printed.value.end - printed.value.start, 1) } }
}

/** A text with characters that mean something in YAML. */
const isOdd = (value: Value): boolean =>
  value.kind === 'scalar' && typeof value.value === 'string' && /["'\n:#{}[\]&*!|>%@`\\]/.test(value.value)

/**
 * The values that a printed line was made of. What YAML can't read is often noticed behind it: then the nearest line
 * above that shows a value.
 */
export function readsOfLine(text: string, offset: number, pieces: readonly Piece[]): readonly Value[] {
  const at = Math.min(offset, text.length)
  let [start, end] = [text.lastIndexOf('\n', at - 1) + 1, text.indexOf('\n', at)]
  if (end < 0) end = text.length
  for (let lines = 0; lines < 4; lines++) {
    const found = pieces.filter((piece) => !piece.isText && piece.start < end && piece.end >= start).flatMap(({ reads }) => reads)
    const own = written(found.filter(isOdd)) ?? written(found) ?? found.findLast(({ origin }) => origin.file.builtin !== true)
    if (own !== undefined) return [own]
    if (start === 0) break
    end = start
    start = text.lastIndexOf('\n', end - 2) + 1
  }
  return []
}
