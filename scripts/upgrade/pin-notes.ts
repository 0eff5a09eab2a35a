// What should be known about new pins, whatever the databases hold?
import { compareVersions } from '../kubernetes/load.ts'
import type { ChartPin } from '../model.ts'
import { missingIn } from '../chart/key-history.ts'
import { helmOf } from '../values/merge.ts'
import type { MapValue, Path } from '../values/value.ts'
import { formatPath } from '../values/path.ts'
import { valueAt } from '../values/value.ts'
import type { Move } from './pins.ts'

/** Changes in Argo CD, by the minor that introduced them. */
const argocdNews: readonly { readonly since: string; readonly note: string }[] = [
  { since: '3.0.0', note: 'objects are tracked by annotation, no longer by label' },
  { since: '3.1.0', note: 'Clusters have a health check: they show as Degraded during a switchover or a failover' },
  { since: '3.3.0', note: 'its own ApplicationSet CRD is too long for client-side apply: install it with server-side apply' },
  { since: '3.4.0', note: 'Prune and Delete are also read as sync options of an Application, before only on objects' },
]

/** Changes in Argo CD between two versions, including its Helm; upwards only. */
export function argocdNotes(from: string, to: string): string[] {
  const [before, after] = [helmOf(from), helmOf(to)]
  const helms = { '3.16': 'Helm 3.16', '3.19': 'Helm 3.17 to 3.19', '4.2': 'Helm 4.2' } as const
  const helm =
    before === after
      ? []
      : [`Argo CD ${to} merges values with ${helms[after]} (now ${helms[before]}): nulls are what differs, see the changed values`]
  const news = argocdNews.filter(({ since }) => compareVersions(from, since) < 0 && compareVersions(to, since) >= 0)
  return [...helm, ...news.map(({ since, note }) => `Argo CD ${since.slice(0, 3)}: ${note}`)]
}

/** Charts of which more is known than their keys. */
const describedCharts: readonly string[] = ['0.6.1', '0.7.0']

/** The first chart that knows `recovery.method: plugin`; the key is older. */
const pluginSince = '0.8.0'

/** Hand-written paths that the chart of another version does not read. */
export function unreadValues(
  written: MapValue,
  chart: string,
): readonly { readonly path: Path; readonly since: string; readonly field: string }[] {
  const method = valueAt(written, ['recovery', 'method'])
  const isPlugin = method?.kind === 'scalar' && method.value === 'plugin' && compareVersions(chart, pluginSince) < 0
  const word = isPlugin ? [{ path: ['recovery', 'method'], since: pluginSince }] : []
  return [...missingIn(written, chart), ...word].map(({ path, since }) => ({ path, since, field: formatPath(path) }))
}

/** What is to be said of a chart that can't be rendered here. */
export function chartNotes(to: string): string[] {
  const notes = [
    `chart cluster ${to} is not here, so what it prints could not be compared: run \`cnpg-values charts pull cluster@${to}\`, or copy it into charts/`,
  ]
  if (!describedCharts.includes(to)) return notes
  notes.push(`chart ${to} makes no ObjectStores, and spec.backup depends on backups.enabled alone`)
  notes.push(`chart ${to} puts no labels on Secrets, ImageCatalogs and Poolers; cluster.additionalLabels reach Cluster and Database only`)
  if (to === '0.6.1') notes.push('chart 0.6.1 has no replicationSlots, no TLS for monitoring and no pg_stat_statements queries')
  return notes
}

/** What can't be compared because today's chart is not here: then it is not known what would change. */
export function unreadableNow(charts: readonly ChartPin[]): string[] {
  return [...new Set(charts.map(({ name, version }) => `${name} ${version}`))].map(
    (chart) => `chart ${chart} is not here, so what it prints today could not be compared: run \`cnpg-values charts pull\``,
  )
}

/** Notes for every pin: a downgrade, several starting points, a pin that stays. */
export function moveNotes({ pin, from, to }: Move): string[] {
  const names = { operator: 'operator', chart: 'chart cluster', argocd: 'Argo CD', postgres: 'PostgreSQL' } as const
  const higher = from.filter((version) => compareVersions(version, to) > 0)
  const notes: string[] = []
  if (higher.length > 0) {
    const why =
      pin === 'operator'
        ? ': operators are not designed to read what newer ones stored'
        : pin === 'postgres'
          ? ': PostgreSQL can only be upgraded; going down takes a dump and restore'
          : ''
    notes.push(`${names[pin]} ${higher.join(', ')} to ${to} is a downgrade${why}`)
  }
  if (from.length > 0 && from.every((version) => version === to)) notes.push(`${names[pin]} is ${to} already`)
  return notes
}
