// Which releases of a chart do Applications here install, with which values?
import { sourcesIn } from '../../applicationset/sources.ts'
import { LayerReader } from '../../merge/layers.ts'
import { officialCharts } from '../../charts/pin.ts'
import type { ChartPin, Database } from '../../model.ts'
import { mergeLayers } from '../../values/merge.ts'
import { printed } from '../../values/printed.ts'
import { isJsonMap, isMap, toPlain, valueAt } from '../../values/value.ts'
import type { Json, JsonMap, MapValue, Path } from '../../values/value.ts'
import { spotOf } from '../../findings/spot.ts'
import type { Spot } from '../../findings/spot.ts'
import { chartRoot, fileReader } from '../file-cache.ts'
import { dependencyEntries } from './dependencies.ts'
import { folderOfSource } from './releases.ts'
import { destinationOf } from '../values/application-values.ts'
import { applicationsMadeBy, at } from '../manifest-parts.ts'
import type { Manifest } from '../manifests.ts'
import { folderOf } from '../folders/folders.ts'
import { inflationsOf } from '../kustomize/inflated.ts'
import type { Inflation } from '../kustomize/inflated.ts'
import { layersOf } from './release-layers.ts'
import { helmPathOf, valueLayers } from '../values/value-layers.ts'
import type { SourceOf } from '../values/value-layers.ts'

/** A release of a chart that an Application installs. */
export interface ChartRelease {
  /** its version as written, which may be a range */
  readonly chart: ChartPin
  readonly destination: string
  readonly namespace: string
  /** besides the chart's own; undefined: some are not here */
  readonly values: MapValue | undefined
  readonly application: JsonMap
  readonly source: JsonMap
  /** of a field of the Application */
  readonly spotOf: (path: readonly string[]) => Spot
  /** of its `targetRevision`, or of the version of a dependency */
  readonly at: Spot
}

/** How a source comes to a chart: itself, or by a dependency of a chart in a folder here. */
interface Way {
  readonly chart: ChartPin
  /** of its values among those of the source */
  readonly below: Path
  readonly folder?: string
  readonly at?: Spot
}

function wayTo(name: string, source: JsonMap, manifest: Manifest): Way | undefined {
  const { chart, repoURL, targetRevision } = source
  if (new RegExp(`(?:^|/)${name}$`).test(printed(chart ?? '')))
    return { chart: pinOf(repoURL, printed(chart ?? ''), targetRevision), below: [] }
  const folder = source['path'] === undefined ? undefined : folderOfSource(source, manifest)
  const file = folder === undefined ? undefined : fileReader(manifest.tree)(folder === '' ? 'Chart.yaml' : `${folder}/Chart.yaml`)
  if (file === undefined || folder === undefined || !file.text.includes(name)) return undefined
  const found = dependencyEntries(chartRoot(file)).find((one) => at(toPlain(one), 'name') === name)
  if (found === undefined) return undefined
  const [alias, version] = [at(toPlain(found), 'alias'), valueAt(found, ['version'])]
  const spot = version === undefined ? undefined : spotOf(version)
  return {
    chart: pinOf(at(toPlain(found), 'repository'), name, version && toPlain(version)),
    below: [typeof alias === 'string' && alias !== '' ? alias : name],
    folder,
    ...(spot && { at: spot }),
  }
}

const [official] = officialCharts

const pinOf = (repository: Json | undefined, name: string, version: Json | undefined): ChartPin => ({
  repository: printed(repository ?? official),
  name,
  version: printed(version ?? '').replace(/^v(?=\d)/, ''),
})

/** A source, and the charts that it inflates where it is a kustomization. */
function withInflations(of: SourceOf, source: JsonMap): SourceOf[] {
  if (source['path'] === undefined) return [of]
  const folder = folderOf(source, of.manifest)
  const charts = folder.kind === 'manifests' ? (folder.built?.charts ?? []) : []
  return [of, ...inflationsOf(of, source, charts)]
}

/** The releases of one chart, by its name. */
export function releasesOfChart(name: string, manifests: readonly Manifest[]): ChartRelease[] {
  return manifests.flatMap((manifest) =>
    applicationsMadeBy(manifest).flatMap((application): ChartRelease[] => {
      const spec = at(application, 'spec')
      const found = sourcesIn(spec)
        .flatMap((source, nth) => withInflations({ manifest, application, nth }, source))
        .flatMap((of) => {
          const source = sourcesIn(of.application['spec'])[of.nth]
          const way = source === undefined ? undefined : wayTo(name, source, of.manifest)
          return source === undefined || way === undefined ? [] : [{ of, source, way }]
        })
      const [first] = found
      if (first === undefined) return []
      const { of, source, way } = first
      const destination = at(spec, 'destination')
      const { server, name: cluster, namespace } = isJsonMap(destination) ? destination : {}
      const values = mergedValues(of, way)
      const override = values === undefined ? undefined : at(toPlain(values), 'namespaceOverride')
      return [
        {
          chart: way.chart,
          destination: destinationOf(server, cluster),
          namespace: printed(override || at(source, 'helm', 'namespace') || namespace || ''),
          values,
          application,
          source,
          spotOf: (path) => manifest.spotOf([...manifest.base, ...path]),
          at: way.at ?? of.manifest.spotOf([...helmPathOf(of).slice(0, -1), 'targetRevision']),
        },
      ]
    }),
  )
}

/** All layers as one; undefined where some of them are not here or can't be read. */
function mergedValues(of: SourceOf, { folder, below }: Way): MapValue | undefined {
  const given = valueLayers(of, folder)
  const { unclear } = of as Partial<Inflation>
  if (given.unknown.length > 0 || (unclear !== undefined && unclear.isElsewhere !== true)) return undefined
  const { roots } = new LayerReader(() => []).layersOf({ layers: layersOf(given, [], of) } as Database)
  const [first, ...others] = roots ?? []
  if (first === undefined) return undefined
  const merged = mergeLayers([first, ...others])
  const own = valueAt(merged, below)
  return own === undefined || own.kind === 'null' ? { ...merged, entries: new Map() } : isMap(own) ? own : undefined
}

/** A value that somebody set; undefined: nobody did, or it is not known. */
export function valueOf({ values }: Pick<ChartRelease, 'values'>, path: Path): Json | undefined {
  const found = values === undefined ? undefined : valueAt(values, path)
  return found === undefined ? undefined : toPlain(found)
}
