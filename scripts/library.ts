// What can another program ask, with texts and plain objects in and out?
import { textOf } from './findings/message.ts'
import { append } from './values/append.ts'
import { chartDefaults } from './chart/model/defaults.ts'
import { checkHelmSchema } from './chart/helm-schema.ts'
import { chartVersion, kubeVersionProblem, releaseNameProblem } from './chart/model/names.ts'
import { renderCluster } from './chart/model/render.ts'
import { HelmRefusal } from './helm/error.ts'
import { renderHelmChart } from './helm/render.ts'
import { coalesce, mergeLayers } from './values/merge.ts'
import type { HelmGeneration } from './values/merge.ts'
import type { Json, JsonMap, LayerName, MapValue, SourceFile, Value } from './values/value.ts'
import { parseFirstDocument, parseYamlParts } from './yaml/parse.ts'
import { toPlain } from './values/value.ts'

/** An empty map, the root of a file that holds nothing. */
function emptyRoot(file: SourceFile, layer: LayerName): MapValue {
  return { kind: 'map', origin: { layer, file, path: [], key: null, value: { start: 0, end: 0 } }, overrides: [], entries: new Map() }
}

type Read = { ok: true; roots: MapValue[] } | { ok: false; message: string }

/** The roots that one values file gives to Helm: Helm 4 reads every document, Helm 3 the first. */
function readValues(file: SourceFile, layer: LayerName, helm: HelmGeneration): Read {
  const parsed = helm === '4.2' ? parseYamlParts(file, layer) : parseFirstDocument(file, layer)
  const fatal = parsed.problems.find((problem) => problem.fatal)
  if (fatal !== undefined) return { ok: false, message: `${file.path}: ${textOf(fatal.message)}` }
  const roots: MapValue[] = []
  for (const document of helm === '4.2' ? parsed.documents : parsed.documents.slice(0, 1)) {
    if (document.kind === 'map') roots.push(document)
    else if (document.kind !== 'null')
      return { ok: false, message: `${file.path}: the root is a ${rootName(document)}, but values are a map` }
  }
  return { ok: true, roots: roots.length > 0 ? roots : [emptyRoot(file, layer)] }
}

function rootName(value: Value): string {
  if (value.kind === 'list') return 'list'
  return value.kind === 'scalar' ? typeof value.value : value.kind
}

/**
 * The `.Values` that a template sees: chart defaults, then the layers, lowest first, merged as the given Helm merges them.
 * Arguments are YAML texts. Numbers are 64-bit floats, as in Helm. A text that Helm refuses gives `ok: false`.
 * Reproduces `Options.MergeValues` and `CoalesceValues` of Helm 3.16, 3.17–3.19 and 4.2.
 */
export function mergeValues(
  chartDefaults: string,
  layers: readonly string[],
  options: { readonly helm: HelmGeneration },
): { ok: true; values: Json } | { ok: false; message: string } {
  const preset = readValues({ path: 'values.yaml', text: chartDefaults }, 'chart', options.helm)
  if (!preset.ok) return preset
  const roots: MapValue[] = []
  for (const [index, text] of layers.entries()) {
    const read = readValues({ path: `layer-${index}.yaml`, text }, 'service', options.helm)
    if (!read.ok) return read
    append(roots, read.roots)
  }
  const [first = emptyRoot({ path: '', text: '' }, 'service'), ...rest] = roots
  const [defaults, ...more] = preset.roots as [MapValue, ...MapValue[]]
  return { ok: true, values: toPlain(coalesce(mergeLayers([defaults, ...more]), mergeLayers([first, ...rest]), options.helm)) }
}

export interface RenderFilesInput {
  /** the chart's files by path: a folder or an unpacked archive */
  readonly files: Readonly<Record<string, Uint8Array>>
  readonly release: string
  readonly namespace: string
  /** values files as YAML texts, lowest first */
  readonly layers: readonly string[]
  readonly helm?: HelmGeneration
  readonly kubeVersion?: string
  readonly apiVersions?: readonly string[]
  readonly withTests?: boolean
  readonly skipSchema?: boolean
  readonly isUpgrade?: boolean
}
type RenderedChart =
  | { readonly ok: true; readonly objects: Json[]; readonly manifests: Record<string, string>; readonly text: string }
  | { readonly ok: false; readonly class: string; readonly template?: string; readonly line?: number; readonly detail: string }

function renderFiles(input: RenderFilesInput): RenderedChart {
  try {
    const layers = input.layers.map((text, index) => ({ path: `layer-${index}.yaml`, text }))
    const { documents, manifests, text } = renderHelmChart({ ...input, layers })
    return { ok: true, objects: documents.map(({ plain }) => plain), manifests: Object.fromEntries(manifests), text }
  } catch (error) {
    if (!(error instanceof HelmRefusal)) throw error
    const place = {
      ...(error.template === undefined ? {} : { template: error.template }),
      ...(error.line === undefined ? {} : { line: error.line }),
    }
    return { ok: false, class: error.class, ...place, detail: error.message }
  }
}

export interface RenderChartInput {
  readonly chart: 'cluster'
  readonly version: string
  /** release name; empty: Helm's `release-name` */
  readonly release: string
  readonly namespace: string
  /** values files as YAML texts, lowest first */
  readonly layers: readonly string[]
  /** also the objects of `helm test` */
  readonly withTests?: boolean
  /** as `--skip-schema-validation` */
  readonly skipSchema?: boolean
  readonly kubeVersion?: string
}

/**
 * The objects of `helm template --include-crds --skip-tests` with Helm 4.2, hooks included, in Helm's order; or the class
 * of Helm's refusal (`values-parse`, `release-name`, `schema`, `kube-version`, `fail: …`, `tpl`, `nil`, `type`,
 * `rendered-yaml: <file>`) with a message. Constant bodies (alert rules, SQL of two ConfigMaps, console, test Job) are left out.
 */
export function renderChart(input: RenderChartInput): { ok: true; objects: JsonMap[] } | { ok: false; class: string; message: string }
/** Any chart by its files, as `helm template` renders it. */
export function renderChart(input: RenderFilesInput): RenderedChart
export function renderChart(
  input: RenderChartInput | RenderFilesInput,
): { ok: true; objects: JsonMap[] } | { ok: false; class: string; message: string } | RenderedChart {
  if ('files' in input) return renderFiles(input)
  if (input.version !== chartVersion)
    return { ok: false, class: 'unsupported', message: `chart cluster ${input.version} is not modelled, but only ${chartVersion} is` }
  const roots: MapValue[] = []
  for (const [index, text] of input.layers.entries()) {
    const read = readValues({ path: `layer-${index}.yaml`, text }, 'service', '4.2')
    if (!read.ok) return { ok: false, class: 'values-parse', message: read.message }
    append(roots, read.roots)
  }
  const release = input.release === '' ? 'release-name' : input.release
  const nameProblem = releaseNameProblem(release)
  if (nameProblem !== null) return { ok: false, class: 'release-name', message: nameProblem }
  const [first = emptyRoot({ path: '', text: '' }, 'service'), ...rest] = roots
  const values = coalesce(chartDefaults(), mergeLayers([first, ...rest]), '4.2')
  const refused = input.skipSchema === true ? [] : checkHelmSchema(values)
  if (refused.length > 0) return { ok: false, class: 'schema', message: refused.map((error) => error.message).join('; ') }
  const versionProblem = input.kubeVersion === undefined ? null : kubeVersionProblem(input.kubeVersion)
  if (versionProblem !== null) return { ok: false, class: 'kube-version', message: versionProblem }
  const { namespace, withTests = false } = input
  const rendered = renderCluster(values, { release, namespace, withTests })
  if (rendered.ok) return { ok: true, objects: rendered.objects.map((object) => object.plain) }
  const { error } = rendered
  const detail = error.class === 'fail' ? `: ${error.message}` : error.detail === undefined ? '' : `: ${error.detail}`
  return { ok: false, class: error.class + detail, message: error.message }
}
