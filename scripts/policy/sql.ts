// Would PostgreSQL parse and run the SQL in a database's objects?
import { lookup } from '../values/lookup.ts'
import { here, named, phrase } from '../findings/message.ts'
import type { Message } from '../findings/finding.ts'
import type { Spot } from '../findings/spot.ts'
import { majorOf, presetMajor } from '../operator/major.ts'
import type { RenderedObject } from '../model.ts'
import { loadSqlParser } from '../postgres/sql.ts'
import type { SqlParser } from '../postgres/sql.ts'
import type { Json, JsonMap, Path } from '../values/value.ts'
import { isJsonMap, valueAt } from '../values/value.ts'
import { inside } from '../yaml/inside.ts'
import { listAt, objectOf, textAt } from './subject.ts'
import type { ObjectFinding, ObjectsSubject } from './subject.ts'

/** An error in a text, with the place of its very word where the text stands in a file as it is. */
export interface SqlFinding extends ObjectFinding {
  readonly rule: 'postgres/sql-syntax' | 'postgres/sql-transaction'
  readonly word?: Spot
}

interface SqlText {
  readonly object: RenderedObject
  readonly path: Path
  readonly sql: string
}

const lists: readonly Path[] = [
  ['spec', 'bootstrap', 'initdb', 'postInitSQL'],
  ['spec', 'bootstrap', 'initdb', 'postInitApplicationSQL'],
  ['spec', 'bootstrap', 'initdb', 'postInitTemplateSQL'],
  ['spec', 'bootstrap', 'initdb', 'import', 'postImportApplicationSQL'],
]

function textsOf({ objects }: ObjectsSubject): SqlText[] {
  return objects.flatMap((object) => {
    const query = object.kind === 'Pooler' ? textAt(object.plain, 'spec', 'pgbouncer', 'authQuery') : undefined
    if (query !== undefined && query !== '') return [{ object, path: ['spec', 'pgbouncer', 'authQuery'], sql: query }]
    if (object.kind !== 'Cluster') return []
    return lists.flatMap((path) =>
      listAt(object.plain, ...path).flatMap((sql, index) => (typeof sql === 'string' ? [{ object, path: [...path, index], sql }] : [])),
    )
  })
}

/** Whether there is any SQL: only then is a parser loaded. */
export function hasSql(subject: ObjectsSubject): boolean {
  return textsOf(subject).length > 0
}

/** What the parser of the database's own major says of each text; nothing where that major is not known. */
export async function judgeSql(subject: ObjectsSubject): Promise<SqlFinding[]> {
  const texts = textsOf(subject)
  const cluster = objectOf(subject, 'Cluster')
  const major = (cluster === undefined ? undefined : majorOf(cluster.plain)) ?? presetMajor
  const parse = texts.length === 0 ? undefined : await loadSqlParser(major)
  return parse === undefined ? [] : texts.flatMap((text) => judgeText(text, parse, major))
}

function judgeText({ object, path, sql }: SqlText, parse: SqlParser, major: number): SqlFinding[] {
  const parsed = parse(sql)
  if ('error' in parsed) {
    const { message, position } = parsed.error
    const offset =
      position === undefined
        ? undefined
        : Array.from(sql)
            .slice(0, position - 1)
            .join('').length
    const command = offset === undefined ? undefined : /^\\\S*/.exec(sql.slice(offset))?.[0]
    const word = offset === undefined ? undefined : wordAt({ object, path, sql }, offset)
    return [
      {
        rule: 'postgres/sql-syntax',
        object,
        message:
          command === undefined
            ? phrase`${here('SQL')} is refused by PostgreSQL ${major}: ${named(message)}`
            : phrase`${here('SQL')} has \`${named(command)}\`, but that is a command of psql, which does not run here`,
        places: [{ path }],
        help: command === undefined ? phrase`correct it; initdb fails, and the database is never created` : helpFor(command),
        ...(word === undefined ? {} : { word }),
      },
    ]
  }
  return alone(parsed.tree).map(({ what, at }) => {
    const before = Buffer.from(sql).subarray(0, at).toString().length
    const word = wordAt({ object, path, sql }, before + (/^\s*/.exec(sql.slice(before))?.[0].length ?? 0))
    return {
      rule: 'postgres/sql-transaction',
      object,
      message: phrase`${what} stands among other statements, but it can't run in the transaction that they share`,
      places: [{ path }],
      help: phrase`make it an item of its own`,
      ...(word === undefined ? {} : { word }),
    }
  })
}

function helpFor(command: string): Message {
  return /^\\c(?:onnect)?$/.test(command)
    ? phrase`write the SQL for the application's database into postInitApplicationSQL`
    : phrase`write SQL only`
}

/** Where the word at an offset of a text was written. */
function wordAt({ object, path, sql }: SqlText, offset: number): Spot | undefined {
  const node = valueAt(object.value, path)
  if (node?.kind !== 'scalar' || node.value !== sql || node.origin.file.builtin === true) return undefined
  const { file, value } = node.origin
  const placeOf = inside(file.text, value, sql)
  const length = /^(?:\w+|\S)/u.exec(sql.slice(offset))?.[0].length ?? 0
  if (placeOf === undefined) return undefined
  const start = placeOf(offset)
  return { file, span: { start, end: length === 0 ? start : placeOf(offset + length - 1) + 1 } }
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
