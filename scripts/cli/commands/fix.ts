// `fix`: which mistakes can be mended without a person's judgement?
import { append } from '../../values/append.ts'
import { resolve } from 'node:path'
import { fingerprints } from '../../report/fingerprint.ts'
import { count, plural } from '../../emit/formats/text.ts'
import { unifiedDiff } from '../../fix/diff.ts'
import { applyEdits, offsetOf, readDraft, safeEdits } from '../../fix/edit.ts'
import type { Edit } from '../../fix/edit.ts'
import { proposeEdit } from '../../fix/propose.ts'
import type { Diagnostic } from '../../model.ts'
import { byCodeUnit } from '../../values/path.ts'
import { runPipeline } from '../../pipeline.ts'
import type { Outcome } from '../../pipeline.ts'
import { isInside } from '../../repository/tree.ts'
import { maskMessage } from '../../secret/message.ts'
import type { Terminal } from '../../emit/terminal.ts'
import { visible } from '../../values/untrusted.ts'
import { openWorkspace } from '../../repository/workspace.ts'
import { writeWhole } from '../../repository/write.ts'
import type { Workspace } from '../../repository/workspace.ts'

export interface FixFlags {
  readonly root?: string | undefined
  readonly databases?: string | undefined
  readonly charts?: string | undefined
  readonly 'dry-run'?: boolean | undefined
}

interface Proposal extends Edit {
  readonly fingerprint: string
  readonly diagnostic: Diagnostic
}

interface Fixed {
  /** path as shown → the text before and after */
  readonly texts: ReadonlyMap<string, { readonly before: string; readonly after: string }>
  readonly done: readonly Proposal[]
  readonly left: Outcome
  /** not every edit was tried, since that takes too long */
  readonly isPartial: boolean
}

/** Mending one mistake can uncover the next; honest files need two or three rounds. */
const maxRounds = 12
/** Diagnostics of all rounds together after which none is begun: files with thousands of mistakes take several runs. */
const maxDiagnostics = 1_500

/** Writes the safe edits and says what they are; `--dry-run` prints them as a diff and exits with 1 where there is one. */
export async function fix(flags: FixFlags, terminal: Terminal): Promise<number> {
  const workspace = openWorkspace(terminal.cwd, flags)
  const { texts, done, left, isPartial } = await mend(workspace)
  if (isPartial)
    terminal.stderr(`not every fix was tried, since that takes too long${done.length > 0 ? '; run `fix` again for the others' : ''}\n`)
  const files = [...texts].sort(([a], [b]) => byCodeUnit(a, b))
  if (flags['dry-run'] === true) {
    let left = 0
    for (const [path, { before, after }] of files) {
      const patch = unifiedDiff(path, before, after)
      terminal.stdout(patch.text, 'exact')
      if (patch.left > 0)
        terminal.stderr(`${visible(path)}: ${plural(patch.left, 'change')} at or above a line that is not shown: no part of the patch\n`)
      left += patch.left
    }
    terminal.stderr(
      `${plural(done.length, 'edit')} in ${plural(files.length, 'file')} would be made${left > 0 ? '; `fix` without --dry-run makes those that the patch lacks, too' : ''}\n`,
    )
    return files.length > 0 ? 1 : 0
  }
  for (const [path, { after }] of files) {
    const full = resolve(workspace.root, path)
    const { databases = workspace.root } = workspace
    writeWhole(full, after, { inside: isInside(databases, full) ? databases : workspace.root, shown: path })
  }
  for (const { diagnostic, what } of done)
    terminal.stdout(`${visible(diagnostic.at.file)}:${diagnostic.at.line}:${diagnostic.at.column}: ${visible(what)} [${diagnostic.rule}]\n`)
  const { errors, warnings } = count(left.diagnostics)
  const rest = errors + warnings === 0 ? '' : `; ${plural(errors, 'error')} and ${plural(warnings, 'warning')} are left, see \`check\``
  terminal.stderr(`${plural(done.length, 'edit')} in ${plural(files.length, 'file')}${rest}\n`)
  return 0
}

/** Edits in memory, round by round, until no diagnostic has an edit that makes it go away. */
async function mend(workspace: Workspace): Promise<Fixed> {
  const texts = new Map<string, { before: string; after: string }>()
  const done: Proposal[] = []
  const refused = new Set<string>()
  const edited = (): Workspace => ({ ...workspace, edited: new Map([...texts].map(([path, { after }]) => [path, after])) })
  let outcome = await runPipeline(workspace, { staged: false })
  let isPartial = false
  let seen = 0
  for (let round = 0; ; round++) {
    const { proposals, isPartial: wereLeft } = propose(outcome, refused)
    isPartial = wereLeft
    if (proposals.size === 0) break
    if (round >= maxRounds || seen > maxDiagnostics) {
      isPartial = true
      break
    }
    seen += outcome.diagnostics.length
    const applied: Proposal[] = []
    const previous = new Map(texts)
    for (const [path, own] of proposals) {
      const text = outcome.source(path) as string
      const result = applyEdits(text, own)
      append(applied, result.applied)
      texts.set(path, { before: texts.get(path)?.before ?? text, after: result.text })
    }
    const next = await runPipeline(edited(), { staged: false })
    const useless = uselessOf(applied, outcome, next)
    if (useless.length > 0) {
      // an edit that mends nothing is not made: the round is tried again without it
      for (const { fingerprint } of useless) refused.add(fingerprint)
      texts.clear()
      for (const [path, text] of previous) texts.set(path, text)
      continue
    }
    append(done, applied)
    outcome = next
  }
  return { texts, done, left: outcome, isPartial }
}

/** Edits whose mistake stays, and those of a value in whose place another error shows: `1.27` is no version in quotes either. */
function uselessOf(applied: readonly Proposal[], before: Outcome, after: Outcome): readonly Proposal[] {
  const known = new Set(fingerprints(before.diagnostics))
  const prints = fingerprints(after.diagnostics)
  const still = new Set(prints)
  const fresh = new Set<string>()
  for (const [index, diagnostic] of after.diagnostics.entries()) {
    const { file } = diagnostic.at
    if (diagnostic.severity === 'error' && !known.has(prints[index] as string))
      fresh.add(`${offsetOf(after.source(file) ?? '', diagnostic)} ${file}`)
  }
  const moved = new Map<string, number>()
  return applied.filter((edit) => {
    const { file } = edit.diagnostic.at
    const before = moved.get(file) ?? 0
    // the edits of a file are in order
    moved.set(file, before + edit.text.length - (edit.end - edit.start))
    if (still.has(edit.fingerprint)) return true
    return edit.touches.length === 1 && fresh.has(`${edit.start + before} ${file}`)
  })
}

interface Proposed {
  /** path → edits that can be made together, in order */
  readonly proposals: ReadonlyMap<string, readonly Proposal[]>
  readonly isPartial: boolean
}

function propose(outcome: Outcome, refused: ReadonlySet<string>): Proposed {
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
