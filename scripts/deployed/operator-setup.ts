// Can the operator that Applications install be applied, does it see the databases, and does it find its plugin?
import { sourcesOf } from '../applicationset/sources.ts'
import { hasReached } from '../applicationset/sync-options.ts'
import { baseName } from '../charts/pin.ts'
import { named, phrase } from '../findings/message.ts'
import { nearestSpot } from '../findings/spot.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import type { Database } from '../model.ts'
import { append } from '../values/append.ts'
import { listed } from '../values/path.ts'
import { printed } from '../values/printed.ts'
import { isJsonMap } from '../values/value.ts'
import type { Json, JsonMap, Path } from '../values/value.ts'
import { parseYaml } from '../yaml/parse.ts'
import { destinationOf, valuesOf } from './application-values.ts'
import { at, sourcePath, texts } from './manifest-parts.ts'
import type { Manifest } from './manifests.ts'
import { filePath } from './repository-path.ts'
import { resolveValueFiles } from '../applicationset/sources.ts'
import { unknownText } from './unknown-text.ts'

/** An Application that installs a chart, as far as it is known. */
interface Release {
  readonly manifest: Manifest
  readonly application: JsonMap
  readonly nth: number
  readonly version: string
  readonly destination: string
  readonly namespace: string
  /** undefined: some can't be read here */
  readonly values: readonly Json[] | undefined
}

function releasesOf(chart: string, manifests: readonly Manifest[]): Release[] {
  return manifests.flatMap((manifest) =>
    (manifest.isConsumed ? [] : (manifest.applications ?? [])).flatMap((application): Release[] => {
      const spec = at(application, 'spec')
      const sources = isJsonMap(spec) ? sourcesOf(spec).sources : []
      const nth = sources.findIndex((source) => baseName({ name: printed(source['chart'] ?? '') }) === chart)
      const source = sources[nth]
      if (source === undefined) return []
      const namespace = printed(at(source, 'helm', 'namespace') ?? at(spec, 'destination', 'namespace') ?? '')
      const destination = destinationOf(at(spec, 'destination', 'server'), at(spec, 'destination', 'name'))
      const isOpen = [namespace, destination].some((text) => text === '' || text.includes('{{') || text.includes(unknownText))
      const version = printed(source['targetRevision'] ?? '').replace(/^v(?=\d)/, '')
      return isOpen ? [] : [{ manifest, application, nth, version, destination, namespace, values: valuesOf(application, manifest) }]
    }),
  )
}

/** The value of the highest layer that sets it. */
const valueIn = (values: readonly Json[], ...path: string[]): Json | undefined =>
  values.map((value) => at(value, ...path)).findLast((value) => value !== undefined)

const mentions = (values: readonly Json[], word: string): boolean => values.some((value) => JSON.stringify(value ?? null).includes(word))

/** `argocd/operator-server-side`, `argocd/operator-watches` and `argocd/plugin-beside-operator`. */
export function operatorSetup(manifests: readonly Manifest[], databases: readonly Database[]): LocatedFinding[] {
  const operators = releasesOf('cloudnative-pg', manifests)
  if (operators.length === 0) return []
  const findings = operators.flatMap(clientSide)
  const destinations = new Set(operators.map(({ destination }) => destination))
  for (const destination of destinations) {
    const there = operators.filter((one) => one.destination === destination)
    append(findings, unwatched(there, databases.filter(isAt(destination))))
    append(
      findings,
      apart(
        there,
        releasesOf('plugin-barman-cloud', manifests).filter((one) => one.destination === destination),
      ),
    )
  }
  return findings
}

const isAt =
  (destination: string) =>
  ({ environment: { destination: to } }: Database): boolean =>
    destinationOf(to.server, to.name) === destination

/** The CRD of poolers has more than the 262,144 bytes that the annotation of a client-side apply takes since chart 0.21 (cnpg#4377, charts#325). */
function clientSide({ manifest, application, version, values }: Release): LocatedFinding[] {
  const options = texts(at(application, 'spec', 'syncPolicy', 'syncOptions'))
  const isElsewhere = options.some((option) => /^(?:ServerSideApply|Replace)=true$/.test(option) || option.includes(unknownText))
  if (isElsewhere || values === undefined || !/^\d+\.\d+\.\d+$/.test(version) || !hasReached(version, '0.21')) return []
  if (valueIn(values, 'crds', 'create') === false || manifest.refusals.length > 0) return []
  const policy: Path = [...manifest.base, 'spec', 'syncPolicy']
  return [
    {
      rule: 'argocd/operator-server-side',
      severity: 'error',
      message: phrase`ServerSideApply=true is not set, but the CRDs of the operator are too long for a client-side apply`,
      at: manifest.spotOf([...policy, 'syncOptions'], 'key'),
      help: phrase`add ServerSideApply=true to spec.syncPolicy.syncOptions`,
    },
  ]
}

/** The namespaces that an operator watches; empty: all; undefined: not known. */
function watchedBy({ values, namespace }: Release): readonly string[] | undefined {
  if (values === undefined || mentions(values, 'additionalEnv') || valueIn(values, 'config', 'create') === false) return undefined
  const written = valueIn(values, 'config', 'data', 'WATCH_NAMESPACE')
  const all = typeof written === 'string' ? written.split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim()])) : []
  // the chart's config.yaml: `merge .Values.config.data (dict "WATCH_NAMESPACE" .Release.Namespace)`
  return all.length === 0 && valueIn(values, 'config', 'clusterWide') === false ? [namespace] : all
}

function unwatched(operators: readonly Release[], databases: readonly Database[]): LocatedFinding[] {
  const watched = operators.map(watchedBy)
  const [operator] = operators
  if (operator === undefined || watched.some((all) => all === undefined || all.length === 0)) return []
  const all = watched.flatMap((one) => one ?? [])
  const lost = databases.filter(
    ({ namespace }) => !all.includes(namespace) && !/\{\{|<no value>/.test(namespace) && !namespace.includes(unknownText),
  )
  const [first, ...others] = lost
  if (first === undefined) return []
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  const isWritten = valueIn(operator.values ?? [], 'config', 'data', 'WATCH_NAMESPACE') !== undefined
  const spot = valueSpot(operator, isWritten ? ['config', 'data', 'WATCH_NAMESPACE'] : ['config', 'clusterWide'])
  return [
    {
      rule: 'argocd/operator-watches',
      severity: 'error',
      message: phrase`operator watches ${named(listed(all))} only, but ${named(first.application)}${more} is in ${named(first.namespace)}, where nobody makes its instances`,
      at: spot,
      help: isWritten ? phrase`add ${named(first.namespace)} to WATCH_NAMESPACE` : phrase`set config.clusterWide: true`,
    },
  ]
}

/** Where a value of the chart is written: in the manifest, or in a value file of this repository. */
function valueSpot({ manifest, application, nth }: Release, path: Path): Spot {
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

/** `isPluginService` of CloudNativePG 1.27 to 1.30: a plugin is found by its Service in the namespace of the operator alone. */
function apart(operators: readonly Release[], plugins: readonly Release[]): LocatedFinding[] {
  const isMoved = [...operators, ...plugins].some(({ values }) => values === undefined || mentions(values, 'namespaceOverride'))
  const [operator] = operators
  if (operator === undefined || isMoved) return []
  return plugins.flatMap(({ manifest, namespace }): LocatedFinding[] => {
    if (operators.some((one) => one.namespace === namespace)) return []
    return [
      {
        rule: 'argocd/plugin-beside-operator',
        severity: 'error',
        message: phrase`namespace is ${named(namespace)}, but the operator in ${named(operator.namespace)} looks for its plugins only there`,
        at: manifest.spotOf([...manifest.base, 'spec', 'destination', 'namespace']),
        related: [
          {
            ...operator.manifest.spotOf([...operator.manifest.base, 'spec', 'destination', 'namespace']),
            message: phrase`the operator is here`,
          },
        ],
        help: phrase`write ${named(operator.namespace)}`,
      },
    ]
  })
}
