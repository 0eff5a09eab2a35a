// Whose line is it? Findings become diagnostics with file, line and column, each mistake once.
import { printed } from '../values/printed.ts'
import type {
  Database,
  Diagnostic,
  Finding,
  MapValue,
  Path,
  Place,
  RelatedLocation,
  RenderedObject,
  Severity,
  SourceFile,
  SourceLocation,
  Span,
  Value,
} from '../model.ts'
import { byCodeUnit, formatPath } from '../values/path.ts'
import { maskMessage, textsMask } from '../secret/message.ts'
import { isSecretName, isSecretPath, mask } from '../secret/names.ts'
import { secretsOf, spansWithin } from '../secret/source.ts'
import { asPrinted, typedHelp, typedMessage } from './typed-text.ts'
import type { TypedPlace } from './typed-text.ts'
import { deepestAt, valueAt } from '../values/value.ts'

/** A spot in a text that a person can open. */
export interface Spot {
  readonly file: SourceFile
  readonly span: Span
}

/** A finding whose places are known as spots; `database` is absent for mistakes outside any database. */
export interface LocatedFinding {
  readonly rule: string
  readonly severity: Severity
  readonly message: string
  readonly at: Spot
  readonly related?: readonly (Spot & { readonly message: string })[]
  readonly help?: string | undefined
  readonly database?: string | undefined
  readonly object?: string
  readonly path?: string
  /** an unknown key at this place would be the one mistake */
  readonly unless?: Spot
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

/** Where a value was written: its key, or the value itself. Undefined for values that no person wrote. */
export function spotOf(value: Value, on: 'key' | 'value' = 'value'): Spot | undefined {
  const { file, key, value: span } = value.origin
  if (file.builtin === true) return undefined
  const empty = span.end <= span.start
  if (key !== null && (on === 'key' || empty || value.kind === 'map' || value.kind === 'list')) return { file, span: key }
  return { file, span }
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

/** The place that a person wrote nearest to a path of the values: the value itself, else the closest parent that was written. */
export function nearestSpot(values: MapValue, path: Path, on: 'key' | 'value' = 'value'): Spot | undefined {
  for (let length = path.length; length > 0; length--) {
    const node = valueAt(values, path.slice(0, length))
    const spot = node === undefined ? undefined : spotOf(node, length === path.length ? on : 'key')
    if (spot !== undefined) return spot
  }
  return undefined
}

/** Where nobody wrote anything below `recovery` or `replica`, `mode` is what makes the chart read them. */
export function switchSpot(values: MapValue, [section]: Path): Spot | undefined {
  return section === 'recovery' || section === 'replica' ? writtenSpot(values, ['mode']) : undefined
}

/** The place of exactly this path; undefined where nobody wrote it. */
export function writtenSpot(values: Value, path: Path): Spot | undefined {
  const node = valueAt(values, path)
  return node === undefined ? undefined : spotOf(node)
}

/** Who wins where two layers say something. */
export const layerRank = { chart: 0, operator: 1, environment: 2, service: 3, 'service-environment': 4, generator: 5 }

/** What a finding's places are looked up in: the object with its origins, the values, and where to point when nothing fits. */
export interface Subject {
  readonly object: RenderedObject
  /** merged values of the layers, without chart defaults */
  readonly values: MapValue
  readonly fallback: Spot
  readonly database: Database
}

/** Places of a finding in a rendered object → spots; the primary one is in the highest layer involved. */
export function locateFinding(finding: Finding & { rule: string; severity: Severity }, subject: Subject): LocatedFinding {
  const spots = finding.places.map((place) => resolvePlace(place, subject))
  const primary = spots.reduce((best, spot) => (spot.rank > best.rank ? spot : best))
  const related = spots
    .filter((spot) => spot !== primary && !sameSpot(spot.spot, primary.spot))
    .map((spot) => ({ ...spot.spot, message: spot.label ?? 'this takes part in it' }))
  const path = finding.places[0].path
  const hidden =
    spots.some((spot) => isSecretPath(spot.typed)) ||
    finding.places.some((place) => isSecretPath(place.path) || isBesideSecretName(place, subject))
  const told = asPrinted(finding, spots[0] as ResolvedPlace, hidden)
  const typed = typedMessage(told.message, finding.places[0], spots[0] as ResolvedPlace)
  return {
    rule: finding.rule,
    severity: finding.severity,
    message: hidden ? withoutSecret(typed, spots) : typed,
    at: primary.spot,
    related,
    help: typedHelp(told.help, path, spots[0] as ResolvedPlace),
    database: subject.database.id,
    object: `${subject.object.kind}/${subject.object.name}`,
    path: formatPath(path),
  }
}

/** `value` of `{ name: DB_PASSWORD, value: … }` */
function isBesideSecretName({ path }: Place, { object }: Subject): boolean {
  const name = path.at(-1) === 'value' ? valueAt(object.value, [...path.slice(0, -1), 'name']) : undefined
  return name?.kind === 'scalar' && isSecretName(printed(name.value))
}

interface ResolvedPlace extends TypedPlace {
  readonly spot: Spot
  readonly rank: number
  readonly label: string | undefined
}

/** The deepest node on the way to the place; a chart's constant or default blames the nearest key that a person wrote. */
function resolvePlace(place: Place, subject: Subject): ResolvedPlace {
  const { node, depth } = deepestAt(subject.object.value, place.path)
  const exact = depth === place.path.length
  const own =
    node === subject.object.value || !isWritten(node, subject.values) ? undefined : spotOf(node, exact ? (place.on ?? 'value') : 'key')
  const spot =
    own ?? nearestSpot(subject.values, node.origin.path, 'key') ?? switchSpot(subject.values, node.origin.path) ?? subject.fallback
  return {
    spot,
    rank: own === undefined ? 0 : layerRank[node.origin.layer],
    label: place.label,
    typed: node.origin.path,
    exact: exact && (own !== undefined || node.kind === 'null'),
    node,
  }
}

/** Where a value is absent, or a null removed it, the chart's own node is born beside it: the layers tell. */
function isWritten(node: Value, values: MapValue): boolean {
  const written = valueAt(values, node.origin.path)
  return written !== undefined && written.kind !== 'null'
}

function withoutSecret(message: string, spots: readonly ResolvedPlace[]): string {
  const texts = spots.flatMap(({ node, spot }) => {
    if (node.kind !== 'scalar' || typeof node.value === 'boolean') return []
    const { key } = node.origin
    const isKey = key !== null && spot.span.start === key.start && spot.span.end === key.end
    return [printed(node.value), ...(isKey ? [] : [spot.file.text.slice(spot.span.start, spot.span.end)])]
  })
  return textsMask(texts)(message)
}

function sameSpot(a: Spot, b: Spot): boolean {
  return a.file === b.file && a.span.start === b.span.start
}

/**
 * Findings → diagnostics: one mistake once, however many databases it reaches, sorted by file, line, column and rule.
 * Two findings are the same mistake when rule and place agree (and it is the same occurrence within its database).
 * A warning where an error stands waits until that is mended.
 */
export function diagnose(all: Iterable<LocatedFinding>): Diagnostic[] {
  const findings = [...all]
  const wrong = new Set(findings.filter(({ severity }) => severity === 'error').map(placeKey))
  const groups = new Map<string, { first: LocatedFinding; databases: Set<string> }>()
  const occurrences = new Map<string, number>()
  for (const finding of findings) {
    if (finding.severity !== 'error' && wrong.has(placeKey(finding))) continue
    const place = `${finding.rule}\0${placeKey(finding)}`
    const database = finding.database ?? ''
    const nth = occurrences.get(`${place}\0${database}\0${finding.message}`) ?? 0
    occurrences.set(`${place}\0${database}\0${finding.message}`, nth + 1)
    if (nth > 0) continue
    const inDatabase = occurrences.get(`${place}\0${database}`) ?? 0
    occurrences.set(`${place}\0${database}`, inDatabase + 1)
    const key = `${place}\0${inDatabase}`
    const group = groups.get(key) ?? { first: finding, databases: new Set<string>() }
    if (finding.database !== undefined) group.databases.add(finding.database)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ first, databases }) => toDiagnostic(first, [...databases].sort(byCodeUnit))).sort(byPlace)
}

function placeKey({ at }: LocatedFinding): string {
  return `${at.file.revision ?? ''}\0${at.file.path}\0${at.span.start}`
}

function toDiagnostic(finding: LocatedFinding, databases: readonly string[]): Diagnostic {
  const at = shownPlace(finding.at)
  const shown = (text: string): string => shorten(maskMessage(text, places))
  const spots = (finding.related ?? []).map((spot) => ({ ...shownPlace(spot), message: spot.message, text: spot.file.text }))
  const places = [{ ...at, text: finding.at.file.text }, ...spots]
  const related = spots.map(({ text: _text, ...spot }): RelatedLocation => ({ ...spot, message: shown(spot.message) }))
  return {
    rule: finding.rule,
    severity: finding.severity,
    message: shown(finding.message),
    at,
    related,
    ...(finding.help === undefined ? {} : { help: shown(finding.help) }),
    databases,
    ...(finding.object === undefined ? {} : { object: finding.object }),
    ...(finding.path === undefined ? {} : { path: shown(finding.path) }),
  }
}

/** The place of a secret ends where it begins, and a mask's length behind: how long a secret is, is a part of it. */
function shownPlace(spot: Spot): SourceLocation {
  const place = locate(spot)
  if (spotIsPublic(spot)) return place
  return { ...place, endLine: place.line, endColumn: place.column + mask.length }
}

function spotIsPublic({ file, span }: Spot): boolean {
  return file.builtin === true || spansWithin(secretsOf(file.text), span).length === 0
}

/** A key or a value may be as long as its author likes; nobody reads that. */
function shorten(text: string): string {
  const words = text.replaceAll(/[^\s`"]+/g, (word) => (word.length < 160 ? word : `${word.slice(0, 60)}…`))
  return words.length > 400 ? `${words.slice(0, 399)}…` : words
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return (
    byCodeUnit(a.at.file, b.at.file) ||
    a.at.line - b.at.line ||
    a.at.column - b.at.column ||
    byCodeUnit(a.rule, b.rule) ||
    byCodeUnit(a.message, b.message)
  )
}
