// `charts pull`: download the pinned charts to this machine; the only command that uses the network.
import { phrase } from '../../findings/message.ts'
import { join, relative, resolve } from 'node:path'
import { cacheFolder } from '../../charts/cache.ts'
import type { Charts } from '../../charts/find.ts'
import type { Network } from '../../charts/connect.ts'
import { shownUrl } from '../../charts/failure.ts'
import { lockFile, readLock, writeLock } from '../../charts/lock.ts'
import type { LockedChart } from '../../charts/lock.ts'
import { baseName, chartKey, parseChart, pinnedCharts, sourceOf } from '../../charts/pin.ts'
import type { WantedChart } from '../../charts/pin.ts'
import { failureText, presentDigest, pullCharts } from '../../charts/pull.ts'
import type { PullOptions, PullOutcome } from '../../charts/pull.ts'
import { chartsOf } from '../../discover/charts.ts'
import { unreadableSpot } from '../../discover/file-reader.ts'
import { readFleet } from '../../deployed/fleet.ts'
import { plural } from '../../emit/formats/text.ts'
import type { Terminal } from '../../emit/terminal.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import type { ChartPin } from '../../model.ts'
import { repositoryTop } from '../../repository/place.ts'
import { workTree } from '../../repository/tree.ts'
import { draftedIn } from '../../deployed/sets/drafts.ts'
import { openWorkspace } from '../../discover/open-workspace.ts'
import { UsageError } from '../../repository/workspace.ts'
import type { RootFlags } from '../../repository/workspace.ts'
import { writeWhole } from '../../repository/write.ts'
import { maskInText } from '../../secret/shapes.ts'
import { listed, nearest } from '../../values/path.ts'
import { visible } from '../../values/untrusted.ts'
import { refuse } from './refuse.ts'

export interface ChartsFlags extends RootFlags {
  readonly to?: string | undefined
  readonly lock?: boolean | undefined
  readonly 'dry-run'?: boolean | undefined
}

/** Pulls the charts that the settings pin, or those that are named. Exit code 1 when one can't be had. */
export async function chartsPull(
  flags: ChartsFlags,
  operands: readonly string[],
  terminal: Terminal,
  network: Network = { env: process.env, connectTimeout: 10_000, timeout: 60_000 },
): Promise<number> {
  const asked = operands.map(readOperand)
  let root = resolve(terminal.cwd, flags.root ?? '.')
  let pinned: readonly WantedChart[] = []
  let here: Charts | undefined
  if (asked.length === 0 || asked.some(({ repository }) => repository === undefined)) {
    const workspace = openWorkspace(terminal.cwd, flags)
    const fleet = await readFleet(workspace)
    if (fleet.settings === undefined) return refuse(fleet.findings, workspace, terminal)
    pinned = pinnedCharts(fleet.settings, [...fleet.databases, ...draftedIn(fleet.drafts)])
    here = chartsOf(workspace, fleet.settings)
    root = workspace.root
    // charts that are folders of the repository are pinned, too
    if (pinned.length === 0 && asked.length === 0 && fleet.databases.length + fleet.drafts.length === 0)
      throw new UsageError('no chart is pinned here; name one, such as https://cloudnative-pg.github.io/charts/cluster@0.8.1')
  }
  const charts = asked.length > 0 ? asked.flatMap((chart) => withRepository(chart, pinned)) : pinned
  const lock = openLock(root)
  if ('finding' in lock) return refuse([lock.finding], { root, cwd: terminal.cwd }, terminal)
  const to = flags.to === undefined ? undefined : resolve(terminal.cwd, flags.to)
  // whoever names a folder or a chart wants it there
  const given = to === undefined && asked.length === 0 && here !== undefined ? givenIn(here, flags.lock === true) : undefined
  const options = { to, given, locked: lock.charts, inside: repositoryTop(root), network, onProgress: progressOn(terminal) }
  if (flags['dry-run'] === true) return announce(charts, options, terminal)
  const outcomes: PullOutcome[] = []
  for await (const outcome of pullCharts(charts, options)) {
    terminal.progress?.('')
    outcomes.push(outcome)
    if (outcome.state !== 'failed') terminal.stdout(`${visible(resultLine(outcome))}\n`)
  }
  const failures = outcomes.filter((outcome) => outcome.state === 'failed')
  report(failures, root, terminal)
  terminal.stderr(`${summary(outcomes, flags.to ?? cacheFolder())}\n`)
  if (failures.length > 0) return 1
  if (flags.lock === true) lockCharts({ root, before: lock.text, keep: asked.length > 0 ? lock.charts : [] }, outcomes, terminal)
  else if (lock.text !== undefined) sayUnlocked(outcomes, lock.charts, terminal)
  return 0
}

/** What the folders with charts have; a lock needs the digest of an archive. */
function givenIn(charts: Charts, isLocking: boolean): NonNullable<PullOptions['given']> {
  return (pin) => {
    const found = charts.findGiven(pin)
    if (found?.ok !== true || (isLocking && found.digest === undefined)) return undefined
    return { place: found.place, ...(found.digest === undefined ? {} : { digest: found.digest }) }
  }
}

type Asked = NonNullable<ReturnType<typeof parseChart>>

function readOperand(text: string): Asked {
  const asked = parseChart(text)
  if (asked !== undefined) return asked
  throw new UsageError(
    `\`${maskInText(text).slice(0, 200)}\` is not a chart, but must be like cluster@0.8.1, https://host/charts/cluster@0.8.1 or oci://host/charts/cluster@0.8.1`,
  )
}

/** A chart without a repository is one of the pinned ones in another version. */
function withRepository({ repository, name, version }: Asked, pinned: readonly WantedChart[]): WantedChart[] {
  if (repository !== undefined) return [{ pin: { repository, name, version } }]
  const known = pinned.filter(({ pin }) => baseName(pin) === name)
  if (known.length === 0) {
    const names = [...new Set(pinned.map(({ pin }) => baseName(pin)))]
    const guess = nearest(name, names)
    throw new UsageError(
      `there is no pinned chart \`${name}\`${guess === undefined ? (names.length === 0 ? '' : `, but ${listed(names)}`) : `; did you mean \`${guess}\`?`}`,
    )
  }
  const all = known.map(({ pin }): WantedChart => ({ pin: { ...pin, version } }))
  return all.filter(({ pin }, index) => all.findIndex((other) => chartKey(other.pin) === chartKey(pin)) === index)
}

type Lock = { readonly charts: readonly LockedChart[]; readonly text: string | undefined } | { readonly finding: LocatedFinding }

function openLock(root: string): Lock {
  const file = workTree(root, []).read(lockFile)
  if (file === undefined) return { charts: [], text: undefined }
  if (file.ok) {
    const read = readLock(file.text)
    return 'finding' in read ? read : { ...read, text: file.text }
  }
  const at = unreadableSpot({ path: lockFile, text: '' }, file.line)
  return {
    finding: {
      rule: 'charts/digest',
      severity: 'error',
      message: phrase`${lockFile} ${file.message}`,
      at,
      help: file.help === undefined ? undefined : phrase`${file.help}`,
    },
  }
}

/** Where a chart would come from, according to its pin. */
function placeOf({ repository, name }: ChartPin): string {
  const source = sourceOf(repository)
  if (source.kind === 'http') return shownUrl(source.url)
  if (source.kind === 'oci') return `oci://${[source.host.replace(/^.*@/, ''), source.path, name].filter((part) => part !== '').join('/')}`
  return repository
}

function announce(charts: readonly WantedChart[], options: PullOptions, terminal: Terminal): number {
  let missing = 0
  for (const { pin } of charts) {
    const given = options.given?.(pin)
    const digest = given === undefined ? presentDigest(pin, options) : undefined
    const present = given ?? (digest === undefined ? undefined : { digest })
    if (present === undefined) missing++
    const what =
      present === undefined ? `would pull ${nameOf(pin)} from ${placeOf(pin)}` : resultLine({ state: 'present', pin, ...present })
    terminal.stdout(`${visible(what)}\n`)
  }
  terminal.stderr(`${plural(missing, 'chart')} would be pulled\n`)
  return 0
}

const nameOf = (pin: ChartPin): string => `${baseName(pin)} ${pin.version}`

function resultLine(outcome: Exclude<PullOutcome, { state: 'failed' }>): string {
  if (outcome.state === 'present')
    return ['present', nameOf(outcome.pin), ...('place' in outcome ? ['in', outcome.place] : []), outcome.digest ?? ''].join(' ').trimEnd()
  return `pulled ${nameOf(outcome.pin)} from ${outcome.from} ${outcome.digest}`
}

type Failed = Extract<PullOutcome, { state: 'failed' }>

function report(failures: readonly Failed[], root: string, terminal: Terminal): void {
  // a failure of a whole repository is repeated for each of its charts
  const isNew = ({ failure, finding }: Failed, index: number): boolean =>
    failures.findIndex((other) => other.failure === failure && other.finding?.at.span.start === finding?.at.span.start) === index
  const findings = failures.filter(isNew).flatMap(({ finding }) => finding ?? [])
  if (findings.length > 0) refuse(findings, { root, cwd: terminal.cwd }, terminal)
  for (const { pin, failure, finding } of failures) {
    if (finding !== undefined) continue
    terminal.stderr(`cnpg-values: ${visible(maskInText(failureText(pin, failure), { isMessage: true }))}\n`)
    if (failure.help !== undefined) terminal.stderr(`  help: ${visible(failure.help)}\n`)
  }
}

function summary(outcomes: readonly PullOutcome[], folder: string): string {
  if (outcomes.length === 0) return 'there is no chart to pull: each of them is a folder of this repository'
  const count = (state: PullOutcome['state']): number => outcomes.filter((outcome) => outcome.state === state).length
  const parts = [`${count('pulled')} pulled`, `${count('present')} present`, ...(count('failed') > 0 ? [`${count('failed')} failed`] : [])]
  return `${plural(outcomes.length, 'chart')} for ${visible(folder)}: ${parts.join(', ')}`
}

interface Locking {
  readonly root: string
  readonly before: string | undefined
  /** what stays in addition to the charts of this run */
  readonly keep: readonly LockedChart[]
}

function lockCharts({ root, before, keep }: Locking, outcomes: readonly PullOutcome[], terminal: Terminal): void {
  const now = outcomes.flatMap((outcome): LockedChart[] =>
    outcome.state === 'failed' || outcome.digest === undefined ? [] : [{ ...outcome.pin, digest: outcome.digest }],
  )
  const fresh = new Set(now.map(chartKey))
  const text = writeLock([...keep.filter((entry) => !fresh.has(chartKey(entry))), ...now])
  if (text === before) return
  const path = join(root, lockFile)
  writeWhole(path, text, { inside: repositoryTop(root), shown: lockFile })
  terminal.stdout(`written  ${visible(relative(terminal.cwd, path))}\n`)
}

function sayUnlocked(outcomes: readonly PullOutcome[], locked: readonly LockedChart[], terminal: Terminal): void {
  const known = new Set(locked.map(chartKey))
  for (const { pin } of outcomes)
    if (!known.has(chartKey(pin))) terminal.stderr(`${visible(nameOf(pin))} is not in ${lockFile}; add it with --lock\n`)
}

/** A progress line, shown if a download takes more than a second. */
function progressOn({ progress }: Terminal): PullOptions['onProgress'] {
  if (progress === undefined) return undefined
  const start = Date.now()
  let last = start + 800
  const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1)
  return (pin, received, total) => {
    if (Date.now() - last < 200) return
    last = Date.now()
    progress(`${nameOf(pin)}: ${megabytes(received)}${total === undefined ? '' : ` of ${megabytes(total)}`} MB`)
  }
}
