// Does Kubernetes take the tolerations of a Pooler? Those of a Cluster are the operator's own to judge.
import { here, named, phrase, shown } from '../../findings/message.ts'
import { nearest } from '../../values/path.ts'
import type { Json } from '../../values/value.ts'
import { listAt, plainAt, textAt } from '../subject.ts'
import type { PodMistake } from './pod-volumes.ts'

const list = ['spec', 'template', 'spec', 'tolerations'] as const
const effects = ['NoExecute', 'NoSchedule', 'PreferNoSchedule']
const operators = ['Equal', 'Exists']
/** Of 1.35 and later, where the feature gate TaintTolerationComparisonOperators is on. */
const comparisons = ['Gt', 'Lt']

const likely = (text: string, words: readonly string[]): string =>
  words.find((word) => word.toLowerCase() === text.toLowerCase()) ?? nearest(text, words) ?? words.join(' or ')

/** `ValidateTolerations` of Kubernetes 1.30 to 1.35; the CRD of the operator has any text there. */
export function* tolerationMistakes(plain: Json): Iterable<PodMistake> {
  for (const [index, toleration] of listAt(plain, ...list).entries()) {
    const [key = '', operator = '', effect = '', value = ''] = ['key', 'operator', 'effect', 'value'].map(
      (field) => textAt(toleration, field) ?? '',
    )
    for (const [field, text, words] of [['operator', operator, operators] as const, ['effect', effect, effects] as const]) {
      if (text === '' || words.includes(text) || (field === 'operator' && comparisons.includes(text))) continue
      yield {
        path: [...list, index, field],
        message: phrase`${here(field)} is ${shown(text)}, but must be one of ${words.join(', ')}: Kubernetes refuses each pod`,
        help: phrase`write ${named(likely(text, words))}`,
      }
    }
    if (key === '' && operator !== 'Exists' && (operator === '' || operators.includes(operator)))
      yield {
        path: [...list, index],
        on: 'key',
        message: phrase`the toleration has no key, but then its operator must be Exists: Kubernetes refuses each pod`,
        help: phrase`add operator: Exists, or the key of the taint`,
      }
    if (operator === 'Exists' && value !== '')
      yield {
        path: [...list, index, 'value'],
        message: phrase`${here('value')} is ${shown(value)}, but with operator Exists there is none: Kubernetes refuses each pod`,
        help: phrase`remove value, or write operator: Equal`,
      }
    if (plainAt(toleration, 'tolerationSeconds') !== undefined && effect !== 'NoExecute' && (effect === '' || effects.includes(effect)))
      yield {
        path: [...list, index, 'tolerationSeconds'],
        message: phrase`${here('tolerationSeconds')} is set, but effect is not NoExecute: Kubernetes refuses each pod`,
        help: phrase`write effect: NoExecute, or remove tolerationSeconds`,
      }
  }
}
