// Which charts does a repository pin, where, and what kind of place does each come from?
import { trimEndOf } from '../values/trim.ts'
import { nearestSpot } from '../findings/spot.ts'
import type { Spot } from '../findings/spot.ts'
import type { ChartPin, Database, Settings } from '../model.ts'
import type { Path } from '../values/value.ts'
import { nearest } from '../values/path.ts'
import { valueAt } from '../values/value.ts'

/** A chart that is wanted; `places` are those of its pin in the settings, none for one named on the command line. */
export interface WantedChart {
  readonly pin: ChartPin
  readonly places?: Readonly<Record<keyof ChartPin, Spot>>
}

/** What a repository is: a server of index.yaml, an OCI registry, or a folder of the repository. */
export type ChartSource =
  | { readonly kind: 'http'; readonly url: URL }
  | { readonly kind: 'oci'; readonly host: string; readonly path: string }
  | { readonly kind: 'folder' }
  | { readonly kind: 'unknown'; readonly scheme: string }

/** Argo CD takes an address without a scheme for an OCI registry. */
export function sourceOf(repository: string): ChartSource {
  if (/^[./]/.test(repository)) return { kind: 'folder' }
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(repository)?.[1]?.toLowerCase()
  if (scheme === 'http' || scheme === 'https') {
    const url = parseUrl(repository)
    return url === undefined ? { kind: 'unknown', scheme } : { kind: 'http', url }
  }
  if (scheme !== undefined && scheme !== 'oci') return { kind: 'unknown', scheme }
  const [host = '', ...path] = repository.replace(/^oci:\/\//i, '').split('/')
  return { kind: 'oci', host: host.toLowerCase(), path: path.filter((step) => step !== '').join('/') }
}

/** Undefined if a text is not an address. */
export function parseUrl(text: string, base?: URL): URL | undefined {
  try {
    return new URL(text, base)
  } catch {
    return undefined
  }
}

/** One spelling for each repository: without `oci://`, and without slashes at the end. */
export function repositoryKey({ repository, name }: ChartPin): string {
  const folder = name.includes('/') ? `/${name.slice(0, name.lastIndexOf('/'))}` : ''
  return `${repository.replace(/^oci:\/\//i, '').replace(/(?<!\/)\/+$/, '')}${folder}`
}

/** The chart's own name; Argo CD allows folders of a registry before it. */
export function baseName({ name }: Pick<ChartPin, 'name'>): string {
  return name.slice(name.lastIndexOf('/') + 1)
}

/** One text for a release of a chart, in any spelling of its repository. */
export function chartKey(pin: ChartPin): string {
  return [repositoryKey(pin), baseName(pin), pin.version].join(' ')
}

/** The file of a chart in a folder of the user's: `cluster-0.8.1.tgz`. */
export function archiveName(pin: Pick<ChartPin, 'name' | 'version'>): string {
  return `${baseName(pin)}-${pin.version}.tgz`
}

/** Where the official charts are, in the spellings of Helm and Argo CD; OCI has the name of the chart behind it. */
export const officialCharts: readonly [string, string] = ['https://cloudnative-pg.github.io/charts', 'oci://ghcr.io/cloudnative-pg/charts']

/** Whether a source of Argo CD, which also takes a registry without its scheme, is where the official charts are. */
export function isOfficialPlace(repository: string): boolean {
  const bare = (url: string): string => trimEndOf(url, '/').replace(/^oci:\/\//, '')
  return officialCharts.some((one) => bare(one) === bare(repository))
}

/** The charts of github.com/cloudnative-pg/charts, those of old releases included. */
export const officialNames: readonly string[] = ['cloudnative-pg', 'cluster', 'cnpg-sandbox', 'plugin-barman-cloud']

/** The official chart that is meant by another name in their repository. */
export function officialNameMeant(name: string, repository: string): string | undefined {
  if (name === '' || officialNames.includes(name) || !isOfficialPlace(repository)) return undefined
  // the name of a repository that `helm repo add` gave is no part of the chart's
  const last = name.slice(name.lastIndexOf('/') + 1)
  // nor is what is in them
  const [, bare = ''] = /^(?:cnpg|cloudnative-?pg|pg|postgres(?:ql)?)-(.+)$/.exec(last) ?? []
  return [last, bare].find((one) => officialNames.includes(one)) ?? nearest(name, officialNames)
}

/** The address of the official charts that another one is nearly. */
export function officialMeant(name: string, repository: string): string | undefined {
  const bare = trimEndOf(repository, '/')
  return !officialNames.includes(name) || isOfficialPlace(bare) ? undefined : nearest(bare, officialCharts)
}

/** Whether an address is one of GitHub Pages, which serves https alone; without its scheme. */
export const isPages = (bare: string): boolean => /^[a-z\d-]+\.github\.io(?:\/|$)/i.test(bare)

/** Each chart that an environment or an Application deploys, once, those of the settings first; folders of the repository are left out. */
export function pinnedCharts(settings: Settings, databases: readonly Database[] = []): WantedChart[] {
  const found = new Map<string, WantedChart>()
  for (const { name, clusterChart, operator } of settings.environments) {
    const pins: readonly (readonly [ChartPin, Path])[] = [
      [clusterChart, ['clusterChart']],
      // a chart that is installed elsewhere is also pulled elsewhere
      ...(settings.manageOperator ? [[operator.chart, ['operator', 'chart']] as const] : []),
    ]
    for (const [pin, path] of pins) {
      const key = chartKey(pin)
      if (found.has(key) || sourceOf(pin.repository).kind === 'folder') continue
      const at = (part: keyof ChartPin): Spot => pinPlace(settings, name, [...path, part])
      found.set(key, {
        pin: { repository: pin.repository, name: pin.name, version: pin.version },
        places: { repository: at('repository'), name: at('name'), version: at('version') },
      })
    }
  }
  for (const { environment, written } of databases) {
    const { repository, name, version } = environment.clusterChart
    const pin = { repository, name, version }
    if (written === undefined || name === '' || sourceOf(repository).kind === 'folder' || found.has(chartKey(pin))) continue
    found.set(chartKey(pin), { pin, places: { repository: written.chartAt, name: written.chartAt, version: written.chartAt } })
  }
  return [...found.values()]
}

/** The environment's own setting, else the shared one, else the nearest written key. */
function pinPlace({ origin }: Settings, environment: string, path: Path): Spot {
  const own: Path = ['environments', environment, ...path]
  return (
    nearestSpot(origin, valueAt(origin, own) === undefined ? path : own) ?? {
      file: origin.origin.file,
      span: origin.origin.key ?? origin.origin.value,
    }
  )
}

const operand = /^(?:(.{1,2048})\/)?([A-Za-z0-9][A-Za-z0-9._-]{0,252})@v?(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]{1,200})?)$/

/** `cluster@0.6.0`, `https://host/charts/cluster@0.6.0`, `oci://host/charts/cluster@0.6.0`; undefined: none of these. */
export function parseChart(text: string): (Omit<ChartPin, 'repository'> & { readonly repository?: string }) | undefined {
  const [, repository, name, version] = operand.exec(text) ?? []
  if (name === undefined || version === undefined) return undefined
  return { name, version, ...(repository === undefined ? {} : { repository }) }
}
