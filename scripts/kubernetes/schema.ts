// Does a value satisfy its structural schema, as the API server judges?
import { lookup } from '../values/lookup.ts'
import { fieldAt, named, phrase, shown } from '../findings/message.ts'
import { meantQuantity } from '../findings/sizes.ts'
import { listOfOne } from '../findings/lists.ts'
import { printed } from '../values/printed.ts'
import type { FieldErrorType, Message, Part } from '../findings/finding.ts'
import type { Json, JsonMap, Path } from '../values/value.ts'
import { listed, nearest } from '../values/path.ts'
import { resolveScalar } from '../yaml/scalars.ts'
import { hasFormat } from './formats.ts'
import { matchesPattern } from './pattern.ts'
import { memberSchema, type Structural } from './structural.ts'
import { kubePath, sentence, type Issue } from './issue.ts'
import { isJsonMap } from '../values/value.ts'

/** What differs between the API server libraries of operator versions. */
export interface SchemaDialect {
  /** numbers out of the range of their integer format are refused (Kubernetes 0.35 and later) */
  readonly integerRange: boolean
  /** the values go into the operator's Go types, which know less than the schema allows */
  readonly goTypes?: boolean
}

interface Walk {
  readonly path: (string | number)[]
  readonly issues: Issue[]
  readonly dialect: SchemaDialect
}

/** Everything that the OpenAPI validation of the API server finds in an object, in document order; list types and CEL are separate. */
export function checkSchema(root: Json, schema: Structural, dialect: SchemaDialect): Issue[] {
  const walk: Walk = { path: [], issues: [], dialect }
  checkValue(root, schema, walk)
  return walk.issues
}

/** What to do about an issue, as words and as an edit. */
type Advice = Pick<Issue, 'help' | 'fix'>

/** Adds an issue about the current value, with a message in the form "<field> is …, but must be …". */
function report(walk: Walk, keyword: string, type: FieldErrorType, is: Part | Message, must: string, help?: Advice): void {
  const path: Path = [...walk.path]
  const field = kubePath(path)
  walk.issues.push({ path, field, type, keyword, message: sentence(path, phrase`is ${is}, but ${must}`), ...help })
}

const typeWords: Readonly<Record<string, string>> = lookup({
  object: 'a map',
  array: 'a list',
  string: 'a string',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
})

function hasType(value: Json, schema: Structural): boolean {
  if (schema.intOrString) return typeof value === 'string' || isInteger(value)
  // kube-openapi leaves strings and lists to the format check, and no format looks at a list
  if (schema.format !== undefined && Array.isArray(value) && schema.type === 'string') return true
  switch (schema.type) {
    case 'object':
      return isJsonMap(value)
    case 'array':
      return Array.isArray(value)
    case 'integer':
      return isInteger(value)
    case '':
      return true
    default:
      return typeof value === schema.type
  }
}

/** A number beyond 64 bits is a floating-point number to the API server, even without a fraction. */
function isInteger(value: Json): boolean {
  return typeof value === 'number' && fitsInteger(value, undefined)
}

function checkValue(value: Json, schema: Structural, walk: Walk): void {
  if (value === null) {
    if (!schema.nullable && (schema.type !== '' || schema.intOrString)) reportType(value, schema, walk)
    if (schema.enumeration && !schema.nullable) checkEnum(value, schema.enumeration, walk)
    return
  }
  const typed = hasType(value, schema)
  if (!typed) reportType(value, schema, walk)
  if (schema.enumeration) checkEnum(value, schema.enumeration, walk)
  if (typeof value === 'string') checkString(value, schema, walk)
  else if (typeof value === 'number') checkNumber(value, schema, walk)
  else if (Array.isArray(value)) checkList(value, schema, walk)
  else if (typeof value === 'object') checkMap(value, schema, walk)
}

function reportType(value: Json, schema: Structural, walk: Walk): void {
  const isLong = Number.isInteger(value) && (schema.type === 'integer' || schema.intOrString)
  const wanted = schema.intOrString ? 'an integer or a string' : (typeWords[schema.type] ?? schema.type)
  const is = value === '' ? named('""') : shown(value)
  report(walk, 'type', 'FieldValueTypeInvalid', is, isLong ? 'must fit 64 bits' : `must be ${wanted}`, typeAdvice(value, schema))
  if (schema.intOrString) reportUnplaced(walk, 'anyOf')
}

function typeAdvice(value: Json, schema: Structural): Advice {
  const isText = typeof value === 'string'
  switch (schema.type) {
    case 'string':
      // no quotes make one of a few words of `yes`
      if (schema.enumeration !== undefined && !schema.enumeration.includes(printed(value)))
        return { help: phrase`write one of ${listed(schema.enumeration.map((word) => (word === '' ? '""' : printed(word))))}` }
      return {
        fix: { write: 'text' },
        ...((typeof value === 'number' || typeof value === 'boolean') && { help: phrase`put quotes around it` }),
      }
    case 'integer':
      return { fix: { write: 'number' }, ...(isText && /^-?\d+$/.test(value) && { help: phrase`write ${named(value)} without quotes` }) }
    case 'boolean': {
      const isSwitch = isText && typeof resolveScalar(value) === 'boolean'
      return { fix: { write: 'boolean' }, ...(isSwitch && { help: phrase`write ${named(value)} without quotes` }) }
    }
    case 'array': {
      const items = schema.items
      const isItem = isJsonMap(value) && (items?.type === 'object' || items?.type === undefined)
      const help = isItem ? phrase`write \`- \` before its first key` : isText && items?.type === 'string' ? listOfOne(value) : undefined
      return {
        ...(help && { help }),
        fix: { write: 'list', ofText: items?.type === 'string' && !items.intOrString && items.enumeration === undefined },
      }
    }
    case 'object':
      if (Array.isArray(value) && value.length === 1 && isJsonMap(value[0])) return { help: phrase`remove the \`- \`` }
      return isText && schema.properties?.has('name') === true ? { help: phrase`write it as \`name: …\` below the key` } : {}
    default:
      return {}
  }
}

/** The API server cannot place some errors; they always come with a better one at the value, or are the only sign of a bad number. */
function reportUnplaced(walk: Walk, keyword: string): void {
  const path: Path = [...walk.path]
  walk.issues.push({
    path,
    field: '<nil>',
    type: 'FieldValueInvalid',
    keyword,
    message: sentence(path, phrase`is of the wrong type, but must be an integer or a string`),
  })
}

function checkEnum(value: Json, allowed: readonly Json[], walk: Walk): void {
  if (allowed.includes(value)) return
  const guess =
    typeof value === 'string' ? nearest(value, allowed.filter((word) => typeof word === 'string' && word !== '') as string[]) : undefined
  report(
    walk,
    'enum',
    'FieldValueNotSupported',
    shown(value),
    `must be one of ${listed(allowed.map((entry) => (entry === '' ? '""' : printed(entry))))}`,
    guess === undefined ? undefined : { help: phrase`did you mean \`${guess}\`?` },
  )
}

/** Length in characters (code points), as the API server counts it. */
function characterCount(text: string): number {
  let count = text.length
  for (let index = 0; index < text.length - 1; index++) {
    const unit = text.charCodeAt(index)
    if (unit >= 0xd800 && unit < 0xdc00) count--
  }
  return count
}

function checkString(value: string, schema: Structural, walk: Walk): void {
  const { minLength, maxLength, pattern, format } = schema
  if (maxLength !== undefined && characterCount(value) > maxLength)
    report(walk, 'max-length', 'FieldValueTooLong', `${characterCount(value)} characters long`, `must have at most ${maxLength}`)
  if (minLength !== undefined && characterCount(value) < minLength)
    report(walk, 'min-length', 'FieldValueInvalid', shown(value), `must have at least ${minLength} character${minLength === 1 ? '' : 's'}`)
  if (pattern !== undefined && !matchesPattern(value, pattern))
    report(walk, 'pattern', 'FieldValueInvalid', shown(value), ...patternWords(pattern, value))
  if (format !== undefined && !hasFormat(value, format))
    report(walk, 'format', 'FieldValueTypeInvalid', shown(value), `must have the format ${format}`)
}

function quantityHelp(value: string): Message {
  const meant = meantQuantity(value)
  return meant === undefined ? phrase`write a number with a unit, such as 500m, 1.5 or 2Gi` : phrase`did you mean ${named(meant)}?`
}

/** A short pattern is shown; a long one is the quantity grammar or would not fit the message. */
function patternWords(pattern: string, value: string): [string, Advice?] {
  if (pattern.includes('[KMGTPE]i')) return ['must be a quantity', { help: quantityHelp(value), fix: { write: 'quantity' } }]
  if (pattern === '^[1-9][0-9]*[dwm]$')
    return ['must be a number and d, w or m', { help: phrase`write days, weeks or months such as 7d, 4w or 1m` }]
  return pattern.length <= 48
    ? [`must match ${pattern}`]
    : ['must match the pattern of its schema', { help: phrase`the pattern is ${named(pattern)}` }]
}

function checkNumber(value: number, schema: Structural, walk: Walk): void {
  const { minimum, maximum, multipleOf } = schema
  if (minimum !== undefined && (schema.exclusiveMinimum ? value <= minimum : value < minimum))
    report(walk, 'minimum', 'FieldValueInvalid', printed(value), `must be ${schema.exclusiveMinimum ? 'more than' : 'at least'} ${minimum}`)
  if (maximum !== undefined && (schema.exclusiveMaximum ? value >= maximum : value > maximum))
    report(walk, 'maximum', 'FieldValueInvalid', printed(value), `must be ${schema.exclusiveMaximum ? 'less than' : 'at most'} ${maximum}`)
  if (multipleOf !== undefined && value % multipleOf !== 0)
    report(walk, 'multiple', 'FieldValueInvalid', printed(value), `must be a multiple of ${multipleOf}`)
  if (walk.dialect.integerRange && schema.type === 'integer' && !fitsInteger(value, schema.format)) {
    const path: Path = [...walk.path]
    const message = sentence(path, phrase`is ${named(value)}, but must be a whole number of ${schema.format === 'int32' ? 32 : 64} bits`)
    walk.issues.push({ path, field: '<nil>', type: 'FieldValueInvalid', keyword: 'range', message })
  }
  if (walk.dialect.goTypes === true) checkGoNumber(value, schema, walk)
}

/** Whether the Go type of a member is uint64, though its schema says int64: relabelings of a PodMonitor have one. */
export function isUnsigned(path: Path): boolean {
  return path.at(-1) === 'modulus'
}

export function fitsUnsigned(value: Json | undefined): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 64
}

/** An IntOrString has 32 bits; the other integers or strings are quantities, which have a pattern. */
function checkGoNumber(value: number, schema: Structural, walk: Walk): void {
  if (schema.intOrString && schema.pattern === undefined && !fitsInteger(value, 'int32'))
    report(walk, 'range', 'FieldValueInvalid', printed(value), 'must be a whole number of 32 bits')
  if (value < 0 && isUnsigned(walk.path)) report(walk, 'range', 'FieldValueInvalid', printed(value), 'must be at least 0')
}

/**
 * Whether a number is whole and within its integer format, int64 where there is none. The largest int64 reads as 2^63 here, as does
 * the number after it: the former is what is meant.
 */
export function fitsInteger(value: number, format: string | undefined): boolean {
  if (!Number.isInteger(value)) return false
  return format === 'int32' ? value >= -(2 ** 31) && value < 2 ** 31 : Math.abs(value) <= 2 ** 63
}

function checkList(value: readonly Json[], schema: Structural, walk: Walk): void {
  const { minItems, maxItems, items } = schema
  if (maxItems !== undefined && value.length > maxItems)
    report(walk, 'max-items', 'FieldValueTooMany', `${value.length} items long`, `must have at most ${maxItems}`)
  if (minItems !== undefined && value.length < minItems)
    report(
      walk,
      'min-items',
      'FieldValueInvalid',
      value.length === 0 ? 'an empty list' : `${value.length} items long`,
      `must have at least ${minItems}`,
    )
  if (!items) return
  for (let index = 0; index < value.length; index++) {
    walk.path.push(index)
    checkValue(value[index] as Json, items, walk)
    walk.path.pop()
  }
}

function checkMap(value: JsonMap, schema: Structural, walk: Walk): void {
  const keys = Object.keys(value)
  const { minProperties, maxProperties } = schema
  if (maxProperties !== undefined && keys.length > maxProperties)
    report(walk, 'max-properties', 'FieldValueTooMany', `a map of ${keys.length}`, `must have at most ${maxProperties} members`)
  if (minProperties !== undefined && keys.length < minProperties)
    report(walk, 'min-properties', 'FieldValueInvalid', `a map of ${keys.length}`, `must have at least ${minProperties} members`)
  for (const name of schema.required) if (!Object.hasOwn(value, name)) reportMissing(name, schema, walk)
  for (const key of keys) {
    const member = memberSchema(schema, key)
    if (!member || member === true) continue
    walk.path.push(key)
    checkValue(value[key] as Json, member, walk)
    walk.path.pop()
  }
}

function reportMissing(name: string, schema: Structural, walk: Walk): void {
  const kind = schema.properties?.get(name)
  walk.path.push(name)
  const field = fieldAt([...walk.path], name)
  const words = kind && (kind.intOrString ? undefined : typeWords[kind.type])
  report(
    walk,
    'required',
    'FieldValueRequired',
    'not set',
    'must be',
    words === undefined ? undefined : { help: phrase`set ${field}: ${words}` },
  )
  walk.path.pop()
}
