// Can the operator that Applications install be applied, does it see the databases, and does it find its plugin?
import { hasReached } from '../applicationset/sync-options.ts'
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Database } from '../model.ts'
import { append } from '../values/append.ts'
import { listed } from '../values/path.ts'
import type { Json, Path } from '../values/value.ts'
import { destinationOf } from './application-values.ts'
import { installedCharts, valueIn, valueSpot } from './installed-charts.ts'
import type { InstalledChart } from './installed-charts.ts'
import { at, texts } from './manifest-parts.ts'
import type { Manifest } from './manifests.ts'
import { unknownText } from './unknown-text.ts'

const mentions = (values: readonly Json[], word: string): boolean => values.some((value) => JSON.stringify(value ?? null).includes(word))

/** `argocd/operator-server-side`, `argocd/operator-watches` and `argocd/plugin-beside-operator`. */
export function operatorSetup(manifests: readonly Manifest[], databases: readonly Database[]): LocatedFinding[] {
  const operators = installedCharts('cloudnative-pg', manifests)
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
        installedCharts('plugin-barman-cloud', manifests).filter((one) => one.destination === destination),
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
function clientSide({ manifest, application, version, values }: InstalledChart): LocatedFinding[] {
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
function watchedBy({ values, namespace }: InstalledChart): readonly string[] | undefined {
  if (values === undefined || mentions(values, 'additionalEnv') || valueIn(values, 'config', 'create') === false) return undefined
  const written = valueIn(values, 'config', 'data', 'WATCH_NAMESPACE')
  const all = typeof written === 'string' ? written.split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim()])) : []
  // the chart's config.yaml: `merge .Values.config.data (dict "WATCH_NAMESPACE" .Release.Namespace)`
  return all.length === 0 && valueIn(values, 'config', 'clusterWide') === false ? [namespace] : all
}

function unwatched(operators: readonly InstalledChart[], databases: readonly Database[]): LocatedFinding[] {
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

/** `isPluginService` of CloudNativePG 1.27 to 1.30: a plugin is found by its Service in the namespace of the operator alone. */
function apart(operators: readonly InstalledChart[], plugins: readonly InstalledChart[]): LocatedFinding[] {
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
