// `fix`: which mistakes can be fixed without human judgement?
import { append } from '../../values/append.ts'
import { resolve } from 'node:path'
import { fingerprints } from '../../report/fingerprint.ts'
import { count, plural } from '../../emit/formats/text.ts'
import { unifiedDiff } from '../../fix/diff.ts'
import { applyEdits, offsetOf } from '../../fix/edit.ts'
import { propose } from '../../fix/proposals.ts'
import type { Proposal } from '../../fix/proposals.ts'
import { byCodeUnit } from '../../values/path.ts'
import { placer } from '../../report/places.ts'
import { runPipeline } from '../../pipeline.ts'
import type { Outcome } from '../../outcome.ts'
import { isInside } from '../../repository/tree.ts'
import type { Terminal } from '../../emit/terminal.ts'
import { visible } from '../../values/untrusted.ts'
import { openJudged } from '../../discover/open-workspace.ts'
import type { JudgingFlags } from '../../discover/open-workspace.ts'
import { writeWhole } from '../../repository/write.ts'
import type { Workspace } from '../../repository/workspace.ts'

export interface FixFlags extends JudgingFlags {
  readonly 'dry-run'?: boolean | undefined
}

interface Fixed {
  /** path as shown → the text before and after */
  readonly texts: ReadonlyMap<string, { readonly before: string; readonly after: string }>
  readonly done: readonly Proposal[]
  readonly left: Outcome
  /** not every edit was tried, because that would take too long */
  readonly isPartial: boolean
}

/** Fixing one mistake can uncover the next; ordinary files need two or three rounds. */
const maxRounds = 12
/** Diagnostics of all rounds together after which no further round begins: files with thousands of mistakes take several runs. */
const maxDiagnostics = 1_500

/** Writes the safe edits and lists them; `--dry-run` prints them as a diff and exits with 1 if there are any. */
export async function fix(flags: FixFlags, terminal: Terminal): Promise<number> {
  const workspace = openJudged(terminal.cwd, flags)
  const { texts, done, left, isPartial } = await applyFixes(workspace)
  if (isPartial)
    terminal.stderr(
      `not every fix was tried, because that would take too long${done.length > 0 ? '; run `fix` again for the others' : ''}\n`,
    )
  const files = [...texts].sort(([a], [b]) => byCodeUnit(a, b))
  const place = placer('person', workspace)
  if (flags['dry-run'] === true) {
    let left = 0
    for (const [path, { before, after }] of files) {
      // `git apply` takes paths from the working directory, and none that leave it
      const near = place(path).file
      const patch = unifiedDiff(near.startsWith('../') ? path : near, before, after)
      terminal.stdout(patch.text, 'exact')
      if (patch.left > 0)
        terminal.stderr(
          `${visible(near)}: ${plural(patch.left, 'change')} at or above a line that is not shown, so not part of the patch\n`,
        )
      left += patch.left
    }
    terminal.stderr(
      `${plural(done.length, 'edit')} in ${plural(files.length, 'file')} would be made${left > 0 ? '; `fix` without --dry-run also makes those that the patch lacks' : ''}\n`,
    )
    return files.length > 0 ? 1 : 0
  }
  for (const [path, { after }] of files) {
    const full = resolve(workspace.root, path)
    const { databases = workspace.root } = workspace
    writeWhole(full, after, { inside: isInside(databases, full) ? databases : workspace.root, shown: place(path).file })
  }
  for (const { diagnostic, what } of done)
    terminal.stdout(
      `${visible(place(diagnostic.at.file).file)}:${diagnostic.at.line}:${diagnostic.at.column}: ${visible(what)} [${diagnostic.rule}]\n`,
    )
  const { errors, warnings } = count(left.diagnostics)
  const rest = errors + warnings === 0 ? '' : `; ${plural(errors, 'error')} and ${plural(warnings, 'warning')} remain, see \`check\``
  terminal.stderr(`${plural(done.length, 'edit')} in ${plural(files.length, 'file')}${rest}\n`)
  return 0
}

/** Edits in memory, round by round, until no diagnostic has an edit that makes it go away. */
async function applyFixes(workspace: Workspace): Promise<Fixed> {
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
      // an edit that fixes nothing is not made: the round is tried again without it
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

/** Edits whose mistake remains, and those that replace it with another error: `1.27` is not a version in quotes either. */
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
