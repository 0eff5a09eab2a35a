// Are two values equal, as `reflect.DeepEqual` sees them?
import type { Budget } from './budget.ts'
import { isGoMap, isInteger, isNilList, isStruct, typeOf } from './go-value.ts'
import type { GoValue } from './go-value.ts'

export function deepEqual(a: GoValue, b: GoValue, budget: Budget): boolean {
  budget.steps()
  if (a === b) return true
  if (a === null || a === undefined || b === null || b === undefined) return (a ?? null) === (b ?? null)
  if (typeof a === 'string') budget.read(a)
  if (typeOf(a) !== typeOf(b)) return false
  if (isInteger(a) && isInteger(b)) return a.value === b.value
  if (isStruct(a) && isStruct(b)) return a.text === b.text
  if (Array.isArray(a) && Array.isArray(b)) {
    if (isNilList(a) !== isNilList(b) || a.length !== b.length) return false
    return budget.nested(() => a.every((item, index) => deepEqual(item, b[index], budget)))
  }
  if (isGoMap(a) && isGoMap(b))
    return a.size === b.size && budget.nested(() => [...a].every(([key, item]) => b.has(key) && deepEqual(item, b.get(key), budget)))
  return false
}
