// Is what keeps a new Cluster from beginning, and what the operator does not read, reported once, where it was written?
import { expect, test } from 'vitest'
import { admitted } from '../support/admitted.ts'

const said = (text: string, operator = '1.30.0'): Promise<string[]> => admitted(text, '--operator', operator)

const indented = (text: string): string => text.trim().replaceAll(/^/gm, '  ')
const object = (kind: string, name: string, spec: string, api = 'postgresql.cnpg.io/v1'): string =>
  `apiVersion: ${api}\nkind: ${kind}\nmetadata: {name: ${name}}\nspec:\n${indented(spec)}\n`
const cluster = (spec: string): string => object('Cluster', 'orders', `instances: 3\nstorage: {size: 10Gi}\n${spec}`)
const marked = (marks: string): string => cluster('').replace('{name: orders}', `{name: orders, ${marks}}`)
const all = (...objects: readonly string[]): string => objects.join('---\n')
const sql = (text: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: sql}\ndata:\n  a: ${JSON.stringify(text)}\n`
const refs = 'bootstrap: {initdb: {postInitApplicationSQLRefs: {configMapRefs: [{name: sql, key: a}]}}}'
const init = (list: string, ...texts: readonly string[]): string => `bootstrap:\n  initdb:\n    ${list}: ${JSON.stringify(texts)}\n`
const snapshot = (name: string): string => `{name: ${name}, kind: VolumeSnapshot, apiGroup: snapshot.storage.k8s.io}`
const restored = (rest: string): string =>
  `bootstrap:\n  recovery:\n    volumeSnapshots:\n      storage: ${snapshot('data')}\n      ${rest}\n`
const old = 'imageName: ghcr.io/cloudnative-pg/postgresql:16.10-standard-bookworm\n'
const reader = 'managed: {roles: [{name: reader}]}\n'
const subscription = (parameters: string): string =>
  object(
    'Subscription',
    's',
    `name: s\ndbname: app\npublicationName: p\nexternalClusterName: old\ncluster: {name: orders}\nparameters: {${parameters}}`,
  )
const external = 'externalClusters: [{name: old, connectionParameters: {host: old, user: app, dbname: app}}]\n'
const publication = (parameters: string): string =>
  object('Publication', 'p', `name: p\ndbname: app\ncluster: {name: orders}\ntarget: {allTables: true}\nparameters: {${parameters}}`)

const nightly = object('ScheduledBackup', 'nightly', 'schedule: "0 0 2 * * *"\ncluster: {name: orders}\nmethod: volumeSnapshot')
const copied = `bootstrap: {pg_basebackup: {source: old}}\n${external}`
const shop = object('Database', 'shop', 'name: shop\nowner: app\ncluster: {name: orders}')

const twins: Readonly<Record<string, { readonly bad: string; readonly finds: string; readonly good: string }>> = {
  'a recovery of nothing': {
    bad: cluster('bootstrap: {recovery: {database: app, owner: app}}'),
    finds: '7: policy/recovery-has-source',
    good: cluster('bootstrap: {recovery: {backup: {name: b}, database: app, owner: app}}'),
  },
  'a volume for WAL without a snapshot': {
    bad: cluster(`${restored('')}walStorage: {size: 1Gi}`),
    finds: '9: policy/snapshots-whole',
    good: cluster(`${restored(`walStorage: ${snapshot('wal')}`)}walStorage: {size: 1Gi}`),
  },
  'a tablespace without a snapshot': {
    bad: cluster(`${restored(`tablespaceStorage: {other: ${snapshot('other')}}`)}tablespaces: [{name: fast, storage: {size: 1Gi}}]`),
    finds: '9: policy/snapshots-whole',
    good: cluster(`${restored(`tablespaceStorage: {fast: ${snapshot('fast')}}`)}tablespaces: [{name: fast, storage: {size: 1Gi}}]`),
  },
  'a switch that the operator does not take for one': {
    bad: marked('annotations: {cnpg.io/skipEmptyWalArchiveCheck: "true"}'),
    finds: '3: policy/annotation-value',
    good: marked('annotations: {cnpg.io/skipEmptyWalArchiveCheck: enabled}'),
  },
  'a fence that fences nothing': {
    bad: marked('annotations: {cnpg.io/fencedInstances: orders-1}'),
    finds: '3: policy/annotation-value',
    good: marked(`annotations: {cnpg.io/fencedInstances: '["orders-1"]'}`),
  },
  'an annotation without its alpha': {
    bad: marked('annotations: {cnpg.io/failoverQuorum: "false"}'),
    finds: '3: policy/annotation-read',
    good: marked('annotations: {alpha.cnpg.io/failoverQuorum: "false"}'),
  },
  'an annotation that is a label': {
    bad: marked('labels: {cnpg.io/hibernation: "off"}'),
    finds: '3: policy/annotation-read',
    good: marked('labels: {cnpg.io/mine: "off"}'),
  },
  'an annotation for the pods': {
    bad: cluster('inheritedMetadata: {annotations: {cnpg.io/skipWalArchiving: enabled}}'),
    finds: '7: policy/annotation-read',
    good: cluster('inheritedMetadata: {annotations: {example.com/skip: enabled}}'),
  },
  'a label that Services select': {
    bad: cluster('inheritedMetadata: {labels: {cnpg.io/cluster: shop}}'),
    finds: '7: policy/inherited-label-free',
    good: cluster('inheritedMetadata: {labels: {cnpg.io/cluster: orders, role-of-team: a}}'),
  },
  'a label that the operator sets back': {
    bad: cluster('inheritedMetadata: {labels: {app.kubernetes.io/managed-by: Helm}}'),
    finds: '7: policy/inherited-label-free',
    good: cluster('inheritedMetadata: {labels: {app.kubernetes.io/part-of: shop}}'),
  },
  'ALTER SYSTEM in a ConfigMap': {
    bad: all(cluster(refs), sql("alter system set work_mem = '64MB'")),
    finds: '13: postgres/sql-allowed',
    good: all(cluster(`${refs}\npostgresql: {enableAlterSystem: true}`), sql("alter system set work_mem = '64MB'")),
  },
  'ALTER SYSTEM, and a PostgreSQL that takes it': {
    bad: cluster(init('postInitSQL', "ALTER SYSTEM SET work_mem = '64MB'")),
    finds: '9: postgres/sql-allowed',
    good: cluster(`${old}${init('postInitSQL', "ALTER SYSTEM SET work_mem = '64MB'", "COMMENT ON ROLE app IS 'ALTER SYSTEM SET a'")}`),
  },
  'a right for a role that is made later': {
    bad: cluster(`${reader}${init('postInitApplicationSQL', 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO app, "reader"')}`),
    finds: '10: postgres/sql-name-exists',
    good: cluster(
      `${reader}${init('postInitApplicationSQL', 'CREATE ROLE reader', 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader')}`,
    ),
  },
  'a role that is granted before it is made': {
    bad: cluster(`${reader}${init('postInitSQL', 'GRANT reader TO app')}`),
    finds: '10: postgres/sql-name-exists',
    good: cluster(`${reader}${init('postInitSQL', 'GRANT pg_monitor TO app')}`),
  },
  'rights by default of a role that is made later': {
    bad: cluster(
      `${reader}${init('postInitApplicationSQL', 'ALTER DEFAULT PRIVILEGES FOR ROLE reader IN SCHEMA public GRANT SELECT ON TABLES TO app')}`,
    ),
    finds: '10: postgres/sql-name-exists',
    good: cluster(
      `${reader}${init('postInitApplicationSQL', 'ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA reader GRANT SELECT ON TABLES TO public')}`,
    ),
  },
  'a schema of a role that is made later, and one that a block of code may make': {
    bad: cluster(`${reader}${init('postInitApplicationSQL', 'CREATE SCHEMA shop AUTHORIZATION reader')}`),
    finds: '10: postgres/sql-name-exists',
    good: cluster(
      `${reader}${init('postInitApplicationSQL', 'DO $x$ BEGIN CREATE ROLE reader; END $x$', 'CREATE SCHEMA s AUTHORIZATION reader')}`,
    ),
  },
  'the owner made twice': {
    bad: cluster(init('postInitSQL', 'create user App')),
    finds: '9: postgres/sql-name-free',
    good: cluster(init('postInitSQL', 'create user "App"', 'create user mapping for app server s')),
  },
  'a database made before its SQL runs': {
    bad: cluster(`${init('postInitSQL', 'CREATE DATABASE app')}    postInitApplicationSQL: [SELECT 1]\n`),
    finds: '9: policy/application-sql-runs',
    good: cluster(init('postInitSQL', 'CREATE DATABASE app OWNER app')),
  },
  'an extension that minimal images lack': {
    bad: cluster(
      `imageName: ghcr.io/cloudnative-pg/postgresql:17-minimal-trixie\n${init('postInitApplicationSQL', 'CREATE EXTENSION vector')}`,
    ),
    finds: '10: policy/image-has-extension',
    good: cluster(
      `imageName: ghcr.io/cloudnative-pg/postgresql:17-standard-trixie\n${init('postInitApplicationSQL', 'CREATE EXTENSION vector')}`,
    ),
  },
  'an extension that no image of the project holds': {
    bad: all(cluster(''), object('Database', 'd', 'name: d\nowner: app\ncluster: {name: orders}\nextensions: [{name: postgis}]')),
    finds: '15: policy/image-has-extension',
    good: all(
      cluster('imageName: ghcr.io/cloudnative-pg/postgis:17\n'),
      object('Database', 'd', 'name: d\nowner: app\ncluster: {name: orders}\nextensions: [{name: postgis}]'),
    ),
  },
  'an extension that a mirror of the images lacks': {
    bad: cluster(
      `imageName: mirror.example.com/cloudnative-pg/postgresql:17.5\n${init('postInitApplicationSQL', 'CREATE EXTENSION postgis')}`,
    ),
    finds: '10: policy/image-has-extension',
    good: cluster(`imageName: example.com/cloudnative-pg/postgresql:17.5\n${init('postInitApplicationSQL', 'CREATE EXTENSION postgis')}`),
  },
  'an extension that is neither loaded nor there': {
    bad: cluster(`imageName: ghcr.io/cloudnative-pg/postgresql:17-standard-trixie\n${init('postInitSQL', 'CREATE EXTENSION pg_cron')}`),
    finds: '10: policy/extension-preloaded',
    good: cluster(
      `imageName: example.com/postgresql:17\npostgresql: {shared_preload_libraries: [pg_cron]}\n${init('postInitSQL', 'CREATE EXTENSION pg_cron')}`,
    ),
  },
  'a snapshot of a running server without an archive': {
    bad: all(cluster('backup: {volumeSnapshot: {className: csi}}'), nightly),
    finds: '15: policy/hot-snapshot-has-archive',
    good: all(cluster('backup: {volumeSnapshot: {className: csi, online: false}}'), nightly),
  },
  'a snapshot for which the primary stops': {
    bad: all(cluster('backup: {volumeSnapshot: {className: csi, online: false}, target: primary}'), nightly),
    finds: '7: policy/cold-snapshot-spares-primary',
    good: all(cluster('backup: {volumeSnapshot: {className: csi, online: false}, target: prefer-standby}'), nightly),
  },
  'a role of the Cluster, declared once more': {
    bad: all(cluster(reader), object('DatabaseRole', 'r', 'name: reader\ncluster: {name: orders}\nlogin: true')),
    finds: '13: policy/declared-once',
    good: all(cluster(reader), object('DatabaseRole', 'r', 'name: writer\ncluster: {name: orders}\nlogin: true')),
  },
  'a publication declared twice': {
    bad: all(cluster(''), publication('publish: insert'), publication('publish: insert').replace('{name: p}', '{name: q}')),
    finds: '22: policy/declared-once',
    good: all(
      cluster(''),
      publication('publish: insert'),
      publication('publish: insert').replace('{name: p}', '{name: q}').replace('name: p\n', 'name: q\n'),
    ),
  },
  'a Database of a replica, and of one that takes turns': {
    bad: all(cluster(`${copied}replica: {enabled: true, source: old}`), shop),
    finds: '15: policy/declared-on-primary',
    good: all(cluster(`${copied}replica: {primary: old, source: old}`), shop),
  },
  'a fence of an instance that is never there': {
    bad: marked(`annotations: {cnpg.io/fencedInstances: '["orders-0"]'}`),
    finds: '3: policy/annotation-value',
    good: marked(`annotations: {cnpg.io/fencedInstances: '["orders-12", "*"]'}`),
  },
  'no time for a fast shutdown': {
    bad: cluster('stopDelay: 190\nsmartShutdownTimeout: 180'),
    finds: '8: policy/stop-has-time',
    good: cluster('stopDelay: 195\nsmartShutdownTimeout: 180'),
  },
  'a smart shutdown that is never made': {
    bad: cluster('smartShutdownTimeout: 3600'),
    finds: '7: policy/stop-has-time',
    good: cluster('stopDelay: 30'),
  },
  'a parameter that no subscription has': {
    bad: all(cluster(external), subscription('copy-data: "false"')),
    finds: '18: policy/logical-parameter',
    good: all(cluster(external), subscription('copy_data: "false"')),
  },
  'a parameter of a newer PostgreSQL': {
    bad: all(cluster(`${old}${external}`), subscription('failover: "true"')),
    finds: '19: policy/logical-parameter',
    good: all(cluster(external), subscription('failover: "true", streaming: parallel, slot_name: reports')),
  },
  'a text that is no Boolean in SQL': {
    bad: all(cluster(external), subscription('enabled: "no"')),
    finds: '18: policy/logical-parameter',
    good: all(cluster(external), subscription('enabled: "OFF"')),
  },
  'an action that is not published': {
    bad: all(cluster(''), publication('publish: "insert, updates"')),
    finds: '16: policy/logical-parameter',
    good: all(cluster(''), publication('publish: "insert, UPDATE"')),
  },
}

test.each(Object.entries(twins))('%s', async (_, { bad, finds, good }) => {
  expect({ bad: await said(bad), good: await said(good) }).toEqual({ bad: [finds], good: [] })
})

test('operators before 1.28 set no labels of Kubernetes on volumes', async () => {
  expect(await said(cluster('inheritedMetadata: {labels: {app.kubernetes.io/name: shop}}'), '1.27.4')).toEqual([])
})
