// What is in a chart's files?
import type { Chart } from './chart-tree.ts'
import { goYamlMessage } from '../go-template/go-yaml-error.ts'
import { textOf as messageText } from '../findings/message.ts'
import { textOfBytes } from '../go-template/go-bytes.ts'
import type { HelmGeneration } from '../values/merge.ts'
import type { LayerName, MapValue, SourceFile } from '../values/value.ts'
import { parseFirstDocument, parseYamlParts } from '../yaml/parse.ts'
import { readArchive } from './archive.ts'
import { HelmRefusal, ValuesRefused } from './error.ts'
import type { RefusalClass } from './error.ts'
import { keptPaths } from './ignore.ts'
import { readMetadata } from './metadata.ts'
import { emptyMap, mergeMaps } from './values.ts'

export type ChartFiles = Readonly<Record<string, Uint8Array>>

/** `ChartFullPath`. */
export function fullPath(chart: Chart): string {
  return chart.parent === undefined ? chart.name : `${fullPath(chart.parent)}/charts/${chart.name}`
}

interface Loading {
  readonly helm: HelmGeneration
  /** the path of a chart's folder, for display */
  readonly root: string
}

/** `LoadDir`: the files of a folder, `.helmignore` applied. Throws HelmRefusal. */
export function loadChart(files: ChartFiles, loading: Loading): Chart {
  const ignored = files['.helmignore']
  const paths = keptPaths(Object.keys(files), ignored === undefined ? undefined : Buffer.from(ignored).toString())
  return loadFiles(new Map(paths.map((path) => [path, files[path] as Uint8Array])), loading.root, loading)
}

const withoutMark = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes
const textOf = (bytes: Uint8Array): string => textOfBytes(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))

function loadFiles(all: ReadonlyMap<string, Uint8Array>, folder: string, loading: Loading): Chart {
  const texts = (path: string): string | undefined => {
    const bytes = all.get(path)
    return bytes === undefined ? undefined : textOf(withoutMark(bytes))
  }
  const chartYaml = texts('Chart.yaml')
  const document = (path: string, text: string): MapValue => readDocument({ path: folder + path, text, builtin: true }, path)
  const parsed = chartYaml === undefined ? undefined : document('Chart.yaml', chartYaml)
  const lock = texts('Chart.lock')
  if (lock !== undefined) document('Chart.lock', lock)
  const valuesText = texts('values.yaml')
  const values =
    valuesText === undefined
      ? emptyMap()
      : readValues({ path: `${folder}values.yaml`, text: valuesText, builtin: true }, 'chart', {
          helm: loading.helm,
          refused: 'chart-values',
        })
  if (parsed === undefined) throw new HelmRefusal('chart', 'Chart.yaml file is missing')
  const requirements = texts('requirements.yaml')
  const metadata = readMetadata(parsed, requirements === undefined ? undefined : document('requirements.yaml', requirements))
  const templates: { path: string; text: string }[] = []
  const files = new Map<string, Uint8Array>()
  const children = new Map<string, Map<string, Uint8Array>>()
  for (const [path, bytes] of all) {
    if (['Chart.yaml', 'Chart.lock', 'values.yaml', 'values.schema.json'].includes(path)) continue
    if (/^requirements\.(?:yaml|lock)$/.test(path) && metadata.apiVersion !== 'v1') continue
    if (path.startsWith('templates/')) templates.push({ path, text: textOf(withoutMark(bytes)) })
    else if (path.startsWith('charts/') && !path.endsWith('.prov')) {
      const [name = '', ...rest] = path.slice('charts/'.length).split('/')
      const own = children.get(name) ?? new Map<string, Uint8Array>()
      own.set(rest.join('/'), bytes)
      children.set(name, own)
    } else files.set(path, withoutMark(bytes))
  }
  const { name } = metadata
  const chart: Chart = {
    name,
    metadata,
    values,
    templates,
    files,
    folder,
    parent: undefined,
    dependencies: [],
    requirements: metadata.dependencies?.map((dependency) => ({ ...dependency })),
    schema: texts('values.schema.json'),
  }
  for (const [child, own] of [...children].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (/^[_.]/.test(child)) continue
    chart.dependencies.push(loadChild(chart, child, own, loading))
  }
  for (const child of chart.dependencies) child.parent = chart
  return chart
}

function loadChild(chart: Chart, name: string, own: Map<string, Uint8Array>, loading: Loading): Chart {
  const folder = `${chart.folder}charts/${name}/`
  try {
    if (name.endsWith('.tgz')) {
      const archive = own.get('')
      if (archive === undefined) throw new HelmRefusal('chart', `expected ${name}`)
      return loadFiles(readArchive(archive), folder, loading)
    }
    own.delete('')
    return loadFiles(own, folder, loading)
  } catch (error) {
    if (!(error instanceof HelmRefusal)) throw error
    throw new HelmRefusal(error.class, `error unpacking subchart ${name} in ${chart.name}: ${error.message}`)
  }
}

function readDocument(file: SourceFile, path: string): MapValue {
  const { documents, problems } = parseFirstDocument(file, 'chart')
  const fatal = problems.find((problem) => problem.fatal)
  if (fatal !== undefined)
    throw new HelmRefusal('chart', `cannot load ${path}: error converting YAML to JSON: yaml: ${messageText(fatal.message)}`)
  const [root] = documents
  if (root?.kind === 'map') return root
  if (root === undefined || root.kind === 'null') return emptyMap()
  throw new HelmRefusal('chart', `cannot load ${path}: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal into Go value`)
}

/** Where the document begins that a place is in: behind the last separator before it. */
function partStart(text: string, at: number): number {
  const separator = text.startsWith('---') ? Math.max(0, text.lastIndexOf('\n---', at - 1)) : text.lastIndexOf('\n---', at - 1)
  if (separator < 0) return 0
  const line = text.indexOf('\n', separator + 1)
  return line < 0 ? text.length : line + 1
}

/** `LoadValues`: the documents of a values file, merged (Helm 3: the first). */
export function readValues(
  file: SourceFile,
  layer: LayerName,
  { helm, refused }: { readonly helm: HelmGeneration; readonly refused: RefusalClass },
): MapValue {
  const { documents, problems } = helm === '4.2' ? parseYamlParts(file, layer) : parseFirstDocument(file, layer)
  const prefix = refused === 'chart-values' ? 'cannot load values.yaml' : `failed to parse ${file.path}`
  const fatal = problems.find((problem) => problem.fatal)
  if (fatal !== undefined) {
    const message = messageText(fatal.message)
    const start = helm === '4.2' ? partStart(file.text, fatal.span.start) : 0
    const words = goYamlMessage(file.text.slice(start).split(/^---/m, 1)[0] ?? '', { message, span: { start: fatal.span.start - start } })
    const refusal = `${prefix}: cannot unmarshal yaml document`
    const detail = `${refusal}: error converting YAML to JSON: ${words}`
    throw new ValuesRefused(refused, detail, { reason: `${refusal}: ${message}`, path: file.path, problem: fatal })
  }
  const maps: MapValue[] = []
  for (const document of helm === '4.2' ? documents : documents.slice(0, 1)) {
    if (document.kind === 'map') maps.push(document)
    else if (document.kind !== 'null') {
      const got = document.kind === 'list' ? 'array' : typeof document.value
      throw new HelmRefusal(
        refused,
        `${prefix}: cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${got} into Go value of type map[string]interface {}`,
      )
    }
  }
  return mergeMaps(maps)
}

/** The same tree once more, to be processed for one release. */
export function copyChart(chart: Chart, parent?: Chart): Chart {
  const copy: Chart = { ...chart, parent, requirements: chart.requirements?.map((dependency) => ({ ...dependency })), dependencies: [] }
  copy.dependencies = chart.dependencies.map((child) => copyChart(child, copy))
  return copy
}
