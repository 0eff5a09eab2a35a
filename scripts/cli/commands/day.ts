// Which day does a flag name?
import { UsageError } from '../../repository/workspace.ts'

/** A day as `YYYY-MM-DD`; `now` is the day it is, in UTC. Anything else is wrong usage. */
export function readDay(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  if (text === 'now') return new Date().toISOString().slice(0, 10)
  if (isDay(text)) return text
  throw new UsageError(`--${name} is \`${text}\`, but must be a day such as 2026-01-31, or \`now\``)
}

/** Whether a text is a day of the calendar. */
export function isDay(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}
