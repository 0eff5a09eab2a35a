// Which two states of a database does an upgrade compare, and how do its values change for another PostgreSQL?
import { printed } from '../values/printed.ts'
import { isPresetImage, majorOf, majorOfImage, presetMajor } from '../operator/major.ts'
import { chartDefaults } from '../chart/model/defaults.ts'
import type { Evaluated } from '../chart/evaluated.ts'
import type { MapValue, Origin, Path, Value } from '../values/value.ts'
import type { RenderedObject } from '../model.ts'
import { isMap, toPlain, valueAt } from '../values/value.ts'

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
  const versioned = withScalar(values, ['version', 'postgresql'], printed(major))
  const image = imageWith(valueAt(values, ['cluster', 'imageName']), major)
  return image === undefined ? versioned : withScalar(versioned, ['cluster', 'imageName'], image)
}

/** The image with another major, or as it is where it has that one; undefined: there is none. */
function imageWith(image: Value | undefined, major: number): string | undefined {
  if (image?.kind !== 'scalar' || typeof image.value !== 'string' || image.value === '') return undefined
  if (majorOfImage(image.value) === major) return image.value
  const reference = image.value.replace(/@sha256:[0-9a-fA-F]+$/, '')
  const colon = reference.lastIndexOf(':')
  const tag = reference.slice(colon + 1)
  return colon < 0 || tag.includes('/') ? reference : `${reference.slice(0, colon + 1)}${tag.replace(/^\d[\d.]*/, String(major))}`
}

/** The same for a Cluster that no chart makes: its catalogue's major, its image, or an image where the operator's own has another. */
export function objectWith(object: RenderedObject, major: number): RenderedObject {
  const { kind, value } = object
  if (kind !== 'Cluster' || value.kind !== 'map' || (major === presetMajor && isPresetImage(object.plain))) return object
  const catalog = ['spec', 'imageCatalogRef']
  const changed =
    valueAt(value, catalog) === undefined
      ? withScalar(value, ['spec', 'imageName'], imageWith(valueAt(value, ['spec', 'imageName']), major) ?? `${usualImage}:${major}`)
      : withScalar(value, [...catalog, 'major'], major)
  // the namespace that Argo CD gives is in the plain object alone
  const { spec = null } = toPlain(changed) as RenderedObject['plain']
  return { ...object, value: changed, plain: { ...object.plain, spec } }
}

const usualImage = 'ghcr.io/cloudnative-pg/postgresql'

function withScalar(root: MapValue, path: Path, text: string | number): MapValue {
  const [step, ...rest] = path
  const key = String(step)
  const before = root.entries.get(key)
  const origin: Origin = before?.origin ?? { ...root.origin, layer: 'generator', path: [...root.origin.path, key], key: null }
  const empty: MapValue = { kind: 'map', origin, overrides: [], entries: new Map() }
  const after: Value =
    rest.length === 0 ? { kind: 'scalar', value: text, origin, overrides: [] } : withScalar(isMap(before) ? before : empty, rest, text)
  return { ...root, entries: new Map(root.entries).set(key, after) }
}

/** The majors of its Clusters, as far as they say one. */
export function majorsOf({ objects }: Evaluated): number[] {
  return objects.filter(({ kind }) => kind === 'Cluster').flatMap(({ plain }) => majorOf(plain) ?? [])
}

/** Whether the Clusters have the wanted major: which values of a chart of one's own choose it is not known. */
export function hasMajor(after: Evaluated, major: number | undefined): boolean {
  return major === undefined || majorsOf(after).every((one) => one === major)
}
