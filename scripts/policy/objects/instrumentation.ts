// Do the metrics come that the chart is asked for?
import { named, phrase } from '../../findings/message.ts'
import { valueAt } from '../../values/value.ts'
import type { Path } from '../../values/value.ts'
import { listAt, objectOf, textAt } from '../subject.ts'
import type { PolicyRule } from '../subject.ts'

const above: Path = ['cluster', 'monitoring', 'instrumentation']
/** Switches of the chart, and how the ConfigMap ends that each prints. */
const switches = [
  ['logicalReplication', '-monitoring-logical-replication'],
  ['pgStatStatements', '-monitoring-pg-stat-statements'],
] as const

export const instrumentation: readonly PolicyRule[] = [
  {
    // charts#994: cluster 0.6.0 to 0.8.1 print the ConfigMap, but list customQueries only in customQueriesConfigMap of the Cluster
    id: 'policy/instrumentation-listed',
    severity: 'warning',
    configurable: true,
    summary: 'the queries that an instrumentation of the chart brings are listed in the Cluster',
    reads: [above],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      for (const [key, suffix] of switches) {
        const node = valueAt(subject.values, [...above, key])
        // the chart's own default is nobody's wish
        if (cluster === undefined || node === undefined || node.origin.layer === 'chart' || plainOf(node) !== true) continue
        const map = subject.objects.find(({ kind, name }) => kind === 'ConfigMap' && name.endsWith(suffix))
        const listed = listAt(cluster.plain, 'spec', 'monitoring', 'customQueriesConfigMap').map((one) => textAt(one, 'name'))
        if (map === undefined || listed.includes(map.name)) continue
        yield {
          message: phrase`ConfigMap ${named(map.name)} is made, but this chart does not list it in the Cluster: no metric comes of it`,
          places: [{ path: [...above, key] }],
          help: phrase`write the queries of that ConfigMap into cluster.monitoring.customQueries`,
        }
      }
    },
  },
]

const plainOf = (node: NonNullable<ReturnType<typeof valueAt>>) => (node.kind === 'scalar' ? node.value : undefined)
