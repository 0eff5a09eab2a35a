// Which Applications install a chart, with which values, and where is each of them written?
import { resolveValueFiles, sourcesOf } from '../applicationset/sources.ts'
import { baseName } from '../charts/pin.ts'
import { nearestSpot } from '../findings/spot.ts'
import type { Spot } from '../findings/spot.ts'
import { printed } from '../values/printed.ts'
import { isJsonMap } from '../values/value.ts'
import type { Json, JsonMap, Path } from '../values/value.ts'
import { parseYaml } from '../yaml/parse.ts'
import { destinationOf, valuesOf } from './application-values.ts'
import { at, sourcePath } from './manifest-parts.ts'
import type { Manifest } from './manifests.ts'
import { filePath } from './repository-path.ts'
import { unknownText } from './unknown-text.ts'

/** An Application that installs a chart, as far as it is known. */
export interface InstalledChart {
  readonly manifest: Manifest
  readonly application: JsonMap
  readonly nth: number
  readonly repository: string
  readonly version: string
  readonly destination: string
  readonly namespace: string
  /** undefined: some can't be read here */
  readonly values: readonly Json[] | undefined
}

export function installedCharts(chart: string, manifests: readonly Manifest[]): InstalledChart[] {
  return manifests.flatMap((manifest) =>
    (manifest.isConsumed ? [] : (manifest.applications ?? [])).flatMap((application): InstalledChart[] => {
      const spec = at(application, 'spec')
      const sources = isJsonMap(spec) ? sourcesOf(spec).sources : []
      const nth = sources.findIndex((source) => baseName({ name: printed(source['chart'] ?? '') }) === chart)
      const source = sources[nth]
      if (source === undefined) return []
      const namespace = printed(at(source, 'helm', 'namespace') ?? at(spec, 'destination', 'namespace') ?? '')
      const destination = destinationOf(at(spec, 'destination', 'server'), at(spec, 'destination', 'name'))
      const isOpen = [namespace, destination].some((text) => text === '' || text.includes('{{') || text.includes(unknownText))
      const version = printed(source['targetRevision'] ?? '').replace(/^v(?=\d)/, '')
      return isOpen
        ? []
        : [
            {
              manifest,
              application,
              nth,
              repository: printed(source['repoURL'] ?? ''),
              version,
              destination,
              namespace,
              values: valuesOf(application, manifest),
            },
          ]
    }),
  )
}

/** The value of the highest layer that sets it. */
export const valueIn = (values: readonly Json[], ...path: string[]): Json | undefined =>
  values.map((value) => at(value, ...path)).findLast((value) => value !== undefined)

/** Where a value of the chart is written: in the manifest, or in a value file of this repository. */
export function valueSpot({ manifest, application, nth }: InstalledChart, path: Path): Spot {
  const helm: Path = [...manifest.base, 'spec', ...sourcePath(at(manifest.plain, ...manifest.base, 'spec'), nth), 'helm']
  if (at(manifest.plain, ...helm, 'valuesObject', ...path) !== undefined) return manifest.spotOf([...helm, 'valuesObject', ...path])
  for (const entry of resolveValueFiles(application).files.toReversed()) {
    const file = filePath(entry, manifest)
    const read = file === undefined ? undefined : (manifest.tree.read(file) ?? manifest.tree.wide?.().read(file))
    if (file === undefined || read?.ok !== true) continue
    const [document] = parseYaml({ path: file, text: read.text }, 'service').documents
    const spot = document?.kind === 'map' ? nearestSpot(document, path) : undefined
    if (spot !== undefined && read.text.includes(printed(path.at(-1)))) return spot
  }
  return manifest.spotOf([...helm, 'values'])
}
