// `render`: write the generated files, or report what would be written.
import { visible } from '../../values/untrusted.ts'
import { staleRules, WriteFailure, writeOutputs } from '../../emit/outputs.ts'
import type { Written } from '../../emit/outputs.ts'
import { count, plural } from '../../emit/formats/text.ts'
import { manifestPaths } from '../../discover/header.ts'
import { runPipeline } from '../../pipeline.ts'
import type { Outcome } from '../../outcome.ts'
import type { Terminal } from '../../emit/terminal.ts'
import { placer } from '../../report/places.ts'
import { commandLine } from '../../repository/invocation.ts'
import { openWorkspace } from '../../discover/open-workspace.ts'
import type { Workspace } from '../../repository/workspace.ts'
import { report } from './check.ts'

export interface RenderFlags {
  readonly root?: string | undefined
  readonly databases?: string | undefined
  readonly checkout?: readonly string[] | undefined
  readonly charts?: string | undefined
  readonly check?: boolean | undefined
}

/**
 * Runs every stage; if there is an error, nothing is written and the exit code is 1. Otherwise writes what differs and prints it;
 * if the file system refuses, what was written until then is printed, and the exit code is 2.
 * `--check` writes nothing: stale, missing and orphaned files are diagnostics.
 */
export async function render(flags: RenderFlags, terminal: Terminal): Promise<number> {
  const workspace = openWorkspace(terminal.cwd, flags)
  const outcome = await runPipeline(workspace, { staged: false })
  if (flags.check === true) {
    await report(outcome.diagnostics, outcome, { format: 'pretty', workspace }, terminal)
    return count(outcome.diagnostics).errors > 0 ? 1 : 0
  }
  const blocking = outcome.diagnostics.filter((diagnostic) => !staleRules.has(diagnostic.rule))
  if (count(blocking).errors > 0) {
    await report(blocking, outcome, { format: 'pretty', workspace }, terminal)
    terminal.stderr(outcome.settings?.generate === false ? nothingGenerated(workspace) : 'nothing was written\n')
    return 1
  }
  if (blocking.length > 0) await report(blocking, outcome, { format: 'pretty', workspace }, terminal)
  await proveSets(outcome)
  if (outcome.settings?.generate === false) {
    terminal.stderr(nothingGenerated(workspace))
    return 0
  }
  const { written, failure } = write(workspace.root, outcome)
  printResult(written, outcome, { workspace, terminal })
  if (failure === undefined) return 0
  terminal.stderr(`cnpg-values: ${visible(failure)}; fix that and run render again\n`)
  return 2
}

function nothingGenerated(workspace: Workspace): string {
  return `nothing is generated here: the databases are judged as they are deployed; \`${commandLine(workspace, 'init')}\` sets up generating\n`
}

function printResult(
  { written, removed, unchanged }: Written,
  { databases }: Outcome,
  { workspace, terminal }: { readonly workspace: Workspace; readonly terminal: Terminal },
): void {
  const place = placer('person', workspace)
  for (const path of written) terminal.stdout(`written  ${visible(place(path).file)}\n`)
  for (const path of removed) terminal.stdout(`removed  ${visible(place(path).file)}\n`)
  terminal.stderr(
    `${plural(generatedOf(databases).length, 'database')}: ${plural(written.length, 'file')} written, ${removed.length} removed, ${unchanged} unchanged\n`,
  )
}

const generatedOf = (databases: Outcome['databases']): Outcome['databases'] => databases.filter(({ written }) => written === undefined)

/** New sets are expanded as Helm and Argo CD would and compared with the plan: a difference is our own bug, and nothing is written. */
async function proveSets({ states, settings, databases }: Outcome): Promise<void> {
  if (settings === undefined) return
  const { sets: path } = manifestPaths(settings.layout)
  const sets = states.find((state) => state.kind !== 'orphan' && state.kind !== 'unchanged' && state.output.path === path)
  if (sets === undefined || sets.kind === 'orphan') return
  const { checkOwnSets } = await import('../../argocd/write/expand.ts')
  checkOwnSets(sets.output.text, generatedOf(databases), settings.argocd.version)
}

/** What the file system refuses is reported in words, with what was written until then. */
function write(root: string, { states, paths }: Outcome): { readonly written: Written; readonly failure?: string } {
  try {
    return { written: writeOutputs(root, states, paths) }
  } catch (error) {
    if (error instanceof WriteFailure) return { written: error.written, failure: error.message }
    throw error
  }
}
