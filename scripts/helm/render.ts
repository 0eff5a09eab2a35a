// What does `helm template` make of a chart and values?
import { templateBudget } from '../go-template/budget.ts'
import type { Budget } from '../go-template/budget.ts'
import { executeTree } from '../go-template/go-exec.ts'
import { parseTemplate } from '../go-template/go-parse.ts'
import { TemplateError, compareText } from '../go-template/go-value.ts'
import type { GoMap, GoValue } from '../go-template/go-value.ts'
import { sprigFunctions } from '../go-template/sprig.ts'
import { fitsRange } from '../go-template/sprig-semver.ts'
import type { HelmGeneration } from '../merge/merge.ts'
import type { Json, JsonMap, MapValue, RenderedObject, SourceFile, Value } from '../model.ts'
import { isJsonMap, toPlain } from '../values/value.ts'
import { parseFirstDocument, parseYaml } from '../yaml/parse.ts'
import { capabilities, readKubeVersion } from './capabilities.ts'
import type { KubeVersion } from './capabilities.ts'
import { copyChart, fullPath } from './chart.ts'
import type { Chart, ChartFiles } from './chart.ts'
import { allTemplates } from './context.ts'
import type { Renderable } from './context.ts'
import { processDependencies } from './dependencies.ts'
import { renderTemplates } from './engine.ts'
import type { Printed } from './engine.ts'
import { HelmRefusal, PrintedRefused, SchemaRefused } from './error.ts'
import { loadOnce, readLayers } from './load.ts'
import type { Layer } from './load.ts'
import { readDocument, sortDocuments, splitManifests, trimEnd, trimStart } from './manifests.ts'
import type { Document } from './manifests.ts'
import { readsOfLine, withOrigins } from './blame.ts'
import { Recorder } from './recorder.ts'
import { unreadOf } from './unread.ts'
import type { UnreadKey } from './unknown-keys.ts'
import { checkSchemas } from './schema.ts'
import { coalesceChart, mergeMaps } from './values.ts'

export interface HelmInput {
  readonly files: ChartFiles
  readonly release: string
  readonly namespace: string
  /** values files, lowest first; what was read already is a tree */
  readonly layers: readonly Layer[]
  /** how a person names the chart's folder: its files are shown below it */
  readonly place?: string
  readonly helm?: HelmGeneration
  readonly kubeVersion?: string
  readonly apiVersions?: readonly string[]
  readonly withTests?: boolean
  readonly skipSchema?: boolean
  readonly isUpgrade?: boolean
  /** learns what is read and where it goes; every node of the objects then says where it comes from */
  readonly recorder?: Recorder
}

/** One object, in Helm's order. */
export interface HelmDocument {
  readonly value: Value
  readonly hook: boolean
  /** path in the chart of the template or crd file that made it */
  readonly template: string
}

export interface HelmOutput {
  /** what the templates saw as `.Values` */
  readonly values: MapValue
  readonly documents: readonly HelmDocument[]
  /** what each template printed, by path in the chart */
  readonly manifests: ReadonlyMap<string, string>
  /** Helm's whole output */
  readonly text: string
}

/** A chart may cost as much as several sets: the largest public ones read megabytes of their own files. */
const chartShare = 4

/** Throws HelmRefusal, in Helm's order: what fails first is the error. */
export function renderHelmChart(input: HelmInput): HelmOutput {
  const { helm = '4.2' } = input
  const budget = templateBudget(chartShare)
  const kube = readKubeVersion(input.kubeVersion, helm)
  const release = releaseName(input.release, budget)
  const layers = readLayers(input.layers, helm)
  const chart = copyChart(loadOnce(input.files, { helm, place: input.place }))
  if (chart.metadata.type === 'library') throw new HelmRefusal('library', 'library charts are not installable')
  checkDependencies(chart)
  checkName(release)
  const values = valuesOf(chart, mergeMaps(layers), { helm, skipSchema: input.skipSchema === true })
  checkKubeVersion(chart, kube, helm)
  const facts = {
    helm,
    release,
    namespace: input.namespace,
    isUpgrade: input.isUpgrade === true,
    capabilities: capabilities(kube, {
      helm,
      apiVersions: input.apiVersions ?? [],
    }),
  }
  const { recorder } = input
  const seen = recorder === undefined ? toGo(values) : recorder.births.convert(values)
  const templates = allTemplates(chart, seen, facts)
  const printed = renderTemplates(templates, { helm, root: chart.name, budget, recorder })
  return { values, ...finish(chart, printed, { helm, recorder, templates, withTests: input.withTests === true }) }
}

/**
 * The keys of each layer that nothing reads, by all branches of all templates and by what this run looked up.
 * Throws HelmRefusal where the chart can't be read.
 */
export function findUnreadKeys(input: HelmInput): (readonly UnreadKey[])[] {
  const { helm = '4.2' } = input
  const layers = readLayers(input.layers, helm)
  const recorder = new Recorder()
  try {
    renderHelmChart({ ...input, recorder })
  } catch (error) {
    // a run that stops has looked something up all the same
    if (!(error instanceof HelmRefusal)) throw error
  }
  const chart = loadOnce(input.files, { helm, place: input.place })
  return layers.map((layer) => unreadOf(chart, layer, { helm, values: mergeMaps(layers), looked: recorder.looked }))
}

/** What the templates would see, whether they run or not; throws HelmRefusal where values and subcharts don't fit. */
export function helmValues(input: Pick<HelmInput, 'files' | 'layers' | 'helm' | 'place'>): { values: MapValue; defaults: MapValue } {
  const { helm = '4.2' } = input
  const read = loadOnce(input.files, { helm, place: input.place })
  return { values: valuesOf(copyChart(read), mergeMaps(readLayers(input.layers, helm)), { helm, skipSchema: true }), defaults: read.values }
}

/** The documents as the rest of the program knows objects. */
export function renderedObjects(documents: readonly HelmDocument[]): RenderedObject[] {
  return documents.flatMap(({ value, hook }) => {
    if (value.kind !== 'map') return []
    const plain = toPlain(value) as JsonMap
    const metadata = isJsonMap(plain['metadata']) ? plain['metadata'] : {}
    const text = (field: Json | undefined): string => (typeof field === 'string' ? field : '')
    return [{ kind: text(plain['kind']), name: text(metadata['name']), value, plain, hook }]
  })
}

/** `TemplateName`: a template of its own, with Sprig and without a chart. */
function releaseName(given: string, budget: Budget): string {
  if (given === '') return 'release-name'
  if (!given.includes('{{')) return given
  try {
    const template = parseTemplate(given, { name: 'name-template', isFunction: (name) => Object.hasOwn(sprigFunctions, name), budget })
    const { tree, defined: trees } = template
    return executeTree(tree, undefined, { trees, functions: sprigFunctions, missingKey: 'default', budget, watcher: undefined })
  } catch (error) {
    if (error instanceof TemplateError) throw new HelmRefusal('release-name', error.message)
    throw error
  }
}

const validName = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/

function checkName(name: string): void {
  if (Buffer.byteLength(name) <= 53 && validName.test(name)) return
  const rule = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'
  throw new HelmRefusal(
    'release-name',
    `release name check failed: release name ${JSON.stringify(name)}: invalid release name, must match regex ${rule} and the length must not be longer than 53`,
  )
}

function checkDependencies(chart: Chart): void {
  const missing = (chart.requirements ?? []).filter((wanted) => !chart.dependencies.some((child) => child.name === wanted.name))
  if (missing.length === 0) return
  const names = missing.map((wanted) => wanted.name).join(', ')
  throw new HelmRefusal(
    'dependencies',
    `an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: ${names}`.trimEnd(),
  )
}

function checkKubeVersion(chart: Chart, kube: KubeVersion, helm: HelmGeneration): void {
  const { kubeVersion } = chart.metadata
  const compared = helm === '3.16' ? kube.version : kube.normalized
  if (kubeVersion === '' || fitsRange(kubeVersion, compared)) return
  throw new HelmRefusal('kube-version', `chart requires kubeVersion: ${kubeVersion} which is incompatible with Kubernetes ${kube.version}`)
}

/** The values of the whole tree; the chart loses its switched-off subcharts on the way. */
function valuesOf(chart: Chart, layers: MapValue, given: { readonly helm: HelmGeneration; readonly skipSchema: boolean }): MapValue {
  processDependencies(chart, layers, given.helm)
  const values = coalesceChart(chart, layers, { helm: given.helm, keepNulls: false })
  const refused = given.skipSchema ? undefined : checkSchemas(chart, values, given.helm)
  if (refused !== undefined)
    throw new SchemaRefused(
      `values don't meet the specifications of the schema(s) in the following chart(s):\n${refused.text.trimEnd()}`,
      refused.failures,
    )
  return values
}

export function toGo(value: MapValue): GoMap
export function toGo(value: Value): GoValue
export function toGo(value: Value): GoValue {
  switch (value.kind) {
    case 'map': {
      const map: GoMap = new Map()
      for (const [key, entry] of value.entries) map.set(key, toGo(entry))
      return map
    }
    case 'list':
      return value.items.map((item) => toGo(item))
    case 'null':
      return null
    default:
      return value.value
  }
}

interface Finishing {
  readonly helm: HelmGeneration
  readonly withTests: boolean
  readonly recorder: Recorder | undefined
  readonly templates: readonly Renderable[]
}

function finish(chart: Chart, printed: readonly Printed[], given: Finishing): Omit<HelmOutput, 'values'> {
  const files = printed
    .filter(({ source, text }) => !source.name.endsWith('NOTES.txt') && /\P{White_Space}/u.test(text))
    .sort((a, b) => compareText(a.source.name, b.source.name))
  const inChart = (name: string): string => name.slice(chart.name.length + 1)
  const documents: Document[] = []
  for (const { source, text, pieces } of files)
    for (const piece of splitManifests(text, given.helm))
      try {
        const document = { path: source.name, template: inChart(source.name), ...piece }
        documents.push(readDocument({ path: source.name, text: `${piece.text}\n`, builtin: true }, document))
      } catch (error) {
        if (error instanceof PrintedRefused && error.offset !== undefined) error.reads = readsOfLine(text, error.offset, pieces)
        throw error
      }
  const { plain, hooks } = sortDocuments(documents, given.helm, given.withTests)
  const crds = crdFiles(chart)
  const heading = (path: string, text: string): string => `---\n# Source: ${path}\n${text}\n`
  const body = [
    ...crds.map(({ path, text }) => heading(path, text)),
    ...plain.map((document) => heading(document.path, document.text)),
  ].join('')
  // Helm trims what it prints at the end, which a block that keeps its blank lines sees
  const last = plain.at(-1)
  if (last !== undefined && /[|>]\d?\+|[ \t]\n*$/.test(last.text)) {
    const { documents: reread } = parseFirstDocument({ path: last.path, text: `${trimEnd(last.text)}\n`, builtin: true }, 'chart')
    plain[plain.length - 1] = { ...last, value: reread[0] ?? last.value }
  }
  const traced = tracing(printed, given)
  const made = (document: Document, hook: boolean): HelmDocument => ({ value: traced(document), hook, template: inChart(document.path) })
  const values = [
    ...crds.flatMap((file) => readCrds(file).map((value): HelmDocument => ({ value, hook: false, template: inChart(file.path) }))),
    ...plain.map((document) => made(document, false)),
    ...hooks.map((document) => made(document, true)),
  ]
  return {
    documents: values.filter(({ value }) => value.kind !== 'null'),
    manifests: new Map(files.map(({ source, text }) => [inChart(source.name), text])),
    text: `${trimmed(body)}\n${hooks.map((document) => heading(document.path, document.text)).join('')}`,
  }
}

/** Gives the nodes of a document their origins, where the rendering was watched. */
function tracing(printed: readonly Printed[], { recorder, templates }: Finishing): (document: Document) => Value {
  if (recorder === undefined) return ({ value }) => value
  const files = new Map(
    templates.map(({ name, chart, source }) => [
      name,
      { path: `${chart.folder}${source.path}`, text: source.text, builtin: true as const },
    ]),
  )
  const texts = new Map(printed.map((one) => [one.source.name, one]))
  // a text of the values that ran as a template has no file: its values say more
  const fileOf = (name: string): SourceFile | undefined => files.get(name)
  return ({ path, start, value }) => {
    const { text = '', pieces = [] } = texts.get(path) ?? {}
    return withOrigins(value, { recorder, pieces, text, start, fileOf })
  }
}

const trimmed = (text: string): string => trimEnd(trimStart(text))

/** `CRDObjects`: the parent's before those of subcharts. */
function crdFiles(chart: Chart): { path: string; text: string }[] {
  const own = [...chart.files]
    .filter(([path]) => path.startsWith('crds/') && /\.(?:ya?ml|json)$/i.test(path))
    .map(([path, bytes]) => ({ path: `${fullPath(chart)}/${path}`, text: Buffer.from(bytes).toString() }))
  return [...own, ...chart.dependencies.flatMap(crdFiles)]
}

function readCrds(file: { path: string; text: string }): readonly Value[] {
  const { documents, problems } = parseYaml({ ...file, builtin: true }, 'chart')
  const fatal = problems.find((problem) => problem.fatal)
  if (fatal !== undefined) throw new HelmRefusal('output-parse', `output: error converting YAML to JSON: yaml: ${fatal.message}`)
  return documents
}
