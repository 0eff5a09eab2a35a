// What does `helm template` make of a chart and values?
import type { Chart } from './chart-tree.ts'
import { templateBudget } from '../go-template/budget.ts'
import type { Budget } from '../go-template/budget.ts'
import { executeTree } from '../go-template/go-exec.ts'
import { parseTemplate } from '../go-template/go-parse.ts'
import { TemplateError } from '../go-template/go-value.ts'
import type { GoMap, GoValue } from '../go-template/go-value.ts'
import { sprigFunctions } from '../go-template/sprig/sprig.ts'
import { fitsRange } from '../go-template/sprig/semver.ts'
import type { HelmGeneration } from '../values/merge.ts'
import type { MapValue, Value } from '../values/value.ts'
import { capabilities, readKubeVersion } from './capabilities.ts'
import type { KubeVersion } from './capabilities.ts'
import { copyChart } from './chart.ts'
import type { ChartFiles } from './chart.ts'
import { allTemplates } from './context.ts'
import type { Renderable } from './context.ts'
import { processDependencies } from './dependencies.ts'
import { renderTemplates } from './engine.ts'
import type { Printed } from './engine.ts'
import { HelmRefusal, MisfitRefused, SchemaRefused } from './error.ts'
import { loadOnce, readLayers } from './load.ts'
import type { Layer } from './load.ts'
import { finish } from './output.ts'
import type { Finished, Watched } from './output.ts'
import { Recorder } from './recorder.ts'
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
  /** records what is read and where it goes */
  readonly recorder?: Recorder
  /** called with each template that fails, and those that don't are given all the same; without it, the first failure is thrown */
  readonly onRefusal?: (refusal: HelmRefusal) => void
}

export interface HelmOutput extends Finished {
  /** what the templates saw as `.Values` */
  readonly values: MapValue
  /** whether another run may print something else: random texts, the time */
  readonly hasChance: boolean
}

/** A chart may cost as much as several sets: the largest public charts read megabytes of their own files. */
const chartShare = 4

/**
 * Throws HelmRefusal, in Helm's order: what fails first is the error. Most releases are rendered and nobody asks where a
 * value comes from, so without a recorder what printed it is run once more, watched, when somebody does.
 */
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
    capabilities: knownCapabilities(kube, { helm, apiVersions: input.apiVersions ?? noVersions }),
  }
  const { recorder, onRefusal } = input
  const run = ({ recorder: watcher, only, budget: own }: Watching): Run => {
    const seen = watcher === undefined ? toGo(values) : watcher.births.convert(values)
    const templates = allTemplates(chart, seen, facts)
    const heard = watcher === recorder ? onRefusal : onRefusal && ignore
    const given = { helm, root: chart.name, budget: own, recorder: watcher, only, onRefusal: heard }
    return { templates, printed: renderTemplates(templates, given) }
  }
  const { templates, printed } = run({ recorder, budget })
  const watched = recorder === undefined ? again(run, budget) : () => ({ recorder, printed })
  const finished = finish(chart, printed, { helm, watched, onRefusal, templates, withTests: input.withTests === true })
  return { values, hasChance: budget.draws > 0, ...finished }
}

/** What failed is known from the first run. */
const ignore = (): void => undefined

interface Watching {
  readonly recorder: Recorder | undefined
  readonly budget: Budget
  readonly only?: string
}
interface Run {
  readonly templates: readonly Renderable[]
  readonly printed: readonly Printed[]
}

/** The same input gives the same texts: a template is run once more, alone where no template has changed what others see. */
function again(run: (watching: Watching) => Run, { writes }: Budget): (path: string) => Watched {
  const known = new Map<string, Watched>()
  return (path) => {
    const key = writes > 0 ? '' : path
    const before = known.get(key)
    if (before !== undefined) return before
    const recorder = new Recorder()
    const { printed } = run({ recorder, budget: templateBudget(chartShare), ...(writes > 0 ? {} : { only: path }) })
    const made = { recorder, printed }
    known.set(key, made)
    return made
  }
}

export interface SeenValues {
  readonly values: MapValue
  readonly defaults: MapValue
  /** the subcharts that are switched on, by the path of their values */
  readonly subcharts: readonly Subchart[]
}

export interface Subchart {
  readonly path: readonly string[]
  readonly chart: Chart
}

/** What the templates would see, whether they run or not; throws HelmRefusal where values and subcharts don't fit. */
export function helmValues(input: Pick<HelmInput, 'files' | 'layers' | 'helm' | 'place'>): SeenValues {
  const { helm = '4.2' } = input
  const read = loadOnce(input.files, { helm, place: input.place })
  const chart = copyChart(read)
  const values = valuesOf(chart, mergeMaps(readLayers(input.layers, helm)), { helm, skipSchema: true })
  return { values, defaults: read.values, subcharts: subchartsOf(chart, []) }
}

function subchartsOf(chart: Chart, path: readonly string[]): Subchart[] {
  return chart.dependencies.flatMap((child) => {
    const own = [...path, child.name]
    return [{ path: own, chart: child }, ...subchartsOf(child, own)]
  })
}

const noVersions: readonly string[] = []
const capabilitiesOf = new WeakMap<readonly string[], Map<string, ReturnType<typeof capabilities>>>()

/** No template can change them. */
function knownCapabilities(kube: KubeVersion, given: Parameters<typeof capabilities>[1]): ReturnType<typeof capabilities> {
  const all = capabilitiesOf.get(given.apiVersions) ?? new Map<string, ReturnType<typeof capabilities>>()
  const key = `${given.helm} ${kube.version}`
  const made = all.get(key) ?? capabilities(kube, given)
  capabilitiesOf.set(given.apiVersions, all.set(key, made))
  return made
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

/** One chart on one Kubernetes is asked about for each release. */
const fitting = new Map<string, boolean>()

function checkKubeVersion(chart: Chart, kube: KubeVersion, helm: HelmGeneration): void {
  const { kubeVersion } = chart.metadata
  const compared = helm === '3.16' ? kube.version : kube.normalized
  const key = `${kubeVersion}\0${compared}`
  const fits = kubeVersion === '' || (fitting.get(key) ?? fitsRange(kubeVersion, compared))
  if (fitting.size > 100) fitting.clear()
  fitting.set(key, fits)
  if (fits) return
  throw new HelmRefusal('kube-version', `chart requires kubeVersion: ${kubeVersion} which is incompatible with Kubernetes ${kube.version}`)
}

/** The values of the whole tree; the chart loses its switched-off subcharts on the way. */
function valuesOf(chart: Chart, layers: MapValue, given: { readonly helm: HelmGeneration; readonly skipSchema: boolean }): MapValue {
  try {
    processDependencies(chart, layers, given.helm)
  } catch (error) {
    if (!(error instanceof MisfitRefused)) throw error
    throw new MisfitRefused(`chart dependencies processing failed: ${error.message}`, error.value)
  }
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
