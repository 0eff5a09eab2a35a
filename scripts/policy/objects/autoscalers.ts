// Can an autoscaler scale what it names, and does the operator let it?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { Message } from '../../findings/finding.ts'
import type { RenderedObject } from '../../model.ts'
import { reached, releases } from '../../operator/version.ts'
import type { Path } from '../../values/value.ts'
import { objectsOf, plainAt, textAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule, ObjectsSubject } from '../subject.ts'

/** Kinds of autoscalers, and where each names what it scales. */
const targets: readonly (readonly [kind: string, path: Path])[] = [
  ['HorizontalPodAutoscaler', ['spec', 'scaleTargetRef']],
  // KEDA writes a HorizontalPodAutoscaler with the same target
  ['ScaledObject', ['spec', 'scaleTargetRef']],
  ['VerticalPodAutoscaler', ['spec', 'targetRef']],
]

/** What of the operator's an autoscaler names, itself or by the Deployment that the operator makes of a Pooler. */
function scaledBy(object: RenderedObject, path: Path, subject: ObjectsSubject): RenderedObject | undefined {
  const target = plainAt(object.plain, ...path)
  const [kind, name] = [textAt(target, 'kind') ?? 'Deployment', textAt(target, 'name')]
  const group = textAt(target, 'apiVersion')
  if (kind === 'Deployment') return objectsOf(subject, 'Pooler').find((pooler) => pooler.name === name)
  if ((kind !== 'Cluster' && kind !== 'Pooler') || (group !== undefined && !group.startsWith('postgresql.cnpg.io/'))) return undefined
  return objectsOf(subject, kind).find((one) => one.name === name)
}

/** Why an autoscaler finds no pods. */
function withoutPods(object: RenderedObject, path: Path, scaled: RenderedObject): { readonly message: Message; readonly help: Message } {
  const isVertical = object.kind === 'VerticalPodAutoscaler'
  if (scaled.kind === 'Cluster')
    return {
      message: phrase`target is Cluster ${named(scaled.name)}, but its scale has no selector of pods in this operator: nothing is scaled`,
      help: isVertical
        ? phrase`raise the operator to 1.28.4, 1.29.2 or 1.30.0, or remove this object`
        : phrase`remove this object, and set spec.instances of the Cluster in Git`,
    }
  if (!isVertical)
    return {
      message: phrase`target is Pooler ${named(scaled.name)}, but its scale has no selector of pods: nothing is scaled`,
      help: phrase`write apiVersion: apps/v1, kind: Deployment; the operator resets its replicas only when the Pooler changes`,
    }
  const isDeployment = (textAt(object.plain, ...path, 'kind') ?? 'Deployment') === 'Deployment'
  return {
    message: isDeployment
      ? phrase`target is the Deployment of Pooler ${named(scaled.name)}, but must be its owner, whose scale has no selector of pods`
      : phrase`target is Pooler ${named(scaled.name)}, but its scale has no selector of pods: nothing is recommended`,
    help: phrase`remove it, and set the resources of the container pgbouncer in spec.template of the Pooler`,
  }
}

/** Modes in which pods get resources that the Cluster does not have; without one it is the last. */
const writing: ReadonlySet<string> = new Set(['Initial', 'Recreate', 'InPlaceOrRecreate', 'Auto'])

/** "Integration with the Vertical Pod Autoscaler" of CloudNativePG 1.28.4, 1.29.2 and 1.30.0. */
function* diverging(object: RenderedObject): Iterable<ObjectFinding> {
  const isSet = textAt(object.plain, 'spec', 'updatePolicy', 'updateMode')
  const mode = isSet ?? 'Auto'
  if (!writing.has(mode)) return
  yield {
    object,
    message:
      isSet === undefined
        ? phrase`updateMode is not set, which is Auto, but the operator knows nothing of what pods get, and its budget keeps the primary`
        : phrase`${here('updateMode')} is ${shown(mode)}, but the operator knows nothing of what pods get, and its budget keeps the primary`,
    places: [isSet === undefined ? { path: ['spec', 'targetRef'], on: 'key' } : { path: ['spec', 'updatePolicy', 'updateMode'] }],
    help: phrase`set updatePolicy.updateMode: "Off", and write what is recommended in resources of the Cluster`,
  }
}

export const autoscalers: readonly ObjectRule[] = [
  {
    // `labelSelectorPath` of the CRDs: that of Clusters came with cloudnative-pg#8996, Poolers have none up to 1.30 (#4210, #7923);
    // `validateAndParseSelector` of the horizontal autoscaler ("selector is required"), whatever the metric; the vertical one wants the
    // topmost owner that can be scaled
    id: 'policy/autoscaler-target',
    severity: 'warning',
    configurable: true,
    upstream: 'scale of the CRDs',
    summary: 'an autoscaler names something whose pods it can find, and that the operator lets it scale',
    reads: [],
    *check(subject) {
      for (const [kind, path] of targets)
        for (const object of objectsOf(subject, kind)) {
          const scaled = scaledBy(object, path, subject)
          if (scaled === undefined) continue
          const isVertical = kind === 'VerticalPodAutoscaler'
          if (scaled.kind === 'Cluster' && reached(subject.operator, releases.june2026)) {
            if (isVertical) yield* diverging(object)
            continue
          }
          // the Deployment of a Pooler has a selector
          if (!isVertical && scaled.kind === 'Pooler' && (textAt(object.plain, ...path, 'kind') ?? 'Deployment') === 'Deployment') continue
          yield { object, places: [{ path, on: 'key' }], ...withoutPods(object, path, scaled) }
        }
    },
  },
]
