// Would a recovery start, and give back the database that was meant?
import { lookup } from '../../values/lookup.ts'
import { here, named, phrase, shown } from '../../findings/message.ts'
import { reached } from '../../operator/version.ts'
import { printed } from '../../values/printed.ts'
import { barmanPlugin } from '../../chart/model/plugins.ts'
import { valueAt } from '../../values/value.ts'
import type { Json, JsonMap } from '../../values/value.ts'
import { listAt, objectOf, plainAt, textAt } from '../subject.ts'
import type { ObjectRule, PolicyRule } from '../subject.ts'

/** The first releases whose `ConvertToPostgresFormat` (machinery 0.3.3) writes `+00:00` where it wrote `Z`. */
const withoutZ = ['1.27.3', '1.28.1', '1.29.0'] as const
const rfc3339 = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)$/

/**
 * Why PostgreSQL would refuse `recovery_target_time`: it knows no `Z` there (`cnpg#9333`; servers 15 and 18). The operator rewrites
 * what is RFC 3339, and hands on everything else as it is.
 */
function handedOnWithZ(time: string, operator: string): string | undefined {
  const [, , , zone] = rfc3339.exec(time) ?? []
  if (zone === undefined) return /Z\s*$/.test(time) ? 'PostgreSQL reads no Z there and does not start' : undefined
  const isUtc = /^(?:Z|[+-]00:00)$/.test(zone)
  return isUtc && !reached(operator, withoutZ) ? 'this operator writes it with a Z, with which PostgreSQL does not start' : undefined
}

/** Whether a recovery takes a Backup, named or not. */
function hasBackup(cluster: JsonMap | undefined): boolean {
  return plainAt(cluster, 'spec', 'bootstrap', 'recovery', 'backup') !== undefined
}

/** The ids that `barman-cloud-backup` gives: the time at which it began. */
const isBarmanId = (id: string): boolean => /^\d{8}T\d{6}$/.test(id)

/** Whether the backups of an external cluster are Barman's; those of other plugins have other ids. */
function isOfBarman(external: Json | undefined): boolean {
  const plugin = textAt(external, 'plugin', 'name')
  return plugin === undefined ? plainAt(external, 'barmanObjectStore') !== undefined : plugin === barmanPlugin
}

export const recoveryOfObjects: readonly ObjectRule[] = [
  {
    // `findBackupFromID` of barman-cloud 0.1 to 0.5, in the operator and in the plugin: "no backup found with ID …"
    id: 'policy/backup-id-readable',
    severity: 'error',
    configurable: true,
    summary: 'the backup that a recovery starts from is named by the id that Barman gave it',
    reads: [],
    *check({ objects }) {
      for (const cluster of objects.filter(({ kind }) => kind === 'Cluster')) {
        const recovery = ['spec', 'bootstrap', 'recovery']
        const path = [...recovery, 'recoveryTarget', 'backupID']
        const [id, source] = [textAt(cluster.plain, ...path) ?? '', textAt(cluster.plain, ...recovery, 'source')]
        if (id === '' || isBarmanId(id)) continue
        const external = listAt(cluster.plain, 'spec', 'externalClusters').find((one) => textAt(one, 'name') === source)
        if (external === undefined || !isOfBarman(external)) continue
        yield {
          object: cluster,
          message: phrase`${here('backupID')} is ${shown(id)}, but ids of Barman are like 20260131T020000: no backup is found`,
          places: [{ path }],
          help: phrase`write status.backupId of the Backup that was meant`,
        }
      }
    },
  },
  {
    id: 'policy/target-time-readable',
    severity: 'error',
    configurable: true,
    summary: 'PostgreSQL can read the target time of a recovery as the operator hands it on',
    reads: [['recovery', 'pitrTarget', 'time']],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      const path = ['spec', 'bootstrap', 'recovery', 'recoveryTarget', 'targetTime']
      const time = textAt(cluster?.plain, ...path)
      const reason = time === undefined ? undefined : handedOnWithZ(time, subject.operator)
      if (cluster === undefined || time === undefined || reason === undefined) return
      const plain = time
        .trim()
        .replace('T', ' ')
        .replace(/(?:Z|[+-]00:00)$/, '+00:00')
      yield {
        object: cluster,
        message: phrase`${here('targetTime')} is ${shown(time)}, but ${reason}`,
        places: [{ path }],
        help: phrase`write ${shown(plain)}`,
      }
    },
  },
]

const owners: Readonly<Record<string, true>> = lookup({ backup: true, object_store: true, plugin: true })

export const recovery: readonly PolicyRule[] = [
  {
    id: 'policy/recovery-database',
    severity: 'warning',
    configurable: true,
    upstream: 'ConfigureInstanceAfterRestore, ConfigureNewInstance',
    summary: 'a recovery names the database that initdb would have made: another one is created empty',
    reads: [
      ['recovery', 'database'],
      ['cluster', 'initdb', 'database'],
    ],
    *check({ values, objects }) {
      const [mode, method] = [valueAt(values, ['mode']), valueAt(values, ['recovery', 'method'])]
      if (mode?.kind !== 'scalar' || mode.value !== 'recovery') return
      if (method?.kind === 'scalar' && owners[printed(method.value)] !== true) return
      const meant = valueAt(values, ['cluster', 'initdb', 'database'])
      const cluster = objects.find(({ kind }) => kind === 'Cluster')
      const made = textAt(cluster?.plain, 'spec', 'bootstrap', 'recovery', 'database')
      if (meant?.kind !== 'scalar' || made === undefined || printed(meant.value) === made) return
      if (plainAt(cluster?.plain, 'spec', 'bootstrap', 'recovery') === undefined) return
      // a backup without a name is what is to be corrected first
      if (textAt(cluster?.plain, 'spec', 'bootstrap', 'recovery', 'backup', 'name') === undefined && hasBackup(cluster?.plain)) return
      const owner = valueAt(values, ['cluster', 'initdb', 'owner'])
      const ownerHelp = owner?.kind === 'scalar' ? phrase` and recovery.owner: ${named(printed(owner.value))}` : phrase``
      yield {
        message: phrase`recovery.database is \`${named(made)}\`, but cluster.initdb, which a recovery does not read, names \`${named(printed(meant.value))}\``,
        places: [{ path: ['recovery', 'database'] }, { path: ['cluster', 'initdb', 'database'] }],
        help: phrase`set recovery.database: ${named(printed(meant.value))}${ownerHelp}; otherwise an empty \`${named(made)}\` is created`,
      }
    },
  },
  {
    id: 'policy/chart-promotion',
    severity: 'error',
    configurable: true,
    upstream: '_bootstrap.tpl of chart cluster 0.8.1: mode replica always prints enabled: true (charts#888)',
    summary: 'a replica cluster is promoted in the way that the chart can',
    reads: [['replica', 'promotionToken']],
    *check({ values, objects }) {
      const [mode, token] = [valueAt(values, ['mode']), valueAt(values, ['replica', 'promotionToken'])]
      const cluster = objects.find(({ kind }) => kind === 'Cluster')
      if (mode?.kind !== 'scalar' || mode.value !== 'replica' || token?.kind !== 'scalar' || token.value === '') return
      if (plainAt(cluster?.plain, 'spec', 'replica', 'enabled') !== true) return
      yield {
        message: phrase`replica.promotionToken is set, but in mode replica the chart always prints enabled: true, which rules a promotion out`,
        places: [{ path: ['replica', 'promotionToken'], on: 'key' }],
        help: phrase`remove self, primary and promotionToken from replica; to promote the database set mode: standalone`,
      }
    },
  },
]
