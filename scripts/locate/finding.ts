// Whose line is it? Places of a finding in a rendered object become spots in the hand-written files.
import type { Finding, Message, Part, Place, Severity } from '../findings/finding.ts'
import type { Value } from '../values/value.ts'
import { phrase, shown, takesPart } from '../findings/message.ts'
import type { Spot, LocatedFinding } from '../findings/spot.ts'
import { isSameSpot } from '../findings/spot.ts'
import { printed } from '../values/printed.ts'
import { formatPath } from '../values/path.ts'
import { valueAt } from '../values/value.ts'
import { isSecretName, isSecretPath, mask } from '../secret/names.ts'
import { resolvePlace } from './place.ts'
import type { ResolvedPlace, Subject } from './place.ts'
import { asPrinted } from './printed-text.ts'

export type { Subject } from './place.ts'

/** Places of a finding in a rendered object → spots; the primary one is in the highest layer involved. */
export function locateFinding(finding: Finding & { rule: string; severity: Severity }, subject: Subject): LocatedFinding {
  const located = (place: Place) => ({ ...resolvePlace(place, subject), isOptional: place.isOptional === true })
  const all = finding.places.map(located)
  const spots = all.filter(({ isOptional, exact }) => !isOptional || exact)
  const first = spots[0] ?? located(finding.places[0])
  const primary = spots.reduce<ResolvedPlace>((best, spot) => (spot.rank > best.rank ? spot : best), first)
  const isHidden =
    spots.some((spot) => isSecretPath(spot.typed)) ||
    finding.places.some((place) => isSecretPath(place.path) || isNextToSecretName(place, subject))
  const related = spots
    .filter((spot) => spot !== primary && !isSameSpot(spot.spot, primary.spot))
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
    // the quotes of a parameter decide nothing
    fix: isHidden || first.node.origin.layer === 'parameter' ? undefined : finding.fix,
    database: subject.database.id,
    object: `${subject.object.kind}/${subject.object.name}`,
    path: formatPath(first.path),
    unlessCluster: finding.unlessCluster,
    unlessScheduled: finding.unlessScheduled,
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
