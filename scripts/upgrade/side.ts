// Which two states of a database does an upgrade compare, and how do its values change for another PostgreSQL?
import { printed } from '../values/printed.ts'
import { chartDefaults } from '../chart/defaults.ts'
import type { Evaluated } from '../chart/evaluated.ts'
import type { MapValue, Origin, Path, Value } from '../values/value.ts'
import { isMap, valueAt } from '../values/value.ts'

/** The same database with the current pins and with others. */
export interface Pair {
  readonly before: Evaluated
  readonly after: Evaluated
}

/** The chart's own value at a path, as Helm would fill it in. */
export function valueOrDefault(values: MapValue, path: Path): Value | undefined {
  return valueAt(values, path) ?? valueAt(chartDefaults(), path)
}

/**
 * The values with another PostgreSQL: `version.postgresql` becomes the major alone, and a hand-written `cluster.imageName`
 * gets it at the start of its tag (its digest, which is the old image's, is removed).
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
