// The story of a fleet: repository → discover → merge → chart → admit → postgres, policy → argocd → changes → report → emit.
import { readHandWritten } from './argocd/rules/manifest-loader.ts'
import { operatorPins, operatorsOutOfSupport } from './argocd/rules/operator-pins.ts'
import { judgeSettings } from './argocd/rules/settings.ts'
import { writeManifests } from './argocd/write/manifests.ts'
import { assess, openBench } from './assess.ts'
import { baseCommit, readBase, lazyTree, cachedTree } from './changes/base.ts'
import { startComparison } from './changes/comparison.ts'
import { inheritedStaleness } from './changes/inherited.ts'
import { chartFindings } from './changes/pins.ts'
import { hasOtherChart } from './chart/same-chart.ts'
import { chartsOnBothSides } from './discover/charts.ts'
import { discover } from './discover/discover.ts'
import { inputFindings, noDatabase } from './discover/inputs.ts'
import { staticFolder } from './discover/layout.ts'
import { loadSettings } from './discover/settings.ts'
import { openSettingsTree, openTree } from './discover/trees.ts'
import { judgeOutputs } from './emit/outputs.ts'
import { compareFleet } from './live/fleet.ts'
import type { Outcome, PipelineOptions } from './outcome.ts'
import { judgeFleet, mayConflict } from './policy/fleet.ts'
import { applyAllowances } from './report/allowances.ts'
import { applyLevels } from './report/levels.ts'
import { conclude } from './report/conclude.ts'
import { isError } from './findings/spot.ts'
import type { LocatedFinding } from './findings/spot.ts'
import { adviceFor, writtenCommand } from './repository/invocation.ts'
import { stageRules } from './rules/stage-rules.ts'
import type { Workspace } from './repository/workspace.ts'
import { append, split } from './values/append.ts'

export type { Outcome, PipelineOptions } from './outcome.ts'

/** Looks at one state of a repository, whole. Reads files, writes none. */
export async function runPipeline(workspace: Workspace, options: PipelineOptions): Promise<Outcome> {
  const from = baseCommit(workspace, options)
  const listed = openSettingsTree(workspace, options.staged)
  const loaded = loadSettings(listed)
  if (loaded.settings === undefined) return { databases: [], judged: 0, ...conclude(loaded.findings), states: [] }
  const { settings } = loaded
  const changed = options.changed === true
  const opened = cachedTree(openTree(workspace, settings.layout, options.staged, listed))
  const base = from === undefined ? undefined : await readBase(workspace, from, { settings, tree: opened, changed })
  const tree = changed && base !== undefined && opened.blob !== undefined ? lazyTree(opened, base.differs) : opened

  const { databases, findings: discovered } = discover(settings, tree)
  const inputs = [...discovered, ...inputFindings(settings, tree), ...operatorPins(settings), ...chartFindings(settings)]
  const findings: LocatedFinding[] = [...loaded.findings, ...inputs]
  if (databases.length === 0 && !findings.some(isError)) findings.push(noDatabase(settings))

  const charts = chartsOnBothSides(workspace, { settings, staged: options.staged, base })
  const state = { settings, tree, hasOtherChart: hasOtherChart(charts.baseCharts, charts.charts) }
  const comparison = base === undefined ? undefined : startComparison(base, state, databases)
  const bench = openBench({
    settings,
    root: workspace.root,
    ...charts,
    comparison,
    live: options.live,
    today: options.today,
    crossCheck: options.crossCheck,
  })
  const [judged, others] = split(databases, (database) => !changed || comparison?.touches(database) !== false)
  const first = judged.map((database) => assess(database, bench))
  // a conflict of the change with the rest of the fleet is reported at the change
  const conflicts = mayConflict(first, tree, staticFolder(settings.layout.databases))
  const [conflicting, skipped] = split(others, conflicts)
  const assessed = [...conflicting.map((database) => assess(database, bench)), ...first]
  for (const one of assessed) append(findings, one.findings)

  const handWritten = await readHandWritten({ settings, databases, tree, base, isHook: changed && options.staged })
  const fleet = assessed.flatMap(({ facts }) => facts ?? [])
  append(findings, judgeSettings(settings, databases), handWritten.findings, judgeFleet(fleet, { otherStores: handWritten.stores }))
  if (options.today !== undefined) append(findings, operatorsOutOfSupport(settings, options.today))
  if (settings.policies.length > 0) append(findings, (await import('./rules/policy-settings.ts')).judgePolicySettings(settings, databases))
  if (options.live !== undefined) append(findings, compareFleet(options.live, { settings, databases, byHand: handWritten.deployed() }))
  append(findings, comparison?.conclude(handWritten.handovers) ?? [])

  const skippedDatabases = new Set(skipped)
  const checked = first.filter(({ isUnchecked }) => isUnchecked !== true).length
  const known = { settings, databases, judged: checked, byHand: handWritten, states: [], ...(comparison && { comparison }) }
  const leveled = applyLevels(
    findings,
    stageRules.flatMap(({ rules }) => rules),
    known,
  )
  const reported = applyAllowances(leveled, databases, skippedDatabases)
  const manifests = writeManifests(settings, databases)
  const command = writtenCommand(workspace.root, 'render')
  const judging = { skippedDatabases, command, advice: adviceFor(workspace, options.staged) }
  if (reported.some(isError)) return { ...known, ...conclude([...reported, ...judgeOutputs(manifests, tree, judging).foreign], comparison) }
  const outputs = [...assessed.flatMap(({ output }) => output ?? []), ...manifests]
  const { states, stale, foreign } = judgeOutputs(outputs, tree, judging)
  const isInherited = changed && base !== undefined ? inheritedStaleness(base, outputs, writeManifests) : () => false
  const all = [...reported, ...stale.filter((finding) => !isInherited(finding)), ...foreign]
  return { ...known, ...conclude(all, comparison), states, paths: tree.paths }
}
