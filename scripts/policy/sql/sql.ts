// Would PostgreSQL parse and run the SQL in a database's objects?
import { lookup } from '../../values/lookup.ts'
import { here, named, phrase } from '../../findings/message.ts'
import type { Message, Severity } from '../../findings/finding.ts'
import type { Spot } from '../../findings/spot.ts'
import { majorOf, presetMajor } from '../../operator/major.ts'
import { SqlTooDeep, charactersOf, loadSqlParser } from '../../postgres/sql.ts'
import type { SqlParser } from '../../postgres/sql.ts'
import { ofLatest } from '../../values/once.ts'
import type { Json, JsonMap, Value } from '../../values/value.ts'
import { isJsonMap, valueAt } from '../../values/value.ts'
import { inside } from '../../yaml/inside.ts'
import { initMistakes } from './init-sql.ts'
import type { InitMistake } from './init-sql.ts'
import { customQueries, mistakesIn, sqlOfQueries } from './queries.ts'
import type { QueryRule } from './queries.ts'
import { sqlTextsOf } from './sql-texts.ts'
import type { SqlText } from './sql-texts.ts'
import { objectOf } from '../subject.ts'
import type { ObjectFinding, ObjectsSubject } from '../subject.ts'

/** An error in a text, with the place of its very word where the text stands in a file as it is. */
export interface SqlFinding extends ObjectFinding {
  readonly rule: 'postgres/sql-depth' | 'postgres/sql-syntax' | 'postgres/sql-transaction' | InitMistake['rule'] | QueryRule
  readonly severity: Severity
  readonly word?: Spot
}

/** Whether there is any SQL: only then is a parser loaded. */
export function hasSql(subject: ObjectsSubject): boolean {
  return sqlTextsOf(subject).length > 0 || customQueries(subject).length > 0
}

/** What the parser of the database's own major says of each text; nothing where that major is not known. */
export async function judgeSql(subject: ObjectsSubject): Promise<SqlFinding[]> {
  const [texts, queries] = [sqlTextsOf(subject), customQueries(subject)]
  const cluster = objectOf(subject, 'Cluster')
  const major = (cluster === undefined ? undefined : majorOf(cluster.plain)) ?? presetMajor
  const parse = texts.length === 0 && queries.length === 0 ? undefined : await loadSqlParser(major)
  if (parse === undefined) return []
  try {
    return [
      ...texts.flatMap((text) => judgeText(text, parse, major)),
      ...[...initMistakes(subject, parse, major)].map(locateMistake),
      ...queries.flatMap((held) => [
        ...mistakesIn(held, parse),
        ...sqlOfQueries(held).flatMap((text) => judgeText(text, parse, major).filter(({ rule }) => rule === 'postgres/sql-syntax')),
      ]),
    ]
  } catch (error) {
    if (!(error instanceof SqlTooDeep)) throw error
    const deep = [...texts, ...queries.flatMap(sqlOfQueries)].find(({ run, sql }) => run === error.sql || sql === error.sql)
    return deep === undefined ? [] : [tooDeep(deep)]
  }
}

function tooDeep({ object, path }: SqlText): SqlFinding {
  return {
    rule: 'postgres/sql-depth',
    severity: 'warning',
    object,
    message: phrase`${here('SQL')} is nested too deeply to be parsed here: no SQL of this database was checked`,
    places: [{ path }],
    help: phrase`write it with fewer brackets and operators in each other; PostgreSQL has a limit, too (max_stack_depth)`,
  }
}

function judgeText(text: SqlText, parse: SqlParser, major: number): SqlFinding[] {
  const { object, path, run, placeOf } = text
  const place = { object, severity: 'error' as const, places: [{ path }] as const }
  const parsed = parse(run)
  if ('error' in parsed) {
    const { message, position } = parsed.error
    const inRun =
      position === undefined
        ? undefined
        : Array.from(run)
            .slice(0, position - 1)
            .join('').length
    const offset = inRun === undefined ? undefined : placeOf(inRun)
    if (run !== text.sql && !('error' in parse(text.sql))) {
      const escape = text.sql.indexOf('$$')
      return [
        {
          rule: 'postgres/sql-syntax',
          ...place,
          message: phrase`${here('SQL')} has \`$$\`, but Kubernetes hands on one \`$\`, which PostgreSQL ${major} refuses`,
          help: phrase`write a tag between the dollars, such as $body$, at both ends; ${text.consequence}`,
          ...wordOf(text, escape, 2),
        },
      ]
    }
    const command = offset === undefined ? undefined : /^\\\S*/.exec(text.sql.slice(offset))?.[0]
    return [
      {
        rule: 'postgres/sql-syntax',
        ...place,
        message:
          command === undefined
            ? phrase`${here('SQL')} is refused by PostgreSQL ${major}: ${named(message)}`
            : phrase`${here('SQL')} has \`${named(command)}\`, but that is a command of psql, which does not run here`,
        help: command === undefined ? phrase`correct it; ${text.consequence}` : helpFor(command),
        ...(offset === undefined ? {} : wordOf(text, offset)),
      },
    ]
  }
  const offsetOf = charactersOf(run)
  return alone(parsed.tree).map(({ what, at }) => {
    const before = offsetOf(at)
    return {
      rule: 'postgres/sql-transaction',
      ...place,
      message: phrase`${what} stands among other statements, but it can't run in the transaction that they share`,
      help: phrase`make it an item of its own`,
      ...wordOf(text, placeOf(before + (/^\s*/.exec(run.slice(before))?.[0].length ?? 0))),
    }
  })
}

function locateMistake({ rule, text, offset, message, help }: InitMistake): SqlFinding {
  const place = { object: text.object, places: [{ path: text.path }] as const, severity: 'error' as const }
  return { rule, ...place, message, help, ...(offset === undefined ? {} : wordOf(text, text.placeOf(offset))) }
}

function helpFor(command: string): Message {
  return /^\\c(?:onnect)?$/.test(command)
    ? phrase`write the SQL for the application's database into postInitApplicationSQL`
    : phrase`write SQL only`
}

/** One text may have many mistakes. */
const placesIn = ofLatest((node: Value & { kind: 'scalar' }) =>
  typeof node.value === 'string' ? inside(node.origin.file.text, node.origin.value, node.value) : undefined,
)

/** Where the word at an offset of a text was written. */
function wordOf({ object, path, sql, ...text }: SqlText, offset: number, width?: number): { readonly word?: Spot } {
  const node = text.node ?? valueAt(object.value, path)
  if (node?.kind !== 'scalar' || node.value !== sql || node.origin.file.builtin === true) return {}
  const { file } = node.origin
  const placeOf = placesIn(node)
  const length = width ?? /^(?:\w+|\S)/u.exec(sql.slice(offset))?.[0].length ?? 0
  if (placeOf === undefined) return {}
  const start = placeOf(offset)
  return { word: { file, span: { start, end: length === 0 ? start : placeOf(offset + length - 1) + 1 } } }
}

/** Nodes of statements that PostgreSQL refuses inside a transaction block (`PreventInTransactionBlock`). */
const single: Readonly<Record<string, (node: JsonMap) => string | undefined>> = lookup({
  CreatedbStmt: () => 'CREATE DATABASE',
  DropdbStmt: () => 'DROP DATABASE',
  CreateTableSpaceStmt: () => 'CREATE TABLESPACE',
  DropTableSpaceStmt: () => 'DROP TABLESPACE',
  AlterSystemStmt: () => 'ALTER SYSTEM',
  VacuumStmt: (node) => (node['is_vacuumcmd'] === true ? 'VACUUM' : undefined),
  IndexStmt: (node) => (node['concurrent'] === true ? 'CREATE INDEX CONCURRENTLY' : undefined),
  DropStmt: (node) => (node['concurrent'] === true ? 'DROP INDEX CONCURRENTLY' : undefined),
})

/** Such statements that are not the only one of their text, with their place in bytes. */
function alone(tree: string): { readonly what: string; readonly at: number }[] {
  const { stmts = [] } = JSON.parse(tree) as { stmts?: readonly { stmt?: Json; stmt_location?: number }[] }
  if (stmts.length < 2) return []
  return stmts.flatMap(({ stmt, stmt_location: at = 0 }) => {
    if (!isJsonMap(stmt)) return []
    const [[kind, node] = ['', null]] = Object.entries(stmt)
    const what = Object.hasOwn(single, kind) && isJsonMap(node) ? single[kind]?.(node) : undefined
    return what === undefined ? [] : [{ what, at }]
  })
}
