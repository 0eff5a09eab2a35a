// How is one key of the chart's values described?
import type { Json } from '../../values/value.ts'

interface Common {
  /** the key is in the chart's values.yaml and so in its values.schema.json; otherwise only templates read it */
  readonly declared: boolean
  /** one line for people who hover over the key in an editor */
  readonly hover?: string
}
export interface ScalarShape extends Common {
  readonly kind: 'string' | 'integer' | 'boolean'
  readonly preset?: string | number | boolean
  /** the field that it becomes unchanged, whose enumeration or lower bound applies */
  readonly into?: string
  /** all texts that the chart takes */
  readonly choices?: readonly string[]
  /** it only becomes a part of a name, so that a number does as well */
  readonly printedInName?: true
}
/** A map whose keys the templates name one by one: any other key does nothing. */
export interface ClosedShape extends Common {
  readonly kind: 'closed'
  readonly fields: Readonly<Record<string, Shape>>
}
/** A value that goes into an object as it is; `into` is the place there, null where any map or list will do. */
export interface OpenShape extends Common {
  readonly kind: 'map' | 'list' | 'any'
  readonly into: string | null
  readonly preset?: Json
}
/** A list whose items the templates read key by key. */
export interface ListShape extends Common {
  readonly kind: 'items'
  readonly item: ClosedShape
  readonly preset?: readonly Json[]
}
export type Shape = ScalarShape | ClosedShape | OpenShape | ListShape

export const text = (preset: string, hover?: string): ScalarShape => ({ kind: 'string', preset, declared: true, ...hovered(hover) })
export const whole = (preset: number, hover?: string): ScalarShape => ({ kind: 'integer', preset, declared: true, ...hovered(hover) })
export const flag = (preset: boolean, hover?: string): Shape => ({ kind: 'boolean', preset, declared: true, ...hovered(hover) })
export const closed = (fields: Readonly<Record<string, Shape>>, hover?: string): ClosedShape => ({
  kind: 'closed',
  fields,
  declared: true,
  ...hovered(hover),
})
export const map = (into: string | null, hover?: string): Shape => ({ kind: 'map', into, preset: {}, declared: true, ...hovered(hover) })
export const list = (into: string | null, hover?: string): Shape => ({ kind: 'list', into, preset: [], declared: true, ...hovered(hover) })
export const items = (item: ClosedShape, hover?: string): ListShape => ({
  kind: 'items',
  item,
  preset: [],
  declared: true,
  ...hovered(hover),
})

/** Keys that templates read but the chart's own files do not mention. */
export const scalar = (kind: ScalarShape['kind'], hover?: string): ScalarShape => ({ kind, declared: false, ...hovered(hover) })
export const open = (into: string | null, hover?: string): Shape => ({ kind: 'any', into, declared: false, ...hovered(hover) })
/** A scalar that a field of an object takes over. */
export const becomes = (into: string, shape: ScalarShape): Shape => ({ ...shape, into })
export const oneOf = (choices: readonly string[], shape: ScalarShape): Shape => ({ ...shape, choices })

function hovered(hover: string | undefined): { hover?: string } {
  return hover === undefined ? {} : { hover }
}
