// How would an Application look that deploys a chart as a kustomization inflates it?
import { phrase } from '../../findings/message.ts'
import type { Message } from '../../findings/finding.ts'
import { isOfficialPlace } from '../../charts/pin.ts'
import { printed } from '../../values/printed.ts'
import type { JsonMap, MapValue, Origin, Path, Value } from '../../values/value.ts'
import { toPlain } from '../../values/value.ts'
import { spotOf } from '../../findings/spot.ts'
import type { Spot } from '../../findings/spot.ts'
import { pathsBelow } from '../../repository/tree.ts'
import { trimEndOf } from '../../values/trim.ts'
import { spotIn } from '../manifests.ts'
import type { Manifest } from '../manifests.ts'
import { pathInRepository } from '../repository-path.ts'
import type { SourceOf, Unknown } from '../values/value-layers.ts'
import { valuesFor } from './chart-values.ts'
import type { ChartValues } from './chart-values.ts'
import type { InflatedChart } from './charts.ts'
import { toText } from './patches.ts'

/** A chart that a kustomization inflates, as a source of an Application of its own. */
export interface Inflation extends SourceOf {
  /** the source that is the kustomization */
  readonly by: SourceOf
  /** why it is not known what the chart makes; elsewhere: what is known of it is judged by itself */
  readonly unclear?: Unclear
}

interface Unclear extends Unknown {
  /** kustomize, or the Helm that it runs, certainly stops for this reason */
  readonly refused?: string
  /** what to write instead */
  readonly help?: Message
}

/** The name that Helm gives where it is asked for a generated one (`helm template --generate-name`; helm#6019). */
const unnamed = 'release-name'

/** Each chart as the first of two sources, the second of which is the repository with the files of its values. */
export function inflationsOf(by: SourceOf, source: JsonMap, charts: readonly InflatedChart[]): Inflation[] {
  return charts.flatMap((chart): Inflation[] => {
    const { manifest } = by
    const made = sourcesFor(chart, source, manifest)
    if (made === undefined) return []
    const unclear = made.unclear ?? changeOf(chart)
    const { source: _source, sources: _sources, sourceHydrator: _hydrator, ...spec } = by.application['spec'] as JsonMap
    const application: JsonMap = { ...by.application, spec: { ...spec, sources: toPlain(made.sources) } }
    const own: Manifest = {
      ...manifest,
      kind: 'Application',
      plain: application,
      base: [],
      applications: [application],
      refusals: [],
      elements: () => [],
      nestedElements: () => [],
      spotOf: (path, on = 'value') => spotOfPart(path, on, { made: made.sources, manifest }),
      written: () => undefined,
      inText: () => undefined,
    }
    return [{ manifest: own, application, nth: 0, by, ...(unclear && { unclear }) }]
  })
}

function changeOf({ changed }: InflatedChart): Unclear | undefined {
  return changed && { reason: `what its chart makes may be changed by ${changed.why}`, at: changed.at, isElsewhere: true }
}

function spotOfPart(path: Path, on: 'key' | 'value', { made, manifest }: { readonly made: Value; readonly manifest: Manifest }): Spot {
  const [first, second, ...rest] = path
  return first === 'spec' && second === 'sources' ? spotIn(rest, on, made) : manifest.spotOf([...manifest.base, ...path], on)
}

type Entries = readonly (readonly [string, Value | undefined])[]

interface Made {
  readonly sources: Value
  readonly unclear?: Unclear
}

function sourcesFor({ at: folder, entry, home, namespace }: InflatedChart, by: JsonMap, manifest: Manifest): Made | undefined {
  const { tree } = manifest
  const part = (key: string): Value | undefined => entry.entries.get(key)
  const [name, version, repo] = ['name', 'version', 'repo'].map((key) => toText(part(key))) as [string, string, string]
  const { origin } = entry
  const text = (value: string, from: Origin = origin): Value => ({ kind: 'scalar', origin: from, overrides: [], value })
  const map = (entries: Entries): MapValue => {
    const present = entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))
    return { kind: 'map', origin, overrides: [], entries: new Map(present) }
  }
  if (name === '') return undefined
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
  const values = valuesFor({ entry, folder, defaults: isHere ? `${own}/values.yaml` : undefined, manifest })
  const helm = map([
    ['releaseName', [part('releaseName'), part('nameTemplate')].find((node) => toText(node) !== '') ?? text(unnamed)],
    // Helm is not told where the Application goes
    ['namespace', namespace ?? part('namespace') ?? (isOfficial ? text('default') : undefined)],
    ...(['kubeVersion', 'apiVersions'] as const).map((key) => [key, part(key)] as const),
    ['valueFiles', values.files],
    ['valuesObject', values.inline],
  ])
  const sources = [map([...place, ['helm', helm]]), map([...repository, ['ref', text('values')]])]
  const unclear = refusedMerge(entry) ?? emptyValues(values) ?? unclearName(entry) ?? values.unknown
  return { sources: { kind: 'list', origin, overrides: [], items: sources }, ...(unclear && { unclear }) }
}

/** `errIfIllegalValuesMerge`. */
function refusedMerge(entry: MapValue): Unclear | undefined {
  const merge = entry.entries.get('valuesMerge')
  const at = merge === undefined || /^(?:merge|override|replace|)$/.test(toText(merge)) ? undefined : spotOf(merge)
  const refused = '`valuesMerge` of its chart is none of merge, override and replace'
  return at && { reason: 'its values are not merged', at, refused, help: phrase`write merge, override or replace` }
}

/** `replaceValuesInline`: a file without a document ends the YAML that is merged before it begins. */
function emptyValues({ empty }: ChartValues): Unclear | undefined {
  const refused = '`valuesFile` of its chart is empty, but has `valuesInline` merged into it'
  return empty && { reason: 'its values are not merged', at: empty, refused, help: phrase`write {} into the file, or remove valuesFile` }
}

/** A template without braces is the name itself; Helm takes none beside a name. */
function unclearName(entry: MapValue): Unclear | undefined {
  const [name, template] = ['releaseName', 'nameTemplate'].map((key) => entry.entries.get(key))
  const at = template === undefined || toText(template) === '' ? undefined : spotOf(template)
  if (at === undefined) return undefined
  if (toText(name) !== '') {
    const refused = 'its chart has `nameTemplate` beside `releaseName`'
    return { reason: 'its chart has no name', at, refused, help: phrase`remove one of the two` }
  }
  return toText(template).includes('{{') ? { reason: 'its release is named by `nameTemplate`', at } : undefined
}
