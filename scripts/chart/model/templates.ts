// Which file of the chart makes which object?
import type { MapValue, Value } from '../../values/value.ts'
import { clusterSpec } from './cluster.ts'
import { databaseSpec, databaseSuffix, poolerSpec, poolerSuffix, scheduledBackupSpec } from './database.ts'
import { catalogSpec, hasTimescaleDefaults, timescaleCatalogSpec } from './image.ts'
import { checkRules, clusterMonitorSpec, customQueriesData, isMonitored, isPoolerMonitored, poolerMonitorSpec } from './monitoring.ts'
import { clusterAnnotations, derivedName, metadata } from './names.ts'
import type { LabelFrame, Names } from './names.ts'
import { checkNotes } from './notes.ts'
import { backupStoreSpec, recoveryStoreSpec } from './object-store.ts'
import { bare, constant, mapNode, spreadYaml } from './print.ts'
import type { Chart, Fields } from './print.ts'
import { authoritySecret, backupSecret, baseBackupPassword, originPassword, originSecret, recoverySecret } from './secrets.ts'
import type { SecretParts } from './secrets.ts'
import { field, isTrue, printed, rangeOf } from './template.ts'

/** One document of a file of the chart. */
export interface Manifest {
  readonly kind: string
  readonly value: MapValue
}
type Template = (chart: Chart, names: Names) => readonly Manifest[]

interface Parts {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Value
  /** `spec`, `data` or nothing, where the body is constant text of the chart */
  readonly body?: readonly ['spec' | 'data', Value]
  readonly at: Value
}

function manifest(parts: Parts): readonly Manifest[] {
  const entries: Fields = new Map([
    ['apiVersion', constant(parts.apiVersion, parts.at)],
    ['kind', constant(parts.kind, parts.at)],
    ['metadata', parts.metadata],
  ])
  if (parts.body !== undefined) entries.set(parts.body[0], parts.body[1])
  return [{ kind: parts.kind, value: mapNode(entries, parts.at) as MapValue }]
}

const operatorApi = 'postgresql.cnpg.io/v1'
const owned: LabelFrame = { owned: true }

function component(name: string, at: Value): LabelFrame {
  return { owned: true, after: new Map([['app.kubernetes.io/component', constant(name, at)]]) }
}

function reloaded(at: Value): LabelFrame {
  return { owned: true, after: new Map([['cnpg.io/reload', constant('true', at)]]) }
}

function secret(make: (chart: Chart, names: Names) => SecretParts | null): Template {
  return (chart, names) => {
    const parts = make(chart, names)
    if (parts === null) return []
    const labels = parts.reload ? reloaded(parts.name) : owned
    const head = metadata(chart, names, { name: parts.name, labels })
    return manifest({ apiVersion: 'v1', kind: 'Secret', metadata: head, body: ['data', parts.data], at: parts.data })
  }
}

const cluster: Template = (chart, names) => {
  const head = metadata(chart, names, { name: names.fullname, labels: { owned: false }, ...clusterAnnotations(chart) })
  const spec = clusterSpec(chart, names)
  return manifest({ apiVersion: operatorApi, kind: 'Cluster', metadata: head, body: ['spec', spec], at: spec })
}

const databases: Template = (chart, names) =>
  rangeOf(field(chart.values, 'databases')).flatMap((item) => {
    const name = derivedName(chart, names, databaseSuffix(item), field(item, 'name'))
    const head = metadata(chart, names, { name, labels: owned, ...clusterAnnotations(chart) })
    return manifest({
      apiVersion: operatorApi,
      kind: 'Database',
      metadata: head,
      body: ['spec', databaseSpec(chart, names, item)],
      at: item,
    })
  })

const poolers: Template = (chart, names) =>
  rangeOf(field(chart.values, 'poolers')).flatMap((item) => {
    const name = derivedName(chart, names, poolerSuffix(item), field(item, 'name'))
    const head = metadata(chart, names, { name, labels: component('pooler', item) })
    return manifest({ apiVersion: operatorApi, kind: 'Pooler', metadata: head, body: ['spec', poolerSpec(chart, names, item)], at: item })
  })

const scheduledBackups: Template = (chart, names) => {
  const backups = field(chart.values, 'backups')
  if (!isTrue(field(backups, 'enabled'))) return []
  return rangeOf(field(backups, 'scheduledBackups')).flatMap((item) => {
    const own = field(item, 'name')
    const name = derivedName(chart, names, printed(own), own)
    const head = metadata(chart, names, { name, labels: component('backups', item) })
    const spec = scheduledBackupSpec(chart, names, item)
    return manifest({ apiVersion: operatorApi, kind: 'ScheduledBackup', metadata: head, body: ['spec', spec], at: item })
  })
}

function objectStore(suffix: string, make: (chart: Chart, names: Names) => Value | null): Template {
  return (chart, names) => {
    const spec = make(chart, names)
    if (spec === null) return []
    const annotations: Fields = new Map([['helm.sh/hook', constant('pre-install,pre-upgrade,pre-rollback', spec)]])
    const own = clusterAnnotations(chart).annotations
    if (own !== undefined) spreadYaml(chart, annotations, own)
    const name = derivedName(chart, names, suffix, spec)
    const head = metadata(chart, names, { name, labels: owned, annotations: mapNode(annotations, own ?? spec) })
    return manifest({ apiVersion: 'barmancloud.cnpg.io/v1', kind: 'ObjectStore', metadata: head, body: ['spec', spec], at: spec })
  }
}

const imageCatalog: Template = (chart, names) => {
  const spec = catalogSpec(chart)
  if (spec === null) return []
  const head = metadata(chart, names, { name: names.fullname, labels: owned })
  return manifest({ apiVersion: operatorApi, kind: 'ImageCatalog', metadata: head, body: ['spec', spec], at: spec })
}

const timescaleCatalog: Template = (chart, names) => {
  if (!hasTimescaleDefaults(chart)) return []
  const type = field(chart.values, 'type')
  const head = metadata(chart, names, { name: derivedName(chart, names, 'timescaledb-ha', type), labels: owned })
  const body = ['spec', timescaleCatalogSpec(chart)] as const
  return manifest({ apiVersion: operatorApi, kind: 'ImageCatalog', metadata: head, body, at: type })
}

const monitorApi = 'monitoring.coreos.com/v1'

const clusterMonitor: Template = (chart, names) => {
  if (!isMonitored(chart, 'podMonitor')) return []
  const at = field(chart.values, 'cluster', 'monitoring', 'podMonitor')
  const labels = { owned: true, after: monitorLabels(chart) }
  const name = derivedName(chart, names, 'cluster-podmonitor', at)
  const head = metadata(chart, names, { name, labels, ...clusterAnnotations(chart) })
  return manifest({ apiVersion: monitorApi, kind: 'PodMonitor', metadata: head, body: ['spec', clusterMonitorSpec(chart, names)], at })
}

function monitorLabels(chart: Chart): Fields {
  const labels: Fields = new Map()
  const own = field(chart.values, 'cluster', 'monitoring', 'podMonitor', 'labels')
  if (isTrue(own)) spreadYaml(chart, labels, own)
  return labels
}

const poolerMonitors: Template = (chart, names) =>
  rangeOf(field(chart.values, 'poolers')).flatMap((item) => {
    if (!isPoolerMonitored(item)) return []
    const own = field(item, 'name')
    const name = derivedName(chart, names, `${poolerSuffix(item)}-podmonitor`, own)
    const before: Fields = new Map([
      ['cnpg.io/cluster', names.fullname],
      ['cnpg.io/poolerName', derivedName(chart, names, poolerSuffix(item), own)],
    ])
    const after = monitorLabels(chart)
    after.set('app.kubernetes.io/component', constant('pooler', item))
    const head = metadata(chart, names, { name, labels: { owned: false, before, after }, ...clusterAnnotations(chart) })
    const body = ['spec', poolerMonitorSpec(chart, names, item)] as const
    return manifest({ apiVersion: monitorApi, kind: 'PodMonitor', metadata: head, body, at: item })
  })

const prometheusRule: Template = (chart, names) => {
  if (!isMonitored(chart, 'prometheusRule')) return []
  checkRules(chart)
  const at = field(chart.values, 'cluster', 'monitoring', 'prometheusRule')
  const head = metadata(chart, names, { name: derivedName(chart, names, 'alert-rules', at), labels: owned })
  return manifest({ apiVersion: monitorApi, kind: 'PrometheusRule', metadata: head, at })
}

const userMetrics: Template = (chart, names) => {
  const queries = field(chart.values, 'cluster', 'monitoring', 'customQueries')
  if (!isTrue(queries)) return []
  const data = customQueriesData(chart, names, queries)
  return configMap(chart, names, { suffix: 'monitoring', at: queries, body: ['data', data] })
}

function instrumentation(key: string, suffix: string): Template {
  return (chart, names) => {
    const at = field(chart.values, 'cluster', 'monitoring', 'instrumentation', key)
    return isTrue(at) ? configMap(chart, names, { suffix, at }) : []
  }
}

function configMap(
  chart: Chart,
  names: Names,
  parts: { readonly suffix: string; readonly at: Value; readonly body?: readonly ['data', Value] },
): readonly Manifest[] {
  const name = derivedName(chart, names, parts.suffix, parts.at)
  const head = metadata(chart, names, { name, labels: reloaded(parts.at) })
  return manifest({ apiVersion: 'v1', kind: 'ConfigMap', metadata: head, at: parts.at, ...(parts.body && { body: parts.body }) })
}

const consoleSet: Template = (chart, names) => {
  const at = field(chart.values, 'cluster', 'console', 'enabled')
  if (!isTrue(at)) return []
  const name = derivedName(chart, names, 'console', at)
  const head = metadata(chart, names, { name, labels: component('console', at), ...clusterAnnotations(chart) })
  return manifest({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: head, at })
}

const pingTest: Template = (chart, names) => {
  const at = names.at
  const annotations = mapNode(
    new Map([
      ['helm.sh/hook', constant('test', at)],
      ['helm.sh/hook-delete-policy', constant('before-hook-creation,hook-succeeded', at)],
    ]),
    at,
  )
  const name = bare(chart, `${names.fullnameText}-ping-test`, at)
  const head = metadata(chart, names, { name, labels: component('database-ping-test', at), annotations })
  return manifest({ apiVersion: 'batch/v1', kind: 'Job', metadata: head, at })
}

const notes: Template = (chart) => {
  checkNotes(chart)
  return []
}

/** The chart's files in the order in which Helm runs them: the first one that stops decides the error. */
export const templates: readonly (readonly [file: string, template: Template])[] = [
  ['tests/ping.yaml', pingTest],
  ['user-metrics.yaml', userMetrics],
  ['scheduled-backups.yaml', scheduledBackups],
  ['recovery-s3-creds.yaml', secret((chart, names) => recoverySecret(chart, names, 's3'))],
  ['recovery-pg_basebackup-password.yaml', secret(baseBackupPassword)],
  ['recovery-objectstore.yaml', objectStore('recovery', recoveryStoreSpec)],
  ['recovery-google-creds.yaml', secret((chart, names) => recoverySecret(chart, names, 'google'))],
  ['recovery-azure-creds.yaml', secret((chart, names) => recoverySecret(chart, names, 'azure'))],
  ['prometheus-rule.yaml', prometheusRule],
  ['pooler.yaml', poolers],
  ['podmonitor-pooler.yaml', poolerMonitors],
  ['podmonitor-cluster.yaml', clusterMonitor],
  ['origin-s3-creds.yaml', secret((chart, names) => originSecret(chart, names, 's3'))],
  ['origin-pg_basebackup-password.yaml', secret(originPassword)],
  ['origin-google-creds.yaml', secret((chart, names) => originSecret(chart, names, 'google'))],
  ['origin-azure-creds.yaml', secret((chart, names) => originSecret(chart, names, 'azure'))],
  ['monitoring-pg-stat-statements.yaml', instrumentation('pgStatStatements', 'monitoring-pg-stat-statements')],
  ['monitoring-logical-replication.yaml', instrumentation('logicalReplication', 'monitoring-logical-replication')],
  ['image-catalog.yaml', imageCatalog],
  ['image-catalog-timescaledb-ha.yaml', timescaleCatalog],
  ['databases.yaml', databases],
  ['console-statefulset.yaml', consoleSet],
  ['cluster.yaml', cluster],
  ['ca-bundle.yaml', secret(authoritySecret)],
  ['backup-s3-creds.yaml', secret((chart, names) => backupSecret(chart, names, 's3'))],
  ['backup-objectstore.yaml', objectStore('backups', backupStoreSpec)],
  ['backup-google-creds.yaml', secret((chart, names) => backupSecret(chart, names, 'google'))],
  ['backup-azure-creds.yaml', secret((chart, names) => backupSecret(chart, names, 'azure'))],
  ['NOTES.txt', notes],
]
