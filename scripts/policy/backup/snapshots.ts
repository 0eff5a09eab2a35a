// Can a base backup on volume snapshots be restored, and does the database go on while it is taken?
import { named, phrase } from '../../findings/message.ts'
import { isReplica } from '../../operator/cluster/cluster.ts'
import type { RenderedObject } from '../../model.ts'
import type { JsonMap } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { instancesIn, listAt, objectsOfCluster, officialChart, plainAt, textAt } from '../subject.ts'
import type { ObjectRule, ObjectsSubject } from '../subject.ts'

const configuration = ['spec', 'backup', 'volumeSnapshot'] as const

/** A scheduled snapshot of a Cluster, and whether PostgreSQL runs meanwhile: the schedule decides, then the Cluster, whose default is true. */
function* scheduledSnapshots(
  subject: ObjectsSubject,
): Iterable<{ readonly cluster: RenderedObject; readonly schedule: RenderedObject; readonly isOnline: boolean }> {
  for (const cluster of subject.objects.filter(({ kind, plain }) => kind === 'Cluster' && isJsonMap(plainAt(plain, ...configuration))))
    for (const schedule of objectsOfCluster(subject, cluster, 'ScheduledBackup')) {
      if (textAt(schedule.plain, 'spec', 'method') !== 'volumeSnapshot') continue
      const [own, general] = [plainAt(schedule.plain, 'spec', 'online'), plainAt(cluster.plain, ...configuration, 'online')]
      yield { cluster, schedule, isOnline: (typeof own === 'boolean' ? own : general) !== false }
    }
}

/** Whether anything archives WAL: an in-tree store, or any plugin that says so. */
export function archives(plain: JsonMap): boolean {
  return (
    isJsonMap(plainAt(plain, 'spec', 'backup', 'barmanObjectStore')) ||
    listAt(plain, 'spec', 'plugins').some((plugin) => plainAt(plugin, 'isWALArchiver') === true && plainAt(plugin, 'enabled') !== false)
  )
}

export const snapshots: readonly ObjectRule[] = [
  {
    // CloudNativePG 1.27 to 1.30, backup.md: "Hot backups … require the presence of a WAL archive"; appendix on volume snapshots
    id: 'policy/hot-snapshot-has-archive',
    severity: 'warning',
    configurable: true,
    summary: 'a snapshot of a running PostgreSQL comes with an archive of the WAL that a restore needs',
    reads: [],
    *check(subject) {
      if (officialChart(subject) !== undefined) return
      for (const { cluster, schedule, isOnline } of scheduledSnapshots(subject)) {
        if (!isOnline || archives(cluster.plain) || isReplica(cluster.plain)) continue
        yield {
          object: schedule,
          message: phrase`snapshots are taken while PostgreSQL runs, but Cluster ${named(cluster.name)} archives no WAL, without which they can't be restored`,
          places: [{ path: ['spec', 'method'] }],
          help: phrase`archive WAL by a plugin with isWALArchiver: true, or set online: false in spec.backup.volumeSnapshot`,
        }
      }
    },
  },
  {
    // `offline.go`: the instance is fenced, so that PostgreSQL stops; backup.md warns of the primary as the target of cold backups
    id: 'policy/cold-snapshot-spares-primary',
    severity: 'warning',
    configurable: true,
    summary: 'a snapshot for which PostgreSQL stops is taken of a standby',
    reads: [],
    *check(subject) {
      for (const { cluster, schedule, isOnline } of scheduledSnapshots(subject)) {
        const target = textAt(schedule.plain, 'spec', 'target') ?? textAt(cluster.plain, 'spec', 'backup', 'target')
        const isOnly = instancesIn(cluster) === 1
        if (isOnline || !(isOnly || target === 'primary')) continue
        const isOwn = plainAt(schedule.plain, 'spec', 'online') === false
        yield {
          object: isOwn ? schedule : cluster,
          message: isOnly
            ? phrase`online is false, but instances is 1: PostgreSQL stops for each of the backups by ${named(schedule.name)}`
            : phrase`online is false, but the target is the primary: it stops for each of the backups by ${named(schedule.name)}`,
          places: [{ path: isOwn ? ['spec', 'online'] : [...configuration, 'online'] }],
          help: isOnly ? phrase`remove online: false (and archive WAL), or run a standby` : phrase`set target: prefer-standby`,
        }
      }
    },
  },
  {
    // `ensurePodIsFenced`: "cannot execute volume snapshot on a cluster that has fenced instances"
    id: 'policy/cold-snapshot-unfenced',
    severity: 'warning',
    configurable: true,
    upstream: 'offlineExecutor.ensurePodIsFenced',
    summary: 'no instance is fenced in Git where snapshots fence one themselves',
    reads: [],
    *check(subject) {
      for (const { cluster, schedule, isOnline } of scheduledSnapshots(subject)) {
        const path = ['metadata', 'annotations', 'cnpg.io/fencedInstances']
        const fenced = textAt(cluster.plain, ...path) ?? ''
        if (isOnline || !/^\s*\[\s*"/.test(fenced)) continue
        yield {
          object: cluster,
          message: phrase`instances are fenced, but snapshots of ${named(schedule.name)} fence one themselves, and are refused meanwhile`,
          places: [{ path }],
          help: phrase`remove the annotation once the work is done, or suspend the ScheduledBackup`,
        }
      }
    },
  },
]
