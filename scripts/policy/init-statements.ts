// Can the statements run with which a new Cluster begins: is there what they name, and not yet what they create?
import { named, phrase, shown } from '../findings/message.ts'
import type { Message } from '../findings/finding.ts'
import type { RenderedObject } from '../model.ts'
import { likelyMajorOf } from '../operator/major.ts'
import type { Path } from '../values/value.ts'
import { isJsonMap } from '../values/value.ts'
import { heldSql, initLists } from './sql-texts.ts'
import { statementsIn } from './statements.ts'
import { isAbsent, listAt, objectsOfCluster, plainAt, textAt, typed } from './subject.ts'
import type { ObjectFinding, ObjectRule, ObjectsSubject } from './subject.ts'

const initdb = ['spec', 'bootstrap', 'initdb'] as const

type List = (typeof initLists)[number]

/** One text of SQL that runs in a new instance, and its place. */
interface Text {
  readonly object: RenderedObject
  readonly path: Path
  readonly on?: 'key'
  readonly list: List
  readonly statements: readonly string[]
}

/** The texts in which one of the words is, in the order in which `ConfigureNewInstance` runs them. */
function textsWith(words: RegExp, cluster: RenderedObject, subject: ObjectsSubject): Text[] {
  const held = heldSql(cluster, subject).filter(({ sql }) => words.test(sql))
  return initLists.flatMap((list) => [
    ...listAt(cluster.plain, ...initdb, list).flatMap((sql, index) =>
      typeof sql === 'string' && words.test(sql)
        ? [{ object: cluster, path: [...initdb, list, index], list, statements: statementsIn(sql) }]
        : [],
    ),
    ...held
      .filter((one) => one.list === list)
      .map(({ holder, key, sql }) => ({
        object: holder,
        path: ['data', key],
        on: 'key' as const,
        list,
        statements: statementsIn(sql),
      })),
  ])
}

const placesOf = ({ path, on }: Text): ObjectFinding['places'] => [on === undefined ? { path } : { path, on }]

const name = String.raw`("[^"]{1,63}"|[A-Za-z_][\w$]{0,62})`

/** A name as PostgreSQL reads it. */
const folded = (text: string): string => (text.startsWith('"') ? text.slice(1, -1) : text.toLowerCase())

const creation = new RegExp(String.raw`^\s*create\s+(role|user|group|database)\s+${name}`, 'i')

/** A role or a database that a statement creates. */
function createdBy(statement: string): { readonly kind: 'role' | 'database'; readonly name: string } | undefined {
  const [, kind = '', created = ''] = creation.exec(statement) ?? []
  if (created === '' || folded(created) === 'mapping') return undefined
  return { kind: kind.toLowerCase() === 'database' ? 'database' : 'role', name: folded(created) }
}

const mentions = [
  new RegExp(String.raw`\bowner\s+(?:to\s+|=\s*)?${name}`, 'i'),
  new RegExp(String.raw`\bauthorization\s+${name}`, 'i'),
  new RegExp(String.raw`^\s*(?:alter|drop|comment\s+on)\s+(?:role|user|group)\s+${name}`, 'i'),
  new RegExp(String.raw`^\s*set\s+(?:session\s+|local\s+)?role\s+(?:to\s+)?${name}`, 'i'),
]

/** The roles that a statement names where PostgreSQL needs one that is there. */
function rolesNamedIn(statement: string): string[] {
  const found = mentions.flatMap((mention) => mention.exec(statement)?.[1] ?? [])
  const listed = (text: string | undefined): string[] =>
    (text ?? '').split(',').flatMap((part) => new RegExp(String.raw`^\s*(?:group\s+)?${name}`, 'i').exec(part)?.[1] ?? [])
  const forRoles = /\bfor\s+(?:role|user)\s([^()]*)$/i.exec(statement)?.[1]?.split(/\b(?:in\s+schema|grant|revoke)\b/i, 1)[0]
  const isGrant = /^\s*(?:grant|revoke|alter\s+default)\b/i.test(statement)
  const receivers = isGrant ? statement.split(/\s(?:to|from)\s/i).at(-1) : ''
  const given =
    /^\s*grant\b/i.test(statement) && !/\son\s/i.test(statement)
      ? statement
          .trim()
          .slice('grant'.length)
          .split(/\sto\s/i, 1)[0]
      : ''
  return [...found, ...listed(forRoles), ...listed(receivers), ...listed(given)].map(folded)
}

/** The roles that the operator makes once the server runs, after the SQL of initdb; undefined: unknown SQL may make them before. */
function laterRoles(cluster: RenderedObject, subject: ObjectsSubject): string[] | undefined {
  const bootstrap = plainAt(cluster.plain, ...initdb)
  const managed = [
    ...listAt(cluster.plain, 'spec', 'managed', 'roles'),
    ...objectsOfCluster(subject, cluster, 'DatabaseRole').flatMap(({ plain }) => plain['spec'] ?? []),
  ].flatMap((role) => (isAbsent(role) ? [] : (textAt(role, 'name') ?? [])))
  if (managed.length === 0) return undefined
  const refs = initLists.flatMap((list) => ['configMapRefs', 'secretRefs'].flatMap((kind) => listAt(bootstrap, `${list}Refs`, kind)))
  const isOpaque = initLists.some((list) =>
    listAt(bootstrap, list).some((sql) => typeof sql === 'string' && /\b(?:do|call|execute)\b/i.test(sql)),
  )
  if (isOpaque || refs.length !== heldSql(cluster, subject).length) return undefined
  const owner = textAt(bootstrap, 'owner') || textAt(bootstrap, 'database') || 'app'
  return managed.filter((role) => role !== owner && role !== 'postgres')
}

/** Those with SQL of their own, which most have not. */
const clustersOf = ({ objects }: ObjectsSubject): RenderedObject[] =>
  objects.filter(({ kind, plain }) => {
    const bootstrap = kind === 'Cluster' ? plainAt(plain, ...initdb) : undefined
    return isJsonMap(bootstrap) && initLists.some((list) => list in bootstrap || `${list}Refs` in bootstrap)
  })

function* rolesTooEarly(cluster: RenderedObject, subject: ObjectsSubject): Iterable<ObjectFinding> {
  const later = new Set(laterRoles(cluster, subject))
  if (later.size === 0) return
  for (const text of textsWith(/\b(?:grant|revoke|alter|create|set|comment|drop)\b/i, cluster, subject))
    for (const statement of text.statements) {
      const created = createdBy(statement)
      if (created?.kind === 'role') later.delete(created.name)
      const missing = rolesNamedIn(statement).find((role) => later.has(role))
      if (missing === undefined) continue
      yield {
        object: text.object,
        message: phrase`SQL names role ${shown(missing)}, which the operator makes only after this SQL: initdb fails`,
        places: placesOf(text),
        help: phrase`create the role in ${typed(subject, 'cluster.initdb.postInitSQL', 'postInitSQL')}, or run the statement later, in a migration of the application`,
      }
      return
    }
}

/** What a statement creates although the operator did, or what the operator then leaves out. */
function objection(text: Text, statement: string, { owner, database, hasApplicationSql }: Made): Message | undefined {
  const created = createdBy(statement)
  if (created?.kind === 'role' && created.name === owner)
    return phrase`role ${shown(owner)} is created here, but as the owner it already exists: initdb fails`
  if (created?.kind !== 'database' || created.name !== database) return undefined
  if (text.list === 'postInitApplicationSQL')
    return phrase`database ${shown(database)} is created here, but it already exists: initdb fails`
  return hasApplicationSql ? phrase`database ${shown(database)} is created here, and so postInitApplicationSQL is never run` : undefined
}
interface Made {
  readonly owner: string
  readonly database: string
  readonly hasApplicationSql: boolean
}

export const initStatements: readonly ObjectRule[] = [
  {
    // `CreatePostgresqlConfiguration` writes allow_alter_system = off before `ConfigureNewInstance` (cloudnative-pgvecto.rs#29)
    id: 'policy/alter-system-allowed',
    severity: 'error',
    configurable: true,
    upstream: 'CreatePostgresqlConfiguration, ConfigureNewInstance',
    summary: 'SQL of a new Cluster runs ALTER SYSTEM only where enableAlterSystem allows it',
    reads: [['cluster', 'initdb']],
    *check(subject) {
      for (const cluster of clustersOf(subject)) {
        const major = likelyMajorOf(cluster.plain)
        if (major === undefined || major < 17 || plainAt(cluster.plain, 'spec', 'postgresql', 'enableAlterSystem') === true) continue
        for (const text of textsWith(/\balter\s+system\b/i, cluster, subject)) {
          const parameter = text.statements.flatMap((one) => /^\s*alter\s+system\s+(?:re)?set\s+([\w.]{1,63})/i.exec(one)?.[1] ?? []).at(0)
          if (parameter === undefined) continue
          const field = typed(subject, 'cluster.postgresql.parameters', 'spec.postgresql.parameters')
          yield {
            object: text.object,
            message: phrase`SQL runs ALTER SYSTEM, but PostgreSQL ${major} refuses it where enableAlterSystem is not true: initdb fails`,
            places: placesOf(text),
            help: phrase`remove it, and set ${named(parameter)} in ${field}`,
          }
        }
      }
    },
  },
  {
    id: 'policy/init-role-exists',
    severity: 'error',
    configurable: true,
    upstream: 'ConfigureNewInstance runs in the job of initdb; managed roles are reconciled by the running instance',
    summary: 'SQL of a new Cluster names no role that the operator makes only afterwards',
    reads: [
      ['cluster', 'initdb'],
      ['cluster', 'roles'],
    ],
    *check(subject) {
      for (const cluster of clustersOf(subject)) yield* rolesTooEarly(cluster, subject)
    },
  },
  {
    // `ConfigureNewInstance` of CloudNativePG 1.27 to 1.30: the owner, postInitSQL, postInitTemplateSQL, the database if there is none, and only
    // with it postInitApplicationSQL
    id: 'policy/init-creates-new',
    severity: 'error',
    configurable: true,
    upstream: 'ConfigureNewInstance',
    summary: 'SQL of a new Cluster creates neither the owner nor the database that the operator makes',
    reads: [['cluster', 'initdb']],
    *check(subject) {
      for (const cluster of clustersOf(subject)) {
        const bootstrap = plainAt(cluster.plain, ...initdb)
        // an import of a whole server makes neither
        if (textAt(bootstrap, 'import', 'type') === 'monolith') continue
        const database = textAt(bootstrap, 'database') || 'app'
        const made = {
          database,
          owner: textAt(bootstrap, 'owner') || database,
          hasApplicationSql:
            listAt(bootstrap, 'postInitApplicationSQL').length > 0 || isJsonMap(plainAt(bootstrap, 'postInitApplicationSQLRefs')),
        }
        for (const text of textsWith(/\bcreate\s+(?:role|user|group|database)\b/i, cluster, subject)) {
          const [message] = text.statements.map((statement) => objection(text, statement, made)).filter((one) => one !== undefined)
          if (message !== undefined)
            yield { object: text.object, message, places: placesOf(text), help: phrase`remove the statement: the operator runs it itself` }
        }
      }
    },
  },
]
