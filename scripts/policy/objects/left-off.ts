// Is something switched off in Git that is meant to be off for a while?
import { here, named, phrase } from '../../findings/message.ts'
import type { ObjectFinding, ObjectRule, ObjectsSubject } from '../subject.ts'
import { objectsOf, objectsOfCluster, plainAt, textAt } from '../subject.ts'
import { loadedPlugins } from '../backup/plugins.ts'

const mark = (name: string) => ['metadata', 'annotations', name] as const
const loop = mark('cnpg.io/reconciliationLoop')
const archiving = mark('cnpg.io/skipWalArchiving')

/** Base backups of PostgreSQL running, which need the WAL that is written meanwhile; a snapshot has a rule of its own. */
const needsWal = (method: string | undefined): boolean => method === 'plugin' || method === undefined || method === 'barmanObjectStore'

function* offOfClusters(subject: ObjectsSubject): Iterable<ObjectFinding> {
  for (const cluster of objectsOf(subject, 'Cluster')) {
    if (textAt(cluster.plain, ...loop) === 'disabled')
      yield {
        object: cluster,
        message: phrase`${here('cnpg.io/reconciliationLoop')} is disabled, but then nothing here reaches the database, and no failover happens`,
        places: [{ path: loop }],
        help: phrase`remove it once the work by hand is done`,
      }
    if (textAt(cluster.plain, ...archiving) !== 'enabled') continue
    const schedule = objectsOfCluster(subject, cluster, 'ScheduledBackup').find(
      ({ plain }) => needsWal(textAt(plain, 'spec', 'method')) && plainAt(plain, 'spec', 'suspend') !== true,
    )
    if (schedule === undefined || (loadedPlugins(cluster).length === 0 && plainAt(cluster.plain, 'spec', 'backup') === undefined)) continue
    yield {
      object: cluster,
      message: phrase`cnpg.io/skipWalArchiving is enabled, but ${named(schedule.name)} takes backups that can't be restored without WAL`,
      places: [{ path: archiving }],
      help: phrase`remove the annotation, or the ScheduledBackup`,
    }
  }
}

export const leftOff: readonly ObjectRule[] = [
  {
    // failure_modes.md of CloudNativePG 1.27 to 1.30: "This annotation should be removed as soon as the issue is resolved. Leaving it in place
    // prevents the operator from executing self-healing actions, including failover"; `paused` is PgBouncer's PAUSE; with skipWalArchiving
    // `wal-archive` of the operator keeps nothing (plugin-barman-cloud#519, cnpg#10745)
    id: 'policy/not-left-off',
    severity: 'warning',
    configurable: true,
    upstream: 'IsReconciliationDisabled, IsWalArchivingDisabled, pgbouncer PoolerReconciler.synchronizePause',
    summary: 'nothing is switched off in Git that is meant for a while: the operator itself, a Pooler, the archive of WAL',
    reads: [['poolers']],
    *check(subject) {
      yield* offOfClusters(subject)
      for (const pooler of objectsOf(subject, 'Pooler')) {
        if (plainAt(pooler.plain, 'spec', 'pgbouncer', 'paused') !== true) continue
        yield {
          object: pooler,
          message: phrase`${here('paused')} is true, but then PgBouncer lets no query through: clients wait`,
          places: [{ path: ['spec', 'pgbouncer', 'paused'] }],
          help: phrase`remove it once the work is done`,
        }
      }
    },
  },
]
