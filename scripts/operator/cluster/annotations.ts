// Can the operator read the annotations that change its behaviour?
import { here, phrase, shown } from '../../findings/message.ts'
import { applyPatch, parsePatch } from '../../kubernetes/json-patch.ts'
import type { JsonMap } from '../../values/value.ts'
import type { Rule } from '../../findings/finding.ts'
import { caution, refusal } from '../finding.ts'
import { readPinger } from './liveness-pinger.ts'
import { basePod } from '../pod/pod.ts'
import { decodesAsPod, losesAnnotations } from '../pod/pod-shape.ts'
import { annotationAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'

const validation = 'cnpg.io/validation'
const hibernation = 'cnpg.io/hibernation'
const podPatch = 'cnpg.io/podPatch'
const livenessPinger = 'alpha.cnpg.io/livenessPinger'

function pathOf(annotation: string): [string, string, string] {
  return ['metadata', 'annotations', annotation]
}

/** Whether the operator's rules are switched off (not for ScheduledBackup). */
export function validationBypass(object: JsonMap): 'run' | 'skip' {
  return annotationAt(object, validation) === 'disabled' ? 'skip' : 'run'
}

/** The warnings about the switch itself; they are given even when the rules are off. */
export const bypass: readonly Rule<OperatorSubject>[] = [
  {
    id: 'annotations/validation-on',
    severity: 'warning',
    upstream: 'isValidationEnabled',
    summary: 'the rules of the operator are not switched off',
    *check({ object }) {
      if (validationBypass(object) === 'run') return
      const message = phrase`${here(validation)} is "disabled", but then the operator checks nothing in this object`
      yield caution(pathOf(validation), message, phrase`remove the annotation once the object is repaired`)
    },
  },
  {
    id: 'annotations/validation-value',
    severity: 'warning',
    upstream: 'isValidationEnabled',
    summary: 'the annotation cnpg.io/validation is enabled or disabled',
    *check({ object }) {
      const value = annotationAt(object, validation) ?? ''
      if (['', 'enabled', 'disabled'].includes(value)) return
      const message = phrase`${here(validation)} is ${shown(value)}, but must be enabled or disabled`
      yield caution(pathOf(validation), message, phrase`remove the annotation`)
    },
  },
]

export const annotations: readonly Rule<OperatorSubject>[] = [
  {
    id: 'annotations/hibernation-value',
    severity: 'error',
    upstream: 'validateHibernationAnnotation',
    needs: ['metadata', 'annotations', hibernation],
    summary: 'the annotation cnpg.io/hibernation is on or off',
    *check({ object }) {
      const value = annotationAt(object, hibernation)
      if (value === undefined || value === 'on' || value === 'off') return
      yield refusal(
        pathOf(hibernation),
        phrase`${here(hibernation)} is ${shown(value)}, but must be on or off`,
        phrase`write "on" or "off"`,
      )
    },
  },
  {
    id: 'annotations/pod-patch-readable',
    severity: 'error',
    upstream: 'validatePodPatchAnnotation',
    needs: ['metadata', 'annotations', podPatch],
    summary: 'the annotation cnpg.io/podPatch is a JSON patch',
    *check({ object }) {
      const value = annotationAt(object, podPatch)
      if (value === undefined || parsePatch(value)) return
      const message = phrase`${here(podPatch)} is not a JSON patch, but must be a list of operations with op and path`
      yield refusal(pathOf(podPatch), message, phrase`write it as [{"op":"add","path":"/metadata/labels/a","value":"b"}]`)
    },
  },
  {
    id: 'annotations/pod-patch-applies',
    severity: 'error',
    upstream: 'validatePodPatchAnnotation',
    needs: ['metadata', 'annotations', podPatch],
    summary: "the annotation cnpg.io/podPatch applies to the cluster's pods",
    *check({ object, operator }) {
      const patch = parsePatch(annotationAt(object, podPatch) ?? 'null')
      if (!patch || patch.length === 0) return
      const patched = applyPatch(basePod(object, operator), patch)
      const crashes = 'document' in patched ? losesAnnotations(patched.document) : patched.failure === 'crash'
      const isFine = 'document' in patched && decodesAsPod(patched.document, operator)
      if (isFine && !crashes) return
      const message = phrase`${here(podPatch)} is a patch that fails, but must apply to each pod of the cluster`
      const finding = refusal(pathOf(podPatch), message, phrase`check the paths against a running pod`)
      const isCrash = crashes && (isFine || 'failure' in patched)
      yield isCrash ? { ...finding, field: '', type: 'Denied' } : finding
    },
  },
]

export const probes: readonly Rule<OperatorSubject>[] = [
  {
    id: 'annotations/liveness-pinger-readable',
    severity: 'error',
    upstream: 'validateLivenessPingerProbe',
    needs: ['metadata', 'annotations', livenessPinger],
    summary: 'the annotation alpha.cnpg.io/livenessPinger is a JSON object with enabled',
    *check({ object }) {
      const value = annotationAt(object, livenessPinger)
      if (value === undefined || readPinger(value)) return
      const message = phrase`${here(livenessPinger)} is ${shown(value)}, but must be a JSON object with enabled`
      yield refusal(pathOf(livenessPinger), message, phrase`use spec.probes.liveness.isolationCheck instead`)
    },
  },
]
