// Which values does a parameter of a template function take?
import type { ArgumentType } from './go-function.ts'
import type { State } from './go-state.ts'
import type { Operand } from './go-tree.ts'
import { fail } from './go-fail.ts'
import { isGoMap, isInteger, isStruct, isTextMap, nilMap, typeOf } from './go-value.ts'
import type { GoInteger, GoValue } from './go-value.ts'

const goTypes: Partial<Record<ArgumentType, string>> = {
  any: 'interface {}',
  map: 'map[string]interface {}',
  list: '[]interface {}',
  value: 'reflect.Value',
}
export const goType = (type: ArgumentType): string => goTypes[type] ?? type

export const expected: Partial<Record<ArgumentType, string>> = {
  string: 'string',
  bool: 'bool',
  int: 'integer',
  'time.Duration': 'integer',
  uint32: 'unsigned integer',
  float64: 'float',
}

/** A constant as a parameter of a type takes it; undefined: it doesn't. */
export function constantAs(operand: Operand & { readonly kind: 'number' | 'bool' | 'text' }, type: ArgumentType): GoValue {
  if (operand.kind === 'bool') return type === 'bool' ? operand.value : undefined
  if (operand.kind === 'text') return type === 'string' ? operand.value : undefined
  if (type === 'float64') return operand.asFloat
  if (operand.asInt === undefined) return undefined
  if (type === 'int') return Number(operand.asInt)
  if (type === 'uint32') return operand.asInt >= 0n ? Number(operand.asInt) : undefined
  return type === 'time.Duration' ? ({ go: 'integer', type, value: operand.asInt } satisfies GoInteger) : undefined
}

/** `validateType`: no conversions, except that nothing becomes an empty map, list or null where those are taken. */
export function checkType(state: State, value: GoValue, type: ArgumentType): GoValue {
  if (type === 'value') return value
  if (type === 'any') return value ?? null
  if (value === undefined) {
    if (type === 'map') return nilMap()
    if (type === 'list') return []
    return fail(state, `invalid value; expected ${goType(type)}`)
  }
  const isTyped = type === '*semver.Version' || type === 'time.Time' || type === 'sprig.certificate'
  const fits =
    (isTyped && isStruct(value) && value.type === type) ||
    (type === 'time.Duration' && isInteger(value) && value.type === type) ||
    (type === 'map' && isGoMap(value) && !isTextMap(value) && typeOf(value) !== 'engine.files') ||
    (type === 'list' && Array.isArray(value) && typeOf(value) === '[]interface {}') ||
    (type === 'string' && typeof value === 'string') ||
    (type === 'bool' && typeof value === 'boolean') ||
    (type === 'float64' && typeof value === 'number')
  if (fits) return value
  if (type === 'int' && isInteger(value) && value.type === 'int') return Number(value.value)
  return fail(state, `wrong type for value; expected ${goType(type)}; got ${value === null ? 'interface {}' : typeOf(value)}`)
}
