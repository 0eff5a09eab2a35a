// Which keys of a values file does no template of a chart read?
import type { MapValue, Path, Value } from '../model.ts'
import { nearest } from '../values/path.ts'
import type { ReadShape } from './read-shape.ts'

/** A key without effect. */
export interface UnreadKey {
  readonly path: Path
  readonly key: string
  readonly value: Value
  /** a key of the same map that is read, at most two typos away */
  readonly suggestion?: string
  /** paths that end in the same key and are read, at most three */
  readonly elsewhere: readonly string[]
}

interface Search {
  readonly root: ReadShape
  readonly looked: ReadonlyMap<MapValue, ReadonlySet<string>>
  readonly found: UnreadKey[]
}

/**
 * The keys of one layer that neither a run looked up nor any branch of any template could. A key that the chart's own
 * values.yaml has is never reported: it may be documentation.
 */
export function unreadKeys(
  layer: MapValue,
  given: { readonly shape: ReadShape; readonly defaults: MapValue; readonly looked?: Search['looked'] },
): UnreadKey[] {
  const search: Search = { root: given.shape, looked: given.looked ?? new Map(), found: [] }
  searchMap(layer, { shape: given.shape, defaults: given.defaults, path: [] }, search)
  return search.found
}

interface Place {
  readonly shape: ReadShape
  readonly defaults: Value | undefined
  readonly path: Path
}

function searchMap(map: MapValue, at: Place, search: Search): void {
  for (const [key, value] of map.entries) {
    const shape = at.shape.at(key)
    const preset = at.defaults?.kind === 'map' ? at.defaults.entries.get(key) : undefined
    const path = [...at.path, key]
    if (key === 'global' && at.path.length === 0 && shape === undefined) continue
    if (shape === undefined) {
      if (preset === undefined && !wasLookedUp(map, key, search)) search.found.push(describe(value, at.shape, path, search))
    } else searchBelow(value, { shape, defaults: preset, path }, search)
  }
}

function searchBelow(value: Value, at: Place, search: Search): void {
  if (at.shape.whole) return
  // what is only tested, and never read inside, is a switch: its contents are not judged
  if (value.kind === 'map' && at.shape.isOpened) searchMap(value, at, search)
  if (value.kind === 'list')
    for (const [index, item] of value.items.entries()) {
      const shape = at.shape.at(String(index))
      if (shape !== undefined) searchBelow(item, { shape, defaults: undefined, path: [...at.path, index] }, search)
    }
}

/** The maps of a run are those of the merged values, which override the layer's. */
function wasLookedUp(map: MapValue, key: string, search: Search): boolean {
  const isSame = ({ origin }: Value): boolean => origin.file.path === map.origin.file.path && origin.value.start === map.origin.value.start
  for (const [looked, keys] of search.looked) if (keys.has(key) && (isSame(looked) || looked.overrides.some(isSame))) return true
  return false
}

function describe(value: Value, shape: ReadShape, path: Path, search: Search): UnreadKey {
  const key = String(path.at(-1))
  const suggestion = nearest(key, shape.keys.keys())
  const elsewhere = pathsTo(key, search.root).filter((other) => other !== path.join('.'))
  return { path, key, value, elsewhere, ...(suggestion === undefined ? {} : { suggestion }) }
}

/** Where a key of this name would be read. */
function pathsTo(key: string, root: ReadShape): string[] {
  const found: string[] = []
  const walk = (shape: ReadShape, path: string, depth: number): void => {
    for (const [name, child] of shape.keys) {
      if (found.length >= 3 || depth > 8) return
      const below = path === '' ? name : `${path}.${name}`
      if (name === key) found.push(below)
      walk(child, below, depth + 1)
    }
  }
  walk(root, '', 0)
  return found
}
