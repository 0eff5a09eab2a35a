// Does an object satisfy the CRD's own expressions?
import { lookup } from '../values/lookup.ts'
import { phrase, shown } from '../findings/message.ts'
import { Environment } from '@marcbachmann/cel-js'
import type { FieldErrorType, Message } from '../findings/finding.ts'
import type { Json, JsonMap, Path } from '../values/value.ts'
import { sentence, type Issue } from './issue.ts'
import type { ServedKind } from './load.ts'
import { memberSchema, type CelRule, type Structural } from './structural.ts'
import { isJsonMap, jsonAt } from '../values/value.ts'

interface Compiled {
  /** undefined: the expression does not parse */
  readonly evaluate: ((variables: Record<string, unknown>) => unknown) | undefined
  readonly isTransition: boolean
}

let environment: Environment | undefined
const compiled = new Map<string, Compiled>()

/** Compiles an expression once; most objects never need one. */
function compile(rule: string): Compiled {
  const known = compiled.get(rule)
  if (known) return known
  environment ??= new Environment({ unlistedVariablesAreDyn: true, enableOptionalTypes: true, homogeneousAggregateLiterals: false })
    .registerVariable('self', 'dyn')
    .registerVariable('oldSelf', 'dyn')
  const isTransition = /\boldSelf\b/.test(rule.replace(/'[^']*'|"[^"]*"/g, ''))
  let evaluate: Compiled['evaluate']
  try {
    evaluate = environment.parse(rule)
  } catch {
    evaluate = undefined
  }
  const entry = { evaluate, isTransition }
  compiled.set(rule, entry)
  return entry
}

/** Whether an expression of a CRD parses; one that does not would refuse every object. */
export function isReadableExpression(rule: string): boolean {
  return compile(rule).evaluate !== undefined
}

const reasons: Readonly<Record<string, FieldErrorType>> = lookup({
  FieldValueRequired: 'FieldValueRequired',
  FieldValueForbidden: 'FieldValueForbidden',
  FieldValueDuplicate: 'FieldValueDuplicate',
})

/** A path as apimachinery's field.Path prints it: members of free maps are in brackets. */
interface Walk {
  readonly path: (string | number)[]
  readonly issues: Issue[]
}

/**
 * Evaluates x-kubernetes-validations. Transition rules run where the value existed before; items of lists are the same only by
 * their map keys. An expression that fails to evaluate counts as refused, as in the API server.
 */
export function checkCel(root: Json, schema: Structural, old: Json | undefined): Issue[] {
  const walk: Walk = { path: [], issues: [] }
  visit(root, old, schema, '', walk)
  return walk.issues
}

function visit(value: Json, old: Json | undefined, schema: Structural, field: string, walk: Walk): void {
  if (!schema.hasRules || value === null) return
  for (const rule of schema.rules) evaluateRule(rule, value, old, field, walk)
  if (Array.isArray(value)) visitItems(value, old, schema, field, walk)
  else if (isJsonMap(value)) visitMembers(value, old, schema, field, walk)
}

function visitItems(value: readonly Json[], old: Json | undefined, schema: Structural, field: string, walk: Walk): void {
  const items = schema.items
  if (!items?.hasRules) return
  for (const [index, item] of value.entries()) {
    walk.path.push(index)
    visit(item, oldItem(item, old, schema), items, `${field}[${index}]`, walk)
    walk.path.pop()
  }
}

/** The old item with the same map keys; items of other lists have no old value. */
function oldItem(item: Json, old: Json | undefined, schema: Structural): Json | undefined {
  if (schema.listType !== 'map' || !Array.isArray(old) || !isJsonMap(item)) return undefined
  return old.find((entry) => isJsonMap(entry) && schema.mapKeys.every((key) => entry[key] === item[key]))
}

function visitMembers(value: JsonMap, old: Json | undefined, schema: Structural, field: string, walk: Walk): void {
  for (const key of Object.keys(value)) {
    const member = memberSchema(schema, key)
    if (!member || member === true || !member.hasRules) continue
    const before = isJsonMap(old) && Object.hasOwn(old, key) ? old[key] : undefined
    const own = schema.properties?.has(key) === true
    walk.path.push(key)
    visit(value[key] as Json, before, member, own ? (field === '' ? key : `${field}.${key}`) : `${field}[${key}]`, walk)
    walk.path.pop()
  }
}

function evaluateRule(rule: CelRule, self: Json, oldSelf: Json | undefined, field: string, walk: Walk): void {
  const { evaluate, isTransition } = compile(rule.rule)
  if (isTransition && (oldSelf === undefined || oldSelf === null)) return
  let outcome: unknown
  let readable = true
  try {
    outcome = evaluate?.({ self, oldSelf })
  } catch {
    readable = false
  }
  if (outcome === true) return
  const named = fieldPathSteps(rule.fieldPath)
  const doubled = isTransition ? undefined : secondOf(rule.rule, self)
  const steps = named.length > 0 || isTransition ? named : (doubled ?? onlyMember(rule.rule, self))
  const path: Path = [...walk.path, ...steps]
  const [now, before] = [jsonAt(self, steps), isTransition ? jsonAt(oldSelf, steps) : undefined]
  const pair = rivals(rule.rule, now ?? self)
  walk.issues.push({
    path: pair === undefined ? path : [...path, pair.second],
    field: field + (rule.fieldPath ?? ''),
    type: reasons[rule.reason ?? ''] ?? 'FieldValueInvalid',
    keyword: !readable ? 'cel-unreadable' : isTransition ? 'cel-change' : 'cel',
    message:
      pair === undefined
        ? doubled === undefined
          ? violationMessage(rule.rule, path, now ?? self, before)
          : sentence(path, phrase`is ${shown(now)}, but another item has that, too`)
        : sentence([...path, pair.second], phrase`is set, but must not be together with ${pair.first}`),
    expression: rule.rule,
    ...(rule.message !== undefined && { help: phrase`${rule.message}` }),
  })
}

/** The second of two items with the same value of a member; undefined: the expression says something else. */
function secondOf(rule: string, self: Json): Path | undefined {
  const member = /^self\.all\(e, self\.filter\(f, f\.(\w+) ?== ?e\.\1\)\.size\(\) == 1\)$/.exec(rule)?.[1]
  if (member === undefined || !Array.isArray(self)) return undefined
  const values = self.map((item) => jsonAt(item, [member]))
  const index = values.findIndex((value, at) => values.indexOf(value) < at)
  return index < 0 ? undefined : [index, member]
}

/** The member that is all that an expression looks at; none: there are several, or it is not set. */
function onlyMember(rule: string, self: Json): Path {
  const [first, ...others] = [...rule.matchAll(/\bself(?:\.(\w+))?(?!\w|\()/g)].map(([, member]) => member)
  const isOne = first !== undefined && others.every((other) => other === first)
  const value = isOne ? jsonAt(self, [first]) : undefined
  return first === undefined || value === undefined || value === null || typeof value === 'object' ? [] : [first]
}

/** The two members that exclude each other, in the order in which they are written; undefined: the expression says something else. */
function rivals(rule: string, self: Json): { readonly first: string; readonly second: string } | undefined {
  const [, one = '', other = ''] = /^!\(has\(self\.(\w+)\) && has\(self\.(\w+)\)\)$/.exec(rule) ?? []
  const [first, second] = isJsonMap(self) ? Object.keys(self).filter((key) => key === one || key === other) : []
  return first === undefined || second === undefined ? undefined : { first, second }
}

function violationMessage(rule: string, path: Path, self: Json, oldSelf: Json | undefined): Message {
  const is = phrase`is ${shown(self)}`
  if (oldSelf !== undefined && typeof oldSelf !== 'object') return sentence(path, phrase`${is}, but must stay ${shown(oldSelf)}`)
  if (oldSelf !== undefined) return sentence(path, phrase`is changed, but must stay as it is`)
  const words = rule.split(' || ').map((part) => /^self(?:\.\w+)? == '([^']*)'$/.exec(part)?.[1])
  if (!words.includes(undefined)) return sentence(path, phrase`${is}, but must be ${words.join(' or ')}`)
  return sentence(path, phrase`${is}, but must satisfy ${rule.length <= 80 ? rule : 'a rule of its schema'}`)
}

/** `.foo.bar` and `['a b']` of a rule's fieldPath as steps. */
function fieldPathSteps(fieldPath: string | undefined): Path {
  if (fieldPath === undefined) return []
  return [...fieldPath.matchAll(/\.([^.[]+)|\['([^']*)'\]/g)].map((match) => match[1] ?? match[2] ?? '')
}

/** Error types after which the API server no longer evaluates CEL. */
const blocking = new Set([
  'FieldValueRequired',
  'FieldValueNotSupported',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
])

export function blocksCel(issues: readonly Issue[]): boolean {
  return issues.some((issue) => blocking.has(issue.type))
}

/** CEL of an object that passed the blocking checks. */
export function celIssues(object: JsonMap, old: JsonMap | undefined, kind: ServedKind): Issue[] {
  return kind.schema.hasRules ? checkCel(object, kind.schema, old) : []
}
