// Can pods of this cluster be scheduled and started as specified?
import { here, phrase, shown } from '../../findings/message.ts'
import { isLabelValue, isQualifiedName } from '../../kubernetes/label-selector.ts'
import type { Finding, Message, Rule } from '../../findings/finding.ts'
import type { JsonMap, Path } from '../../values/value.ts'
import { refusal, withPlaces } from '../finding.ts'
import { itemsAt, jsonAt, mapAt, stringAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'
import { releases } from '../version.ts'

const tolerations = ['spec', 'affinity', 'tolerations'] as const
const effects = ['NoExecute', 'NoSchedule', 'PreferNoSchedule']
const operators = ['', 'Equal', 'Exists']
const reservedNames = new Set(['POD_NAME', 'NAMESPACE', 'CLUSTER_NAME'])

/** An error about one member of a toleration; the operator names the list in the singular. */
function tolerationError(place: Path, reported: Path, [message, help]: readonly [Message, Message]) {
  const finding = refusal(['spec', 'affinity', 'toleration', ...reported], message, help)
  return { ...finding, places: [{ path: [...tolerations, ...place] }] as const }
}

/** The names that the operator sets in its pods. Reproduces `isReservedEnvironmentVariable`. */
export function isReservedVariable(name: string): boolean {
  const upper = name.toUpperCase()
  return upper.startsWith('CNPG_') || upper.startsWith('PG') || reservedNames.has(upper)
}

function* eachToleration(cluster: JsonMap, judge: (item: JsonMap, index: number) => Finding | undefined) {
  for (const [index, item] of itemsAt(cluster, ...tolerations)) {
    const finding = judge(item, index)
    if (finding) yield finding
  }
}

/** In the order of `validateTolerations`. */
export const tolerationRules: readonly Rule<OperatorSubject>[] = [
  {
    id: 'affinity/toleration-key',
    severity: 'error',
    upstream: 'validateTolerations',
    summary: 'the key of a toleration is a label name',
    check: ({ object }) =>
      eachToleration(object, (item, index) => {
        const key = stringAt(item, 'key')
        if (key === '' || isQualifiedName(key)) return undefined
        const message = phrase`${here('the toleration key')} is ${shown(key)}, but must be a label name`
        return tolerationError([index, 'key'], [index, 'key'], [message, phrase`copy the key of the taint`])
      }),
  },
  {
    id: 'affinity/toleration-without-key-exists',
    severity: 'error',
    upstream: 'validateTolerations',
    summary: 'a toleration without a key has the operator Exists',
    check: ({ object }) =>
      eachToleration(object, (item, index) => {
        if (stringAt(item, 'key') !== '' || stringAt(item, 'operator') === 'Exists') return undefined
        const message = phrase`${here('the operator')} is ${shown(stringAt(item, 'operator'))}, but a toleration without a key must have Exists`
        return tolerationError([index], [index, 'operator'], [message, phrase`set operator to Exists, or give a key`])
      }),
  },
  {
    id: 'affinity/toleration-seconds-no-execute',
    severity: 'error',
    upstream: 'validateTolerations',
    summary: 'tolerationSeconds comes with the effect NoExecute',
    check: ({ object }) =>
      eachToleration(object, (item, index) => {
        const effect = stringAt(item, 'effect')
        if (jsonAt(item, 'tolerationSeconds') === undefined || effect === 'NoExecute') return undefined
        const message = phrase`${here('the effect')} is ${shown(effect)}, but must be NoExecute with tolerationSeconds`
        return tolerationError([index, 'tolerationSeconds'], [index, 'effect'], [message, phrase`set effect to NoExecute`])
      }),
  },
  {
    id: 'affinity/toleration-value',
    severity: 'error',
    upstream: 'validateTolerations',
    summary: 'the value of a toleration is a label value',
    check: ({ object }) =>
      eachToleration(object, (item, index) => {
        const value = stringAt(item, 'value')
        if (!['', 'Equal'].includes(stringAt(item, 'operator')) || isLabelValue(value)) return undefined
        const message = phrase`${here('the toleration value')} is ${shown(value)}, but must be a label value`
        return tolerationError([index, 'value'], [index, 'operator'], [message, phrase`copy the value of the taint`])
      }),
  },
  {
    id: 'affinity/toleration-exists-without-value',
    severity: 'error',
    upstream: 'validateTolerations',
    summary: 'a toleration with the operator Exists has no value',
    check: ({ object }) =>
      eachToleration(object, (item, index) => {
        const value = stringAt(item, 'value')
        if (stringAt(item, 'operator') !== 'Exists' || value === '') return undefined
        const message = phrase`${here('the toleration value')} is ${shown(value)}, but must be empty with the operator Exists`
        return tolerationError([index, 'value'], [index, 'operator'], [message, phrase`remove value, or use Equal`])
      }),
  },
  {
    id: 'affinity/toleration-operator',
    severity: 'error',
    upstream: 'validateTolerations',
    summary: 'the operator of a toleration is Equal or Exists',
    check: ({ object }) =>
      eachToleration(object, (item, index) => {
        const operator = stringAt(item, 'operator')
        if (operators.includes(operator)) return undefined
        const message = phrase`${here('the toleration operator')} is ${shown(operator)}, but must be Equal or Exists`
        const finding = tolerationError([index, 'operator'], [index, 'operator'], [message, phrase`use Equal or Exists`])
        return { ...finding, type: 'FieldValueNotSupported' }
      }),
  },
  {
    id: 'affinity/toleration-effect',
    severity: 'error',
    upstream: 'validateTaintEffect',
    summary: 'the effect of a toleration is one that Kubernetes knows',
    check: ({ object }) =>
      eachToleration(object, (item, index) => {
        const effect = stringAt(item, 'effect')
        if (effect === '' || effects.includes(effect)) return undefined
        const message = phrase`${here('the toleration effect')} is ${shown(effect)}, but must be ${effects.join(', ')}`
        const finding = tolerationError([index, 'effect'], [index, 'effect'], [message, phrase`copy the effect of the taint`])
        return { ...finding, type: 'FieldValueNotSupported' }
      }),
  },
]

export const antiAffinity: readonly Rule<OperatorSubject>[] = [
  {
    id: 'affinity/pod-anti-affinity-type',
    severity: 'error',
    upstream: 'validateAntiAffinity',
    summary: 'podAntiAffinityType is preferred or required',
    *check({ object }) {
      const path = ['spec', 'affinity', 'podAntiAffinityType']
      const type = stringAt(object, ...path)
      if (['', 'preferred', 'required'].includes(type)) return
      yield refusal(
        path,
        phrase`${here('podAntiAffinityType')} is ${shown(type)}, but must be preferred or required`,
        phrase`use preferred or required`,
      )
    },
  },
]

export const environment: readonly Rule<OperatorSubject>[] = [
  {
    id: 'environment/not-reserved',
    severity: 'error',
    upstream: 'validateEnv',
    summary: 'no environment variable has a name that the operator uses',
    *check({ object }) {
      for (const [index, item] of itemsAt(object, 'spec', 'env')) {
        const name = stringAt(item, 'name')
        if (!isReservedVariable(name)) continue
        const message = phrase`env has ${shown(name)}, but the operator reserves this name`
        const finding = refusal(['spec', 'env', index, 'name'], message, phrase`rename the variable, or remove it`)
        yield { ...finding, field: `spec.postgresql.env[${index}].name` }
      }
    },
  },
]

export const serviceAccount: readonly Rule<OperatorSubject>[] = [
  {
    id: 'service-account/name-or-template',
    severity: 'error',
    upstream: 'validateServiceAccountConfig',
    since: releases.minor29,
    summary: 'serviceAccountName is not combined with serviceAccountTemplate',
    *check({ object }) {
      const name = stringAt(object, 'spec', 'serviceAccountName')
      if (name === '' || !mapAt(object, 'spec', 'serviceAccountTemplate')) return
      const message = phrase`${here('serviceAccountName')} is ${shown(name)}, but must not be set together with serviceAccountTemplate`
      const finding = refusal(['spec', 'serviceAccountName'], message, phrase`remove one of the two`)
      yield withPlaces(finding, { path: ['spec', 'serviceAccountTemplate'], label: phrase`the template`, on: 'key' })
    },
  },
]
