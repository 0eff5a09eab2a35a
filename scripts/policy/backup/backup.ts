// Is a database backed up, and can its backups be restored?
import { barmanPlugin } from '../../chart/model/plugins.ts'
import { here, named, phrase } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { hasBackup, storeReferences } from './archive.ts'
import { isHibernated } from '../objects/hibernation.ts'
import { isMeantForBarman, switchedOffByChart } from './plugins.ts'
import { inProduction, isOfChart, listAt, objectOf, objectsOf, plainAt, switchedOff } from '../subject.ts'
import type { PolicyRule, PolicySubject } from '../subject.ts'
import type { Path } from '../../values/value.ts'
import { isJsonMap, valueAt } from '../../values/value.ts'

const backupsEnabled = ['backups', 'enabled'] as const
const pluginName = ['backups', 'pluginConfiguration', 'name'] as const

function isScalar({ values }: PolicySubject, path: readonly string[], wanted: string | boolean): boolean {
  const value = valueAt(values, path)
  return value?.kind === 'scalar' && value.value === wanted
}

/** The plugin that makes the backups, if it is not the one that the chart knows, such as `barman-cloud`. */
function otherPlugin(subject: PolicySubject): string | undefined {
  const name = valueAt(subject.values, pluginName)
  if (!isScalar(subject, backupsEnabled, true) || !isScalar(subject, ['backups', 'method'], 'plugin')) return undefined
  if (name?.kind !== 'scalar' || typeof name.value !== 'string' || name.value === '' || name.value === barmanPlugin) return undefined
  return name.value.length > 40 ? `${name.value.slice(0, 39)}…` : name.value
}

/** The Cluster of a database that is not a copy of another. */
function needsBackup(subject: PolicySubject): RenderedObject | undefined {
  if (subject.database.retired !== undefined) return undefined
  const cluster = objectOf(subject, 'Cluster')
  return plainAt(cluster?.plain, 'spec', 'replica', 'enabled') === true ? undefined : cluster
}

/** Annotations of an Argo CD hook, with which the author controls the hooks. */
function hooksAreManaged(store: RenderedObject): boolean {
  const annotations = plainAt(store.plain, 'metadata', 'annotations')
  return (
    isJsonMap(annotations) &&
    ['argocd.argoproj.io/hook', 'argocd.argoproj.io/hook-delete-policy'].some((key) => Object.hasOwn(annotations, key))
  )
}

/** Where a Cluster says that it is backed up. */
function archivePath({ plain }: RenderedObject): Path {
  return isJsonMap(plainAt(plain, 'spec', 'backup')) ? ['spec', 'backup'] : ['spec', 'plugins']
}

/** What is wrong without a schedule: not all that keep snapshots archive WAL, too. */
function without({ plain }: RenderedObject): string {
  const isArchived = isJsonMap(plainAt(plain, 'spec', 'backup', 'barmanObjectStore')) || listAt(plain, 'spec', 'plugins').length > 0
  return isArchived ? "a WAL archive can't be restored without base backups" : 'then no snapshot is taken'
}

export const backup: readonly PolicyRule[] = [
  {
    id: 'policy/backups-enabled',
    severity: 'warning',
    configurable: true,
    preset: 'production',
    summary: 'a database in production has backups',
    reads: [backupsEnabled, ['backups', 'method'], pluginName],
    *check(subject) {
      const cluster = needsBackup(subject)
      if (cluster === undefined || hasBackup(cluster)) return
      if (switchedOffByChart(cluster) !== undefined) return
      const plugin = otherPlugin(subject)
      if (plugin !== undefined && isMeantForBarman(plugin)) return
      if (plugin !== undefined) {
        yield {
          message: phrase`backups.pluginConfiguration.name is \`${named(plugin)}\`, but the chart sets up backups only with ${barmanPlugin}`,
          places: [{ path: pluginName }],
          help: phrase`write backups.pluginConfiguration.name: ${barmanPlugin}`,
        }
        return
      }
      if (!isOfChart(subject)) {
        yield {
          object: cluster,
          message: phrase`no backups are set up, but ${inProduction(subject)}`,
          places: [{ path: ['spec'], on: 'key' }],
          help: phrase`list ${barmanPlugin} in spec.plugins with isWALArchiver: true and its store, or write \`# allow policy/backups-enabled: <reason>\``,
        }
        return
      }
      const off = switchedOff(subject.values, backupsEnabled) ?? switchedOff(subject.values, ['backups'])
      yield {
        message:
          off === undefined
            ? phrase`no backups are set up, but ${inProduction(subject)}`
            : phrase`backups are switched off by null, but ${inProduction(subject)}`,
        places: [{ path: backupsEnabled }],
        help: phrase`set backups.enabled: true with provider, destinationPath and secret, or write \`# allow policy/backups-enabled: <reason>\``,
      }
    },
  },
  {
    id: 'policy/backups-scheduled',
    severity: 'warning',
    configurable: true,
    preset: 'production',
    summary: 'a WAL archive has base backups to start from',
    reads: [backupsEnabled, ['backups', 'scheduledBackups']],
    *check(subject) {
      const cluster = needsBackup(subject)
      if (cluster === undefined || !hasBackup(cluster) || isHibernated(cluster)) return
      const schedules = objectsOf(subject, 'ScheduledBackup')
      const [first] = schedules
      if (first !== undefined) {
        if (schedules.every(({ plain }) => plainAt(plain, 'spec', 'suspend') === true))
          yield {
            object: first,
            message: phrase`${here('suspend')} is true and nothing else is scheduled, but ${without(cluster)}`,
            places: [{ path: ['spec', 'suspend'] }],
            help: phrase`set suspend: false, or write \`# allow policy/backups-scheduled: <who takes them>\``,
          }
        return
      }
      if (!isOfChart(subject)) {
        yield {
          object: cluster,
          message: phrase`no ScheduledBackup is for this Cluster, but ${without(cluster)}`,
          places: [{ path: archivePath(cluster), on: 'key' }],
          help: phrase`add one, or write \`# allow policy/backups-scheduled: <where it is created>\``,
          unlessScheduled: cluster.name,
        }
        return
      }
      if (!isScalar(subject, backupsEnabled, true)) {
        yield {
          message: phrase`backups.enabled is not true, so the chart prints no schedule, but a WAL archive can't be restored without base backups`,
          places: [{ path: backupsEnabled }],
          help: phrase`create a ScheduledBackup outside the chart, and write \`# allow policy/backups-scheduled: <where it is created>\``,
          unlessScheduled: cluster.name,
        }
        return
      }
      yield {
        message: phrase`${here('backups.scheduledBackups')} is empty, but a WAL archive can't be restored without base backups`,
        places: [{ path: ['backups', 'scheduledBackups'] }],
        help: phrase`add a schedule, such as { name: daily-backup, schedule: "0 0 2 * * *", backupOwnerReference: self }`,
        unlessScheduled: cluster.name,
      }
    },
  },
  {
    id: 'policy/recovery-left-on',
    severity: 'warning',
    configurable: true,
    summary: 'mode goes back to standalone once the database has been recovered',
    reads: [['mode']],
    *check({ values }) {
      const mode = values.entries.get('mode')
      if (mode?.kind !== 'scalar' || mode.value !== 'recovery') return
      const method = valueAt(values, ['recovery', 'method'])
      const isOfServer = method?.kind === 'scalar' && (method.value === 'import' || method.value === 'pg_basebackup')
      yield {
        message: phrase`${here('mode')} is recovery, but once the database runs, that only makes a re-created one start from the old ${isOfServer ? 'server' : 'backup'}`,
        places: [{ path: ['mode'] }],
        help: phrase`set mode: standalone once the database runs; until then write \`# allow policy/recovery-left-on: <reason>\``,
      }
    },
  },
  {
    id: 'argocd/object-store-hook',
    severity: 'warning',
    configurable: true,
    summary: 'the ObjectStore in use is not a Helm hook, which Argo CD would delete and re-create',
    reads: [
      ['backups', 'method'],
      ['recovery', 'method'],
    ],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      const used = new Set(cluster === undefined ? [] : storeReferences(cluster).map((reference) => reference.name))
      for (const store of subject.objects) {
        if (store.kind !== 'ObjectStore' || !store.hook || !used.has(store.name) || hooksAreManaged(store)) continue
        const field = store.name.endsWith('-recovery') ? 'recovery' : 'backups'
        yield {
          message: phrase`${here(`${field}.method`)} is plugin, but the chart makes its ObjectStore a hook: re-created at each sync, never auto-synced`,
          places: [{ path: [field, 'method'] }],
          help: phrase`keep an ObjectStore of your own outside the chart and name it in cluster.plugins[].parameters.barmanObjectName; or stop the deletion with cluster.annotations \`argocd.argoproj.io/hook-delete-policy: HookFailed\``,
        }
      }
    },
  },
]
