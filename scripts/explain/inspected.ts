// What of a database is explained: its layers from the chart's defaults up, its values and its objects?
import type { Evaluated } from '../chart/evaluated.ts'
import type { MapValue } from '../values/value.ts'

/** A database as `explain` sees it. */
export interface Inspected extends Pick<Evaluated, 'database' | 'settings' | 'layers' | 'merged' | 'objects' | 'refusals'> {
  /** what the templates see, provided that the chart's defaults are known */
  readonly values: MapValue
}

/** The chart's defaults are the lowest layer, if they are known. */
export function withDefaults(evaluated: Evaluated): Inspected {
  const { database, settings, layers, merged, effective = merged, defaults, objects, refusals } = evaluated
  return {
    database,
    settings,
    layers: [...(defaults === undefined ? [] : [defaults]), ...layers],
    merged,
    objects,
    refusals,
    values: effective,
  }
}
