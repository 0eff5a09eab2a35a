// Which files outside the folders of the layout may define what is deployed?
import { generatedFiles, isGenerated, manifestPaths } from './header.ts'
import { isInFolder, layoutFolders, matcher } from './layout.ts'
import type { Settings } from '../model.ts'
import { deployFolders } from '../repository/tree.ts'
import type { Tree } from '../repository/tree.ts'
import { nearest } from '../values/path.ts'

/** Found by their text, wherever they are in the repository. */
export interface LooseFiles {
  readonly files: readonly { readonly path: string; readonly text: string }[]
  /** folders of charts that print Applications or sets */
  readonly charts: readonly string[]
  /** files in folders that are there to be read or tried, with Clusters or Applications of databases in them */
  readonly passedOver?: readonly { readonly path: string; readonly text: string }[]
  /** manifests of Applications that the kustomization beside them names in a comment alone */
  readonly leftOut?: readonly { readonly path: string; readonly text: string }[]
  /** manifests of any such kind in files that git does not track */
  readonly untracked?: readonly { readonly path: string; readonly text: string }[]
  /** manifests of any such kind that are not read */
  readonly tooLarge?: readonly { readonly path: string; readonly message: string }[]
  /** texts that name a release of the operator, or set the image of Clusters that name none; empty for a file whose name does */
  readonly aboutOperator?: readonly { readonly path: string; readonly text: string }[]
  /** whether charts that are not printed hold ObjectStores, whose names nobody knows then */
  readonly hasUnknownStores: boolean
}

export const nothingLoose: LooseFiles = { files: [], charts: [], hasUnknownStores: false }

/** Whether there is nothing to judge, and nothing to say either. */
export function isNothingLoose({ files, charts, passedOver = [], leftOut = [], untracked = [], tooLarge = [] }: LooseFiles): boolean {
  return [files, charts, passedOver, leftOut, untracked, tooLarge].every((found) => found.length === 0)
}

export const kustomizations = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/** Whether a path is that of a kustomization. */
export const isKustomization = (path: string): boolean => kustomizations.includes(path.slice(path.lastIndexOf('/') + 1))

/** What each manifest that counts has in it, misspelt ones too. */
export const looseWords = ['argoproj', 'cnpg.io', 'ApplicationSet', 'repoURL']

/** A file that may hold manifests or print them. */
export const isManifestPath = (path: string): boolean => /\.(?:ya?ml|json|tpl)$/.test(path)

// deeper than the items of a List, a kind is the one that a definition names; a map in braces may be anywhere in its line
const kinds = /(?:^[ -]{0,6}|^[ \t]*(?=["'])|[{,][ \t]*)["']?kind["']?[ \t]*:[ \t]*["']?([A-Za-z]+)["']?[ \t]*(?:[,}\]]|#.*$|\r?$)/gm
const known = ['Application', 'ApplicationSet', 'AppProject', 'Cluster', 'ObjectStore']

const definition = /^(?:- |[ ]{2})?["']?kind["']?[ \t]*:[ \t]*["']?CustomResourceDefinition\b/m

/** The same of a text that is not parsed: definitions, which are most of the manifest of an operator's release, name our kinds without an object of them. */
function mayDefineManifest(text: string): boolean {
  return text.split(/^---/m).some((document) => !definition.test(document) && definesManifest(document))
}

/** Whether a text defines an Application, a set, a project, a Cluster or an ObjectStore, or something that was meant as one. */
export function definesManifest(text: string): boolean {
  if (!looseWords.some((word) => text.includes(word))) return false
  const written = new Set([...text.matchAll(kinds)].map(([, kind = '']) => kind.replace(/List$/, '')))
  return [...written].some((kind) => nearest(kind, known) !== undefined)
}

const stores = /(?:^[ \t-]*|[{,][ \t]*)["']?kind["']?[ \t]*:[ \t]*["']?ObjectStore\b/m
const applications = /(?:^[ \t-]*|[{,][ \t]*)["']?kind["']?[ \t]*:[ \t]*["']?Application(?:Set)?\b/m

/** Folders whose manifests are there to be read or tried, or were put away, and that nobody deploys. */
const tried = /(?:^|\/)(?:node_modules|tests?|testdata|fixtures?|examples?|samples?|docs?|e2e|archived?|disabled|deprecated|unused)\//i
const isHidden = (part: string): boolean => part.startsWith('.') && !deployFolders.has(part)

/** Whether a file is in a folder whose manifests count only where an Application or the settings name it. */
export function isTried(path: string, apps: readonly string[] = []): boolean {
  const own = apps.map(folderOf).find((folder) => folder !== '' && path.startsWith(`${folder}/`))
  const rest = own === undefined ? path : path.slice(own.length + 1)
  return tried.test(rest) || (rest.includes('.') && rest.split('/').some(isHidden))
}

const folderOf = (named: string): string => named.replace(/^\.\//, '').replace(/\/$/, '')

/** Whether a path may be that of a manifest, and is not in a folder that is read anyway; no layout: nothing else is read. */
export function isLoosePath(path: string, layout: Settings['layout'] | undefined, apps: readonly string[] = []): boolean {
  if (!isManifestPath(path) || isTried(path, apps) || path.startsWith('apps/templates/')) return false
  if (layout === undefined) return true
  if (path.startsWith('helm-values/')) return false
  if (layoutFolders(layout).some((folder) => folder !== '' && isInFolder(path, folder))) return false
  return [layout.databases, layout.overrides].every((pattern) => matcher(pattern)(path) === undefined)
}

/** Whether a path is in one of the folders that the settings name; without any, all are. */
export function isNamed(path: string, apps: readonly string[]): boolean {
  return apps.length === 0 || apps.some((folder) => folder === '' || isInFolder(path, folderOf(folder)))
}

/** Whether a template prints Applications or sets. */
export function printsApplications(text: string): boolean {
  return text.includes('argoproj.io/') && applications.test(text)
}

/** The folder of the chart that a template is of, a slash at its end; a chart in `charts/` of another is part of that. */
function chartOf(path: string, folders: ReadonlySet<string>): string | undefined {
  let folder = path.split('/templates/')[0] ?? ''
  if (folder === path && !path.startsWith('templates/')) return undefined
  folder = folder === path ? '' : `${folder}/`
  if (!folders.has(folder)) return undefined
  for (;;) {
    const above = /^(.*\/|)charts\/[^/]+\/$/.exec(folder)?.[1]
    if (above === undefined || !folders.has(above)) return folder
    folder = above
  }
}

/** The release manifest of the operator, its image, and the setting that names the image of Clusters. */
const ofOperator = /\bcnpg-\d+\.\d+\.\d+\.yaml\b|cloudnative-pg\/cloudnative-pg\b|\bPOSTGRES_IMAGE_NAME\b/

type Search = Pick<Settings, 'layout' | 'generate' | 'apps'>

/** A tree is one state of the files, and several stages ask for the same: git lists them and they are read once. */
const found = new WeakMap<Tree, Map<string, LooseFiles>>()

/** The files that hold Applications, sets, Clusters or ObjectStores, by a search in their text. */
export function looseFiles(tree: Tree, { layout, generate, apps }: Search): LooseFiles {
  const searched = found.get(tree) ?? new Map<string, LooseFiles>()
  const key = JSON.stringify([generate ? layout : null, apps])
  const files = searched.get(key) ?? search(tree, { layout, generate, apps })
  found.set(tree, searched.set(key, files))
  return files
}

/** Whether templates of `apps/` are anybody else's. */
export function hasOwnTemplates(tree: Tree): boolean {
  return tree.paths.some((path) => {
    if (!path.startsWith('apps/templates/')) return false
    const read = generatedFiles.includes(path) ? tree.read(path) : undefined
    return read?.ok !== true || !isGenerated(read.text)
  })
}

function search(tree: Tree, { layout: own, generate, apps }: Search): LooseFiles {
  const layout = generate ? own : undefined
  const generated = layout === undefined ? [] : (Object.values(manifestPaths(layout)) as readonly string[])
  const loose = tree.loose?.()
  if (loose === undefined) return nothingLoose
  const folders = new Set(loose.paths.flatMap((path) => (/(?:^|\/)Chart\.yaml$/.test(path) ? [path.slice(0, -'Chart.yaml'.length)] : [])))
  const files: { path: string; text: string }[] = []
  const charts = new Set<string>()
  let hasUnknownStores = false
  const passedOver: { path: string; text: string }[] = []
  const leftOut: { path: string; text: string }[] = []
  const tooLarge: { path: string; message: string }[] = []
  const aboutOperator: { path: string; text: string }[] = []
  for (const path of loose.paths) {
    if (layout === undefined && isOfDatabase(path, loose, apps)) passedOver.push({ path, text: textOf(path, loose) })
    if (!isLoosePath(path, layout, apps) || !isNamed(path, apps)) continue
    const read = loose.read(path)
    if (ofOperator.test(path)) aboutOperator.push({ path, text: '' })
    else if (read?.ok === true && ofOperator.test(read.text)) aboutOperator.push({ path, text: read.text })
    if (read?.ok === false && read.words !== undefined && mayDefineManifest(read.words())) tooLarge.push({ path, message: read.message })
    if (read?.ok !== true || !definesManifest(read.text)) continue
    if (generated.includes(path) && isGenerated(read.text)) continue
    const chart = chartOf(path, folders)
    // what is in a helper is printed by a chart, or by nobody
    if (chart === undefined && path.endsWith('.tpl')) continue
    if (chart === undefined && applications.test(read.text) && isLeftOut(path, loose)) leftOut.push({ path, text: read.text })
    else if (chart === undefined) files.push({ path, text: read.text })
    else if (applications.test(read.text)) charts.add(chart)
    else if (stores.test(read.text)) hasUnknownStores = true
  }
  const untracked = (loose.untracked?.() ?? []).flatMap((path) => {
    const isOne = isLoosePath(path, layout, apps) && isNamed(path, apps) && !path.endsWith('.tpl')
    const text = isOne ? textOf(path, loose) : ''
    return definesManifest(text) ? [{ path, text }] : []
  })
  return {
    files,
    charts: [...charts],
    hasUnknownStores,
    ...(passedOver.length > 0 && { passedOver }),
    ...(leftOut.length > 0 && { leftOut }),
    ...(tooLarge.length > 0 && { tooLarge }),
    ...(aboutOperator.length > 0 && { aboutOperator }),
    ...(untracked.length > 0 && { untracked }),
  }
}

/** Whether the kustomization of a folder names a file in a comment and nowhere else: somebody has switched it off. */
function isLeftOut(path: string, tree: Tree): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const folder = path.slice(0, -name.length)
  const text = kustomizations.map((one) => textOf(folder + one, tree)).find((one) => one !== '')
  if (text === undefined || !text.includes(name)) return false
  const lines = text.split('\n').filter((line) => line.includes(name))
  // an entry of a list, not a sentence about the file
  const isSwitchedOff = (line: string): boolean => entryInComment.exec(line)?.[1]?.replace(/^\.\//, '') === name
  return lines.some(isSwitchedOff) && lines.every((line) => line.trimStart().startsWith('#'))
}

function textOf(path: string, tree: Tree): string {
  const read = tree.read(path)
  return read?.ok === true ? read.text : ''
}

const entryInComment = /^[ \t]*#[# \t]*-[ \t]*["']?([^\s"'#]+)["']?[ \t]*(?:#.*)?$/

/** Whether a file that is passed over would have mattered; what is hidden, or a template, is nobody's example. */
function isOfDatabase(path: string, tree: Tree, apps: readonly string[]): boolean {
  if (!isTried(path, apps) || !isManifestPath(path) || !isNamed(path, apps) || /(?:^|\/)(?:node_modules|templates|charts)\//.test(path))
    return false
  if (path.split('/').some(isHidden)) return false
  const text = textOf(path, tree)
  const isAbout = text.includes('postgresql.cnpg.io/') ? aCluster.test(text) : text.includes('cloudnative-pg') && officialChart.test(text)
  return isAbout && definesManifest(text)
}

const aCluster = /^(?:- |  )?kind[ \t]*:[ \t]*["']?Cluster\b/m
const officialChart = /^[ -]*chart[ \t]*:[ \t]*["']?cluster\b/m
