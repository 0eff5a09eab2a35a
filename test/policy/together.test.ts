// Are names that PostgreSQL does not take, and fields that hurt only together, reported once, where they were written?
import { expect, test } from 'vitest'
import { admitted } from '../support/admitted.ts'

const said = (text: string): Promise<string[]> => admitted(text, '--operator', '1.30.0')

const indented = (text: string): string => text.trim().replaceAll(/^/gm, '  ')
const object = (kind: string, name: string, spec: string): string =>
  `apiVersion: postgresql.cnpg.io/v1\nkind: ${kind}\nmetadata: {name: ${name}, namespace: shop}\nspec:\n${indented(spec)}\n`
const cluster = (spec: string): string => object('Cluster', 'orders', `instances: 3\nstorage: {size: 10Gi}\n${spec}`)
const all = (...objects: readonly string[]): string => objects.join('---\n')
const old = 'externalClusters: [{name: old, connectionParameters: {host: old, user: app, dbname: app}}]\n'
const subscription = (name: string, parameters = ''): string =>
  object(
    'Subscription',
    's',
    `dbname: app\npublicationName: p\nexternalClusterName: old\ncluster: {name: orders}\nname: ${name}\n${parameters === '' ? '' : `parameters: {${parameters}}`}`,
  )
const database = (fields: string): string => object('Database', 'd', `name: d\nowner: app\ncluster: {name: orders}\n${fields}`)
const external = (host: string): string =>
  `bootstrap: {pg_basebackup: {source: old}}\nexternalClusters: [{name: old, connectionParameters: {host: "${host}", user: app}}]`
const followed = (primary: string, source: string): string => {
  const one = (name: string): string =>
    `{name: ${name}, plugin: {name: barman-cloud.cloudnative-pg.io, parameters: {barmanObjectName: ${name}, serverName: ${name}}}}`
  return cluster(
    `replica: {primary: ${primary}, source: ${source}}\nbootstrap: {recovery: {source: paris}}\nexternalClusters: [${one('orders')}, ${one('paris')}]`,
  )
}
const apart = (fields: string): string => cluster(`affinity: {podAntiAffinityType: required, ${fields}}`)
const nodesIn = (key: string, ...values: readonly string[]): string =>
  `nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: ${key}, operator: In, values: [${values.join(', ')}]}]}]}}`
const spread = (selector: string): string =>
  `topologySpreadConstraints: [{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule${selector}}]`
const pooler = (fields: string): string =>
  object('Pooler', 'p', `cluster: {name: orders}\ninstances: 2\npgbouncer: {poolMode: session}\n${fields}`)
const recovered = (id: string, store: string): string =>
  cluster(
    `bootstrap: {recovery: {source: old, recoveryTarget: {backupID: ${id}, targetImmediate: true}}}\nexternalClusters: [{name: old, ${store}}]`,
  )
const barman = 'plugin: {name: barman-cloud.cloudnative-pg.io, parameters: {barmanObjectName: s, serverName: old}}'
const roles = (reports: string): string =>
  cluster(`managed: {roles: [{name: app2, login: true, inRoles: [reports]}, {name: reports${reports}}]}`)

const nightly = (method: string): string =>
  object('ScheduledBackup', 'nightly', `schedule: "0 0 2 * * *"\ncluster: {name: orders}\nmethod: ${method}`)
const archived = (limit: string): string =>
  cluster(
    `plugins: [{name: barman-cloud.cloudnative-pg.io, isWALArchiver: true, parameters: {barmanObjectName: s}}]\npostgresql: {parameters: {${limit}}}`,
  )
const byPlugin = nightly('plugin\npluginConfiguration: {name: barman-cloud.cloudnative-pg.io}')
const store = (data: string): string =>
  object(
    'ObjectStore',
    's',
    `configuration: {destinationPath: "s3://b/", s3Credentials: {inheritFromIAMRole: true}, data: {${data}}}`,
  ).replace('postgresql.cnpg.io', 'barmancloud.cnpg.io')

const published = (table: string): string =>
  object('Publication', 'p', `name: p\ndbname: app\ncluster: {name: orders}\ntarget: {objects: [{table: ${table}}]}`)
const archiver = (name: string, rest = ', isWALArchiver: true'): string =>
  `{name: barman-cloud.cloudnative-pg.io, parameters: {barmanObjectName: ${name}}${rest}}`

const twins: Readonly<Record<string, { readonly bad: string; readonly finds: string; readonly good: string }>> = {
  'a slot with the name of its subscription': {
    bad: all(cluster(old), subscription('from-old')),
    finds: '17: policy/slot-name-possible',
    good: all(cluster(old), subscription('from-old', 'slot_name: from_old')),
  },
  'a slot with a name of its own': {
    bad: all(cluster(old), subscription('sub', 'slot_name: From_Old')),
    finds: '18: policy/slot-name-possible',
    good: all(cluster(old), subscription('From-Old', 'connect: "false"')),
  },
  'a slot that is made, and one that is not asked for': {
    bad: all(cluster(old), subscription('from-old', 'enabled: "false"')),
    finds: '17: policy/slot-name-possible',
    good: all(cluster(old), subscription('from-old', 'enabled: "false", create_slot: "OFF"')),
  },
  'a slot whose name is cut at 63 bytes': {
    bad: all(cluster(old), subscription(`${'a'.repeat(60)}-${'a'.repeat(10)}`)),
    finds: '17: policy/slot-name-possible',
    good: all(cluster(old), subscription('a'.repeat(63), 'slot_name: a')),
  },
  'no slot, in capitals': {
    bad: all(cluster(old), subscription('sub', 'slot_name: NONE')),
    finds: '18: policy/slot-name-possible',
    good: all(cluster(old), subscription('sub', 'slot_name: none, enabled: "false", create_slot: "false"')),
  },
  'synchronous standbys for which no commit waits': {
    bad: cluster('postgresql:\n  synchronous: {method: any, number: 1}\n  parameters: {synchronous_commit: "no"}'),
    finds: '9: policy/commits-wait',
    good: cluster('postgresql:\n  synchronous: {method: any, number: 1}\n  parameters: {synchronous_commit: remote_apply}'),
  },
  'standbys that are counted, and for which no commit waits': {
    bad: cluster('minSyncReplicas: 1\nmaxSyncReplicas: 1\npostgresql: {parameters: {synchronous_commit: LOCAL}}'),
    finds: '9: policy/commits-wait',
    good: cluster('postgresql: {parameters: {synchronous_commit: local}}'),
  },
  'a port in the host': {
    bad: cluster(external('old:5432')),
    finds: '8: policy/connection-readable',
    good: cluster(external('fd00::1,10.0.0.1')),
  },
  'a port in one host of two': {
    bad: cluster(external('a,b:5432')),
    finds: '8: policy/connection-readable',
    good: cluster(external('b:5432').replace('user:', 'hostaddr: 10.0.0.1, user:')),
  },
  'a URL for a host': {
    bad: cluster(external('postgresql://app@old:5432/app')),
    finds: '8: policy/connection-readable',
    good: cluster(external('/run/postgresql')),
  },
  'a copy of itself': {
    bad: cluster(external('orders-rw.shop.svc.cluster.local')),
    finds: '8: policy/source-is-another',
    good: cluster(external('orders-rw.shop-old.svc.cluster.local')),
  },
  'a copy of itself, by the whole name': {
    bad: cluster(external('orders-ro.shop.svc.cluster.local.')),
    finds: '8: policy/source-is-another',
    // a Service of the same name, exported by another Kubernetes cluster
    good: cluster(external('orders-rw.shop.svc.clusterset.local')),
  },
  'a replica that follows itself': {
    bad: followed('paris', 'orders'),
    finds: '7: policy/source-is-another',
    good: followed('paris', 'paris'),
  },
  'one node for three instances': {
    bad: apart('nodeSelector: {kubernetes.io/hostname: a}'),
    finds: '7: policy/instances-have-nodes',
    good: apart('nodeSelector: {kubernetes.io/os: linux}'),
  },
  'two zones for three instances': {
    bad: apart(`topologyKey: topology.kubernetes.io/zone, ${nodesIn('topology.kubernetes.io/zone', 'a', 'b')}`),
    finds: '7: policy/instances-have-nodes',
    good: apart(nodesIn('topology.kubernetes.io/zone', 'a', 'b')),
  },
  'two nodes for three zones': {
    bad: apart(`topologyKey: topology.kubernetes.io/zone, ${nodesIn('kubernetes.io/hostname', 'a', 'b')}`),
    finds: '7: policy/instances-have-nodes',
    good: apart(`topologyKey: topology.kubernetes.io/zone, ${nodesIn('kubernetes.io/hostname', 'a', 'b', 'c')}`),
  },
  'a label that no instance has': {
    bad: cluster(spread(', labelSelector: {matchLabels: {app: orders}}')),
    finds: '7: policy/spread-counts-instances',
    good: cluster(`${spread(', labelSelector: {matchLabels: {app: orders}}')}\ninheritedMetadata: {labels: {app: orders}}`),
  },
  'no label at all': {
    bad: cluster(spread('')),
    finds: '7: policy/spread-counts-instances',
    good: cluster(spread(', labelSelector: {}')),
  },
  'a label that no pod of a Pooler has': {
    bad: pooler(`template: {spec: {containers: [], ${spread(', labelSelector: {matchLabels: {app: pooler}}')}}}`),
    finds: '8: policy/spread-counts-instances',
    good: pooler(
      `template: {metadata: {labels: {app: pooler}}, spec: {containers: [], ${spread(', labelSelector: {matchLabels: {app: pooler}}')}}}`,
    ),
  },
  'a Pooler whose pods are never replaced': {
    bad: pooler('deploymentStrategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: "0%"}}'),
    finds: '8: policy/pod-possible',
    good: pooler('deploymentStrategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: "10%"}}'),
  },
  'a strategy of two kinds': {
    bad: pooler('deploymentStrategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}'),
    finds: '8: policy/pod-possible',
    good: pooler('deploymentStrategy: {type: Recreate}'),
  },
  'a strategy that there is not': {
    bad: pooler('deploymentStrategy: {type: rollingUpdate}'),
    finds: '8: policy/pod-possible',
    good: pooler('deploymentStrategy: {type: RollingUpdate}'),
  },
  'the name of a Backup for its id': {
    bad: recovered('nightly-20260131', barman),
    finds: '7: policy/backup-id-readable',
    good: recovered('20260131T020000', barman),
  },
  'an id of another plugin': {
    bad: recovered('20260131T020000Z', barman),
    finds: '7: policy/backup-id-readable',
    good: recovered('20260131-020000F', 'plugin: {name: pgbackrest.dalibo.com}'),
  },
  'a limit that cuts base backups off': {
    bad: all(archived('statement_timeout: 30s'), byPlugin, store('jobs: 2')),
    finds: '8: policy/backups-outlast-limits',
    good: all(archived('statement_timeout: 30s'), byPlugin, store('immediateCheckpoint: true')),
  },
  'a limit in milliseconds': {
    bad: all(archived('transaction_timeout: "60000"'), byPlugin, store('jobs: 2')),
    finds: '8: policy/backups-outlast-limits',
    good: all(archived('statement_timeout: "0", transaction_timeout: 10min'), byPlugin, store('jobs: 2')),
  },
  'a limit beside a checkpoint that takes its time, or hurries': {
    bad: all(archived('statement_timeout: 60s, checkpoint_completion_target: "0.5"'), byPlugin, store('jobs: 2')),
    finds: '8: policy/backups-outlast-limits',
    good: all(archived('statement_timeout: 60s, checkpoint_completion_target: "0.1"'), byPlugin, store('jobs: 2')),
  },
  'the smaller one of two limits': {
    bad: all(archived('statement_timeout: "0", transaction_timeout: 30s'), byPlugin, store('jobs: 2')),
    finds: '8: policy/backups-outlast-limits',
    good: all(archived('statement_timeout: 10min, transaction_timeout: 10min'), byPlugin, store('jobs: 2')),
  },
  'megabytes of WAL where gigabytes were meant': {
    bad: cluster('postgresql: {parameters: {max_slot_wal_keep_size: "10"}}'),
    finds: '7: policy/setting-has-unit',
    good: cluster('postgresql: {parameters: {max_slot_wal_keep_size: "1024", archive_timeout: "60", temp_file_limit: "-1"}}'),
  },
  'seconds where minutes were meant': {
    bad: cluster('postgresql: {parameters: {archive_timeout: "5"}}'),
    finds: '7: policy/setting-has-unit',
    good: cluster('postgresql: {parameters: {archive_timeout: 5min, max_standby_streaming_delay: "-1"}}'),
  },
  'kilobytes of temporary files': {
    bad: cluster('postgresql: {parameters: {temp_file_limit: "10"}}'),
    finds: '7: policy/setting-has-unit',
    good: cluster('postgresql: {parameters: {temp_file_limit: 512MB, max_standby_archive_delay: "30000"}}'),
  },
  'one index that takes all of the memory': {
    bad: cluster('resources: {limits: {memory: 1Gi}}\npostgresql: {parameters: {maintenance_work_mem: 2GB}}'),
    finds: '8: policy/work-memory-fits',
    good: cluster('resources: {limits: {memory: 1Gi}}\npostgresql: {parameters: {maintenance_work_mem: 512MB}}'),
  },
  'one sort beside the buffers': {
    bad: cluster(
      'resources: {requests: {memory: 1Gi}, limits: {memory: 1Gi}}\npostgresql: {parameters: {shared_buffers: 512MB, work_mem: 600MB}}',
    ),
    finds: '8: policy/work-memory-fits',
    good: cluster(
      'resources: {requests: {memory: 1Gi}, limits: {memory: 1Gi}}\npostgresql: {parameters: {shared_buffers: 512MB, work_mem: 64MB}}',
    ),
  },
  'no slot of a subscription that is on': {
    bad: all(cluster(old), subscription('sub', 'slot_name: none, enabled: "false"')),
    finds: '18: policy/slot-name-possible',
    good: all(cluster(old), subscription('sub', 'slot_name: none, connect: "off"')),
  },
  'a schema in the name of a table': {
    bad: all(cluster(''), published('{name: public.users}')),
    finds: '15: policy/published-table-named',
    good: all(cluster(''), published('{name: users, schema: public}')),
  },
  'a schema in the name of a table, and beside it': {
    bad: all(cluster(''), published('{name: public.users, schema: public}')),
    finds: '15: policy/published-table-named',
    // a table may have such a name
    good: all(cluster(''), published('{name: a.b, schema: public}')),
  },
  'a plugin with two stores': {
    bad: cluster(`plugins: [${archiver('a')}, ${archiver('b', ', enabled: false')}]`),
    finds: '7: policy/plugin-once',
    good: cluster(`plugins: [${archiver('a')}, {name: other.example.com}]`),
  },
  'a toleration of a Pooler': {
    bad: pooler('template: {spec: {containers: [], tolerations: [{key: db, operator: Equal, effect: noSchedule}]}}'),
    finds: '8: policy/pod-possible',
    good: pooler(
      'template: {spec: {containers: [], tolerations: [{key: db, operator: Equal, effect: NoSchedule}, {key: sla, operator: Gt, value: "950", effect: NoSchedule}, {operator: Exists}]}}',
    ),
  },
  'nodes of a Pooler': {
    bad: pooler(`template: {spec: {containers: [], affinity: {${nodesIn('zone', 'a').replace('In', 'in')}}}}`),
    finds: '8: policy/pod-possible',
    good: pooler(`template: {spec: {containers: [], affinity: {${nodesIn('zone', 'a')}}}}`),
  },
  'a member of what is removed': { bad: roles(', ensure: absent'), finds: '7: policy/role-stays', good: roles('') },
  'an extension in a closed database': {
    bad: all(cluster(''), database('allowConnections: false\nextensions: [{name: pgcrypto}]')),
    finds: '15: policy/database-takes-connections',
    good: all(cluster(''), database('allowConnections: false')),
  },
  'a database without connections': {
    bad: all(cluster(''), database('connectionLimit: 0')),
    finds: '15: policy/database-takes-connections',
    good: all(cluster(''), database('connectionLimit: 0\nisTemplate: true')),
  },
  'tables in a tablespace that there is not': {
    bad: cluster('postgresql: {parameters: {default_tablespace: fast}}'),
    finds: '7: policy/tablespace-declared',
    good: cluster('postgresql: {parameters: {default_tablespace: fast}}\ntablespaces: [{name: fast, storage: {size: 1Gi}}]'),
  },
}

test.each(Object.entries(twins))('%s', async (_, { bad, finds, good }) => {
  expect({ bad: await said(bad), good: await said(good) }).toEqual({ bad: [finds], good: [] })
})
