// Do the numbers of synchronous replicas and the failover quorum match the instances?
import { here, named, phrase, shown } from '../../findings/message.ts'
import { parseGoBoolean } from '../go-text.ts'
import type { Finding, Rule } from '../../findings/finding.ts'
import type { JsonMap } from '../../values/value.ts'
import { instancesOf } from './cluster.ts'
import { refusal, withPlaces } from '../finding.ts'
import { annotationAt, booleanAt, listAt, mapAt, numberAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'
import { reached, releases } from '../version.ts'

const synchronous = ['spec', 'postgresql', 'synchronous'] as const
const quorumAnnotation = 'alpha.cnpg.io/failoverQuorum'

function* negative(cluster: JsonMap, name: string): Iterable<Finding> {
  const value = numberAt(cluster, 'spec', name) ?? 0
  if (value < 0)
    yield refusal(['spec', name], phrase`${here(name)} is ${named(value)}, but must be 0 or more`, phrase`set ${named(name)} to 0`)
}

function standbyNames(cluster: JsonMap): number {
  const count = (list: string) => listAt(cluster, ...synchronous, list)?.length ?? 0
  return count('standbyNamesPre') + count('standbyNamesPost')
}

/** The annotation as a boolean; undefined: absent or unreadable. */
function quorumByAnnotation(cluster: JsonMap): boolean | undefined {
  return parseGoBoolean(annotationAt(cluster, quorumAnnotation) ?? '')
}

function isQuorumActive(cluster: JsonMap, operator: string): boolean {
  if (!reached(operator, releases.december2025)) return quorumByAnnotation(cluster) === true
  return booleanAt(cluster, ...synchronous, 'failoverQuorum') === true
}

/** `validateMinSyncReplicas` and `validateMaxSyncReplicas`. */
export const legacySynchronous: readonly Rule<OperatorSubject>[] = [
  {
    id: 'replication/min-sync-replicas-not-negative',
    severity: 'error',
    upstream: 'validateMinSyncReplicas',
    summary: 'minSyncReplicas is 0 or more',
    check: ({ object }) => negative(object, 'minSyncReplicas'),
  },
  {
    id: 'replication/min-sync-replicas-below-max',
    severity: 'error',
    upstream: 'validateMinSyncReplicas',
    summary: 'minSyncReplicas is not greater than maxSyncReplicas',
    *check({ object }) {
      const min = numberAt(object, 'spec', 'minSyncReplicas') ?? 0
      const max = numberAt(object, 'spec', 'maxSyncReplicas') ?? 0
      if (min <= max) return
      const message = phrase`${here('minSyncReplicas')} is ${named(min)}, but must not be greater than maxSyncReplicas (${named(max)})`
      const finding = refusal(
        ['spec', 'minSyncReplicas'],
        message,
        phrase`raise maxSyncReplicas to ${named(min)}, or lower minSyncReplicas to ${named(max)}`,
      )
      yield withPlaces(finding, { path: ['spec', 'maxSyncReplicas'], label: phrase`maxSyncReplicas is ${named(max)}` })
    },
  },
  {
    id: 'replication/max-sync-replicas-not-negative',
    severity: 'error',
    upstream: 'validateMaxSyncReplicas',
    summary: 'maxSyncReplicas is 0 or more',
    check: ({ object }) => negative(object, 'maxSyncReplicas'),
  },
  {
    id: 'replication/max-sync-replicas-below-instances',
    severity: 'error',
    upstream: 'validateMaxSyncReplicas',
    summary: 'maxSyncReplicas is lower than instances',
    *check({ object }) {
      const max = numberAt(object, 'spec', 'maxSyncReplicas') ?? 0
      const instances = instancesOf(object)
      if (max < instances) return
      const message = phrase`${here('maxSyncReplicas')} is ${named(max)}, but must be lower than instances (${named(instances)})`
      const finding = refusal(['spec', 'maxSyncReplicas'], message, phrase`lower it to ${instances - 1}, or raise instances to ${max + 1}`)
      yield withPlaces(finding, { path: ['spec', 'instances'], label: phrase`instances is ${named(instances)}` })
    },
  },
]

/** `validateSynchronousReplicaConfiguration` and `validateFailoverQuorum`. */
export const replication: readonly Rule<OperatorSubject>[] = [
  {
    id: 'replication/synchronous-number-below-standbys',
    severity: 'error',
    upstream: 'validateSynchronousReplicaConfiguration',
    needs: synchronous,
    summary: 'the number of synchronous standbys is lower than the instances and named standbys together',
    *check({ object }) {
      if (!mapAt(object, ...synchronous)) return
      const number = numberAt(object, ...synchronous, 'number') ?? 0
      const available = instancesOf(object) + standbyNames(object)
      if (number < available) return
      const message = phrase`${here('synchronous.number')} is ${named(number)}, but must be lower than instances and named standbys (${named(available)})`
      const finding = refusal(
        [...synchronous, 'number'],
        message,
        available > 1
          ? phrase`lower number to ${available - 1}, or raise instances`
          : phrase`raise instances to ${number + 1}, or remove synchronous`,
      )
      const others = withPlaces(finding, { path: ['spec', 'instances'], label: phrase`instances is ${instancesOf(object)}` })
      yield { ...others, field: synchronous.join('.') }
    },
  },
  {
    id: 'replication/failover-quorum-annotation-boolean',
    severity: 'error',
    upstream: 'validateFailoverQuorumAlphaAnnotation',
    needs: ['metadata', 'annotations', quorumAnnotation],
    summary: 'the annotation alpha.cnpg.io/failoverQuorum is a boolean',
    *check({ object, operator }) {
      const value = annotationAt(object, quorumAnnotation)
      if (value === undefined || parseGoBoolean(value) !== undefined) return
      if (value === '' && !reached(operator, releases.december2025)) return
      const message = phrase`${here(quorumAnnotation)} is ${shown(value)}, but must be true or false`
      yield refusal(['metadata', 'annotations', quorumAnnotation], message, phrase`write "true" or "false"`)
    },
  },
  {
    id: 'replication/failover-quorum-needs-synchronous',
    severity: 'error',
    upstream: 'validateFailoverQuorumAlphaAnnotation',
    needs: ['metadata', 'annotations', quorumAnnotation],
    summary: 'a failover quorum needs synchronous replication',
    *check({ object }) {
      if (quorumByAnnotation(object) !== true || mapAt(object, ...synchronous)) return
      const message = phrase`${here(quorumAnnotation)} is true, but postgresql.synchronous is not set`
      const finding = refusal(['metadata', 'annotations', quorumAnnotation], message, phrase`add postgresql.synchronous`)
      yield { ...finding, field: synchronous.join('.'), type: 'FieldValueRequired' }
    },
  },
  {
    id: 'replication/failover-quorum-number',
    severity: 'error',
    upstream: 'validateFailoverQuorum',
    needs: synchronous,
    summary: 'with a failover quorum, more standbys are synchronous than are named outside the cluster',
    *check({ object, operator }) {
      if (!mapAt(object, ...synchronous) || !isQuorumActive(object, operator)) return
      const number = numberAt(object, ...synchronous, 'number') ?? 0
      const standbys = standbyNames(object)
      if (number > standbys) return
      const message = phrase`${here('synchronous.number')} is ${named(number)}, but must be greater than the ${named(standbys)} named standbys for a quorum`
      const finding = refusal([...synchronous, 'number'], message, phrase`raise number to ${standbys + 1}`)
      yield { ...finding, field: synchronous.join('.') }
    },
  },
]
