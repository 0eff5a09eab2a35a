// What does the chart put into the Cluster object?
import { append } from '../../values/append.ts'
import type { Value } from '../../values/value.ts'
import { addBootstrap } from './bootstrap.ts'
import { addExternalClusters } from './external-clusters.ts'
import { addImage, hasTimescaleDefaults } from './image.ts'
import type { Names } from './names.ts'
import { addStore, addWalAndData } from './object-store.ts'
import { addPlugins } from './plugins.ts'
import { bare, constant, listNode, mapNode, mapOrNull, raw, setRaw, setRawIfTrue, setYamlIfTrue, unreadable } from './print.ts'
import type { Chart, Fields } from './print.ts'
import { equalsText, field, isTrue, sortedKeys, TemplateFault, toInt } from './template.ts'

/** `spec` of the Cluster; templates/cluster.yaml. */
export function clusterSpec(chart: Chart, names: Names): Value {
  const cluster = field(chart.values, 'cluster')
  checkDeprecated(chart, cluster)
  const spec: Fields = new Map()
  setRaw(chart, spec, 'instances', field(cluster, 'instances'))
  addImage(chart, names, spec)
  setRaw(chart, spec, 'imagePullPolicy', field(cluster, 'imagePullPolicy'))
  setYamlIfTrue(spec, 'imagePullSecrets', field(cluster, 'imagePullSecrets'))
  for (const key of ['postgresUID', 'postgresGID']) spec.set(key, userId(chart, field(cluster, key)))
  spec.set('storage', storage(chart, field(cluster, 'storage')))
  const wal = field(cluster, 'walStorage')
  if (isTrue(field(wal, 'enabled'))) spec.set('walStorage', storage(chart, wal))
  for (const key of ['resources', 'affinity', 'env', 'envFrom']) setYamlIfTrue(spec, key, field(cluster, key))
  setRawIfTrue(chart, spec, 'priorityClassName', field(cluster, 'priorityClassName'))
  for (const key of ['primaryUpdateMethod', 'primaryUpdateStrategy', 'logLevel']) setRaw(chart, spec, key, field(cluster, key))
  setRawIfTrue(chart, spec, 'stopDelay', field(cluster, 'stopDelay'))
  for (const key of ['certificates', 'replicationSlots', 'serviceAccountTemplate', 'podSecurityContext', 'securityContext'])
    setYamlIfTrue(spec, key, field(cluster, key))
  for (const key of ['enableSuperuserAccess', 'enablePDB']) setRaw(chart, spec, key, field(cluster, key))
  const superuser = field(cluster, 'superuserSecret')
  if (isTrue(superuser)) spec.set('superuserSecret', mapNode(new Map([['name', raw(chart, superuser)]]), superuser))
  spec.set('postgresql', postgresql(chart, field(cluster, 'postgresql')))
  addManaged(spec, cluster)
  spec.set('monitoring', monitoring(chart, names, field(cluster, 'monitoring')))
  addBootstrap(chart, names, spec)
  addExternalClusters(chart, names, spec)
  addBackup(chart, names, spec)
  addPlugins(chart, names, spec)
  return mapNode(spec, cluster)
}

/** The keys of `cluster.postgresql` that do not stop the chart; three of them are dropped anyway. */
export const toleratedPostgresqlKeys: readonly string[] = [
  'parameters',
  'synchronous',
  'pg_hba',
  'pg_ident',
  'syncReplicaElectionConstraint',
  'shared_preload_libraries',
  'ldap',
  'promotionTimeout',
  'enableAlterSystem',
]

function checkDeprecated(chart: Chart, cluster: Value): void {
  const pooler = field(chart.values, 'pooler')
  if (isTrue(pooler)) throw new TemplateFault('fail', '.Values.pooler has been deprecated. Use .Values.poolers instead.', pooler)
  const postgresql = field(cluster, 'postgresql')
  if (postgresql.kind !== 'map') return
  for (const key of sortedKeys(postgresql.entries)) {
    if (toleratedPostgresqlKeys.includes(key)) continue
    const message = '.Values.cluster.postgresql has been deprecated. Use .Values.cluster.postgresql.parameters instead.'
    throw new TemplateFault('fail', message, field(postgresql, key))
  }
}

function userId(chart: Chart, value: Value): Value {
  if (toInt(value) >= 0) return raw(chart, value)
  return constant(hasTimescaleDefaults(chart) ? 1000 : 26, value)
}

function storage(chart: Chart, values: Value): Value {
  const fields: Fields = new Map()
  setRaw(chart, fields, 'size', field(values, 'size'))
  setRawIfTrue(chart, fields, 'storageClass', field(values, 'storageClass'))
  return mapNode(fields, values)
}

function postgresql(chart: Chart, values: Value): Value {
  const fields: Fields = new Map()
  const type = field(chart.values, 'type')
  const own = field(values, 'shared_preload_libraries')
  const statistics = field(chart.values, 'cluster', 'monitoring', 'instrumentation', 'pgStatStatements')
  const libraries: Value[] = []
  if (equalsText(type, 'timescaledb')) libraries.push(constant('timescaledb', type))
  if (isTrue(statistics)) libraries.push(constant('pg_stat_statements', statistics))
  if (isTrue(own) && own.kind !== 'list') fields.set('shared_preload_libraries', libraries.length > 0 ? unreadable(chart, own) : own)
  else {
    if (own.kind === 'list') append(libraries, own.items)
    if (libraries.length > 0) fields.set('shared_preload_libraries', listNode(libraries, own))
  }
  for (const key of ['pg_hba', 'pg_ident', 'ldap', 'synchronous', 'parameters']) setYamlIfTrue(fields, key, field(values, key))
  return mapOrNull(fields, values)
}

function addManaged(spec: Fields, cluster: Value): void {
  const fields: Fields = new Map()
  setYamlIfTrue(fields, 'services', field(cluster, 'services'))
  setYamlIfTrue(fields, 'roles', field(cluster, 'roles'))
  if (fields.size > 0) spec.set('managed', mapNode(fields, [...fields.values()][0] as Value))
}

function monitoring(chart: Chart, names: Names, values: Value): Value {
  const fields: Fields = new Map()
  setRaw(chart, fields, 'disableDefaultQueries', field(values, 'disableDefaultQueries'))
  const queries = field(values, 'customQueries')
  if (isTrue(queries)) {
    const name = bare(chart, `${names.fullnameText}-monitoring`, queries)
    const item = mapNode(
      new Map([
        ['name', name],
        ['key', constant('custom-queries', queries)],
      ]),
      queries,
    )
    fields.set('customQueriesConfigMap', listNode([item], queries))
  }
  setYamlIfTrue(fields, 'customQueriesSecret', field(values, 'customQueriesSecret'))
  const tls = field(values, 'tls')
  const transport: Fields = new Map()
  setRaw(chart, transport, 'enabled', field(tls, 'enabled'))
  fields.set('tls', mapNode(transport, tls))
  return mapNode(fields, values)
}

/** Adds `spec.backup` for backups that the operator makes itself; the chart's `cluster.backup`. */
function addBackup(chart: Chart, names: Names, spec: Fields): void {
  const backups = field(chart.values, 'backups')
  const enabled = field(backups, 'enabled')
  if (!isTrue(enabled) || !equalsText(field(backups, 'method'), 'barmanObjectStore')) return
  const fields: Fields = new Map([['target', constant('prefer-standby', backups)]])
  setRaw(chart, fields, 'retentionPolicy', field(backups, 'retentionPolicy'))
  const store: Fields = new Map()
  addWalAndData(chart, store)
  addStore(chart, names, store, { values: backups, purpose: 'backup' })
  // that there is a store at all was decided where backups were switched on, whatever a higher layer adds
  fields.set('barmanObjectStore', mapNode(store, enabled))
  spec.set('backup', mapNode(fields, enabled))
}
