// Can one of two equal keys be removed?
import { printed } from '../values/printed.ts'
import type { Value } from '../values/value.ts'
import { nodeAt } from './edit.ts'
import type { Draft, Edit } from './edit.ts'

/**
 * Removes the lines of the second of two equal keys. Only if it has lines of its own without a comment, and only if the
 * values stay the same without it: then the two were equal.
 */
export function fixDuplicate(draft: Draft, offset: number): Edit | undefined {
  const { text } = draft.file
  const node = nodeAt(draft.root, offset, 'key')
  if (node?.origin.key === undefined || node.origin.key === null) return undefined
  const start = lastBreak(text, offset)
  const end = afterLine(text, Math.max(node.origin.key.end, node.origin.value.end))
  const lines = text.slice(start, end)
  if (text.slice(start, offset).trim() !== '' || /[#&*]/.test(aroundValue(text, node, start, end))) return undefined
  // a multi-line text ends before its last line break, and its indentation decides what belongs to it
  if (/[|>][+-]?\d*[ \t]*\r?$/m.test(lines)) return undefined
  // whether the values stay the same is found out when it is tried
  return {
    start,
    end,
    text: '',
    touches: [],
    what: `the second \`${printed(node.origin.path.at(-1))}\`, equal to the first, is removed`,
  }
}

/** The lines without the text of a scalar: the stars of a schedule are not aliases. */
function aroundValue(text: string, { kind, origin }: Value, start: number, end: number): string {
  const { value } = origin
  if (kind !== 'scalar' || value.start < start) return text.slice(start, end)
  return text.slice(start, value.start) + text.slice(value.end, end)
}

function lastBreak(text: string, offset: number): number {
  return offset <= 0 ? 0 : Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1
}

function afterLine(text: string, offset: number): number {
  const match = /\r\n|\r|\n/g
  match.lastIndex = offset
  const found = match.exec(text)
  return found === null ? text.length : found.index + found[0].length
}
