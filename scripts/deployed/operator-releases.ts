// Which operators do Applications here install, with which values?
import { sourcesOf } from '../applicationset/sources.ts'
import { LayerReader } from '../merge/layers.ts'
import type { Database } from '../model.ts'
import { mergeLayers } from '../values/merge.ts'
import { printed } from '../values/printed.ts'
import { isJsonMap, toPlain } from '../values/value.ts'
import type { MapValue } from '../values/value.ts'
import { destinationOf } from './application-values.ts'
import { at } from './manifest-parts.ts'
import type { Manifest } from './manifests.ts'
import type { ProjectRelease } from './operator-settings.ts'
import { layersOf } from './release-layers.ts'
import { helmPathOf, valueLayers } from './value-layers.ts'
import type { SourceOf } from './value-layers.ts'

/** The releases of one chart, by its name; `helm template` prints no CRDs twice, so that each Application counts. */
export function releasesOfChart(name: string, manifests: readonly Manifest[]): ProjectRelease[] {
  const isNamed = new RegExp(`(?:^|/)${name}$`)
  return manifests.flatMap((manifest) =>
    (manifest.isConsumed ? [] : (manifest.applications ?? [])).flatMap((application): ProjectRelease[] => {
      const spec = at(application, 'spec')
      const sources = isJsonMap(spec) ? sourcesOf(spec).sources : []
      const nth = sources.findIndex(({ chart }) => isNamed.test(printed(chart ?? '')))
      const source = sources[nth]
      if (source === undefined) return []
      const of = { manifest, application, nth }
      const destination = at(spec, 'destination')
      const { server, name: cluster, namespace } = isJsonMap(destination) ? destination : {}
      const values = mergedValues(of)
      const override = values === undefined ? undefined : at(toPlain(values), 'namespaceOverride')
      return [
        {
          version: printed(source['targetRevision'] ?? '').replace(/^v(?=\d)/, ''),
          destination: destinationOf(server, cluster),
          namespace: printed(override || at(source, 'helm', 'namespace') || namespace || ''),
          values,
          application,
          spotOf: (path) => manifest.spotOf([...manifest.base, ...path]),
          at: manifest.spotOf([...helmPathOf(of).slice(0, -1), 'targetRevision']),
        },
      ]
    }),
  )
}

/** All layers as one; undefined where some of them are not here or can't be read. */
function mergedValues(of: SourceOf): MapValue | undefined {
  const given = valueLayers(of)
  if (given.unknown.length > 0) return undefined
  const { roots } = new LayerReader(() => []).layersOf({ layers: layersOf(given, [], of) } as Database)
  const [first, ...others] = roots ?? []
  return first === undefined ? undefined : mergeLayers([first, ...others])
}
