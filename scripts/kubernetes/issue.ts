// What does a stage before the webhook report about an object?
import type { FieldErrorType, Fix, Message } from '../findings/finding.ts'
import type { Path } from '../values/value.ts'
import { fieldAt } from '../findings/message.ts'

/** One mistake that the schema, the metadata checks, CEL or the Go decoder finds. */
export interface Issue {
  /** where it is in the object; for a missing member the path that it should have */
  readonly path: Path
  /** the literal Kubernetes field path */
  readonly field: string
  readonly type: FieldErrorType
  /** the schema keyword, or the rule behind it: `type`, `enum`, `required`, `cel` … */
  readonly keyword: string
  readonly message: Message
  readonly help?: Message
  readonly fix?: Fix
  /** the CEL expression that does not hold */
  readonly expression?: string
}

/** A path as kube-openapi prints it: `spec.plugins[0].parameters.a`. */
export function kubePath(path: Path): string {
  let text = ''
  for (const step of path) text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`
  return text
}

/** `<field> <rest>`. */
export function sentence(path: Path, rest: Message): Message {
  return [fieldAt(path), ' ', ...rest]
}
