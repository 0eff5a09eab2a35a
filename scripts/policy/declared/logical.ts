// Are the databases there that an import fills, and that a subscription reads from?
import { named, phrase, shown } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { isJsonMap } from '../../values/value.ts'
import { isAbsent, listAt, objectOf, objectsOfCluster, plainAt, textAt, typed } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'

const initdb = ['spec', 'bootstrap', 'initdb'] as const

/** The database that a microservice import copies, and another one that it puts it into. */
function renamed({ plain }: RenderedObject): { readonly from: string; readonly into: string } | undefined {
  if (textAt(plain, ...initdb, 'import', 'type') !== 'microservice') return undefined
  const from = textAt(plain, ...initdb, 'import', 'databases', 0) ?? ''
  const into = textAt(plain, ...initdb, 'database') || 'app'
  return from === '' || from === into ? undefined : { from, into }
}

/** Kinds that name a database of their Cluster, and where. */
const kinds = { Subscription: 'dbname', Publication: 'dbname', Database: 'name' } as const

export const logical: readonly ObjectRule[] = [
  {
    // `cloneDatabases` and `defaultInitDB` of CloudNativePG 1.27 to 1.30: the dump goes into `initdb.database`, `app` by default (cnpg#9771)
    id: 'policy/import-keeps-name',
    severity: 'warning',
    configurable: true,
    summary: 'a database that is imported has the name by which other objects ask for it',
    reads: [],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      const copied = cluster === undefined ? undefined : renamed(cluster)
      if (cluster === undefined || copied === undefined) return
      const { from, into } = copied
      for (const [kind, field] of Object.entries(kinds)) {
        const object = objectsOfCluster(subject, cluster, kind).find(({ plain }) => textAt(plain, 'spec', field) === from)
        if (object === undefined || isAbsent(object.plain['spec'])) continue
        yield {
          object: cluster,
          message: phrase`import copies ${shown(from)} into ${shown(into)}, but ${kind} ${named(object.name)} means ${shown(from)}`,
          places: [{ path: [...initdb, 'import', 'databases', 0] }],
          help: phrase`add database: ${named(from)} beside ${typed(subject, 'import', 'bootstrap.initdb.import')}`,
        }
        return
      }
    },
  },
  {
    // `GetServerConnectionString` of CloudNativePG 1.27 to 1.30; libpq: dbname "defaults to be the same as the user name" (cnpg#4140)
    id: 'policy/publication-database-named',
    severity: 'warning',
    configurable: true,
    summary: 'a Subscription connects to the database of the publication, not to one that is called like the user',
    reads: [],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      for (const object of cluster === undefined ? [] : objectsOfCluster(subject, cluster, 'Subscription')) {
        const [own, source] = ['dbname', 'externalClusterName'].map((field) => textAt(object.plain, 'spec', field) ?? '')
        const external = listAt(cluster?.plain, 'spec', 'externalClusters').find((one) => textAt(one, 'name') === source)
        const parameters = plainAt(external, 'connectionParameters')
        const isNamed = textAt(object.plain, 'spec', 'publicationDBName') || !isJsonMap(parameters) || 'dbname' in parameters
        // another service file or host may name it
        if (isNamed || own === '' || 'service' in parameters) continue
        const user = textAt(parameters, 'user') || 'postgres'
        if (user === own) continue
        yield {
          object,
          message: phrase`publicationDBName is not set, nor dbname of ${shown(source)}: the publication is looked for in ${shown(user)}`,
          places: [{ path: ['spec', 'externalClusterName'] }],
          help: phrase`set publicationDBName: ${named(own ?? '')} (or how the database is called there)`,
        }
      }
    },
  },
]
