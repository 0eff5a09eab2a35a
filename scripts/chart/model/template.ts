// How do Go templates look into values: fields, truth, comparison, printed text?
import { plainVerb, printArg } from '../../go-template/go-print.ts'
import { toGo } from '../../helm/render.ts'
import type { NullValue, Value } from '../../values/value.ts'

/** Why a template stops; `fail` is the chart's own message. */
export type FaultClass = 'nil' | 'type' | 'tpl' | 'fail'

/** A template stopped: the mistake is in the values, `place` is the value to blame. Caught by `renderCluster` alone. */
export class TemplateFault extends Error {
  readonly class: FaultClass
  readonly place: Value
  constructor(faultClass: FaultClass, message: string, place: Value) {
    super(message)
    this.class = faultClass
    this.place = place
  }
}

const noOverrides: readonly Value[] = []

/** A null in place of a key that nobody wrote; its origin is that of the map that lacks it, the path that of the key. */
function absent(from: Value, key: string): NullValue {
  const origin = { ...from.origin, path: [...from.origin.path, key], key: null }
  return { kind: 'null', origin, overrides: noOverrides }
}

/** The path of a value inside the values, for messages. */
export function pathText(value: Value): string {
  return value.origin.path.length === 0 ? 'the values' : value.origin.path.join('.')
}

/**
 * `.a.b` of a template: the entry, or a null where the map lacks it.
 * Throws class `nil` on null and `type` on anything that is not a map (text/template `evalField`).
 */
export function field(from: Value, ...keys: string[]): Value {
  let node = from
  for (const key of keys) {
    if (node.kind === 'map') node = node.entries.get(key) ?? absent(node, key)
    else if (node.kind === 'null')
      throw new TemplateFault('nil', `${pathText(node)} is null, but the chart reads \`${key}\` inside it`, node)
    else throw new TemplateFault('type', `${pathText(node)} is ${kindName(node)}, but the chart reads \`${key}\` inside it`, node)
  }
  return node
}

/** What a value is, with its article. */
export function kindName(value: Value): string {
  if (value.kind !== 'scalar') return value.kind === 'null' ? 'null' : `a ${value.kind}`
  return typeof value.value === 'string' ? 'a string' : typeof value.value === 'number' ? 'a number' : 'a boolean'
}

/** Truth as `if`, `with`, `and`, `default` and `empty` see it: empty collections, 0, "" and null are false. */
export function isTrue(value: Value): boolean {
  switch (value.kind) {
    case 'null':
      return false
    case 'scalar':
      return value.value !== '' && value.value !== 0 && value.value !== false
    case 'list':
      return value.items.length > 0
    case 'map':
      return value.entries.size > 0
  }
}

/** `eq value "text"`: null is unequal, other types than string stop the template. */
export function equalsText(value: Value, text: string): boolean {
  if (value.kind === 'null') return false
  if (value.kind !== 'scalar' || typeof value.value !== 'string')
    throw new TemplateFault('type', `${pathText(value)} is ${kindName(value)}, but must be a string`, value)
  return value.value === text
}

/** `eq value true`. */
export function equalsTrue(value: Value): boolean {
  if (value.kind === 'null') return false
  if (value.kind !== 'scalar' || typeof value.value !== 'boolean')
    throw new TemplateFault('type', `${pathText(value)} is ${kindName(value)}, but must be true or false`, value)
  return value.value
}

/** What `range` visits: list items, or a map's values in key order. */
export function rangeOf(value: Value): readonly Value[] {
  if (value.kind === 'null') return []
  if (value.kind === 'list') return value.items
  if (value.kind === 'map') return sortedKeys(value.entries).map((key) => value.entries.get(key) as Value)
  // a whole number can be ranged over since Go 1.22, but numbers of values are floats
  throw new TemplateFault('type', `${pathText(value)} is ${kindName(value)}, but must be a list`, value)
}

export function sortedKeys(entries: ReadonlyMap<string, Value>): string[] {
  return [...entries.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

/** A string that a template function takes; null is class `nil`, other types are `type`. */
export function stringArgument(value: Value): string {
  if (value.kind === 'scalar' && typeof value.value === 'string') return value.value
  if (value.kind === 'null') throw new TemplateFault('nil', `${pathText(value)} is null, but must be a string`, value)
  throw new TemplateFault('type', `${pathText(value)} is ${kindName(value)}, but must be a string`, value)
}

/** sprig's `required`: null and the empty string stop the template with the chart's message. */
export function required(message: string, value: Value): Value {
  if (value.kind === 'null' || (value.kind === 'scalar' && value.value === '')) throw new TemplateFault('fail', message, value)
  return value
}

/** A value printed by a template (`%v`); null prints nothing (Helm erases `<no value>`). */
export function printed(value: Value): string {
  return value.kind === 'null' ? '' : goText(value)
}

/** `fmt.Sprint`: null inside a collection, and under `toString`, is `<nil>`. */
export function goText(value: Value): string {
  return printArg(toGo(value), plainVerb)
}

/** `printf "%s"`: what is not a string shows its Go type. */
export function formatString(value: Value): string {
  return printArg(toGo(value), { ...plainVerb, verb: 's' })
}

/** sprig's `int`: cuts fractions, reads numeric strings, 0 for anything else. */
export function toInt(value: Value): number {
  if (value.kind !== 'scalar') return 0
  if (typeof value.value === 'boolean') return value.value ? 1 : 0
  if (typeof value.value === 'number') return Math.trunc(value.value)
  const text = value.value.replace(/\.0*$/, '')
  return /^[-+]?(?:[0-9]+|0[xX][0-9a-fA-F]+)$/.test(text) ? integerOf(text) : 0
}

function integerOf(text: string): number {
  const digits = text.replace(/^[-+]/, '')
  // cast.ToInt parses with base 0, where a leading zero means octal; 08 is no number
  const magnitude = /^0[0-9]+$/.test(digits) ? (/^[0-7]+$/.test(digits) ? parseInt(digits, 8) : 0) : Number(digits)
  return text.startsWith('-') ? -magnitude : magnitude
}
