// How is a database reached: which secrets, services, poolers, roles?
import { shownAddress } from '../repository/remote.ts'
import { printed } from '../values/printed.ts'
import type { Database, RenderedObject } from '../model.ts'
import type { Json } from '../values/value.ts'
import { jsonAt } from '../values/value.ts'
import { byCodeUnit } from '../values/path.ts'

/** The keys of a secret that the operator creates for a role. */
export const secretKeys = [
  'username',
  'user',
  'password',
  'dbname',
  'host',
  'port',
  'pgpass',
  'uri',
  'jdbc-uri',
  'fqdn-uri',
  'fqdn-jdbc-uri',
] as const

export interface SecretFacts {
  readonly name: string
  /** absent: a replica has the roles of its source, so the operator creates no secret */
  readonly use: 'application' | 'superuser'
  /** `given`: named in the values and created elsewhere, with only username and password */
  readonly by: 'operator' | 'given'
}

export interface ServiceFacts {
  readonly name: string
  readonly use: string
  readonly kind: 'rw' | 'ro' | 'r' | 'additional' | 'pooler'
  /** it leads to standbys, and the cluster has none: nothing answers */
  readonly idle?: true
  /** of a pooler */
  readonly poolMode?: string
  /** PgBouncer's max_prepared_statements; absent: its own default */
  readonly preparedStatements?: string
}

export interface ConnectFacts {
  readonly database: string
  readonly environment: string
  readonly cluster: string
  readonly namespace: string
  readonly operator: string
  /** API server or Argo CD's name of the Kubernetes cluster */
  readonly destination: string
  readonly instances: number
  /** image of PostgreSQL; absent: the operator's default */
  readonly image?: string
  /** first database and its owner in PostgreSQL */
  readonly dbname: string
  readonly role: string
  readonly secrets: readonly SecretFacts[]
  readonly services: readonly ServiceFacts[]
  /** further databases that Database objects create, with their owners */
  readonly others: readonly { readonly dbname: string; readonly owner: string }[]
}

function textAt(root: Json | undefined, ...path: readonly string[]): string | undefined {
  const value = jsonAt(root, path)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function itemsAt(root: Json | undefined, ...path: readonly string[]): readonly Json[] {
  const value = jsonAt(root, path)
  return Array.isArray(value) ? value : []
}

/** Reads the names from the rendered objects; undefined: the chart prints no Cluster. Names are built as the operator builds them. */
export function connectFacts(database: Database, objects: readonly RenderedObject[]): ConnectFacts | undefined {
  const object = objects.find(({ kind }) => kind === 'Cluster')
  if (object === undefined) return undefined
  const spec = jsonAt(object.plain, ['spec'])
  const [method, bootstrap] = bootstrapOf(spec)
  const cluster = object.name
  const image = textAt(spec, 'imageName')
  const written = jsonAt(spec, ['instances'])
  const instances = typeof written === 'number' ? written : 1
  const hasStandby = instances > 1
  const { environment } = database
  return {
    database: database.id,
    environment: environment.name,
    cluster,
    namespace: database.namespace,
    operator: environment.operator.version,
    destination: shownAddress(environment.destination.server ?? environment.destination.name ?? ''),
    instances,
    ...(image === undefined ? {} : { image }),
    dbname: textAt(bootstrap, 'database') ?? 'app',
    role: textAt(bootstrap, 'owner') ?? textAt(bootstrap, 'database') ?? 'app',
    secrets: secretsOf(cluster, spec, { method, bootstrap }),
    services: [
      ...servicesOf(cluster, spec, hasStandby),
      ...objects.filter(({ kind }) => kind === 'Pooler').map((pooler) => poolerService(pooler, hasStandby)),
    ],
    others: objects
      .filter(({ kind }) => kind === 'Database')
      .map(otherDatabase)
      .sort((a, b) => byCodeUnit(a.dbname, b.dbname)),
  }
}

function bootstrapOf(spec: Json | undefined): [string, Json | undefined] {
  for (const method of ['initdb', 'recovery', 'pg_basebackup']) {
    const found = jsonAt(spec, ['bootstrap', method])
    if (found !== undefined) return [method, found]
  }
  return ['initdb', undefined]
}

/** A recovered or copied Cluster gets an application secret only with database and owner, and never as a replica. */
function secretsOf(
  cluster: string,
  spec: Json | undefined,
  start: { readonly method: string; readonly bootstrap: Json | undefined },
): SecretFacts[] {
  const { method, bootstrap } = start
  const secrets: SecretFacts[] = []
  const given = textAt(bootstrap, 'secret', 'name')
  const isReplica = jsonAt(spec, ['replica', 'enabled']) === true
  const isComplete =
    method === 'initdb' || (!isReplica && textAt(bootstrap, 'database') !== undefined && textAt(bootstrap, 'owner') !== undefined)
  if (given !== undefined) secrets.push({ name: given, use: 'application', by: 'given' })
  else if (isComplete) secrets.push({ name: `${cluster}-app`, use: 'application', by: 'operator' })
  if (jsonAt(spec, ['enableSuperuserAccess']) === true) {
    const own = textAt(spec, 'superuserSecret', 'name')
    secrets.push(
      own === undefined ? { name: `${cluster}-superuser`, use: 'superuser', by: 'operator' } : { name: own, use: 'superuser', by: 'given' },
    )
  }
  return secrets
}

const roleOfService = { rw: 'the primary: reads and writes', ro: 'the standbys: reads only', r: 'any instance: reads only' } as const

/** What a service or pooler is for; without a standby those for reads only lead nowhere. */
function leadingTo(role: string | undefined, use: string, hasStandby: boolean): Pick<ServiceFacts, 'use' | 'idle'> {
  return role !== 'ro' || hasStandby ? { use } : { use: `${use}; with 1 instance there is no standby, so nothing answers`, idle: true }
}

function servicesOf(cluster: string, spec: Json | undefined, hasStandby: boolean): ServiceFacts[] {
  const disabled = itemsAt(spec, 'managed', 'services', 'disabledDefaultServices')
  const own = (['rw', 'ro', 'r'] as const)
    .filter((kind) => kind === 'rw' || !disabled.includes(kind))
    .map((kind): ServiceFacts => ({ name: `${cluster}-${kind}`, kind, ...leadingTo(kind, roleOfService[kind], hasStandby) }))
  const additional = itemsAt(spec, 'managed', 'services', 'additional').flatMap((item): ServiceFacts[] => {
    const name = textAt(item, 'serviceTemplate', 'metadata', 'name')
    const role = textAt(item, 'selectorType') as keyof typeof roleOfService | undefined
    const use = (role === undefined ? undefined : roleOfService[role]) ?? 'an additional service'
    return name === undefined ? [] : [{ name, kind: 'additional', ...leadingTo(role, use, hasStandby) }]
  })
  return [...own, ...additional]
}

function poolerService({ name, plain }: RenderedObject, hasStandby: boolean): ServiceFacts {
  const type = textAt(plain, 'spec', 'type') ?? 'rw'
  const poolMode = textAt(plain, 'spec', 'pgbouncer', 'poolMode') ?? 'session'
  const prepared = jsonAt(plain, ['spec', 'pgbouncer', 'parameters', 'max_prepared_statements'])
  const use = `PgBouncer in ${poolMode} mode before ${type}`
  const leads = leadingTo(type, use, hasStandby)
  return { name, kind: 'pooler', ...leads, poolMode, ...(prepared === undefined ? {} : { preparedStatements: printed(prepared) }) }
}

function otherDatabase({ plain }: RenderedObject): { dbname: string; owner: string } {
  const spec = jsonAt(plain, ['spec'])
  return { dbname: textAt(spec, 'name') ?? '', owner: textAt(spec, 'owner') ?? '' }
}

/** The service for `--via`: rw, ro, r, the name of a service or pooler, or the short name of a pooler. Undefined: not found. */
export function serviceFor(facts: ConnectFacts, via: string): ServiceFacts | undefined {
  return (
    facts.services.find(({ name, kind }) => name === via || kind === via) ??
    facts.services.find(({ name }) => name === `${facts.cluster}-pooler-${via}` || name === `${facts.cluster}-${via}`)
  )
}
