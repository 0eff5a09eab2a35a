// Which fields would the API server store differently?
import { headOf, isOutline } from '../chart/outline.ts'
import { isOperators } from '../operator/objects.ts'
import { admit } from '../admit/admit.ts'
import { differences, shownValue } from '../changes/difference.ts'
import { isDeepStrictEqual } from 'node:util'
import { factsOf } from '../admit/field-facts.ts'
import type { Json, JsonMap, Origin, Path } from '../values/value.ts'
import type { RenderedObject } from '../model.ts'
import { formatPath } from '../values/path.ts'
import { fromPlain, toPlain, valueAt } from '../values/value.ts'
import type { Evaluated } from '../chart/evaluated.ts'

/** One field of an object before and after; null: not there. Secrets are `***`. */
export interface FieldChange {
  readonly object: string
  readonly path: string
  readonly before: Json
  readonly after: Json
}

const nowhere: Origin = { layer: 'operator', file: { path: '', text: '', builtin: true }, path: [], key: null, value: { start: 0, end: 0 } }

/** Compares what two plain maps hold; secrets are not shown. */
export function fieldChanges(
  object: string,
  [before, after]: readonly [JsonMap | undefined, JsonMap | undefined],
  isSame: (path: Path, value: Json) => boolean = () => false,
): FieldChange[] {
  const [left, right] = [before, after].map((side) => (side === undefined ? undefined : fromPlain(side, nowhere)))
  const meant = [...differences(left, right)].filter(({ path, before: old, after: next }) => {
    const alone = old === undefined ? next : next === undefined ? old : undefined
    return alone === undefined || !isSame(path, toPlain(alone))
  })
  return meant.map((difference) => {
    const siblings = (side: typeof left): typeof left => (side === undefined ? undefined : valueAt(side, difference.path.slice(0, -1)))
    const shown = (value: typeof left, side: typeof left): Json => shownValue(value, difference.path, siblings(side))
    return { object, path: formatPath(difference.path), before: shown(difference.before, left), after: shown(difference.after, right) }
  })
}

/** Compares the stored objects of both sides. An object that one side refuses is compared as it was sent. */
export function storedChanges(before: Evaluated, after: Evaluated): FieldChange[] {
  const names = new Set([...after.objects, ...before.objects].map(nameOf))
  return [...names].flatMap((name) => {
    const both = [before, after].map((side) => side.objects.find((candidate) => nameOf(candidate) === name))
    const isCut = both.some((object) => object !== undefined && isOutline(object))
    const pair = [before, after].map((side, index): Sent | undefined => {
      const object = both[index]
      return object && { plain: isCut ? headOf(object.plain) : object.plain, operator: side.database.environment.operator.version }
    })
    const [left, right] = pair.map((sent) => (sent === undefined ? undefined : stored(sent)))
    const isRefused = left === null || right === null
    const one = pair[1] ?? pair[0]
    // a field that is absent means its default, also in a map that is absent
    const isDefault = (path: Path, value: Json): boolean =>
      pair[0] !== undefined &&
      pair[1] !== undefined &&
      one !== undefined &&
      isDeepStrictEqual(factsOf(one.plain, path, one.operator)?.default, value)
    return isRefused ? fieldChanges(name, [pair[0]?.plain, pair[1]?.plain], isDefault) : fieldChanges(name, [left, right], isDefault)
  })
}

interface Sent {
  readonly plain: JsonMap
  readonly operator: string
}

/** The stored object; null: it is refused. Objects that are not the operator's are stored as sent. */
function stored({ plain, operator }: Sent): JsonMap | null {
  if (!isOperators(plain)) return plain
  const result = admit(plain, { operator })
  return result.verdict === 'accepted' ? (result.defaulted ?? plain) : null
}

function nameOf({ kind, name }: RenderedObject): string {
  return `${kind}/${name}`
}
