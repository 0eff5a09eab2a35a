// What is in the folder of a chart of Applications, as Helm gets it and as a person sees it?
import { posix } from 'node:path'
import { isGenerated } from '../../discover/header.ts'
import { readValues } from '../../helm/chart.ts'
import type { ChartFiles } from '../../helm/chart.ts'
import { HelmRefusal } from '../../helm/error.ts'
import type { Tree } from '../../repository/tree.ts'
import type { HelmGeneration } from '../../values/merge.ts'
import type { MapValue, SourceFile } from '../../values/value.ts'
import { withoutNulls } from '../../values/merge.ts'
import { fileReader } from '../file-cache.ts'
import type { TemplateSource } from './places.ts'
import { consumedActions, withUnknowns } from './template-braces.ts'
import type { ConsumedAction } from './template-braces.ts'
import { unknownText } from '../sets/unknown-text.ts'

/** A chart as it is in the repository. */
export interface AppChart {
  readonly folder: string
  readonly files: ChartFiles
  /** by path in the chart */
  readonly templates: ReadonlyMap<string, ChartTemplate>
  readonly helm: HelmGeneration
  /** its own values, as values that somebody here can change; undefined: it has none that can be read */
  readonly values: MapValue | undefined
  /** the file for what concerns the chart as a whole */
  readonly head: SourceFile | undefined
}

export interface ChartTemplate extends TemplateSource {
  readonly consumed: readonly ConsumedAction[]
}

/** What Helm reads of a chart in any case, besides its templates. */
const headFiles = /^(?:charts\/|(?:Chart\.yaml|Chart\.lock|requirements\.(?:yaml|lock)|values\.yaml|values\.schema\.json|\.helmignore)$)/

/** The chart, without what this program wrote; with `all`, with it. Undefined: it has no templates. */
export function readAppChart(
  tree: Tree,
  folder: string,
  { helm, all }: { readonly helm: HelmGeneration; readonly all: boolean },
): AppChart | undefined {
  const read = fileReader(tree)
  const files: Record<string, Uint8Array> = {}
  const templates = new Map<string, ChartTemplate>()
  const prefix = folder === '' ? '' : `${folder}/`
  // of other folders a tree may list the templates alone, where generated manifests are among them
  const isListed = folder === 'apps' && tree.paths.some((path) => path.startsWith('apps/templates/'))
  const { paths } = isListed ? tree : (tree.wide?.() ?? tree)
  const sources = new Map<string, SourceFile>()
  const others: string[] = []
  for (const path of paths) {
    if (!path.startsWith(prefix)) continue
    const inChart = path.slice(prefix.length)
    if (!/(?:^|\/)templates\//.test(inChart)) {
      others.push(inChart)
      continue
    }
    const file = /^templates\/|^charts\//.test(inChart) ? read(path) : undefined
    if (file === undefined || (!all && isGenerated(file.text))) continue
    const mark = file.text.startsWith('\ufeff') ? 1 : 0
    const consumed = file.text.includes('ApplicationSet') ? consumedActions(file.text, helm) : []
    const { text, toFile } = withUnknowns(file.text, consumed, unknownText)
    files[inChart] = Buffer.from(text)
    templates.set(inChart, { file, toFile: (offset) => toFile(offset + mark), consumed })
  }
  // a chart may be the whole repository, of which a template reads a few files at most
  const readsFiles = [...templates.values()].some(({ file }) => file.text.includes('.Files'))
  for (const inChart of others) {
    const file = readsFiles || headFiles.test(inChart) ? read(prefix + inChart) : undefined
    if (file === undefined) continue
    files[inChart] = Buffer.from(file.text)
    sources.set(inChart, file)
  }
  if (templates.size === 0) return undefined
  files['Chart.yaml'] ??= Buffer.from(`apiVersion: v2\nname: ${posix.basename(folder)}\nversion: 0.0.0\n`)
  const values = sources.get('values.yaml')
  const head = sources.get('Chart.yaml') ?? values
  return { folder, files, templates, helm, head, values: values === undefined ? undefined : ownValues(values, helm) }
}

/** Helm names a template by its chart. */
export function sourcesOf({ templates }: AppChart): (name: string) => TemplateSource | undefined {
  return (name) => templates.get(name.slice(name.indexOf('/') + 1))
}

function ownValues(file: SourceFile, helm: HelmGeneration): MapValue | undefined {
  try {
    return withoutNulls(readValues(file, 'service', { helm, refused: 'chart-values' }))
  } catch (error) {
    if (error instanceof HelmRefusal) return undefined
    throw error
  }
}
