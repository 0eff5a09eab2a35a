// Does a value satisfy a schema according to santhosh-tekuri/jsonschema v6?
import { printed } from '../values/printed.ts'
import { append } from '../values/append.ts'
import type { Json, JsonMap } from '../values/value.ts'
import { isJsonMap } from '../values/value.ts'
import { checkFormat } from './json-schema-formats.ts'
import { inTypeOrder, isUnique, sameJson, shownJson, typeOfJson } from './json-schema-text.ts'
import { checkNumber, checkText } from './json-schema-scalars.ts'
import { draftOf, lookUp, register, rootUrl } from './json-schema-references.ts'
import type { Registry } from './json-schema-references.ts'
import { SchemaProblem, grouped, referred, ungrouped } from './json-schema-shape.ts'
import type { Draft, Outcome, SchemaFailure } from './json-schema-shape.ts'

export interface CompiledSchema {
  validate(value: Json): readonly SchemaFailure[]
}

/** Throws SchemaProblem. */
export function compileSchema(schema: Json, newest: Draft = 2020, isShared: (value: object) => boolean = () => true): CompiledSchema {
  if (typeof schema !== 'boolean' && !isJsonMap(schema))
    throw new SchemaProblem("jsonschema: 'file:///values.schema.json' is not valid against metaschema")
  const draft = Math.min(draftOf(schema), newest) as Draft
  const fitting = JSON.stringify(schema).includes('"unevaluated') ? undefined : new WeakMap<object, Set<Json>>()
  const registry: Registry = { draft, byUrl: new Map(), bases: new Map(), fitting, isShared }
  registry.byUrl.set(rootUrl, { schema, base: rootUrl })
  register(schema, rootUrl, registry)
  return {
    validate: (value) => ungrouped(check(schema, value, { registry, base: rootUrl, path: [], active: [], dynamic: [] }).failures),
  }
}

interface At {
  readonly registry: Registry
  readonly base: string
  readonly path: readonly string[]
  /** schemas already being applied to the same value: a reference to one of them would never end */
  readonly active: readonly Json[]
  readonly dynamic: readonly string[]
}

function check(schema: Json, value: Json, at: At): Outcome {
  const outcome: Outcome = { failures: [], properties: new Set(), items: new Set() }
  if (schema === true || !isJsonMap(schema)) {
    if (schema === false) outcome.failures.push({ path: at.path, message: 'false schema', causes: [] })
    return outcome
  }
  const isKept = typeof value === 'object' && value !== null && at.registry.fitting !== undefined && at.registry.isShared(value)
  const known = isKept ? at.registry.fitting?.get(value) : undefined
  if (known?.has(schema) === true) return outcome
  const here: At = { ...at, base: at.registry.bases.get(schema) ?? at.base, active: [...at.active, schema] }
  const run = new Run(schema, value, here, outcome)
  run.all()
  if (outcome.failures.length === 0 && isKept && at.active.length === 0) {
    if (known === undefined) at.registry.fitting?.set(value, new Set([schema]))
    else known.add(schema)
  }
  return { ...outcome, failures: grouped(outcome.failures, at.path) }
}

class Run {
  readonly #schema: JsonMap
  readonly #value: Json
  readonly #at: At
  readonly #out: Outcome
  constructor(schema: JsonMap, value: Json, at: At, out: Outcome) {
    this.#schema = schema
    this.#value = value
    this.#at = at
    this.#out = out
  }

  get #draft(): Draft {
    return this.#at.registry.draft
  }

  #fail(message: string, causes: readonly SchemaFailure[] = [], facts?: SchemaFailure['facts']): void {
    this.#out.failures.push({ path: this.#at.path, message, causes, ...(facts === undefined ? {} : { facts }) })
  }

  /** The same value against another schema; what it evaluated counts if it matches. */
  #same(schema: Json): Outcome {
    const inner = check(schema, this.#value, this.#at)
    if (inner.failures.length === 0) {
      for (const key of inner.properties) this.#out.properties.add(key)
      for (const index of inner.items) this.#out.items.add(index)
    }
    return inner
  }

  #below(schema: Json, key: string | number): SchemaFailure[] {
    const child = Array.isArray(this.#value) ? this.#value[Number(key)] : (this.#value as JsonMap)[key]
    return check(schema, child as Json, { ...this.#at, path: [...this.#at.path, String(key)], active: [] }).failures
  }

  all(): void {
    const reference = this.#schema['$ref']
    if (typeof reference === 'string') {
      this.#reference(reference)
      if (this.#draft <= 7) return
    }
    for (const key of ['$dynamicRef', '$recursiveRef']) {
      const dynamic = this.#schema[key]
      if (typeof dynamic === 'string' && this.#draft >= 2019) this.#reference(dynamic)
    }
    if (!this.#types() || !this.#values() || !this.#format()) return
    if (isJsonMap(this.#value)) this.#object(this.#value)
    if (Array.isArray(this.#value)) this.#list(this.#value)
    if (typeof this.#value === 'string') for (const message of checkText(this.#schema, this.#value)) this.#fail(message)
    if (typeof this.#value === 'number') for (const message of checkNumber(this.#schema, this.#value, this.#draft)) this.#fail(message)
    this.#combined()
    this.#unevaluated()
  }

  #reference(reference: string): void {
    const target = lookUp(reference, this.#at)
    if (target === undefined || this.#at.active.includes(target.schema)) return
    const inner = check(target.schema, this.#value, { ...this.#at, base: target.base })
    append(this.#out.failures, inner.failures.map(referred))
    for (const key of inner.properties) this.#out.properties.add(key)
    for (const index of inner.items) this.#out.items.add(index)
  }

  #types(): boolean {
    const { type } = this.#schema
    if (type === undefined) return true
    const wanted = inTypeOrder(Array.isArray(type) ? type : [type])
    const got = typeOfJson(this.#value)
    const isWhole = got === 'number' && Number.isInteger(this.#value)
    if (wanted.some((name) => name === got || (name === 'integer' && isWhole))) return true
    this.#fail(`got ${got}, want ${wanted.map(printed).join(' or ')}`, [], { types: { got, want: wanted.map(printed) } })
    return false
  }

  /** What is none of these values is judged no further. */
  #values(): boolean {
    const { enum: allowed, const: constant } = this.#schema
    const isOther = constant !== undefined && this.#draft >= 6 && !sameJson(constant, this.#value)
    if (isOther) this.#fail(`value must be ${shownJson(constant)}`)
    else if (Array.isArray(allowed) && !allowed.some((item) => sameJson(item, this.#value)))
      this.#fail(`value must be ${allowed.length === 1 ? '' : 'one of '}${allowed.map(shownJson).join(', ')}`)
    else return true
    return false
  }

  #format(): boolean {
    const { format } = this.#schema
    const bad = typeof format === 'string' && this.#draft <= 7 ? checkFormat(format, this.#value) : undefined
    if (bad !== undefined) this.#fail(bad)
    return bad === undefined
  }

  #object(value: JsonMap): void {
    const schema = this.#schema
    const keys = Object.keys(value)
    const { minProperties, maxProperties, required, properties, patternProperties, additionalProperties, propertyNames } = schema
    if (typeof minProperties === 'number' && keys.length < minProperties)
      this.#fail(`minProperties: got ${keys.length}, want ${minProperties}`)
    if (typeof maxProperties === 'number' && keys.length > maxProperties)
      this.#fail(`maxProperties: got ${keys.length}, want ${maxProperties}`)
    if (Array.isArray(required)) this.#required(required as string[], value)
    const evaluated = new Set<string>()
    const see = (key: string): void => {
      evaluated.add(key)
      this.#out.properties.add(key)
    }
    if (isJsonMap(properties))
      for (const [key, child] of Object.entries(properties))
        if (Object.hasOwn(value, key)) {
          see(key)
          append(this.#out.failures, this.#below(child, key))
        }
    if (isJsonMap(patternProperties))
      for (const [pattern, child] of Object.entries(patternProperties))
        for (const key of keys)
          if (checkText({ pattern }, key).length === 0) {
            see(key)
            append(this.#out.failures, this.#below(child, key))
          }
    if (additionalProperties !== undefined) {
      const extra = keys.filter((key) => !evaluated.has(key))
      if (additionalProperties === false) {
        if (extra.length > 0) this.#fail(`additional properties ${extra.map(shownJson).join(', ')} not allowed`, [], { extra })
      } else for (const key of extra) append(this.#out.failures, this.#below(additionalProperties, key))
      for (const key of extra) see(key)
    }
    if (propertyNames !== undefined && this.#draft >= 6)
      for (const key of keys) {
        const { failures } = check(propertyNames, key, { ...this.#at, active: [] })
        if (failures.length > 0) this.#fail(`invalid propertyName ${shownJson(key)}`, failures)
      }
    this.#dependencies(value)
  }

  #required(required: readonly string[], value: JsonMap): void {
    const missing = required.filter((key) => !Object.hasOwn(value, key))
    if (missing.length > 0) this.#fail(`missing propert${missing.length === 1 ? 'y' : 'ies'} ${missing.map(shownJson).join(', ')}`)
  }

  #dependencies(value: JsonMap): void {
    const names = this.#draft >= 2019 ? ['dependentRequired', 'dependentSchemas', 'dependencies'] : ['dependencies']
    for (const name of names)
      for (const [key, wanted] of Object.entries(isJsonMap(this.#schema[name]) ? this.#schema[name] : {})) {
        if (!Object.hasOwn(value, key)) continue
        if (!Array.isArray(wanted)) {
          append(this.#out.failures, this.#same(wanted).failures)
          continue
        }
        const missing = (wanted as string[]).filter((other) => !Object.hasOwn(value, other))
        if (missing.length > 0) this.#fail(`properties ${missing.map(shownJson).join(', ')} required, if ${shownJson(key)} exists`)
      }
  }

  #list(value: readonly Json[]): void {
    const { minItems, maxItems, uniqueItems, prefixItems, items, additionalItems } = this.#schema
    if (typeof minItems === 'number' && value.length < minItems) this.#fail(`minItems: got ${value.length}, want ${minItems}`)
    if (typeof maxItems === 'number' && value.length > maxItems) this.#fail(`maxItems: got ${value.length}, want ${maxItems}`)
    if (uniqueItems === true && !isUnique(value)) this.#fail('items are not unique')
    const tuple = this.#draft >= 2020 ? prefixItems : items
    const rest = this.#draft >= 2020 ? items : Array.isArray(items) ? additionalItems : undefined
    const first = Array.isArray(tuple) ? tuple : []
    const each = Array.isArray(tuple) ? rest : this.#draft >= 2020 ? rest : items
    for (const index of value.keys()) {
      const schema = index < first.length ? first[index] : each
      if (schema === undefined) continue
      this.#out.items.add(index)
      if (schema === false && index >= first.length && Array.isArray(tuple)) {
        this.#fail(`last ${value.length - first.length} additionalItem(s) not allowed`)
        break
      }
      append(this.#out.failures, this.#below(schema, index))
    }
    this.#contains(value)
  }

  #contains(value: readonly Json[]): void {
    const { contains, minContains, maxContains } = this.#schema
    if (contains === undefined || this.#draft < 6) return
    const causes: SchemaFailure[] = []
    let count = 0
    for (const index of value.keys()) {
      const failures = this.#below(contains, index)
      if (failures.length === 0) {
        count++
        if (this.#draft >= 2020) this.#out.items.add(index)
      } else append(causes, failures)
    }
    const least = this.#draft >= 2019 && typeof minContains === 'number' ? minContains : 1
    if (count < least)
      this.#fail(
        least === 1 ? 'no items match contains schema' : `min ${least} items required to match contains schema, but matched ${count} items`,
        causes,
      )
    if (this.#draft >= 2019 && typeof maxContains === 'number' && count > maxContains)
      this.#fail(`max ${maxContains} items required to match contains schema`)
  }

  #combined(): void {
    const { allOf, anyOf, oneOf, not, if: condition, then: yes, else: no } = this.#schema
    if (Array.isArray(allOf)) {
      const failures = allOf.flatMap((schema) => this.#same(schema).failures)
      if (failures.length > 0) this.#fail("'allOf' failed", failures, { isSum: true })
    }
    if (Array.isArray(anyOf)) {
      const outcomes = anyOf.map((schema) => this.#same(schema).failures)
      if (!outcomes.some((failures) => failures.length === 0))
        this.#fail("'anyOf' failed", outcomes.flat(), anyOf.length === 1 ? { isSum: true } : undefined)
    }
    if (Array.isArray(oneOf)) {
      const outcomes = oneOf.map((schema) => this.#same(schema).failures)
      const matched = [...outcomes.entries()].filter(([, failures]) => failures.length === 0).map(([index]) => index)
      if (matched.length === 0) this.#fail("'oneOf' failed, none matched", outcomes.flat())
      if (matched.length > 1) this.#fail(`'oneOf' failed, subschemas ${matched.slice(0, 2).join(', ')} matched`)
    }
    if (not !== undefined && check(not, this.#value, this.#at).failures.length === 0) this.#fail("'not' failed")
    if (condition !== undefined && this.#draft >= 7) {
      const branch = this.#same(condition).failures.length === 0 ? yes : no
      if (branch !== undefined) append(this.#out.failures, this.#same(branch).failures)
    }
  }

  #unevaluated(): void {
    if (this.#draft < 2019) return
    const { unevaluatedProperties, unevaluatedItems } = this.#schema
    if (unevaluatedProperties !== undefined && isJsonMap(this.#value))
      for (const key of Object.keys(this.#value)) {
        if (this.#out.properties.has(key)) continue
        append(this.#out.failures, this.#below(unevaluatedProperties, key))
        this.#out.properties.add(key)
      }
    if (unevaluatedItems !== undefined && Array.isArray(this.#value))
      for (const index of this.#value.keys()) {
        if (this.#out.items.has(index)) continue
        append(this.#out.failures, this.#below(unevaluatedItems, index))
        this.#out.items.add(index)
      }
  }
}
