// Which parameter sets does a label selector match?
import { printed } from '../values/printed.ts'
import type { Json, JsonMap } from '../values/value.ts'
import { isDns1123Subdomain } from '../kubernetes/dns-name.ts'
import { TemplateError } from '../go-template/go-value.ts'
import { isJsonMap } from '../values/value.ts'

type Matches = (labels: ReadonlyMap<string, string>) => boolean

/** `utils.LabelSelectorAsSelector`: values are free, keys are qualified names. Undefined: not a selector. Throws TemplateError. */
export function readSelector(selector: Json | undefined): Matches | undefined {
  if (!isJsonMap(selector)) return undefined
  const checks: Matches[] = []
  const labels = selector['matchLabels']
  if (isJsonMap(labels))
    for (const [key, value] of Object.entries(labels)) checks.push(requirement({ key, operator: 'In', values: [value] }))
  const expressions = selector['matchExpressions']
  if (Array.isArray(expressions)) for (const expression of expressions) if (isJsonMap(expression)) checks.push(requirement(expression))
  return (found) => checks.every((check) => check(found))
}

function requirement(expression: JsonMap): Matches {
  const { key, operator } = expression
  const values = Array.isArray(expression['values']) ? expression['values'].map(printed) : []
  if (typeof key !== 'string' || !isQualifiedName(key)) throw new TemplateError('the key of a selector is no qualified name')
  if (typeof operator !== 'string' || !operators.has(operator)) throw new TemplateError('the operator of a selector is unknown')
  const needsValues = operator === 'In' || operator === 'NotIn'
  if (needsValues === (values.length === 0)) throw new TemplateError('the values of a selector do not fit its operator')
  switch (operator) {
    case 'In':
      return (labels) => labels.has(key) && values.includes(labels.get(key) ?? '')
    case 'NotIn':
      return (labels) => !labels.has(key) || !values.includes(labels.get(key) ?? '')
    case 'Exists':
      return (labels) => labels.has(key)
    default:
      return (labels) => !labels.has(key)
  }
}

const operators: ReadonlySet<string> = new Set(['In', 'NotIn', 'Exists', 'DoesNotExist'])

/** `validation.IsQualifiedName`: an optional DNS prefix, then at most 63 letters, digits, `-`, `_` and `.`. */
function isQualifiedName(text: string): boolean {
  const [first = '', second, ...rest] = text.split('/')
  if (rest.length > 0) return false
  const name = second ?? first
  if (second !== undefined && !isDns1123Subdomain(first)) return false
  return name.length <= 63 && /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(name)
}
