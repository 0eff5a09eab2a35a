// Does the Prometheus that an Application installs look at the PodMonitors of the databases and of the operator?
import { hasReached } from '../../applicationset/sync-options.ts'
import { isOfficialPlace } from '../../charts/pin.ts'
import { named, phrase } from '../../findings/message.ts'
import type { LocatedFinding, Spot } from '../../findings/spot.ts'
import { nearestSpot, spotOf } from '../../findings/spot.ts'
import type { Database } from '../../model.ts'
import { grouped } from '../../values/append.ts'
import { printed } from '../../values/printed.ts'
import { isJsonMap, jsonAt, valueAt } from '../../values/value.ts'
import { destinationOf } from '../values/application-values.ts'
import { releasesOfChart, valueOf } from '../charts/chart-releases.ts'
import type { ChartRelease } from '../charts/chart-releases.ts'
import { at } from '../manifest-parts.ts'
import { applicationName } from '../manifests.ts'
import type { Manifest } from '../manifests.ts'

const destinationIn = ({ destination }: ChartRelease): string => destination

/** The label that kube-prometheus-stack wants of each PodMonitor, unless its values say otherwise; undefined: it takes all, or nobody knows. */
function wantedBy(stack: ChartRelease): string | undefined {
  const own = ['prometheus', 'prometheusSpec'] as const
  if (stack.values === undefined || valueOf(stack, ['prometheus', 'enabled']) === false) return undefined
  const selector = valueOf(stack, [...own, 'podMonitorSelector'])
  const isOpen = isJsonMap(selector) ? Object.keys(selector).length > 0 : selector !== undefined && selector !== null
  if (isOpen || valueOf(stack, [...own, 'podMonitorSelectorNilUsesHelmValues']) === false) return undefined
  const release = at(stack.source, 'helm', 'releaseName')
  return typeof release === 'string' && release !== '' ? release : applicationName(stack.application)
}

interface Monitor {
  readonly what: string
  readonly at: Spot
  /** where the chart takes labels for it */
  readonly labels?: string
}

/** What may bring PodMonitors to one Kubernetes cluster. */
interface There {
  readonly releases: Readonly<Record<'cluster' | 'cloudnative-pg', readonly ChartRelease[]>>
  readonly databases: readonly Database[]
}

/** The PodMonitors of the official charts, and those that the operator makes, which have no label of the release. */
function monitorsOf({ releases, databases }: There, release: string): Monitor[] {
  const of = (chart: keyof There['releases'], on: readonly string[], labels: readonly string[]): Monitor[] =>
    releases[chart].flatMap((one): Monitor[] => {
      if (one.values === undefined || valueOf(one, on) !== true) return []
      const written = valueOf(one, labels)
      if (isJsonMap(written) && written['release'] === release) return []
      if (chart === 'cluster' && one.source['path'] === undefined && !isOfficialPlace(printed(one.source['repoURL'] ?? ''))) return []
      if (chart === 'cluster' && valueOf(one, ['cluster', 'monitoring', 'podMonitor', 'enabled']) === false) return []
      // the chart `cluster` takes labels since 0.7
      const takes = chart !== 'cluster' || hasReached(one.chart.version, '0.7')
      const spot = nearestSpot(one.values, on) ?? one.at
      return [{ what: applicationName(one.application), at: spot, ...(takes && { labels: labels.join('.') }) }]
    })
  const plain = databases.flatMap(({ written, cluster }): Monitor[] => {
    if (written?.objects === undefined) return []
    return written.objects.flatMap(({ kind, name, plain: object, value }): Monitor[] => {
      const node = valueAt(value, ['spec', 'monitoring', 'enablePodMonitor'])
      const spot = node === undefined ? undefined : spotOf(node)
      const isOn = kind === 'Cluster' && name === cluster && jsonAt(object, ['spec', 'monitoring', 'enablePodMonitor']) === true
      // those of the Cluster itself are handed on where INHERITED_LABELS says so
      const labels = [
        ['spec', 'inheritedMetadata', 'labels'],
        ['metadata', 'labels'],
      ]
      const isLabelled = labels.some((path) => jsonAt(object, [...path, 'release']) === release)
      return isOn && spot !== undefined && !isLabelled ? [{ what: name, at: spot }] : []
    })
  })
  return [
    ...of('cluster', ['cluster', 'monitoring', 'enabled'], ['cluster', 'monitoring', 'podMonitor', 'labels']),
    ...of('cloudnative-pg', ['monitoring', 'podMonitorEnabled'], ['monitoring', 'podMonitorAdditionalLabels']),
    ...plain,
  ]
}

/** `argocd/monitor-selected`: cloudnative-pg#2613, charts#195, #279, #647; `podMonitorSelector` of prometheus.yaml in kube-prometheus-stack. */
export function unselectedMonitors(manifests: readonly Manifest[], databases: readonly Database[]): LocatedFinding[] {
  const stacks = grouped(releasesOfChart('kube-prometheus-stack', manifests), destinationIn)
  if (stacks.size === 0) return []
  const [clusters, operators] = [
    grouped(releasesOfChart('cluster', manifests), destinationIn),
    grouped(releasesOfChart('cloudnative-pg', manifests), destinationIn),
  ]
  const databasesIn = grouped(databases, ({ environment: { destination: to } }) => destinationOf(to.server, to.name))
  return [...stacks].flatMap(([destination, [stack, ...others]]): LocatedFinding[] => {
    const release = stack === undefined ? undefined : wantedBy(stack)
    // another one may look at them
    if (stack === undefined || release === undefined || others.length > 0) return []
    const releases = { cluster: clusters.get(destination) ?? [], 'cloudnative-pg': operators.get(destination) ?? [] }
    return monitorsOf({ releases, databases: databasesIn.get(destination) ?? [] }, release).map(({ what, at: spot, labels }) => ({
      rule: 'argocd/monitor-selected',
      severity: 'warning' as const,
      message: phrase`PodMonitor of ${named(what)} has no label release: ${named(release)}, without which the Prometheus of ${named(applicationName(stack.application))} ignores it`,
      at: spot,
      related: [
        {
          ...stack.spotOf(['metadata', 'name']),
          message: phrase`podMonitorSelectorNilUsesHelmValues is true by default`,
        },
      ],
      help: phrase`${labels === undefined ? '' : `set ${labels}: { release: ${release} }, or `}set prometheus.prometheusSpec.podMonitorSelectorNilUsesHelmValues: false there`,
    }))
  })
}
