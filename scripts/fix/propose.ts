// Which edit mends a diagnostic?
import { printed } from '../values/printed.ts'
import type { Diagnostic } from '../model.ts'
import { isSecretPath } from '../secret/names.ts'
import { chartWords, targetOf } from './chart-words.ts'
import { fixDuplicate } from './duplicate.ts'
import { nodeAt, offsetOf } from './edit.ts'
import type { Draft, Edit } from './edit.ts'
import { fixKey } from './keys.ts'
import { isTextList, objectWords, takesTexts } from './object-words.ts'
import { fixScalar, rawOf, replaceValue } from './scalars.ts'
import { settingsWords } from './settings-words.ts'

const wantsList = /\b(?:takes|must be) a list$/

/** The edit that may fix a diagnostic; whether it is safe is for `safeEdits` to say. `operator` is the release that judged it. */
export function proposeEdit(diagnostic: Diagnostic, draft: Draft, operator: string): Edit | undefined {
  if (diagnostic.at.revision !== undefined) return undefined
  const offset = offsetOf(draft.file.text, diagnostic)
  return editFor(diagnostic, { draft, offset, operator })
}

interface Spot {
  readonly draft: Draft
  readonly offset: number
  readonly operator: string
}

function editFor(diagnostic: Diagnostic, { draft, offset, operator }: Spot): Edit | undefined {
  switch (diagnostic.rule) {
    case 'values/known-keys':
      return fixKey(draft, offset, chartWords)
    case 'schema/unknown-field':
      return fixKey(draft, offset, () => objectWords(diagnostic, operator))
    case 'settings/schema':
      return fixKey(draft, offset, settingsWords) ?? fixValue(diagnostic, { draft, offset, operator })
    case 'yaml/duplicate-key':
      return fixDuplicate(draft, offset)
    default:
      return fixValue(diagnostic, { draft, offset, operator })
  }
}

function fixValue(diagnostic: Diagnostic, spot: Spot): Edit | undefined {
  return wantsList.test(diagnostic.message) ? fixList(diagnostic, spot) : fixScalar(diagnostic, spot.draft, spot.offset)
}

/** A scalar where a list of text is wanted becomes its only item. */
function fixList(diagnostic: Diagnostic, { draft, offset, operator }: Spot): Edit | undefined {
  const node = nodeAt(draft.root, offset, 'value')
  if (node?.kind !== 'scalar' || isSecretPath(node.origin.path) || node.value === '') return undefined
  const target = diagnostic.rule === 'values/chart-schema' ? targetOf(node) : undefined
  const isText = target === undefined ? isTextList(diagnostic, operator) : takesTexts(target.kind, target.path, operator)
  const raw = rawOf(draft, node)
  // a text with commas may have been meant as several items, and one with blanks too where it is neither SQL nor a line of a file
  if (!isText || /[\r\n,]/.test(raw)) return undefined
  if (/[\s;]/.test(String(node.value)) && !/(?:SQL|pg_hba|pg_ident)$/.test(String(node.origin.path.at(-1)))) return undefined
  const quoted = /^["']/.test(raw)
  const item = quoted ? raw : typeof node.value === 'string' && /^[\w./:@ -]+$/.test(raw) && !/: |:$/.test(raw) ? raw : JSON.stringify(raw)
  // not the text itself: SQL may hold what nobody should read in a log
  return { ...replaceValue(node, raw, `[${item}]`), what: `\`${printed(node.origin.path.at(-1))}\` is now a list of one` }
}
