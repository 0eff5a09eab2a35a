// `plan`: what will merging this branch do?
import { sayUnknownOperators } from './refuse.ts'
import { visible } from '../../values/untrusted.ts'
import { writePlanMarkdown } from '../../emit/formats/plan-markdown.ts'
import { blockedBy, writePlanJson, writePlanText } from '../../emit/formats/plan.ts'
import { count } from '../../emit/formats/text.ts'
import { runPipeline } from '../../pipeline.ts'
import type { Terminal } from '../../emit/terminal.ts'
import { repositoryTop } from '../../repository/place.ts'
import { writeWhole } from '../../repository/write.ts'
import { resolve } from 'node:path'
import { openWorkspace, UsageError } from '../../repository/workspace.ts'
import { firstAdoption, report } from './check.ts'

export interface PlanFlags {
  readonly root?: string | undefined
  readonly databases?: string | undefined
  readonly charts?: string | undefined
  readonly base?: string | undefined
  readonly staged?: boolean | undefined
  readonly format?: 'pretty' | 'markdown' | 'json' | undefined
  readonly out?: string | undefined
}

const writers = { json: writePlanJson, markdown: writePlanMarkdown, pretty: writePlanText } as const

/** Prints the plan. Exit code 0, whatever it says; 1 when a file can't be read, so that there is no plan. */
export async function plan(flags: PlanFlags, terminal: Terminal): Promise<number> {
  const format = flags.format ?? 'pretty'
  if (flags.base === undefined) throw new UsageError('--base is not set, but a plan is made against a branch: `plan --base origin/main`')
  const workspace = openWorkspace(terminal.cwd, flags)
  const outcome = await runPipeline(workspace, { staged: flags.staged === true, base: flags.base })
  const { comparison } = outcome
  const isBlind = comparison?.base.settings === undefined && comparison?.isFirst === false
  const unreadable = outcome.diagnostics.filter(({ rule, severity }) =>
    rule === 'changes/base-readable'
      ? severity === 'error' || isBlind
      : severity === 'error' && /^(?:yaml|chart|discover|settings)\/|^values\/chart-schema$/.test(rule),
  )
  if (outcome.comparison === undefined || unreadable.length > 0) {
    await report(
      outcome.comparison === undefined ? outcome.diagnostics : unreadable,
      outcome,
      { format: 'pretty', workspace },
      {
        ...terminal,
        stdout: (text) => terminal.stderr(text),
      },
    )
    terminal.stderr('cannot plan until these errors are fixed\n')
    return 1
  }
  if (outcome.comparison.isFirst) terminal.stderr(firstAdoption(flags.base, outcome.comparedByHand ?? 0))
  sayUnknownOperators(
    (outcome.settings?.environments ?? []).map(({ operator }) => operator.version),
    terminal,
  )
  const { errors } = count(outcome.diagnostics)
  const about = { base: flags.base, compared: outcome.comparison.base.compared, diagnostics: outcome.diagnostics }
  const text = writers[format](about, outcome.comparison.result())
  if (flags.out === undefined || flags.out === '-') terminal.stdout(text)
  else writeWhole(resolve(terminal.cwd, flags.out), text, { inside: repositoryTop(workspace.root), shown: flags.out })
  const blocked = blockedBy(flags.base, errors)
  if (blocked !== undefined && format !== 'pretty') terminal.stderr(`${visible(blocked)}\n`)
  return 0
}
