// Which other release of the chart reads a key that the pinned one does not?
import { compareVersions } from '../kubernetes/load.ts'
import type { ChartPin, Database } from '../model.ts'
import type { MapValue, Path, Value } from '../values/value.ts'
import { formatPath } from '../values/path.ts'
import { chartKeys, newestChart } from './chart-keys.generated.ts'

/** The help for an unknown key of the pinned chart; undefined: no release has it, or the chart is another one. */
export function historyOf(database: Pick<Database, 'environment' | 'written'>): (path: Path) => string | undefined {
  const { name, version } = database.environment.clusterChart
  return (path) => {
    const known = name === 'cluster' ? chartKeys.get(keyOf(path)) : undefined
    if (known === undefined) return undefined
    const [first, last] = known
    const key = formatPath(path)
    if (compareVersions(version, first) < 0)
      return `chart cluster ${version} has no \`${key}\`; ${first} has: raise ${pinName(database)}, or remove it`
    if (last !== newestChart && compareVersions(version, last) > 0)
      return `chart cluster ${last} was the last to read \`${key}\`; remove it`
    return undefined
  }
}

/** The first release of the chart that reads a value, where the pinned one is older. */
export function firstReading({ name, version }: Pick<ChartPin, 'name' | 'version'>, key: string): string | undefined {
  const [first] = (name === 'cluster' ? chartKeys.get(key) : undefined) ?? []
  return first !== undefined && compareVersions(version, first) < 0 ? first : undefined
}

/** What a person raises to get another release of the chart. */
export function pinName({ written }: Pick<Database, 'written'>): string {
  if (written === undefined) return 'clusterChart.version'
  return written.chartFolder === undefined ? 'targetRevision' : `the chart in ${written.chartFolder}`
}

/** As the table spells paths. */
function keyOf(path: Path): string {
  return path.map((step) => (typeof step === 'number' ? '*' : step)).join('.')
}

/** Values that people wrote and that a release does not read, with the first one that does. */
export function missingIn(values: MapValue, version: string): readonly { readonly path: Path; readonly since: string }[] {
  return [...missing(values, [], version)]
}

function* missing(value: Value, path: Path, version: string): Iterable<{ readonly path: Path; readonly since: string }> {
  const [first] = chartKeys.get(keyOf(path)) ?? []
  if (first !== undefined && value.kind !== 'null' && compareVersions(version, first) < 0) yield { path, since: first }
  else if (value.kind === 'map') for (const [key, entry] of value.entries) yield* missing(entry, [...path, key], version)
  else if (value.kind === 'list') for (const [index, item] of value.items.entries()) yield* missing(item, [...path, index], version)
}
