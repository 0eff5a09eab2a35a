// `check`: can everything be merged as it is?
import { printed } from '../../values/printed.ts'
import { textOf } from '../../findings/message.ts'
import { maskInText } from '../../secret/shapes.ts'
import { visible } from '../../values/untrusted.ts'
import { appendFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { noSuchDatabase } from '../../discover/fleet.ts'
import { judgedAs } from '../../operator/known.ts'
import { compareBaseline, isLasting, writeBaseline } from '../../report/baseline.ts'
import { isHelmOnPath } from '../../chart/helm-binary/cross-check.ts'
import { count, footer, formatDiagnostic, plural } from '../../emit/formats/text.ts'
import { writeGithub, writeGithubSummary } from '../../emit/formats/github.ts'
import { writeGitlab } from '../../emit/formats/gitlab.ts'
import { writeJson } from '../../emit/formats/json.ts'
import { writeJunit } from '../../emit/formats/junit.ts'
import { writeSarif } from '../../emit/formats/sarif.ts'
import { readLive } from '../../live/state.ts'
import { placeFor } from '../../report/places.ts'
import { isOperatorAssumed } from '../../policy/versions/kubernetes.ts'
import type { Reader } from '../../report/places.ts'
import type { LiveState } from '../../live/state.ts'
import type { Diagnostic } from '../../findings/finding.ts'
import { runPipeline } from '../../pipeline.ts'
import type { Outcome } from '../../outcome.ts'
import { readNamed, TooLarge } from '../../repository/named-file.ts'
import { commandLine } from '../../repository/invocation.ts'
import { decodeText } from '../../repository/tree.ts'
import { openJudged } from '../../discover/open-workspace.ts'
import type { JudgingFlags } from '../../discover/open-workspace.ts'
import { UsageError } from '../../repository/workspace.ts'
import type { Workspace } from '../../repository/workspace.ts'
import type { Terminal } from '../../emit/terminal.ts'
import { readDay } from './day.ts'
import { openReport } from './target.ts'
import { homePage, programVersion } from '../../repository/package.ts'

export type Format = 'pretty' | 'json' | 'github' | 'gitlab' | 'junit' | 'sarif'

export interface CheckFlags extends JudgingFlags {
  readonly staged?: boolean | undefined
  readonly base?: string | undefined
  readonly 'base-of'?: readonly string[] | undefined
  readonly changed?: boolean | undefined
  readonly baseline?: string | undefined
  readonly live?: string | undefined
  readonly 'write-baseline'?: string | undefined
  readonly 'cross-check'?: string | undefined
  readonly strict?: boolean | undefined
  readonly today?: string | undefined
  readonly format?: Format | undefined
  readonly out?: string | undefined
}

/** Runs every stage, stale generated files included, and reports. Exit code 1 when there is an error, or with `--strict` a warning. */
export async function check(flags: CheckFlags, names: readonly string[], terminal: Terminal): Promise<number> {
  const format = flags.format ?? 'pretty'
  const opened = openJudged(terminal.cwd, flags)
  const workspace = flags.live === undefined ? opened : { ...opened, given: relative(opened.root, resolve(terminal.cwd, flags.live)) }
  if (flags.changed === true && flags.base === undefined && flags['base-of'] === undefined && flags.staged !== true)
    throw new UsageError('--changed needs --base REF or --staged: changed since when?')
  const target = { workspace, cwd: terminal.cwd }
  const file = openReport({ ...target, named: flags.out, kind: `check ${format}` })
  const baseline = openReport({ ...target, named: flags['write-baseline'], kind: 'baseline' })
  const outcome = await runPipeline(workspace, {
    staged: flags.staged === true,
    base: flags.base,
    baseOf: flags['base-of'],
    changed: flags.changed === true,
    live: openLive(flags.live, terminal),
    today: readDay('today', flags.today),
    crossCheck: readCrossCheck(flags['cross-check']),
  })
  const selected = flags.changed === true ? selectChanged(outcome, select(outcome, names)) : select(outcome, names)
  if (baseline !== undefined) {
    const placed = placeFor('program', selected, workspace).diagnostics
    const { text, problems } = writeBaseline(placed)
    baseline(text)
    const listed = placed.filter(isLasting).length
    const left = placed.length - listed
    const rest =
      left === 0
        ? ''
        : `; ${plural(left, 'problem')} of this change ${left === 1 ? 'is' : 'are'} not listed, since no later change has ${left === 1 ? 'it' : 'them'}`
    terminal.stderr(`${visible(flags['write-baseline'] as string)}: ${plural(problems, 'known problem')} written${rest}\n`)
    return 0
  }
  if (outcome.comparison?.isFirst === true) terminal.stderr(firstAdoption(outcome.comparison.base.revision, outcome.byHand?.compared ?? 0))
  const isWhole = names.length === 0 && flags.changed !== true
  const wanted = flags.baseline === undefined ? selected : withoutKnown(selected, { file: flags.baseline, isWhole, workspace }, terminal)
  const chosen = outcome.databases.filter(({ id }) => isChosen(id, names))
  const reported = names.length === 0 ? outcome : { ...outcome, judged: Math.min(outcome.judged, chosen.length) }
  await report(wanted, reported, { format, workspace, file }, terminal)
  const hidden = names.length === 0 ? 0 : count(outcome.diagnostics).errors - count(selected).errors
  if (hidden > 0) terminal.stderr(`${plural(hidden, 'error')} of other databases ${hidden === 1 ? 'is' : 'are'} not shown\n`)
  const { errors, warnings } = count(wanted)
  return errors > 0 || (flags.strict === true && warnings > 0) ? 1 : 0
}

/** Reported if a comparison was asked for, but there is nothing to compare with. */
export function firstAdoption(revision: string, byHand: number): string {
  const what =
    byHand === 0
      ? 'every database is new, and nothing was compared'
      : `nothing was compared but the ${byHand === 1 ? 'name of the Cluster' : `names of the ${byHand} Clusters`} deployed there`
  return `${visible(revision)} has no settings of databases (apps/values.yaml): ${what}\n`
}

/** What kubectl printed into a file; a file that can't be read is wrong usage. */
function openLive(path: string | undefined, terminal: Terminal): LiveState | undefined {
  if (path === undefined) return undefined
  let bytes: Buffer
  try {
    bytes = readNamed(resolve(terminal.cwd, path))
  } catch (error) {
    if (error instanceof TooLarge) throw new UsageError(`--live is \`${path}\`, but ${error.message}`)
    throw new UsageError(`--live is \`${path}\`, but there is no such file: kubectl get applications,clusters -A -o yaml > ${path}`)
  }
  const read = decodeText(bytes)
  if (!read.ok) throw new UsageError(`--live is \`${path}\`, but it ${read.message}`)
  const { state, findings } = readLive({ path, text: read.text })
  const broken = findings.find((finding) => finding.severity === 'error')
  if (broken?.rule === 'live/any-object')
    throw new UsageError(
      `--live is \`${path}\`, but has no Applications and no Clusters: kubectl get applications,clusters -A -o yaml > ${path}`,
    )
  if (broken !== undefined) throw new UsageError(`--live ${path}: ${textOf(broken.message)}`)
  return state
}

function readCrossCheck(flag: string | undefined): boolean {
  if (flag === undefined) return false
  if (flag !== 'helm') throw new UsageError(`--cross-check is \`${flag}\`, but must be helm`)
  if (!isHelmOnPath()) throw new UsageError('--cross-check needs `helm`, but none is on PATH')
  return true
}

function isChosen(id: string, names: readonly string[]): boolean {
  return names.some((name) => id === name || id.startsWith(`${name}/`))
}

/** The diagnostics that concern the named databases (`orders/prd`, or `orders` for all its environments). */
function select(outcome: Outcome, names: readonly string[]): readonly Diagnostic[] {
  if (names.length === 0) return outcome.diagnostics
  const ids = outcome.databases.map((database) => database.id)
  const wanted = new Set<string>()
  for (const name of names) {
    const matches = ids.filter((id) => isChosen(id, [name]))
    // if the settings are broken, databases are not known by name: then everything is shown
    if (matches.length === 0 && outcome.settings === undefined) return outcome.diagnostics
    if (matches.length === 0) throw noSuchDatabase(name, outcome.databases)
    for (const id of matches) wanted.add(id)
  }
  return outcome.diagnostics.filter((diagnostic) => diagnostic.databases.length === 0 || diagnostic.databases.some((id) => wanted.has(id)))
}

/** The diagnostics of databases that the change touches, and of files outside any database that it touches. */
function selectChanged({ comparison, databases }: Outcome, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  // nothing to compare with: before the first commit everything is new
  if (comparison === undefined) return diagnostics
  const present = new Map(databases.map((database) => [database.id, database]))
  const isTouched = (id: string): boolean => {
    const database = present.get(id)
    return database === undefined || comparison.touches(database)
  }
  const anything =
    databases.some((database) => comparison.touches(database)) || [...comparison.base.databases.keys()].some((id) => !present.has(id))
  return diagnostics.filter((diagnostic) => {
    if (diagnostic.databases.length > 0) return diagnostic.databases.some(isTouched)
    // nothing is checked at all, which the user must know
    if (diagnostic.rule === 'discover/any-database') return true
    return anything || diagnostic.at.revision !== undefined || comparison.base.differs(diagnostic.at.file)
  })
}

/** Leaves out what was known when the program was adopted; entries that no longer match anything are reported. */
function withoutKnown(
  diagnostics: readonly Diagnostic[],
  from: { readonly file: string; readonly isWhole: boolean; readonly workspace: Workspace },
  terminal: Terminal,
): readonly Diagnostic[] {
  const placed = placeFor('program', diagnostics, from.workspace).diagnostics
  const { fresh, known, stale } = compareBaseline(resolve(terminal.cwd, from.file), placed)
  const isFresh = new Set(fresh)
  terminal.stderr(`${plural(known, 'known problem')} left out (${visible(from.file)})\n`)
  if (from.isWhole && stale.length > 0) {
    terminal.stderr(
      `${plural(stale.length, 'entry', 'entries')} of ${visible(from.file)} no longer ${stale.length === 1 ? 'matches' : 'match'} anything; write it again with --write-baseline:\n`,
    )
    for (const line of stale.slice(0, 10)) terminal.stderr(`  ${visible(maskInText(line, { isMessage: true }))}\n`)
    if (stale.length > 10) terminal.stderr(`  and ${stale.length - 10} more\n`)
  }
  return diagnostics.filter((_, index) => isFresh.has(placed[index] as Diagnostic))
}

const readers: Readonly<Record<Format, Reader>> = {
  pretty: 'person',
  json: 'program',
  github: 'server',
  gitlab: 'server',
  junit: 'server',
  sarif: 'server',
}

export interface ReportOptions {
  readonly format: Format
  readonly workspace: Workspace
  /** writes the file that takes the report; absent: stdout */
  readonly file?: ((text: string) => void) | undefined
}

/** Diagnostics to stdout or a file in the given format; the footer is a message and goes to stderr, and to the summary of a GitHub job. */
export async function report(
  unplaced: readonly Diagnostic[],
  outcome: Outcome,
  { format, workspace, file }: ReportOptions,
  terminal: Terminal,
): Promise<void> {
  const { diagnostics, original } = placeFor(readers[format], unplaced, workspace)
  const source: Outcome['source'] = (file, revision) => outcome.source(original(file), revision)
  const text = await writeReport(diagnostics, { ...outcome, source }, format, file === undefined ? terminal : { ...terminal, color: false })
  if (file !== undefined) file(text)
  else terminal.stdout(text, format === 'github' ? 'commands' : undefined)
  const summary = footer(count(diagnostics), outcome, judgesOf(outcome))
  const compared = outcome.comparison?.base.compared
  if (format === 'pretty' && diagnostics.length > 0 && file === undefined) terminal.stderr('\n')
  terminal.stderr(`${summary}\n`)
  if (compared !== undefined) terminal.stderr(`${visible(compared)}\n`)
  const fixable = format === 'pretty' ? await fixableOf({ ...outcome, diagnostics: unplaced }) : 0
  if (fixable > 0) terminal.stderr(`\`${commandLine(workspace, 'fix')}\` may correct ${fixable} of these\n`)
  const messages = new Set(diagnostics.map(({ message }) => message))
  for (const text of outcome.byHand?.uncompared ?? [])
    if (!messages.has(`not compared: ${text}`)) terminal.stderr(`not compared: ${visible(text)}\n`)
  const summaryFile = process.env['GITHUB_STEP_SUMMARY']
  if (format === 'github' && summaryFile !== undefined && summaryFile !== '')
    appendSummary(summaryFile, writeGithubSummary(diagnostics, compared === undefined ? summary : `${summary}; ${compared}`), terminal)
}

/** The operators that judged; an unknown release did not judge anything. */
function judgesOf({ settings, databases }: Outcome): string[] {
  const environments = [...(settings?.environments ?? []), ...databases.map(({ environment }) => environment)]
  const names = environments.map((environment) => {
    const judge = judgedAs(environment.operator.version)
    return isOperatorAssumed({ environment }, settings) ? `${judge} (the newest known: nothing here names the operator)` : judge
  })
  return [...new Set(names)]
}

/** How many findings `fix` may correct. Its editors are loaded only if there is something to try. */
async function fixableOf(outcome: Outcome): Promise<number> {
  if (outcome.diagnostics.every(({ fix }) => fix === undefined)) return 0
  const { countFixable } = await import('../../fix/proposals.ts')
  return countFixable(outcome)
}

async function writeReport(diagnostics: readonly Diagnostic[], outcome: Outcome, format: Format, terminal: Terminal): Promise<string> {
  const { databases, source, comparison } = outcome
  switch (format) {
    case 'json':
      return writeJson(diagnostics, databases.length, comparison?.base)
    case 'github':
      return writeGithub(diagnostics)
    case 'gitlab':
      return writeGitlab(diagnostics)
    case 'junit':
      return writeJunit(
        diagnostics,
        databases.map(({ id }) => id),
      )
    case 'sarif': {
      // the lists of all rules, Argo CD's engine among them, take longer to load than a check of one service
      const { pageOf, summaryOf } = await import('../../rules/registry.ts')
      return writeSarif(diagnostics, { version: programVersion(), home: homePage(), summaryOf, pageOf })
    }
    case 'pretty':
      return diagnostics.map((diagnostic) => `${formatDiagnostic(diagnostic, { color: terminal.color, source })}\n`).join('\n')
  }
}

/** The summary is optional: the verdict holds even if it can't be written. */
function appendSummary(file: string, text: string, terminal: Terminal): void {
  try {
    appendFileSync(file, `${text}\n`)
  } catch (error) {
    terminal.stderr(`the job summary can't be written: ${visible(error instanceof Error ? error.message : printed(error))}\n`)
  }
}
