// Does a recovery say what it starts from, and does that hold every volume of the Cluster?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { isJsonMap } from '../../values/value.ts'
import { listAt, officialChart, plainAt, textAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule } from '../subject.ts'

const recovery = ['spec', 'bootstrap', 'recovery'] as const
const snapshots = [...recovery, 'volumeSnapshots'] as const

/** Volumes for which `GetSource` of the calculators finds no snapshot: "missing StorageSource for …" (cnpg#9053, #3688). */
function* missingSnapshots(cluster: RenderedObject): Iterable<ObjectFinding> {
  const given = plainAt(cluster.plain, ...snapshots)
  // a Backup that is a snapshot goes before
  if (!isJsonMap(given) || isJsonMap(plainAt(cluster.plain, ...recovery, 'backup'))) return
  const there = { path: snapshots, on: 'key' as const }
  if (isJsonMap(plainAt(cluster.plain, 'spec', 'walStorage')) && !isJsonMap(given['walStorage']))
    yield {
      object: cluster,
      message: phrase`volumeSnapshots has no walStorage, but the Cluster has a volume for WAL: the operator makes no instance`,
      places: [there, { path: ['spec', 'walStorage'], on: 'key', label: phrase`the volume for WAL` }],
      help: phrase`add walStorage with the snapshot of that volume, or remove spec.walStorage if the Cluster of the snapshots had none`,
    }
  for (const [index, tablespace] of listAt(cluster.plain, 'spec', 'tablespaces').entries()) {
    const name = textAt(tablespace, 'name') ?? ''
    if (name === '' || isJsonMap(plainAt(given, 'tablespaceStorage', name))) continue
    yield {
      object: cluster,
      message: phrase`volumeSnapshots has no tablespaceStorage for ${shown(name)}: the operator makes no instance`,
      places: [there, { path: ['spec', 'tablespaces', index, 'name'], label: phrase`the tablespace` }],
      help: phrase`add tablespaceStorage: {${named(name)}: {…}} with the snapshot of that volume`,
    }
  }
}

export const restored: readonly ObjectRule[] = [
  {
    // `loadBackupObjectFromExternalCluster` of CloudNativePG 1.27 to 1.30: "recovery source not specified"
    id: 'policy/recovery-has-source',
    severity: 'error',
    configurable: true,
    summary: 'a recovery names a backup, an external cluster or snapshots to start from',
    reads: [['recovery']],
    *check({ objects }) {
      for (const cluster of objects.filter(({ kind }) => kind === 'Cluster')) {
        const given = plainAt(cluster.plain, ...recovery)
        if (!isJsonMap(given) || textAt(given, 'source') || isJsonMap(given['backup']) || isJsonMap(given['volumeSnapshots'])) continue
        yield {
          object: cluster,
          message: phrase`${here('recovery')} names nothing to start from: the job that restores fails`,
          places: [{ path: recovery, on: 'key' }],
          help: phrase`set source (an external cluster), backup.name or volumeSnapshots.storage`,
        }
      }
    },
  },
  {
    id: 'policy/snapshots-whole',
    severity: 'error',
    configurable: true,
    upstream: 'CreateInstancePVCs: pgWalCalculator.GetSource, pgTablespaceCalculator.GetSource',
    summary: 'a recovery from volume snapshots has one for each volume of the Cluster',
    reads: [],
    *check(subject) {
      // the chart restores from no snapshots
      if (officialChart(subject) !== undefined) return
      for (const cluster of subject.objects.filter(({ kind }) => kind === 'Cluster')) yield* missingSnapshots(cluster)
    },
  },
]
