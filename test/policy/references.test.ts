// Do the parts of hand-written manifests that name each other fit, and is each misfit reported once, where it was written?
import { expect, test } from 'vitest'
import { admitted } from '../support/admitted.ts'

const indented = (text: string): string => text.trim().replaceAll(/^/gm, '  ')
const object = (kind: string, name: string, spec: string, api = 'postgresql.cnpg.io/v1'): string =>
  `apiVersion: ${api}\nkind: ${kind}\nmetadata: {name: ${name}}\nspec:\n${indented(spec)}\n`
const cluster = (spec: string, name = 'orders'): string => object('Cluster', name, `instances: 3\nstorage: {size: 10Gi}\n${spec}`)
const store = (configuration: string): string =>
  object(
    'ObjectStore',
    'store',
    `configuration:\n  destinationPath: s3://backups/orders\n  s3Credentials: {inheritFromIAMRole: true}\n  ${configuration}`,
    'barmancloud.cnpg.io/v1',
  )
const plugin = (rest: string): string => `plugins:\n- name: barman-cloud.cloudnative-pg.io\n  ${rest}\n`
const all = (...objects: readonly string[]): string => objects.join('---\n')
const placed = (text: string, namespace: string): string => text.replace(/^metadata: \{/m, `metadata: {namespace: ${namespace}, `)
const pooler = 'cluster: {name: orders}\ninstances: 1\npgbouncer: {poolMode: session}'
const catalog = 'images: [{major: 16, image: "ghcr.io/cloudnative-pg/postgresql:16.10"}]'
const fromCatalog = 'imageCatalogRef: {apiGroup: postgresql.cnpg.io, kind: ImageCatalog, name: c, major: 16}'
const archiving = plugin('isWALArchiver: true\n  parameters: {barmanObjectName: store}')
const backup = (method: string, rest = '') =>
  object('ScheduledBackup', 'nightly', `schedule: "0 0 2 * * *"\ncluster: {name: orders}\nmethod: ${method}\n${rest}`)
const byPlugin = 'pluginConfiguration: {name: barman-cloud.cloudnative-pg.io}'
const external = (rest: string): string => `externalClusters:\n- name: old\n  ${rest}\n`
const connection = 'connectionParameters: {host: old, user: postgres, dbname: app}'
const importing =
  'bootstrap:\n  initdb:\n    import:\n      type: microservice\n      databases: [app]\n      source: {externalCluster: old}\n'

const restored = (source: string, server: string): string =>
  cluster(
    `bootstrap: {recovery: {source: ${source}, database: app, owner: app}}\nexternalClusters:\n- name: ${source}\n  plugin: {name: barman-cloud.cloudnative-pg.io, parameters: {barmanObjectName: store${server}}}`,
  ).replace('{name: orders}', '{name: copy}')

const twins: Readonly<Record<string, { readonly bad: string; readonly finds: string; readonly good: string }>> = {
  'an import from nowhere': {
    bad: cluster(importing),
    finds: '12: policy/source-usable',
    good: cluster(`${importing}${external(connection)}`),
  },
  'a copy of an archive': {
    bad: cluster(
      `bootstrap: {pg_basebackup: {source: old}}\n${external('plugin: {name: barman-cloud.cloudnative-pg.io, parameters: {barmanObjectName: store}}')}`,
    ),
    finds: '7: policy/source-usable',
    good: cluster(`bootstrap: {pg_basebackup: {source: old}}\n${external(connection)}`),
  },
  'a recovery from a server': {
    bad: cluster(`bootstrap: {recovery: {source: old}}\n${external(connection)}`),
    finds: '7: policy/source-usable',
    good: cluster(
      `bootstrap: {recovery: {source: old}}\n${external('plugin: {name: barman-cloud.cloudnative-pg.io, parameters: {barmanObjectName: store}}')}`,
    ),
  },
  'a subscription to a server that is not listed': {
    bad: all(
      cluster(''),
      object('Subscription', 's', 'name: s\ndbname: app\npublicationName: p\ncluster: {name: orders}\nexternalClusterName: old'),
    ),
    finds: '16: policy/subscription-source-known',
    good: all(
      cluster(external(connection)),
      object('Subscription', 's', 'name: s\ndbname: app\npublicationName: p\ncluster: {name: orders}\nexternalClusterName: old'),
    ),
  },
  'a publication of a server whose WAL has no changes': {
    bad: all(
      cluster('postgresql: {parameters: {wal_level: replica}}'),
      object('Publication', 'p', 'name: p\ndbname: app\ncluster: {name: orders}\ntarget: {allTables: true}'),
    ),
    finds: '7: policy/publication-streams',
    good: all(cluster(''), object('Publication', 'p', 'name: p\ndbname: app\ncluster: {name: orders}\ntarget: {allTables: true}')),
  },
  'a catalog without the major': {
    bad: all(
      object('ImageCatalog', 'c', 'images: [{major: 16, image: "ghcr.io/cloudnative-pg/postgresql:16.10"}]'),
      cluster('imageCatalogRef: {apiGroup: postgresql.cnpg.io, kind: ImageCatalog, name: c, major: 17}'),
    ),
    finds: '13: policy/catalog-has-major',
    good: all(
      object('ImageCatalog', 'c', 'images: [{major: 16, image: "ghcr.io/cloudnative-pg/postgresql:16.10"}]'),
      cluster('imageCatalogRef: {apiGroup: postgresql.cnpg.io, kind: ImageCatalog, name: c, major: 16}'),
    ),
  },
  'a pooler of a misspelt Cluster': {
    bad: all(cluster(''), object('Pooler', 'p', 'cluster: {name: order}\ninstances: 1\npgbouncer: {poolMode: session}')),
    finds: '12: policy/cluster-exists',
    good: all(cluster(''), object('Pooler', 'p', 'cluster: {name: another}\ninstances: 1\npgbouncer: {poolMode: session}')),
  },
  'a pooler beside no Cluster of its name': {
    bad: all(placed(cluster(''), 'db'), placed(object('Pooler', 'p', pooler), 'app')),
    finds: '10: policy/cluster-exists',
    good: all(placed(cluster(''), 'db'), placed(object('Pooler', 'p', pooler), 'db')),
  },
  'a pooler whose namespace is not written': {
    bad: all(placed(cluster(''), 'db'), placed(object('Pooler', 'p', pooler), 'app')),
    finds: '10: policy/cluster-exists',
    good: all(placed(cluster(''), 'db'), object('Pooler', 'p', pooler)),
  },
  'a catalog in another namespace': {
    bad: all(placed(object('ImageCatalog', 'c', catalog), 'images'), placed(cluster(fromCatalog), 'db')),
    finds: '13: policy/catalog-exists',
    good: all(placed(object('ImageCatalog', 'c', catalog), 'db'), placed(cluster(fromCatalog), 'db')),
  },
  'what loses data, wherever it is': {
    bad: cluster('postgresql: {parameters: {fsync: "off"}}'),
    finds: '7: policy/crash-safe',
    good: cluster('postgresql: {parameters: {fsync: "on"}}'),
  },
  'trust from anywhere': {
    bad: cluster('postgresql: {pg_hba: [host all all 10.0.0.0/8 trust]}'),
    finds: '7: policy/no-trust',
    good: cluster('postgresql: {pg_hba: [host all all 127.0.0.1/32 trust]}'),
  },
  'no standby to spare': {
    bad: cluster('postgresql: {synchronous: {method: any, number: 2}}'),
    finds: '7: policy/spare-synchronous-standby',
    good: cluster('postgresql: {synchronous: {method: any, number: 1}}'),
  },
  'a recovery that takes the name of its source for that of the server': {
    bad: all(cluster(archiving), store(''), restored('orders', '')),
    finds: '29: policy/recovery-names-server',
    good: all(cluster(archiving), store(''), restored('orders', ', serverName: orders')),
  },
  'a recovery of its own backups': {
    bad: all(cluster(archiving), store(''), restored('orders', '')),
    finds: '29: policy/recovery-names-server',
    good: all(cluster(archiving), store(''), restored('before', '')),
  },
  'a misspelt store': {
    bad: all(cluster(plugin('isWALArchiver: true\n  parameters: {barmanObjectName: stores}')), store('')),
    finds: '10: policy/object-store-exists',
    good: all(cluster(plugin('isWALArchiver: true\n  parameters: {barmanObjectName: elsewhere}')), store('')),
  },
  'a plugin without its store': {
    bad: cluster(plugin('isWALArchiver: true\n  parameters: {objectStore: store}')),
    finds: '10: policy/plugin-has-store',
    good: cluster(plugin('isWALArchiver: true\n  parameters: {barmanObjectName: store}')),
  },
  'base backups without WAL': {
    bad: all(cluster(plugin('parameters: {barmanObjectName: store}')), store(''), backup('plugin', byPlugin)),
    finds: '8: policy/plugin-archives',
    good: all(cluster(archiving), store(''), backup('plugin', byPlugin)),
  },
  'a schedule that names no plugin': {
    bad: all(cluster(archiving), store(''), backup('plugin')),
    finds: '26: policy/schedule-has-method',
    good: all(cluster(archiving), store(''), backup('plugin', byPlugin)),
  },
  'an argument with a blank': {
    bad: all(cluster(archiving), store('data: {additionalCommandArgs: ["--read-timeout 60"]}')),
    finds: '19: policy/argument-whole',
    good: all(cluster(archiving), store('data: {additionalCommandArgs: ["--read-timeout=60", "--tags=a b", "-J 4"]}')),
  },
  'a role with a password that may not log in': {
    bad: object('DatabaseRole', 'reports', 'name: reports\ncluster: {name: orders}\npasswordSecret: {name: reports}'),
    finds: '5: policy/role-can-login',
    good: object('DatabaseRole', 'reports', 'name: reports\ncluster: {name: orders}\nlogin: true\npasswordSecret: {name: reports}'),
  },
  'an extension of a Database that must be loaded': {
    bad: all(cluster(''), object('Database', 'd', 'name: shop\nowner: app\ncluster: {name: orders}\nextensions: [{name: pg_cron}]')),
    finds: '15: policy/extension-preloaded',
    good: all(
      cluster('postgresql: {shared_preload_libraries: [pg_cron], parameters: {cron.database_name: shop}}'),
      object('Database', 'd', 'name: shop\nowner: app\ncluster: {name: orders}\nextensions: [{name: pg_cron}]'),
    ),
  },
  'pg_cron in another database than that of its jobs': {
    bad: all(
      cluster('postgresql: {shared_preload_libraries: [pg_cron]}'),
      object('Database', 'd', 'name: shop\nowner: app\ncluster: {name: orders}\nextensions: [{name: pg_cron}]'),
    ),
    finds: '16: policy/cron-database',
    good: all(
      cluster('postgresql: {shared_preload_libraries: [pg_cron], parameters: {cron.database_name: shop}}'),
      object('Database', 'd', 'name: shop\nowner: app\ncluster: {name: orders}\nextensions: [{name: pg_cron}]'),
    ),
  },
  'the name of a project': {
    bad: all(cluster(''), object('Database', 'd', 'name: shop\nowner: app\ncluster: {name: orders}\nextensions: [{name: pgvector}]')),
    finds: '15: policy/extension-name',
    good: all(cluster(''), object('Database', 'd', 'name: shop\nowner: app\ncluster: {name: orders}\nextensions: [{name: vector}]')),
  },
  'what every PostgreSQL refuses, where the operator chooses the image': {
    bad: cluster('postgresql: {parameters: {work_mem: 64M}}'),
    finds: '7: postgres/parameter-value',
    good: cluster('postgresql: {parameters: {io_method: worker}}'),
  },
  'a Database of a misspelt owner': {
    bad: all(
      cluster('managed: {roles: [{name: reports, login: true}]}'),
      object('Database', 'd', 'name: d\nowner: report\ncluster: {name: orders}'),
    ),
    finds: '14: policy/role-known',
    good: all(
      cluster('managed: {roles: [{name: reports1, login: true}]}'),
      object('Database', 'd', 'name: d\nowner: reports2\ncluster: {name: orders}'),
    ),
  },
  'a Database that is there, and one that is to go': {
    bad: all(cluster(''), object('Database', 'd', 'name: d\nensure: present\nowner: postgrs\ncluster: {name: orders}')),
    finds: '14: policy/role-known',
    good: all(
      cluster(''),
      object('Database', 'd', 'name: d\nensure: absent\nowner: postgrs\ncluster: {name: orders}\nextensions: [{name: pg_cron}]'),
    ),
  },
  'an owner like a role that is there, and like one that is to go': {
    bad: all(
      cluster('managed: {roles: [{name: reports, ensure: present}]}'),
      object('Database', 'd', 'name: d\nowner: report\ncluster: {name: orders}'),
    ),
    finds: '14: policy/role-known',
    good: all(
      cluster('managed: {roles: [{name: reports, ensure: absent}]}'),
      object('Database', 'd', 'name: d\nowner: report\ncluster: {name: orders}'),
    ),
  },
  'an owner that SQL does not make, and one that it may make': {
    bad: all(
      cluster('bootstrap: {initdb: {postInitSQL: ["SELECT 1"]}}'),
      object('Database', 'd', 'name: d\nowner: postgrs\ncluster: {name: orders}'),
    ),
    finds: '14: policy/role-known',
    good: all(
      cluster('bootstrap: {initdb: {postInitSQL: ["CREATE ROLE postgrs LOGIN"]}}'),
      object('Database', 'd', 'name: d\nowner: postgrs\ncluster: {name: orders}'),
    ),
  },
  'an owner that the SQL of a ConfigMap may make': {
    bad: all(
      cluster('bootstrap: {initdb: {postInitApplicationSQLRefs: {configMapRefs: []}}}'),
      object('Database', 'd', 'name: d\nowner: postgrs\ncluster: {name: orders}'),
    ),
    finds: '14: policy/role-known',
    good: all(
      cluster('bootstrap: {initdb: {postInitApplicationSQLRefs: {configMapRefs: [{name: a, key: b}]}}}'),
      object('Database', 'd', 'name: d\nowner: postgrs\ncluster: {name: orders}'),
    ),
  },
  'SQL that creates an extension, and texts that say so': {
    bad: cluster(
      `bootstrap:\n  initdb:\n    postInitSQL:\n    - "COMMENT ON DATABASE app IS 'it''s; -- x'; /* a /* b */ c */ CREATE EXTENSION pg_cron"\n`,
    ),
    finds: '10: policy/extension-preloaded',
    good: cluster(
      `bootstrap:\n  initdb:\n    postInitSQL:\n    - COMMENT ON DATABASE app IS $a$create extension pg_cron$a$\n    - COMMENT ON DATABASE app IS E'\\'; create extension pg_cron'\n    - INSERT INTO t VALUES ('; create extension timescaledb')\n    - DO $$$$ BEGIN CREATE EXTENSION citus; EXCEPTION WHEN OTHERS THEN NULL; END $$$$\n    - /* a /* b */; create extension citus */ SELECT 1\n`,
    ),
  },
  'an extension that a later statement drops': {
    bad: cluster(
      'bootstrap: {initdb: {postInitSQL: [CREATE EXTENSION pg_stat_statements], postInitApplicationSQL: [DROP EXTENSION pg_stat_statements]}}',
    ),
    finds: '7: policy/managed-extension-used',
    good: cluster(
      'bootstrap: {initdb: {postInitApplicationSQL: [CREATE EXTENSION pg_stat_statements, "DROP EXTENSION IF EXISTS pgaudit, pg_stat_statements CASCADE"]}}',
    ),
  },
  'a label that nodes do not have': {
    bad: cluster('affinity: {topologyKey: kubernetes.io/zone, enablePodAntiAffinity: true}'),
    finds: '7: policy/topology-key',
    good: cluster('affinity: {topologyKey: topology.kubernetes.io/zone, enablePodAntiAffinity: true}'),
  },
  'a label that nodes do not have, of a single instance': {
    bad: object('Cluster', 'orders', 'instances: 2\nstorage: {size: 10Gi}\naffinity: {topologyKey: kubernetes.io/zone}'),
    finds: '7: policy/topology-key',
    good: object('Cluster', 'orders', 'instances: 1\nstorage: {size: 10Gi}\naffinity: {topologyKey: kubernetes.io/zone}').replace(
      '{name: orders}',
      '{name: orders, annotations: {cnpg.io/hibernation: "on"}}',
    ),
  },
  'times that are absurd, and short ones': {
    bad: cluster('postgresql: {parameters: {statement_timeout: "90"}}'),
    finds: '7: policy/setting-has-unit',
    good: cluster('postgresql: {parameters: {statement_timeout: "100", idle_session_timeout: "999"}}'),
  },
  'a pooler of a sibling': {
    bad: all(
      cluster('', 'orders-main'),
      object('Pooler', 'p', 'cluster: {name: orders-mian}\ninstances: 1\npgbouncer: {poolMode: session}'),
    ),
    finds: '12: policy/cluster-exists',
    good: all(
      cluster('', 'orders-blue-a'),
      object('Pooler', 'p', 'cluster: {name: orders-blue-b}\ninstances: 1\npgbouncer: {poolMode: session}'),
    ),
  },
  'a catalog with an image of another major': {
    bad: object('ImageCatalog', 'c', 'images: [{major: 17, image: "ghcr.io/cloudnative-pg/postgresql:16.10"}]'),
    finds: '5: policy/catalog-image-major',
    good: object('ImageCatalog', 'c', 'images: [{major: 17, image: "ghcr.io/example/postgis:16-17.6"}]'),
  },
  'times and amounts without a unit': {
    bad: cluster('postgresql: {parameters: {idle_session_timeout: "300"}}'),
    finds: '7: policy/setting-has-unit',
    good: cluster(
      'postgresql: {parameters: {idle_session_timeout: "300000", statement_timeout: "0", work_mem: "4096", maintenance_work_mem: 1GB}}',
    ),
  },
  'a single instance whose node is drained': {
    bad: object('Cluster', 'orders', 'instances: 1\nstorage: {size: 10Gi}'),
    finds: '5: policy/drainable',
    good: object('Cluster', 'orders', 'instances: 1\nstorage: {size: 10Gi}').replace(
      '{name: orders}',
      '{name: orders, annotations: {cnpg.io/hibernation: "on"}}',
    ),
  },
  'an extension that the operator drops': {
    bad: cluster(
      'postgresql: {shared_preload_libraries: [pg_stat_statements]}\nbootstrap: {initdb: {database: app, owner: app, postInitApplicationSQL: [CREATE EXTENSION pg_stat_statements]}}',
    ),
    finds: '8: policy/managed-extension-used',
    good: cluster(
      'postgresql: {parameters: {pg_stat_statements.track: all}}\nbootstrap: {initdb: {database: app, owner: app, postInitApplicationSQL: [CREATE EXTENSION pg_stat_statements]}}',
    ),
  },
  'an archive by two ways': {
    bad: all(
      cluster(`${archiving}backup: {barmanObjectStore: {destinationPath: s3://backups/orders, s3Credentials: {inheritFromIAMRole: true}}}`),
      store(''),
    ),
    finds: '9: plugins/archiver-without-in-tree-store',
    good: all(cluster(archiving), store('')),
  },
}

test.each(Object.entries(twins))('%s', async (_name, { bad, finds, good }) => {
  expect((await admitted(bad)).filter((one) => !one.includes('backup/no-in-tree-store'))).toEqual([finds])
  expect(await admitted(good)).toEqual([])
})
