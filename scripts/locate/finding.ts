// Whose line is it? Places of a finding in a rendered object become spots in the files that people wrote.
import type { Database, Finding, MapValue, Place, RenderedObject, Severity, Value } from '../model.ts'
import { spotOf, nearestSpot, switchSpot, layerRank } from '../findings/spot.ts'
import type { Spot, LocatedFinding } from '../findings/spot.ts'
import { printed } from '../values/printed.ts'
import { formatPath } from '../values/path.ts'
import { deepestAt, valueAt } from '../values/value.ts'
import { textsMask } from '../secret/message.ts'
import { isSecretName, isSecretPath } from '../secret/names.ts'
import { asPrinted, typedHelp, typedMessage } from './typed-text.ts'
import type { TypedPlace } from './typed-text.ts'

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

/** Where one place of a rendered object was written. */
export function locatePlace(place: Place, subject: Subject): Spot {
  return resolvePlace(place, subject).spot
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
