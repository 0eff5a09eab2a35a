// Do the times of the primary lease leave room for renewals?
import { here, named, phrase } from '../../findings/message.ts'
import type { JsonMap } from '../../values/value.ts'
import type { Rule } from '../../findings/finding.ts'
import { refusal, withPlaces } from '../finding.ts'
import { mapAt, numberAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'
import { releases } from '../version.ts'

const base = ['spec', 'primaryLease'] as const
const defaults = { leaseDurationSeconds: 15, renewDeadlineSeconds: 10, retryPeriodSeconds: 2 } as const

function seconds(cluster: JsonMap, member: keyof typeof defaults): number {
  return numberAt(cluster, ...base, member) ?? defaults[member]
}

/** In the order of `validatePrimaryLease`. */
export const lease: readonly Rule<OperatorSubject>[] = [
  {
    id: 'lease/duration-over-deadline',
    severity: 'error',
    upstream: 'validatePrimaryLease',
    since: releases.minor30,
    summary: 'a lease lasts longer than the deadline to renew it',
    *check({ object }) {
      const [duration, deadline] = [seconds(object, 'leaseDurationSeconds'), seconds(object, 'renewDeadlineSeconds')]
      if (!mapAt(object, ...base) || duration > deadline) return
      const message = phrase`${here('leaseDurationSeconds')} is ${named(duration)}, but must be greater than renewDeadlineSeconds (${named(deadline)})`
      const finding = refusal([...base, 'leaseDurationSeconds'], message, phrase`raise it to ${deadline + 1} or more`)
      yield withPlaces(finding, { path: [...base, 'renewDeadlineSeconds'], label: phrase`renewDeadlineSeconds is ${named(deadline)}` })
    },
  },
  {
    id: 'lease/deadline-over-retries',
    severity: 'error',
    upstream: 'validatePrimaryLease',
    since: releases.minor30,
    summary: 'the deadline to renew a lease is longer than 1.2 retry periods',
    *check({ object }) {
      const [deadline, retry] = [seconds(object, 'renewDeadlineSeconds'), seconds(object, 'retryPeriodSeconds')]
      // integers, since 1.2 is not exact in floating point
      if (!mapAt(object, ...base) || 5 * deadline > 6 * retry) return
      const message = phrase`${here('renewDeadlineSeconds')} is ${named(deadline)}, but must be greater than 1.2 times retryPeriodSeconds (${named(retry)})`
      const finding = refusal([...base, 'renewDeadlineSeconds'], message, phrase`raise it to ${Math.floor((6 * retry) / 5) + 1} or more`)
      yield withPlaces(finding, { path: [...base, 'retryPeriodSeconds'], label: phrase`retryPeriodSeconds is ${named(retry)}` })
    },
  },
]
