// Does a scheduled backup run when it was meant to, with a method that can work?
import { barmanPlugin } from '../../chart/model/plugins.ts'
import { here, named, phrase, shown } from '../../findings/message.ts'
import { longestGap, neverRuns, parseSchedule, scheduleWords } from '../../operator/cron.ts'
import type { RenderedObject } from '../../model.ts'
import { spotOf } from '../../findings/spot.ts'
import { isJsonMap, valueAt } from '../../values/value.ts'
import { daysOf, isWritten } from './archive.ts'
import { isMeantForBarman, loadedPlugins } from './plugins.ts'
import { isOfChart, objectOf, plainAt, textAt, typed } from '../subject.ts'
import type { ObjectRule, ObjectsSubject, PolicyRule } from '../subject.ts'

const reads = [['backups', 'scheduledBackups']] as const
const path = ['spec', 'schedule']

function schedulesOf({ objects }: ObjectsSubject): { readonly object: RenderedObject; readonly schedule: string }[] {
  return objects.flatMap((object) => {
    const schedule = object.kind === 'ScheduledBackup' ? textAt(object.plain, 'spec', 'schedule') : undefined
    return schedule === undefined ? [] : [{ object, schedule }]
  })
}

export const schedules: readonly ObjectRule[] = [
  {
    id: 'policy/schedule-runs',
    severity: 'warning',
    configurable: true,
    summary: 'a scheduled backup runs on some day',
    reads,
    *check(subject) {
      for (const { object, schedule } of schedulesOf(subject)) {
        const parsed = parseSchedule(schedule)
        if (parsed?.kind !== 'fields' || !neverRuns(parsed)) continue
        yield {
          object,
          message: phrase`${here('schedule')} is ${shown(schedule)}, but no such day exists: it never runs`,
          places: [{ path }],
          help: phrase`write a day that the month has`,
        }
      }
    },
  },
  {
    id: 'policy/schedule-frequency',
    severity: 'warning',
    configurable: true,
    summary: 'base backups are not taken every hour or more often by a field that was not meant so',
    reads,
    *check(subject) {
      for (const { object, schedule } of schedulesOf(subject)) {
        const often = oftenest(schedule)
        if (often === undefined) continue
        yield {
          object,
          message: phrase`${here('schedule')} is ${shown(schedule)}, but ${often.reason}: it takes a base backup ${often.text}`,
          places: [{ path }],
          help: phrase`${often.help}`,
        }
      }
    },
  },
  {
    id: 'policy/schedule-has-method',
    severity: 'warning',
    configurable: true,
    upstream: 'Backup controller, reasons ClusterHasNoBarmanSection and its like',
    summary: 'a backup uses a method that the Cluster is set up for',
    reads: [['backups', 'method'], ...reads],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      if (cluster === undefined) return
      for (const object of subject.objects) {
        if (object.kind !== 'ScheduledBackup' && object.kind !== 'Backup') continue
        const method = textAt(object.plain, 'spec', 'method') ?? 'barmanObjectStore'
        const lack = lackOf(method, object, { cluster, subject })
        if (lack === undefined || isChartsOwn(object, subject)) continue
        yield {
          object,
          message: phrase`${here('method of the backup')} is ${named(method)}, but ${lack.needs}: each backup fails`,
          places: [{ path: lack.path }],
          help: phrase`${lack.help}`,
        }
      }
    },
  },
]

/** How often a schedule runs whose hour, minute or second was hardly meant to be every one; undefined: it may be meant. */
function oftenest(schedule: string): { readonly reason: string; readonly text: string; readonly help: string } | undefined {
  const words = scheduleWords(schedule)
  const parsed = parseSchedule(schedule)
  if (parsed?.kind === 'every')
    return parsed.seconds >= 600
      ? undefined
      : { reason: 'that is short', text: `every ${parsed.seconds} s`, help: 'write the time of a day, such as "0 0 2 * * *"' }
  // five fields, read as six, are reported by the operator's own rule
  if (parsed === undefined || words.length !== 6) return undefined
  const [second, minute, hour] = [parsed.second.values.size, parsed.minute.values.size, parsed.hour.values.size]
  const [, at = '', hours = '', ...days] = words
  if (hour === 24 && !hours.includes('/')) {
    const text =
      second > 1
        ? `${second * minute * hour} times a day`
        : minute === 60
          ? 'every minute'
          : minute > 1
            ? `${minute} times an hour`
            : 'every hour'
    const daily = /^\d+$/.test(at) && Number(at) < 24 ? at : '2'
    const keep = minute === 1 && second === 1 ? ', or @hourly to keep that' : ''
    return {
      reason: 'its hour is `*`',
      text,
      help: `seconds come first: write "0 0 ${daily} ${days.join(' ')}" to run at ${daily.padStart(2, '0')}:00${keep}`,
    }
  }
  if (second === 1 && minute < 60) return undefined
  const once = `0 ${minute === 60 ? '0' : at} ${hours} ${days.join(' ')}`
  return {
    reason: second > 1 ? `its second is \`${words[0]}\`` : `its minute is \`${at}\``,
    text: `${second * minute * hour} times a day`,
    help: `seconds come first: write "${once}"`,
  }
}

interface Lack {
  readonly needs: string
  readonly help: string
  readonly path: readonly string[]
}

/** What a Cluster lacks for a method; undefined: nothing, or the method is not known. */
function lackOf(
  method: string,
  { kind, plain }: RenderedObject,
  { cluster, subject }: { readonly cluster: RenderedObject; readonly subject: ObjectsSubject },
): Lack | undefined {
  const has = (...section: string[]): boolean => isJsonMap(plainAt(cluster.plain, 'spec', 'backup', ...section))
  const place = ['spec', 'method']
  if (method === 'plugin') {
    const loaded = loadedPlugins(cluster)
    const name = textAt(plain, 'spec', 'pluginConfiguration', 'name')
    // the name is the mistake, and reported
    if (name !== undefined && isMeantForBarman(name)) return undefined
    // `BackupCustomValidator`: the operator refuses each Backup that such a schedule would make
    if (name === undefined && kind === 'ScheduledBackup' && loaded.length > 0)
      return {
        needs: 'pluginConfiguration names no plugin',
        help: `add pluginConfiguration: { name: ${loaded.includes(barmanPlugin) ? barmanPlugin : loaded[0]} } beside it`,
        path: place,
      }
    if (loaded.length > 0 && (name === undefined || loaded.includes(name))) return undefined
    const what = name ?? 'a plugin'
    const list = typed(
      subject,
      'list the plugin in cluster.plugins with enabled: true',
      `list { name: ${name ?? barmanPlugin}, parameters: … } in spec.plugins of the Cluster`,
    )
    return {
      needs: loaded.length === 0 ? 'the Cluster loads no plugin' : `the Cluster does not load ${what}`,
      help:
        loaded.length > 0
          ? `write ${loaded.includes(barmanPlugin) ? barmanPlugin : loaded[0]}, which it loads, or ${list}`
          : `${typed(subject, 'set backups.method: plugin, or ', '')}${list}`,
      path: loaded.length === 0 ? place : ['spec', 'pluginConfiguration', 'name'],
    }
  }
  if (method === 'barmanObjectStore' && !has('barmanObjectStore'))
    return {
      needs: 'the Cluster has no in-tree object store',
      help: typed(
        subject,
        'set method: plugin with pluginConfiguration.name, or backups.method: barmanObjectStore',
        `set method: plugin with pluginConfiguration: { name: ${barmanPlugin} }${
          loadedPlugins(cluster).includes(barmanPlugin) ? '' : ' and list that plugin in spec.plugins'
        }, or set spec.backup.barmanObjectStore of the Cluster`,
      ),
      path: place,
    }
  if (method === 'volumeSnapshot' && !has('volumeSnapshot'))
    return {
      needs: typed(
        subject,
        'the Cluster has no spec.backup.volumeSnapshot, which the chart never writes',
        'the Cluster has no spec.backup.volumeSnapshot',
      ),
      help: typed(subject, 'use method plugin or barmanObjectStore', 'set spec.backup.volumeSnapshot: { className: … } of the Cluster'),
      path: place,
    }
  return undefined
}

/** Whether a schedule is the default of the chart, which its author never saw. */
function isChartsOwn({ value }: RenderedObject, subject: ObjectsSubject): boolean {
  const node = valueAt(value, ['spec', 'method'])
  // of a dependency the chart that is run shows no place for what it prints of a list
  const written = subject.values === undefined ? undefined : valueAt(subject.values, ['backups', 'scheduledBackups'])
  if (subject.values === undefined || node?.origin.layer !== 'chart' || (written !== undefined && spotOf(written) !== undefined))
    return false
  // the values of the chart around a dependency are its author's
  const { file } = node.origin
  return isOfChart(subject) || file.builtin === true || /(?:^|\/)charts\//.test(file.path)
}

export const schedulesOfChart: readonly PolicyRule[] = [
  {
    id: 'policy/default-schedule-has-method',
    severity: 'warning',
    configurable: true,
    summary: 'the schedule that the chart adds by itself uses the method of the backups',
    reads: [['backups', 'method'], ...reads],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      if (cluster === undefined) return
      for (const object of subject.objects) {
        const method = object.kind === 'ScheduledBackup' ? textAt(object.plain, 'spec', 'method') : undefined
        // where it was written is asked last: that costs most
        if (method === undefined || lackOf(method, object, { cluster, subject }) === undefined || !isChartsOwn(object, subject)) continue
        yield {
          message: phrase`${here('backups.method')} is plugin, but the chart's own schedule takes ${named(method)}: each backup fails`,
          places: [{ path: ['backups', 'method'] }],
          help: phrase`write backups.scheduledBackups: [{ name: daily-backup, schedule: "0 0 0 * * *", backupOwnerReference: self, method: plugin, pluginConfiguration: { name: ${barmanPlugin} } }]`,
        }
        return
      }
    },
  },
]

/** The window of the store that is written to. */
function retentionOf({ objects }: ObjectsSubject): { readonly text: string; readonly count: number } | undefined {
  const texts = objects.flatMap(({ kind, plain, name }) =>
    kind === 'Cluster'
      ? (textAt(plain, 'spec', 'backup', 'retentionPolicy') ?? [])
      : kind === 'ObjectStore' && isWritten(name, objects)
        ? (textAt(plain, 'spec', 'retentionPolicy') ?? [])
        : [],
  )
  const [text = ''] = texts
  const count = daysOf(text)
  return count === undefined ? undefined : { text, count }
}

export const retention: readonly ObjectRule[] = [
  {
    id: 'policy/retention-deletes',
    severity: 'warning',
    configurable: true,
    summary: 'a retention policy has base backups in an object store to delete',
    reads: [['backups', 'retentionPolicy'], ...reads],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      if (cluster === undefined) return
      const scheduled = subject.objects.filter(({ kind }) => kind === 'ScheduledBackup')
      // a policy without any store is what the operator itself warns of
      const onlySnapshots = scheduled.length > 0 && scheduled.every(({ plain }) => textAt(plain, 'spec', 'method') === 'volumeSnapshot')
      for (const object of subject.objects) {
        const place = object === cluster ? ['spec', 'backup', 'retentionPolicy'] : ['spec', 'retentionPolicy']
        const isHere = onlySnapshots && (object === cluster || isWritten(object.name, subject.objects))
        if ((object !== cluster && object.kind !== 'ObjectStore') || !isHere || textAt(object.plain, ...place) === undefined) continue
        yield {
          object,
          message: phrase`${here('retentionPolicy')} is ${shown(textAt(object.plain, ...place))}, but only snapshots are taken, which it never deletes`,
          places: [{ path: place }],
          help: phrase`delete old snapshots by other means, or schedule base backups in the object store, too`,
        }
      }
    },
  },
  {
    id: 'policy/retention-covers-schedule',
    severity: 'warning',
    configurable: true,
    preset: 'production',
    summary: 'base backups are taken more often than the retention lets the last but one go',
    reads: [['backups', 'retentionPolicy'], ...reads],
    *check(subject) {
      const days = retentionOf(subject)
      const gaps = schedulesOf(subject).flatMap(({ object, schedule }) => {
        const gap = textAt(object.plain, 'spec', 'method') === 'volumeSnapshot' ? undefined : longestGap(schedule)
        return gap === undefined ? [] : [{ object, gap: gap / 86_400 }]
      })
      const [first] = gaps.toSorted((a, b) => a.gap - b.gap)
      if (days === undefined || first === undefined || first.gap < days.count) return
      yield {
        object: first.object,
        message: phrase`${here('schedule')} leaves ${Math.round(first.gap)} days between base backups, but ${named(days.text)} of retention keep a single one`,
        places: [{ path }],
        help: phrase`take base backups more often, or raise the retention to twice their distance`,
      }
    },
  },
]
