// What does a derived schema look like to the interpreter, and how is it read?
import type { Json, JsonMap } from '../values/value.ts'
import { isJsonMap } from '../values/value.ts'

/** One x-kubernetes-validations rule. */
export interface CelRule {
  readonly rule: string
  readonly message?: string
  readonly reason?: string
  readonly fieldPath?: string
}

/** A structural schema node. Every member is always present, so that all nodes have one shape. */
export interface Structural {
  /** empty where the schema allows any type, or an integer or a string */
  readonly type: string
  readonly properties: ReadonlyMap<string, Structural> | undefined
  /** schema of the members without one of their own; `true` allows anything */
  readonly additional: Structural | true | undefined
  readonly items: Structural | undefined
  readonly required: readonly string[]
  readonly nullable: boolean
  /** undefined: no default (null would be one) */
  readonly default: Json | undefined
  readonly enumeration: readonly Json[] | undefined
  readonly pattern: string | undefined
  readonly format: string | undefined
  readonly minimum: number | undefined
  readonly maximum: number | undefined
  readonly exclusiveMinimum: boolean
  readonly exclusiveMaximum: boolean
  readonly multipleOf: number | undefined
  readonly minLength: number | undefined
  readonly maxLength: number | undefined
  readonly minItems: number | undefined
  readonly maxItems: number | undefined
  readonly uniqueItems: boolean
  readonly minProperties: number | undefined
  readonly maxProperties: number | undefined
  readonly intOrString: boolean
  readonly preserveUnknown: boolean
  readonly listType: string | undefined
  readonly mapKeys: readonly string[]
  readonly mapType: string | undefined
  readonly rules: readonly CelRule[]
  /** whether a default is somewhere below */
  readonly hasDefaults: boolean
  /** the members that have a default, or one somewhere below */
  readonly defaulted: readonly (readonly [name: string, member: Structural])[]
  /** whether a list of type set or map is here or below */
  readonly hasListTypes: boolean
  /** whether there is a CEL rule here or below */
  readonly hasRules: boolean
}

const nothing: readonly never[] = []

/** Reads a derived schema; equal `$ref`s into its `$defs` become the same node. */
export function readStructural(root: JsonMap): Structural {
  const definitions = isJsonMap(root['$defs']) ? root['$defs'] : {}
  const read = new Map<string, Structural>()
  const node = (schema: JsonMap): Structural => {
    const reference = schema['$ref']
    if (typeof reference !== 'string') return build(schema, node)
    let known = read.get(reference)
    if (!known) {
      const target = definitions[reference.slice('#/$defs/'.length)]
      known = build(isJsonMap(target) ? target : {}, node)
      read.set(reference, known)
    }
    return known
  }
  return node(root)
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
function amount(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function build(schema: JsonMap, node: (schema: JsonMap) => Structural): Structural {
  const properties = isJsonMap(schema['properties']) ? readProperties(schema['properties'], node) : undefined
  const additional = isJsonMap(schema['additionalProperties'])
    ? node(schema['additionalProperties'])
    : schema['additionalProperties'] === true
      ? true
      : undefined
  const items = isJsonMap(schema['items']) ? node(schema['items']) : undefined
  const rules = (Array.isArray(schema['x-kubernetes-validations'])
    ? schema['x-kubernetes-validations']
    : nothing) as unknown as readonly CelRule[]
  const listType = text(schema['x-kubernetes-list-type'])
  const below = [...(properties?.values() ?? []), ...(typeof additional === 'object' ? [additional] : []), ...(items ? [items] : [])]
  return {
    type: text(schema['type']) ?? '',
    properties,
    additional,
    items,
    required: (schema['required'] ?? nothing) as readonly string[],
    nullable: schema['nullable'] === true,
    default: schema['default'],
    enumeration: Array.isArray(schema['enum']) ? schema['enum'] : undefined,
    pattern: text(schema['pattern']),
    format: text(schema['format']),
    minimum: amount(schema['minimum']),
    maximum: amount(schema['maximum']),
    exclusiveMinimum: schema['exclusiveMinimum'] === true,
    exclusiveMaximum: schema['exclusiveMaximum'] === true,
    multipleOf: amount(schema['multipleOf']),
    minLength: amount(schema['minLength']),
    maxLength: amount(schema['maxLength']),
    minItems: amount(schema['minItems']),
    maxItems: amount(schema['maxItems']),
    uniqueItems: schema['uniqueItems'] === true,
    minProperties: amount(schema['minProperties']),
    maxProperties: amount(schema['maxProperties']),
    intOrString: schema['x-kubernetes-int-or-string'] === true,
    preserveUnknown: schema['x-kubernetes-preserve-unknown-fields'] === true,
    listType,
    mapKeys: (schema['x-kubernetes-list-map-keys'] ?? nothing) as readonly string[],
    mapType: text(schema['x-kubernetes-map-type']),
    rules,
    hasDefaults: below.some(isDefaulted),
    defaulted: [...(properties ?? [])].filter(([, member]) => isDefaulted(member)),
    hasListTypes: listType === 'set' || listType === 'map' || below.some((entry) => entry.hasListTypes),
    hasRules: rules.length > 0 || below.some((entry) => entry.hasRules),
  }
}

function isDefaulted(schema: Structural): boolean {
  return schema.default !== undefined || schema.hasDefaults
}

function readProperties(properties: JsonMap, node: (schema: JsonMap) => Structural): ReadonlyMap<string, Structural> {
  const read = new Map<string, Structural>()
  for (const name of Object.keys(properties)) {
    const schema = properties[name]
    if (isJsonMap(schema)) read.set(name, node(schema))
  }
  return read
}

/** The schema of a member of a map; undefined: unknown to the schema, `true`: anything goes. */
export function memberSchema(schema: Structural, key: string): Structural | true | undefined {
  return schema.properties?.get(key) ?? schema.additional
}
