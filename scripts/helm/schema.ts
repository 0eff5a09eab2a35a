// What do the schemas of a chart and its subcharts refuse?
import type { MapValue } from '../model.ts'
import type { Chart } from './chart.ts'

export function checkSchemas(_chart: Chart, _values: MapValue): string | undefined {
  return undefined
}
