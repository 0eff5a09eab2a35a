// What does an operator rule look at, and how does it read it?
import type { Json, JsonMap } from '../values/value.ts'
import { isJsonMap, jsonAt as plainAt } from '../values/value.ts'

export interface OperatorSubject {
  /** the object with all defaults (schema and webhook), as plain JSON */
  readonly object: JsonMap
  /** the object before an update, with all defaults */
  readonly old?: JsonMap
  /** version of the operator, `1.30.0` */
  readonly operator: string
  readonly env: {
    /** whether the VolumeSnapshot CRD existed when the operator started */
    readonly volumeSnapshot: boolean
  }
}

type Steps = readonly (string | number)[]

/** The value at a path; undefined where the path ends early or the value is null (Go's nil). */
export function jsonAt(root: Json | undefined, ...path: Steps): Json | undefined {
  return plainAt(root, path) ?? undefined
}

/** The text at a path; empty where there is none, as in a Go string field. */
export function stringAt(root: Json | undefined, ...path: Steps): string {
  const value = jsonAt(root, ...path)
  return typeof value === 'string' ? value : ''
}

export function numberAt(root: Json | undefined, ...path: Steps): number | undefined {
  const value = jsonAt(root, ...path)
  return typeof value === 'number' ? value : undefined
}

export function booleanAt(root: Json | undefined, ...path: Steps): boolean | undefined {
  const value = jsonAt(root, ...path)
  return typeof value === 'boolean' ? value : undefined
}

/** The list at a path; undefined where there is none. */
export function listAt(root: Json | undefined, ...path: Steps): readonly Json[] | undefined {
  const value = jsonAt(root, ...path)
  return Array.isArray(value) ? value : undefined
}

export function mapAt(root: Json | undefined, ...path: Steps): JsonMap | undefined {
  const value = jsonAt(root, ...path)
  return isJsonMap(value) ? value : undefined
}

/** The objects of the list at a path with their indexes; empty where there is no list. */
export function itemsAt(root: Json | undefined, ...path: Steps): [number, JsonMap][] {
  const found: [number, JsonMap][] = []
  for (const [index, item] of (listAt(root, ...path) ?? []).entries()) if (isJsonMap(item)) found.push([index, item])
  return found
}

/** The texts of the list at a path; other types become empty. */
export function stringsAt(root: Json | undefined, ...path: Steps): string[] {
  return (listAt(root, ...path) ?? []).map((item) => (typeof item === 'string' ? item : ''))
}

/** The value of an annotation; undefined: absent. */
export function annotationAt(object: JsonMap, name: string): string | undefined {
  const value = jsonAt(object, 'metadata', 'annotations', name)
  return typeof value === 'string' ? value : undefined
}
