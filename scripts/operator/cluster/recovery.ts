// Can the cluster be recovered from where the recovery section points?
import { here, phrase, shown } from '../../findings/message.ts'
import type { Finding, Rule } from '../../findings/finding.ts'
import type { JsonMap } from '../../values/value.ts'
import { externalClusterNames, hasExternalCluster } from './cluster.ts'
import { refusal, withPlaces } from '../finding.ts'
import { itemsAt, mapAt, stringAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'
import { reached, releases } from '../version.ts'

const recovery = ['spec', 'bootstrap', 'recovery'] as const
const snapshots = [...recovery, 'volumeSnapshots'] as const

/** The snapshot rules stop at the first of the two conflicts. */
function clash(cluster: JsonMap): 'backup' | 'backupID' | undefined {
  if (!mapAt(cluster, ...snapshots)) return undefined
  if (mapAt(cluster, ...recovery, 'backup')) return 'backup'
  return stringAt(cluster, ...recovery, 'recoveryTarget', 'backupID') === '' ? undefined : 'backupID'
}

function* unsupportedKind(cluster: JsonMap, member: 'storage' | 'walStorage'): Iterable<Finding> {
  const path = [...snapshots, member]
  if (clash(cluster) !== undefined || !mapAt(cluster, ...path)) return
  const group = stringAt(cluster, ...path, 'apiGroup')
  const kind = stringAt(cluster, ...path, 'kind')
  if (group === 'snapshot.storage.k8s.io' && kind === 'VolumeSnapshot') return
  if (group === '' && kind === 'PersistentVolumeClaim') return
  const message = phrase`${here(`volumeSnapshots.${member}`)} is ${shown(kind)}, but must be a VolumeSnapshot or a PersistentVolumeClaim`
  const help = phrase`set apiGroup snapshot.storage.k8s.io and kind VolumeSnapshot, or apiGroup "" and kind PersistentVolumeClaim`
  const field = [...recovery, ...(member === 'storage' ? ['storage'] : ['dataSource', 'walStorage'])].join('.')
  yield { ...refusal([...path, 'kind'], message, help), field }
}

/** In the order of `validateBootstrapRecoverySource` and `validateBootstrapRecoveryDataSource`. */
export const recoverySource: readonly Rule<OperatorSubject>[] = [
  {
    id: 'recovery/source-known',
    severity: 'error',
    upstream: 'validateBootstrapRecoverySource',
    summary: 'bootstrap.recovery.source names an external cluster',
    *check({ object }) {
      const source = stringAt(object, ...recovery, 'source')
      if (source === '' || hasExternalCluster(object, source)) return
      const message = phrase`${here('recovery.source')} is ${shown(source)}, but must name an external cluster`
      yield refusal([...recovery, 'source'], message, phrase`use ${externalClusterNames(object)}`)
    },
  },
  {
    id: 'recovery/source-usable',
    severity: 'error',
    upstream: 'validateBootstrapRecoverySource',
    summary: 'the source of a recovery defines where its backups are',
    *check({ object, operator }) {
      const source = stringAt(object, ...recovery, 'source')
      if (source === '') return
      const found = itemsAt(object, 'spec', 'externalClusters').find(([, item]) => stringAt(item, 'name') === source)
      // upstream reports an unknown source here once more, with the same field and type
      if (!found) return
      const connection = reached(operator, releases.march2026) ? ['connectionParameters'] : []
      const members = [...connection, 'barmanObjectStore', 'plugin']
      if (members.some((member) => mapAt(found[1], member))) return
      const message = phrase`${here('recovery.source')} is ${shown(source)}, but that entry has none of ${members.join(', ')}`
      const finding = refusal([...recovery, 'source'], message, phrase`give the external cluster a plugin with its parameters`)
      yield withPlaces(finding, { path: ['spec', 'externalClusters', found[0]], label: phrase`the external cluster` })
    },
  },
  {
    id: 'recovery/snapshot-or-backup',
    severity: 'error',
    upstream: 'validateBootstrapRecoveryDataSource',
    summary: 'a recovery from volume snapshots names no backup',
    *check({ object }) {
      if (clash(object) !== 'backup') return
      const message = phrase`${here('recovery.backup')} is set, but must not be, since volumeSnapshots is set`
      const finding = refusal([...recovery, 'backup'], message, phrase`remove backup or volumeSnapshots`)
      yield withPlaces(finding, { path: snapshots, label: phrase`volumeSnapshots is here`, on: 'key' })
    },
  },
  {
    id: 'recovery/snapshot-without-backup-id',
    severity: 'error',
    upstream: 'validateBootstrapRecoveryDataSource',
    summary: 'a recovery from volume snapshots names no backup id',
    *check({ object }) {
      if (clash(object) !== 'backupID') return
      const message = phrase`${here('recoveryTarget.backupID')} is set, but must not be, since volumeSnapshots is set`
      const finding = refusal([...recovery, 'recoveryTarget', 'backupID'], message, phrase`remove backupID`)
      yield withPlaces(finding, { path: snapshots, label: phrase`volumeSnapshots is here`, on: 'key' })
    },
  },
  {
    id: 'recovery/snapshot-storage-kind',
    severity: 'error',
    upstream: 'validateVolumeSnapshotSource',
    summary: 'the snapshot of the data volume is a VolumeSnapshot or a PersistentVolumeClaim',
    check: ({ object }) => unsupportedKind(object, 'storage'),
  },
  {
    id: 'recovery/snapshot-wal-needs-wal-storage',
    severity: 'error',
    upstream: 'validateBootstrapRecoveryDataSource',
    summary: 'a snapshot of a WAL volume is recovered into a cluster with walStorage',
    *check({ object }) {
      if (clash(object) !== undefined || !mapAt(object, ...snapshots, 'walStorage') || mapAt(object, 'spec', 'walStorage')) return
      const message = phrase`${here('volumeSnapshots.walStorage')} is set, but the cluster has no walStorage`
      const finding = refusal([...snapshots, 'walStorage'], message, phrase`add walStorage with a size to the cluster`)
      yield { ...finding, field: [...recovery, 'dataSource', 'walStorage'].join('.') }
    },
  },
  {
    id: 'recovery/snapshot-wal-kind',
    severity: 'error',
    upstream: 'validateVolumeSnapshotSource',
    summary: 'the snapshot of the WAL volume is a VolumeSnapshot or a PersistentVolumeClaim',
    check: ({ object }) => unsupportedKind(object, 'walStorage'),
  },
]
