// Which edit of a file carries out the fix of a diagnostic?
import { takesTexts } from '../admit/field-facts.ts'
import { printed } from '../values/printed.ts'
import type { Diagnostic, Fix } from '../findings/finding.ts'
import { isSecretPath } from '../secret/names.ts'
import { fixDuplicate } from './duplicate.ts'
import { nodeAt, offsetOf } from './edit.ts'
import type { Draft, Edit } from './edit.ts'
import { renameKey } from './keys.ts'
import { fixScalar, rawOf, replaceValue } from './scalars.ts'

/** The edit that may fix a diagnostic; `safeEdits` decides whether it is safe. `operator` is the release that judged it. */
export function proposeEdit({ fix, at }: Diagnostic, draft: Draft, operator: string): Edit | undefined {
  if (fix === undefined || at.revision !== undefined) return undefined
  const offset = offsetOf(draft.file.text, { at })
  if ('rename' in fix) return renameKey(draft, offset, fix.rename)
  if (fix.write === 'one of two') return fixDuplicate(draft, offset)
  return fix.write === 'list' ? fixList(fix, draft, { offset, operator }) : fixScalar(fix.write, draft, offset)
}

interface Spot {
  readonly offset: number
  readonly operator: string
}

/** A scalar where a list of text is expected becomes its only item. */
function fixList({ ofText }: Extract<Fix, { write: 'list' }>, draft: Draft, { offset, operator }: Spot): Edit | undefined {
  const node = nodeAt(draft.root, offset, 'value')
  if (node?.kind !== 'scalar' || isSecretPath(node.origin.path) || node.value === '') return undefined
  const isText = typeof ofText === 'boolean' ? ofText : takesTexts(ofText.kind, ofText.path, operator)
  const raw = rawOf(draft, node)
  // a text with commas may have been meant as several items, and so may one with spaces unless it is SQL or a line of a file
  if (!isText || /[\r\n,]/.test(raw)) return undefined
  if (/[\s;]/.test(String(node.value)) && !/(?:SQL|pg_hba|pg_ident)$/.test(String(node.origin.path.at(-1)))) return undefined
  const quoted = /^["']/.test(raw)
  const item = quoted ? raw : typeof node.value === 'string' && /^[\w./:@ -]+$/.test(raw) && !/: |:$/.test(raw) ? raw : JSON.stringify(raw)
  // not the text itself: SQL may hold what must not appear in a log
  return { ...replaceValue(node, raw, `[${item}]`), what: `\`${printed(node.origin.path.at(-1))}\` is now a list with one item` }
}
