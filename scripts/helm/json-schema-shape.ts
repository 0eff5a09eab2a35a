// Is a schema valid by the metaschema of its draft?
import { lookup } from '../values/lookup.ts'
import { compileGoRegexp } from '../go-template/regexp.ts'
import type { Json, JsonMap } from '../values/value.ts'
import { isJsonMap } from '../values/value.ts'

/** The schema itself is wrong. */
export class SchemaProblem extends Error {}

export type Draft = 4 | 6 | 7 | 2019 | 2020

const types = new Set(['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'])
const isSchema = (value: Json): boolean => isJsonMap(value) || typeof value === 'boolean'
const isCount = (value: Json): boolean => typeof value === 'number' && Number.isInteger(value) && value >= 0
const isSchemas = (value: Json): boolean => Array.isArray(value) && value.length > 0 && value.every(isSchema)
const isSchemaMap = (value: Json): boolean => isJsonMap(value) && Object.values(value).every(isSchema)
const isTexts = (value: Json): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === 'string') && new Set(value).size === value.length
const isText = (value: Json): boolean => typeof value === 'string'
const isType = (value: Json): boolean =>
  typeof value === 'string'
    ? types.has(value)
    : Array.isArray(value) && value.length > 0 && isTexts(value) && value.every((name) => types.has(name as string))

const keywords: Readonly<Record<string, (value: Json, draft: Draft) => boolean>> = lookup({
  type: isType,
  properties: isSchemaMap,
  patternProperties: (value) =>
    isSchemaMap(value) && Object.keys(value as JsonMap).every((pattern) => compileGoRegexp(pattern) !== undefined),
  additionalProperties: isSchema,
  items: (value, draft) => isSchema(value) || (draft < 2020 && Array.isArray(value) && value.every(isSchema)),
  additionalItems: isSchema,
  required: (value, draft) => isTexts(value) && (draft !== 4 || (value as Json[]).length > 0),
  enum: (value) => Array.isArray(value),
  pattern: (value) => typeof value === 'string' && compileGoRegexp(value) !== undefined,
  minimum: (value) => typeof value === 'number',
  maximum: (value) => typeof value === 'number',
  exclusiveMinimum: (value, draft) => typeof value === (draft === 4 ? 'boolean' : 'number'),
  exclusiveMaximum: (value, draft) => typeof value === (draft === 4 ? 'boolean' : 'number'),
  multipleOf: (value) => typeof value === 'number' && value > 0,
  minLength: isCount,
  maxLength: isCount,
  minItems: isCount,
  maxItems: isCount,
  minProperties: isCount,
  maxProperties: isCount,
  uniqueItems: (value) => typeof value === 'boolean',
  allOf: isSchemas,
  anyOf: isSchemas,
  oneOf: isSchemas,
  not: isSchema,
  definitions: isSchemaMap,
  format: isText,
  title: isText,
  description: isText,
  $ref: isText,
})
const later = new Map<string, readonly [since: Draft, isRight: (value: Json) => boolean]>([
  ['$id', [2019, (value) => typeof value === 'string' && /^[^#]*#?$/.test(value)]],
  ['contains', [6, isSchema]],
  ['propertyNames', [6, isSchema]],
  ['if', [7, isSchema]],
  ['then', [7, isSchema]],
  ['else', [7, isSchema]],
  ['$defs', [2019, isSchemaMap]],
  ['dependentSchemas', [2019, isSchemaMap]],
  ['dependentRequired', [2019, (value) => isJsonMap(value) && Object.values(value).every(isTexts)]],
  ['unevaluatedProperties', [2019, isSchema]],
  ['unevaluatedItems', [2019, isSchema]],
  ['prefixItems', [2020, isSchemas]],
])

/** Throws SchemaProblem. */
export function checkShape(node: JsonMap, draft: Draft): void {
  // a map of properties may have any key
  if (!looksLikeSchema(node)) return
  for (const [key, value] of Object.entries(node)) {
    const rule = keywords[key]
    const [since, isRight] = later.get(key) ?? []
    const isWrong = rule === undefined ? since !== undefined && draft >= since && isRight?.(value) === false : !rule(value, draft)
    if (isWrong) throw new SchemaProblem(`"file:///values.schema.json#" is not valid against metaschema: at '/${key}'`)
  }
}

function looksLikeSchema(node: JsonMap): boolean {
  return isType(node['type'] ?? null) || typeof node['$ref'] === 'string' || typeof node['$schema'] === 'string'
}

/** One thing that a schema refuses. */
export interface SchemaFailure {
  readonly path: readonly string[]
  readonly message: string
  readonly causes: readonly SchemaFailure[]
  /** a wrong type, or keys that are not allowed, as facts; `allOf`: its causes are enough */
  readonly facts?: {
    readonly types?: { readonly got: string; readonly want: readonly string[] }
    readonly extra?: readonly string[]
    readonly isSum?: true
  }
  /** stands for several failures of one schema */
  readonly isGroup?: true
}

export interface Outcome {
  readonly failures: SchemaFailure[]
  /** properties and items that a schema has evaluated */
  readonly properties: Set<string>
  readonly items: Set<number>
}

/** `kind.Reference` shows several failures as a group does, but stays one. */
export function referred({ path, message, causes, facts }: SchemaFailure): SchemaFailure {
  return { path, message, causes, ...(facts === undefined ? {} : { facts }) }
}

/** `kind.Group`: what one schema says about one value is one failure. */
export function grouped(failures: SchemaFailure[], path: readonly string[]): SchemaFailure[] {
  return failures.length < 2 ? failures : [{ path, message: 'validation failed', causes: failures, facts: { isSum: true }, isGroup: true }]
}

/** The failures of the whole value, one by one. */
export function ungrouped(failures: readonly SchemaFailure[]): readonly SchemaFailure[] {
  return failures.flatMap((failure) => (failure.isGroup === true ? failure.causes : [failure]))
}
