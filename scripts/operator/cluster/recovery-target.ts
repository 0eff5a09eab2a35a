// Is the point at which the recovery should stop well-formed?
import { here, named, phrase, shown } from '../../findings/message.ts'
import { byteLength } from '../../kubernetes/dns-name.ts'
import { isLogSequenceNumber, parseGoInteger } from '../go-text.ts'
import type { JsonMap } from '../../values/value.ts'
import type { Rule } from '../../findings/finding.ts'
import { isTargetTime } from './target-time.ts'
import { refusal, withPlaces } from '../finding.ts'
import { jsonAt, mapAt, stringAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'
import { releases } from '../version.ts'

const target = ['spec', 'bootstrap', 'recovery', 'recoveryTarget'] as const
const field = target.join('.')
// PostgreSQL keeps 63 bytes of a restore point's name
const nameLimit = 64

function targetsOf(cluster: JsonMap): string[] {
  const texts = ['targetLSN', 'targetName', 'targetXID', 'targetTime'].filter((name) => stringAt(cluster, ...target, name) !== '')
  return jsonAt(cluster, ...target, 'targetImmediate') === undefined ? texts : ['targetImmediate', ...texts]
}

/** In the order of `validateRecoveryTarget`. */
export const recoveryTarget: readonly Rule<OperatorSubject>[] = [
  {
    id: 'recovery-target/one-target',
    severity: 'error',
    upstream: 'validateTargetExclusiveness',
    summary: 'a recovery has at most one target',
    *check({ object }) {
      const [first = '', second, ...more] = targetsOf(object)
      if (second === undefined) return
      const message = phrase`recoveryTarget has ${more.length + 2} targets (${named(first)}, ${named(second)}${more.length > 0 ? ', …' : ''}), but must have one`
      const finding = refusal([...target, second], message, phrase`remove ${named(second)} or ${named(first)}`)
      yield { ...withPlaces(finding, { path: [...target, first], label: phrase`${named(first)} is here` }), field }
    },
  },
  {
    id: 'recovery-target/time-format',
    severity: 'error',
    upstream: 'validateRecoveryTarget',
    summary: 'targetTime is a timestamp',
    *check({ object }) {
      const time = stringAt(object, ...target, 'targetTime')
      if (time === '' || isTargetTime(time)) return
      const message = phrase`${here('targetTime')} is ${shown(time)}, but must be a PostgreSQL or RFC 3339 timestamp`
      yield { ...refusal([...target, 'targetTime'], message, phrase`write it as 2026-01-31 12:00:00+00:00`), field }
    },
  },
  {
    id: 'recovery-target/lsn-format',
    severity: 'error',
    upstream: 'validateRecoveryTarget',
    summary: 'targetLSN is a log sequence number',
    *check({ object }) {
      const lsn = stringAt(object, ...target, 'targetLSN')
      if (lsn === '' || isLogSequenceNumber(lsn)) return
      const message = phrase`${here('targetLSN')} is ${shown(lsn)}, but must be two hexadecimal numbers around a slash`
      yield { ...refusal([...target, 'targetLSN'], message, phrase`write it as 0/16B3748`), field }
    },
  },
  {
    id: 'recovery-target/xid-range',
    severity: 'error',
    upstream: 'validateRecoveryTarget',
    since: releases.may2026,
    summary: 'targetXID is a transaction id',
    *check({ object }) {
      const xid = stringAt(object, ...target, 'targetXID')
      if (xid === '' || (/^[0-9]+$/.test(xid) && BigInt(xid) < 2n ** 32n)) return
      const message = phrase`${here('targetXID')} is ${shown(xid)}, but must be a number from 0 to 4294967295`
      yield refusal([...target, 'targetXID'], message, phrase`write the transaction id in decimal digits only`)
    },
  },
  {
    id: 'recovery-target/name-length',
    severity: 'error',
    upstream: 'validateRecoveryTarget',
    since: releases.may2026,
    summary: 'targetName is shorter than 64 bytes',
    *check({ object }) {
      const length = byteLength(stringAt(object, ...target, 'targetName'))
      if (length < nameLimit) return
      const message = phrase`targetName has ${named(length)} bytes, but must have at most ${nameLimit - 1}`
      yield refusal([...target, 'targetName'], message, phrase`use the name given to pg_create_restore_point`)
    },
  },
  {
    id: 'recovery-target/name-printable',
    severity: 'error',
    upstream: 'validateRecoveryTarget',
    since: releases.may2026,
    summary: 'targetName has no control characters',
    *check({ object }) {
      const name = stringAt(object, ...target, 'targetName')
      // eslint-disable-next-line no-control-regex
      if (!/[\u0000-\u001f\u007f]/.test(name)) return
      const message = phrase`${here('targetName')} is ${shown(name)}, but must have no control characters`
      yield refusal([...target, 'targetName'], message, phrase`remove tabs and line breaks from the name`)
    },
  },
  {
    id: 'recovery-target/backup-id-set',
    severity: 'error',
    upstream: 'validateRecoveryTarget',
    summary: 'a target without a time names the backup to start from',
    *check({ object }) {
      const needing = targetsOf(object).find((name) => ['targetImmediate', 'targetName', 'targetXID'].includes(name))
      if (needing === undefined || mapAt(object, 'spec', 'bootstrap', 'recovery', 'volumeSnapshots')) return
      if (stringAt(object, ...target, 'backupID') !== '') return
      const message = phrase`${here('recoveryTarget.backupID')} is empty, but must be set, since ${named(needing)} is set`
      const finding = refusal([...target, 'backupID'], message, phrase`set backupID to the id of a base backup before the target`)
      const others = withPlaces(finding, { path: [...target, needing], label: phrase`${named(needing)} is set here` })
      yield { ...others, field, type: 'FieldValueRequired' }
    },
  },
  {
    id: 'recovery-target/timeline',
    severity: 'error',
    upstream: 'validateRecoveryTarget',
    summary: 'targetTLI is latest or a positive number',
    *check({ object }) {
      const timeline = stringAt(object, ...target, 'targetTLI')
      if (timeline === '' || timeline === 'latest' || (parseGoInteger(timeline) ?? 0n) >= 1n) return
      const message = phrase`${here('targetTLI')} is ${shown(timeline)}, but must be latest or a number from 1`
      yield refusal([...target, 'targetTLI'], message, phrase`write latest`)
    },
  },
]
