// How do the objects of a database differ from those of the base, and which updates are refused?
import { isDeepStrictEqual } from 'node:util'
import { gravest } from '../findings/database-change.ts'
import type { FieldChange } from '../findings/database-change.ts'
import { named, phrase, textOf } from '../findings/message.ts'
import { printed } from '../values/printed.ts'
import { append } from '../values/append.ts'
import { locateFinding } from '../locate/finding.ts'
import { spotOf } from '../findings/spot.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import type { Json, MapValue, Path, Value } from '../values/value.ts'
import type { Message, RuledFinding } from '../findings/finding.ts'
import type { RenderedObject } from '../model.ts'
import { formatPath } from '../values/path.ts'
import { mask } from '../secret/names.ts'
import { isOfHead, isOutline } from '../chart/outline.ts'
import { literalsMask } from '../secret/values.ts'
import { valueAt } from '../values/value.ts'
import { causeOf, fellBack } from './cause.ts'
import { differences, isEqual, shownValue, spotIn } from './difference.ts'
import { clusterEffect } from './effect.ts'
import type { Side } from './side.ts'
import { updateVerdict } from './update.ts'

export interface ObjectChanges {
  readonly findings: LocatedFinding[]
  readonly changes: FieldChange[]
  /** objects that differ, as they are now */
  readonly changed: RenderedObject[]
  readonly added: RenderedObject[]
  /** objects among those that differ, whose update the API server refuses */
  readonly refused: { readonly object: RenderedObject; readonly reason: string }[]
  /** objects that are no more, as they were */
  readonly removed: RenderedObject[]
}

export function noChanges(): ObjectChanges {
  return { findings: [], changes: [], changed: [], added: [], refused: [], removed: [] }
}

/** What differs, and whether the API server and the operator accept each update. */
export function compareObjects(before: Side, after: Side): ObjectChanges {
  const key = ({ kind, name }: RenderedObject): string => `${kind}/${name}`
  const old = new Map(before.objects.map((object) => [key(object), object]))
  const found = noChanges()
  for (const object of after.objects) {
    const was = old.get(key(object))
    old.delete(key(object))
    if (was === undefined) {
      found.added.push(object)
      found.changes.push(presence(object, after))
      continue
    }
    const changes = fieldChanges(was, object, { before, after })
    if (changes.length === 0) continue
    found.changed.push(object)
    const subject = { object, values: after.values, fallback: after.fallback, database: after.database }
    const judged = updateVerdict(after.database, object, was).map((finding) => {
      const located = locateFinding(finding, subject)
      return { finding, located: withHistory(located, finding, { was, object, before, after }) }
    })
    append(
      found.findings,
      judged.map(({ located }) => located),
    )
    const errors = judged.filter(({ finding }) => finding.severity === 'error')
    const reasons = errors.map(({ finding, located }) => ({ path: formatPath(finding.places[0].path), reason: textOf(located.message) }))
    if (reasons[0] !== undefined) found.refused.push({ object, reason: reasons[0].reason })
    append(found.changes, refuse(changes, reasons))
  }
  for (const object of old.values()) {
    found.removed.push(object)
    found.changes.push(absence(object, { before, after }))
  }
  return found
}

/** The changes that the API server refuses, with its reason; where none has the very path, it is the first. */
function refuse(changes: readonly FieldChange[], reasons: readonly { path: string; reason: string }[]): FieldChange[] {
  const isWithin = (inner: string, outer: string): boolean =>
    inner === outer || (inner.startsWith(outer) && /^[.[]/.test(inner.slice(outer.length)))
  const marked = changes.map((change): FieldChange => {
    const found = reasons.find(({ path }) => isWithin(change.path, path) || isWithin(path, change.path))
    return found === undefined ? change : { ...change, effect: 'refused', reason: found.reason }
  })
  const [first, ...others] = marked
  if (reasons[0] === undefined || first === undefined || marked.some(({ effect }) => effect === 'refused')) return marked
  return [{ ...first, effect: 'refused', reason: reasons[0].reason }, ...others]
}

/** A whole object that comes. */
function presence(object: RenderedObject, side: Side): FieldChange {
  return { ...objectChange(object), before: null, after: 'present', spot: spotIn(side.values, object.value, side.fallback) }
}

/** A whole object that goes. */
function absence(object: RenderedObject, sides: Sides): FieldChange {
  return { ...objectChange(object), before: 'present', after: null, spot: goneSpot(object.value, sides) }
}

function objectChange({ kind, name }: RenderedObject): Pick<FieldChange, 'object' | 'path' | 'effect'> {
  return { object: `${kind}/${name}`, path: '', effect: 'nothing' }
}

interface Sides {
  readonly before: Side
  readonly after: Side
}

/** The fields that differ; a removed map or list is reported once, with the most severe effect of its content. */
function fieldChanges(was: RenderedObject, object: RenderedObject, sides: Sides): FieldChange[] {
  const changes = new Map<string, FieldChange>()
  // where the values of what is equal come from, nobody asks
  if (isDeepStrictEqual(was.plain, object.plain)) return []
  // where the other side's templates are not the model's, nobody knows what becomes of the body
  const isCut = isOutline(was) || isOutline(object)
  const clean = literalsMask([sides.before.values, sides.after.values])
  for (const { path: leaf, before, after, whole } of differences(was.value, object.value)) {
    if (isCut && !isOfHead(leaf[0])) continue
    const path = whole?.path ?? leaf
    const key = formatPath(path)
    const own = object.kind === 'Cluster' ? clusterEffect(leaf, { before: was.value, after: object.value }) : 'nothing'
    const known = changes.get(key)
    const effect = gravest([own, known?.effect ?? 'nothing'])
    const isSecret = object.kind === 'Secret' && (path[0] === 'data' || path[0] === 'stringData')
    const shown = (value: Value | undefined, root: MapValue): Json =>
      isSecret && value !== undefined ? mask : clean(shownValue(value, path, valueAt(root, path.slice(0, -1))))
    const old = whole?.before ?? before
    changes.set(
      key,
      known === undefined
        ? {
            object: `${object.kind}/${object.name}`,
            path: key,
            before: shown(old, was.value),
            after: shown(after, object.value),
            effect,
            spot: after === undefined ? goneSpot(old, sides) : newSpot(after, sides),
          }
        : { ...known, effect },
    )
  }
  return [...changes.values()]
}

/** The line of a value; where the generator united its own with what a person wrote, the person's, if that is what changed. */
function newSpot(value: Value, { before, after }: Sides): Spot {
  const written = (side: Side): Value | undefined => {
    const found = valueAt(side.values, value.origin.path)
    return found?.origin.layer === 'generator' ? found.overrides[0] : undefined
  }
  const own = written(after)
  const spot = own === undefined || isEqual(own, written(before)) ? undefined : spotOf(own)
  return spot ?? spotIn(after.values, value, after.fallback)
}

/** What took a value away; where nothing around it is left, its place at the base. */
function goneSpot(old: Value | undefined, { before, after }: Sides): Spot {
  if (old === undefined) return after.fallback
  const cause = causeOf(old.origin.path, { before: before.values, after: after.values })
  if (cause?.unless !== undefined) return cause.unless
  return cause === undefined || cause.isAlone === true ? spotIn(before.values, old, before.fallback) : cause.at
}

interface Update extends Sides {
  readonly was: RenderedObject
  readonly object: RenderedObject
}

/** The finding at the line that made the field what it is, with the field at the base as a related place. */
function withHistory(located: LocatedFinding, finding: RuledFinding, update: Update): LocatedFinding {
  const { was, object, before, after } = update
  const { path } = finding.places[0]
  const [old, now] = [valueAt(was.value, path), valueAt(object.value, path)]
  const isGone = old !== undefined && (now === undefined || (fellBack(old, now) && isEqualPath(old, now)))
  const cause = isGone ? causeOf(old.origin.path, { before: before.values, after: after.values }) : undefined
  const earlier = earlierPlace(finding, was, before)
  const instead = cause === undefined || now === undefined ? undefined : spotOf(now)
  const related = [
    ...(located.related ?? []),
    ...(instead === undefined ? [] : [{ ...instead, message: phrase`${named(shortly(now, path))} from here on` }]),
    ...(earlier === undefined ? [] : [earlier]),
  ]
  return { ...located, ...(cause && { at: cause.at }), ...(cause?.unless && { unless: cause.unless }), related }
}

function isEqualPath(old: Value, now: Value): boolean {
  return formatPath(old.origin.path) === formatPath(now.origin.path)
}

/** The same field at the base, for the finding's related place. */
function earlierPlace(finding: RuledFinding, was: RenderedObject, before: Side): (Spot & { message: Message }) | undefined {
  const { path } = finding.places[0]
  let end = path.length
  while (end > 1 && valueAt(was.value, path.slice(0, end)) === undefined) end--
  const node = valueAt(was.value, path.slice(0, end))
  if (node === undefined) return undefined
  const text = shortly(node, path.slice(0, end))
  return { ...spotIn(before.values, node, before.fallback), message: phrase`${named(text)} before this change` }
}

function shortly(node: Value | undefined, path: Path): string {
  const shown = shownValue(node, path)
  return shown === null || typeof shown === 'object' ? 'this was here' : printed(shown).slice(0, 60)
}
