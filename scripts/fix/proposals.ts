// Which edits would fix what a check found?
import { fingerprints } from '../report/fingerprint.ts'
import { readDraft, safeEdits } from './edit.ts'
import type { Edit } from './edit.ts'
import { proposeEdit } from './propose.ts'
import type { Database } from '../model.ts'
import type { Diagnostic } from '../findings/finding.ts'
import type { Concluded } from '../report/conclude.ts'
import { maskMessage } from '../secret/message.ts'

/** An edit with the mistake that it may fix. */
export interface Proposal extends Edit {
  readonly fingerprint: string
  readonly diagnostic: Diagnostic
}

interface Proposed {
  /** path → edits that can be made together, in order */
  readonly proposals: ReadonlyMap<string, readonly Proposal[]>
  readonly isPartial: boolean
}

/** The diagnostics of a check, and the databases that it looked at. */
type Checked = Concluded & { readonly databases: readonly Database[] }

/** The edits that change nothing but their own places; whether they help, only another check can say. */
export function propose(outcome: Checked, refused: ReadonlySet<string>): Proposed {
  const prints = fingerprints(outcome.diagnostics)
  const drafts = new Map<string, ReturnType<typeof readDraft>>()
  const operators = new Map(outcome.databases.map(({ id, environment }) => [id, environment.operator.version]))
  const [anyOperator = ''] = operators.values()
  const drafted = new Map<string, Proposal[]>()
  for (const [index, diagnostic] of outcome.diagnostics.entries()) {
    const fingerprint = prints[index] as string
    const path = diagnostic.at.file
    if (refused.has(fingerprint)) continue
    if (!drafts.has(path)) drafts.set(path, readDraft(path, outcome.source(path) ?? ''))
    const draft = drafts.get(path)
    const edit =
      draft === undefined ? undefined : proposeEdit(diagnostic, draft, operators.get(diagnostic.databases[0] ?? '') ?? anyOperator)
    if (edit === undefined || draft === undefined) continue
    const what = maskMessage(edit.what, [{ ...diagnostic.at, text: draft.file.text }])
    const proposal = { ...edit, what, fingerprint, diagnostic }
    const own = drafted.get(path)
    if (own === undefined) drafted.set(path, [proposal])
    else own.push(proposal)
  }
  const proposals = new Map<string, readonly Proposal[]>()
  let isPartial = false
  for (const [path, own] of drafted) {
    const draft = drafts.get(path)
    const safe = draft === undefined ? undefined : safeEdits(draft, own)
    if (safe?.isPartial === true) isPartial = true
    if (safe !== undefined && safe.edits.length > 0) proposals.set(path, safe.edits)
  }
  return { proposals, isPartial }
}

/** How many mistakes `fix` may correct. */
export function countFixable(outcome: Checked): number {
  const fixable = outcome.diagnostics.filter(({ fix }) => fix !== undefined)
  if (fixable.length === 0) return 0
  const { proposals } = propose({ ...outcome, diagnostics: fixable }, new Set())
  return [...proposals.values()].reduce((sum, own) => sum + own.length, 0)
}
