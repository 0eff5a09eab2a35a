// What can a person type where quotes in the file do not decide whether a value is a text?
import type { Value } from '../values/value.ts'
import type { Message } from './finding.ts'
import { phrase } from './message.ts'

/**
 * The help for a value of the wrong type that a parameter sets (a text in any case, which Helm reads as `--set`) or that a
 * template of a set fills in (a text for Argo CD); undefined: what is written in the file decides.
 */
export function helpOutsideQuotes({ origin, ...node }: Value, wanted: 'text' | 'other'): Message | undefined {
  const isText = node.kind === 'scalar' && 'value' in node && typeof node.value === 'string'
  if (origin.layer === 'parameter') {
    if (node.kind === 'null' && typeof origin.path.at(-1) === 'number') return phrase`set each item, or write a lower index`
    if (wanted === 'text') return isText ? undefined : phrase`set forceString: true beside it`
    if (!isText) return undefined
    // Helm makes a number or a switch of such a text, unless it is told not to
    const isForced = /^(?:-?\d+|true|false)$/.test(String(node.value))
    return isForced ? phrase`remove forceString: true` : phrase`correct the value`
  }
  const isFilledIn = origin.layer === 'inline' && origin.file.text.slice(origin.value.start, origin.value.end).includes('{{')
  if (!isFilledIn || wanted === 'text' || !isText) return undefined
  return phrase`what a template fills into valuesObject is text: write it into \`values: |\`, or as one of \`parameters\``
}
