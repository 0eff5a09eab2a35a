// Which chart is the source of an Application, if it makes databases?
import { withStandIn } from '../../chart/stand-in.ts'
import type { Charts } from '../../charts/find.ts'
import { isOfficialPlace } from '../../charts/pin.ts'
import { clusterReleases } from '../../charts/releases.ts'
import { fitsRange } from '../../go-template/sprig/semver.ts'
import type { ChartPin, Settings } from '../../model.ts'
import { printed } from '../../values/printed.ts'
import { trimEndOf } from '../../values/trim.ts'
import type { JsonMap } from '../../values/value.ts'
import { parseChartFile } from './chart-file.ts'
import type { Tree } from '../../repository/tree.ts'
import { isChartOf, isExactVersion } from '../manifest-parts.ts'
import type { Manifest } from '../manifests.ts'
import { repositoryPath } from '../repository-path.ts'

/** The chart of a source. */
export interface Pin {
  readonly chart: ChartPin
  /** the folder of this repository that it is */
  readonly folder?: string
  /** a range of versions, of which this one was taken */
  readonly range?: string
}

/** The chart of a source, if it makes databases: the official one, one of the settings, or one that is here and names CloudNativePG's kinds. */
export function chartOf(source: JsonMap, { settings, charts }: { readonly settings: Settings; readonly charts: Charts }): Pin | undefined {
  const { chart, repoURL, targetRevision } = source
  if (typeof chart !== 'string' || typeof repoURL !== 'string') return undefined
  // a registry may hold its folders in the name of the chart
  const name = chart.slice(chart.lastIndexOf('/') + 1)
  const isOfficial = name === 'cluster' && isOfficialPlace(`${trimEndOf(repoURL, '/')}/${chart.slice(0, -name.length)}`)
  const written = printed(targetRevision ?? '')
  const { version, range } = exactVersion(written)
  const repository = /^[a-z][a-z+.-]*:\/\//.test(repoURL) ? repoURL : `oci://${repoURL}`
  const pin = { chart: { repository, name: chart, version }, ...(range !== undefined && { range }) }
  if (isOfficial || isChartOf(source, settings)) return pin
  if (!isExactVersion(version)) return undefined
  const found = charts.find(pin.chart)
  return found.ok && namesKinds(found.files) ? pin : undefined
}

function exactVersion(written: string): { readonly version: string; readonly range?: string } {
  if (isExactVersion(written)) return { version: written.replace(/^v/, '') }
  const wanted = written === '' ? '*' : written
  try {
    const version = clusterReleases.find((one) => fitsRange(wanted, one))
    return version === undefined ? { version: written } : { version, range: written }
  } catch {
    return { version: written }
  }
}

/** Whether a template makes an object of CloudNativePG that is part of a database; catalogues of images are for others'. */
function makesKind(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes)
  // without the slash it is the group alone, as in `ignoreDifferences` or a role
  if (!buffer.includes('postgresql.cnpg.io/')) return false
  const kinds = [...buffer.toString('utf8').matchAll(/^kind:[ \t]*["']?([^\s"']+)/gm)].map(([, kind = '']) => kind)
  return kinds.length === 0 || kinds.some((kind) => !/^(?:Cluster)?ImageCatalog$/.test(kind))
}

/** Whether files of a chart, subcharts in it included, make objects of CloudNativePG. */
export function namesKinds(files: Readonly<Record<string, Uint8Array>>): boolean {
  return (
    Object.entries(files).some(([path, bytes]) => /(?:^|\/)templates\//.test(path) && makesKind(bytes)) ||
    Object.entries(files).some(([path, bytes]) => /^charts\/cluster-[^/]*\.tgz$/.test(path) && bytes.length > 0)
  )
}

/** A chart that is published from a folder of this repository: the same name and version. */
export function publishedChart(
  { chart, targetRevision }: JsonMap,
  { tree }: Manifest,
  charts: Charts,
): Pin | { readonly reason: string } | undefined {
  if (typeof chart !== 'string') return undefined
  const name = chart.slice(chart.lastIndexOf('/') + 1)
  const version = printed(targetRevision ?? '').replace(/^v/, '')
  let other: string | undefined
  for (const path of (tree.wide?.() ?? tree).paths) {
    if (!path.endsWith('/Chart.yaml')) continue
    const head = parseChartFile(tree, path)
    if (head?.name !== name) continue
    const folder = path.slice(0, -'/Chart.yaml'.length)
    const found = withStandIn(charts.find({ repository: folderOfChart(folder, tree), name, version: head.version }))
    if (!found.ok || !namesKinds(found.files)) continue
    if (head.version === version) return { chart: { repository: folderOfChart(folder, tree), name, version }, folder }
    other = `chart ${name} ${version} is not here, and ${tree.shown?.(folder) ?? folder} holds ${head.version}`
  }
  return other === undefined ? undefined : { reason: other }
}

/** How a pin names a folder of the tree. */
function folderOfChart(folder: string, { shown }: Tree): string {
  const path = shown?.(folder) ?? folder
  return /^(?:\.\.|\/)/.test(path) ? path : `./${path}`
}

/** A chart that is a folder of a repository at hand. */
export function folderChart(source: JsonMap, manifest: Manifest): Pin | undefined {
  const { path, repoURL, chart, directory, plugin } = source
  if (typeof path !== 'string' || typeof repoURL !== 'string' || chart !== undefined || directory !== undefined || plugin !== undefined)
    return undefined
  const { settings, tree } = manifest
  const folder = repositoryPath({ kind: 'local', path: trimEndOf(path.replace(/^(?:\.?\/)+/, ''), '/'), repoURL }, { settings, tree })
  if (folder === undefined) return undefined
  const head = parseChartFile(tree, folder === '' || folder === '.' ? 'Chart.yaml' : `${folder}/Chart.yaml`)
  if (head === undefined) return undefined
  return { chart: { repository: folderOfChart(folder, tree), name: head.name, version: head.version }, folder }
}
