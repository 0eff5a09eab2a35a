// Is a database backed up, and can its backups be restored?
import { barmanPlugin } from '../chart/plugins.ts'
import { here, named, phrase, shown } from '../findings/message.ts'
import { neverRuns, parseSchedule } from '../operator/cron.ts'
import type { Message } from '../findings/finding.ts'
import type { RenderedObject } from '../model.ts'
import { hasBackup, storeReferences } from './archive.ts'
import { inProduction, objectOf, plainAt, switchedOff, textAt } from './subject.ts'
import type { PolicyRule, PolicySubject } from './subject.ts'
import { isJsonMap, valueAt } from '../values/value.ts'

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
      const plugin = otherPlugin(subject)
      if (plugin !== undefined) {
        yield {
          message: phrase`backups.pluginConfiguration.name is \`${named(plugin)}\`, but the chart sets up backups only with ${barmanPlugin}`,
          places: [{ path: pluginName }],
          help: phrase`write backups.pluginConfiguration.name: ${barmanPlugin}`,
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
      if (cluster === undefined || !hasBackup(cluster) || objectOf(subject, 'ScheduledBackup') !== undefined) return
      if (!isScalar(subject, backupsEnabled, true)) {
        yield {
          message: phrase`backups.enabled is not true, so the chart prints no schedule, but a WAL archive can't be restored without base backups`,
          places: [{ path: backupsEnabled }],
          help: phrase`create a ScheduledBackup outside the chart, and write \`# allow policy/backups-scheduled: <where it is created>\``,
        }
        return
      }
      yield {
        message: phrase`${here('backups.scheduledBackups')} is empty, but a WAL archive can't be restored without base backups`,
        places: [{ path: ['backups', 'scheduledBackups'] }],
        help: phrase`add a schedule, such as { name: daily-backup, schedule: "0 0 2 * * *", backupOwnerReference: self }`,
      }
    },
  },
  {
    id: 'policy/schedule-runs',
    severity: 'warning',
    configurable: true,
    summary: 'a scheduled backup runs on some day',
    reads: [['backups', 'scheduledBackups']],
    *check(subject) {
      for (const object of subject.objects) {
        if (object.kind !== 'ScheduledBackup') continue
        const schedule = textAt(object.plain, 'spec', 'schedule') ?? ''
        const parsed = parseSchedule(schedule)
        if (parsed?.kind !== 'fields' || !neverRuns(parsed)) continue
        yield {
          object,
          message: phrase`${here('schedule')} is ${shown(schedule)}, but no such day exists: it never runs`,
          places: [{ path: ['spec', 'schedule'] }],
          help: phrase`write a day that the month has`,
        }
      }
    },
  },
  {
    id: 'policy/schedule-has-method',
    severity: 'warning',
    configurable: true,
    upstream: 'Backup controller, reasons ClusterHasNoBarmanSection and its like',
    summary: 'a scheduled backup uses a method that the Cluster is set up for',
    reads: [
      ['backups', 'method'],
      ['backups', 'scheduledBackups'],
    ],
    check: (subject) => unusableSchedules(subject),
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
      yield {
        message: phrase`${here('mode')} is recovery, but once the database runs, that only makes a re-created one start from the old backup`,
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

const sections = {
  plugin: {
    path: ['spec', 'plugins'],
    needs: 'the Cluster loads no plugin',
    help: 'set backups.method: plugin, or list the plugin in cluster.plugins',
  },
  barmanObjectStore: {
    path: ['spec', 'backup', 'barmanObjectStore'],
    needs: 'the Cluster has no in-tree object store',
    help: 'set method: plugin with pluginConfiguration.name, or backups.method: barmanObjectStore',
  },
  volumeSnapshot: {
    path: ['spec', 'backup', 'volumeSnapshot'],
    needs: 'the Cluster has no spec.backup.volumeSnapshot, which the chart never writes',
    help: 'use method plugin or barmanObjectStore',
  },
} as const

function* unusableSchedules(
  subject: PolicySubject,
): Iterable<{ object: RenderedObject; message: Message; places: [{ path: string[] }]; help: Message }> {
  const cluster = objectOf(subject, 'Cluster')
  if (cluster === undefined) return
  for (const object of subject.objects) {
    if (object.kind !== 'ScheduledBackup') continue
    const method = textAt(object.plain, 'spec', 'method') ?? 'barmanObjectStore'
    const section = Object.hasOwn(sections, method) ? sections[method as keyof typeof sections] : undefined
    if (section === undefined) continue
    const found = plainAt(cluster.plain, ...section.path)
    const plugin = method === 'plugin' ? otherPlugin(subject) : undefined
    // the mistake is the name of the plugin, which is reported
    if (plugin !== undefined && needsBackup(subject) !== undefined && !hasBackup(cluster)) continue
    if (Array.isArray(found) ? found.length > 0 : isJsonMap(found)) continue
    yield {
      object,
      message: phrase`${here('method of a scheduled backup')} is ${named(method)}, but ${section.needs}: each backup fails`,
      places: [{ path: ['spec', 'method'] }],
      help: phrase`${section.help}`,
    }
  }
}
