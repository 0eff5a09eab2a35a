// Does a time limit for every statement cut base backups off?
import { barmanPlugin } from '../../chart/model/plugins.ts'
import { here, named, phrase, shown } from '../../findings/message.ts'
import { realOf, settingsOf } from '../../postgres/budgets/settings.ts'
import type { ServerSettings } from '../../postgres/budgets/settings.ts'
import { at } from '../../postgres/running.ts'
import type { RenderedObject } from '../../model.ts'
import type { Json } from '../../values/value.ts'
import { listAt, objectsOf, objectsOfCluster, officialChart, plainAt, textAt } from '../subject.ts'
import type { ObjectRule, ObjectsSubject } from '../subject.ts'
import { reading } from '../capacity/budgets.ts'

/** The configuration of the object store that the Barman plugin of a Cluster writes to; undefined: it is elsewhere. */
function storeOf({ plain }: RenderedObject, subject: ObjectsSubject): Json | undefined {
  const plugin = listAt(plain, 'spec', 'plugins').find((one) => textAt(one, 'name') === barmanPlugin && plainAt(one, 'enabled') !== false)
  const name = textAt(plugin, 'parameters', 'barmanObjectName')
  return plainAt(objectsOf(subject, 'ObjectStore').find((one) => one.name === name)?.plain, 'spec', 'configuration')
}

/** Whether base backups by a schedule wait for a checkpoint that takes its time, which is what they do by default. */
function waitsForCheckpoint(cluster: RenderedObject, schedule: RenderedObject, subject: ObjectsSubject): boolean {
  const method = textAt(schedule.plain, 'spec', 'method') ?? 'barmanObjectStore'
  const [general, own] = [plainAt(cluster.plain, 'spec', 'backup', method), schedule.plain['spec']]
  if (method === 'volumeSnapshot') {
    const isCold = (plainAt(own, 'online') ?? plainAt(general, 'online')) === false
    const isFast =
      plainAt(own, 'onlineConfiguration', 'immediateCheckpoint') ?? plainAt(general, 'onlineConfiguration', 'immediateCheckpoint')
    return general !== undefined && !isCold && isFast !== true
  }
  const store = method === 'plugin' ? storeOf(cluster, subject) : general
  return store !== undefined && plainAt(store, 'data', 'immediateCheckpoint') !== true
}

/** How many seconds a checkpoint may be spread over; undefined: not known. */
function spreadOf(settings: ServerSettings): number | undefined {
  const [seconds, share] = [settings.read('checkpoint_timeout'), realOf(settings, 'checkpoint_completion_target')]
  const preset = settings.major < 14 ? 0.5 : 0.9
  return seconds === undefined ? undefined : Math.round(seconds * (share ?? preset))
}

const limits = ['statement_timeout', 'transaction_timeout']

/** The shortest limit for a statement. */
function shortestLimit({ written, read }: ServerSettings): { readonly name: string; readonly milliseconds: number } | undefined {
  return limits
    .flatMap((name) => (written(name) === undefined ? [] : { name, milliseconds: read(name) ?? 0 }))
    .filter(({ milliseconds }) => milliseconds > 0)
    .toSorted((a, b) => a.milliseconds - b.milliseconds)[0]
}

export const timeouts: readonly ObjectRule[] = [
  {
    // `barman-cloud-backup` and `startBackup` of CloudNativePG 1.27 to 1.30 set no limit of their own; tried with PostgreSQL 15: the limit
    // cancels `pg_backup_start(…, false)` on a busy server. The manual of statement_timeout: "Setting it in postgresql.conf is not recommended"
    id: 'policy/backups-outlast-limits',
    severity: 'warning',
    configurable: true,
    summary: 'a limit for all statements leaves base backups the time for a checkpoint',
    reads: reading(...limits),
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster')) {
        const settings = limits.some((name) => plainAt(cluster.plain, ...at(name)) !== undefined) ? settingsOf(cluster) : undefined
        const [limit, seconds] = settings === undefined ? [] : [shortestLimit(settings), spreadOf(settings)]
        if (limit === undefined || seconds === undefined || limit.milliseconds >= seconds * 1000) continue
        // SQL of a new Cluster may set another limit for the superuser
        if (JSON.stringify(plainAt(cluster.plain, 'spec', 'bootstrap') ?? null).includes(limit.name)) continue
        const schedule = objectsOfCluster(subject, cluster, 'ScheduledBackup').find(
          (one) => plainAt(one.plain, 'spec', 'suspend') !== true && waitsForCheckpoint(cluster, one, subject),
        )
        if (schedule === undefined) continue
        const faster = officialChart(subject) === undefined ? ', or immediateCheckpoint: true for the backups' : ''
        yield {
          object: cluster,
          message: phrase`${here(limit.name)} is ${shown(textAt(cluster.plain, ...at(limit.name)))}, but ${named(schedule.name)} begins with a checkpoint of up to ${seconds} s: it is cut off`,
          places: [{ path: at(limit.name) }],
          help: phrase`set it by role (ALTER ROLE … SET ${limit.name} = …)${faster}`,
        }
      }
    },
  },
]
