// Which leaves of an object differ between two commits, and where were they written?
import { printed } from '../values/printed.ts'
import { nearestSpot, spotOf } from '../findings/spot.ts'
import type { Spot } from '../findings/spot.ts'
import type { Json, ListValue, MapValue, Path, Value } from '../values/value.ts'
import { isSecretName, isSecretPath, isSecretTextPath, mask, shownPath } from '../secret/names.ts'
import { shownText } from '../secret/values.ts'
import { valueAt } from '../values/value.ts'

/** One leaf that differs; a side is undefined where the leaf is not there. */
export interface Difference {
  readonly path: Path
  readonly before: Value | undefined
  readonly after: Value | undefined
  /** the outermost map or list that is gone with it */
  readonly whole?: Whole
}
interface Whole {
  readonly path: Path
  readonly before: Value
}

/** The leaves that differ, in the order of the object. A list of scalars is one leaf; named items are matched by name. */
export function differences(left: Value | undefined, right: Value | undefined): Iterable<Difference> {
  return differencesAt(left, right, { path: [] })
}

interface At {
  readonly path: Path
  readonly whole?: Whole
}

function* differencesAt(left: Value | undefined, right: Value | undefined, here: At): Iterable<Difference> {
  // a null compared with a map or a list counts as absent
  const [before, after] = [
    left?.kind === 'null' && isHolder(right) ? undefined : left,
    right?.kind === 'null' && isHolder(left) ? undefined : right,
  ]
  const { path } = here
  const at =
    after === undefined && before !== undefined && isHolder(before) && path.length > 0 ? { whole: { path, before }, ...here } : here
  if (before?.kind === 'map' || after?.kind === 'map') {
    if ((before ?? after)?.kind === 'map' && (after ?? before)?.kind === 'map')
      yield* inMaps(before as MapValue | undefined, after as MapValue | undefined, at)
    else yield { ...at, before, after }
    return
  }
  const isWalked = [before, after].every(
    (side) => side === undefined || (side.kind === 'list' && side.items.every((item) => item.kind === 'map')),
  )
  if (isWalked) yield* inLists(before as ListValue | undefined, after as ListValue | undefined, at)
  else if (!isEqual(before, after)) yield { ...at, before, after }
}

function isHolder(value: Value | undefined): boolean {
  return value?.kind === 'map' || value?.kind === 'list'
}

function* inMaps(before: MapValue | undefined, after: MapValue | undefined, at: At): Iterable<Difference> {
  const keys = new Set([...(after?.entries.keys() ?? []), ...(before?.entries.keys() ?? [])])
  if (keys.size === 0 && (before === undefined) !== (after === undefined)) yield { ...at, before, after }
  for (const key of keys) {
    const [left, right] = [before?.entries.get(key), after?.entries.get(key)]
    if (left === undefined && right?.kind === 'null') continue
    if (right === undefined && left?.kind === 'null') continue
    yield* differencesAt(left, right, below(at, key))
  }
}

function below(at: At, step: string | number): At {
  return { ...at, path: [...at.path, step] }
}

function* inLists(before: ListValue | undefined, after: ListValue | undefined, at: At): Iterable<Difference> {
  const [left, right] = [before?.items ?? [], after?.items ?? []]
  if (left.length + right.length === 0) {
    if ((before === undefined) !== (after === undefined)) yield { ...at, before, after }
    return
  }
  const name = (item: Value): Json | undefined => (item.kind === 'map' ? scalarOf(item.entries.get('name')) : undefined)
  const [lefts, rights] = [left, right].map((items) => new Map(items.map((item) => [name(item), item])))
  const isNamed = [lefts, rights].every((items) => items?.has(undefined) === false)
  if (!isNamed || lefts?.size !== left.length || rights?.size !== right.length) {
    for (let index = 0; index < Math.max(left.length, right.length); index++)
      yield* differencesAt(left[index], right[index], below(at, index))
    return
  }
  for (const [index, item] of right.entries()) yield* differencesAt(lefts.get(name(item)), item, below(at, index))
  for (const [index, item] of left.entries()) if (!rights.has(name(item))) yield* differencesAt(item, undefined, below(at, index))
}

function scalarOf(value: Value | undefined): Json | undefined {
  return value?.kind === 'scalar' ? value.value : undefined
}

/** Deep equality of values, whatever their origins; an absent one equals nothing but itself. */
export function isEqual(before: Value | undefined, after: Value | undefined): boolean {
  if (before === undefined || after === undefined) return before === after
  if (before.kind !== after.kind) return false
  switch (before.kind) {
    case 'null':
      return true
    case 'scalar':
      return before.value === (after as typeof before).value
    case 'list': {
      const { items } = after as ListValue
      return before.items.length === items.length && before.items.every((item, index) => isEqual(item, items[index]))
    }
    case 'map': {
      const { entries } = after as MapValue
      return before.entries.size === entries.size && [...before.entries].every(([key, entry]) => isEqual(entry, entries.get(key)))
    }
  }
}

/** Where the line is that made a leaf what it is: the value, or the nearest key that a person wrote. */
export function spotIn(values: MapValue, node: Value, fallback: Spot): Spot {
  const written = valueAt(values, node.origin.path)
  const own = written === undefined || node.origin.path.length === 0 ? undefined : spotOf(node)
  return own ?? nearestSpot(values, node.origin.path, 'key') ?? fallback
}

/** A value as it may be shown: secrets in it as `***`, an absent one as null. */
export function shownValue(value: Value | undefined, path: Path, siblings?: Value): Json {
  if (value === undefined || value.kind === 'null') return null
  const named = siblings?.kind === 'map' ? scalarOf(siblings.entries.get('name')) : undefined
  const isSecret =
    isSecretPath(path) ||
    isSecretPath(value.origin.path) ||
    (path.at(-1) === 'value' && typeof named === 'string' && isSecretName(named)) ||
    (value.kind === 'scalar' && isSecretTextPath(path))
  if (isSecret) return mask
  switch (value.kind) {
    case 'scalar':
      return typeof value.value === 'string' ? shownText(value.value) : value.value
    case 'list':
      return value.items.map((item, index) => shownValue(item, [...path, index], value))
    case 'map':
      return Object.fromEntries(
        [...value.entries].map(([key, entry]) => {
          const below = [...path, key]
          return [printed(shownPath(below).at(-1)), shownValue(entry, below, value)]
        }),
      )
  }
}
