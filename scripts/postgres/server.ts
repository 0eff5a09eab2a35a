// What would a PostgreSQL server of a major refuse: at its start, when it reads its files, and when its parser reads SQL?
import { textOf } from '../findings/message.ts'
import { readHba, refusedIdentLines } from './hba/hba.ts'
import { judgeParameter } from './judge-parameter.ts'
import type { Verdict } from './judge-parameter.ts'
import { SqlTooDeep, loadSqlParser } from './sql.ts'
import type { SqlError } from './sql.ts'
import { starts } from './starts.ts'

export interface ServerInput {
  /** 13 to 18 */
  readonly major: number
  /** postgresql.conf: values by name, unquoted */
  readonly parameters?: Readonly<Record<string, string>>
  /** lines of pg_hba.conf */
  readonly hba?: readonly string[]
  /** lines of pg_ident.conf */
  readonly ident?: readonly string[]
  /** a script without psql's own commands */
  readonly sql?: string
}

export interface ServerError {
  readonly message: string
  /** the parameter, or `line N` of the file */
  readonly where?: string
  /** of SQL: 1-based, in characters */
  readonly position?: number
}

/** Up to PostgreSQL 15 servers usually run on a distribution from before Debian trixie. */
function onUsualImage(major: number, verdict: Verdict | undefined): Verdict | undefined {
  return verdict?.kind === 'value' && verdict.byImage === 'trixie' && major < 16 ? undefined : verdict
}

/**
 * What a server of that major refuses; no errors if the major is not known here. What depends on the image, the environment
 * or a file that is not known here is left out.
 */
export async function judgePostgres({
  major,
  parameters = {},
  hba = [],
  ident = [],
  sql,
}: ServerInput): Promise<{ errors: ServerError[] }> {
  const errors: ServerError[] = []
  for (const [name, value] of Object.entries(parameters)) {
    const verdict = onUsualImage(major, judgeParameter(major, name, value))
    if (verdict?.kind === 'value') errors.push({ message: `${name} must be ${verdict.must}`, where: name })
    else if (verdict !== undefined) errors.push({ message: `PostgreSQL ${major} has no parameter ${name}`, where: name })
  }
  const running = { major, parameters: new Map(Object.entries(parameters)), segment: 16, isOperated: false }
  if (errors.length === 0)
    for (const rule of starts) for (const { message } of rule.check(running)) errors.push({ message: textOf(message) })
  for (const { line, message } of readHba(hba.join('\n'), major).refused) errors.push({ message, where: `line ${line}` })
  for (const { line, message } of refusedIdentLines(ident.join('\n'), major)) errors.push({ message, where: `line ${line}` })
  const refused = sql === undefined || sql.trim() === '' ? undefined : await sqlError(sql, major)
  if (refused !== undefined) errors.push(refused)
  return { errors }
}

/** Undefined: none, or nothing is known of such a text or such a major. */
async function sqlError(sql: string, major: number): Promise<SqlError | undefined> {
  try {
    const parsed = (await loadSqlParser(major))?.(sql)
    return parsed !== undefined && 'error' in parsed ? parsed.error : undefined
  } catch (error) {
    if (error instanceof SqlTooDeep) return undefined
    throw error
  }
}
