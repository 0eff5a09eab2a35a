// What does decoding into the operator's Go type and writing it back do to an object?
import { lookup } from '../values/lookup.ts'
import { named, phrase, shown } from '../findings/message.ts'
import { meantQuantity } from '../findings/sizes.ts'
import { formatGoDuration, parseGoDuration } from '../go-template/duration.ts'
import type { Json, JsonMap } from '../values/value.ts'
import { formatQuantity, readQuantity } from './quantity.ts'
import { isJsonMap, setOwn } from '../values/value.ts'
import { canonicalTime } from './go-time.ts'
import { kubePath, sentence, type Issue } from './issue.ts'
import { loadTypedFields, type ServedKind } from './load.ts'
import { copyJson } from './prepare.ts'
import { fitsInteger } from './schema.ts'
import { memberSchema, type Structural } from './structural.ts'

/** What the Go type does at one place of an object. */
interface Facts {
  /** members that are always written, with the value they get where they are absent */
  readonly zeros: [name: string, value: Json][]
  readonly members: Map<string, Facts>
  /** items of the list, or entries of the map, at this place */
  each: Facts | undefined
  type: string | undefined
}

const factsOfKind = new WeakMap<ServedKind, Facts | undefined>()

/** The facts of a kind; undefined: the operator does not decode it before the schema is checked. */
function factsOf(served: ServedKind): Facts | undefined {
  if (factsOfKind.has(served)) return factsOfKind.get(served)
  const fields = loadTypedFields(served.kind, served.operator)
  let root: Facts | undefined
  if (fields) {
    root = emptyFacts()
    for (const { path, value } of fields.zero) {
      const cut = path.lastIndexOf('.')
      at(root, path.slice(0, cut)).zeros.push([path.slice(cut + 1), value])
    }
    for (const { path, type } of fields.typed) at(root, path).type = type
    root.zeros.push(['spec', specZero(root)])
  }
  factsOfKind.set(served, root)
  return root
}

function emptyFacts(): Facts {
  return { zeros: [], members: new Map(), each: undefined, type: undefined }
}

function at(root: Facts, path: string): Facts {
  let facts = root
  for (const step of path.split('.')) {
    let name = step
    while (name.endsWith('[]') || name.endsWith('{}')) name = name.slice(0, -2)
    let member = facts.members.get(name)
    if (!member) facts.members.set(name, (member = emptyFacts()))
    facts = member
    for (let rest = step.slice(name.length); rest !== ''; rest = rest.slice(2)) facts = facts.each ??= emptyFacts()
  }
  return facts
}

function specZero(root: Facts): JsonMap {
  return Object.fromEntries((root.members.get('spec')?.zeros ?? []).map(([name, value]) => [name, copyJson(value)]))
}

/** Adds the members that the Go type always writes, in place, also in items that are null. */
export function fillZeros(object: JsonMap, served: ServedKind): void {
  const facts = factsOf(served)
  if (facts) fill(object, facts, served.schema)
}

function fill(value: Json | undefined, facts: Facts | undefined, schema: Structural | true | undefined): void {
  if (Array.isArray(value)) {
    const items = schema === true ? undefined : schema?.items
    for (let index = 0; index < value.length; index++) {
      if (value[index] === null && items) value[index] = zeroOf(items)
      fill(value[index], facts?.each, items)
    }
    return
  }
  if (!isJsonMap(value)) return
  for (const [name, zero] of facts?.zeros ?? []) if (!Object.hasOwn(value, name)) setOwn(value, name, copyJson(zero))
  for (const key of Object.keys(value)) {
    const entry = value[key]
    if (typeof entry !== 'object' || entry === null) continue
    const member = schema === true || schema === undefined ? undefined : memberSchema(schema, key)
    fill(entry, facts?.members.get(key) ?? facts?.each, member)
  }
}

/** What a null item becomes in a Go list. */
function zeroOf(schema: Structural): Json {
  if (schema.intOrString) return '0'
  switch (schema.type) {
    case 'object':
      return {}
    case 'string':
      return ''
    case 'boolean':
      return false
    case 'integer':
    case 'number':
      return 0
    default:
      return null
  }
}

/** Rewrites quantities, durations and times canonically, in place; what can't be parsed is a decode issue and stays. */
export function rewriteTyped(object: JsonMap, served: ServedKind): Issue[] {
  const facts = factsOf(served)
  const issues: Issue[] = []
  if (facts) rewriteMembers(object, facts, { path: [], issues })
  return issues
}

interface Walk {
  readonly path: (string | number)[]
  readonly issues: Issue[]
}

function rewriteMembers(value: Json[] | JsonMap, facts: Facts, walk: Walk): void {
  if (Array.isArray(value)) {
    if (facts.each) for (let index = 0; index < value.length; index++) rewriteOne(value, index, facts.each, walk)
    return
  }
  for (const [name, member] of facts.members) if (Object.hasOwn(value, name)) rewriteOne(value, name, member, walk)
  if (facts.each) for (const key of Object.keys(value)) rewriteOne(value, key, facts.each, walk)
}

function rewriteOne(holder: Json[] | JsonMap, step: string | number, facts: Facts, walk: Walk): void {
  const value = (holder as JsonMap)[step] as Json
  if (value === null) return
  if (facts.type === undefined) {
    if (typeof value !== 'object' || (facts.members.size === 0 && !facts.each)) return
    walk.path.push(step)
    rewriteMembers(value, facts, walk)
    walk.path.pop()
    return
  }
  const canonical = canonicalText(value, facts.type)
  if (canonical !== undefined) {
    if (Array.isArray(holder)) holder[Number(step)] = canonical
    else setOwn(holder, String(step), canonical)
    return
  }
  const path = [...walk.path, step]
  const [keyword, must] = typeWords[facts.type] ?? ['type', 'must be an integer or a string']
  walk.issues.push({
    path,
    field: kubePath(path),
    type: 'FieldValueInvalid',
    keyword,
    message: sentence(path, phrase`is ${shown(value)}, but ${must}`),
    ...(keyword === 'quantity' && { fix: { write: 'quantity' }, ...meant(value) }),
  })
}

function meant(value: Json): Pick<Issue, 'help'> {
  const quantity = typeof value === 'string' ? meantQuantity(value) : undefined
  return quantity === undefined ? {} : { help: phrase`did you mean ${named(quantity)}?` }
}

const typeWords: Readonly<Record<string, readonly [keyword: string, must: string]>> = lookup({
  'resource.Quantity': ['quantity', 'must be a quantity such as 500m, 1.5 or 2Gi'],
  'v1.Duration': ['duration', 'must be a duration such as 90s, 30m or 1h30m'],
  'v1.Time': ['time', 'must be a time such as 2030-01-31T00:00:00Z'],
  'v1.MicroTime': ['time', 'must be a time such as 2030-01-31T00:00:00.000000Z'],
})

/** The canonical form; undefined: the Go type refuses the value. */
function canonicalText(value: Json, type: string): Json | undefined {
  switch (type) {
    case 'resource.Quantity': {
      const quantity = readQuantity(value)
      return quantity && formatQuantity(quantity)
    }
    case 'v1.Duration': {
      const duration = typeof value === 'string' ? parseGoDuration(value) : undefined
      return duration === undefined ? undefined : formatGoDuration(duration)
    }
    case 'v1.Time':
    case 'v1.MicroTime':
      return typeof value === 'string' ? canonicalTime(value) : undefined
    default:
      if (typeof value === 'string') return value
      return typeof value === 'number' && fitsInteger(value, 'int32') ? value : undefined
  }
}
