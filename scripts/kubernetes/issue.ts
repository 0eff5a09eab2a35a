// What does a stage before the webhook say about an object?
import type { FieldErrorType, Json, Path } from '../model.ts'
import { formatPath } from '../values/path.ts'

/** One mistake that the schema, the metadata checks, CEL or the Go decoder finds. */
export interface Issue {
  /** where it is in the object; for a missing member the path that it should have */
  readonly path: Path
  /** the literal Kubernetes field path */
  readonly field: string
  readonly type: FieldErrorType
  /** the schema keyword, or the rule behind it: `type`, `enum`, `required`, `cel` … */
  readonly keyword: string
  readonly message: string
  readonly help?: string
  /** the CEL expression that does not hold */
  readonly expression?: string
}

/** A path as kube-openapi prints it: `spec.plugins[0].parameters.a`. */
export function kubePath(path: Path): string {
  let text = ''
  for (const step of path) text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`
  return text
}

/** A value for a message: short, on one line; maps and lists are named by their type only. */
export function showValue(value: Json | undefined): string {
  if (value === undefined) return 'absent'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a map'
  const text = JSON.stringify(value)
  return text.length > 40 ? `${text.slice(0, 36)}…"` : text
}

/** Longest message that a person gets. */
const messageLength = 120

/** `<field> <rest>` on one line: a deep path loses its beginning before anything else is cut. */
export function sentence(path: Path, rest: string): string {
  for (let from = 0; from < path.length; from++) {
    if (from > 0 && typeof path[from] === 'number') continue
    const text = `${formatPath(path.slice(from))} ${rest}`
    if (text.length <= messageLength) return text
  }
  return `${formatPath(path.slice(-1))} ${rest}`.slice(0, messageLength - 1).trimEnd() + '…'
}
