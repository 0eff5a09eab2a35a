// What does the operator accept, but advise against?
import { here, named, phrase, shown } from '../../findings/message.ts'
import { parseGoDuration } from '../../go-template/duration.ts'
import { parseGoInteger } from '../go-text.ts'
import type { JsonMap } from '../../values/value.ts'
import type { Message, Place, Rule } from '../../findings/finding.ts'
import { isZeroQuantity, readQuantity } from '../../kubernetes/quantity.ts'
import { parametersOf } from './cluster.ts'
import { caution, withPlaces } from '../finding.ts'
import { booleanAt, itemsAt, jsonAt, listAt, mapAt, stringAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'
import { reached, releases } from '../version.ts'

const monitoring = ['spec', 'monitoring'] as const

/** The release that drops in-tree object stores, as the newest operator announces it. */
const lastAnnounced = '1.31.0'

/** The same, as this operator announces it. */
function removalRelease(operator: string): string {
  if (reached(operator, ['1.28.4', '1.29.2', '1.30.0'])) return lastAnnounced
  return reached(operator, releases.march2026) ? '1.30.0' : '1.29.0'
}

function inTreeStores(cluster: JsonMap): Place[] {
  const places: Place[] = []
  const own = ['spec', 'backup', 'barmanObjectStore']
  if (mapAt(cluster, ...own)) places.push({ path: own, on: 'key' })
  for (const [index, item] of itemsAt(cluster, 'spec', 'externalClusters'))
    if (mapAt(item, 'barmanObjectStore'))
      places.push({ path: ['spec', 'externalClusters', index, 'barmanObjectStore'], label: phrase`and here`, on: 'key' })
  return places
}

function* twice(cluster: JsonMap, member: string, inTemplate: readonly string[]) {
  for (const volume of ['storage', 'walStorage']) {
    const own = jsonAt(cluster, 'spec', volume, member)
    const other = jsonAt(cluster, 'spec', volume, 'pvcTemplate', ...inTemplate)
    const isSet = member === 'size' ? own !== '' && !isZeroQuantity(readQuantity(other)) : other !== undefined
    if (typeof own !== 'string' || !isSet) continue
    const message = phrase`${here(`${volume}.${member}`)} is ${shown(own)}, but pvcTemplate also sets it and is ignored`
    const finding = caution(['spec', volume, member], message, phrase`remove it from pvcTemplate`)
    yield withPlaces(finding, { path: ['spec', volume, 'pvcTemplate', ...inTemplate], label: phrase`ignored` })
  }
}

function* inUse(cluster: JsonMap, member: string, advice: Message) {
  const value = jsonAt(cluster, ...monitoring, member)
  if (value !== true && (listAt(cluster, ...monitoring, member)?.length ?? 0) === 0) return
  yield caution([...monitoring, member], phrase`${here(`monitoring.${member}`)} is set, but it is deprecated`, advice)
}

/** In the order of `getAdmissionWarnings`. */
export const warnings: readonly Rule<OperatorSubject>[] = [
  {
    id: 'maintenance/no-node-maintenance-window',
    severity: 'warning',
    upstream: 'getMaintenanceWindowsAdmissionWarnings',
    summary: 'nodeMaintenanceWindow is not used',
    *check({ object }) {
      if (!mapAt(object, 'spec', 'nodeMaintenanceWindow')) return
      const finding = caution(
        ['spec', 'nodeMaintenanceWindow'],
        phrase`${here('nodeMaintenanceWindow')} is set, but it is deprecated`,
        phrase`use enablePDB`,
      )
      yield { ...finding, places: [{ path: ['spec', 'nodeMaintenanceWindow'], on: 'key' }] }
    },
  },
  {
    id: 'backup/no-in-tree-store',
    severity: 'warning',
    upstream: 'getInTreeBarmanWarnings',
    summary: 'backups go through the Barman Cloud plugin',
    *check({ object, operator }) {
      const [first, ...others] = inTreeStores(object)
      if (!first) return
      const release = removalRelease(operator)
      const later = release === lastAnnounced ? '' : `; the removal was put off, later operators announce it for ${lastAnnounced}`
      const message = phrase`${here('barmanObjectStore')} is set, but in-tree object stores are deprecated: removal is announced for ${release}`
      yield { message, help: phrase`move to the Barman Cloud plugin${later}`, places: [first, ...others] }
    },
  },
  {
    id: 'backup/retention-with-store',
    severity: 'warning',
    upstream: 'getRetentionPolicyWarnings',
    summary: 'retentionPolicy is used with an in-tree object store only',
    *check({ object }) {
      const path = ['spec', 'backup', 'retentionPolicy']
      const policy = stringAt(object, ...path)
      if (policy === '' || mapAt(object, 'spec', 'backup', 'barmanObjectStore')) return
      const message = phrase`${here('retentionPolicy')} is ${shown(policy)}, but has no effect without barmanObjectStore`
      yield caution(path, message, phrase`set retentionPolicy in the ObjectStore of the plugin`)
    },
  },
  {
    id: 'storage/class-once',
    severity: 'warning',
    upstream: 'getStorageWarnings',
    summary: 'the storage class is set once',
    check: ({ object }) => twice(object, 'storageClass', ['storageClassName']),
  },
  {
    id: 'storage/size-once',
    severity: 'warning',
    upstream: 'getStorageWarnings',
    summary: 'the size is set once',
    check: ({ object }) => twice(object, 'size', ['resources', 'requests', 'storage']),
  },
  {
    id: 'parameters/shared-buffers-unit',
    severity: 'warning',
    upstream: 'getSharedBuffersWarnings',
    summary: 'shared_buffers has a unit',
    *check({ object }) {
      const value = parametersOf(object).get('shared_buffers') ?? ''
      if (parseGoInteger(value) === undefined) return
      const message = phrase`${here('shared_buffers')} is ${shown(value)}, but must have a unit: PostgreSQL counts 8kB blocks, the operator MB`
      yield caution(
        ['spec', 'postgresql', 'parameters', 'shared_buffers'],
        message,
        phrase`write ${named(value)}MB or the size that you mean`,
      )
    },
  },
  {
    id: 'monitoring/metrics-cached',
    severity: 'warning',
    upstream: 'getMonitoringFieldsWarnings',
    since: releases.december2025,
    summary: 'metricsQueriesTTL is not zero',
    *check({ object }) {
      const path = [...monitoring, 'metricsQueriesTTL']
      const value = stringAt(object, ...path)
      if (value === '' || parseGoDuration(value) !== 0n) return
      const message = phrase`${here('metricsQueriesTTL')} is ${shown(value)}, but then each scrape runs the queries`
      yield caution(path, message, phrase`use 30s, or remove it`)
    },
  },
  {
    id: 'monitoring/no-pod-monitor',
    severity: 'warning',
    upstream: 'getDeprecatedMonitoringFieldsWarnings',
    summary: 'the PodMonitor is not created by the operator',
    *check({ object }) {
      if (booleanAt(object, ...monitoring, 'enablePodMonitor') === true)
        yield* inUse(object, 'enablePodMonitor', phrase`remove it, and write the PodMonitor yourself where there is none yet`)
    },
  },
  {
    id: 'monitoring/no-metric-relabelings',
    severity: 'warning',
    upstream: 'getDeprecatedMonitoringFieldsWarnings',
    summary: 'podMonitorMetricRelabelings is not used',
    check: ({ object }) => inUse(object, 'podMonitorMetricRelabelings', phrase`write the PodMonitor yourself`),
  },
  {
    id: 'monitoring/no-relabelings',
    severity: 'warning',
    upstream: 'getDeprecatedMonitoringFieldsWarnings',
    summary: 'podMonitorRelabelings is not used',
    check: ({ object }) => inUse(object, 'podMonitorRelabelings', phrase`write the PodMonitor yourself`),
  },
]
