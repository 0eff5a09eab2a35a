// Is there, when SQL of a new Cluster runs, what it names: the databases and the roles?
import { here, named, phrase } from '../../findings/message.ts'
import type { Message } from '../../findings/finding.ts'
import type { RenderedObject } from '../../model.ts'
import { charactersOf } from '../../postgres/sql.ts'
import type { SqlParser } from '../../postgres/sql.ts'
import { misspelt } from '../../values/misspelt.ts'
import type { Json, JsonMap } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { asIs, heldSql, initLists, sqlTextsOf } from './sql-texts.ts'
import type { SqlText } from './sql-texts.ts'
import { callsDblink, roleSpecs } from './statement-tree.ts'
import { isAbsent, listAt, objectsOfCluster, plainAt, textAt } from '../subject.ts'
import type { ObjectsSubject } from '../subject.ts'

/** A mistake at a word of a text. */
export interface InitMistake {
  readonly rule: 'postgres/sql-name-exists' | 'postgres/sql-name-free' | 'postgres/sql-allowed' | 'policy/application-sql-runs'
  readonly text: SqlText
  /** in characters of what PostgreSQL gets; undefined: the whole text */
  readonly offset?: number
  readonly message: Message
  readonly help: Message
}

type List = (typeof initLists)[number]
const initdb = ['spec', 'bootstrap', 'initdb'] as const

/** What is there so far: the roles are not known any more once something may have made others. */
interface Present {
  readonly databases: Set<string>
  readonly roles: Set<string>
  areRolesKnown: boolean
  /** roles that are missing, each reported once */
  readonly missed: Set<string>
}

interface Statement {
  readonly kind: string
  readonly node: JsonMap
  readonly start: number
  readonly end: number
}

/**
 * `ConfigureNewInstance` of CloudNativePG 1.27 to 1.30: the owner is created, then the lists of `postgres` and `template1` run, then the
 * application's database is created and its list runs. Managed roles, Databases and the roles of the operator come when the instance is
 * up (cnpg#6318); where a list has made the application's database itself, the rest is left out.
 */
export function* initMistakes(subject: ObjectsSubject, parse: SqlParser, major: number): Iterable<InitMistake> {
  for (const cluster of subject.objects.filter(({ kind }) => kind === 'Cluster')) {
    const own = plainAt(cluster.plain, ...initdb)
    // an import of a whole server makes neither a database nor its owner
    if (!isJsonMap(own) || textAt(own, 'import', 'type') === 'monolith') continue
    const database = textAt(own, 'database') || 'app'
    const owner = textAt(own, 'owner') || database
    const present: Present = {
      databases: new Set(['postgres', 'template0', 'template1']),
      roles: new Set(['postgres', owner]),
      areRolesKnown: true,
      missed: new Set(),
    }
    // as the operator runs them
    for (const list of ['postInitSQL', 'postInitTemplateSQL', 'postInitApplicationSQL'] as const) {
      if (list === 'postInitApplicationSQL') present.databases.add(database)
      const { texts, isComplete } = textsOf(list, cluster, subject)
      for (const text of texts) {
        const statements = statementsOf(text, parse)
        if (statements === undefined) present.areRolesKnown = false
        for (const statement of statements ?? []) yield* judge(statement, { list, text, cluster, subject, database, owner, present, major })
      }
      if (!isComplete) present.areRolesKnown = false
    }
  }
}

interface Context {
  readonly list: List
  readonly text: SqlText
  readonly cluster: RenderedObject
  readonly subject: ObjectsSubject
  readonly database: string
  readonly owner: string
  readonly present: Present
  readonly major: number
}

function* judge(statement: Statement, context: Context): Iterable<InitMistake> {
  const { text, present, list, database, owner, cluster, major } = context
  const { kind, node } = statement
  const name = lastDatabase(statement)
  if (kind === 'CreatedbStmt') {
    if (name === database && list !== 'postInitApplicationSQL' && hasApplicationSql(cluster))
      yield {
        rule: 'policy/application-sql-runs',
        text,
        offset: wordAt(statement, text, name),
        message: phrase`database ${named(name)} is created here, but the operator then leaves out all SQL for the application`,
        help: phrase`remove the statement: the operator creates ${named(name)}, the application's database, itself`,
      }
    if (name !== undefined && present.databases.has(name))
      yield {
        rule: 'postgres/sql-name-free',
        text,
        offset: wordAt(statement, text, name),
        message: phrase`database ${named(name)} is created here, but it already exists: ${text.consequence}`,
        help: phrase`remove the statement${name === database ? ': the operator creates the database of the application itself' : ''}`,
      }
    if (name !== undefined) present.databases.add(name)
  } else if (name !== undefined && !present.databases.has(name) && node['missing_ok'] !== true)
    yield {
      rule: 'postgres/sql-name-exists',
      text,
      offset: wordAt(statement, text, name),
      message: phrase`database ${named(name)} does not exist yet when ${here('this')} runs: ${text.consequence}`,
      help: databaseHelp(name, context),
    }
  if (kind === 'AlterSystemStmt' && major >= 17 && plainAt(cluster.plain, 'spec', 'postgresql', 'enableAlterSystem') !== true)
    yield {
      rule: 'postgres/sql-allowed',
      text,
      offset: statement.start,
      message: phrase`ALTER SYSTEM is not allowed here, since the operator sets allow_alter_system to off: ${text.consequence}`,
      help: phrase`write it into postgresql.parameters`,
    }
  const made = kind === 'CreateRoleStmt' ? textAt(node, 'role') : undefined
  if (made !== undefined && present.roles.has(made))
    yield {
      rule: 'postgres/sql-name-free',
      text,
      offset: wordAt(statement, text, made),
      message: phrase`role ${named(made)} is created here, but it already exists: ${text.consequence}`,
      help: phrase`remove the statement${made === owner ? ': the operator creates the owner itself' : ''}`,
    }
  for (const role of rolesIn(statement)) {
    if (!present.areRolesKnown) break
    if (present.roles.has(role) || present.missed.has(role) || role.startsWith('pg_')) continue
    yield {
      rule: 'postgres/sql-name-exists',
      text,
      offset: wordAt(statement, text, role),
      message: phrase`role ${named(role)} does not exist yet when ${here('this')} runs: ${text.consequence}`,
      help: roleHelp(role, context),
    }
    present.missed.add(role)
  }
  remember(statement, present)
}

function hasApplicationSql({ plain }: RenderedObject): boolean {
  const refs = plainAt(plain, ...initdb, 'postInitApplicationSQLRefs')
  return listAt(plain, ...initdb, 'postInitApplicationSQL').length > 0 || (isJsonMap(refs) && Object.keys(refs).length > 0)
}

function databaseHelp(name: string, { database, list, cluster, subject, present }: Context): Message {
  if (name === database && list !== 'postInitApplicationSQL') return phrase`move it to postInitApplicationSQL, which runs in ${named(name)}`
  const declared = objectsOfCluster(subject, cluster, 'Database').some(({ plain }) => textAt(plain, 'spec', 'name') === name)
  if (declared)
    return phrase`the Database ${named(name)} is created when the instance is up: grant there by SQL of your own, or CREATE DATABASE here`
  const meant = misspelt(name, [...present.databases, database])
  return meant === undefined ? phrase`create it first, or name ${named(database)}` : phrase`did you mean ${named(meant)}?`
}

function roleHelp(name: string, { cluster, subject, present }: Context): Message {
  const managed = listAt(cluster.plain, 'spec', 'managed', 'roles').some((role) => textAt(role, 'name') === name && !isAbsent(role))
  const declared = objectsOfCluster(subject, cluster, 'DatabaseRole').some(({ plain }) => textAt(plain, 'spec', 'name') === name)
  if (managed || declared)
    return phrase`managed roles are made when the instance is up: CREATE ROLE ${named(name)} in the line before, which the operator then takes over`
  const meant = [...present.roles].find((role) => role.toLowerCase() === name.toLowerCase()) ?? misspelt(name, [...present.roles])
  if (meant === undefined) return phrase`CREATE ROLE ${named(name)} before it`
  return meant.toLowerCase() === name ? phrase`write "${named(meant)}" in double quotes` : phrase`did you mean ${named(meant)}?`
}

/** The texts of a list and of what it refers to; not complete: some is not known here. */
function textsOf(
  list: List,
  cluster: RenderedObject,
  subject: ObjectsSubject,
): { readonly texts: readonly SqlText[]; readonly isComplete: boolean } {
  const own = sqlTextsOf({ ...subject, objects: [cluster] }).filter(({ object, path }) => object === cluster && path[3] === list)
  const held = heldSql(cluster, subject).filter((one) => one.list === list)
  const refs = plainAt(cluster.plain, ...initdb, `${list}Refs`)
  const isComplete =
    own.length === listAt(cluster.plain, ...initdb, list).length &&
    held.length === listAt(refs, 'configMapRefs').length &&
    listAt(refs, 'secretRefs').length === 0
  const consequence = 'initdb fails'
  return {
    texts: [
      ...own.map((text) => ({ ...text, consequence })),
      ...held.map(({ holder, key, sql }) => asIs(holder, ['data', key], sql, consequence)),
    ],
    isComplete,
  }
}

/** The statements of a text, with their offsets in characters; undefined: PostgreSQL refuses it, which is reported as such. */
function statementsOf({ run }: SqlText, parse: SqlParser): Statement[] | undefined {
  const parsed = parse(run)
  if ('error' in parsed) return undefined
  const { stmts = [] } = JSON.parse(parsed.tree) as { stmts?: readonly { stmt?: Json; stmt_location?: number; stmt_len?: number }[] }
  const offsetOf = charactersOf(run)
  return stmts.flatMap(({ stmt, stmt_location: at = 0, stmt_len: length }) => {
    const [[kind, node] = ['', null]] = isJsonMap(stmt ?? null) ? Object.entries(stmt as JsonMap) : []
    if (!isJsonMap(node)) return []
    const start = offsetOf(at)
    return [
      {
        kind,
        node,
        start: start + (/^\s*/.exec(run.slice(start))?.[0].length ?? 0),
        end: length === undefined ? run.length : offsetOf(at + length),
      },
    ]
  })
}

/** The database that a statement is about; of several the last one that is named. */
function lastDatabase({ kind, node }: Statement): string | undefined {
  if (['CreatedbStmt', 'DropdbStmt', 'AlterDatabaseStmt', 'AlterDatabaseSetStmt'].includes(kind)) return textAt(node, 'dbname')
  if (kind === 'AlterRoleSetStmt') return textAt(node, 'database')
  const isOfDatabase = [node['objtype'], node['objectType']].includes('OBJECT_DATABASE')
  if (kind === 'GrantStmt' && isOfDatabase)
    return listAt(node, 'objects')
      .flatMap((one) => textAt(one, 'String', 'sval') ?? [])
      .at(-1)
  // COMMENT ON DATABASE only warns of one that is not there
  return kind === 'AlterOwnerStmt' && isOfDatabase ? textAt(node, 'object', 'String', 'sval') : undefined
}

/** The roles that must exist for a statement. */
function rolesIn(statement: Statement): string[] {
  const { kind, node } = statement
  if (node['missing_ok'] === true) return []
  const granted =
    kind === 'GrantRoleStmt' ? listAt(node, 'granted_roles').flatMap((one) => textAt(one, 'AccessPriv', 'priv_name') ?? []) : []
  const owners =
    kind === 'CreatedbStmt'
      ? listAt(node, 'options').flatMap((one) =>
          textAt(one, 'DefElem', 'defname') === 'owner' ? (textAt(one, 'DefElem', 'arg', 'String', 'sval') ?? []) : [],
        )
      : []
  return [...granted, ...owners, ...roleSpecs(node)]
}

/** Extensions of PostgreSQL itself and of the images of the project, none of which makes a role. */
const quiet =
  /^(?:plpgsql|uuid-ossp|pgcrypto|citext|hstore|ltree|intarray|unaccent|fuzzystrmatch|tablefunc|postgres_fdw|dblink|pg_(?!tle$)|btree_|vector$|pgaudit|postgis|cube|earthdistance|amcheck|bloom)/

const renames: ReadonlyMap<string, 'databases' | 'roles'> = new Map([
  ['OBJECT_DATABASE', 'databases'],
  ['OBJECT_ROLE', 'roles'],
])

/** What a statement makes, and whether it may make roles that nobody knows of. */
function remember({ kind, node }: Statement, present: Present): void {
  if (kind === 'CreateRoleStmt' && typeof node['role'] === 'string') present.roles.add(node['role'])
  const renamed = kind === 'RenameStmt' ? renames.get(textAt(node, 'renameType') ?? '') : undefined
  if (renamed !== undefined) {
    present[renamed].delete(textAt(node, 'subname') ?? '')
    present[renamed].add(textAt(node, 'newname') ?? '')
  }
  if (kind === 'DropdbStmt') present.databases.delete(textAt(node, 'dbname') ?? '')
  if (kind === 'DropRoleStmt') for (const role of roleSpecs(listAt(node, 'roles') as Json[])) present.roles.delete(role)
  const isOpen =
    kind === 'CreateExtensionStmt'
      ? !quiet.test(textAt(node, 'extname') ?? '')
      : ['DoStmt', 'CallStmt', 'CreateFunctionStmt'].includes(kind) || (kind === 'SelectStmt' && callsDblink(node))
  if (isOpen) present.areRolesKnown = false
}

/** Where a name is in a statement: the last word that is the same, or what is in quotes. */
function wordAt({ start, end }: Statement, { run }: SqlText, name: string): number {
  const [part, word] = [run.slice(start, end).toLowerCase(), name.toLowerCase()]
  const quoted = part.indexOf(`"${word}"`)
  if (quoted >= 0) return start + quoted
  const isInside = (at: number): boolean => /[\w$]/.test(part[at - 1] ?? '') || /[\w$]/.test(part[at + word.length] ?? '')
  let found = part.lastIndexOf(word)
  while (found > 0 && isInside(found)) found = part.lastIndexOf(word, found - 1)
  return found < 0 ? start : start + found
}
