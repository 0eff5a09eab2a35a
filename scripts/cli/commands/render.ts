// `render`: write what is generated, or say what would be written.
import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { staleRules, WriteFailure, writeOutputs } from '../../emit/outputs.ts'
import type { Written } from '../../emit/outputs.ts'
import { count, plural } from '../../emit/formats/text.ts'
import { setsFile } from '../../argocd/write/manifests.ts'
import { runPipeline } from '../../pipeline.ts'
import type { Outcome } from '../../pipeline.ts'
import type { Terminal } from '../terminal.ts'
import { isInside } from '../../repository/tree.ts'
import { openWorkspace, UsageError } from '../../repository/workspace.ts'
import { report } from './check.ts'

export interface RenderFlags {
  readonly root?: string | undefined
  readonly databases?: string | undefined
  readonly check?: boolean | undefined
}

/**
 * Runs every stage; with any error nothing is written and the exit code is 1. Else writes what differs and prints it;
 * where the file system refuses, what was written until then is printed, and the exit code is 3.
 * `--check` writes nothing: stale, missing and orphaned files are diagnostics.
 */
export async function render(flags: RenderFlags, terminal: Terminal): Promise<number> {
  const workspace = openWorkspace(terminal.cwd, flags)
  const outcome = await runPipeline(workspace, { staged: false })
  if (flags.check === true) {
    await report(outcome.diagnostics, outcome, 'pretty', terminal)
    return count(outcome.diagnostics).errors > 0 ? 1 : 0
  }
  const blocking = outcome.diagnostics.filter((diagnostic) => !staleRules.has(diagnostic.rule))
  if (count(blocking).errors > 0) {
    await report(blocking, outcome, 'pretty', terminal)
    terminal.stderr('nothing was written\n')
    return 1
  }
  if (blocking.length > 0) await report(blocking, outcome, 'pretty', terminal)
  await proveSets(outcome)
  const { written, failure } = write(workspace.root, outcome)
  tell(written, outcome, terminal)
  if (failure === undefined) return 0
  terminal.stderr(`cnpg-values: ${failure}; mend that and run render again\n`)
  return 3
}

function tell({ written, removed, unchanged }: Written, { databases }: Outcome, terminal: Terminal): void {
  for (const path of written) terminal.stdout(`written  ${path}\n`)
  for (const path of removed) terminal.stdout(`removed  ${path}\n`)
  terminal.stderr(
    `${plural(databases.length, 'database')}: ${plural(written.length, 'file')} written, ${removed.length} removed, ${unchanged} unchanged\n`,
  )
}

/** New sets are expanded as Helm and Argo CD would and compared with the plan: a difference is our own bug, and nothing is written. */
async function proveSets({ states, settings, databases }: Outcome): Promise<void> {
  const sets = states.find((state) => state.kind !== 'orphan' && state.kind !== 'unchanged' && state.output.path === setsFile)
  if (sets === undefined || sets.kind === 'orphan' || settings === undefined) return
  const { checkOwnSets } = await import('../../argocd/write/expand.ts')
  checkOwnSets(sets.output.text, databases, settings.argocd.version)
}

/** What the file system refuses is told in words; links that lead out of the repository are never followed. */
function write(root: string, { states }: Outcome): { readonly written: Written; readonly failure?: string } {
  for (const state of states) if (state.kind === 'changed' || state.kind === 'missing') refuseOutside(root, state.output.path)
  try {
    return { written: writeOutputs(root, states) }
  } catch (error) {
    if (error instanceof WriteFailure) return { written: error.written, failure: error.message }
    throw error
  }
}

function refuseOutside(root: string, path: string): void {
  let folder = dirname(join(root, path))
  while (!existsSync(folder)) folder = dirname(folder)
  if (!isInside(realpathSync(root), realpathSync(folder)))
    throw new UsageError(`${dirname(path)} is a link that leads out of the repository, so nothing was written`)
}
