// When do the scheduled backups of a database run next?
import type { RenderedObject } from '../model.ts'
import { nextRun, parseSchedule } from '../operator/cron.ts'
import type { Path } from '../values/value.ts'
import { jsonAt, valueAt } from '../values/value.ts'
import { parsePath } from './path-text.ts'
import type { Explanation, ScheduleRuns } from './report.ts'

const path: Path = ['spec', 'schedule']
const shown = 3

/** Whether one path begins with the other. */
function isAlong(a: Path, b: Path): boolean {
  return Array.from({ length: Math.min(a.length, b.length) }).every((_, index) => a[index] === b[index])
}

/** The schedules that hang on a path of the values, or on one of an object. */
function schedulesOn(objects: readonly RenderedObject[], asked: Path, of?: RenderedObject): readonly RenderedObject[] {
  return objects.filter((object) => {
    if (object.kind !== 'ScheduledBackup') return false
    if (of !== undefined) return object === of && isAlong(asked, path)
    const origin = valueAt(object.value, path)?.origin.path
    return origin !== undefined && asked.length <= origin.length && isAlong(asked, origin)
  })
}

/** An explanation with the next runs of the schedules that hang on what was asked for. */
export function withSchedules(explanation: Explanation, objects: readonly RenderedObject[], today: string): Explanation {
  const { path: value, asked } = explanation
  const of = objects.find((object) => `${object.kind}/${object.name}` === asked?.object)
  const found = schedulesOn(objects, parsePath(asked?.path ?? value ?? '') ?? [], of)
  return found.length === 0 ? explanation : { ...explanation, schedules: { today, next: scheduleRuns(found, today) } }
}

/** The next runs of each ScheduledBackup, none before `day` (`YYYY-MM-DD`, UTC). */
export function scheduleRuns(objects: readonly RenderedObject[], day: string): ScheduleRuns[] {
  return objects.flatMap(({ kind, name, plain }) => {
    const schedule = kind === 'ScheduledBackup' ? jsonAt(plain, path) : undefined
    if (typeof schedule !== 'string') return []
    const line = { object: `${kind}/${name}`, schedule }
    const parsed = parseSchedule(schedule)
    if (parsed === undefined) return [{ ...line, runs: [], never: 'the operator refuses it' }]
    if (jsonAt(plain, ['spec', 'suspend']) === true) return [{ ...line, runs: [], never: 'it is suspended' }]
    if (parsed.kind === 'every') return [{ ...line, runs: [], never: 'it counts from its last run, which only the cluster knows' }]
    const runs: string[] = []
    // a run at midnight belongs to the day
    let after: Date | null = new Date(Date.parse(`${day}T00:00:00Z`) - 1000)
    while (runs.length < shown) {
      after = nextRun(parsed, after)
      if (after === null) break
      runs.push(after.toISOString().slice(0, 19).replace('T', ' '))
    }
    return [{ ...line, runs, ...(runs.length === 0 ? { never: 'no such day exists' } : {}) }]
  })
}

/** One line for each schedule. */
export function scheduleRows(schedules: readonly ScheduleRuns[]): string[][] {
  return schedules.map(({ object, schedule, runs, never }) => [object, JSON.stringify(schedule), never ?? runs.join(', ')])
}

/** A table with a line for each schedule. */
export function schedulesToText(schedules: readonly ScheduleRuns[], day: string): string {
  if (schedules.length === 0) return 'no ScheduledBackup\n'
  const rows = scheduleRows(schedules)
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const lines = rows.map(
    ([object = '', schedule = '', runs = '']) => `${object.padEnd(widths[0] ?? 0)}  ${schedule.padEnd(widths[1] ?? 0)}  ${runs}`,
  )
  return `next runs from ${day} on (UTC)\n${lines.map((line) => `${line}\n`).join('')}`
}

/** The JSON of `explain DATABASE schedules`, version 1. */
export function schedulesToJson(database: string, schedules: readonly ScheduleRuns[], day: string): string {
  return `${JSON.stringify({ version: 1, database, today: day, schedules }, null, 2)}\n`
}
