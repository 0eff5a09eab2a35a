// Which functions does text/template define?
import { lookup } from '../values/lookup.ts'
import type { Budget } from './budget.ts'
import { bytesOf, textOfBytes } from './go-bytes.ts'
import { formatValue, sprint, sprintf } from './go-format.ts'
import { takes, takesMore } from './go-function.ts'
import type { GoFunctions } from './go-function.ts'
import { plainVerb, printArg } from './go-print.ts'
import { TemplateError, compareText, int, isGoMap, isInteger, isStruct, isTextMap, isTrue, kindOf, typeOf } from './go-value.ts'
import type { GoValue } from './go-value.ts'

type Basic = 'bool' | 'float' | 'int' | 'string' | undefined

/** `basicKind`; undefined: not comparable by order. */
function basicKind(value: GoValue): Basic {
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return 'float'
  if (typeof value === 'string') return 'string'
  return isInteger(value) ? 'int' : undefined
}

function fail(message: string): never {
  throw new TemplateError(message)
}

const textVerb = { ...plainVerb, verb: 's' }
const isNothing = (value: GoValue): boolean => value === undefined || value === null

function isEqual(a: GoValue, b: GoValue, budget: Budget): boolean {
  const [left, right] = [basicKind(a), basicKind(b)]
  if (left !== right) return isNothing(a) || isNothing(b) ? false : incompatible(a, b)
  if (left === 'int') return isInteger(a) && isInteger(b) && a.value === b.value
  if (left !== undefined) return a === b
  if (isNothing(a) || isNothing(b)) return isNothing(a) === isNothing(b)
  // pointers are equal if they are identical
  if (isStruct(a) && isStruct(b)) return a === b || (a.type === b.type && !a.type.startsWith('*') && a.text === b.text)
  for (const value of [a, b]) if (typeof value === 'object') budget.whole(value)
  if (kindOf(a) !== kindOf(b))
    return fail(`non-comparable types ${printArg(a, textVerb)}: ${typeOf(a)}, ${typeOf(b)}: ${printArg(b, plainVerb)}`)
  return fail(`non-comparable type ${printArg(b, textVerb)}: ${typeOf(b)}`)
}

function incompatible(a: GoValue, b: GoValue): never {
  return fail(`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`)
}

function isLess(a: GoValue, b: GoValue): boolean {
  const [left, right] = [basicKind(a), basicKind(b)]
  if (left === undefined || right === undefined) return fail('invalid type for comparison')
  if (left !== right) return incompatible(a, b)
  if (isInteger(a) && isInteger(b)) return a.value < b.value
  if (typeof a === 'number' && typeof b === 'number') return a < b
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b) < 0
  return fail('invalid type for comparison')
}

function equalsAny(first: GoValue, others: readonly GoValue[], budget: Budget): boolean {
  if (others.length === 0) fail('missing argument for comparison')
  for (const other of others) if (isEqual(first, other, budget)) return true
  return false
}

function index(item: GoValue, indexes: readonly GoValue[]): GoValue {
  if (isNothing(item)) return fail('index of untyped nil')
  let value = item
  for (const key of indexes) {
    if (isNothing(value)) return fail('index of nil pointer')
    if (isGoMap(value)) {
      if (isNothing(key)) return fail('value is nil; should be of type string')
      if (typeof key !== 'string') return fail(`value has type ${typeOf(key)}; should be string`)
      value = value.get(key) ?? (isTextMap(value) ? '' : null)
      continue
    }
    const sequence = typeof value === 'string' ? bytesOf(value) : Array.isArray(value) ? value : undefined
    if (sequence === undefined) return fail(`can't index item of type ${typeOf(value)}`)
    const at = position(key, sequence.length)
    if (at === sequence.length) return fail(`reflect: ${typeof value === 'string' ? 'string' : 'slice'} index out of range`)
    value = Array.isArray(value) ? value[at] : { go: 'integer', type: 'uint8', value: BigInt(sequence[at] as number) }
  }
  return value
}

function position(key: GoValue, last: number): number {
  if (isNothing(key)) return fail('cannot index slice/array with nil')
  if (!isInteger(key)) return fail(`cannot index slice/array with type ${typeOf(key)}`)
  if (key.value < 0n || key.value > BigInt(last)) return fail(`index out of range: ${key.value}`)
  return Number(key.value)
}

function slice(item: GoValue, indexes: readonly GoValue[]): GoValue {
  if (isNothing(item)) return fail('slice of untyped nil')
  if (indexes.length > 3 || (typeof item === 'string' && indexes.length > 2)) return fail('too many slice indexes')
  const sequence = typeof item === 'string' ? bytesOf(item) : Array.isArray(item) ? item : undefined
  if (sequence === undefined) return fail(`can't slice item of type ${typeOf(item)}`)
  const [from = 0, to = sequence.length] = indexes.map((key) => position(key, sequence.length))
  if (from > to) return fail('invalid slice index')
  return Array.isArray(item) ? item.slice(from, to) : textOfBytes((sequence as Buffer).subarray(from, to))
}

function length(item: GoValue): GoValue {
  if (typeof item === 'string') return int(bytesOf(item).length)
  if (Array.isArray(item)) return int(item.length)
  if (isNothing(item)) return fail('len of nil pointer')
  return isGoMap(item) ? int(item.size) : fail(`len of type ${typeOf(item)}`)
}

const only = (args: readonly GoValue[], budget: Budget): string => {
  const [first] = args
  return args.length === 1 && typeof first === 'string'
    ? first
    : sprint(
        args.map((value) => (isNothing(value) ? '<no value>' : value)),
        budget,
      )
}

const htmlEntities: Record<string, string> = lookup({ '\0': '\ufffd', '"': '&#34;', "'": '&#39;', '&': '&amp;', '<': '&lt;', '>': '&gt;' })
function escapeHtml(text: string): string {
  return text.replace(/[\0"'&<>]/g, (character) => htmlEntities[character] ?? character)
}

const jsEscapes: Record<string, string> = lookup({
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
})
function escapeJs(text: string): string {
  return [...text]
    .map((character) => {
      const known = jsEscapes[character]
      if (known !== undefined) return known
      const code = character.codePointAt(0) ?? 0
      const printable = code >= 0x20 && (code <= 0x7f || /[\udc80-\udcff]/.test(character) || !/[\p{C}\p{Z}]/u.test(character))
      return printable ? character : `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`
    })
    .join('')
}

/** `url.QueryEscape`. */
function escapeQuery(text: string): string {
  return bytesOf(text)
    .toString('latin1')
    .replace(/[^\w.~-]/g, (byte) => (byte === ' ' ? '+' : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`))
}

/** The functions that every Go template has. `and` and `or` stop early, which the evaluator does. */
export const builtins: GoFunctions = {
  and: takesMore(['value'], 'value', () => undefined),
  or: takesMore(['value'], 'value', () => undefined),
  not: takes(['value'], (value) => !isTrue(value)),
  eq: takesMore(['value'], 'value', equalsAny),
  ne: takes(['value', 'value'], (a, b, budget) => !isEqual(a, b, budget)),
  lt: takes(['value', 'value'], isLess),
  le: takes(['value', 'value'], (a, b, budget) => isLess(a, b) || isEqual(a, b, budget)),
  gt: takes(['value', 'value'], (a, b, budget) => !(isLess(a, b) || isEqual(a, b, budget))),
  ge: takes(['value', 'value'], (a, b) => !isLess(a, b)),
  index: takesMore(['value'], 'value', index),
  slice: takesMore(['value'], 'value', slice),
  len: takes(['value'], length),
  // refused where it is called, which knows how the argument is written
  call: takesMore(['value'], 'value', () => undefined),
  print: takesMore([], 'any', (values, budget) => sprint(values, budget)),
  println: takesMore([], 'any', (values, budget) => `${values.map((value) => formatValue(value, budget)).join(' ')}\n`),
  printf: takesMore(['string'], 'any', sprintf),
  html: takesMore([], 'any', (values, budget) => escapeHtml(only(values, budget))),
  js: takesMore([], 'any', (values, budget) => escapeJs(only(values, budget))),
  urlquery: takesMore([], 'any', (values, budget) => escapeQuery(only(values, budget))),
}
