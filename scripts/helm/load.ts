// What is read once, however many releases a chart is rendered for?
import type { Chart } from './chart-tree.ts'
import type { HelmGeneration } from '../values/merge.ts'
import type { LayerName, MapValue, SourceFile } from '../values/value.ts'
import { loadChart, readValues } from './chart.ts'
import type { ChartFiles } from './chart.ts'

/** A values file, or what was read of one already. */
export type Layer = (SourceFile & { readonly layer?: LayerName }) | MapValue

export interface Loading {
  readonly helm: HelmGeneration
  /** how a person names the chart's folder: its files are shown below it */
  readonly place?: string | undefined
}

const loaded = new WeakMap<ChartFiles, Map<string, Chart>>()

/** The chart as it is in its files, before anything is processed for one release. Throws HelmRefusal. */
export function loadOnce(files: ChartFiles, { helm, place }: Loading): Chart {
  const known = loaded.get(files) ?? new Map<string, Chart>()
  const key = `${helm} ${place ?? ''}`
  let chart = known.get(key)
  if (chart === undefined) {
    chart = loadChart(files, { helm, root: place === undefined ? '' : `${place}/` })
    loaded.set(files, known.set(key, chart))
  }
  return chart
}

/** The values files, lowest first. Throws HelmRefusal. */
export function readLayers(layers: readonly Layer[], helm: HelmGeneration): MapValue[] {
  return layers.map((layer) => ('kind' in layer ? layer : readValues(layer, layer.layer ?? 'service', { helm, refused: 'values-parse' })))
}
