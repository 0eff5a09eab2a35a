// Which Argo CD does the repository install, and do the settings say the same?
import { sourcesOf } from '../../applicationset/sources.ts'
import { named, phrase } from '../../findings/message.ts'
import { nearestSpot } from '../../findings/spot.ts'
import type { LocatedFinding, Spot } from '../../findings/spot.ts'
import type { Settings } from '../../model.ts'
import type { Tree } from '../../repository/tree.ts'
import { printed } from '../../values/printed.ts'
import { trimEndOf } from '../../values/trim.ts'
import { isJsonMap } from '../../values/value.ts'
import type { Json, JsonMap, Path } from '../../values/value.ts'
import { destinationOf } from '../values/application-values.ts'
import { parseChartFile } from '../charts/chart-file.ts'
import { fileReader } from '../file-cache.ts'
import { isKustomization } from '../../discover/loose.ts'
import { at, isSameRepository } from '../manifest-parts.ts'
import type { Manifest } from '../manifests.ts'
import { repositoryPath } from '../repository-path.ts'
import { helmPathOf } from '../values/value-layers.ts'

/** The first release of the chart `argo-cd` with each minor of Argo CD; tags of argoproj/argo-helm, read on 2026-07-02. */
const firstWith: readonly (readonly [chart: string, argocd: string])[] = [
  ['5.43.0', '2.8.0'],
  ['5.51.0', '2.9.0'],
  ['5.55.0', '2.10.0'],
  ['6.8.0', '2.11.0'],
  ['7.4.0', '2.12.0'],
  ['7.7.0', '2.13.0'],
  ['7.8.0', '2.14.1'],
  ['8.0.0', '3.0.0'],
  ['8.3.0', '3.1.0'],
  ['9.1.0', '3.2.0'],
  ['9.4.0', '3.3.0'],
  ['9.5.12', '3.4.1'],
]
/** What a later release installs is not known. */
const lastChart = '10.1.1'

interface Installed {
  readonly version: string
  readonly at: Spot
  readonly destination: string
}

/** The version that Applications or a kustomization install where these Applications are; undefined: none, or several. */
export function installedArgoCd(manifests: readonly Manifest[], tree: Tree): Installed | undefined {
  const found = [...manifests.flatMap(installedBy), ...kustomized(tree)]
  const here = found.filter(({ destination }) => destination === 'in-cluster')
  const [first, ...others] = here.length > 0 ? here : found
  return first !== undefined && others.every(({ version }) => minorOf(version) === minorOf(first.version)) ? first : undefined
}

/** Settings that name no Argo CD, with the one that is installed; others stay as they are. */
export function withArgoCd(settings: Settings, installed: Installed | undefined): Settings {
  if (installed === undefined || settings.given?.argocd !== undefined || writtenVersion(settings) !== undefined) return settings
  return { ...settings, argocd: { ...settings.argocd, version: installed.version } }
}

/** `settings/installed-version`: the settings win, and may be out of date. */
export function contradicted(settings: Settings, installed: Installed | undefined): LocatedFinding[] {
  const spot = writtenVersion(settings)
  const { version } = settings.argocd
  if (
    settings.given?.argocd !== undefined ||
    installed === undefined ||
    spot === undefined ||
    minorOf(version) === minorOf(installed.version)
  )
    return []
  return [
    {
      rule: 'settings/installed-version',
      severity: 'warning',
      message: phrase`argocd.version is ${named(version)}, but ${named(minorOf(installed.version))} is installed, and the two read values and sets differently`,
      at: spot,
      related: [{ ...installed.at, message: phrase`this installs ${named(minorOf(installed.version))}` }],
      help: phrase`set the version that runs`,
    },
  ]
}

function writtenVersion({ origin }: Settings): Spot | undefined {
  const argocd = origin.entries.get('argocd')
  return argocd?.kind === 'map' && argocd.entries.has('version') ? nearestSpot(origin, ['argocd', 'version']) : undefined
}

const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.')

function installedBy(manifest: Manifest): Installed[] {
  return (manifest.applications ?? []).flatMap((application): Installed[] => {
    const spec = at(application, 'spec')
    const { server, name } = isJsonMap(at(spec, 'destination')) ? (at(spec, 'destination') as JsonMap) : {}
    const destination = destinationOf(server, name)
    const { sources } = isJsonMap(spec) ? sourcesOf(spec) : { sources: [] }
    return sources.flatMap((source, nth) => {
      const version = versionOf(source, manifest)
      const place: Path = helmPathOf({ manifest, nth }).slice(0, -1)
      return version === undefined ? [] : [{ version, destination, at: manifest.spotOf([...place, 'targetRevision']) }]
    })
  })
}

function versionOf(source: JsonMap, { settings, tree }: Manifest): string | undefined {
  const { chart, repoURL, path, targetRevision, helm } = source
  const written = printed(targetRevision ?? '').replace(/^v/, '')
  if (typeof chart === 'string') return /(?:^|\/)argo-cd$/.test(chart) ? (taggedIn(helm) ?? ofChart(written)) : undefined
  if (typeof path !== 'string') return undefined
  if (isSameRepository(printed(repoURL ?? ''), 'https://github.com/argoproj/argo-cd'))
    return /^\d+\.\d+\.\d+$/.test(written) ? written : undefined
  const folder = repositoryPath(
    { kind: 'local', path: trimEndOf(path.replace(/^(?:\.?\/)+/, ''), '/'), repoURL: printed(repoURL ?? '') },
    { settings, tree },
  )
  const head = folder === undefined ? undefined : parseChartFile(tree, `${folder}/Chart.yaml`)
  const dependencies = at(head?.plain, 'dependencies')
  const own = (Array.isArray(dependencies) ? dependencies : []).find((one) => at(one, 'name') === 'argo-cd')
  return own === undefined ? undefined : ofChart(printed(at(own, 'version') ?? ''))
}

/** An image that inline values name. */
function taggedIn(helm: Json | undefined): string | undefined {
  const tag = printed(at(helm, 'valuesObject', 'global', 'image', 'tag') ?? '')
  return /^v?(\d+\.\d+\.\d+)/.exec(tag)?.[1]
}

/** For a range, what its newest release installs. */
function ofChart(written: string): string | undefined {
  const exact = /^(\d+)\.(\d+)\.(\d+)$/.exec(written)
  const range = /^[~^]?v?(\d+)(?:\.(\d+|x|\*))?(?:\.(?:\d+|x|\*))?$/.exec(written)
  const [major, minor] = [exact?.[1] ?? range?.[1], exact?.[2] ?? range?.[2]]
  if (major === undefined) return undefined
  const isWide = exact === null && (minor === undefined || !/^\d+$/.test(minor) || written.startsWith('^'))
  const wanted = exact === null ? [Number(major), isWide ? Infinity : Number(minor), Infinity] : exact.slice(1).map(Number)
  if (exact !== null && isAfter(wanted, numbersOf(lastChart))) return undefined
  if (Number(major) > Number(numbersOf(lastChart)[0])) return undefined
  return firstWith.findLast(([chart]) => !isAfter(numbersOf(chart), wanted))?.[1]
}

const numbersOf = (version: string): number[] => version.split('.').map(Number)

function isAfter(a: readonly number[], b: readonly number[]): boolean {
  const index = a.findIndex((part, nth) => part !== b[nth])
  return index >= 0 && Number(a[index]) > Number(b[index])
}

const upstream = /argoproj\/argo-cd(?:\.git)?\/(\S{0,300})/g
const tag = /^v(\d{1,4}\.\d{1,4}\.\d{1,4})\/|[?&]ref=v(\d{1,4}\.\d{1,4}\.\d{1,4})/

/** The first reference to install manifests of a tag in a text. */
function tagIn(text: string): { readonly version: string; readonly start: number; readonly end: number } | undefined {
  for (const found of text.matchAll(upstream)) {
    const of = tag.exec(found[1] ?? '')
    if (of === null) continue
    const path = found.index + found[0].length - (found[1] ?? '').length
    return { version: of[1] ?? of[2] ?? '', start: found.index, end: path + of.index + of[0].length }
  }
  return undefined
}

/** Kustomizations that take the install manifests of a tag. */
function kustomized(tree: Tree): Installed[] {
  const all = tree.wide?.() ?? tree
  const read = fileReader(tree)
  return all.paths.flatMap((path): Installed[] => {
    if (!isKustomization(path)) return []
    const file = read(path)
    const found = file === undefined ? undefined : tagIn(file.text)
    if (file === undefined || found === undefined) return []
    const { version, start, end } = found
    return [{ version, destination: 'in-cluster', at: { file, span: { start, end } } }]
  })
}
