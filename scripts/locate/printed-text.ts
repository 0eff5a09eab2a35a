// What becomes of a text that the chart prints without its author's quotes?
import { here, named, phrase } from '../findings/message.ts'
import { missingUnit } from '../findings/sizes.ts'
import { helpOutsideQuotes } from '../findings/outside-quotes.ts'
import type { Finding } from '../findings/finding.ts'
import type { ResolvedPlace } from './place.ts'

/**
 * The chart prints many texts without their quotes, so that the API server gets a number or a boolean: quotes inside
 * the quotes are printed, too. `isHidden`: the value is shown nowhere.
 */
export function asPrinted(finding: Finding, { node, exact }: ResolvedPlace, isHidden: boolean): Pick<Finding, 'message' | 'help'> {
  if (finding.fix === undefined || !('write' in finding.fix)) return finding
  const outside =
    exact && finding.fix.write !== 'list' ? helpOutsideQuotes(node, finding.fix.write === 'text' ? 'text' : 'other') : undefined
  if (outside !== undefined) return { message: finding.message, help: outside }
  if (finding.fix.write !== 'text') return finding
  const { file, value } = node.origin
  const text = /^(?:"([\w.+-]+)"|'([\w.+-]+)')$/.exec(file.text.slice(value.start, value.end))
  const sent = finding.message.find((part) => typeof part === 'object' && 'shown' in part)
  if (!exact || text === null || sent === undefined || node.kind !== 'scalar') return finding
  const size = missingUnit(node.origin.path, text[1] ?? text[2] ?? '')
  if (size !== undefined)
    return { message: phrase`${here(node.origin.path.join('.'))} is ${sent}, but must be a quantity with a unit`, help: size }
  return {
    message: phrase`${here(node.origin.path.join('.'))} is ${sent} since the chart prints no quotes, but must be a string`,
    help: isHidden
      ? phrase`write single quotes inside double ones`
      : phrase`write \`"'${named(text[1] ?? text[2])}'"\`: the inner quotes are printed`,
  }
}
