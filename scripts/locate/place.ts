// Where was a place of a finding typed?
import type { Database, RenderedObject } from '../model.ts'
import type { MapValue, Path, SourceFile, Value } from '../values/value.ts'
import type { Message, Place } from '../findings/finding.ts'
import { layerRank, nearestSpot, spotOf, switchSpot } from '../findings/spot.ts'
import type { Spot } from '../findings/spot.ts'
import { deepestAt, valueAt } from '../values/value.ts'

/** What a finding's places are looked up in: the object with its origins, the values, and where to point when nothing fits. */
export interface Subject {
  readonly object: RenderedObject
  /** merged values of the layers, without chart defaults */
  readonly values: MapValue
  readonly fallback: Spot
  readonly database: Database
}

/** Where the place of a finding was typed. */
export interface ResolvedPlace {
  readonly spot: Spot
  readonly rank: number
  readonly label: Message | undefined
  /** in the object */
  readonly path: Path
  /** path as the author typed it; empty where nothing was typed */
  readonly typed: Path
  /** the whole path of the place exists, and was typed or is a null that the chart printed for a key that could have been */
  readonly exact: boolean
  readonly node: Value
}

/** The deepest node on the way to the place; for a chart's constant or default the nearest hand-written key is blamed. */
export function resolvePlace(place: Place, subject: Subject): ResolvedPlace {
  const { node, depth } = deepestAt(subject.object.value, place.path)
  // a plain manifest is its own values
  const { objects, holders } = subject.database.written ?? {}
  const isAsWritten = objects !== undefined || holders?.includes(subject.object) === true
  const values = isAsWritten ? subject.object.value : subject.values
  const exact = depth === place.path.length
  const own = node === subject.object.value || !isWritten(node, values) ? undefined : spotOf(node, exact ? (place.on ?? 'value') : 'key')
  // a null is blamed as the value that it took away would be
  const removed = valueAt(values, [...node.origin.path, ...place.path.slice(depth)])
  if (removed?.kind === 'null') {
    const at = spotOf(removed, 'key')
    if (at !== undefined) return { ...pathsOf(removed, subject), spot: at, label: place.label, path: place.path, exact: true }
  }
  const spot =
    own ??
    nearestSpot(values, node.origin.path, 'key') ??
    switchSpot(values, node.origin.path) ??
    (exact ? templateSpot(node, subject.database) : undefined) ??
    subject.fallback
  return {
    spot,
    rank: own === undefined ? 0 : rankOf(node, subject),
    label: place.label,
    path: place.path,
    typed: node.origin.path,
    exact: exact && (own !== undefined || node.kind === 'null'),
    node,
  }
}

/** A word of a template of the repository's own chart, which no values change. */
function templateSpot(node: Value, { written }: Database): Spot | undefined {
  const { file, value } = node.origin
  const isOwn = written?.chartFolder !== undefined && file.path.startsWith(`${written.chartFolder}/templates/`)
  if (!isOwn || node.kind !== 'scalar' || node.constant !== true) return undefined
  return { file: openFile(file), span: value }
}

const opened = new WeakMap<SourceFile, SourceFile>()

/** The same file, as one that a person can open. */
function openFile(file: SourceFile): SourceFile {
  const known = opened.get(file)
  if (known !== undefined) return known
  const { builtin: _, ...open } = file
  opened.set(file, open)
  return open
}

const pathsOf = (node: Value, subject: Subject): Pick<ResolvedPlace, 'node' | 'rank' | 'typed'> => ({
  node,
  rank: rankOf(node, subject),
  typed: node.origin.path,
})

/** How high the layer of a value is; of several value files the later one is higher. */
function rankOf({ origin: { layer, file } }: Value, { database: { layers } }: Subject): number {
  return layerRank[layer] + (layers.findLastIndex((one) => one.file.path === file.path) + 1) / (layers.length + 1)
}

/** If a value is absent, or a null removed it, the chart's own node originates next to it: the layers show where. */
function isWritten(node: Value, values: MapValue): boolean {
  const written = valueAt(values, node.origin.path)
  return written !== undefined && written.kind !== 'null'
}
