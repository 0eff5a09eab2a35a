// What does `explain` print of what several values make together: the file `pg_hba`, the `budgets`, and the `schedules`?
import type { Evaluated } from '../chart/evaluated.ts'
import { budgetsOf } from '../postgres/budgets/budgets.ts'
import { effectiveHba } from '../postgres/hba/effective.ts'
import { accessToJson, accessToText } from './access.ts'
import { budgetsToJson, budgetsToText } from './budgets.ts'
import { scheduleRuns, schedulesToJson, schedulesToText } from './schedules.ts'

/** What can be asked for in place of a path. */
export const wholes = ['pg_hba', 'budgets', 'schedules'] as const
export type Whole = (typeof wholes)[number]

export function isWhole(text: string | undefined): text is Whole {
  return wholes.some((one) => one === text)
}

interface Wanted {
  readonly format: 'pretty' | 'json'
  /** `YYYY-MM-DD`, from which schedules are reckoned */
  readonly today: string
}

/** The text or JSON; undefined: the database has no Cluster of a PostgreSQL that is known here. */
export function explainWhole(asked: Whole, { database, objects }: Evaluated, { format, today }: Wanted): string | undefined {
  const cluster = objects.find(({ kind }) => kind === 'Cluster')
  if (asked === 'schedules' && cluster !== undefined) {
    const schedules = scheduleRuns(objects, today)
    return format === 'json' ? schedulesToJson(database.id, schedules, today) : schedulesToText(schedules, today)
  }
  const access = cluster === undefined ? undefined : effectiveHba(cluster, database.environment.operator.version)
  const budgets = budgetsOf(objects)
  if (access === undefined || budgets === undefined) return undefined
  if (asked === 'pg_hba') return format === 'json' ? accessToJson(database.id, access) : accessToText(access)
  return format === 'json' ? budgetsToJson(database.id, budgets) : budgetsToText(budgets)
}
