// Which values does a hand-written Application give to the chart, as far as they are in this repository, and how is its Cluster called then?
import { printed } from '../../values/printed.ts'
import type { Json, JsonMap, Settings } from '../../model.ts'
import { parseYaml } from '../../yaml/parse.ts'
import { splitOptions } from '../../applicationset/sync-options.ts'
import type { Tree } from '../../repository/tree.ts'
import { isJsonMap, toPlain } from '../../values/value.ts'
import { at, ownPath, texts } from './manifest-parts.ts'
import { resolveValueFiles, sourcesOf } from '../../applicationset/sources.ts'

interface From {
  readonly settings: Settings
  readonly tree: Tree
}

/** The values of each file, `values` and `valuesObject` of an Application, lowest first; undefined: some can't be read here. */
function valuesOf(application: JsonMap, { settings, tree }: From): Json[] | undefined {
  const { files, problems } = resolveValueFiles(application)
  if (problems.length > 0) return undefined
  const found: Json[] = []
  for (const entry of files) {
    const path = ownPath(entry, settings)
    const file = path === undefined ? undefined : tree.read(path)
    if (file?.ok !== true) return undefined
    found.push(yamlOf(file.text, settings))
  }
  const spec = at(application, 'spec')
  for (const source of isJsonMap(spec) ? sourcesOf(spec).sources : []) {
    const helm = source['helm']
    if (at(helm, 'parameters') !== undefined || at(helm, 'fileParameters') !== undefined) return undefined
    const values = at(helm, 'values')
    if (typeof values === 'string') found.push(yamlOf(values, settings))
    found.push(at(helm, 'valuesObject') ?? null)
  }
  return found
}

const parsed = new WeakMap<Settings, Map<string, Json>>()

/** Defaults are shared by all Applications of a set, so that each text is parsed once. */
function yamlOf(text: string, settings: Settings): Json {
  const texts = parsed.get(settings) ?? new Map<string, Json>()
  parsed.set(settings, texts)
  const known = texts.get(text)
  if (known !== undefined) return known
  const { documents, problems } = parseYaml({ path: '', text }, 'service')
  const plain = documents[0] === undefined || problems.some((problem) => problem.fatal) ? null : toPlain(documents[0])
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

/** What decides which database an Application deploys. */
export interface Identity {
  /** undefined: the values can't be read here */
  readonly cluster: string | undefined
  readonly release: string
  readonly namespace: string
  readonly destination: string
}

/** The release of the source that is a chart; `releaseName`, or the name of the Application. */
export function identityOf(application: JsonMap, from: From): Identity {
  const spec = at(application, 'spec')
  const source = isJsonMap(spec) ? sourcesOf(spec).sources.find((candidate) => candidate['chart'] !== undefined) : undefined
  const release = printed(at(source, 'helm', 'releaseName') ?? at(application, 'metadata', 'name') ?? '')
  const server = at(application, 'spec', 'destination', 'server')
  const name = at(application, 'spec', 'destination', 'name')
  return {
    release,
    cluster: clusterName(release, valuesOf(application, from)),
    namespace: printed(at(source, 'helm', 'namespace') ?? at(application, 'spec', 'destination', 'namespace') ?? ''),
    destination: destinationOf(server, name),
  }
}

/** One text for the two spellings of the cluster that Argo CD runs in. */
export function destinationOf(server: Json | undefined, name: Json | undefined): string {
  return server === 'https://kubernetes.default.svc' || name === 'in-cluster' ? 'in-cluster' : printed(server ?? name ?? '')
}

/** The chart's `cluster.fullname`: the override, else the release with `cluster` in it, at most 63 characters. */
function clusterName(release: string, values: readonly Json[] | undefined): string | undefined {
  if (values === undefined) return undefined
  const base = lastText(values, 'nameOverride') || 'cluster'
  const full = lastText(values, 'fullnameOverride') || (release.includes(base) ? release : `${release}-${base}`)
  return full.slice(0, 63).replace(/-$/, '')
}
