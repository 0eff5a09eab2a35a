// Does something wait for a Cluster that sleeps?
import { here, named, phrase } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { objectOf, objectsOfCluster, plainAt, textAt, typed } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'

const annotation = 'cnpg.io/hibernation'

/** Whether a Cluster has no running instance on purpose. */
export function isHibernated({ plain }: RenderedObject): boolean {
  return textAt(plain, 'metadata', 'annotations', annotation) === 'on'
}

export const hibernation: readonly ObjectRule[] = [
  {
    // CloudNativePG 1.27 to 1.30: "cannot backup a hibernated cluster" (cloudnative-pg#8508)
    id: 'policy/schedule-sleeps-too',
    severity: 'warning',
    configurable: true,
    upstream: 'Backup controller, reason ClusterIsHibernated',
    summary: 'no scheduled backup is due while its Cluster is hibernated',
    reads: [
      ['cluster', 'annotations'],
      ['backups', 'scheduledBackups'],
    ],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      if (cluster === undefined || !isHibernated(cluster)) return
      const schedules = objectsOfCluster(subject, cluster, 'ScheduledBackup')
      const awake = schedules.find(({ plain }) => plainAt(plain, 'spec', 'suspend') !== true)
      if (awake === undefined) return
      yield {
        object: cluster,
        message: phrase`${here(annotation)} is on, but ScheduledBackup ${named(awake.name)} goes on: each of its backups fails`,
        places: [{ path: ['metadata', 'annotations', annotation] }],
        help: phrase`set ${typed(subject, 'backups.scheduledBackups: []', 'suspend: true in the spec of the ScheduledBackup')} until the Cluster runs again`,
      }
    },
  },
]
