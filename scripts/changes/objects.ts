// How do the objects of a database differ from those of the base, and what is said to their update?
import { locateFinding, spotOf } from '../diagnose.ts'
import type { LocatedFinding, Spot } from '../diagnose.ts'
import type { Database, Json, MapValue, RenderedObject, RuledFinding } from '../model.ts'
import { formatPath } from '../path.ts'
import { valueAt } from '../value.ts'
import type { FieldChange } from './application.ts'
import { differences, shownValue, spotIn } from './difference.ts'
import { clusterEffect } from './effect.ts'
import type { Side } from './side.ts'

/** A rendered object beside what it was; `judge` yields what the API server and the operator say to the update. */
export type UpdateJudge = (
  object: RenderedObject,
  old: RenderedObject,
  databases: { readonly before: Database; readonly after: Database },
) => readonly RuledFinding[]

export interface ObjectChanges {
  readonly findings: LocatedFinding[]
  readonly changes: FieldChange[]
  /** objects that are new or differ, as they are now */
  readonly touched: RenderedObject[]
  /** objects that are no more, as they were */
  readonly removed: RenderedObject[]
}

export const nothingCompared: ObjectChanges = { findings: [], changes: [], touched: [], removed: [] }

export function compareObjects(before: Side, after: Side, judge: UpdateJudge): ObjectChanges {
  const key = ({ kind, name }: RenderedObject): string => `${kind}/${name}`
  const old = new Map(before.objects.map((object) => [key(object), object]))
  const found: ObjectChanges = { findings: [], changes: [], touched: [], removed: [] }
  for (const object of after.objects) {
    const was = old.get(key(object))
    old.delete(key(object))
    const changes = was === undefined ? [presence(object, after, 'present')] : fieldChanges(was, object, { before, after })
    if (changes.length === 0) continue
    found.changes.push(...changes)
    found.touched.push(object)
    if (was === undefined) continue
    const subject = { object, values: after.values, fallback: after.fallback, database: after.database }
    for (const finding of judge(object, was, { before: before.database, after: after.database })) {
      const located = locateFinding(finding, subject)
      const earlier = earlierPlace(finding, was, before)
      found.findings.push(earlier === undefined ? located : { ...located, related: [...(located.related ?? []), earlier] })
    }
  }
  for (const object of old.values()) {
    found.removed.push(object)
    found.changes.push(presence(object, before, null))
  }
  return found
}

/** A whole object that comes or goes. */
function presence(object: RenderedObject, side: Side, after: 'present' | null): FieldChange {
  return {
    object: `${object.kind}/${object.name}`,
    path: '',
    before: after === null ? 'present' : null,
    after,
    effect: 'nothing',
    spot: spotIn(side.values, object.value, side.fallback),
  }
}

function fieldChanges(was: RenderedObject, object: RenderedObject, sides: { readonly before: Side; readonly after: Side }): FieldChange[] {
  return [...differences(was.value, object.value)].map(({ path, before, after }) => {
    const parent = path.slice(0, -1)
    const isSecret = object.kind === 'Secret' && (path[0] === 'data' || path[0] === 'stringData')
    const shown = (value: typeof before, root: MapValue): Json =>
      isSecret && value !== undefined ? '***' : shownValue(value, path, valueAt(root, parent))
    const effect = object.kind === 'Cluster' ? clusterEffect(path, { before: was.value, after: object.value }) : 'nothing'
    return {
      object: `${object.kind}/${object.name}`,
      path: formatPath(path),
      before: shown(before, was.value),
      after: shown(after, object.value),
      effect,
      spot: changeSpot(before, after, sides),
    }
  })
}

/** The line of the new value; where there is none, what removed it, else where the value stood. */
function changeSpot(
  before: MapValue | undefined | Parameters<typeof spotOf>[0],
  after: typeof before,
  sides: { readonly before: Side; readonly after: Side },
): Spot {
  if (after !== undefined) return spotIn(sides.after.values, after, sides.after.fallback)
  if (before === undefined) return sides.after.fallback
  const removed = valueAt(sides.after.values, before.origin.path)
  return (removed === undefined ? undefined : spotOf(removed)) ?? spotIn(sides.before.values, before, sides.before.fallback)
}

/** The same field at the base, for the finding's related place. */
function earlierPlace(finding: RuledFinding, was: RenderedObject, before: Side): (Spot & { message: string }) | undefined {
  const { path } = finding.places[0]
  let end = path.length
  while (end > 1 && valueAt(was.value, path.slice(0, end)) === undefined) end--
  const node = valueAt(was.value, path.slice(0, end))
  if (node === undefined) return undefined
  const shown = shownValue(node, path.slice(0, end))
  const text = shown === null || typeof shown === 'object' ? 'this stood here' : String(shown).slice(0, 60)
  return { ...spotIn(before.values, node, before.fallback), message: `${text} before this change` }
}
