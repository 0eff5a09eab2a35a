// How is a value shown whose type is the mistake?
import { described, phrase, shown } from '../findings/message.ts'
import type { Message } from '../findings/finding.ts'
import { isSecretPath } from '../secret/names.ts'
import type { Value } from '../values/value.ts'

/** Its type, and what it is where that may be shown: `text ("3")`, `a number (3)`, `a list`. */
export function wrongly(value: Value): Message {
  if (value.kind === 'map' || value.kind === 'list') return [`a ${value.kind}`]
  if (value.kind === 'null') return ['null']
  const isSecret = isSecretPath(value.origin.path)
  if (typeof value.value === 'boolean') return isSecret ? ['true or false'] : [described(value)]
  const type = typeof value.value === 'string' ? 'text' : 'a number'
  return isSecret ? [type] : phrase`${type} (${shown(value.value)})`
}
