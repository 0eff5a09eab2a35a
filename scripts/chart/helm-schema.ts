// What does the chart's own values.schema.json refuse?
import type { MapValue, Value } from '../values/value.ts'
import { valuesShape } from './model/shape.ts'
import type { ClosedShape, Shape } from './model/shape-kinds.ts'

export type HelmType = 'string' | 'integer' | 'boolean' | 'array' | 'object'

/** One refusal, in Helm's words: `/cluster/instances: got string, want integer`. */
export interface HelmSchemaError {
  /** JSON pointer without escapes */
  readonly path: string
  readonly got: string
  readonly want: HelmType
  readonly message: string
  readonly value: Value
}

const wanted: Readonly<Record<Shape['kind'], HelmType | null>> = {
  string: 'string',
  integer: 'integer',
  boolean: 'boolean',
  closed: 'object',
  map: 'object',
  list: 'array',
  items: 'array',
  any: null,
}

/** The refusals in the order of the chart's keys. Only what the chart's values.yaml has is declared; `global` is a map. */
export function checkHelmSchema(values: MapValue): HelmSchemaError[] {
  const errors: HelmSchemaError[] = []
  checkMap(values, valuesShape, '', errors)
  const shared = values.entries.get('global')
  if (shared !== undefined) checkType(shared, 'object', '/global', errors)
  return errors
}

function checkMap(map: MapValue, shape: ClosedShape, path: string, errors: HelmSchemaError[]): void {
  for (const [key, child] of declaredIn(shape)) {
    const value = map.entries.get(key)
    // the chart's own defaults fit its schema: only what people wrote is looked at
    if (value !== undefined && value.origin.file.builtin !== true) check(value, child, `${path}/${key}`, errors)
  }
}

const declared = new WeakMap<ClosedShape, readonly (readonly [string, Shape])[]>()

/** The keys of a shape that the chart's schema declares; a shape is asked for them with every database. */
function declaredIn(shape: ClosedShape): readonly (readonly [string, Shape])[] {
  let known = declared.get(shape)
  if (known === undefined) {
    known = Object.entries(shape.fields).filter(([, child]) => child.declared)
    declared.set(shape, known)
  }
  return known
}

function check(value: Value, shape: Shape, path: string, errors: HelmSchemaError[]): void {
  if (value.origin.file.builtin === true) return
  const want = wanted[shape.kind]
  if (want === null || !checkType(value, want, path, errors)) return
  if (shape.kind === 'closed' && value.kind === 'map') checkMap(value, shape, path, errors)
  else if (shape.kind === 'map' && value.kind === 'map') checkPresets(value, shape.preset, path, errors)
  // items are declared where the default list has one
  else if (shape.kind === 'items' && value.kind === 'list' && shape.preset !== undefined && shape.preset.length > 0)
    for (const [index, item] of value.items.entries()) check(item, shape.item, `${path}/${index}`, errors)
}

/** A map that goes through as it is may still have a default entry, whose type is declared. */
function checkPresets(map: MapValue, preset: unknown, path: string, errors: HelmSchemaError[]): void {
  for (const key of Object.keys(preset as object)) {
    const value = map.entries.get(key)
    if (value !== undefined) checkType(value, 'string', `${path}/${key}`, errors)
  }
}

function checkType(value: Value, want: HelmType, path: string, errors: HelmSchemaError[]): boolean {
  const got = typeOf(value)
  const fits = got === want || (want === 'integer' && got === 'number' && value.kind === 'scalar' && Number.isInteger(value.value))
  if (!fits) errors.push({ path, got, want, message: `${path}: got ${got}, want ${want}`, value })
  return fits
}

function typeOf(value: Value): string {
  if (value.kind === 'map') return 'object'
  if (value.kind === 'list') return 'array'
  return value.kind === 'null' ? 'null' : typeof value.value
}
