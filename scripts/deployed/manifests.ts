// Which Applications, ApplicationSets and ObjectStores are in hand-written templates, and where is each part of them?
import { printed } from '../values/printed.ts'
import { locate } from '../findings/spot.ts'
import type { Spot } from '../findings/spot.ts'
import { settingsFile } from '../discover/settings.ts'
import { isGenerated } from '../discover/header.ts'
import type { LooseFiles } from '../discover/loose.ts'
import type { Database, Settings } from '../model.ts'
import type { Json, JsonMap, Path, SourceFile, Value } from '../values/value.ts'
import { parseYaml } from '../yaml/parse.ts'
import type { YamlProblem } from '../yaml/parse.ts'
import type { Tree } from '../repository/tree.ts'
import { isJsonMap, toPlain, valueAt } from '../values/value.ts'
import { readElements } from '../applicationset/elements.ts'
import type { SetElement } from '../applicationset/elements.ts'
import { templateBudget } from '../go-template/budget.ts'
import { generateApplications } from '../applicationset/generate.ts'
import type { Generated } from '../applicationset/generate.ts'
import { plainText, readHelmText, unknownText } from './helm-text.ts'
import type { HelmText } from './helm-text.ts'
import { clustersIn } from './folders.ts'
import type { PlainCluster } from './folders.ts'
import { gitGenerators, gitPatterns, isSameRepository } from './manifest-parts.ts'

/** What the repository holds besides hand-written templates. */
export interface Surroundings {
  readonly settings: Settings
  readonly databases: readonly Database[]
  readonly tree: Tree
}

/** One hand-written Application or ApplicationSet. */
export interface Manifest extends Surroundings {
  readonly kind: 'Application' | 'ApplicationSet'
  /** `namespace/name`; unknown texts in it where only the parent knows */
  readonly key: string
  readonly plain: JsonMap
  /** path of the Application's metadata and spec: the root, or `spec.template` */
  readonly base: Path
  /** what a set generates; an Application is its own; undefined: it can't be known here */
  readonly applications: readonly JsonMap[] | undefined
  /** the errors of the programs involved; empty for an Application */
  readonly refusals: Generated['errors']
  /** the elements of list generators, with what comes of each; read when they are asked for */
  readonly elements: () => readonly SetElement[]
  /** how much of the template is surely printed */
  readonly shape: HelmText['shape']
  /** Helm eats what Argo CD should read, so that what the set generates is not what was meant */
  readonly isConsumed: boolean
  readonly file: SourceFile
  readonly spotOf: (path: Path, on?: 'key' | 'value') => Spot
  /** a scalar as it is written, quotes included */
  readonly written: (path: Path) => string | undefined
}

interface NamedObject {
  readonly kind: string
  readonly key: string
  readonly spot: () => Spot
  readonly manifest?: Manifest
}

/** A template that mentions Argo CD or an ObjectStore, or a file elsewhere with an Application, a set or a Cluster. */
export interface ManifestFile {
  /** it is no template of ours, and who applies it is not known */
  readonly isLoose?: true
  /** Clusters as plain manifests */
  readonly clusters?: readonly PlainCluster[]
  readonly file: SourceFile
  readonly helm: HelmText
  readonly manifests: readonly Manifest[]
  readonly stores: readonly JsonMap[]
  /** every object of Argo CD by its kind and `namespace/name` */
  readonly named: readonly NamedObject[]
  /** why it is no YAML; its spans are those of the file */
  readonly broken?: YamlProblem
}

/** Every template below apps/templates that is not generated; with `all` the generated ones, too. */
export function readManifestFiles(around: Surroundings, all = false): ManifestFile[] {
  const { tree } = around
  let values: Json | undefined
  const readValues = (): Json => (values ??= valuesOf(tree))
  return tree.paths.flatMap((path) => {
    if (!/^apps\/templates\/.*\.ya?ml$/.test(path)) return []
    const read = tree.read(path)
    if (read?.ok !== true || (!all && isGenerated(read.text)) || !/argoproj\.io|\bObjectStore\b/.test(read.text)) return []
    const file = { path, text: read.text, ...(tree.revision === undefined ? {} : { revision: tree.revision }) }
    return [readFile(file, around, readHelmText(file.text, /\{\{-?\s*if\b/.test(file.text) ? readValues() : null))]
  })
}

/** The files elsewhere in the repository that may define what is deployed. */
export function readLooseFiles(around: Surroundings, files: LooseFiles['files']): ManifestFile[] {
  const { tree } = around
  return files.map(({ path, text }) => {
    const file = { path: tree.shown?.(path) ?? path, text, ...(tree.revision === undefined ? {} : { revision: tree.revision }) }
    return readFile(file, around, plainText(text))
  })
}

/** The content of apps/values.yaml: the chart's own values, which a parent may override. */
function valuesOf(tree: Tree): Json {
  const read = tree.read(settingsFile)
  const { documents } = read?.ok === true ? parseYaml({ path: settingsFile, text: read.text }, 'service') : { documents: [] }
  return documents[0] === undefined ? null : toPlain(documents[0])
}

function readFile(file: SourceFile, around: Surroundings, helm: HelmText): ManifestFile {
  const { documents, problems } = parseYaml({ path: file.path, text: helm.text }, 'service')
  const fatal = problems.find((problem) => problem.fatal)
  if (fatal !== undefined) {
    const start = helm.toFile(fatal.span.start)
    const span = { start, end: Math.max(helm.toFile(fatal.span.end), start + 1) }
    return { file, helm, manifests: [], stores: [], named: [], broken: { ...fatal, span } }
  }
  const manifests: Manifest[] = []
  const stores: JsonMap[] = []
  const named: NamedObject[] = []
  for (const document of documents) {
    const plain = toPlain(document)
    if (!isJsonMap(plain)) continue
    if (plain['kind'] === 'ObjectStore') stores.push(plain)
    const manifest = readManifest(plain, around, { file, helm, document })
    if (manifest !== undefined) manifests.push(manifest)
    if (!printed(plain['apiVersion']).startsWith('argoproj.io/')) continue
    const spot = (): Spot => spotIn({ path: ['metadata', 'name'], on: 'value' }, { file, helm, document })
    named.push({ kind: printed(plain['kind']), key: keyOf(plain, around.settings), spot, ...(manifest && { manifest }) })
  }
  const clusters = file.text.includes('postgresql.cnpg.io/') ? clustersIn(documents) : []
  return { file, helm, manifests, stores, named, ...(clusters.length > 0 && { clusters }) }
}

interface Reading {
  readonly file: SourceFile
  readonly helm: HelmText
  readonly document: Value
}

/** Stages after which it is not known what a set generates. */
const unknowing = new Set(['unsupported', 'limit', 'render', 'params', 'schema', 'decode', 'metadata'])

function keyOf(plain: JsonMap, { argocd }: Settings): string {
  const metadata = isJsonMap(plain['metadata']) ? plain['metadata'] : {}
  return `${printed(metadata['namespace'] ?? argocd.namespace)}/${printed(metadata['name'] ?? '')}`
}

function readManifest(plain: JsonMap, around: Surroundings, reading: Reading): Manifest | undefined {
  const { kind } = plain
  if (!printed(plain['apiVersion']).startsWith('argoproj.io/') || (kind !== 'Application' && kind !== 'ApplicationSet')) return undefined
  const places = {
    key: keyOf(plain, around.settings),
    plain,
    shape: reading.helm.shape,
    isConsumed: reading.helm.consumedByHelm.length > 0,
    file: reading.file,
    spotOf: (path: Path, on: 'key' | 'value' = 'value') => spotIn({ path, on }, reading),
    written: (path: Path) => {
      const node = valueAt(reading.document, path)
      return node?.kind === 'scalar' ? reading.helm.text.slice(node.origin.value.start, node.origin.value.end) : undefined
    },
    ...around,
  }
  if (kind === 'Application') return { kind, base: [], applications: [plain], refusals: [], elements: () => [], ...places }
  const gitFiles = ownFiles(plain, around)
  const options = { argocd: around.settings.argocd.version, unknown: unknownText, ...(gitFiles === undefined ? {} : { gitFiles }) }
  const generated = generateApplications(plain, options)
  const isKnown = !generated.errors.some(({ stage }) => unknowing.has(stage))
  let elements: readonly SetElement[] | undefined
  return {
    kind,
    base: ['spec', 'template'],
    applications: isKnown ? generated.applications.map(({ metadata, spec }) => ({ metadata, spec })) : undefined,
    refusals: generated.errors.filter(({ message }) => !message.includes(unknownText)),
    elements: () => (elements ??= readElements(plain, { ...options, budget: templateBudget() })),
    ...places,
  }
}

/** The files that the git generators of a set see; undefined where it has none, or they look elsewhere than into repositories at hand. */
export function ownFiles(set: JsonMap, { settings, tree }: Pick<Surroundings, 'settings' | 'tree'>): Record<string, string> | undefined {
  const generators = gitGenerators(set['spec'] ?? null)
  const [first] = generators
  if (first === undefined) return undefined
  const url = printed(first['repoURL'] ?? '')
  if (!generators.every((generator) => isSameRepository(printed(generator['repoURL'] ?? ''), url) && isCurrent(generator, settings)))
    return undefined
  const { path } = settings.repository
  const prefix = path === '' ? '' : `${path.replace(/\/$/, '')}/`
  const home = tree.homes?.find((one) => isSameRepository(one.url, url))
  if (home !== undefined) return filesOf(tree, { from: `${home.folder}/`, to: home.prefix })
  if (!isSameRepository(url, settings.repository.url)) return undefined
  const patterns = gitPatterns(set)
  const folders = new Set(tree.paths.flatMap((one) => (one.includes('/') ? [`${prefix}${one.split('/')[0]}/`] : [])))
  const isListed = patterns.every((pattern) => [...folders].some((folder) => pattern.startsWith(folder)))
  if (isListed) return filesOf(tree, { from: '', to: prefix })
  // files outside this tree in a larger repository can't be read
  if (tree.wide === undefined || !patterns.every((pattern) => pattern.startsWith(prefix))) return undefined
  return filesOf(tree.wide(), { from: '', to: prefix })
}

/** Whether a generator reads the revision that is at hand. */
function isCurrent({ revision }: JsonMap, { repository }: Settings): boolean {
  const written = printed(revision ?? '')
  return ['', 'HEAD', repository.revision].includes(written) || (repository.revision === 'HEAD' && /^(?:main|master)$/.test(written))
}

/** Path in the repository → text, read when it is asked for: a generator looks into few of all files. */
function filesOf(tree: Tree, { from, to }: { readonly from: string; readonly to: string }): Record<string, string> {
  const files: Record<string, string> = {}
  for (const path of tree.paths) {
    if (!path.startsWith(from)) continue
    const get = (): string => {
      const read = tree.read(path)
      return read?.ok === true ? read.text : ''
    }
    Object.defineProperty(files, to + path.slice(from.length), { enumerable: true, get })
  }
  return files
}

/** The deepest node on the way; its span, from the text that Helm prints back to the file. */
function spotIn(place: { path: Path; on: 'key' | 'value' }, { document, file, helm }: Reading): Spot {
  let node = document
  let isWhole = true
  for (const step of place.path) {
    const next = valueAt(node, [step])
    if (next === undefined) {
      isWhole = false
      break
    }
    node = next
  }
  const useKey = node.kind === 'map' || node.kind === 'list' || !isWhole || place.on === 'key'
  const entry = node.kind === 'map' && node.origin.key === null ? [...node.entries.values()][0] : node
  const span = (useKey ? entry?.origin.key : null) ?? node.origin.value
  const start = helm.toFile(span.start)
  // a text over several pieces ends where its last character came from
  const end = Math.max(helm.toFile(Math.max(span.end - 1, span.start)) + 1, start + 1)
  const spot = { file, span: { start, end } }
  return locate(spot).line === locate(spot).endLine ? spot : { file, span: { start, end: start + 1 } }
}

/** `metadata.name` of an Application. */
export function applicationName(application: JsonMap): string {
  const metadata: Json | undefined = application['metadata']
  return isJsonMap(metadata) ? printed(metadata['name'] ?? '') : ''
}

/** `namespace/name` of an Application that a manifest makes: those of a set live in the namespace of the set. */
export function applicationKey({ key }: Manifest, name: string): string {
  return key.slice(0, key.indexOf('/') + 1) + name
}
