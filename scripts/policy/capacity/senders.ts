// Can all standbys of a Cluster follow their primary, and enough of them confirm?
import { here, named, phrase } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import type { Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { likelyMajorOf } from '../../operator/major.ts'
import { parsePostgresBoolean } from '../../operator/go-text.ts'
import { printed } from '../../values/printed.ts'
import { instancesIn, listAt, objectsOf, plainAt, textAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule } from '../subject.ts'

const parameters: Path = ['spec', 'postgresql', 'parameters']

/** A whole number that is written; undefined: the operator's default, or none. */
function numberOf({ plain }: RenderedObject, parameter: string): number | undefined {
  const text = printed(plainAt(plain, ...parameters, parameter) ?? '').trim()
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined
}

/** Parameters with their defaults: that of PostgreSQL, and the one that the operator sets. */
const ofSenders = ['max_wal_senders', 10] as const
const ofSlots = ['max_replication_slots', 32] as const

function* tooFew(object: RenderedObject): Iterable<ObjectFinding> {
  const standbys = (instancesIn(object) ?? 1) - 1
  if (standbys < 1) return
  const slots = plainAt(object.plain, 'spec', 'replicationSlots', 'highAvailability', 'enabled')
  for (const [parameter, preset] of slots === false ? [ofSenders] : [ofSenders, ofSlots]) {
    const given = numberOf(object, parameter)
    if (given === undefined || given >= standbys) continue
    yield {
      object,
      message: phrase`${here(parameter)} is ${given}, but ${standbys} standbys each need one: ${standbys - given} of them can't follow the primary`,
      places: [{ path: [...parameters, parameter] }, { path: ['spec', 'instances'], label: phrase`the standbys are asked for here` }],
      help:
        standbys < preset
          ? phrase`remove it: the default is ${preset}; a clone and a backup need some, too`
          : phrase`write ${named(String(standbys))} or more; a clone and a backup need some, too`,
    }
  }
}

const synchronous: Path = ['spec', 'postgresql', 'synchronous']

function* tooFewNames(object: RenderedObject): Iterable<ObjectFinding> {
  const given = plainAt(object.plain, ...synchronous)
  const [number, cap] = [plainAt(given, 'number'), plainAt(given, 'maxStandbyNamesFromCluster')]
  if (!isJsonMap(given) || typeof number !== 'number' || typeof cap !== 'number' || cap < 0) return
  const others = listAt(given, 'standbyNamesPre').length + listAt(given, 'standbyNamesPost').length
  const isPreferred = textAt(given, 'dataDurability') === 'preferred'
  // the operator's own rule looks at the instances
  if (cap + others >= number || (isPreferred && cap > 0)) return
  yield {
    object,
    message: isPreferred
      ? phrase`${here('maxStandbyNamesFromCluster')} is 0, so that no standby is synchronous`
      : phrase`${here('maxStandbyNamesFromCluster')} names ${cap + others} standbys, but ${number} must confirm: each commit waits for ever`,
    places: [
      { path: [...synchronous, 'maxStandbyNamesFromCluster'] },
      { path: [...synchronous, 'number'], label: phrase`so many must confirm` },
    ],
    help: phrase`remove it, or write ${named(String(number))} or more`,
  }
}

const isOn = ({ plain }: RenderedObject, parameter: string): boolean =>
  parsePostgresBoolean(printed(plainAt(plain, ...parameters, parameter) ?? '')) === true

function* unsynchronized(object: RenderedObject): Iterable<ObjectFinding> {
  const major = likelyMajorOf(object.plain)
  const slots = plainAt(object.plain, 'spec', 'replicationSlots', 'highAvailability')
  // with synchronizeLogicalDecoding the operator says it itself
  if (major === undefined || major < 17 || instancesIn(object) === 1 || plainAt(slots, 'synchronizeLogicalDecoding') === true) return
  if (!isOn(object, 'sync_replication_slots') || isOn(object, 'hot_standby_feedback')) return
  yield {
    object,
    message: phrase`${here('sync_replication_slots')} is on, but hot_standby_feedback is off: no slot is ever synchronized`,
    places: [{ path: [...parameters, 'sync_replication_slots'] }],
    help: phrase`add hot_standby_feedback: "on", and replicationSlots.highAvailability.synchronizeLogicalDecoding: true`,
  }
}

export const senders: readonly ObjectRule[] = [
  {
    // PostgreSQL 17, 19.6: a standby takes one of max_wal_senders and, with high availability by slots, one of max_replication_slots
    id: 'policy/standbys-connect',
    severity: 'error',
    configurable: true,
    summary: 'the primary has a WAL sender and a replication slot for each standby',
    reads: [
      ['cluster', 'postgresql', 'parameters'],
      ['cluster', 'instances'],
    ],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster')) yield* tooFew(cluster)
    },
  },
  {
    // `explicitSynchronousStandbyNames` of CloudNativePG 1.27 to 1.30 cuts the names off, and names `<cluster>-placeholder` where none is left
    id: 'policy/synchronous-names-suffice',
    severity: 'error',
    configurable: true,
    upstream: 'explicitSynchronousStandbyNamesDataDurabilityRequired',
    summary: 'as many standbys are named as synchronous ones as must confirm a commit',
    reads: [['cluster', 'postgresql', 'synchronous']],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster')) yield* tooFewNames(cluster)
    },
  },
  {
    // PostgreSQL 17 and 18, ValidateSlotSyncParams: "replication slot synchronization requires \"hot_standby_feedback\" to be enabled" (cnpg#5917)
    id: 'policy/slots-synchronize',
    severity: 'warning',
    configurable: true,
    summary: 'standbys that are to synchronize logical slots send feedback, without which they do not',
    reads: [['cluster', 'postgresql', 'parameters']],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster')) yield* unsynchronized(cluster)
    },
  },
]
