// What does an application need in its own files to reach a database?
import { quote, writeScalar } from '../yaml/write.ts'
import type { ConnectFacts, SecretFacts, ServiceFacts } from './facts.ts'
import { literalVariable, oneLine } from './quoting.ts'

/** An application's route: the secret that it reads and the service that it connects to. */
export interface Route {
  readonly facts: ConnectFacts
  readonly secret: SecretFacts
  readonly service: ServiceFacts
}

/** A text for the application's repository, and what to be careful about. */
export interface Snippet {
  readonly text: string
  readonly warnings: readonly string[]
}

/** The operator's uri leads to the rw service; for another service, or a secret created elsewhere, the address is assembled. */
function isDirect({ secret, service }: Route): boolean {
  return secret.by === 'operator' && service.kind === 'rw'
}

function hostOf({ facts, service }: Route): string {
  return `${service.name}.${facts.namespace}`
}

function fromSecret(name: string, secret: string, key: string): string[] {
  return [`  - name: ${name}`, '    valueFrom:', '      secretKeyRef:', `        name: ${writeScalar(secret)}`, `        key: ${key}`]
}

function plainVariable(name: string, value: string): string[] {
  return [`  - name: ${name}`, `    value: ${quote(literalVariable(value))}`]
}

/** Lines of a container's `env`. A variable comes before those that use it: Kubernetes fills in `$(NAME)` in order. */
function environmentOf(route: Route, lines: readonly string[]): string {
  const { facts } = route
  return [
    `# Deployment, in the container (the Secret is in namespace ${oneLine(facts.namespace)}: pods of other namespaces cannot read it)`,
    'env:',
    ...lines,
  ].join('\n')
}

/** libpq's variables: what psql, psycopg, pg and most others read by themselves. */
function libpq(route: Route): string[] {
  const { facts, secret } = route
  const host = isDirect(route) ? fromSecret('PGHOST', secret.name, 'host') : plainVariable('PGHOST', hostOf(route))
  return [
    ...host,
    ...plainVariable('PGPORT', '5432'),
    ...(secret.by === 'operator' ? fromSecret('PGDATABASE', secret.name, 'dbname') : plainVariable('PGDATABASE', facts.dbname)),
    ...fromSecret('PGUSER', secret.name, 'username'),
    ...fromSecret('PGPASSWORD', secret.name, 'password'),
  ]
}

const poolsTransactions = ({ service }: Route): boolean => service.poolMode === 'transaction'

/** PgBouncer tracks prepared statements itself where max_prepared_statements is over 0. */
function tracksStatements({ service }: Route): boolean {
  return Number(service.preparedStatements ?? 0) > 0
}

function transactionWarnings(route: Route, advice: string): string[] {
  if (!poolsTransactions(route)) return []
  const { name } = route.service
  const state = tracksStatements(route)
    ? `max_prepared_statements is ${route.service.preparedStatements}, so named prepared statements work`
    : `prepared statements may reach a session that does not have them: ${advice}, or set max_prepared_statements in the pooler's parameters`
  return [
    `${name} is PgBouncer in transaction mode; ${state}`,
    `SET, LISTEN and advisory locks do not last beyond a transaction on ${name}: migrations go to ${route.facts.cluster}-rw`,
  ]
}

/** Part of application.yaml and of the Deployment for Spring Boot with JPA. */
export function springSnippet(route: Route): Snippet {
  const { secret, facts } = route
  const threshold = poolsTransactions(route) && !tracksStatements(route)
  // a name that needs encoding in a URL can't come from the secret
  const isFilledIn = secret.by === 'operator' && /^[\w.-]+$/.test(facts.dbname)
  const options = threshold ? '?prepareThreshold=0' : ''
  const address = (name: string): string => `jdbc:postgresql://${hostOf(route)}:5432/${name}${options}`
  const url = isDirect(route)
    ? fromSecret('SPRING_DATASOURCE_URL', secret.name, 'jdbc-uri')
    : [
        ...(isFilledIn
          ? [
              ...fromSecret('DB_NAME', secret.name, 'dbname'),
              '  - name: SPRING_DATASOURCE_URL',
              `    value: ${quote(address('$(DB_NAME)'))}`,
            ]
          : plainVariable('SPRING_DATASOURCE_URL', address(encodeURIComponent(facts.dbname)))),
      ]
  const migrations = poolsTransactions(route) && secret.by === 'operator' ? fromSecret('MIGRATION_URL', secret.name, 'jdbc-uri') : []
  const text = [
    '# application.yaml: the environment of the Deployment below fills these in; the file holds no secrets',
    'spring:',
    '  datasource:',
    '    url: ${SPRING_DATASOURCE_URL}',
    '    username: ${SPRING_DATASOURCE_USERNAME}',
    '    password: ${SPRING_DATASOURCE_PASSWORD}',
    '    hikari:',
    '      # all replicas of the application together must stay below max_connections',
    '      maximum-pool-size: 10',
    '      # shorter than any timeout along the way, so that a switchover leaves no dead connections',
    '      max-lifetime: 600000',
    '  jpa:',
    '    open-in-view: false',
    '    hibernate:',
    '      # the schema belongs to the migrations (see --flyway)',
    '      ddl-auto: validate',
    ...(migrations.length > 0
      ? [
          '  flyway:',
          '    # migrations need a session of their own: to the primary, past PgBouncer',
          '    url: ${MIGRATION_URL}',
          '    user: ${SPRING_DATASOURCE_USERNAME}',
          '    password: ${SPRING_DATASOURCE_PASSWORD}',
        ]
      : []),
    '---',
    environmentOf(route, [
      ...url,
      ...migrations,
      ...fromSecret('SPRING_DATASOURCE_USERNAME', secret.name, 'username'),
      ...fromSecret('SPRING_DATASOURCE_PASSWORD', secret.name, 'password'),
    ]),
  ]
  return {
    text: `${text.join('\n')}\n`,
    warnings: transactionWarnings(
      route,
      threshold ? 'prepareThreshold=0 is in the URL for that' : 'add prepareThreshold=0 to the JDBC URL',
    ),
  }
}

/** The environment of a Deployment: DATABASE_URL where the operator's secret has it, and libpq's variables. */
export function environmentSnippet(route: Route): Snippet {
  const url = isDirect(route) ? fromSecret('DATABASE_URL', route.secret.name, 'uri') : []
  return {
    text: `${environmentOf(route, [...libpq(route), ...url])}\n`,
    warnings: transactionWarnings(route, 'switch them off in the driver'),
  }
}

/** Deployment and code for Node. */
export function nodeSnippet(route: Route): Snippet {
  const code = [
    '# db.mjs: pg reads PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD by itself',
    '#',
    "#   import { Pool } from 'pg'",
    '#   export const pool = new Pool({ max: 10, idleTimeoutMillis: 30_000, connectionTimeoutMillis: 5_000 })',
    '#   // without this a switchover ends the process',
    "#   pool.on('error', (error) => console.error('idle connection lost', error.message))",
    ...(poolsTransactions(route) && !tracksStatements(route)
      ? ['#   // transaction mode: do not give queries a `name`, which makes them prepared statements']
      : []),
  ]
  return {
    text: `${environmentOf(route, libpq(route))}\n---\n${code.join('\n')}\n`,
    warnings: transactionWarnings(route, 'do not give queries a `name`'),
  }
}

/** Deployment and code for Python. */
export function pythonSnippet(route: Route): Snippet {
  const off = poolsTransactions(route) && !tracksStatements(route)
  const code = [
    '# db.py: psycopg 3 reads PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD by itself',
    '#',
    '#   from psycopg_pool import ConnectionPool',
    `#   pool = ConnectionPool(max_size=10, check=ConnectionPool.check_connection${off ? ", kwargs={'prepare_threshold': None}" : ''})`,
    '#',
    '# SQLAlchemy:',
    `#   engine = create_engine('postgresql+psycopg://', pool_pre_ping=True${off ? ", connect_args={'prepare_threshold': None}" : ''})`,
  ]
  return {
    text: `${environmentOf(route, libpq(route))}\n---\n${code.join('\n')}\n`,
    warnings: transactionWarnings(route, off ? 'prepare_threshold=None is in the code for that' : 'set prepare_threshold=None'),
  }
}

/** The first migration. */
export function migration({ facts }: { readonly facts: ConnectFacts }): string {
  return [
    `-- First migration of ${oneLine(facts.dbname)}. Flyway runs each version once, in order, and refuses a file that changed afterwards:`,
    '-- a later change is a new file, V2__what_it_does.sql.',
    `-- It runs as ${oneLine(facts.role)}, which owns the database, over a connection to ${oneLine(facts.cluster).replace(new RegExp(`-${facts.environment}$`), '-<env>')}-rw (not through PgBouncer in transaction mode).`,
    '',
    'CREATE TABLE example (',
    '    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,',
    '    name text NOT NULL UNIQUE,',
    '    created_at timestamptz NOT NULL DEFAULT now()',
    ');',
    '',
  ].join('\n')
}
