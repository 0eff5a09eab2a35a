// Are replication slots and the settings that they need consistent?
import { here, named, phrase, shown } from '../../findings/message.ts'
import { parsePostgresBoolean } from '../go-text.ts'
import type { Finding, Rule } from '../../findings/finding.ts'
import type { JsonMap } from '../../values/value.ts'
import { isGoRegularExpression } from '../../go-template/regexp.ts'
import { parametersOf, postgresMajor } from './cluster.ts'
import { refusal, withPlaces } from '../finding.ts'
import { booleanAt, mapAt, stringsAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'

const slots = ['spec', 'replicationSlots'] as const
const highAvailability = [...slots, 'highAvailability'] as const
const logicalDecoding = [...highAvailability, 'synchronizeLogicalDecoding'] as const
const parameterPath = ['spec', 'postgresql', 'parameters'] as const
// since this version PostgreSQL itself copies logical slots to standbys
const nativeSlotSync = 17

/** Without the stanza the operator assumes both kinds of slots. */
function isEnabled(cluster: JsonMap, member: 'highAvailability' | 'synchronizeReplicas'): boolean {
  return booleanAt(cluster, ...slots, member, 'enabled') ?? true
}

function usesFailoverSlots(cluster: JsonMap): boolean {
  return [...parametersOf(cluster).keys()].some((name) => name.startsWith('pg_failover_slots.'))
}

/** The major version if logical slots are to be synchronized by PostgreSQL; undefined: nothing to judge. */
function logicalSyncMajor(cluster: JsonMap): number | undefined {
  if (booleanAt(cluster, ...logicalDecoding) !== true || usesFailoverSlots(cluster)) return undefined
  return postgresMajor(cluster)
}

function* notOn(cluster: JsonMap, name: string, reason: string): Iterable<Finding> {
  const value = parametersOf(cluster).get(name)
  if (value !== undefined && parsePostgresBoolean(value) === true) return
  const message = phrase`${here(name)} is ${value === undefined ? 'not set' : shown(value)}, but must be on with ${reason}`
  yield refusal([...parameterPath, name], message, phrase`set ${named(name)} to "on"`)
}

function* logicalSyncNeeds(cluster: JsonMap, name: string): Iterable<Finding> {
  if ((logicalSyncMajor(cluster) ?? 0) < nativeSlotSync) return
  for (const finding of notOn(cluster, name, 'synchronizeLogicalDecoding'))
    yield withPlaces(finding, { path: logicalDecoding, label: phrase`synchronizeLogicalDecoding is true` })
}

/** In the order of `validateReplicationSlots`, `validateSynchronizeLogicalDecoding`, `validatePgFailoverSlots`. */
export const slotRules: readonly Rule<OperatorSubject>[] = [
  {
    id: 'replication/slot-exclude-patterns',
    severity: 'error',
    upstream: 'validateReplicationSlots',
    summary: 'each exclude pattern of synchronizeReplicas is a Go regular expression',
    *check({ object }) {
      if (!isEnabled(object, 'highAvailability') && !isEnabled(object, 'synchronizeReplicas')) return
      const path = [...slots, 'synchronizeReplicas', 'excludePatterns']
      for (const [index, pattern] of stringsAt(object, ...path).entries()) {
        if (isGoRegularExpression(pattern)) continue
        const message = phrase`excludePatterns has ${shown(pattern)}, but must have regular expressions of Go's RE2 syntax`
        yield {
          ...refusal([...path, index], message, phrase`correct the pattern: no look-around, no back-references`),
          field: path.join('.'),
        }
      }
    },
  },
  {
    id: 'replication/logical-slot-sync-major',
    severity: 'error',
    upstream: 'validateSynchronizeLogicalDecoding',
    summary: 'synchronizeLogicalDecoding needs PostgreSQL 17 or the pg_failover_slots extension',
    *check({ object }) {
      const major = logicalSyncMajor(object)
      if (major === undefined || major >= nativeSlotSync) return
      const message = phrase`${here('synchronizeLogicalDecoding')} is true, but PostgreSQL ${named(major)} must have pg_failover_slots for it`
      yield refusal(logicalDecoding, message, phrase`move to PostgreSQL 17, or configure pg_failover_slots`)
    },
  },
  {
    id: 'replication/logical-slot-sync-hot-standby-feedback',
    severity: 'error',
    upstream: 'validateSynchronizeLogicalDecoding',
    summary: 'synchronizeLogicalDecoding needs hot_standby_feedback',
    check: ({ object }) => logicalSyncNeeds(object, 'hot_standby_feedback'),
  },
  {
    id: 'replication/logical-slot-sync-slots',
    severity: 'error',
    upstream: 'validateSynchronizeLogicalDecoding',
    summary: 'synchronizeLogicalDecoding needs sync_replication_slots',
    check: ({ object }) => logicalSyncNeeds(object, 'sync_replication_slots'),
  },
]

export const failoverSlots: readonly Rule<OperatorSubject>[] = [
  {
    id: 'replication/failover-slots-hot-standby-feedback',
    severity: 'error',
    upstream: 'validatePgFailoverSlots',
    summary: 'pg_failover_slots needs hot_standby_feedback',
    *check({ object }) {
      if (usesFailoverSlots(object)) yield* notOn(object, 'hot_standby_feedback', 'pg_failover_slots')
    },
  },
  {
    id: 'replication/failover-slots-need-slots',
    severity: 'error',
    upstream: 'validatePgFailoverSlots',
    summary: 'pg_failover_slots needs replicationSlots',
    *check({ object }) {
      if (!usesFailoverSlots(object) || mapAt(object, ...slots)) return
      yield refusal(
        slots,
        phrase`${here('replicationSlots')} is not set, but must be with pg_failover_slots`,
        phrase`add replicationSlots.highAvailability`,
      )
    },
  },
  {
    id: 'replication/failover-slots-need-ha-slots',
    severity: 'error',
    upstream: 'validatePgFailoverSlots',
    summary: 'pg_failover_slots needs high-availability slots',
    *check({ object }) {
      if (!usesFailoverSlots(object) || !mapAt(object, ...slots)) return
      if (mapAt(object, ...highAvailability) && isEnabled(object, 'highAvailability')) return
      const message = phrase`${here('replicationSlots.highAvailability')} is off, but must be on with pg_failover_slots`
      yield refusal(highAvailability, message, phrase`set replicationSlots.highAvailability.enabled to true`)
    },
  },
]
