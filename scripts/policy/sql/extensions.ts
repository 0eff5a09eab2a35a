// Can the server load the extensions that SQL and Databases create?
import { lookup } from '../../values/lookup.ts'
import { fieldAt, named, phrase, shown } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import type { JsonMap, Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { flavourWithout, isInStandard } from './image-extensions.ts'
import { listedLibraries } from '../versions/libraries.ts'
import { extensionChangesIn } from './statements.ts'
import { isAbsent, listAt, objectsOf, objectsOfCluster, officialChart, plainAt, textAt, typed } from '../subject.ts'
import type { ObjectRule, ObjectsSubject } from '../subject.ts'

const initdb = ['spec', 'bootstrap', 'initdb'] as const

/** The extensions that a text of SQL creates. */
export function extensionsIn(sql: string): string[] {
  return extensionChangesIn(sql).flatMap(({ name, isDrop }) => (isDrop ? [] : [name]))
}

/** The extensions that it creates or may create, also in blocks of code. */
export function extensionsNamedIn(sql: string): string[] {
  const creations = sql.matchAll(/\bcreate\s{1,20}extension\s{1,20}(?:if\s{1,20}not\s{1,20}exists\s{1,20})?("[^"]{1,63}"|[\w-]{1,63})/gi)
  return [...creations].map((match) => (match[1] ?? '').replaceAll('"', ''))
}

/** Extensions with `schema = …` and without `relocatable = true` in their control files. */
const ownSchemas: Readonly<Record<string, string>> = lookup({
  age: 'ag_catalog',
  citus: 'pg_catalog',
  pglogical: 'pglogical',
  plpgsql: 'pg_catalog',
  postgis_topology: 'topology',
})

interface Creation {
  readonly object: RenderedObject
  readonly path: Path
  readonly name: string
  /** a later statement drops it again */
  readonly isDropped?: boolean
}

/** The creations of a list of SQL, all of which runs in one database. */
function creationsIn(cluster: RenderedObject, list: Path): Creation[] {
  const changes = listAt(cluster.plain, ...list).flatMap((sql, index) =>
    typeof sql === 'string' && /extension/i.test(sql) ? extensionChangesIn(sql).map((change) => ({ ...change, index })) : [],
  )
  const drops = new Map(changes.flatMap(({ name, isDrop }, nth) => (isDrop ? [[name.toLowerCase(), nth] as const] : [])))
  return changes.flatMap(({ name, isDrop, index }, nth) =>
    isDrop ? [] : [{ object: cluster, path: [...list, index], name, isDropped: (drops.get(name.toLowerCase()) ?? -1) > nth }],
  )
}

/** Where extensions are created: the SQL of a new Cluster, and the Databases of it. */
function* creationsOf(cluster: RenderedObject, subject: ObjectsSubject): Iterable<Creation> {
  for (const list of ['postInitSQL', 'postInitApplicationSQL', 'postInitTemplateSQL']) yield* creationsIn(cluster, [...initdb, list])
  for (const object of objectsOfCluster(subject, cluster, 'Database')) {
    if (isAbsent(object.plain['spec'])) continue
    for (const [index, extension] of listAt(object.plain, 'spec', 'extensions').entries()) {
      const name = textAt(extension, 'name')
      if (name !== undefined && !isAbsent(extension)) yield { object, path: ['spec', 'extensions', index, 'name'], name }
    }
  }
}

/** Extensions whose CREATE fails unless their library was loaded with the server: each says so itself ("must be preloaded"). */
const preloaded: Readonly<Record<string, string>> = lookup({
  timescaledb: 'timescaledb',
  pg_cron: 'pg_cron',
  citus: 'citus',
  pglogical: 'pglogical',
  pg_net: 'pg_net',
  vchord: 'vchord',
  vectors: 'vectors',
})

/** `ManagedExtensions` of the operator that it also creates and drops: loaded with the first parameter of their prefix. */
const managed: Readonly<Record<string, string>> = lookup({
  pg_stat_statements: 'pg_stat_statements.max: "10000"',
  pgaudit: 'pgaudit.log: "ddl"',
})

/** Names of projects and packages, by which no extension goes. */
const projects: Readonly<Record<string, string>> = lookup({
  pgvector: 'vector',
  pg_vector: 'vector',
  'pgvector-rs': 'vectors',
  pgcron: 'pg_cron',
  'pg-cron': 'pg_cron',
  pgtrgm: 'pg_trgm',
  'pg-trgm': 'pg_trgm',
  trgm: 'pg_trgm',
  trigram: 'pg_trgm',
  uuid_ossp: 'uuid-ossp',
  uuidossp: 'uuid-ossp',
  uuid: 'uuid-ossp',
  timescale: 'timescaledb',
  timescale_db: 'timescaledb',
  pg_timescaledb: 'timescaledb',
  pg_crypto: 'pgcrypto',
  pg_audit: 'pgaudit',
  postgres_gis: 'postgis',
  pg_postgis: 'postgis',
  postgresql_fdw: 'postgres_fdw',
  pg_stat_statement: 'pg_stat_statements',
  pgstatstatements: 'pg_stat_statements',
  pgpartman: 'pg_partman',
  pgrepack: 'pg_repack',
  btree_gin_index: 'btree_gin',
  vectorchord: 'vchord',
})

/** The database that an extension is created in; undefined: a template. */
function databaseOf({ object, path }: Creation, cluster: RenderedObject): string | undefined {
  if (object !== cluster) return textAt(object.plain, 'spec', 'name')
  const own = plainAt(cluster.plain, ...initdb)
  if (path[3] === 'postInitSQL') return 'postgres'
  return path[3] === 'postInitApplicationSQL' ? textAt(own, 'database') || 'app' : undefined
}

function isLoaded(cluster: JsonMap, library: string): boolean {
  return listedLibraries(cluster).some((one) => one.library.replace(/^.*\//, '').replace(/\.so$/, '') === library)
}

function hasParameter(cluster: JsonMap, prefix: string): boolean {
  const parameters = plainAt(cluster, 'spec', 'postgresql', 'parameters')
  return isJsonMap(parameters) && Object.keys(parameters).some((name) => name.startsWith(`${prefix}.`))
}

/** The first creation of each extension; `stays`: only of those that are not dropped again. */
function firstOfEach(subject: ObjectsSubject, cluster: RenderedObject, stays = false): Creation[] {
  const firsts = new Map<string, Creation>()
  for (const one of creationsOf(cluster, subject))
    if (!(stays && one.isDropped === true) && !firsts.has(one.name.toLowerCase())) firsts.set(one.name.toLowerCase(), one)
  return [...firsts.values()]
}

export const extensions: readonly ObjectRule[] = [
  {
    // the operator writes shared_preload_libraries itself, so that the configuration of an image does not count
    id: 'policy/extension-preloaded',
    severity: 'error',
    configurable: true,
    upstream: 'CreatePostgresqlConfiguration: setUserSharedPreloadLibraries',
    summary: 'an extension that must be loaded with the server is in shared_preload_libraries',
    reads: [['cluster', 'initdb'], ['cluster', 'postgresql', 'shared_preload_libraries'], ['databases']],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster'))
        for (const { object, path, name } of firstOfEach(subject, cluster)) {
          const library = preloaded[name.toLowerCase()]
          if (library === undefined || isLoaded(cluster.plain, library)) continue
          const flavour = flavourWithout(name, cluster, subject)
          const field = typed(subject, 'cluster.postgresql.shared_preload_libraries', 'spec.postgresql.shared_preload_libraries')
          yield {
            object,
            message: phrase`extension ${shown(name)} can't be created, since its library is not loaded with the server`,
            places: [{ path }],
            help: phrase`add ${named(library)} to ${field}${object === cluster ? '' : ' of the Cluster'}${flavour === undefined ? '' : `, and use an image that holds it: ${flavour} images do not`}`,
          }
        }
    },
  },
  {
    // "could not open extension control file": initdb fails, or the Database is never applied (cnpg#213; Dockerfile of postgres-containers)
    id: 'policy/image-has-extension',
    severity: 'warning',
    configurable: true,
    summary: 'an image of the project holds the extensions that are created',
    reads: [['cluster', 'imageName'], ['cluster', 'initdb'], ['databases']],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster'))
        for (const { object, path, name } of firstOfEach(subject, cluster)) {
          const flavour = flavourWithout(name, cluster, subject)
          // a library that is missing as well is reported by the rules about those
          if (flavour === undefined || name.toLowerCase() in preloaded || isLoaded(cluster.plain, name)) continue
          yield {
            object,
            message: phrase`extension ${shown(name)} can't be created, since ${flavour} images of PostgreSQL do not hold it`,
            places: [{ path }],
            help: isInStandard(name)
              ? phrase`use a standard image`
              : officialChart(subject) !== undefined && /^postgis(?:_|$)/i.test(name)
                ? phrase`set type: postgis, whose image holds it, or name such an image`
                : phrase`use an image that holds it, or mount it by postgresql.extensions (operator 1.27, PostgreSQL 18)`,
          }
        }
    },
  },
  {
    // CREATE EXTENSION: "could not open extension control file" (cnpg#2660)
    id: 'policy/extension-name',
    severity: 'error',
    configurable: true,
    summary: 'an extension is called by its own name, not by that of its project or package',
    reads: [['cluster', 'initdb'], ['databases']],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster'))
        for (const { object, path, name } of firstOfEach(subject, cluster)) {
          const meant = projects[name.toLowerCase()]
          if (meant === undefined) continue
          yield {
            object,
            message: phrase`extension ${shown(name)} does not exist: it is called ${named(meant)}`,
            places: [{ path }],
            help: object === cluster && /\W/.test(meant) ? phrase`write "${named(meant)}" in double quotes` : phrase`write ${named(meant)}`,
          }
        }
    },
  },
  {
    // pg_cron--1.0.sql and `CronDatabaseName`: "can only create extension in database %s"
    id: 'policy/cron-database',
    severity: 'error',
    configurable: true,
    summary: 'pg_cron is created in the database that cron.database_name names',
    reads: [['cluster', 'initdb'], ['cluster', 'postgresql', 'parameters'], ['databases']],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster')) {
        if (!isLoaded(cluster.plain, 'pg_cron')) continue
        const wanted = textAt(cluster.plain, 'spec', 'postgresql', 'parameters', 'cron.database_name') ?? 'postgres'
        for (const creation of creationsOf(cluster, subject)) {
          const database = databaseOf(creation, cluster)
          if (creation.name.toLowerCase() !== 'pg_cron' || database === undefined || database === wanted) continue
          yield {
            object: creation.object,
            message: phrase`pg_cron is created in database ${named(database)}, but can be created in ${named(wanted)} only`,
            places: [{ path: creation.path }],
            help: phrase`set the parameter cron.database_name: ${named(database)}`,
          }
        }
      }
    },
  },
  {
    id: 'policy/managed-extension-used',
    severity: 'warning',
    configurable: true,
    upstream: 'reconcileExtensions: drops what no parameter uses, also where the library is loaded (cloudnative-pg#9953)',
    summary: 'an extension that the operator manages has a parameter, without which the operator drops it',
    reads: [['cluster', 'initdb'], ['cluster', 'postgresql', 'parameters'], ['databases']],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster'))
        for (const { object, path, name } of firstOfEach(subject, cluster, true)) {
          const example = managed[name.toLowerCase()]
          if (example === undefined || hasParameter(cluster.plain, name.toLowerCase())) continue
          const parameters = fieldAt(['spec', 'postgresql', 'parameters'], typed(subject, 'cluster.postgresql.parameters', 'parameters'))
          yield {
            object,
            message: phrase`extension ${shown(name)} is not used by any parameter, without which the operator drops it again`,
            places: [{ path }],
            help: phrase`set one, such as ${example}, in ${object === cluster ? parameters : 'spec.postgresql.parameters of the Cluster'}, which also loads the library`,
          }
        }
    },
  },
  {
    // CreateExtensionInternal of PostgreSQL: "extension "…" must be installed in schema "…""; tried on 15.20
    id: 'policy/extension-schema-fits',
    severity: 'error',
    configurable: true,
    summary: 'an extension whose control file names a schema is installed there',
    reads: [['databases']],
    *check({ objects }) {
      for (const object of objects.filter(({ kind, plain }) => kind === 'Database' && !isAbsent(plain['spec'])))
        for (const [index, extension] of listAt(object.plain, 'spec', 'extensions').entries()) {
          const [name, schema] = [textAt(extension, 'name') ?? '', textAt(extension, 'schema') ?? '']
          const own = ownSchemas[name]
          if (own === undefined || schema === '' || schema === own || isAbsent(extension)) continue
          yield {
            object,
            message: phrase`schema of extension ${shown(name)} is ${shown(schema)}, but must be ${own}`,
            places: [{ path: ['spec', 'extensions', index, 'schema'] }],
            help: phrase`remove schema: the extension chooses ${own} itself`,
          }
        }
    },
  },
]
