// Which values does a hand-written Application give to the chart, as far as they are in this repository, and what is its Cluster called?
import { isOfficialPlace } from '../../charts/pin.ts'
import { trimEndOf } from '../../values/trim.ts'
import { append } from '../../values/append.ts'
import { printed } from '../../values/printed.ts'
import type { Json, JsonMap } from '../../values/value.ts'
import type { Settings } from '../../model.ts'
import { parseYaml } from '../../yaml/parse.ts'
import { splitOptions } from '../../applicationset/sync-options.ts'
import type { Tree } from '../../repository/tree.ts'
import { firstPlain, isJsonMap } from '../../values/value.ts'
import { at, isDatabase, texts } from '../manifest-parts.ts'
import { filePath } from '../repository-path.ts'
import { resolveValueFiles, sourcesIn } from '../../applicationset/sources.ts'

interface From {
  readonly settings: Settings
  readonly tree: Tree
}

/** The values of each file, `values` and `valuesObject` of an Application, lowest first; undefined: some can't be read here. */
export function valuesOf(application: JsonMap, { settings, tree }: From): Json[] | undefined {
  const { files, problems } = resolveValueFiles(application)
  if (problems.length > 0) return undefined
  const found: Json[] = []
  for (const entry of files) {
    const path = filePath(entry, { settings, tree })
    const file = path === undefined ? undefined : readAny(tree, path)
    if (file?.ok !== true) return undefined
    found.push(yamlOf(file.text, settings))
  }
  const spec = at(application, 'spec')
  for (const source of sourcesIn(spec)) {
    const helm = source['helm']
    if (at(helm, 'parameters') !== undefined || at(helm, 'fileParameters') !== undefined) return undefined
    // `valuesObject` replaces `values` where both are set
    const inline = at(helm, 'valuesObject') ?? at(helm, 'values')
    if (inline !== undefined) found.push(typeof inline === 'string' ? yamlOf(inline, settings) : inline)
  }
  return found
}

/** A file in any folder of the repository, listed or not. */
function readAny(tree: Tree, path: string): ReturnType<Tree['read']> {
  return tree.read(path) ?? tree.wide?.().read(path)
}

const parsed = new WeakMap<Settings, Map<string, Json>>()

/** Defaults are shared by all Applications of a set, so that each text is parsed once. */
function yamlOf(text: string, settings: Settings): Json {
  const texts = parsed.get(settings) ?? new Map<string, Json>()
  parsed.set(settings, texts)
  const known = texts.get(text)
  if (known !== undefined) return known
  const { documents, problems } = parseYaml({ path: '', text }, 'service')
  const plain = problems.some((problem) => problem.fatal) ? null : firstPlain(documents)
  texts.set(text, plain)
  return plain
}

/** The highest text at a path of the values. */
function lastText(values: readonly Json[], ...path: string[]): string | undefined {
  const found = values.map((value) => at(value, ...path)).findLast((value) => value !== undefined)
  return typeof found === 'string' ? found : undefined
}

/**
 * The sync options that an Application's values put on its Cluster, those of the Application itself from 3.4 on included.
 * Undefined: some values can't be read here.
 */
export function guardOptions(application: JsonMap, from: From): ReadonlySet<string> | undefined {
  const values = valuesOf(application, from)
  if (values === undefined) return undefined
  const annotation = lastText(values, 'cluster', 'annotations', 'argocd.argoproj.io/sync-options') ?? ''
  return new Set([...texts(at(application, 'spec', 'syncPolicy', 'syncOptions')), ...splitOptions(annotation)])
}

/** One layer of the values; undefined: it can't be read here, for the reason given. */
type Layer = { readonly values: Json } | { readonly unknown: string }

/** What the source with the chart hands to Helm, lowest layer first. */
function layersOf(application: JsonMap, from: From, { nth, below }: { readonly nth: number; readonly below: readonly string[] }): Layer[] {
  const { files, problems } = resolveValueFiles(application)
  if (problems[0] !== undefined) return [{ unknown: problems[0].message }]
  const spec = at(application, 'spec')
  const source = sourcesIn(spec)[nth]
  const helm = source?.['helm']
  const layers = ownValues(source, from)
  const written = files.flatMap((file): Layer[] => {
    if (file.source !== nth) return []
    const path = filePath(file, from)
    if (path === undefined) return [{ unknown: `${file.entry} is not in this repository` }]
    const read = readAny(from.tree, path)
    if (read?.ok === true) return [{ values: yamlOf(read.text, from.settings) }]
    if (read === undefined && at(helm, 'ignoreMissingValueFiles') === true) return []
    return [{ unknown: `${file.entry} can't be read` }]
  })
  append(layers, written)
  // `valuesObject` replaces `values` where both are set
  const inline = at(helm, 'valuesObject') ?? at(helm, 'values')
  if (isJsonMap(inline)) layers.push({ values: inline })
  else if (typeof inline === 'string') layers.push({ values: yamlOf(inline, from.settings) })
  return [...layers, ...parameterLayers(helm, below)]
}

/** The values of a chart that is a folder of this repository. */
function ownValues(source: JsonMap | undefined, { settings, tree }: From): Layer[] {
  const { path, repoURL, targetRevision } = source ?? {}
  if (typeof path !== 'string' || typeof repoURL !== 'string') return []
  const entry = `${trimEndOf(path, '/')}/values.yaml`
  const revision = typeof targetRevision === 'string' ? { targetRevision } : {}
  const file = filePath({ source: 0, entry, kind: 'local', repoURL, path: entry, ...revision }, { settings, tree })
  const read = file === undefined ? undefined : readAny(tree, file)
  return read?.ok === true ? [{ values: yamlOf(read.text, settings) }] : []
}

/** The official chart as the one dependency of a chart in this repository. */
interface Below {
  /** the key of its values, which is also its name there */
  readonly key: string
  /** the value that switches it on */
  readonly condition: readonly string[] | undefined
  readonly hasTags: boolean
}

/** Undefined: the source is no chart in this repository, or one without that dependency, or with several. */
export function officialBelow({ path, repoURL, chart }: JsonMap, { settings, tree }: From): Below | undefined {
  if (chart !== undefined || typeof path !== 'string' || typeof repoURL !== 'string') return undefined
  const entry = `${trimEndOf(path, '/')}/Chart.yaml`
  const file = filePath({ source: 0, entry, kind: 'local', repoURL, path: entry }, { settings, tree })
  const read = file === undefined ? undefined : readAny(tree, file)
  const declared = read?.ok === true ? at(yamlOf(read.text, settings), 'dependencies') : undefined
  const official = (Array.isArray(declared) ? declared : []).filter(
    (one) => at(one, 'name') === 'cluster' && isOfficialPlace(printed(at(one, 'repository') ?? '')),
  )
  const [only] = official
  if (only === undefined || official.length > 1) return undefined
  const condition = at(only, 'condition')
  return {
    key: printed(at(only, 'alias') || 'cluster'),
    condition: typeof condition === 'string' && condition !== '' ? condition.split('.') : undefined,
    hasTags: at(only, 'tags') !== undefined,
  }
}

/** Whether a dependency makes a Cluster for sure: several conditions, and tags, are for Helm. */
function isOn({ condition, hasTags }: Below, layers: readonly Layer[]): boolean {
  if (condition === undefined) return !hasTags
  const values = layers.map((layer) => ('unknown' in layer ? undefined : at(layer.values, ...condition)))
  return values.findLast((value) => value !== undefined) !== false
}

/** `parameters` win over all values; only those that decide about names are read, the last of one name. */
function parameterLayers(helm: Json | undefined, below: readonly string[]): Layer[] {
  const naming = new Set(names.map((key) => [...below, key].join('.')))
  const listed = (key: string): JsonMap[] => {
    const list = at(helm, key)
    return Array.isArray(list) ? list.filter(isJsonMap) : []
  }
  const named = listed('parameters').filter(({ name }) => naming.has(printed(name)))
  const files = listed('fileParameters').filter(({ name }) => naming.has(printed(name)))
  return [
    ...named.map(({ name, value }) => ({ values: nested(printed(name).split('.'), printed(value ?? '')) })),
    ...files.map(({ name }) => ({ unknown: `fileParameters set ${printed(name)}` })),
  ]
}

const names = ['fullnameOverride', 'nameOverride', 'namespaceOverride'] as const

const nested = (path: readonly string[], text: string): Json => path.reduceRight<Json>((value, key) => ({ [key]: value }), text)

/** The highest text at a key, '' where there is none; a layer that can't be read may hold it. */
function lookUp(layers: readonly Layer[], path: readonly string[]): { readonly text: string } | { readonly unknown: string } {
  for (const layer of layers.toReversed()) {
    if ('unknown' in layer) return layer
    const value = at(layer.values, ...path)
    if (value !== undefined) return { text: typeof value === 'string' ? value : '' }
  }
  return { text: '' }
}

/** What decides which database an Application deploys. */
export interface Identity {
  /** undefined: the values can't be read here */
  readonly cluster: string | undefined
  /** why the name of the Cluster, or its namespace, can't be known */
  readonly unknown?: string
  readonly release: string
  readonly namespace: string
  readonly destination: string
}

/** The release of the first source that is a chart; `releaseName`, or the name of the Application. */
export function identityOf(application: JsonMap, from: From): Identity {
  const spec = at(application, 'spec')
  const sources = sourcesIn(spec)
  return identityOfSource(
    application,
    from,
    sources.findIndex((candidate) => candidate['chart'] !== undefined),
  )
}

/** What an Application deploys with the official chart: as its source, or as the dependency of a chart in this repository. */
export function identitiesOf(application: JsonMap, from: From): Identity[] {
  const spec = at(application, 'spec')
  const sources = sourcesIn(spec)
  const below = sources.flatMap((source, nth) =>
    officialBelow(source, from) === undefined ? [] : [identityOfSource(application, from, nth)],
  )
  return isDatabase(application, from.settings) ? [identityOf(application, from), ...below] : below
}

/** What one source of an Application deploys. */
export function identityOfSource(application: JsonMap, from: From, nth: number): Identity {
  const spec = at(application, 'spec')
  const source = sourcesIn(spec)[nth]
  const release = printed(at(source, 'helm', 'releaseName') || at(application, 'metadata', 'name') || '')
  const server = at(application, 'spec', 'destination', 'server')
  const name = at(application, 'spec', 'destination', 'name')
  const inside = source === undefined ? undefined : officialBelow(source, from)
  const below = inside === undefined ? [] : [inside.key]
  const layers = layersOf(application, from, { nth, below })
  const own = printed(at(source, 'helm', 'namespace') || at(application, 'spec', 'destination', 'namespace') || '')
  const [full, base, override] = names.map((key) => lookUp(layers, [...below, key]))
  const called = clusterName(release, { full, base, chart: below[0] ?? 'cluster' })
  const unknown = [called, override].flatMap((found) => (found !== undefined && 'unknown' in found ? [found.unknown] : []))[0]
  return {
    release,
    cluster: 'text' in called && (inside === undefined || isOn(inside, layers)) ? called.text : undefined,
    ...(unknown === undefined ? {} : { unknown }),
    namespace: (override !== undefined && 'text' in override && override.text) || own,
    destination: destinationOf(server, name),
  }
}

/** One text for the two spellings of the cluster that Argo CD runs in, and for a slash at the end. */
export function destinationOf(server: Json | undefined, name: Json | undefined): string {
  const url = typeof server === 'string' && server !== '' ? trimEndOf(server, '/') : undefined
  return url === 'https://kubernetes.default.svc' || name === 'in-cluster' ? 'in-cluster' : printed(url ?? name ?? '')
}

type Looked = ReturnType<typeof lookUp> | undefined

/** The chart's `cluster.fullname`: the override, else the release with the name of the chart in it, at most 63 characters. */
function clusterName(
  release: string,
  { full, base, chart }: { readonly full: Looked; readonly base: Looked; readonly chart: string },
): { readonly text: string } | { readonly unknown: string } {
  const cut = (text: string): { readonly text: string } => ({ text: text.slice(0, 63).replace(/-$/, '') })
  if (full === undefined || 'unknown' in full) return full ?? { unknown: '' }
  if (full.text !== '') return cut(full.text)
  if (base === undefined || 'unknown' in base) return base ?? { unknown: '' }
  const name = base.text || chart
  return cut(release.includes(name) ? release : `${release}-${name}`)
}
