// What does explain look at: a database's layers from the chart's defaults up, its values and its objects?
import { chartDefaults } from '../chart/defaults.ts'
import { hasChartDefaults } from '../chart/database-objects.ts'
import type { Evaluated } from '../chart/evaluated.ts'
import type { MapValue } from '../model.ts'

/** A database as `explain` sees it. */
export interface Inspected extends Pick<Evaluated, 'database' | 'settings' | 'layers' | 'merged' | 'objects' | 'refusals'> {
  /** what the templates see, provided that the chart's defaults are known */
  readonly values: MapValue
}

/** The chart's defaults are the lowest layer, if they are known. */
export function withDefaults(evaluated: Evaluated): Inspected {
  const { database, settings, layers, merged, effective = merged, objects, refusals } = evaluated
  const defaults = hasChartDefaults(database) ? [chartDefaults()] : []
  return { database, settings, layers: [...defaults, ...layers], merged, objects, refusals, values: effective }
}
