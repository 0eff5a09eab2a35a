// Who set a value, what did it replace, and which fields of objects does it become?
import { plural } from '../emit/formats/text.ts'
import { printed } from '../values/printed.ts'
import { locate, spotOf } from '../findings/spot.ts'
import type { LayerName, MapValue, Path, Value } from '../values/value.ts'
import type { RenderedObject } from '../model.ts'
import type { SourceLocation } from '../findings/finding.ts'
import { valueAt } from '../values/value.ts'

/** What one layer sets at a path. */
export interface LayerEntry {
  readonly layer: LayerName
  /** path of the file, from the repository's root */
  readonly file: string
  /** absent: the chart's own defaults, which can't be opened here */
  readonly at?: SourceLocation
  readonly value: Value
  /** `removes`: a null above the path took everything below it away; `replaces`: something other than a map or list is above it */
  readonly role: 'wins' | 'overridden' | 'removes'
  /** where the value is, if that is above the requested path */
  readonly above?: Path
}

/** The layers that set something at a path, lowest first. `winner` is the value that the templates see; undefined: none. */
export function layersAt(layers: readonly MapValue[], path: Path, winner: Value | undefined): LayerEntry[] {
  const entries: LayerEntry[] = []
  for (const root of layers) {
    const found = deepest(root, path)
    if (found === undefined) continue
    const { value, depth } = found
    const exact = depth === path.length
    if (!exact && value.kind !== 'null') continue
    const spot = spotOf(value)
    const { origin } = value
    entries.push({
      layer: origin.layer,
      file: origin.file.path,
      ...(spot === undefined ? {} : { at: locate(spot) }),
      value,
      role: value.kind === 'null' ? 'removes' : winner !== undefined && isFrom(winner, value) ? 'wins' : 'overridden',
      ...(exact ? {} : { above: path.slice(0, depth) }),
    })
  }
  // a null under a higher value no longer removes anything
  const last = entries.length - 1
  return entries.map((entry, index) => (entry.role === 'removes' && index < last ? { ...entry, role: 'overridden' } : entry))
}

/** Maps are joined: each layer that writes one takes part in it. */
function isFrom(winner: Value, value: Value): boolean {
  if (winner.kind === 'map' && value.kind === 'map') return true
  return (
    winner.origin.file === value.origin.file &&
    winner.origin.value.start === value.origin.value.start &&
    winner.origin.layer === value.origin.layer
  )
}

/** The value at the path, or the one that ends it early. Undefined: a map or list has no such member. */
function deepest(root: Value, path: Path): { value: Value; depth: number } | undefined {
  let value = root
  for (const [depth, step] of path.entries()) {
    const next = valueAt(value, [step])
    if (next === undefined) return value.kind === 'map' || value.kind === 'list' ? undefined : { value, depth }
    value = next
  }
  return { value, depth: path.length }
}

/** A field of an object that a value decides. */
export interface Field {
  readonly object: RenderedObject
  readonly path: Path
  readonly value: Value
}

/**
 * The topmost fields whose origin is the path or below it. For a scalar only the fields that show its text are given: the
 * chart's constants next to them (labels, `cluster.name`) have its origin too, because it made the chart print them.
 */
export function fieldsFrom(objects: readonly RenderedObject[], path: Path, asked: Value | undefined): Field[] {
  const text = asked?.kind === 'scalar' && asked.value !== '' ? printed(asked.value) : undefined
  const fields: Field[] = []
  const walk = (object: RenderedObject, value: Value, at: Path): void => {
    const isBranch = value.kind === 'map' || value.kind === 'list'
    if (isWithin(value.origin.path, path) && !(text !== undefined && isBranch)) {
      fields.push({ object, path: at, value })
      return
    }
    if (value.kind === 'map') for (const [key, entry] of value.entries) walk(object, entry, [...at, key])
    else if (value.kind === 'list') value.items.forEach((item, index) => walk(object, item, [...at, index]))
  }
  for (const object of objects) if (path.length > 0) walk(object, object.value, [])
  const shows = text === undefined ? [] : fields.filter(({ value }) => value.kind === 'scalar' && printed(value.value).includes(text))
  return shows.length > 0 ? shows : fields
}

function isWithin(path: Path, parent: Path): boolean {
  return path.length >= parent.length && parent.every((step, index) => step === path[index])
}

/** `3 keys`, `2 items` */
export function sizeOf(value: Value): string {
  if (value.kind === 'map') return plural(value.entries.size, 'key')
  return plural(value.kind === 'list' ? value.items.length : 0, 'item')
}

/** Whether there is something below a value. */
export function isBranch(value: Value): boolean {
  return (value.kind === 'map' && value.entries.size > 0) || (value.kind === 'list' && value.items.length > 0)
}
