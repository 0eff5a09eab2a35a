// What may a field of an object hold: type, default, bounds, and which rules look at it?
import { printed } from '../values/printed.ts'
import type { Json, JsonMap, Path } from '../values/value.ts'
import type { Rule } from '../findings/finding.ts'
import { operatorSubject } from './admit.ts'
import { loadKind } from '../kubernetes/load.ts'
import { changeRulesFor, ruleApplies, rulesFor } from '../operator/rules.ts'
import type { OperatorSubject } from '../operator/subject.ts'
import { decodeObject } from '../kubernetes/decode.ts'
import { mutateObject } from './stages.ts'
import { noteParameters } from '../operator/cluster/cluster.ts'
import { memberSchema } from '../kubernetes/structural.ts'
import type { Structural } from '../kubernetes/structural.ts'

/** The schema of one field, each fact short enough for a line. */
export interface FieldFacts {
  /** `string (date-time)`, `number or text`, `list of string`, `map of string` */
  readonly type: string
  readonly default?: Json
  readonly choices?: readonly Json[]
  /** when a change of a PostgreSQL parameter takes effect */
  readonly applies?: string
  /** `at least 0`, `matches ^a$` */
  readonly bounds: readonly string[]
  /** members of a map with fixed keys, sorted; those that must be set are in `required` */
  readonly members: readonly string[]
  readonly required: readonly string[]
  /** messages of the CEL rules at the field, or one level above that name it */
  readonly expressions: readonly string[]
  /** the product and version that the schema is from, `cloudnative-pg 1.27.1` */
  readonly source: string
}

/** Whether schemas know the kind of an object. */
export function isServed(object: JsonMap, operator: string): boolean {
  return loadKind(printed(object['apiVersion']), printed(object['kind']), operator) !== undefined
}

/** What the CRD says about a field; null: the schema does not have it; undefined: no schema for this kind. */
export function factsOf(object: JsonMap, path: Path, operator: string): FieldFacts | null | undefined {
  const served = loadKind(printed(object['apiVersion']), printed(object['kind']), operator)
  if (served === undefined) return undefined
  let schema: Structural | true = served.schema
  let parent: Structural | undefined
  for (const step of path) {
    if (schema === true) break
    parent = schema
    const next: Structural | true | undefined = typeof step === 'number' ? schema.items : memberSchema(schema, step)
    if (next === undefined) {
      if (schema.preserveUnknown || (schema.type === 'object' && schema.properties === undefined))
        return free(`${served.product} ${served.version}`)
      return null
    }
    schema = next
  }
  const source = `${served.product} ${served.version}`
  return schema === true ? free(source) : describe(schema, source, expressionsAt(schema, parent, path.at(-1)))
}

function free(source: string): FieldFacts {
  return { type: 'anything', bounds: [], members: [], required: [], expressions: [], source }
}

function describe(schema: Structural, source: string, expressions: readonly string[]): FieldFacts {
  return {
    type: typeOf(schema),
    ...(schema.default === undefined ? {} : { default: schema.default }),
    ...(schema.enumeration === undefined ? {} : { choices: schema.enumeration }),
    bounds: boundsOf(schema),
    members: [...(schema.properties?.keys() ?? [])].sort(),
    required: [...schema.required].sort(),
    expressions,
    source,
  }
}

function typeOf(schema: Structural): string {
  if (schema.intOrString) return 'number or text'
  if (schema.type === 'array') return `list of ${schema.items === undefined ? 'anything' : typeOf(schema.items)}`
  if (schema.type === 'object' && schema.properties === undefined)
    return typeof schema.additional === 'object' ? `map of ${typeOf(schema.additional)}` : 'map'
  const name =
    { string: 'text', integer: 'whole number', number: 'number', boolean: 'true or false', object: 'map' }[schema.type] ?? 'anything'
  return schema.format === undefined ? name : `${name} (${schema.format})`
}

function boundsOf(schema: Structural): string[] {
  const bounds: string[] = []
  const add = (limit: number | undefined, text: (limit: number) => string): void => {
    if (limit !== undefined) bounds.push(text(limit))
  }
  add(schema.minimum, (limit) => `${schema.exclusiveMinimum ? 'more than' : 'at least'} ${limit}`)
  add(schema.maximum, (limit) => `${schema.exclusiveMaximum ? 'less than' : 'at most'} ${limit}`)
  add(schema.multipleOf, (limit) => `a multiple of ${limit}`)
  add(schema.minLength, (limit) => `at least ${limit} characters`)
  add(schema.maxLength, (limit) => `at most ${limit} characters`)
  add(schema.minItems, (limit) => `at least ${limit} items`)
  add(schema.maxItems, (limit) => `at most ${limit} items`)
  add(schema.minProperties, (limit) => `at least ${limit} keys`)
  add(schema.maxProperties, (limit) => `at most ${limit} keys`)
  if (schema.pattern !== undefined) bounds.push(`matches ${schema.pattern}`)
  if (schema.uniqueItems || schema.listType === 'set') bounds.push('unique items')
  if (schema.mapKeys.length > 0) bounds.push(`${schema.mapKeys.join(' and ')} unique per item`)
  if (schema.nullable) bounds.push('null is allowed')
  return bounds
}

function expressionsAt(schema: Structural, parent: Structural | undefined, name: string | number | undefined): string[] {
  const named = typeof name === 'string' && /^\w+$/.test(name) ? new RegExp(`\\b${name}\\b`) : undefined
  const above = named === undefined ? [] : (parent?.rules ?? []).filter(({ rule }) => named.test(rule))
  return [...new Set([...schema.rules, ...above].map(({ message, rule }) => message ?? rule))]
}

/** Where a path that the schema does not have goes wrong: the known members at the first unknown step. */
export function knownMembers(
  object: JsonMap,
  path: Path,
  operator: string,
): { readonly step: string; readonly members: readonly string[] } | undefined {
  let schema: Structural | true | undefined = loadKind(printed(object['apiVersion']), printed(object['kind']), operator)?.schema
  for (const step of path) {
    if (schema === undefined || schema === true) return undefined
    const next: Structural | true | undefined = typeof step === 'number' ? schema.items : memberSchema(schema, step)
    if (next === undefined) return { step: String(step), members: [...(schema.properties?.keys() ?? [])].sort() }
    schema = next
  }
  return undefined
}

/** The object as the API server stores it, defaults of CRD and webhook filled in; undefined: it can't be read. */
export function storedOf(object: JsonMap, operator: string): JsonMap | undefined {
  const decoded = decodeObject(object, operator)
  return 'issues' in decoded ? undefined : mutateObject(decoded, operator).object
}

/** A rule that looked at a field. */
export interface Reader {
  readonly id: string
  readonly severity: string
  readonly summary: string
  /** it compares the field with its value before a change */
  readonly onChange: boolean
}

/** Nearly all rules of parameters are skipped where the image has no version; that alone does not make them readers of the image. */
const asksForVersion = /^(?:parameters\/|replication\/election-labels-set$)/

function isImage(path: Path): boolean {
  return path[0] === 'spec' && (path[1] === 'imageName' || path[1] === 'imageCatalogRef')
}

/**
 * The operator's rules that read a field of this object: each rule runs on a copy that records what is read. A rule
 * that stops before it reaches the field is not among them; with other values it may be.
 */
export function readersOf(stored: JsonMap, path: Path, operator: string): Reader[] {
  const kind = printed(stored['kind'])
  const readers = new Map<string, Reader>()
  for (const [rules, onChange] of [
    [rulesFor(kind), false],
    [changeRulesFor(kind), true],
  ] as const) {
    for (const rule of rules) {
      if (isImage(path) && asksForVersion.test(rule.id)) continue
      if (readers.has(rule.id) || !ruleApplies(rule, operator) || !reads(rule, stored, { path, operator, onChange })) continue
      readers.set(rule.id, { id: rule.id, severity: rule.severity, summary: rule.summary, onChange })
    }
  }
  return [...readers.values()]
}

function reads(
  rule: Rule<OperatorSubject>,
  stored: JsonMap,
  look: { readonly path: Path; readonly operator: string; readonly onChange: boolean },
): boolean {
  const seen = { found: false }
  const watched = watch(stored, look.path, seen)
  const [top, member, kind, parameter] = look.path
  // the operator's rules read parameters from a copy of the map, which reads all of them at once
  if (top === 'spec' && member === 'postgresql' && kind === 'parameters' && parameter !== undefined)
    noteParameters(watched, stored, (name) => (seen.found ||= name === parameter))
  const subject = operatorSubject(stored, look.onChange ? stored : undefined, { operator: look.operator })
  for (const _ of rule.check({ ...subject, object: watched })) if (seen.found) break
  return seen.found
}

/** A view of an object that records when the member at `path` is read. Only the maps and lists on the way are wrapped. */
function watch<T extends Json>(node: T, path: Path, seen: { found: boolean }): T {
  const [step, ...rest] = path
  if (node === null || typeof node !== 'object' || step === undefined) return node
  const child = (node as JsonMap)[String(step)]
  const inner = child !== null && typeof child === 'object' && rest.length > 0 ? watch(child, rest, seen) : child
  const note = (key: string | symbol): void => {
    if (key === String(step) && rest.length === 0) seen.found = true
  }
  return new Proxy(node, {
    get: (target, key, receiver) => {
      note(key)
      return key === String(step) ? inner : (Reflect.get(target, key, receiver) as unknown)
    },
    has: (target, key) => {
      note(key)
      return Reflect.has(target, key)
    },
    getOwnPropertyDescriptor: (target, key) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(target, key)
      return descriptor !== undefined && key === String(step) ? { ...descriptor, value: inner } : descriptor
    },
  })
}

/** Whether a field of a kind is a list of plain text. */
export function takesTexts(kind: string, path: Path, operator: string): boolean {
  const apiVersion = kind === 'ObjectStore' ? 'barmancloud.cnpg.io/v1' : 'postgresql.cnpg.io/v1'
  return factsOf({ apiVersion, kind }, path, operator)?.type === 'list of text'
}
