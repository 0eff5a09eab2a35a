// What can a person type where quotes in the file do not decide whether a value is a text?
import type { Origin, Value } from '../values/value.ts'
import type { Message } from './finding.ts'
import { phrase } from './message.ts'

/**
 * The help for a value of the wrong type that a parameter sets (a text in any case, which Helm reads as `--set`) or that a
 * template of a set fills in (a text for Argo CD); undefined: what is written in the file decides.
 */
export function helpOutsideQuotes({ origin, ...node }: Value, wanted: 'text' | 'other'): Message | undefined {
  const isText = node.kind === 'scalar' && 'value' in node && typeof node.value === 'string'
  if (origin.layer === 'parameter') {
    if (node.kind === 'map') return helpForCutKey(origin)
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

/** A name of a parameter is cut at its dots, so that a key with dots in it becomes maps. */
export function helpForCutKey({ layer, path, file, key }: Origin): Message | undefined {
  if (layer !== 'parameter' || key === null || path.length === 0) return undefined
  const name = file.text.slice(key.start, key.end).replaceAll(/^["']|["']$/g, '')
  const above = path.slice(0, -1).join('.')
  const own = above === '' ? name : name.slice(above.length + 1)
  if (!name.startsWith(above) || !own.includes('.') || own.includes('\\')) return undefined
  return phrase`write a backslash before each dot inside a key: name: ${above === '' ? '' : `${above}.`}${own.replaceAll('.', '\\.')}`
}
