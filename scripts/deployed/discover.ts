// Which databases does one state of the repository have: those of the settings, and those deployed as written?
import type { Charts } from '../charts/find.ts'
import { discover } from '../discover/discover.ts'
import { inputFindings, noDatabase } from '../discover/inputs.ts'
import { isError } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Database, Settings } from '../model.ts'
import type { Tree } from '../repository/tree.ts'
import type { Draft } from './sets/drafts.ts'
import { skippedFindings } from './skipped.ts'
import type { Skipped } from './skipped.ts'
import { readWritten } from './loader.ts'

/** Two makers of one Application are reported as such: what both deploy is judged once. */
function withoutDoubles(written: readonly Database[], generated: readonly Database[], { argocd }: Settings): readonly Database[] {
  const made = new Set(generated.map(({ application }) => `${argocd.namespace}/${application}`))
  return written.filter((database) => !made.has(database.written?.key ?? ''))
}

export interface AllDatabases {
  /** with the address of this repository, where only the manifests tell it */
  readonly settings: Settings
  readonly tree: Tree
  /** those that our settings make */
  readonly generated: readonly Database[]
  readonly databases: readonly Database[]
  readonly drafts: readonly Draft[]
  readonly skipped: readonly Skipped[]
  readonly findings: readonly LocatedFinding[]
}

interface State {
  readonly settings: Settings
  readonly tree: Tree
  readonly charts: Charts
  /** nothing outside the folders of the settings differs from what was judged before */
  readonly isElsewhereSame?: boolean
}

/** Nothing is passed over: what can't be looked at is a finding; a state without any database is an error. */
export async function discoverAll({ settings, tree, charts, isElsewhereSame }: State): Promise<AllDatabases> {
  const own = settings.generate ? discover(settings, tree) : { databases: [], findings: [] }
  const inputs = settings.generate ? inputFindings(settings, tree) : []
  const written = await readWritten({ settings, tree, charts, databases: own.databases, isElsewhereSame: isElsewhereSame === true })
  const databases = [...own.databases, ...withoutDoubles(written.databases, own.databases, settings)]
  const { undeployed = [] } = written
  // without any database, Clusters that nobody deploys are what an error is about, or a consequence of it
  const isLookedAt = databases.length + written.skipped.length > 0
  const skipped = isLookedAt ? [...written.skipped, ...undeployed] : written.skipped
  const isExplained = written.isExplained === true || written.skipped.length > 0
  const findings = [...own.findings, ...inputs, ...written.findings, ...skippedFindings(skipped)]
  if (databases.length === 0 && !isExplained && !findings.some(isError))
    findings.push(noDatabase(settings, tree, { clusters: undeployed, elsewhere: written.elsewhere?.[0] }))
  const { settings: known, tree: wide, drafts } = written
  return { settings: known, tree: wide, generated: own.databases, databases, drafts, skipped, findings }
}
