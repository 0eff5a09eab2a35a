// Whose line is it? Places of a finding in a rendered object become spots in the hand-written files.
import type { Database, Finding, MapValue, Message, Part, Path, Place, RenderedObject, Severity, Value } from '../model.ts'
import { phrase, shown, takesPart } from '../findings/message.ts'
import { spotOf, nearestSpot, switchSpot, layerRank } from '../findings/spot.ts'
import type { Spot, LocatedFinding } from '../findings/spot.ts'
import { printed } from '../values/printed.ts'
import { formatPath } from '../values/path.ts'
import { deepestAt, valueAt } from '../values/value.ts'
import { isSecretName, isSecretPath, mask } from '../secret/names.ts'
import { asPrinted } from './printed-text.ts'

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
  const first = spots[0] as ResolvedPlace
  const primary = spots.reduce((best, spot) => (spot.rank > best.rank ? spot : best))
  const isHidden =
    spots.some((spot) => isSecretPath(spot.typed)) ||
    finding.places.some((place) => isSecretPath(place.path) || isNextToSecretName(place, subject))
  const related = spots
    .filter((spot) => spot !== primary && !sameSpot(spot.spot, primary.spot))
    .map((spot) => ({ ...spot.spot, message: asTyped(spot.label ?? (isHidden ? takesPart : labelOf(spot.node)), subject, spot) }))
  const said = asPrinted(finding, first, isHidden)
  const typed = asTyped(said.message, subject, first)
  return {
    rule: finding.rule,
    severity: finding.severity,
    message: isHidden ? withoutValues(typed) : typed,
    at: primary.spot,
    related,
    help: said.help === undefined ? undefined : asTyped(said.help, subject, first),
    fix: isHidden ? undefined : finding.fix,
    database: subject.database.id,
    object: `${subject.object.kind}/${subject.object.name}`,
    path: formatPath(finding.places[0].path),
  }
}

/** Where one place of a rendered object was written. */
export function locatePlace(place: Place, subject: Subject): Spot {
  return resolvePlace(place, subject).spot
}

/** `value` of `{ name: DB_PASSWORD, value: … }` */
function isNextToSecretName({ path }: Place, { object }: Subject): boolean {
  const name = path.at(-1) === 'value' ? valueAt(object.value, [...path.slice(0, -1), 'name']) : undefined
  return name?.kind === 'scalar' && isSecretName(printed(name.value))
}

/** Where the place of a finding was typed. */
export interface ResolvedPlace {
  readonly spot: Spot
  readonly rank: number
  readonly label: Message | undefined
  /** in the object */
  readonly path: Path
  /** path as the author typed it; empty where nothing was typed */
  readonly typed: Path
  /** the whole path of the place exists, and was typed or is a null that the chart printed for a key that could have been */
  readonly exact: boolean
  readonly node: Value
}

/** The deepest node on the way to the place; for a chart's constant or default the nearest hand-written key is blamed. */
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
    path: place.path,
    typed: node.origin.path,
    exact: exact && (own !== undefined || node.kind === 'null'),
    node,
  }
}

/** If a value is absent, or a null removed it, the chart's own node originates next to it: the layers show where. */
function isWritten(node: Value, values: MapValue): boolean {
  const written = valueAt(values, node.origin.path)
  return written !== undefined && written.kind !== 'null'
}

/** For a place that a rule gave no label: what stands there. */
export function labelOf({ kind, origin, ...node }: Value): Message {
  if (kind !== 'scalar' || !('value' in node) || origin.path.length === 0) return takesPart
  return phrase`${formatPath(origin.path)} is ${shown(node.value)}`
}

/** Fields of the object by the paths of the values, where their author typed them. */
function asTyped(message: Message, subject: Subject, first: ResolvedPlace): Message {
  return message.map((part): Part => {
    if (typeof part === 'string' || 'shown' in part) return part
    if ('here' in part) return isRenamed(first) ? { field: first.typed, short: part.here } : part.here
    const { exact, typed } = resolvePlace({ path: part.field }, subject)
    return exact && typed.length > 0 ? { field: typed } : part
  })
}

/** Whether the author typed the very field of the first place, wherever the chart puts it. */
function isRenamed({ exact, typed, path }: ResolvedPlace): boolean {
  return exact && typed.length > 0 && typed.at(-1) === path.at(-1)
}

function withoutValues(message: Message): Message {
  return message.map((part) => (typeof part === 'object' && 'shown' in part && part.isName !== true ? mask : part))
}

function sameSpot(a: Spot, b: Spot): boolean {
  return a.file === b.file && a.span.start === b.span.start
}
