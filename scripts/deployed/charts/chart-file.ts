// What is the chart in a folder called?
import { named, phrase } from '../../findings/message.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { nearest } from '../../values/path.ts'
import { trimEndOf } from '../../values/trim.ts'
import { yamlFindings } from '../../yaml/findings.ts'
import { parseFirstDocument } from '../../yaml/parse.ts'
import type { Tree } from '../../repository/tree.ts'
import { printed } from '../../values/printed.ts'
import { firstPlain, isJsonMap } from '../../values/value.ts'
import type { JsonMap, Value } from '../../values/value.ts'
import { fileReader } from '../file-cache.ts'
import type { Manifest } from '../manifests.ts'
import { repositoryPath } from '../repository-path.ts'

export interface ChartHead {
  readonly name: string
  readonly version: string
  readonly plain: JsonMap
}

/** Name and version of a Chart.yaml; undefined: there is none. */
export function parseChartFile(tree: Tree, path: string): ChartHead | undefined {
  const file = fileReader(tree)(path)
  if (file === undefined) return undefined
  const plain = firstPlain(parseFirstDocument(file, 'chart').documents)
  return isJsonMap(plain) ? { name: printed(plain['name'] ?? ''), version: printed(plain['version'] ?? ''), plain } : undefined
}

/** What keeps Helm from loading the chart in the folder of a source: no YAML, or no name or version (`Metadata.Validate`). */
export function brokenChart(source: JsonMap, { settings, tree }: Pick<Manifest, 'settings' | 'tree'>): LocatedFinding[] {
  const { path, repoURL, chart, directory, plugin } = source
  if (typeof path !== 'string' || chart !== undefined || directory !== undefined || plugin !== undefined) return []
  const local = trimEndOf(path.replace(/^(?:\.?\/)+/, ''), '/')
  const folder = repositoryPath({ kind: 'local', path: local, repoURL: printed(repoURL ?? '') }, { settings, tree })
  const file = folder === undefined ? undefined : fileReader(tree)(folder === '' || folder === '.' ? 'Chart.yaml' : `${folder}/Chart.yaml`)
  if (file === undefined) return []
  const { documents, problems } = parseFirstDocument(file, 'chart')
  const fatal = problems.filter((problem) => problem.fatal)
  if (fatal.length > 0) return yamlFindings(file, fatal)
  const [root] = documents
  const entries = root?.kind === 'map' ? root.entries : new Map<string, Value>()
  const absent = ['name', 'version'].find((key) => !entries.has(key))
  if (absent === undefined) return []
  const guess = nearest(absent, entries.keys())
  const near = guess === undefined ? [...entries.values()][0] : entries.get(guess)
  return [
    {
      rule: 'argocd/template-renders',
      severity: 'error',
      message: phrase`${named(absent)} of the chart is not set, but Helm loads no chart without one`,
      at: { file, span: near?.origin.key ?? { start: 0, end: 1 } },
      help: guess === undefined ? phrase`set ${named(absent)}` : phrase`did you mean \`${named(absent)}\`?`,
    },
  ]
}
