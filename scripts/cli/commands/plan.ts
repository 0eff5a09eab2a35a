// `plan`: what will merging this branch do?
import { sayUnknownOperators } from './refuse.ts'
import { visible } from '../../values/untrusted.ts'
import { writePlanMarkdown } from '../../emit/formats/plan-markdown.ts'
import { blockedBy, writePlanJson, writePlanText } from '../../emit/formats/plan.ts'
import { count } from '../../emit/formats/text.ts'
import { runPipeline } from '../../pipeline.ts'
import { placeFor, placeOne } from '../../report/places.ts'
import type { Terminal } from '../../emit/terminal.ts'
import { openWorkspace, UsageError } from '../../repository/workspace.ts'
import { firstAdoption, report } from './check.ts'
import { openReport } from './target.ts'

export interface PlanFlags {
  readonly root?: string | undefined
  readonly databases?: string | undefined
  readonly base?: string | undefined
  readonly staged?: boolean | undefined
  readonly format?: 'pretty' | 'markdown' | 'json' | undefined
  readonly out?: string | undefined
}

const writers = { json: writePlanJson, markdown: writePlanMarkdown, pretty: writePlanText } as const

/** Prints the plan. Exit code 1 when the change can't be merged as it is: errors are found, or a file can't be read and there is no plan. */
export async function plan(flags: PlanFlags, terminal: Terminal): Promise<number> {
  const format = flags.format ?? 'pretty'
  if (flags.base === undefined) throw new UsageError('--base is not set, but a plan is made against a branch: `plan --base origin/main`')
  const workspace = openWorkspace(terminal.cwd, flags)
  const file = openReport({ named: flags.out, kind: `plan ${format}`, workspace, cwd: terminal.cwd })
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
  // a path from the top of another checkout would not say which one
  const reader = format === 'pretty' || workspace.databases !== undefined ? 'person' : 'program'
  const placed = {
    diagnostics: placeFor(reader, outcome.diagnostics, workspace).diagnostics,
    place: (file: string) => placeOne(reader, file, workspace),
  }
  const about = { base: flags.base, compared: outcome.comparison.base.compared, ...placed }
  const text = writers[format](about, outcome.comparison.result())
  if (file === undefined) terminal.stdout(text)
  else file(text)
  const blocked = blockedBy(flags.base, errors)
  if (blocked !== undefined && format !== 'pretty') terminal.stderr(`${visible(blocked)}\n`)
  return errors > 0 ? 1 : 0
}
