// What is a database with some pins: its values and its objects?
import { printed } from '../values/printed.ts'
import { chartDefaults } from '../chart/defaults.ts'
import { renderDatabase } from '../chart/database-objects.ts'
import { chartVersion } from '../chart/names.ts'
import type { LocatedFinding } from '../report/diagnose.ts'
import { generateLayer } from '../merge/generator.ts'
import { coalesce, helmOf, mergeLayers } from '../merge/merge.ts'
import type { Database, MapValue, Origin, Path, RenderedObject, Settings, Value } from '../model.ts'
import { isMap, valueAt } from '../values/value.ts'

/** One database with one set of pins. */
export interface Side {
  readonly database: Database
  readonly settings: Settings
  /** the merged layers without the chart's defaults */
  readonly written: MapValue
  /** what the templates see; undefined with a chart whose defaults only Helm knows */
  readonly values: MapValue | undefined
  readonly objects: readonly RenderedObject[]
  /** what Helm, the chart and the generator refuse */
  readonly findings: readonly LocatedFinding[]
}

/** The same database with the pins of today and with others. */
export interface Pair {
  readonly before: Side
  readonly after: Side
}

/** Merges and renders one database. `merged` are the layers that people wrote, with a new major of PostgreSQL where one is tried. */
export function sideOf(database: Database, merged: MapValue, settings: Settings): Side {
  const generated = generateLayer(database, merged, settings)
  const written = mergeLayers([merged, generated.layer])
  const { objects, findings } = renderDatabase(database, written, settings)
  const { name, version } = database.environment.clusterChart
  const isModelled = name === 'cluster' && version === chartVersion
  const values = isModelled ? coalesce(chartDefaults(), written, helmOf(settings.argocd.version)) : undefined
  return { database, settings, written, values, objects, findings: [...generated.findings, ...findings] }
}

/** The chart's own value at a path, as Helm would fill it in. */
export function valueOrDefault(values: MapValue, path: Path): Value | undefined {
  return valueAt(values, path) ?? valueAt(chartDefaults(), path)
}

/**
 * The values with another PostgreSQL: `version.postgresql` becomes the major alone, and a hand-written `cluster.imageName`
 * gets it at the start of its tag (its digest, which is the old image's, goes).
 */
export function withPostgres(values: MapValue, major: number): MapValue {
  const image = valueAt(values, ['cluster', 'imageName'])
  const versioned = withScalar(values, ['version', 'postgresql'], printed(major))
  if (image?.kind !== 'scalar' || typeof image.value !== 'string' || image.value === '') return versioned
  const reference = image.value.replace(/@sha256:[0-9a-fA-F]+$/, '')
  const colon = reference.lastIndexOf(':')
  const tag = reference.slice(colon + 1)
  const next = colon < 0 || tag.includes('/') ? reference : `${reference.slice(0, colon + 1)}${tag.replace(/^\d[\d.]*/, String(major))}`
  return withScalar(versioned, ['cluster', 'imageName'], next)
}

function withScalar(root: MapValue, path: Path, text: string): MapValue {
  const [step, ...rest] = path
  const key = String(step)
  const before = root.entries.get(key)
  const origin: Origin = before?.origin ?? { ...root.origin, layer: 'generator', path: [...root.origin.path, key], key: null }
  const empty: MapValue = { kind: 'map', origin, overrides: [], entries: new Map() }
  const after: Value =
    rest.length === 0 ? { kind: 'scalar', value: text, origin, overrides: [] } : withScalar(isMap(before) ? before : empty, rest, text)
  return { ...root, entries: new Map(root.entries).set(key, after) }
}
