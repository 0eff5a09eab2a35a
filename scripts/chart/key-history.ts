// Which other release of the chart reads a key that the pinned one does not?
import { compareVersions } from '../kubernetes/load.ts'
import type { ChartPin } from '../model.ts'
import type { MapValue, Path } from '../values/value.ts'
import { valueAt } from '../values/value.ts'
import { chartKeys, newestChart } from './chart-keys.generated.ts'

/** The help for an unknown key of the pinned chart; undefined: no release has it, or the chart is another one. */
export function historyOf({ name, version }: ChartPin): (path: Path) => string | undefined {
  return (path) => {
    const key = path.slice(0, 2).join('.')
    const known = name === 'cluster' && path.length <= 2 ? chartKeys.get(key) : undefined
    if (known === undefined) return undefined
    const [first, last] = known
    if (compareVersions(version, first) < 0)
      return `chart cluster ${version} has no \`${key}\`; ${first} has: raise clusterChart.version, or remove it`
    if (last !== newestChart && compareVersions(version, last) > 0)
      return `chart cluster ${last} was the last to read \`${key}\`; remove it`
    return undefined
  }
}

/** Keys that people wrote and that a release lacks, with the first one that has each. */
export function missingIn(values: MapValue, version: string): readonly { readonly path: Path; readonly since: string }[] {
  return [...chartKeys].flatMap(([key, [first]]) => {
    const path = key.split('.')
    const value = valueAt(values, path)
    const isInner =
      path.length > 1 && chartKeys.has(path[0] as string) && compareVersions(version, chartKeys.get(path[0] as string)?.[0] ?? '') < 0
    return value === undefined || value.kind === 'null' || isInner || compareVersions(version, first) >= 0 ? [] : [{ path, since: first }]
  })
}
