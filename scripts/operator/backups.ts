// Would the operator accept this Backup or ScheduledBackup?
import { here, named, phrase, shown } from '../findings/message.ts'
import { parseSchedule, scheduleWords, wrongField } from './cron.ts'
import { parseGoInteger } from './go-text.ts'
import { readingsOf } from './schedule-text.ts'
import type { Message, Rule } from '../findings/finding.ts'
import { caution, refusal, withPlaces } from './finding.ts'
import { annotationAt, booleanAt, mapAt, stringAt } from './subject.ts'
import type { OperatorSubject } from './subject.ts'

const deadline = 'cnpg.io/volumeSnapshotDeadline'
const method = ['spec', 'method'] as const

/** The rules that both kinds share; the ids differ by kind. */
function methodRules(area: 'backup-object' | 'scheduled-backup', upstream: string): Rule<OperatorSubject>[] {
  return [
    {
      id: `${area}/snapshots-available`,
      severity: 'error',
      upstream,
      summary: 'volume snapshots are used where the Kubernetes cluster has them',
      *check({ object, env }) {
        if (env.volumeSnapshot || stringAt(object, ...method) !== 'volumeSnapshot') return
        yield refusal(
          method,
          phrase`${here('method')} is volumeSnapshot, but the Kubernetes cluster has no VolumeSnapshots`,
          phrase`use method plugin`,
        )
      },
    },
    {
      id: `${area}/online-by-method`,
      severity: 'error',
      upstream,
      summary: 'online is not set with method barmanObjectStore',
      *check({ object }) {
        const online = booleanAt(object, 'spec', 'online')
        if (online === undefined || stringAt(object, ...method) !== 'barmanObjectStore') return
        const message = phrase`${here('online')} is ${named(online)}, but must not be set with method barmanObjectStore, which is the default`
        yield refusal(['spec', 'online'], message, phrase`remove online, or set method to volumeSnapshot`)
      },
    },
    {
      id: `${area}/online-configuration-by-method`,
      severity: 'error',
      upstream,
      summary: 'onlineConfiguration is not set with method barmanObjectStore',
      *check({ object }) {
        if (!mapAt(object, 'spec', 'onlineConfiguration') || stringAt(object, ...method) !== 'barmanObjectStore') return
        const message = phrase`${here('onlineConfiguration')} is set, but must not be with method barmanObjectStore, which is the default`
        yield refusal(['spec', 'onlineConfiguration'], message, phrase`remove it, or set method to volumeSnapshot`)
      },
    },
  ]
}

export const backupObject: readonly Rule<OperatorSubject>[] = [
  ...methodRules('backup-object', 'BackupCustomValidator.validate'),
  {
    id: 'backup-object/plugin-named',
    severity: 'error',
    upstream: 'BackupCustomValidator.validate',
    summary: 'a backup with method plugin names the plugin',
    *check({ object }) {
      if (stringAt(object, ...method) !== 'plugin' || stringAt(object, 'spec', 'pluginConfiguration', 'name') !== '') return
      const message = phrase`${here('pluginConfiguration.name')} is empty, but must name the plugin, since method is plugin`
      const finding = refusal(['spec', 'pluginConfiguration', 'name'], message, phrase`set it to barman-cloud.cloudnative-pg.io`)
      yield { ...withPlaces(finding, { path: method, label: phrase`method is plugin` }), field: 'spec.pluginConfiguration' }
    },
  },
  {
    id: 'backup-object/snapshot-deadline',
    severity: 'error',
    upstream: 'validateVolumeSnapshotDeadline',
    summary: 'the annotation cnpg.io/volumeSnapshotDeadline is a number of minutes',
    *check({ object }) {
      const value = annotationAt(object, deadline) ?? ''
      if (value === '' || parseGoInteger(value) !== undefined) return
      const message = phrase`${here(deadline)} is ${shown(value)}, but must be a whole number of minutes`
      yield refusal(['metadata', 'annotations', deadline], message, phrase`write "10"`)
    },
  },
]

/** The correction of a common mistake: Sunday is 0, not 7, and midnight is hour 0, not 24. */
function helpForField(words: readonly string[], wrong: { readonly index: number } | undefined): Message | undefined {
  if (wrong === undefined) return undefined
  const [word, index] = [words[wrong.index], wrong.index]
  if (index === 5 && word === '7') return phrase`write \`0\` or \`SUN\` for Sunday`
  if (index === 2 && word === '24') return phrase`write \`0\` for midnight`
  return undefined
}

/** In the order of the validator of ScheduledBackups; the annotation can't switch these off. */
export const scheduledBackup: readonly Rule<OperatorSubject>[] = [
  {
    id: 'scheduled-backup/schedule-readable',
    severity: 'error',
    upstream: 'ScheduledBackupCustomValidator.validate',
    summary: 'schedule is a cron expression of six fields, seconds first',
    *check({ object }) {
      const schedule = stringAt(object, 'spec', 'schedule')
      if (parseSchedule(schedule)) return
      const words = scheduleWords(schedule)
      const crontab = readingsOf(schedule)?.crontab
      const wrong = words.length === 6 || crontab !== undefined ? wrongField(words) : undefined
      const must =
        wrong === undefined
          ? 'must have six cron fields, seconds first'
          : `${words.length === 6 ? 'its' : 'seconds come first: its'} ${wrong.name} ${wrong.must}`
      const help =
        (words.length === 6 ? helpForField(words, wrong) : undefined) ??
        (crontab === undefined
          ? phrase`the fields are second, minute, hour, day of the month, month and day of the week, such as "0 0 2 * * *"`
          : crontab.never
            ? phrase`with seconds it is "${named(crontab.fields)}", which never runs: write a day that the month has`
            : phrase`write "${named(crontab.fields)}" to run ${named(crontab.runs)}`)
      yield {
        ...refusal(['spec', 'schedule'], phrase`${here('schedule')} is ${shown(schedule)}, but ${must}`, help),
        fix: { write: 'schedule' },
      }
    },
  },
  {
    id: 'scheduled-backup/six-fields',
    severity: 'warning',
    upstream: 'ScheduledBackupCustomValidator.validate',
    summary: 'schedule has six fields',
    *check({ object }) {
      const schedule = stringAt(object, 'spec', 'schedule')
      const count = scheduleWords(schedule).length
      if (count === 6 || !parseSchedule(schedule)) return
      if (schedule.startsWith('@')) {
        const message = phrase`${here('schedule')} is ${shown(schedule)}, which runs, but the operator warns unless there are six words`
        yield { ...caution(['spec', 'schedule'], message, phrase`leave it as it is: it runs as written`), isFormal: true }
        return
      }
      const { operator, crontab } = readingsOf(schedule) ?? {}
      const runs = operator === undefined ? '' : `: it runs ${operator.runs}`
      const message = phrase`${here('schedule')} is ${shown(schedule)}, but should have six fields, seconds first${runs}`
      const keep = phrase`"${named(operator?.fields)}" to keep that`
      const help =
        crontab === undefined ? phrase`write ${keep}` : phrase`write ${keep}, or "${named(crontab.fields)}" to run ${named(crontab.runs)}`
      const isDead = operator?.never === true && (crontab === undefined || crontab.never)
      const alive =
        operator?.never === true && crontab?.never === false
          ? phrase`write "${named(crontab.fields)}" to run ${named(crontab.runs)}`
          : undefined
      const running = operator?.never === false && crontab?.never === true ? phrase`write ${keep}` : undefined
      const advice = isDead ? phrase`write a day that the month has` : (alive ?? running ?? help)
      yield { ...caution(['spec', 'schedule'], message, advice), fix: { write: 'schedule' } }
    },
  },
  ...methodRules('scheduled-backup', 'ScheduledBackupCustomValidator.validate'),
]
