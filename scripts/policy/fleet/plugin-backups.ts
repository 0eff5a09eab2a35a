// Is a Backup that a recovery names one that the operator itself can read?
import { named, phrase, shown } from '../../findings/message.ts'
import type { LazySpot, LocatedFinding } from '../../findings/spot.ts'
import type { RenderedObject } from '../../model.ts'
import type { Path } from '../../values/value.ts'
import { textAt } from '../subject.ts'

/** The Backup that a Cluster is restored from, and those that are made of it. */
export interface BackupFacts {
  readonly read?: { readonly name: string; readonly at: LazySpot }
  readonly made: readonly {
    readonly name: string
    readonly isScheduled: boolean
    readonly isByPlugin: boolean
    readonly server: string
  }[]
}

const path: Path = ['spec', 'bootstrap', 'recovery', 'backup', 'name']

/** What is retained of the objects of a database. */
export function backupFacts(
  cluster: RenderedObject,
  objects: readonly RenderedObject[],
  spot: (object: RenderedObject, path: Path) => LazySpot,
): BackupFacts {
  // a source with a plugin goes before
  const name = textAt(cluster.plain, 'spec', 'bootstrap', 'recovery', 'source') ? '' : (textAt(cluster.plain, ...path) ?? '')
  const made = objects.flatMap(({ kind, name: own, plain }) =>
    kind === 'Backup' || kind === 'ScheduledBackup'
      ? [
          {
            name: own,
            isScheduled: kind === 'ScheduledBackup',
            isByPlugin: textAt(plain, 'spec', 'method') === 'plugin',
            server: textAt(plain, 'spec', 'cluster', 'name') ?? cluster.name,
          },
        ]
      : [],
  )
  return name === '' ? { made } : { made, read: { name, at: spot(cluster, path) } }
}

interface Known {
  readonly database: string
  readonly namespace: string
  readonly backups: BackupFacts
}

/** A ScheduledBackup names each Backup after itself and the second at which it is due. */
function isMadeAs(backup: string, { name, isScheduled }: BackupFacts['made'][number]): boolean {
  return isScheduled ? backup.startsWith(`${name}-`) && /^\d{14}$/.test(backup.slice(name.length + 1)) : backup === name
}

/**
 * `policy/recovery-backup-readable`: `loadBackupFromReference` of CloudNativePG 1.27 to 1.30 reads bucket and credentials from the status of
 * the Backup, where a plugin writes none: "missing Azure credentials" (plugin-barman-cloud#510, cloudnative-pg#7989).
 */
export function unreadableBackups(fleet: readonly Known[]): LocatedFinding[] {
  return fleet.flatMap(({ database, namespace, backups: { read } }): LocatedFinding[] => {
    if (read === undefined) return []
    const all = fleet
      .filter((other) => other.namespace === namespace)
      .flatMap((other) => other.backups.made)
      .filter((one) => isMadeAs(read.name, one))
    const [made] = all
    // of several that have the name only one is there
    if (made === undefined || !all.every(({ isByPlugin }) => isByPlugin)) return []
    return [
      {
        rule: 'policy/recovery-backup-readable',
        severity: 'error',
        message: phrase`backup is ${shown(read.name)}, but that is made by a plugin, and the operator can't read it: the restore fails`,
        at: read.at(),
        related: [],
        help: phrase`recover from an external cluster with the same plugin and ObjectStore, and serverName: ${named(made.server)}`,
        database,
      },
    ]
  })
}
