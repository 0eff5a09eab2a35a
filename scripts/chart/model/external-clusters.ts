// Which other clusters does the Cluster copy from?
import type { Value } from '../../values/value.ts'
import type { Names } from './names.ts'
import { addStore } from './object-store.ts'
import { barmanPlugin } from './plugins.ts'
import { bare, constant, listNode, mapNode, nothing, quoted, setRaw, spreadYaml } from './print.ts'
import type { Chart, Fields } from './print.ts'
import { equalsText, field, isTrue } from './template.ts'

/** Adds `spec.externalClusters`; the chart's `cluster.externalClusters`. */
export function addExternalClusters(chart: Chart, names: Names, spec: Fields): void {
  const mode = field(chart.values, 'mode')
  if (equalsText(mode, 'standalone')) return
  if (equalsText(mode, 'recovery')) return addRecoverySource(chart, names, spec)
  if (equalsText(mode, 'replica')) spec.set('externalClusters', listNode([origin(chart, names)], mode))
}

function addRecoverySource(chart: Chart, names: Names, spec: Fields): void {
  const recovery = field(chart.values, 'recovery')
  const method = field(recovery, 'method')
  if (equalsText(method, 'backup')) return
  const item = recoverySource(chart, names, recovery)
  spec.set('externalClusters', item === null ? nothing(method) : listNode([item], method))
}

function recoverySource(chart: Chart, names: Names, recovery: Value): Value | null {
  const method = field(recovery, 'method')
  const fields: Fields = new Map()
  if (equalsText(method, 'pg_basebackup')) {
    fields.set('name', constant('pgBaseBackupSource', method))
    addSource(chart, fields, field(recovery, 'pgBaseBackup', 'source'))
  } else if (equalsText(method, 'import')) {
    fields.set('name', constant('importSource', method))
    addSource(chart, fields, field(recovery, 'import', 'source'))
  } else if (equalsText(method, 'object_store')) {
    fields.set('name', constant('objectStoreRecoveryCluster', method))
    const store: Fields = new Map([['serverName', quoted(field(recovery, 'clusterName'))]])
    addStore(chart, names, store, { values: recovery, purpose: 'recovery' })
    fields.set('barmanObjectStore', mapNode(store, recovery))
  } else if (equalsText(method, 'plugin') && equalsText(field(recovery, 'pluginConfiguration', 'name'), barmanPlugin)) {
    fields.set('name', constant('pluginRecoveryCluster', method))
    fields.set('plugin', recoveryPlugin(chart, names, recovery))
  } else return null
  return mapNode(fields, recovery)
}

function recoveryPlugin(chart: Chart, names: Names, recovery: Value): Value {
  const configuration = field(recovery, 'pluginConfiguration')
  const fields: Fields = new Map()
  spreadYaml(chart, fields, configuration)
  const parameters: Fields = new Map()
  const own = field(configuration, 'parameters')
  if (isTrue(own)) spreadYaml(chart, parameters, own)
  parameters.set('barmanObjectName', bare(chart, `${names.fullnameText}-recovery`, configuration))
  parameters.set('serverName', quoted(field(recovery, 'clusterName')))
  fields.set('parameters', mapNode(parameters, own.kind === 'null' ? configuration : own))
  return mapNode(fields, configuration)
}

const certificates = [
  ['password', 'passwordSecret'],
  ['sslKey', 'sslKeySecret'],
  ['sslCert', 'sslCertSecret'],
  ['sslRootCert', 'sslRootCertSecret'],
] as const

/** Adds how to reach a running server; the chart's `cluster.externalSourceCluster`. A null source has no Secrets. */
function addSource(chart: Chart, fields: Fields, source: Value): void {
  const connection: Fields = new Map()
  const of = (key: string): Value => (source.kind === 'null' ? nothing(source) : field(source, key))
  connection.set('host', quoted(of('host')))
  connection.set('port', quoted(of('port')))
  connection.set('user', quoted(of('username')))
  const database = of('database')
  if (isTrue(database)) connection.set('dbname', quoted(database))
  connection.set('sslmode', quoted(of('sslMode')))
  fields.set('connectionParameters', mapNode(connection, source))
  if (source.kind === 'null') return
  for (const [key, secretKey] of certificates) {
    const secret = field(source, secretKey)
    if (!isTrue(field(secret, 'name'))) continue
    const reference: Fields = new Map()
    setRaw(chart, reference, 'name', field(secret, 'name'))
    setRaw(chart, reference, 'key', field(secret, 'key'))
    fields.set(key, mapNode(reference, secret))
  }
}

/** The one source of a replica: an object store, a running server, both, or just the name. */
function origin(chart: Chart, names: Names): Value {
  const values = field(chart.values, 'replica', 'origin')
  const fields: Fields = new Map([['name', constant('originCluster', values)]])
  const store = field(values, 'objectStore')
  if (isTrue(field(store, 'provider'))) {
    const body: Fields = new Map([['serverName', quoted(field(store, 'clusterName'))]])
    addStore(chart, names, body, { values: store, purpose: 'origin' })
    fields.set('barmanObjectStore', mapNode(body, store))
  }
  const server = field(values, 'pg_basebackup')
  if (isTrue(field(server, 'host'))) addSource(chart, fields, server)
  return mapNode(fields, values)
}
