// `plan`: what will merging this branch do?
import type { DatabaseChange } from '../../findings/database-change.ts'
import type { Comparison } from '../../changes/comparison.ts'
import type { Diagnostic } from '../../findings/finding.ts'
import type { Database } from '../../model.ts'
import { split } from '../../values/append.ts'
import { sayUnknownReleases } from './refuse.ts'
import { maskInText } from '../../secret/shapes.ts'
import { byText } from '../../values/by-text.ts'
import { visible } from '../../values/untrusted.ts'
import { writePlanMarkdown } from '../../emit/formats/plan-markdown.ts'
import { blockedBy, writePlanJson, writePlanText } from '../../emit/formats/plan.ts'
import { count } from '../../emit/formats/text.ts'
import { runPipeline } from '../../pipeline.ts'
import { placeFor, placer } from '../../report/places.ts'
import type { Terminal } from '../../emit/terminal.ts'
import { openJudged } from '../../discover/open-workspace.ts'
import type { JudgingFlags } from '../../discover/open-workspace.ts'
import { shellLine } from '../../repository/invocation.ts'
import { UsageError } from '../../repository/workspace.ts'
import { firstAdoption, report } from './check.ts'
import { openReport } from './target.ts'

export interface PlanFlags extends JudgingFlags {
  readonly base?: string | undefined
  readonly 'base-of'?: readonly string[] | undefined
  readonly staged?: boolean | undefined
  readonly format?: 'pretty' | 'markdown' | 'json' | undefined
  readonly out?: string | undefined
}

const writers = { json: writePlanJson, markdown: writePlanMarkdown, pretty: writePlanText } as const

/** The options of `check` that compare with the same commits. */
function askedFor({ base, 'base-of': baseOf = [] }: PlanFlags): string {
  return shellLine([...(base === undefined ? [] : ['--base', base]), ...baseOf.flatMap((text) => ['--base-of', text])])
}

/** Names and reasons without what looks like a secret; the values of changes were masked when they were compared. */
function withoutSecrets(change: DatabaseChange): DatabaseChange {
  const { application, reason, changes, steps } = change
  return {
    ...change,
    application: shown(application),
    ...(reason === undefined ? {} : { reason: shown(reason) }),
    changes: changes.map((field) => ({ ...field, object: shown(field.object) })),
    steps: steps.map((step) => ({ ...step, text: shown(step.text) })),
  }
}

const shown = byText((text) => maskInText(text, { isMessage: true }))

/** The databases that the change reaches and that can't be rendered, with the first reason of each. */
function uncomparable(broken: readonly Diagnostic[], databases: readonly Database[], comparison: Comparison): ReadonlyMap<string, string> {
  const reached = new Set(databases.flatMap((database) => (comparison.touches(database) ? [database.id] : [])))
  const open = new Map<string, string>()
  for (const { at, message, databases: ids } of broken)
    for (const id of ids) if (reached.has(id) && !open.has(id)) open.set(id, `${at.file}:${at.line}: ${message}`)
  return open
}

/** Prints the plan, with the errors that `check` reports. Exit code 1 if a part of it could not be computed; whether the change may be merged is said by `check --base`. */
export async function plan(flags: PlanFlags, terminal: Terminal): Promise<number> {
  const format = flags.format ?? 'pretty'
  if (flags.base === undefined) throw new UsageError('--base is not set, but a plan is made against a branch: `plan --base origin/main`')
  const workspace = openJudged(terminal.cwd, flags)
  const file = openReport({ named: flags.out, kind: `plan ${format}`, workspace, cwd: terminal.cwd })
  const outcome = await runPipeline(workspace, { staged: flags.staged === true, base: flags.base, baseOf: flags['base-of'] })
  const { comparison } = outcome
  // where the base has databases, that none is left is what a plan is about
  const isEmptied = (rule: string): boolean => rule === 'discover/any-database' && (comparison?.base.databases.size ?? 0) > 0
  const isBlind = comparison?.base.settings === undefined && comparison?.isFirst === false
  const unreadable = outcome.diagnostics.filter(({ rule, severity }) =>
    rule === 'changes/base-readable'
      ? severity === 'error' || isBlind
      : severity === 'error' && !isEmptied(rule) && /^(?:yaml|chart|discover|settings)\/|^values\/chart-schema$/.test(rule),
  )
  // what is wrong with some databases leaves the others to be compared
  const [ofSome, ofAll] = split(unreadable, ({ databases }) => databases.length > 0)
  const broken = new Set(ofSome.flatMap(({ databases }) => databases))
  if (outcome.comparison === undefined || ofAll.length > 0 || (broken.size > 0 && broken.size >= outcome.databases.length)) {
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
  if (outcome.comparison.isFirst) terminal.stderr(firstAdoption(flags.base, outcome.byHand?.compared ?? 0))
  if (outcome.settings !== undefined) sayUnknownReleases(outcome.settings, terminal)
  const { errors } = count(outcome.diagnostics)
  const { kept, uncompared: unseen } = outcome.byHand ?? { kept: 0, uncompared: [] }
  const open = uncomparable(ofSome, outcome.databases, outcome.comparison)
  const uncompared = [...unseen, ...[...open].map(([id, reason]) => `${id}, until this is fixed: ${reason}`)]
  // a path from the top of another checkout would not show which one
  const isOne = outcome.comparison.base.repositories.length === 1 && workspace.databases === undefined
  const reader = format === 'pretty' || !isOne ? 'person' : 'program'
  const { diagnostics } = placeFor(reader, outcome.diagnostics, workspace)
  const about = {
    base: flags.base,
    asked: askedFor(flags),
    compared: visible(outcome.comparison.base.compared),
    repositories: outcome.comparison.base.repositories,
    diagnostics,
    place: placer(reader, workspace),
    kept,
    uncompared,
  }
  const changes = outcome.comparison.result().map(withoutSecrets)
  const text = writers[format](
    about,
    changes.filter(({ id }) => !open.has(id)),
  )
  if (file === undefined) terminal.stdout(text)
  else file(text)
  const blocked = blockedBy(about.asked, errors)
  if (blocked !== undefined && format !== 'pretty') terminal.stderr(`${visible(blocked)}\n`)
  return open.size > 0 ? 1 : 0
}
