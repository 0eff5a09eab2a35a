// Which label names, label values and label selectors does Kubernetes accept?
import { byText } from '../values/by-text.ts'
import { append } from '../values/append.ts'
import { isDns1123Subdomain } from './dns-name.ts'
import type { FieldErrorType } from '../findings/finding.ts'
import type { Json, Path } from '../values/value.ts'
import { isJsonMap } from '../values/value.ts'

export interface SelectorProblem {
  /** from the selector's root */
  readonly path: Path
  readonly type: FieldErrorType
  /** what it is and what it must be, to follow the name of the field */
  readonly reason: string
}

const name = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/

/** A label key: `[prefix/]name`. Reproduces `validation.IsQualifiedName`. */
export const isQualifiedName: (text: string) => boolean = byText((text) => {
  const parts = text.split('/')
  const [prefix, last] = parts.length === 1 ? [undefined, parts[0]] : parts
  if (parts.length > 2 || last === undefined || last.length > 63 || !name.test(last)) return false
  return prefix === undefined || isDns1123Subdomain(prefix)
})

/** Empty, or at most 63 characters that begin and end with a letter or digit. Reproduces `validation.IsValidLabelValue`. */
export function isLabelValue(text: string): boolean {
  return text === '' || (text.length <= 63 && name.test(text))
}

/** Everything wrong with a label selector. Reproduces `ValidateLabelSelector` of apimachinery. */
export function selectorProblems(selector: Json | undefined): SelectorProblem[] {
  if (!isJsonMap(selector)) return []
  const problems: SelectorProblem[] = []
  const labels = isJsonMap(selector['matchLabels']) ? selector['matchLabels'] : {}
  for (const [key, value] of Object.entries(labels)) {
    const path = ['matchLabels', key]
    if (!isQualifiedName(key)) problems.push({ path, type: 'FieldValueInvalid', reason: 'has such a key, but keys must be label names' })
    if (!isLabelValue(textOf(value)))
      problems.push({
        path,
        type: 'FieldValueInvalid',
        reason: `is ${JSON.stringify(textOf(value)).slice(0, 40)}, but must be a label value`,
      })
  }
  const expressions = Array.isArray(selector['matchExpressions']) ? selector['matchExpressions'] : []
  for (const [index, expression] of expressions.entries())
    if (isJsonMap(expression)) append(problems, expressionProblems(expression, ['matchExpressions', index]))
  return problems
}

function expressionProblems(expression: { [key: string]: Json }, path: Path): SelectorProblem[] {
  const problems: SelectorProblem[] = []
  const operator = textOf(expression['operator'])
  const values = Array.isArray(expression['values']) ? expression['values'] : []
  const isSet = operator === 'In' || operator === 'NotIn'
  const isPresence = operator === 'Exists' || operator === 'DoesNotExist'
  if (isSet && values.length === 0)
    problems.push({
      path: [...path, 'values'],
      type: 'FieldValueRequired',
      reason: `is empty, but must have values to compare with ${operator}`,
    })
  if (isPresence && values.length > 0)
    problems.push({ path: [...path, 'values'], type: 'FieldValueForbidden', reason: `is set, but must be empty with ${operator}` })
  if (!isSet && !isPresence)
    problems.push({
      path: [...path, 'operator'],
      type: 'FieldValueInvalid',
      reason: `is ${JSON.stringify(operator).slice(0, 20)}, but must be DoesNotExist, Exists, In or NotIn`,
    })
  if (!isQualifiedName(textOf(expression['key'])))
    problems.push({
      path: [...path, 'key'],
      type: 'FieldValueInvalid',
      reason: `is ${JSON.stringify(textOf(expression['key'])).slice(0, 40)}, but must be a label name`,
    })
  for (const [index, value] of values.entries())
    if (!isLabelValue(textOf(value)))
      problems.push({
        path: [...path, 'values', index],
        type: 'FieldValueInvalid',
        reason: `is ${JSON.stringify(textOf(value)).slice(0, 40)}, but must be a label value`,
      })
  return problems
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
