// Which values does the chart use if no layer sets them?
import type { Json, JsonMap, MapValue, Path, SourceFile, Value } from '../../values/value.ts'
import { chartVersion } from './names.ts'
import { valuesShape } from './shape.ts'
import type { Shape } from './shape-kinds.ts'

const file: SourceFile = { path: `cluster-${chartVersion}/values.yaml`, text: '', builtin: true }
const nowhere = { start: 0, end: 0 }

/** The default of one key as plain JSON; undefined where the chart's values.yaml does not have the key. */
export function presetOf(shape: Shape): Json | undefined {
  if (!shape.declared) return undefined
  if (shape.kind !== 'closed') return shape.preset as Json | undefined
  const plain: JsonMap = {}
  for (const [key, child] of Object.entries(shape.fields)) {
    const preset = presetOf(child)
    if (preset !== undefined) plain[key] = preset
  }
  return plain
}

function born(plain: Json, path: Path): Value {
  const origin = { layer: 'chart' as const, file, path, key: null, value: nowhere }
  const overrides: readonly Value[] = []
  if (plain === null) return { kind: 'null', origin, overrides }
  if (Array.isArray(plain)) return { kind: 'list', origin, overrides, items: plain.map((item, index) => born(item, [...path, index])) }
  if (typeof plain !== 'object') return { kind: 'scalar', origin, overrides, value: plain }
  const entries = new Map(Object.entries(plain).map(([key, entry]) => [key, born(entry, [...path, key])]))
  return { kind: 'map', origin, overrides, entries }
}

let defaults: MapValue | undefined

/** The chart's values.yaml as a tree of layer `chart`; made once, shared by all databases. */
export function chartDefaults(): MapValue {
  defaults ??= born(presetOf(valuesShape) as JsonMap, []) as MapValue
  return defaults
}
