// Which Applications of this repository deploy a chart in it, and which values do they give?
import { posix } from 'node:path'
import { sourcesIn, sourcesOf } from '../../applicationset/sources.ts'
import { LayerReader } from '../../merge/layers.ts'
import { isError } from '../../findings/spot.ts'
import type { Database } from '../../model.ts'
import { printed } from '../../values/printed.ts'
import { mergeLayers } from '../../values/merge.ts'
import { isJsonMap } from '../../values/value.ts'
import type { JsonMap, MapValue } from '../../values/value.ts'
import type { Release } from './manifests.ts'
import { applicationKey, applicationName } from '../manifests.ts'
import type { Manifest } from '../manifests.ts'
import { applicationsMadeBy, at } from '../manifest-parts.ts'
import { repositoryPath } from '../repository-path.ts'
import { unknownText } from '../sets/unknown-text.ts'
import { missingFile } from '../values/value-findings.ts'
import { valueLayers, withParameters } from '../values/value-layers.ts'

/** One release for each Application that has the folder as its source. */
export function releasesOf(folder: string, manifests: readonly Manifest[]): Release[] {
  return manifests.flatMap((manifest) =>
    applicationsMadeBy(manifest).flatMap((application) => {
      const spec = at(application, 'spec')
      const { sources } = isJsonMap(spec) ? sourcesOf(spec) : { sources: [] }
      const nth = sources.findIndex((source) => folderOfSource(source, manifest) === folder)
      return nth < 0 ? [] : [releaseOf({ manifest, application, nth })]
    }),
  )
}

/** The folder here that a source takes; undefined: another repository, or a chart. */
export function folderOfSource({ path, repoURL, chart }: JsonMap, { settings, tree }: Manifest): string | undefined {
  if (typeof path !== 'string' || typeof repoURL !== 'string' || chart !== undefined) return undefined
  const local = posix.normalize(`${path}/`).replace(/^\//, '').slice(0, -1)
  // without a remote nobody knows the address of this repository
  if (settings.repository.url === '') return local === '.' ? '' : local
  const found = repositoryPath({ kind: 'local', path: local, repoURL }, { settings, tree })
  return found === '.' ? '' : found
}

function releaseOf(of: { readonly manifest: Manifest; readonly application: JsonMap; readonly nth: number }): Release {
  const { manifest, application, nth } = of
  const spec = at(application, 'spec')
  const source = sourcesIn(spec)[nth]
  const given = valueLayers(of)
  const { roots, findings } = new LayerReader(() => []).layersOf({ layers: given.layers } as Database)
  const missing = given.unknown.flatMap(({ missing: file, at: spot }) => (file === undefined ? [] : [missingFile(file, spot)]))
  const others = given.findings.filter(({ rule }) => rule !== 'argocd/value-file-exists')
  const name = printed(at(source, 'helm', 'releaseName') || applicationName(application))
  const namespace = printed(
    at(source, 'helm', 'namespace') || at(application, 'spec', 'destination', 'namespace') || manifest.settings.argocd.namespace,
  )
  const isKnown = given.unknown.length === 0 && roots !== undefined && !JSON.stringify(source ?? null).includes(unknownText)
  const by = applicationKey(manifest, applicationName(application))
  return {
    name,
    by,
    namespace,
    layers: roots ?? [],
    isComplete: isKnown,
    above: (below) => parametersOver(given, below),
    // what hurts a database is said of what an Application gives to it: such a chart also holds settings of other things
    findings: [...missing, ...others, ...findings.filter(isError)],
  }
}

/** What parameters make of the values below them. */
function parametersOver(given: ReturnType<typeof valueLayers>, below: readonly MapValue[]): readonly MapValue[] {
  const [parameter] = given.parameters
  if (parameter === undefined) return []
  const none: MapValue = { kind: 'map', origin: { ...parameter.origin, path: [] }, overrides: [], entries: new Map() }
  const { layers } = withParameters({ layers: [], parameters: given.parameters }, mergeLayers([none, ...below]))
  return layers.flatMap(({ inline }) => inline?.root ?? [])
}
