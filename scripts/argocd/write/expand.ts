// Do the generated sets give exactly the databases that were planned?
import { textOf } from '../../findings/message.ts'
import type { Database } from '../../model.ts'
import type { Json, JsonMap } from '../../values/value.ts'
import { parseYaml } from '../../yaml/parse.ts'
import { isJsonMap, toPlain } from '../../values/value.ts'
import { releaseOf } from '../../chart/release.ts'
import { closingFence, openingFence } from './applicationset.ts'
import { templateBudget } from '../../go-template/budget.ts'
import { desiredApplications, nameOf } from '../../applicationset/generate.ts'
import { resolveValueFiles, sourcesOf } from '../../applicationset/sources.ts'

/** What Helm prints for one of our files: raw strings between `{{` and backticks are copied, anything else in braces throws. */
export function expandHelmTemplate(text: string): string {
  let out = ''
  let at = 0
  for (;;) {
    const open = text.indexOf('{{', at)
    if (open < 0) return out + text.slice(at)
    if (text[open + 2] !== '`') throw new Error('a generated file holds a Helm action outside of its fence')
    const close = text.indexOf('`', open + 3)
    if (close < 0 || !text.startsWith('}}', close + 1)) throw new Error('the fence of a generated file is not closed')
    out += text.slice(at, open) + text.slice(open + 3, close)
    at = close + 3
  }
}

/** The objects in one of our files, as Argo CD gets them from Helm. */
export function readOwnObjects(text: string): JsonMap[] {
  const { documents, problems } = parseYaml({ path: 'generated', text: expandHelmTemplate(text) }, 'generator')
  const fatal = problems.find((problem) => problem.fatal)
  if (fatal !== undefined) throw new Error(`a generated file is no YAML: ${textOf(fatal.message)}`)
  return documents.map((document): Json => toPlain(document)).filter(isJsonMap)
}

/** Both fences, once each: without them Helm would blank every name. */
function checkFences(text: string): void {
  const lines = text.split('\n')
  for (const fence of [openingFence, closingFence])
    if (lines.filter((line) => line === fence).length !== 1) throw new Error('a generated file has lost its fence')
}

/** Expands our own file of sets and compares with the databases; throws on any difference, which is our own bug. */
export function checkOwnSets(text: string, databases: readonly Database[], argocd: string): void {
  checkFences(text)
  const found = new Map<string, string>()
  for (const set of readOwnObjects(text)) {
    // our own sets are as large as the fleet
    const desired = desiredApplications(set, { argocd, budget: templateBudget(1 + databases.length / 100) })
    if ('error' in desired) throw new Error(`a generated set fails to expand: ${desired.error.message}`)
    for (const application of desired.applications) found.set(nameOf(application), describe(application))
  }
  for (const database of databases) {
    const [got, wanted] = [found.get(database.application), plannedText(database)]
    if (got !== wanted) throw new Error(`the generated set gives ${got ?? 'nothing'} for ${database.id}, but the plan is ${wanted}`)
  }
  const planned = new Set(databases.map((database) => database.application))
  for (const name of found.keys())
    if (!planned.has(name)) throw new Error(`the generated set gives ${name}, but no database has that Application`)
}

function plannedText(database: Database): string {
  const { destination, autoSync, clusterChart } = database.environment
  return JSON.stringify({
    server: destination.server,
    name: destination.name,
    namespace: database.namespace,
    release: releaseOf(database),
    chart: clusterChart.name,
    version: clusterChart.version,
    file: database.rendered,
    autoSync: autoSync && database.retired === undefined,
  })
}

function describe(application: JsonMap): string {
  const spec = isJsonMap(application['spec']) ? application['spec'] : {}
  const destination = isJsonMap(spec['destination']) ? spec['destination'] : {}
  const [source = {}] = sourcesOf(spec).sources
  const helm = isJsonMap(source['helm']) ? source['helm'] : {}
  const policy = isJsonMap(spec['syncPolicy']) ? spec['syncPolicy'] : {}
  const automated = policy['automated']
  const path = resolveValueFiles(application).files[0]?.path ?? ''
  // the path of this tree inside the repository precedes the rendered file's own path
  const start = path.lastIndexOf('helm-values/data/rendered/')
  return JSON.stringify({
    server: destination['server'],
    name: destination['name'],
    namespace: destination['namespace'],
    release: helm['releaseName'],
    chart: source['chart'],
    version: source['targetRevision'],
    file: start < 0 ? path : path.slice(start),
    autoSync: isJsonMap(automated) && automated['enabled'] !== false,
  })
}
