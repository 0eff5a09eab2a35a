// Which settings of PostgreSQL hurt a Cluster in daily use, and which only look so?
import { expect, test } from 'vitest'
import { judgeManifests } from '../../scripts/policy/manifests.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

const group = 'apiVersion: postgresql.cnpg.io/v1'
const cluster = (parameters: string, rest = '', major = 17): string =>
  `{ ${group}, kind: Cluster, metadata: { name: a }, spec: { instances: 3, imageName: "ghcr.io/cloudnative-pg/postgresql:${major}", ` +
  `storage: { size: 50Gi }, ${rest} postgresql: { parameters: { max_slot_wal_keep_size: 5GB, ${parameters} } } } }`
const source = 'externalClusters: [{ name: old, connectionParameters: { host: h, user: u, dbname: app } }],'
const subscribed = (parameters: string, ...subscriptions: readonly string[]): string =>
  [
    cluster(parameters, source),
    ...subscriptions.map(
      (rest, index) =>
        `{ ${group}, kind: Subscription, metadata: { name: s${index} }, spec: ` +
        `{ cluster: { name: a }, name: s${index}, dbname: app, publicationName: p, publicationDBName: app, externalClusterName: old${rest} } }`,
    ),
  ].join('\n---\n')
const synchronous = (parameters: string): string =>
  cluster(parameters).replace('parameters:', 'synchronous: { method: any, number: 1 }, parameters:')
const pooled = (rest: string, pooler: string, parameters = '', ...others: readonly string[]): string =>
  [
    cluster(parameters, rest),
    `{ ${group}, kind: Pooler, metadata: { name: pool }, spec: { cluster: { name: a }, instances: 3, type: rw, pgbouncer: { ${pooler} } } }`.replace(
      'parameters: {',
      'parameters: { max_db_connections: "15",',
    ),
    ...others,
  ].join('\n---\n')
const role = (limit: number, name = 'app'): string =>
  `bootstrap: { initdb: { database: app, owner: app } }, managed: { roles: [{ name: ${name}, login: true, connectionLimit: ${limit} }] },`
const member = (group: string): string => `managed: { roles: [{ name: r, login: true, inRoles: [${group}] }] },`
const database = (limit: number): string =>
  `{ ${group}, kind: Database, metadata: { name: d }, spec: { cluster: { name: a }, name: d, owner: app, connectionLimit: ${limit} } }`
const limited = 'resources: { requests: { memory: 4Gi }, limits: { memory: 4Gi } },'
const archived = 'backup: { barmanObjectStore: { destinationPath: "s3://b/p", s3Credentials: { inheritFromIAMRole: true } } },'
const replica = `replica: { enabled: true, source: old }, ${source}`

const found = (text: string): string[] =>
  judgeManifests(readManifests({ path: 'a.yaml', text }).manifests, '1.30.0')
    .map(({ rule, finding: { places } }) => `${rule.slice('policy/'.length)}: ${places[0].path.at(-1)}`)
    .filter((one) => !one.startsWith('image') && !one.startsWith('recovery'))

test.each([
  [cluster('statement_timeout: 60s, transaction_timeout: 30s'), 'limit-reachable: statement_timeout'],
  [cluster('idle_in_transaction_session_timeout: 5min, transaction_timeout: 30s'), 'limit-reachable: idle_in_transaction_session_timeout'],
  [cluster('lock_timeout: 1min, statement_timeout: "30000"'), 'limit-reachable: lock_timeout'],
  [cluster('max_parallel_workers: "64"'), 'limit-reachable: max_parallel_workers'],
  // the operator writes its own line behind this one
  [cluster('Max_Worker_Processes: "64", max_parallel_workers: "48"'), 'limit-reachable: max_parallel_workers'],
  [cluster('max_parallel_workers: "4", max_parallel_workers_per_gather: "8"'), 'limit-reachable: max_parallel_workers_per_gather'],
  [cluster('max_sync_workers_per_subscription: "8"'), 'limit-reachable: max_sync_workers_per_subscription'],
  [cluster('autovacuum_max_workers: "20"', '', 18), 'limit-reachable: autovacuum_max_workers'],
  [cluster('ignore_checksum_failure: "1"'), 'damage-not-hidden: ignore_checksum_failure'],
  [cluster('archive_library: basic_archive'), 'archive-library-unset: archive_library'],
  [cluster('archive_library: basic_archive', archived, 15), 'archive-library-unset: archive_library'],
  [synchronous('synchronous_commit: "off"'), 'commits-wait: synchronous_commit'],
  [cluster('synchronous_commit: local', 'minSyncReplicas: 1, maxSyncReplicas: 1,'), 'commits-wait: synchronous_commit'],
  [cluster('superuser_reserved_connections: "0"'), 'superuser-has-connections: superuser_reserved_connections'],
  [cluster('default_transaction_read_only: "true"'), 'operator-may-write: default_transaction_read_only'],
  [cluster('autovacuum_analyze_scale_factor: "10"'), 'scale-factor-is-fraction: autovacuum_analyze_scale_factor'],
  [cluster('random_page_cost: "1", seq_page_cost: "1.5"'), 'page-costs-sensible: random_page_cost'],
  [cluster('work_mem: 8GB', limited), 'work-memory-fits: work_mem'],
  [cluster('maintenance_work_mem: 4GB', limited), 'work-memory-fits: maintenance_work_mem'],
  [cluster('autovacuum_work_mem: 8GB', limited), 'work-memory-fits: autovacuum_work_mem'],
  [cluster('maintenance_work_mem: 4GB', limited, 16), 'work-memory-fits: maintenance_work_mem'],
  [cluster('archive_timeout: "5"'), 'setting-has-unit: archive_timeout'],
  [cluster('temp_file_limit: "10"'), 'setting-has-unit: temp_file_limit'],
  [cluster('wal_buffers: "16"'), 'setting-has-unit: wal_buffers'],
  [cluster('').replace('5GB', '"10"'), 'setting-has-unit: max_slot_wal_keep_size'],
  [cluster('', member('pg_maintain'), 16), 'predefined-role-exists: 0'],
  [cluster('', member('pg_database_owner')), 'predefined-role-exists: 0'],
  [cluster('autovacuum_naptime: 1d'), 'vacuum-looks-often: autovacuum_naptime'],
  [pooled(role(20), 'poolMode: transaction, parameters: {}'), 'pool-within-limits: connectionLimit'],
  [pooled('', 'poolMode: transaction, parameters: {}', '', database(10)), 'pool-within-limits: connectionLimit'],
  // the owner that a Cluster has unless it names another one
  [
    pooled('managed: { roles: [{ name: app, login: true, connectionLimit: 5 }] },', 'poolMode: transaction, parameters: {}'),
    'pool-within-limits: connectionLimit',
  ],
  [pooled('', 'poolMode: session, parameters: { server_reset_query: "" }'), 'pooler-resets-sessions: server_reset_query'],
  [subscribed('max_logical_replication_workers: "1"', '', ''), 'subscriptions-have-workers: max_logical_replication_workers'],
  [subscribed('', '', '', '', '', ''), 'subscriptions-have-workers: name'],
  [subscribed('', '', '', '', ''), 'subscriptions-have-workers: name'],
])('%s', (text, what) => expect(found(text)).toEqual([what]))

test.each([
  // roles may set one of two equal ones
  cluster('statement_timeout: 30s, transaction_timeout: 30s'),
  cluster('statement_timeout: 60s, transaction_timeout: "0"'),
  cluster('lock_timeout: 10s'),
  // migrations run without the limit
  cluster(
    'lock_timeout: 10min, statement_timeout: 5min',
    'bootstrap: { initdb: { database: app, owner: app, postInitSQL: [ALTER ROLE app SET statement_timeout = 0] } },',
  ),
  // PgBouncer tests what was idle for server_check_delay before it hands it on
  pooled('', 'poolMode: transaction, parameters: {}', 'idle_session_timeout: 5min'),
  cluster('max_worker_processes: "8"'),
  cluster('max_parallel_workers: "0", max_parallel_workers_per_gather: "4"'),
  cluster('autovacuum_max_workers: "20"'),
  cluster('autovacuum_max_workers: "16"', '', 18),
  cluster('zero_damaged_pages: "off"'),
  cluster('archive_library: ""'),
  cluster('archive_library: basic_archive', '', 15),
  cluster('synchronous_commit: "off"'),
  synchronous('synchronous_commit: remote_apply'),
  cluster('superuser_reserved_connections: "1"'),
  // superusers get those, too
  cluster('superuser_reserved_connections: "0", reserved_connections: "5"'),
  cluster('max_standby_streaming_delay: 1h'),
  cluster('max_standby_streaming_delay: "-1"').replace('instances: 3', 'instances: 1, enablePDB: false'),
  cluster('max_standby_streaming_delay: "-1"', replica),
  cluster('default_transaction_read_only: "on"', replica),
  cluster('autovacuum_vacuum_scale_factor: "0.99"'),
  cluster('random_page_cost: "0.5", seq_page_cost: "0.5"'),
  cluster('work_mem: 8GB'),
  cluster('work_mem: 1GB, maintenance_work_mem: 2GB', limited),
  // VACUUM took at most 1 GB before 17
  cluster('autovacuum_work_mem: 8GB', limited, 16),
  cluster('archive_timeout: "60", lock_timeout: "100", temp_file_limit: "-1", wal_buffers: "-1", log_min_duration_statement: "0"'),
  cluster('', member('pg_maintain'), 17),
  cluster('').replace('parameters:', 'pg_hba: ["host all all samehost trust"], parameters:'),
  cluster('autovacuum_naptime: 1h, log_min_messages: info, log_parser_stats: "off"'),
  pooled(role(60), 'poolMode: transaction, parameters: {}'),
  // people who stay away from the pooler
  pooled(role(5, 'analyst'), 'poolMode: transaction, parameters: {}'),
  pooled(role(30), 'poolMode: transaction, parameters: { default_pool_size: "10" }'),
  pooled(role(30), 'poolMode: transaction, parameters: { max_user_connections: "10" }'),
  pooled('', 'poolMode: transaction, parameters: {}', '', database(-1)),
  pooled('', 'poolMode: transaction, parameters: { server_reset_query: "" }'),
  pooled('', 'poolMode: session, parameters: { server_reset_query: DISCARD ALL }'),
  subscribed('', '', '', ''),
  subscribed('', '', '', '', ', parameters: { enabled: "false" }'),
  subscribed(
    '',
    ', parameters: { copy_data: "false" }',
    ', parameters: { copy_data: "false" }',
    ', parameters: { copy_data: "false" }',
    ', parameters: { copy_data: "false" }',
  ),
  subscribed('max_logical_replication_workers: "16"', '', '', '', '', ''),
  // PostgreSQL reads names in any case
  subscribed('Max_Logical_Replication_Workers: "16"', '', '', '', '', ''),
])('%s', (text) => expect(found(text)).toEqual([]))
