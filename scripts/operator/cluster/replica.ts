// Is a replica cluster, or its promotion, well-formed?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { Finding, Rule } from '../../findings/finding.ts'
import type { JsonMap } from '../../values/value.ts'
import { externalClusterNames, hasExternalCluster, isReplica } from './cluster.ts'
import { refusal, withPlaces } from '../finding.ts'
import { promotionTokenProblem } from './promotion-token.ts'
import { booleanAt, jsonAt, mapAt, stringAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'
import { reached, releases } from '../version.ts'

const replica = ['spec', 'replica'] as const

function* unknownCluster(cluster: JsonMap, member: string, reported: string): Iterable<Finding> {
  const name = stringAt(cluster, ...replica, member)
  if (hasExternalCluster(cluster, name)) return
  const message = phrase`${here(`replica.${member}`)} is ${shown(name)}, but must name an external cluster`
  const finding = refusal([...replica, member], message, phrase`use ${externalClusterNames(cluster)}`)
  yield { ...finding, field: `spec.replicaCluster.${reported}` }
}

/** The first problem of a promotion token, since the operator stops there; undefined: none. */
function tokenProblem(cluster: JsonMap): 'delay' | 'replica' | 'format' | 'content' | undefined {
  const token = stringAt(cluster, ...replica, 'promotionToken')
  if (token === '') return undefined
  if (jsonAt(cluster, ...replica, 'minApplyDelay') !== undefined) return 'delay'
  return isReplica(cluster) ? 'replica' : promotionTokenProblem(token)
}

/** In the order of `validateReplicaMode`. */
export const replicaMode: readonly Rule<OperatorSubject>[] = [
  {
    id: 'replica/enabled-without-primary',
    severity: 'error',
    upstream: 'validateReplicaMode',
    summary: 'replica.enabled is not set together with replica.primary',
    *check({ object, operator }) {
      const enabled = booleanAt(object, ...replica, 'enabled')
      const primary = stringAt(object, ...replica, 'primary')
      if (enabled === undefined || primary === '') return
      const message = phrase`${here('replica.primary')} is ${shown(primary)}, but must not be set together with replica.enabled`
      const finding = refusal([...replica, 'primary'], message, phrase`remove replica.primary: the cluster chart always prints enabled`)
      const others = withPlaces(finding, { path: [...replica, 'enabled'], label: phrase`replica.enabled is ${named(enabled)}` })
      const type = reached(operator, releases.minor30) ? 'FieldValueForbidden' : 'FieldValueInvalid'
      yield { ...others, field: 'spec.replicaCluster.enabled', type }
    },
  },
  {
    id: 'replica/bootstrap-set',
    severity: 'error',
    upstream: 'validateReplicaMode',
    summary: 'a replica cluster defines how it is bootstrapped',
    *check({ object }) {
      if (!isReplica(object) || mapAt(object, 'spec', 'bootstrap')) return
      const message = phrase`${here('bootstrap')} is not set, but a replica cluster must have pg_basebackup or recovery`
      yield { ...refusal(['spec', 'bootstrap'], message, phrase`add bootstrap.pg_basebackup with a source`), type: 'FieldValueRequired' }
    },
  },
  {
    id: 'replica/bootstrap-method',
    severity: 'error',
    upstream: 'validateReplicaMode',
    summary: 'a new replica cluster is bootstrapped with pg_basebackup or recovery',
    *check({ object, old }) {
      const bootstrap = mapAt(object, 'spec', 'bootstrap')
      // an existing object has a resource version; its bootstrap no longer matters
      if (!bootstrap || !isReplica(object) || old || stringAt(object, 'metadata', 'resourceVersion') !== '') return
      if (mapAt(bootstrap, 'pg_basebackup') || mapAt(bootstrap, 'recovery')) return
      const message = phrase`bootstrap has initdb, but a replica cluster must start with pg_basebackup or recovery`
      const finding = refusal(['spec', 'bootstrap'], message, phrase`add bootstrap.pg_basebackup or bootstrap.recovery with a source`)
      yield {
        ...withPlaces(finding, { path: replica, label: phrase`this makes it a replica cluster`, on: 'key' }),
        field: 'spec.replicaCluster',
      }
    },
  },
  {
    id: 'replica/source-known',
    severity: 'error',
    upstream: 'validateReplicaClusterExternalClusters',
    summary: 'replica.source names an external cluster',
    *check({ object }) {
      if (mapAt(object, ...replica)) yield* unknownCluster(object, 'source', 'primaryServerName')
    },
  },
  {
    id: 'replica/self-known',
    severity: 'error',
    upstream: 'validateReplicaClusterExternalClusters',
    summary: 'replica.self names an external cluster',
    *check({ object }) {
      if (stringAt(object, ...replica, 'self') !== '') yield* unknownCluster(object, 'self', 'self')
    },
  },
  {
    id: 'replica/primary-known',
    severity: 'error',
    upstream: 'validateReplicaClusterExternalClusters',
    summary: 'replica.primary names an external cluster',
    *check({ object }) {
      if (stringAt(object, ...replica, 'primary') !== '') yield* unknownCluster(object, 'primary', 'primary')
    },
  },
]

/** In the order of `validatePromotionToken`. */
export const promotion: readonly Rule<OperatorSubject>[] = [
  {
    id: 'replica/promotion-without-delay',
    severity: 'error',
    upstream: 'validatePromotionToken',
    summary: 'a promotion token is not combined with minApplyDelay',
    *check({ object }) {
      if (tokenProblem(object) !== 'delay') return
      const message = phrase`${here('replica.minApplyDelay')} is set, but must not be with a promotion token`
      const finding = refusal([...replica, 'minApplyDelay'], message, phrase`remove minApplyDelay`)
      const others = withPlaces(finding, { path: [...replica, 'promotionToken'], label: phrase`the promotion token`, on: 'key' })
      yield { ...others, field: 'spec.replicaCluster.minApplyDelay' }
    },
  },
  {
    id: 'replica/promotion-of-primary-only',
    severity: 'error',
    upstream: 'validatePromotionToken',
    summary: 'a promotion token is given to a cluster that becomes the primary',
    *check({ object }) {
      if (tokenProblem(object) !== 'replica') return
      const message = phrase`${here('replica.promotionToken')} is set, but this is still a replica cluster`
      const finding = refusal([...replica, 'promotionToken'], message, phrase`make this cluster the primary, or remove the token`)
      yield { ...finding, field: 'spec.replicaCluster.token' }
    },
  },
  {
    id: 'replica/promotion-token-format',
    severity: 'error',
    upstream: 'validatePromotionToken',
    summary: 'a promotion token is base64 of a JSON object',
    *check({ object }) {
      if (tokenProblem(object) !== 'format') return
      const message = phrase`${here('replica.promotionToken')} is not base64 of JSON, but must be copied as the demoted cluster shows it`
      const help = phrase`copy status.demotionToken of the demoted cluster, with its padding`
      yield { ...refusal([...replica, 'promotionToken'], message, help), field: 'spec.replicaCluster.token' }
    },
  },
  {
    id: 'replica/promotion-token-content',
    severity: 'error',
    upstream: 'validatePromotionToken',
    summary: 'a promotion token has all its members',
    *check({ object }) {
      if (tokenProblem(object) !== 'content') return
      const message = phrase`replica.promotionToken lacks members, but must be copied as the demoted cluster shows it`
      const help = phrase`copy status.demotionToken of the demoted cluster again`
      yield { ...refusal([...replica, 'promotionToken'], message, help), field: 'spec.replicaCluster.token' }
    },
  },
]
