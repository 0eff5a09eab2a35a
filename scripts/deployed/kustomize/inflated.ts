// How would an Application look that deploys a chart as a kustomization inflates it?
import { posix } from 'node:path'
import { isOfficialPlace } from '../../charts/pin.ts'
import { mergeLayers } from '../../values/merge.ts'
import { printed } from '../../values/printed.ts'
import type { JsonMap, MapValue, Origin, Path, Value } from '../../values/value.ts'
import { isMap, toPlain, valueAt } from '../../values/value.ts'
import type { Spot } from '../../findings/spot.ts'
import { pathsBelow } from '../../repository/tree.ts'
import { trimEndOf } from '../../values/trim.ts'
import { parseFirstDocument } from '../../yaml/parse.ts'
import { fileReader } from '../file-cache.ts'
import { spotIn } from '../manifests.ts'
import type { Manifest } from '../manifests.ts'
import { pathInRepository } from '../repository-path.ts'
import type { SourceOf } from '../values/value-layers.ts'
import type { InflatedChart } from './charts.ts'
import { toText } from './patches.ts'

/** A chart that a kustomization inflates, as a source of an Application of its own. */
export interface Inflation extends SourceOf {
  /** the source that is the kustomization */
  readonly by: SourceOf
  /** what may change the objects that the chart makes */
  readonly changed?: InflatedChart['changed']
}

/** The name that Helm gives where it is asked for a generated one (`helm template --generate-name`; helm#6019). */
const unnamed = 'release-name'

/** Each chart as the first of two sources, the second of which is the repository with the files of its values. */
export function inflationsOf(by: SourceOf, source: JsonMap, charts: readonly InflatedChart[]): Inflation[] {
  return charts.flatMap((chart): Inflation[] => {
    const { manifest } = by
    const made = sourcesFor(chart, source, manifest)
    if (made === undefined) return []
    const { source: _source, sources: _sources, sourceHydrator: _hydrator, ...spec } = by.application['spec'] as JsonMap
    const application: JsonMap = { ...by.application, spec: { ...spec, sources: toPlain(made) } }
    const own: Manifest = {
      ...manifest,
      kind: 'Application',
      plain: application,
      base: [],
      applications: [application],
      refusals: [],
      elements: () => [],
      nestedElements: () => [],
      spotOf: (path, on = 'value') => spotOfPart(path, on, { made, manifest }),
      written: () => undefined,
      inText: () => undefined,
    }
    return [{ manifest: own, application, nth: 0, by, ...(chart.changed && { changed: chart.changed }) }]
  })
}

function spotOfPart(path: Path, on: 'key' | 'value', { made, manifest }: { readonly made: Value; readonly manifest: Manifest }): Spot {
  const [first, second, ...rest] = path
  return first === 'spec' && second === 'sources' ? spotIn(rest, on, made) : manifest.spotOf([...manifest.base, ...path], on)
}

type Entries = readonly (readonly [string, Value | undefined])[]

function sourcesFor({ at: folder, entry, home, namespace }: InflatedChart, by: JsonMap, manifest: Manifest): Value | undefined {
  const { tree } = manifest
  const part = (key: string): Value | undefined => entry.entries.get(key)
  const [name, version, repo] = ['name', 'version', 'repo'].map((key) => toText(part(key))) as [string, string, string]
  const { origin } = entry
  const text = (value: string, from: Origin = origin): Value => ({ kind: 'scalar', origin: from, overrides: [], value })
  const map = (entries: Entries): MapValue => {
    const present = entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))
    return { kind: 'map', origin, overrides: [], entries: new Map(present) }
  }
  if (name === '' || toText(part('nameTemplate')) !== '') return undefined
  // `absChartHome`, `chartExistsLocally`
  const own = `${home}/${version !== '' && repo !== '' ? `${name}-${version}/` : ''}${name}`
  const isHere = pathsBelow(tree.wide?.() ?? tree, `${own}/`).length > 0
  const repository: Entries = [
    ['repoURL', text(printed(by['repoURL'] ?? ''))],
    ['targetRevision', typeof by['targetRevision'] === 'string' ? text(by['targetRevision']) : undefined],
  ]
  const place: Entries = isHere
    ? [...repository, ['path', text(pathInRepository(own, manifest), part('name')?.origin)]]
    : [
        ['repoURL', part('repo') ?? text('')],
        ['chart', part('name')],
        ['targetRevision', part('version') ?? text('*')],
      ]
  const isOfficial = name === 'cluster' && isOfficialPlace(`${trimEndOf(repo, '/')}/`)
  const values = valuesFor(entry, folder, manifest)
  if (values === undefined) return undefined
  const helm = map([
    ['releaseName', part('releaseName') ?? text(unnamed)],
    // Helm is not told where the Application goes
    ['namespace', namespace ?? part('namespace') ?? (isOfficial ? text('default') : undefined)],
    ...(['kubeVersion', 'apiVersions'] as const).map((key) => [key, part(key)] as const),
    ['valueFiles', values.files],
    ['valuesObject', values.inline],
  ])
  const sources = [map([...place, ['helm', helm]]), map([...repository, ['ref', text('values')]])]
  return { kind: 'list', origin, overrides: [], items: sources }
}

interface Values {
  readonly files?: Value
  readonly inline?: MapValue
}

/**
 * `valuesInline` over `valuesFile`, or below it, or in its place; `additionalValuesFiles` above both (`createNewMergedValuesFile`,
 * `AsHelmArgs`). Undefined: some of it is not here.
 */
function valuesFor(entry: MapValue, folder: string, manifest: Manifest): Values | undefined {
  const pathOf = (node: Value): string => posix.join('/', folder, toText(node)).slice(1)
  const inline = valueAt(entry, ['valuesInline'])
  const hasInline = isMap(inline) && inline.entries.size > 0
  const merge = toText(valueAt(entry, ['valuesMerge'])) || 'override'
  const first = valueAt(entry, ['valuesFile'])
  const more = valueAt(entry, ['additionalValuesFiles'])
  const others = more?.kind === 'list' ? more.items : []
  const base = toText(first) === '' || first === undefined || (hasInline && merge === 'replace') ? [] : [first]
  const named = (nodes: readonly Value[]): Value | undefined => {
    const items = nodes.map((node): Value => ({
      kind: 'scalar',
      origin: node.origin,
      overrides: [],
      value: `$values/${pathInRepository(pathOf(node), manifest)}`,
    }))
    return items.length === 0 ? undefined : { kind: 'list', origin: entry.origin, overrides: [], items }
  }
  if (!hasInline || (others.length === 0 && (merge !== 'merge' || base.length === 0))) {
    const files = named([...base, ...others])
    return { ...(files && { files }), ...(hasInline && { inline }) }
  }
  const read = (node: Value): MapValue[] => {
    const file = fileReader(manifest.tree)(pathOf(node))
    const root = file === undefined ? undefined : parseFirstDocument(file, 'service').documents[0]
    return isMap(root) ? [root] : []
  }
  const [below, above] = [base.flatMap(read), others.flatMap(read)]
  if (below.length < base.length || above.length < others.length) return undefined
  const [lowest, ...higher] = merge === 'merge' ? [inline, ...below, ...above] : [...below, inline, ...above]
  return lowest === undefined ? {} : { inline: mergeLayers([lowest, ...higher]) }
}
