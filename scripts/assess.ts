// What does a check find in one database: alone, and against its base, the live cluster and the real Helm?
import type { Comparison } from './changes/comparison.ts'
import type { Charts } from './charts/find.ts'
import { sideOf } from './changes/side.ts'
import { crossCheck } from './chart/helm-binary/cross-check.ts'
import { hasDefaults } from './discover/inputs.ts'
import type { Output } from './emit/outputs.ts'
import { writeValues } from './emit/values.ts'
import { evaluate, layerReader } from './evaluate.ts'
import type { EvaluateOptions, Evaluated } from './evaluate.ts'
import { liveFindings } from './live/cluster.ts'
import type { LiveState } from './live/state.ts'
import { LayerReader } from './merge/layers.ts'
import type { Database, Settings } from './model.ts'
import { fleetFacts } from './policy/fleet/fleet-facts.ts'
import type { FleetFacts } from './policy/fleet/fleet-facts.ts'
import { judgeLifecycle, withHolders } from './policy/judge.ts'
import { hasSql } from './policy/sql/sql.ts'
import { eachCluster, policySubject } from './policy/subject.ts'
import type { PolicySubject } from './policy/subject.ts'
import type { LocatedFinding } from './findings/spot.ts'
import { append } from './values/append.ts'
import { once } from './values/once.ts'

/** What databases are assessed with; layers are read once for all of them. */
export interface Bench {
  readonly settings: Settings
  /** of the repository, for charts that are folders in it */
  readonly root: string
  readonly charts: Charts
  /** of the base */
  readonly baseCharts: Charts
  readonly reader: LayerReader
  /** of the base, whose findings about single layers are left out */
  readonly baseReader: LayerReader
  readonly comparison: Comparison | undefined
  readonly live: LiveState | undefined
  /** `YYYY-MM-DD`; undefined: no rule asks for the age of a version */
  readonly today: string | undefined
  /** the real Helm renders the modelled chart, too */
  readonly crossCheck: boolean | undefined
}

export function openBench(parts: Omit<Bench, 'reader' | 'baseReader'>): Bench {
  return { ...parts, reader: layerReader(parts.settings), baseReader: new LayerReader(() => []) }
}

export interface Assessed {
  readonly findings: readonly LocatedFinding[]
  /** the rendered values file; absent if a layer can't be read */
  readonly output?: Output
  /** what may conflict with the rest of the fleet, now and at the base; absent without a Cluster */
  readonly facts?: FleetFacts
  readonly before?: FleetFacts
  /** what a parser has yet to judge */
  readonly sql?: PolicySubject
  /** nothing rendered its chart, so that no object was checked */
  readonly isUnchecked?: true
}

export function assess(database: Database, bench: Bench): Assessed {
  const { settings, root, charts, reader, live } = bench
  const evaluated = evaluate(database, { settings, root, charts, reader })
  if ('unreadable' in evaluated) return { findings: evaluated.unreadable }
  const { merged, objects } = evaluated
  const findings = [...evaluated.findings]
  if (
    bench.crossCheck === true &&
    database.written?.objects === undefined &&
    database.environment.clusterChart.engine === 'builtin' &&
    objects.length > 0
  )
    append(findings, crossCheck(database, { values: merged, objects, repository: { root, charts } }))
  const subject = policySubject({ database, settings, values: merged, objects })
  if (bench.today !== undefined) append(findings, judgeLifecycle(subject, bench.today))
  if (live !== undefined) append(findings, liveFindings(live, evaluated))
  const compared = compareWithBase(evaluated, bench)
  // without the environment's defaults, which is reported, it is unknown what the database is meant to have
  if (hasDefaults(database)) append(findings, compared.findings)
  const facts = factsOf(evaluated, { settings, root, charts, reader })
  const beside = withHolders(subject)
  return {
    findings,
    ...(database.written === undefined && {
      output: { path: database.rendered, text: writeValues(database, merged), database: database.id },
    }),
    ...(facts === undefined ? {} : { facts }),
    ...(eachCluster(beside).some(hasSql) ? { sql: beside } : {}),
    ...(compared.before === undefined ? {} : { before: compared.before }),
    ...(objects.length === 0 && isUnavailable(evaluated) ? { isUnchecked: true } : {}),
  }
}

const notRendered: ReadonlySet<string> = new Set(['chart/available', 'charts/digest', 'chart/usable', 'chart/helm-engine'])

/** Whether the chart itself is missing, so that nothing could be rendered. */
function isUnavailable({ refusals }: Evaluated): boolean {
  return refusals.some(({ rule }) => notRendered.has(rule))
}

/** The same database at the base, where it was another one, and what is said of the change. */
function compareWithBase(after: Evaluated, { root, comparison, baseReader, baseCharts }: Bench): Pick<Assessed, 'findings' | 'before'> {
  const settings = comparison?.base.settings
  const old = comparison?.before(after.database)
  if (comparison === undefined || settings === undefined || old === undefined) return { findings: [] }
  const inputs = evaluate(old, { settings, root, charts: baseCharts, reader: baseReader })
  const rendered = comparison.deployed(old, 'unreadable' in inputs ? undefined : writeValues(old, inputs.merged))
  const before = rendered === undefined ? inputs : evaluate(rendered, { settings, root, charts: baseCharts, reader: baseReader })
  if ('unreadable' in before) return { findings: comparison.leaveOut(after.database, before.unreadable) }
  const found = comparison.compare(sideOf(before), sideOf(after))
  const left = before.objects.length > 0 ? [] : comparison.leaveOut(after.database, before.refusals)
  const facts = factsOf(before, { settings, root, charts: baseCharts, reader: baseReader })
  return { findings: [...found, ...left], ...(facts === undefined ? {} : { before: facts }) }
}

function factsOf({ database, settings, merged, objects }: Evaluated, options: EvaluateOptions): FleetFacts | undefined {
  const again = once((): PolicySubject => {
    const second = evaluate(database, options)
    if ('unreadable' in second) throw new Error(`${database.id} was read before`)
    return policySubject({ database, settings, values: second.merged, objects: second.objects })
  })
  return fleetFacts(policySubject({ database, settings, values: merged, objects }), again)
}
