// At which leaves do two plain values differ?
import { isJsonMap, jsonAt } from '../values/value.ts'
import type { Json, Path } from '../values/value.ts'

interface Difference {
  readonly path: Path
  readonly was: Json | undefined
  readonly is: Json | undefined
}

/** Leaves that differ; an empty map is as good as none. */
export function* differences(was: Json | undefined, is: Json | undefined, path: Path): Iterable<Difference> {
  const [left, right] = [was, is].map((side) => (isJsonMap(side) && Object.keys(side).length === 0 ? undefined : side))
  if (isJsonMap(left ?? right) && isJsonMap(right ?? left)) {
    for (const key of new Set([...Object.keys(isJsonMap(left) ? left : {}), ...Object.keys(isJsonMap(right) ? right : {})]))
      yield* differences(jsonAt(left, [key]), jsonAt(right, [key]), [...path, key])
  } else if (Array.isArray(left) && Array.isArray(right) && left.length === right.length) {
    for (const index of left.keys()) yield* differences(left[index], right[index], [...path, index])
  } else if (JSON.stringify(left) !== JSON.stringify(right)) yield { path, was: left, is: right }
}
