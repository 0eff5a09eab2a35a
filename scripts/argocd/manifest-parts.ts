// Which parts of a hand-written Application or set do rules read?
import type { Json, JsonMap, Path, Settings } from '../model.ts'
import { parseYaml } from '../parse.ts'
import { splitOptions } from '../sync-options.ts'
import type { Tree } from '../tree.ts'
import { toPlain } from '../value.ts'
import { resolveValueFiles, sourcesOf } from './sources.ts'
import type { ValueFile } from './sources.ts'
import { isJsonMap } from './typed.ts'

/** The plain value at a path; undefined where the path ends early. */
export function at(root: Json | undefined, ...path: Path): Json | undefined {
  let node = root
  for (const step of path)
    node = Array.isArray(node) ? node[Number(step)] : isJsonMap(node) && Object.hasOwn(node, step) ? node[step] : undefined
  return node
}

export function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** An Application that deploys databases: a source is the chart of an environment. */
export function isDatabase(application: JsonMap, settings: Settings): boolean {
  const spec = at(application, 'spec')
  if (!isJsonMap(spec)) return false
  const plain = (url: Json | undefined): string => String(url).replace(/\/$/, '')
  return sourcesOf(spec).sources.some((source) =>
    settings.environments.some(
      ({ clusterChart }) => source['chart'] === clusterChart.name && plain(source['repoURL']) === plain(clusterChart.repository),
    ),
  )
}

const sameRepository = (left: string, right: string): boolean =>
  left.replace(/\/$/, '').replace(/\.git$/, '') === right.replace(/\/$/, '').replace(/\.git$/, '')

/** A value file's path in this tree; undefined: it is elsewhere, at another revision, or a pattern. */
export function ownPath(file: ValueFile, settings: Settings): string | undefined {
  const { url, revision, path } = settings.repository
  if ((file.kind !== 'ref' && file.kind !== 'local') || file.glob === true || file.path.includes('\ue000')) return undefined
  if (!sameRepository(file.repoURL ?? '', url) || ![revision, 'HEAD', undefined].includes(file.targetRevision)) return undefined
  const prefix = path === '' ? '' : `${path.replace(/\/$/, '')}/`
  return file.path.startsWith(prefix) ? file.path.slice(prefix.length) : undefined
}

/**
 * The sync options that an Application's values put on its Cluster, those of the Application itself from 3.4 on included.
 * Undefined: some values can't be read here.
 */
export function guardOptions(application: JsonMap, from: { settings: Settings; tree: Tree }): ReadonlySet<string> | undefined {
  const options = new Set(texts(at(application, 'spec', 'syncPolicy', 'syncOptions')))
  const { files, problems } = resolveValueFiles(application)
  if (problems.length > 0) return undefined
  let annotation: string | undefined
  const take = (values: Json | undefined): void => {
    const written = at(values, 'cluster', 'annotations', 'argocd.argoproj.io/sync-options')
    if (typeof written === 'string') annotation = written
  }
  for (const file of files) {
    const path = ownPath(file, from.settings)
    const read = path === undefined ? undefined : from.tree.read(path)
    if (read?.ok !== true) return undefined
    take(yamlMap(read.text))
  }
  const spec = at(application, 'spec')
  for (const source of isJsonMap(spec) ? sourcesOf(spec).sources : []) {
    const helm = source['helm']
    if (at(helm, 'parameters') !== undefined || at(helm, 'fileParameters') !== undefined) return undefined
    const values = at(helm, 'values')
    if (typeof values === 'string') take(yamlMap(values))
    take(at(helm, 'valuesObject'))
  }
  for (const option of splitOptions(annotation ?? '')) options.add(option)
  return options
}

function yamlMap(text: string): Json | undefined {
  const { documents, problems } = parseYaml({ path: '', text }, 'service')
  return documents[0] === undefined || problems.some((problem) => problem.fatal) ? undefined : toPlain(documents[0])
}

/** Whether options keep Argo CD from pruning, or from deleting, without a person's word. */
export function holds(options: ReadonlySet<string>, what: 'Prune' | 'Delete'): boolean {
  return options.has(`${what}=false`) || options.has(`${what}=confirm`)
}

/** The paths of all git generators of a set. */
export function gitPatterns(node: Json): string[] {
  if (Array.isArray(node)) return node.flatMap(gitPatterns)
  if (!isJsonMap(node)) return []
  return Object.entries(node).flatMap(([key, value]) => {
    if (key !== 'git' || !isJsonMap(value)) return gitPatterns(value)
    return ['files', 'directories'].flatMap((kind) =>
      Array.isArray(value[kind]) ? value[kind].filter(isJsonMap).map((item) => String(item['path'] ?? '')) : [],
    )
  })
}
