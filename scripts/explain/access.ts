// Who gets into a database from where and how, line by line of the pg_hba.conf that the operator writes?
import type { EffectiveLine } from '../postgres/hba/effective.ts'
import { whoGetsIn } from '../postgres/hba/words.ts'
import { maskInText } from '../secret/shapes.ts'
import { oneLine } from './text.ts'

/** One line of the file, as `explain DATABASE pg_hba` reports it. */
interface AccessLine {
  readonly line: number
  readonly by: 'operator' | 'pg_hba'
  readonly text: string
  readonly who: string
}

const widest = 200

function linesOf(effective: readonly EffectiveLine[]): AccessLine[] {
  return effective.flatMap((line, index) => {
    const text = line.text.trim()
    if (text === '' || text.startsWith('#')) return []
    const by = line.item === undefined ? 'operator' : 'pg_hba'
    return [{ line: index + 1, by, text: maskInText(text), who: maskInText(whoOf(line)) }]
  })
}

function whoOf({ record, coveredBy, text }: EffectiveLine): string {
  if (coveredBy !== undefined) return `never matches: line ${coveredBy + 1} takes its connections`
  if (record !== undefined) return whoGetsIn(record)
  return text.includes('${') ? 'one line for each pod that the selector finds' : 'not read here: PostgreSQL refuses it, or a file holds it'
}

/** The file without comments: number, whose line, the line, and below it what it means. */
export function accessToText(effective: readonly EffectiveLine[]): string {
  const lines = linesOf(effective)
  const width = String(lines.at(-1)?.line ?? 0).length
  return lines
    .map(({ line, by, text, who }) => {
      const head = `${String(line).padStart(width)}  ${by.padEnd('operator'.length)}  `
      return `${head}${shown(text)}\n${' '.repeat(head.length)}${shown(who)}\n`
    })
    .join('')
}

/** Lines have quotes of their own, so they are not quoted again unless they hold what could steer a terminal. */
function shown(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) && text.length <= widest ? text : oneLine(text, widest)
}

/** The JSON of `explain DATABASE pg_hba`, version 1. */
export function accessToJson(database: string, effective: readonly EffectiveLine[]): string {
  return `${JSON.stringify({ version: 1, database, pg_hba: linesOf(effective) }, null, 2)}\n`
}
