// What is the help for a value whose type the chart does not accept?
import { valueFacts } from './value-facts.ts'
import type { HelmSchemaError } from './helm-schema.ts'
import { listHelp } from '../findings/lists.ts'
import { named, phrase } from '../findings/message.ts'
import { missingUnit } from '../findings/sizes.ts'
import type { Fix, Message } from '../findings/finding.ts'
import type { Value } from '../values/value.ts'
import { helpOutsideQuotes } from '../findings/outside-quotes.ts'
import { printed } from '../values/printed.ts'
import { isSecretPath } from '../secret/names.ts'
import { resolveScalar } from '../yaml/scalars.ts'

/** How a value of the wrong type may be written. */
export function schemaFix({ value, want }: Pick<HelmSchemaError, 'value' | 'want'>): Fix | undefined {
  if (want === 'object' || bareSize(value) !== undefined || outsideQuotes({ value, want }) !== undefined) return undefined
  if (want !== 'array') return { write: want === 'string' ? 'text' : want === 'integer' ? 'number' : want }
  const facts = valueFacts(value.origin.path)
  return 'known' in facts || facts.target === undefined ? undefined : { write: 'list', ofText: facts.target }
}

/** Quotes alone would leave a size in bytes. */
function bareSize({ origin, ...node }: Value): Message | undefined {
  if (node.kind !== 'scalar' || !('value' in node)) return undefined
  const written = origin.layer === 'parameter' ? printed(node.value) : origin.file.text.slice(origin.value.start, origin.value.end)
  return missingUnit(origin.path, written)
}

function outsideQuotes({ value, want }: Pick<HelmSchemaError, 'value' | 'want'>): Message | undefined {
  return want === 'array' || want === 'object' ? undefined : helpOutsideQuotes(value, want === 'string' ? 'text' : 'other')
}

/** What a person may type instead. */
export function schemaHelp(error: Pick<HelmSchemaError, 'value' | 'want'>): Message | undefined {
  const { value } = error
  const size = bareSize(value)
  if (size !== undefined) return size
  const outside = outsideQuotes(error)
  if (outside !== undefined) return outside
  if (error.want === 'string' && value.kind === 'scalar' && !isSecretPath(value.origin.path)) {
    const { start, end } = value.origin.value
    return phrase`put quotes around it: "${named(value.origin.file.text.slice(start, end))}"`
  }
  const bare = value.kind === 'scalar' && typeof value.value === 'string' ? typeof resolveScalar(value.value) : undefined
  if (bare === (error.want === 'integer' ? 'number' : error.want)) return phrase`write it without quotes`
  if (error.want === 'array' && !isSecretPath(value.origin.path) && value.kind === 'scalar') return listHelp(value)
  if (error.want === 'array' && value.kind === 'map') return phrase`write list items: \`- \` before each`
  if (error.want === 'object') return phrase`write \`key: value\` lines below it`
  return undefined
}
