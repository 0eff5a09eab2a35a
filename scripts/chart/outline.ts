// Which objects does the model of the chart make without their body?
import type { RenderedObject } from '../model.ts'
import type { JsonMap } from '../values/value.ts'

const head: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata'])

/** Whether a key of an object is not of its body. */
export const isOfHead = (key: string | number | undefined): boolean => typeof key === 'string' && head.has(key)

/** Bodies that are constant text of the chart are not modelled: such an object ends with its metadata. */
export function isOutline({ kind, plain }: Pick<RenderedObject, 'kind' | 'plain'>): boolean {
  return (kind === 'PrometheusRule' || kind === 'ConfigMap') && Object.keys(plain).every(isOfHead)
}

/** An object without its body, to compare it with one that has none. */
export function headOf(plain: JsonMap): JsonMap {
  return Object.fromEntries(Object.entries(plain).filter(([key]) => isOfHead(key)))
}
