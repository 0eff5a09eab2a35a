// Does a chart in a folder still print the Clusters that it printed before?
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Side } from './side.ts'

/** What such Clusters are called is known only once they are printed; those of other makers are compared as deployments. */
export function lostClusterFindings(before: Side, after: Side): LocatedFinding[] {
  const { written, id, environment } = after.database
  if (written?.chartFolder === undefined || before.database.written === undefined || environment.clusterChart.name === 'cluster') return []
  const namesOf = ({ objects }: Side): string[] => objects.flatMap(({ kind, name }) => (kind === 'Cluster' ? [name] : []))
  const [was, is] = [namesOf(before), namesOf(after)]
  const lost = was.filter((name) => !is.includes(name))
  const [fresh] = is.filter((name) => !was.includes(name))
  return lost.map((name) => ({
    rule: fresh === undefined ? 'changes/database-stays' : 'changes/cluster-name-stays',
    severity: 'error',
    message:
      fresh === undefined
        ? phrase`chart of Application ${named(after.database.application)} no longer makes the Cluster ${named(name)}`
        : phrase`cluster of Application ${named(after.database.application)} goes from ${named(name)} to ${named(fresh)}, but that is new and empty`,
    at: written.at,
    help: phrase`restore what made ${named(name)}: the release, its values or the chart`,
    database: id,
  }))
}
