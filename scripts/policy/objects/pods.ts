// Would Kubernetes create the pods and volumes that the operator makes of a Cluster?
import { here, named, phrase, shown } from '../../findings/message.ts'
import { isLabelValue, isQualifiedName } from '../../kubernetes/label-selector.ts'
import type { RenderedObject } from '../../model.ts'
import { holdsSecret } from '../../secret/message.ts'
import { nearest } from '../../values/path.ts'
import { printed } from '../../values/printed.ts'
import type { Json, Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { listAt, plainAt, textAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule } from '../subject.ts'
import { claimMistakes, projectedMistakes, temporaryMistakes } from './pod-volumes.ts'
import type { PodMistake } from './pod-volumes.ts'
import { tolerationMistakes } from './tolerations.ts'

const mapAt = (plain: Json, path: Path): [key: string, value: Json][] => {
  const map = plainAt(plain, ...path)
  return isJsonMap(map) ? Object.entries(map) : []
}

/** A key or a value that was likely meant. */
const asLabel = (text: string): string =>
  text
    .trim()
    .replaceAll(/[^\w.-]+/g, '-')
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
    .slice(0, 63)

/** Labels that become those of pods, and the selector of their nodes, by kind. */
const labels: Readonly<Record<'Cluster' | 'Pooler', readonly Path[]>> = {
  Cluster: [
    ['spec', 'inheritedMetadata', 'labels'],
    ['spec', 'affinity', 'nodeSelector'],
  ],
  Pooler: [
    ['spec', 'template', 'metadata', 'labels'],
    ['spec', 'template', 'spec', 'nodeSelector'],
  ],
}
const annotations: Readonly<Record<'Cluster' | 'Pooler', Path>> = {
  Cluster: ['spec', 'inheritedMetadata', 'annotations'],
  Pooler: ['spec', 'template', 'metadata', 'annotations'],
}

const wrongKey = (path: Path, key: string, what: string): PodMistake => ({
  path: [...path, key],
  on: 'key',
  message: phrase`${shown(key)} is no key of ${what}: Kubernetes refuses each pod`,
  help: phrase`write letters, digits, -, . and _, with at most one prefix such as example.com/ before them`,
})

function* markMistakes(plain: Json, kind: 'Cluster' | 'Pooler'): Iterable<PodMistake> {
  for (const path of labels[kind])
    for (const [key, value] of mapAt(plain, path)) {
      const text = printed(value)
      if (/[${}<>]/.test(key)) continue
      if (!isQualifiedName(key)) yield wrongKey(path, key, 'a label')
      else if (!isLabelValue(text) && !/[${}<>]/.test(text)) {
        const likely = asLabel(text)
        yield {
          path: [...path, key],
          message: phrase`${here(key)} is ${shown(text)}, but a label has at most 63 letters, digits, -, . and _: Kubernetes refuses each pod`,
          help:
            path.at(-1) === 'labels' && isLabelValue(likely) && likely !== '' && !holdsSecret(text)
              ? phrase`write ${named(likely)}, or make it an annotation`
              : phrase`write a value that a label can have`,
        }
      }
    }
  for (const [key] of mapAt(plain, annotations[kind]))
    if (!/[${}<>]/.test(key) && !isQualifiedName(key.toLowerCase())) yield wrongKey(annotations[kind], key, 'an annotation')
}

function* profileMistakes(plain: Json): Iterable<PodMistake> {
  const path = ['spec', 'seccompProfile']
  const profile = plainAt(plain, ...path)
  if (!isJsonMap(profile)) return
  const type = textAt(profile, 'type') ?? ''
  const file = textAt(profile, 'localhostProfile') ?? ''
  if (type === 'Localhost' && file === '')
    yield {
      path: [...path, 'type'],
      message: phrase`${here('type')} is Localhost, but localhostProfile names no file: Kubernetes refuses each pod`,
      help: phrase`add localhostProfile with the file below the kubelet's folder seccomp, or write RuntimeDefault`,
    }
  else if (file !== '' && (type === 'RuntimeDefault' || type === 'Unconfined'))
    yield {
      path: [...path, 'localhostProfile'],
      message: phrase`${here('localhostProfile')} is set, but type is ${type}: Kubernetes refuses each pod`,
      help: phrase`write type: Localhost, or remove localhostProfile`,
    }
  else if (type !== '' && !['Localhost', 'RuntimeDefault', 'Unconfined'].includes(type))
    yield {
      path: [...path, 'type'],
      message: phrase`${here('type')} is ${shown(type)}, but must be Localhost, RuntimeDefault or Unconfined: Kubernetes refuses each pod`,
      help: phrase`write RuntimeDefault`,
    }
}

function* variableMistakes(plain: Json): Iterable<PodMistake> {
  for (const [index, variable] of listAt(plain, 'spec', 'env').entries()) {
    const text = textAt(variable, 'value') ?? ''
    if (text === '' || !isJsonMap(plainAt(variable, 'valueFrom'))) continue
    yield {
      path: ['spec', 'env', index, 'valueFrom'],
      on: 'key',
      message: phrase`variable ${named(textAt(variable, 'name'))} has value and valueFrom, but may have one: Kubernetes refuses each pod`,
      help: phrase`remove one of them`,
    }
  }
}

const whens = ['DoNotSchedule', 'ScheduleAnyway']

/** Where the specification of pods is in an object. */
const podSpecs: Readonly<Record<'Cluster' | 'Pooler', Path>> = { Cluster: ['spec'], Pooler: ['spec', 'template', 'spec'] }

function* spreadMistakes(plain: Json, spec = podSpecs.Cluster): Iterable<PodMistake> {
  const list = [...spec, 'topologySpreadConstraints']
  const pairs = new Set<string>()
  for (const [index, constraint] of listAt(plain, ...list).entries()) {
    const [key, when] = [textAt(constraint, 'topologyKey') ?? '', textAt(constraint, 'whenUnsatisfiable') ?? '']
    const skew = plainAt(constraint, 'maxSkew')
    if (typeof skew === 'number' && skew < 1)
      yield {
        path: [...list, index, 'maxSkew'],
        message: phrase`${here('maxSkew')} is ${skew}, but must be 1 or more: Kubernetes refuses each pod`,
        help: phrase`write 1`,
      }
    if (when !== '' && !whens.includes(when))
      yield {
        path: [...list, index, 'whenUnsatisfiable'],
        message: phrase`${here('whenUnsatisfiable')} is ${shown(when)}, but must be DoNotSchedule or ScheduleAnyway: Kubernetes refuses each pod`,
        help: phrase`write ${named(nearest(when, whens) ?? 'ScheduleAnyway')}`,
      }
    else if (when === 'ScheduleAnyway' && typeof plainAt(constraint, 'minDomains') === 'number')
      yield {
        path: [...list, index, 'minDomains'],
        message: phrase`${here('minDomains')} is for DoNotSchedule only, but whenUnsatisfiable is ScheduleAnyway: Kubernetes refuses each pod`,
        help: phrase`remove minDomains, or write whenUnsatisfiable: DoNotSchedule`,
      }
    const pair = `${key} ${when}`
    if (key !== '' && pairs.has(pair))
      yield {
        path: [...list, index, 'topologyKey'],
        message: phrase`${here('topologyKey')} is ${shown(key)} a second time with ${when}: Kubernetes refuses each pod`,
        help: phrase`remove one of the two constraints`,
      }
    pairs.add(pair)
  }
}

const operators = ['DoesNotExist', 'Exists', 'Gt', 'In', 'Lt', 'NotIn']
const words: ReadonlyMap<string, string> = new Map([
  ['=', 'In'],
  ['==', 'In'],
  ['!=', 'NotIn'],
  ['equal', 'In'],
  ['equals', 'In'],
  ['notequal', 'NotIn'],
  ['notexists', 'DoesNotExist'],
])

function* nodeMistakes(plain: Json, spec = podSpecs.Cluster): Iterable<PodMistake> {
  const affinity = [...spec, 'affinity', 'nodeAffinity']
  const required = [...affinity, 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms']
  const preferred = [...affinity, 'preferredDuringSchedulingIgnoredDuringExecution']
  const terms: Path[] = [
    ...[...listAt(plain, ...required).keys()].map((index) => [...required, index]),
    ...[...listAt(plain, ...preferred).keys()].map((index) => [...preferred, index, 'preference']),
  ]
  for (const term of terms)
    for (const [index, expression] of listAt(plain, ...term, 'matchExpressions').entries()) {
      const path = [...term, 'matchExpressions', index]
      const operator = textAt(expression, 'operator') ?? ''
      const values = listAt(expression, 'values').length
      if (operator !== '' && !operators.includes(operator)) {
        const meant = words.get(operator.toLowerCase()) ?? operators.find((one) => one.toLowerCase() === operator.toLowerCase())
        yield {
          path: [...path, 'operator'],
          message: phrase`${here('operator')} is ${shown(operator)}, but must be one of ${operators.join(', ')}: Kubernetes refuses each pod`,
          help: phrase`write ${named(meant ?? nearest(operator, operators) ?? 'In')}`,
        }
      } else if ((operator === 'In' || operator === 'NotIn') && values === 0)
        yield {
          path: [...path, 'operator'],
          message: phrase`${here('operator')} is ${operator}, but values are not set: Kubernetes refuses each pod`,
          help: phrase`add values, or write ${operator === 'In' ? 'Exists' : 'DoesNotExist'}`,
        }
      else if ((operator === 'Exists' || operator === 'DoesNotExist') && values > 0)
        yield {
          path: [...path, 'values'],
          on: 'key',
          message: phrase`values are set, but operator ${operator} takes none: Kubernetes refuses each pod`,
          help: phrase`remove values, or write operator: ${operator === 'Exists' ? 'In' : 'NotIn'}`,
        }
    }
}

const strategies = ['Recreate', 'RollingUpdate']

/** `ValidateDeploymentStrategy` of Kubernetes; the operator hands it on as it is (`getDeploymentStrategy`). */
function* strategyMistakes(plain: Json): Iterable<PodMistake> {
  const path = ['spec', 'deploymentStrategy']
  const type = textAt(plain, ...path, 'type') || 'RollingUpdate'
  const rolling = plainAt(plain, ...path, 'rollingUpdate')
  const isNone = (field: string): boolean => /^0%?$/.test(printed(plainAt(rolling, field) ?? null))
  if (!strategies.includes(type))
    yield {
      path: [...path, 'type'],
      message: phrase`${here('type')} is ${shown(type)}, but must be Recreate or RollingUpdate: Kubernetes refuses the Deployment`,
      help: phrase`write ${named(nearest(type, strategies) ?? (/rec/i.test(type) ? 'Recreate' : 'RollingUpdate'))}`,
    }
  else if (type === 'Recreate' && isJsonMap(rolling))
    yield {
      path: [...path, 'rollingUpdate'],
      on: 'key',
      message: phrase`${here('rollingUpdate')} is set, but type is Recreate: Kubernetes refuses the Deployment`,
      help: phrase`remove rollingUpdate, or write type: RollingUpdate`,
    }
  else if (isNone('maxUnavailable') && isNone('maxSurge'))
    yield {
      path: [...path, 'rollingUpdate', 'maxUnavailable'],
      message: phrase`${here('maxUnavailable')} is 0, and so is maxSurge, with which no pod is ever replaced: Kubernetes refuses the Deployment`,
      help: phrase`remove maxSurge (25% is the default)`,
    }
}

/** What may be wrong, by the field of a Cluster that it is in; most have few of them. */
const ofFields: readonly (readonly [field: string, mistakes: (plain: Json) => Iterable<PodMistake>])[] = [
  ['seccompProfile', profileMistakes],
  ['env', variableMistakes],
  ['topologySpreadConstraints', spreadMistakes],
  ['affinity', nodeMistakes],
  ['projectedVolumeTemplate', projectedMistakes],
  ['ephemeralVolumeSource', temporaryMistakes],
  ...['storage', 'walStorage', 'tablespaces'].map((field) => [field, (plain: Json) => claimMistakes(plain, field)] as const),
]

function* mistakesOf({ kind, plain }: RenderedObject): Iterable<PodMistake> {
  if (kind !== 'Cluster' && kind !== 'Pooler') return
  yield* markMistakes(plain, kind)
  if (kind === 'Pooler') {
    yield* strategyMistakes(plain)
    yield* tolerationMistakes(plain)
    yield* spreadMistakes(plain, podSpecs.Pooler)
    yield* nodeMistakes(plain, podSpecs.Pooler)
  }
  if (kind !== 'Cluster' || !isJsonMap(plain['spec'])) return
  for (const [field, mistakes] of ofFields) if (field in plain['spec']) yield* mistakes(plain)
}

export const pods: readonly ObjectRule[] = [
  {
    // Kubernetes 1.30 to 1.35, pkg/apis/core/validation: ValidateObjectMeta, ValidatePodSpec, ValidatePersistentVolumeClaimSpec; the CRDs of the
    // operator check none of it, and its reconciler gets the refusal each time again
    id: 'policy/pod-possible',
    severity: 'error',
    configurable: true,
    summary: 'Kubernetes accepts the pods, volumes and Deployments that the operator makes of a Cluster or Pooler',
    reads: [
      ['cluster', 'affinity'],
      ['cluster', 'env'],
      ['cluster', 'storage'],
      ['cluster', 'topologySpreadConstraints'],
    ],
    *check({ objects }): Iterable<ObjectFinding> {
      for (const object of objects)
        for (const { path, on, message, help } of mistakesOf(object))
          yield { object, message, places: [on === undefined ? { path } : { path, on }], help }
    },
  },
]
