// Which line of a change made a value go, or fall back to a lower layer?
import { printed } from '../values/printed.ts'
import { firstSpot, layerRank, spotOf } from '../findings/spot.ts'
import type { Spot } from '../findings/spot.ts'
import type { LayerName, ListValue, MapValue, Path, Value } from '../values/value.ts'
import { nearest } from '../values/path.ts'
import { deepestAt, valueAt } from '../values/value.ts'
import { differences, isEqual } from './difference.ts'

/** The line to blame; where there is an unknown key at `unless`, that one is the mistake. */
export interface Cause {
  readonly at: Spot
  readonly unless?: Spot
  /** nothing around the value is left in its file, whose first key is blamed */
  readonly isAlone?: true
  /** what it was at the base */
  readonly was?: Spot
}

/** The merged values of both sides. */
export interface ValuesPair {
  readonly before: MapValue
  readonly after: MapValue
}

/**
 * What became of the value at a path of the base, or of what contains it: a switch that is off now is the cause of
 * all that it switched. Undefined where the values are the same.
 */
export function causeOf(path: Path, pair: ValuesPair): Cause | undefined {
  for (let length = path.length; length > 0; length--) {
    const step = path.slice(0, length)
    const [was, now] = [valueAt(pair.before, step), valueAt(pair.after, step)]
    if (isEqual(was, now)) continue
    if (was !== undefined && fellBack(was, now)) return removalOf(was, pair)
    if (now === undefined) continue
    if (was?.kind !== 'map' || now.kind !== 'map') return located(spotOf(now), was)
    const inside = [...differences(was, now)]
    const written = inside.filter(({ before, after }) => after !== undefined && !(before !== undefined && fellBack(before, after)))
    const first = written.find((one) => one.path.at(-1) === 'enabled') ?? written[0]
    if (first?.after !== undefined) return located(spotOf(first.after), first.before)
    const gone = inside.find(({ before }) => before !== undefined)?.before
    if (gone !== undefined) return removalOf(gone, pair)
  }
  return undefined
}

function located(at: Spot | undefined, before?: Value): Cause | undefined {
  const was = before === undefined ? undefined : spotOf(before)
  return at === undefined ? undefined : { at, ...(was && { was }) }
}

/** Whether a value was removed from its layer: nothing is left, or the value falls back to a lower layer. */
export function fellBack(was: Value, now: Value | undefined): boolean {
  return now === undefined || layerRank[now.origin.layer] < layerRank[was.origin.layer]
}

/** What a higher layer wrote in the place of a value, or of what contains it: an empty list, a null, or a list without it. */
function replacementOf(path: Path, pair: ValuesPair): Spot | undefined {
  for (let length = 1; length <= path.length; length++) {
    const step = path.slice(0, length)
    const [was, now] = [valueAt(pair.before, step), valueAt(pair.after, step)]
    if (was === undefined || now === undefined) return undefined
    if (was.kind === 'map' && now.kind === 'map') continue
    if (layerRank[now.origin.layer] <= layerRank[was.origin.layer]) return undefined
    const item = now.kind === 'list' ? sameItem(was, now, path[length]) : undefined
    return item === undefined ? spotOf(now, now.kind === 'list' ? 'key' : 'value') : spotOf(deepestAt(item, path.slice(length + 1)).node)
  }
  return undefined
}

/** The item that has the name of the one before; by its place where items have none. */
function sameItem(was: Value, now: ListValue, step: string | number | undefined): Value | undefined {
  if (typeof step !== 'number') return undefined
  const name = valueAt(was, [step, 'name'])
  return name === undefined ? now.items[step] : now.items.find((item) => isEqual(valueAt(item, ['name']), name))
}

/** The key in the same file nearest to where a value was; its place at the base if the file is gone too. */
function removalOf({ origin }: Value, pair: ValuesPair): Cause | undefined {
  const { layer, path } = origin
  const instead = replacementOf(path, pair)
  if (instead !== undefined) return { at: instead }
  // the generator writes no file: what it removed was decided at the origin that it records
  const root = layer === 'generator' ? undefined : layerIn(pair.after, layer)
  if (root === undefined) return located(origin.file.builtin === true ? undefined : { file: origin.file, span: origin.key ?? origin.value })
  let parent: MapValue = root
  let depth = 0
  for (; depth < path.length - 1; depth++) {
    const next = parent.entries.get(printed(path[depth]))
    if (next?.kind !== 'map' || next.origin.layer !== layer) break
    parent = next
  }
  const at = (parent === root ? undefined : spotOf(parent, 'key')) ?? firstSpot(root, root.origin.file)
  const unless = misspelt(printed(path[depth]), parent, { layer, was: valueAt(pair.before, path.slice(0, depth)) })
  return { at, ...(unless && { unless }), ...(parent === root && { isAlone: true }) }
}

/** The merged values as far up as a layer, whose own nodes have its origin. */
function layerIn(values: MapValue, layer: LayerName): MapValue | undefined {
  return [values, ...values.overrides].find((root): root is MapValue => root.kind === 'map' && root.origin.layer === layer)
}

/** A new key of the same map that is at edit distance two or less. */
function misspelt(key: string, map: MapValue, base: { readonly layer: LayerName; readonly was: Value | undefined }): Spot | undefined {
  for (const [candidate, value] of map.entries) {
    if (value.origin.layer !== base.layer || nearest(candidate, [key]) === undefined) continue
    if (valueAt(base.was, [candidate]) === undefined) return spotOf(value, 'key')
  }
  return undefined
}
