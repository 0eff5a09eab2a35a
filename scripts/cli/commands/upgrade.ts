// `upgrade`: what would change or break with other pins?
import { named, phrase } from '../../findings/message.ts'
import { applyAllowances } from '../../report/allowances.ts'
import { judgeSettings } from '../../argocd/rules/settings.ts'
import { diagnose } from '../../report/diagnose.ts'
import { nearestSpot } from '../../findings/spot.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { formatDiagnostic } from '../../emit/formats/text.ts'
import { serviceSpot } from '../../merge/generator.ts'
import { readFleet } from '../../deployed/fleet.ts'
import { noSuchDatabase } from '../../discover/fleet.ts'
import type { Fleet } from '../../discover/fleet.ts'
import { policyFindings } from '../../changes/policies.ts'
import { sideOf } from '../../changes/side.ts'
import { updateVerdict } from '../../changes/update.ts'
import { isRenderable } from '../../chart/database-objects.ts'
import type { Repository } from '../../chart/database-objects.ts'
import { evaluate, layerReader } from '../../evaluate.ts'
import { located } from '../../verdict.ts'
import type { Evaluated, Unreadable } from '../../evaluate.ts'
import type { Database, Environment } from '../../model.ts'
import type { Diagnostic } from '../../findings/finding.ts'
import type { Json, JsonMap, MapValue } from '../../values/value.ts'
import { append } from '../../values/append.ts'
import { placeFor } from '../../report/places.ts'
import type { Terminal } from '../../emit/terminal.ts'
import { databaseNotes, fleetNotes } from '../../upgrade/notes.ts'
import { kubernetesFindings } from '../../policy/versions/kubernetes.ts'
import { lostStores } from '../../upgrade/operator-notes.ts'
import { moveNotes, unreadValues } from '../../upgrade/pin-notes.ts'
import { databasesWith, isReleased, movesOf, readPins, settingsWith } from '../../upgrade/pins.ts'
import type { Pins } from '../../upgrade/pins.ts'
import { postgresFindings } from '../../upgrade/postgres.ts'
import { upgradeToJson, upgradeToText } from '../../upgrade/report.ts'
import { fileChanges } from '../../upgrade/files.ts'
import { hasMajor, majorsOf, withPostgres } from '../../upgrade/side.ts'
import type { Pair } from '../../upgrade/side.ts'
import { fieldChanges, storedChanges } from '../../upgrade/stored.ts'
import type { FieldChange } from '../../upgrade/stored.ts'
import { collectNotes, effectOf, goneFindings, newFindings } from '../../upgrade/verdict.ts'
import type { DatabaseVerdict, Upgrade } from '../../upgrade/verdict.ts'
import { suppress } from '../../report/suppress.ts'
import { toPlain } from '../../values/value.ts'
import { openTree } from '../../discover/trees.ts'
import { openWorkspace } from '../../discover/open-workspace.ts'
import { UsageError } from '../../repository/workspace.ts'
import { refuse, sayUnknownReleases } from './refuse.ts'

export interface UpgradeFlags {
  readonly root?: string | undefined
  readonly databases?: string | undefined
  readonly checkout?: readonly string[] | undefined
  readonly charts?: string | undefined
  readonly format?: 'pretty' | 'json' | undefined
  readonly operator?: string | undefined
  readonly chart?: string | undefined
  readonly argocd?: string | undefined
  readonly postgres?: string | undefined
}

/** Compares the databases with other pins and reports. Exit code 1 if something breaks, is unknown, or can't be read. Writes nothing. */
export async function upgrade(flags: UpgradeFlags, names: readonly string[], terminal: Terminal): Promise<number> {
  const format = flags.format ?? 'pretty'
  const pins = readPins(flags)
  const workspace = openWorkspace(terminal.cwd, flags)
  const fleet = await readFleet(workspace)
  if (fleet.settings === undefined) return refuse(fleet.findings, workspace, terminal)
  const databases = choose(fleet, names)
  if (databases.length === 0) throw new UsageError('there is no database to upgrade')
  const tree = openTree(workspace, fleet.settings, false)
  const core = tree.read('helm-values/core/cloudnative-pg.yaml')
  // the operator's switch for replacing its program inside running pods; off unless it was set
  const inPlace =
    core?.ok === true && /ENABLE_INSTANCE_MANAGER_INPLACE_UPDATES["']?:\s*["']?true/.test(core.text.replaceAll(/#[^\n]*/g, ''))
  // the notes repeat what was asked for
  sayUnknownReleases(
    fleet.settings,
    terminal,
    databases.map(({ environment }) => environment.operator.version).filter((version) => version !== pins.operator),
  )
  const { upgrade: result, broken } = compare(
    { settings: fleet.settings, root: workspace.root, charts: fleet.charts },
    databases,
    pins,
    inPlace,
  )
  const sources = [fleet.settings.origin.origin.file, ...databases.flatMap(({ layers }) => layers.map(({ file }) => file))]
  const texts = new Map(sources.map(({ path, text }) => [path, text]))
  const shown = (diagnostic: Diagnostic): string => {
    const { diagnostics, original } = placeFor('person', [diagnostic], workspace)
    const frame = { color: terminal.color, source: (file: string) => texts.get(original(file)) }
    return diagnostics.map((one) => formatDiagnostic(one, frame)).join('')
  }
  terminal.stdout(format === 'json' ? upgradeToJson(result) : upgradeToText(result, shown, terminal.color))
  if (broken.length > 0) refuse(broken, workspace, terminal)
  return broken.length > 0 || result.databases.some(({ verdict }) => verdict === 'breaks' || verdict === 'unknown') ? 1 : 0
}

function choose(fleet: Fleet, names: readonly string[]): readonly Database[] {
  for (const name of names) {
    if (fleet.databases.some(({ id }) => id === name || id.startsWith(`${name}/`))) continue
    throw noSuchDatabase(name, fleet.databases)
  }
  return names.length === 0
    ? fleet.databases
    : fleet.databases.filter(({ id }) => names.some((name) => id === name || id.startsWith(`${name}/`)))
}

function compare(
  { settings, root, charts }: Repository,
  databases: readonly Database[],
  pins: Pins,
  inPlace: boolean,
): { upgrade: Upgrade; broken: readonly LocatedFinding[] } {
  const canRender = (chart: Environment['clusterChart']): boolean => isRenderable(chart, charts)
  const changed = settingsWith(settings, pins, canRender)
  const withPins = databasesWith(changed, pins, canRender)
  const [now, then] = [layerReader(settings), layerReader(changed)]
  const broken: LocatedFinding[] = []
  const pairs: Pair[] = []
  const edit = (merged: MapValue): MapValue => (pins.postgres === undefined ? merged : withPostgres(merged, pins.postgres))
  for (const database of databases) {
    const before = evaluate(database, { settings, root, charts, reader: now })
    const after = evaluate(withPins(database), { settings: changed, root, charts, reader: then, edit })
    const unreadable = [before, after].flatMap((side: Evaluated | Unreadable) => ('unreadable' in side ? side.unreadable : []))
    append(
      broken,
      unreadable.filter(({ severity }) => severity === 'error'),
    )
    if (!('unreadable' in before) && !('unreadable' in after)) pairs.push({ before, after })
  }
  const [before, after] = judgeAll(pairs, pins, databases)
  const [fresh, gone] = [newFindings(before, after), goneFindings(before, after)]
  const changesOf = (pair: Pair): FieldChange[] => {
    // what a side without objects stores is unknown, not nothing
    const isKnown = pair.before.objects.length > 0 && pair.after.objects.length > 0
    return isKnown ? storedChanges(pair.before, pair.after) : []
  }
  const verdicts = pairs.map((pair) => verdictOf(pair, { fresh, before, pins, changes: changesOf(pair), inPlace }))
  const majors = [...new Set(pairs.flatMap(({ before: side }) => majorsOf(side)))].sort((a, b) => a - b)
  const moves = movesOf(pins, settings, databases, majors)
  const notes = [
    ...moves.flatMap(moveNotes).map((text) => ({ text })),
    ...fleetNotes({ settings, databases, pins, majors, pairs, canRender }),
    ...databaseNotes(pairs, pins, inPlace),
  ]
  const files = fileChanges(settings, changed, databases)
  return {
    upgrade: { moves, databases: verdicts, diagnostics: diagnose(fresh), gone: diagnose(gone), files, notes: collectNotes(notes) },
    broken,
  }
}

/** Every finding before and after; allowances in the files count on both sides. */
function judgeAll(pairs: readonly Pair[], pins: Pins, databases: readonly Database[]): readonly [LocatedFinding[], LocatedFinding[]] {
  const before = pairs.flatMap((pair) => pair.before.findings)
  const after = pairs.flatMap((pair) => [...pair.after.findings, ...transition(pair, pins), ...losses(pair, pins)])
  append(before, judgePins(pairs.map((pair) => pair.before)))
  append(after, judgePins(pairs.map((pair) => pair.after)))
  const once = suppress(after)
  return [applyAllowances(suppress(before), databases, []), applyAllowances(once, databases, [])]
}

/** What the generated sets need of Argo CD, which concerns every database, and what the operator needs of Kubernetes. */
function judgePins(sides: readonly Evaluated[]): LocatedFinding[] {
  const [first] = sides
  if (first === undefined) return []
  const databases = sides.map(({ database }) => database)
  return [...judgeSettings(first.settings, databases), ...kubernetesFindings(first.settings, databases, undefined)]
}

/** What the operator reports about the update itself, if objects differ: the running major is that of the old image. */
function transition({ before, after }: Pair, pins: Pins): LocatedFinding[] {
  const policies = policyFindings(sideOf(before), sideOf(after), after.settings)
  if (pins.postgres === undefined && pins.chart === undefined && pins.argocd === undefined) return policies
  const refused = after.objects.flatMap((object) => {
    const old = before.objects.find(({ kind, name }) => kind === object.kind && name === object.name)
    if (old === undefined || JSON.stringify(old.plain) === JSON.stringify(object.plain)) return []
    return located(after, object, updateVerdict(after.database, object, old))
  })
  return [...refused, ...policies]
}

/** What other pins no longer have: parameters, chart values, the operator's own backups. */
function losses({ before, after }: Pair, pins: Pins): LocatedFinding[] {
  const { merged, database } = after
  const found = pins.postgres === undefined ? [] : postgresFindings(before, after, pins.postgres)
  // a chart that is rendered says itself what it does not read
  const isTaken = database.environment.clusterChart.version === pins.chart
  const isOther = !isReleased(database.environment.clusterChart)
  for (const { path, since, field } of pins.chart === undefined || isTaken || isOther ? [] : unreadValues(merged, pins.chart)) {
    const message = phrase`${named(field)} is set, but chart cluster ${named(pins.chart)} does not read it (${named(since)} is the first that does)`
    found.push({
      rule: 'upgrade/chart-reads',
      severity: 'error',
      message,
      at: nearestSpot(merged, path, 'key') ?? serviceSpot(database),
      help: phrase`stay with the newer chart, or remove it`,
      database: database.id,
    })
  }
  for (const object of pins.operator === undefined ? [] : after.objects) {
    for (const path of lostStores(object.plain, pins.operator ?? '')) {
      const message = phrase`backups go through the operator itself, but operator ${named(pins.operator)} is announced to drop that in favour of the Barman Cloud plugin`
      append(
        found,
        located(after, object, [
          {
            rule: 'upgrade/in-tree-store',
            severity: 'error',
            message,
            places: [{ path, on: 'key' }],
            help: phrase`move to backups.method: plugin before the upgrade`,
          },
        ]),
      )
    }
  }
  return found
}

interface Evidence {
  readonly fresh: readonly LocatedFinding[]
  readonly before: readonly LocatedFinding[]
  readonly pins: Pins
  readonly changes: readonly FieldChange[]
  readonly inPlace: boolean
}

function verdictOf(pair: Pair, { fresh, before, pins, changes, inPlace }: Evidence): DatabaseVerdict {
  const { id, environment } = pair.after.database
  const own = fresh.filter(({ database, severity }) => (database === undefined || database === id) && severity !== 'info')
  const breaks = own.filter(({ severity }) => severity === 'error').length
  const effect = effectOf(pair.before, pair.after, inPlace)
  const values =
    // what another chart says where nobody does shows in the objects
    pair.before.effective === undefined || pair.after.effective === undefined || hasOtherChart(pair)
      ? []
      : fieldChanges('values', [withVisibleNulls(pair.before.effective), withVisibleNulls(pair.after.effective)])
  // without objects nothing could be compared: the chart refuses the values now already, or only Helm could render it
  const isDark =
    pair.before.objects.length === 0 ||
    pair.after.objects.length === 0 ||
    (pins.chart !== undefined && isReleased(environment.clusterChart) && environment.clusterChart.version !== pins.chart) ||
    !hasMajor(pair.after, pins.postgres)
  const differs = changes.length > 0 || values.length > 0 || effect !== 'nothing'
  const verdict = breaks > 0 ? 'breaks' : isDark ? 'unknown' : own.length > 0 ? 'warns' : differs ? 'changes' : 'unchanged'
  const alreadyBroken = before.filter(({ database, severity }) => database === id && severity === 'error').length
  return { id, verdict, effect, alreadyBroken, breaks, warnings: own.length - breaks, values, changes }
}

function hasOtherChart({ before, after }: Pair): boolean {
  return before.database.environment.clusterChart.version !== after.database.environment.clusterChart.version
}

/** Values whose nulls are text, since it is nulls that Helms disagree on and a null is else taken for nothing. */
function withVisibleNulls(value: MapValue): JsonMap {
  return JSON.parse(JSON.stringify(toPlain(value)), (_, entry: Json) => entry ?? 'null') as JsonMap
}
