// What does the folder of this repository that an Application syncs deploy: Clusters as plain manifests, the chart, or what can't be read here?
import type { Settings } from '../../model.ts'
import { posix } from 'node:path'
import { append } from '../../values/append.ts'
import { isMeantAsCluster } from '../../operator/objects.ts'
import { printed } from '../../values/printed.ts'
import { nearest } from '../../values/path.ts'
import { trimEndOf } from '../../values/trim.ts'
import type { Message } from '../../findings/finding.ts'
import { spotOf } from '../../findings/spot.ts'
import type { Spot } from '../../findings/spot.ts'
import type { Json, JsonMap, Value } from '../../values/value.ts'
import { pathsBelow, revisionIn } from '../../repository/tree.ts'
import type { Tree } from '../../repository/tree.ts'
import { firstPlain, isJsonMap, toPlain, valueAt } from '../../values/value.ts'
import { itemsOf } from '../../yaml/manifests.ts'
import { parseYaml } from '../../yaml/parse.ts'
import { directoryFilter } from './directory-filter.ts'
import { fileReader } from '../file-cache.ts'
import { kustomizations } from '../../discover/loose.ts'
import { objectsElsewhere } from '../kustomize/affixes.ts'
import { editorOf, edits, editsOf } from '../kustomize/edits.ts'
import type { Editor } from '../kustomize/edits.ts'
import { buildKustomization } from '../kustomize/build.ts'
import type { Built } from '../kustomize/build.ts'
import { at, texts } from '../manifest-parts.ts'
import { filePath } from '../repository-path.ts'

export interface PlainCluster {
  readonly name: string
  readonly namespace: string | undefined
  readonly spot: Spot
  readonly namespaceSpot?: Spot
  /** what a kustomization puts before or behind the name */
  readonly affix?: Spot
}

/** What a folder deploys, as far as databases go. */
export type Folder =
  | {
      readonly kind: 'manifests'
      readonly clusters: readonly PlainCluster[]
      /** what a kustomization builds */
      readonly built?: Extract<Built, { readonly objects: unknown }>
    }
  /** the official chart, copied into the repository */
  | { readonly kind: 'cluster-chart' }
  /** something that makes Clusters and is not run here, from these folders */
  | {
      readonly kind: 'unread'
      readonly what: string
      readonly folders: readonly string[]
      readonly at?: Spot
      readonly help?: Message
      readonly refused?: string
    }

/** The files, which repository they are of, and who deploys them. */
interface Checkout extends Editor {
  readonly settings: Settings
  readonly tree: Tree
}

const nothing: Folder = { kind: 'manifests', clusters: [] }
/** What a manifest, a chart or a kustomization of databases has in it somewhere. */
const words = /postgresql\.cnpg\.io|cloudnative-pg\.(?:github\.)?io\/charts|ghcr\.io\/cloudnative-pg\/charts/

const folders = new WeakMap<Tree, Map<string, Folder>>()

/** What a source that is a folder of this repository deploys; each folder is looked into once. */
export function folderOf(source: JsonMap, checkout: Checkout): Folder {
  const { tree } = checkout
  const { path, repoURL, targetRevision, chart, plugin, directory, kustomize } = source
  if (typeof path !== 'string' || typeof repoURL !== 'string' || chart !== undefined) return nothing
  const known = folders.get(tree) ?? new Map<string, Folder>()
  folders.set(tree, known)
  const key = JSON.stringify([path, repoURL, targetRevision, plugin, directory, kustomize, editorOf(kustomize, checkout)])
  const folder = known.get(key) ?? lookInto(source, checkout)
  known.set(key, folder)
  return folder
}

/** The file that decides is found as Argo CD finds it. */
function lookInto(source: JsonMap, checkout: Checkout): Folder {
  const { settings, tree } = checkout
  const { path, repoURL, targetRevision, plugin } = source
  if (typeof path !== 'string' || typeof repoURL !== 'string') return nothing
  const revision = typeof targetRevision === 'string' ? { targetRevision } : {}
  const local = posix.normalize(`${trimEndOf(path, '/')}/`)
  const file = { source: 0, entry: path, kind: 'local', repoURL, path: local === './' ? '' : local, ...revision } as const
  const folder = filePath(file, { settings, tree })
  if (folder === undefined) return nothing
  const all = tree.wide?.() ?? tree
  const has = (name: string): boolean => all.paths.includes(folder + name)
  if (plugin !== undefined)
    return runsKustomize(plugin) && !has('Chart.yaml') && kustomizations.some(has)
      ? kustomizationIn(folder, { source, all, shown: tree, editor: checkout })
      : unread(all, chartsBelow(all, folder), 'a plugin')
  const directory = at(source, 'directory')
  if (!isJsonMap(directory) || Object.keys(directory).length === 0) {
    if (has('Chart.yaml')) return chartIn(all, folder)
    if (kustomizations.some(has)) return kustomizationIn(folder, { source, all, shown: tree, editor: checkout })
  }
  return manifestsIn(all, folder, { directory, shown: tree })
}

/** Whether a plugin builds a kustomization, by its name: what it does besides is not known here. */
export function runsKustomize(plugin: Json | undefined): boolean {
  return /kustomiz|^lovely$/i.test(printed(at(plugin, 'name') ?? ''))
}

function chartIn(all: Tree, folder: string): Folder {
  const isOfficial = at(plainOf(all, `${folder}Chart.yaml`), 'name') === 'cluster' && all.paths.includes(`${folder}templates/cluster.yaml`)
  const found = unread(all, chartsBelow(all, folder), 'a chart')
  return isOfficial && found !== nothing ? { kind: 'cluster-chart' } : found
}

/** Options of an Application that change no object of ours, or that are the same as in a kustomization. */
const harmlessOptions = new Set(['version', 'images', 'replicas', 'kubeVersion', 'apiVersions', 'ignoreMissingComponents'])

function kustomizationIn(
  folder: string,
  { source, all, shown, editor }: { readonly source: JsonMap; readonly all: Tree; readonly shown: Tree; readonly editor: Editor },
): Folder {
  const folders = foldersOf(all, folder)
  if (!mentions(all, folders) && !folders.some((one) => inflatesCluster(all, one))) return nothing
  const options = isJsonMap(source['kustomize']) ? source['kustomize'] : {}
  const option = Object.keys(options).find((key) => !harmlessOptions.has(key) && !edits.includes(key))
  const isFolder = (path: string): boolean => pathsBelow(all, path).length > 0
  const built = buildKustomization(
    folder,
    { file: fileReader(shown), isFolder, has: (path) => all.read(path) !== undefined, elsewhere: objectsElsewhere(shown) },
    editsOf(options, editor),
  )
  if ('why' in built) {
    // a plugin may write what is missing, and Argo CD may leave it out
    const mayBeMissing =
      source['plugin'] !== undefined || options['ignoreMissingComponents'] === true || all.read('.gitmodules') !== undefined
    const isRefused = built.isRefused === true && !mayBeMissing
    const refused = isRefused && { refused: built.why }
    return {
      kind: 'unread',
      what: `a kustomization (${built.why})`,
      folders,
      ...(built.at && { at: built.at }),
      ...(built.help && { help: built.help }),
      ...refused,
    }
  }
  if (built.objects.length === 0 && built.broken.length > 0)
    return { kind: 'manifests', clusters: [], built: { ...built, read: [...built.read, ...folders] } }
  const clusters = clustersIn(built.objects.map(({ value }) => value))
  if (option !== undefined && clusters.length + built.charts.length > 0)
    return { kind: 'unread', what: `a kustomization (with \`kustomize.${option}\`)`, folders }
  return { kind: 'manifests', clusters, built }
}

/** The folder, and those of the charts that its own takes from this repository. */
function chartsBelow(all: Tree, first: string): string[] {
  const folders = [first]
  for (const folder of folders) {
    if (folders.length > 50) break
    const list = at(plainOf(all, `${folder}Chart.yaml`), 'dependencies')
    for (const dependency of Array.isArray(list) ? list : []) {
      const repository = at(dependency, 'repository')
      if (typeof repository !== 'string' || !repository.startsWith('file://')) continue
      const next = posix.join('/', folder, repository.slice('file://'.length), '/').slice(1)
      if (!folders.includes(next)) folders.push(next)
    }
  }
  return folders
}

/** What is made there can't be known; nothing that concerns us where nobody mentions CloudNativePG. */
function unread(all: Tree, folders: readonly string[], what: string): Folder {
  return mentions(all, folders) ? { kind: 'unread', what, folders } : nothing
}

/** The folders, and the files elsewhere, that a kustomization takes its resources from, itself first. */
function foldersOf(all: Tree, first: string): string[] {
  const folders = [first]
  for (const folder of folders) {
    const name = kustomizations.find((one) => all.paths.includes(folder + one))
    const plain = name === undefined ? null : plainOf(all, folder + name)
    const read = name === undefined || isJsonMap(plain) ? undefined : all.read(folder + name)
    // what is no YAML still has words in it
    const loose = read?.ok === true ? read.text.split(/[\s,[\]"']+/).filter((word) => word.startsWith('.') || /\.ya?ml$/.test(word)) : []
    for (const entry of [...loose, ...chartsIn(plain), ...['resources', 'bases', 'components'].flatMap((key) => texts(at(plain, key)))]) {
      const path = posix.join('/', folder, entry).slice(1)
      const next = all.paths.includes(path) ? path : `${trimEndOf(path, '/')}/`
      if (/^[a-z]+:|^[^/]+@/.test(entry) || folders.includes(next)) continue
      folders.push(next)
      if (entry.startsWith('.')) append(folders, siblingMeant(all, path))
    }
  }
  return folders
}

/** Whether the kustomization of a folder inflates a chart that has the name of the official one, of whatever address. */
function inflatesCluster(all: Tree, folder: string): boolean {
  const name = kustomizations.find((one) => all.paths.includes(folder + one))
  const read = name === undefined ? undefined : all.read(folder + name)
  const list = read?.ok === true && read.text.includes('helmCharts') ? at(plainOf(all, folder + name), 'helmCharts') : null
  return Array.isArray(list) && list.some((one) => at(one, 'name') === 'cluster')
}

/** Where charts may be that a kustomization inflates. */
function chartsIn(plain: Json): string[] {
  const list = at(plain, 'helmCharts')
  const home = printed(at(plain, 'helmGlobals', 'chartHome') || 'charts')
  return (Array.isArray(list) ? list : []).flatMap((one) => {
    const [name, version] = ['name', 'version'].map((key) => printed(at(one, key) ?? '')) as [string, string]
    return [posix.join(home, name), posix.join(home, `${name}-${version}`, name)]
  })
}

/** A folder beside one that is missing, of nearly the same name. */
function siblingMeant(all: Tree, path: string): string[] {
  const folder = trimEndOf(path, '/')
  if (all.paths.includes(path) || pathsBelow(all, `${folder}/`).length > 0) return []
  const above = folder.slice(0, folder.lastIndexOf('/') + 1)
  const beside = pathsBelow(all, above).flatMap((one) => one.slice(above.length).split('/').slice(0, -1)[0] ?? [])
  const near = nearest(folder.slice(above.length), [...new Set(beside)])
  return near === undefined ? [] : [`${above}${near}/`]
}

function mentions(all: Tree, folders: readonly string[]): boolean {
  return all.paths.some((path) => {
    if (!/\.(?:ya?ml|json|jsonnet|tpl)$|\/Kustomization$/.test(path) || !folders.some((folder) => path.startsWith(folder))) return false
    const read = all.read(path)
    // an Application that a template prints is looked at itself: it names the chart, and makes no Cluster here
    const isApplications = path.includes('/templates/') && read?.ok === true && /argoproj\.io\//.test(read.text)
    return read?.ok === true && (isApplications ? read.text.includes('postgresql.cnpg.io') : words.test(read.text))
  })
}

function plainOf(all: Tree, path: string): Json {
  const read = all.read(path)
  return read?.ok === true ? firstPlain(parseYaml({ path, text: read.text }, 'service').documents) : null
}

/** Argo CD reads no file with this comment in it. */
export const isSkippedFile = (text: string): boolean => text.includes('+argocd:skip-file-rendering')

function manifestsIn(
  all: Tree,
  folder: string,
  { directory, shown }: { readonly directory: Json | undefined; readonly shown: Tree },
): Folder {
  const isWanted = directoryFilter(directory)
  const inside = pathsBelow(all, folder).filter((one) => isWanted(one.slice(folder.length)))
  const clusters: PlainCluster[] = []
  for (const path of inside) {
    const read = all.read(path)
    if (read?.ok !== true || !read.text.includes('postgresql.cnpg.io') || isSkippedFile(read.text)) continue
    if (path.endsWith('.jsonnet')) return { kind: 'unread', what: 'Jsonnet', folders: [folder] }
    const origin = { path: shown.shown?.(path) ?? path, text: read.text, ...revisionIn(shown, path) }
    append(clusters, clustersIn(parseYaml(origin, 'service').documents))
  }
  return { kind: 'manifests', clusters }
}

/** The Clusters in the documents of a file. */
export function clustersIn(documents: readonly Value[]): PlainCluster[] {
  return documents.flatMap(itemsOf).flatMap((item) => clusterIn(item) ?? [])
}

function clusterIn(object: Value): PlainCluster | undefined {
  const plain = toPlain(object)
  if (!isJsonMap(plain) || !isMeantAsCluster(printed(plain['kind'] ?? ''))) return undefined
  const version = plain['apiVersion']
  const node = valueAt(object, ['metadata', 'name'])
  const spot = node?.kind === 'scalar' ? spotOf(node, 'value') : undefined
  const namespace = at(plain, 'metadata', 'namespace')
  const name = at(plain, 'metadata', 'name')
  if (typeof version !== 'string' || !version.startsWith('postgresql.cnpg.io/') || spot === undefined || typeof name !== 'string')
    return undefined
  const space = valueAt(object, ['metadata', 'namespace'])
  const [namespaceSpot, affix] = [space, node?.overrides.at(-1)].map((one) => one && spotOf(one, 'value'))
  return {
    name,
    namespace: typeof namespace === 'string' ? namespace : undefined,
    spot,
    ...(namespaceSpot && { namespaceSpot }),
    ...(affix && { affix }),
  }
}
