// The story of a fleet: repository → discover → merge → chart → admit → postgres, policy → argocd → changes → report → emit.
import { readHandWritten } from './argocd/rules/manifest-loader.ts'
import { writeManifests } from './argocd/write/manifests.ts'
import { assess, openBench } from './assess.ts'
import { inheritedStaleness } from './changes/inherited.ts'
import { filesOf } from './deployed/sets/drafts.ts'
import { blameElements } from './deployed/sets/filled-in.ts'
import { staticFolder } from './discover/layout.ts'
import { leftUncompared } from './changes/written-base.ts'
import { judgeOutputs } from './emit/outputs.ts'
import { draftFindings } from './judge-drafts.ts'
import { sqlFindings } from './judge-sql.ts'
import { compareFleet } from './live/fleet.ts'
import type { Outcome, PipelineOptions } from './outcome.ts'
import { overBudget } from './policy/fleet/usage.ts'
import { judgeFleet } from './policy/fleet/fleet.ts'
import { mayConflict } from './policy/fleet/fleet-facts.ts'
import { applyAllowances } from './report/allowances.ts'
import { applyLevels } from './report/levels.ts'
import { conclude } from './report/conclude.ts'
import { notMadeRight } from './policy/fleet/made-right.ts'
import { readersOfSecrets } from './policy/secrets/secret-readers.ts'
import { settingsFindings } from './judge-settings.ts'
import { postgresRules } from './postgres/judge.ts'
import { isError } from './findings/spot.ts'
import type { LocatedFinding } from './findings/spot.ts'
import { adviceFor, writtenCommand } from './repository/invocation.ts'
import { allStageRules } from './rules/stage-rules.ts'
import { openSides } from './sides.ts'
import type { Workspace } from './repository/workspace.ts'
import { append, split } from './values/append.ts'

/** Looks at one state of a repository, whole. Reads files, writes none. */
export async function runPipeline(given: Workspace, options: PipelineOptions): Promise<Outcome> {
  const sides = await openSides(given, options)
  if (sides.found === undefined) return { databases: [], judged: 0, ...conclude(sides.loaded.findings), states: [] }
  const { loaded, workspace, tree, charts, found, read, base, comparison } = sides
  const { settings, generated, databases } = found
  const changed = options.changed === true
  const findings: LocatedFinding[] = [
    ...loaded.findings,
    ...found.findings,
    ...(await settingsFindings(settings, { ...found, today: options.today })),
  ]

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
  const clusters = new Set(databases.map(({ cluster }) => cluster))
  const own = assessed.flatMap((one) => one.findings)
  append(findings, blameElements(notMadeRight(own, { clusters, tree }), databases))
  const withSql = assessed.flatMap(({ sql }) => sql ?? [])
  if (withSql.length > 0) append(findings, await sqlFindings(withSql))
  const [drafts] = split(
    found.drafts,
    (draft) => !changed || comparison === undefined || filesOf(draft).some((path) => comparison.base.differs(path)),
  )
  append(findings, await draftFindings(drafts, bench))

  const judgedSides = { before: [...(base?.databases.values() ?? [])], now: databases }
  const around = { settings, databases: generated, judged: judgedSides, tree: found.tree, base: read }
  const handWritten = await readHandWritten({ ...around, isHook: changed && options.staged })
  const facts = assessed.flatMap((one) => one.facts ?? [])
  append(findings, handWritten.findings, judgeFleet(facts, handWritten.stores))
  // a sum over some of the databases says nothing, and who reads a Secret is looked for in every manifest
  if (!changed) append(findings, overBudget(settings, facts), readersOfSecrets(facts, tree))
  if (options.live !== undefined) append(findings, compareFleet(options.live, { settings, databases, byHand: handWritten.deployed() }))
  append(findings, comparison?.conclude(handWritten.handovers) ?? [])

  const skippedDatabases = new Set(skipped)
  const judgedCount = first.filter(({ isUnchecked }) => isUnchecked !== true).length
  const byHand = { ...handWritten, kept: leftUncompared(handWritten.kept, base, databases) }
  const known = { ...found, judged: judgedCount, byHand, states: [], ...(comparison && { comparison }) }
  const reported = applyAllowances(applyLevels(findings, [...allStageRules, ...postgresRules], known), databases, skippedDatabases)
  const manifests = settings.generate ? writeManifests(settings, generated) : []
  const command = writtenCommand(workspace.root, 'render')
  const judging = { skippedDatabases, command, layout: settings.layout, advice: adviceFor(workspace, options.staged) }
  if (reported.some(isError)) return { ...known, ...conclude([...reported, ...judgeOutputs(manifests, tree, judging).foreign], comparison) }
  const outputs = [...assessed.flatMap(({ output }) => output ?? []), ...manifests]
  const { states, stale, foreign } = judgeOutputs(outputs, tree, judging)
  const isInherited = changed && read !== undefined ? inheritedStaleness(read, outputs, writeManifests) : () => false
  const all = [...reported, ...stale.filter((finding) => !isInherited(finding)), ...foreign]
  return { ...known, ...conclude(all, comparison), states, paths: tree.paths }
}
