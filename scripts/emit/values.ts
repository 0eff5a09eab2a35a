// What does a rendered values file contain?
import type { Database } from '../model.ts'
import { layoutPathOf } from '../values/value.ts'
import type { MapValue } from '../values/value.ts'
import { GENERATED_HEADER } from '../discover/header.ts'
import { writeYaml } from '../yaml/write.ts'

/**
 * The text of `helm-values/data/rendered/<env>/<service>.yaml`: the merged layers without the chart's defaults, nulls
 * kept, so that Helm with this one file computes the same `.Values` as with all layers.
 */
export function writeValues(database: Database, values: MapValue): string {
  const sources = database.layers.map(({ file }) => layoutPathOf(file))
  return `${GENERATED_HEADER}\n# ${database.id}, merged from the lowest layer up: ${sources.join(', ')}\n${writeYaml(values)}`
}
