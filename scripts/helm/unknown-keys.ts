// Which keys of a values file does no template of a chart read?
import type { MapValue, Path, Value } from '../values/value.ts'
import { append } from '../values/append.ts'
import { allNear, formatPath, likelyHomes, nearest } from '../values/path.ts'
import type { ReadShape } from './read-shape.ts'

/** A key without effect. */
export interface UnreadKey {
  readonly path: Path
  readonly key: string
  readonly value: Value
  /** the map of the layer that has it */
  readonly holder: MapValue
  /** a key of the same map that is read, at edit distance two or less */
  readonly suggestion?: string
  /** all of them */
  readonly near: readonly string[]
  /** paths that end in the same key and are read, at most three */
  readonly elsewhere: readonly string[]
  /** the key in the line above is read and empty, so that this one may be meant to be below it; `isRead`: templates name it there */
  readonly below?: { readonly name: string; readonly isRead: boolean }
  /** it was meant for a subchart that has another name here */
  readonly meant?: true
  /** the chart itself sets it, and no value of anybody else is lost */
  readonly isDefault?: true
}

/** More of one name are no evidence, and cost. */
const mostPaths = 40

interface Search {
  readonly root: ReadShape
  readonly found: UnreadKey[]
}

/**
 * The keys of one layer that no branch of any template could read. A key that the chart's own values.yaml has is never
 * one: it may be documentation.
 */
export function unreadKeys(layer: MapValue, given: { readonly shape: ReadShape; readonly defaults: MapValue }): UnreadKey[] {
  const search: Search = { root: given.shape, found: [] }
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
      if (preset === undefined) append(search.found, describeAll({ map, path, value }, at.shape, search))
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

/** Whether a run looked a key up: its maps are those of the merged values, which are above the layer's. */
export function wasLooked(map: MapValue, key: string, looked: ReadonlyMap<MapValue, ReadonlySet<string>>): boolean {
  const { file, path, value } = map.origin
  const isSame = ({ origin }: Value): boolean =>
    origin.file.path === file.path &&
    origin.value.start === value.start &&
    origin.path.length === path.length &&
    origin.path.every((step, at) => step === path[at])
  for (const [seen, keys] of looked) if (keys.has(key) && (isSame(seen) || seen.overrides.some(isSame))) return true
  return false
}

/**
 * A map whose keys are read elsewhere is at the wrong level, or should not be around them: it is reported with the places where
 * they would be read, or each of its keys is if some are read nowhere. Anything else is reported as a whole.
 */
function describeAll(unread: Found, shape: ReadShape, search: Search): readonly UnreadKey[] {
  const { map, value, path } = unread
  const own = describe(unread, shape, search)
  if (value.kind !== 'map' || value.entries.size === 0 || own.suggestion !== undefined) return [own]
  const around = path.length > 1 ? [{ shape, path: formatPath(path.slice(0, -1)) }] : []
  const homes = [...around, { shape: search.root, path: '' }, ...shapesCalled(String(path.at(-1)), search.root)]
  // a key that the map around has already was not meant to be there
  const isFree = (home: (typeof homes)[number], key: string): boolean => !around.includes(home) || !map.entries.has(key)
  const reads = (home: (typeof homes)[number]): number =>
    [...value.entries.keys()].filter((key) => home.shape.keys.has(key) && isFree(home, key)).length
  const best = homes.reduce((most, home) => (reads(home) > reads(most) ? home : most))
  if (reads(best) * 2 < value.entries.size) return [own]
  const isNamed = !around.includes(best) && best.path !== ''
  if (reads(best) === value.entries.size)
    return [{ ...own, elsewhere: isNamed ? [best.path] : [...value.entries.keys()].slice(0, 3).map((key) => below(best.path, key)) }]
  return [...value.entries].map(([key, entry]) => {
    const found = describe({ map: value, path: [...path, key], value: entry }, best.shape, search)
    const home = below(best.path, key)
    return best.shape.keys.has(key) ? { path: found.path, key, value: entry, holder: value, near: [], elsewhere: [home] } : found
  })
}

const below = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)

/** Maps of this name that templates look into. */
function shapesCalled(name: string, root: ReadShape): { shape: ReadShape; path: string }[] {
  const found: { shape: ReadShape; path: string }[] = []
  const walk = (shape: ReadShape, path: string, depth: number): void => {
    if (depth > 6) return
    for (const [key, child] of shape.keys) {
      const below = path === '' ? key : `${path}.${key}`
      if (key === name && child.isOpened) found.push({ shape: child, path: below })
      walk(child, below, depth + 1)
    }
  }
  walk(root, '', 0)
  return found
}

interface Found {
  readonly map: MapValue
  readonly path: Path
  readonly value: Value
}

function describe({ map, path, value }: Found, shape: ReadShape, search: Search): UnreadKey {
  const key = String(path.at(-1))
  const suggestion = nearest(key, shape.keys.keys())
  const elsewhere = homesOf(path, search.root)
  const near = suggestion === undefined ? [] : allNear(key, shape.keys.keys())
  return { path, key, value, holder: map, near, elsewhere, ...(suggestion === undefined ? {} : { suggestion }) }
}

/** Where a key may have been meant to be, at most three paths. */
function homesOf(path: Path, root: ReadShape): readonly string[] {
  const own = path.join('.')
  const all = pathsTo(String(path.at(-1)), root).filter((other) => other !== own)
  const kin = all.filter((other) => other.endsWith(`.${own}`))
  if (kin.length > 0) return kin.slice(0, 3)
  return likelyHomes({ key: String(path.at(-1)), parent: path.slice(0, -1).join('.') }, all)
}

/** Where keys of this name are read. */
function pathsTo(key: string, root: ReadShape): string[] {
  const found: string[] = []
  const walk = (shape: ReadShape, path: string, depth: number): void => {
    for (const [name, child] of shape.keys) {
      if (found.length >= mostPaths || depth > 8) return
      const below = path === '' ? name : `${path}.${name}`
      if (name === key) found.push(below)
      walk(child, below, depth + 1)
    }
  }
  walk(root, '', 0)
  return found
}
