// What would an object be if the fields that its schema refuses were written as they were meant?
import type { RuledFinding } from '../findings/finding.ts'
import type { Json, JsonMap, Path } from '../values/value.ts'
import { isJsonMap, jsonAt, mapEntries } from '../values/value.ts'
import { printed } from '../values/printed.ts'
import { resolveScalar } from '../yaml/scalars.ts'

export interface Meant {
  /** the same object, if nothing can be told */
  readonly plain: JsonMap
  /** those that leave doubt about what was meant */
  readonly others: readonly RuledFinding[]
}

/** Corrects what leaves no doubt: a scalar of another type, and a key that is nearly one other. */
export function meantBy(plain: JsonMap, refusals: readonly RuledFinding[]): Meant {
  let meant = plain
  const others: RuledFinding[] = []
  for (const refusal of refusals) {
    const corrected = correct(meant, refusal)
    if (corrected === undefined) others.push(refusal)
    else meant = corrected
  }
  return { plain: meant, others }
}

function correct(plain: JsonMap, { rule, severity, fix, places: [{ path }] }: RuledFinding): JsonMap | undefined {
  if (severity !== 'error' || fix === undefined) return undefined
  if (rule === 'schema/unknown-field' && 'rename' in fix) return renamed(plain, path, fix.rename)
  if (rule !== 'schema/type' || !('write' in fix)) return undefined
  const value = retyped(jsonAt(plain, path) ?? null, fix.write)
  return value === undefined ? undefined : (changed(plain, path, () => value) as JsonMap)
}

/** A scalar of the type that is asked for; undefined: it has none. */
function retyped(value: Json, type: string): Json | undefined {
  if (type === 'text') return typeof value === 'number' || typeof value === 'boolean' ? printed(value) : undefined
  if (typeof value !== 'string') return undefined
  const read = resolveScalar(value)
  return typeof read === type ? read : undefined
}

function renamed(plain: JsonMap, path: Path, names: readonly string[]): JsonMap | undefined {
  const [parent, key] = [path.slice(0, -1), path.at(-1)]
  const [name, ...more] = names
  const map = jsonAt(plain, parent)
  if (name === undefined || more.length > 0 || !isJsonMap(map) || name in map) return undefined
  const entries = Object.entries(map).map(([one, value]): [string, Json] => [one === key ? name : one, value])
  return changed(plain, parent, () => Object.fromEntries(entries)) as JsonMap
}

/** A copy with another value at a path that is there. */
function changed(node: Json, [step, ...rest]: Path, change: () => Json): Json {
  if (step === undefined) return change()
  if (Array.isArray(node)) return node.map((item, index) => (index === Number(step) ? changed(item, rest, change) : item))
  return isJsonMap(node) ? mapEntries(node, (value, key) => (key === String(step) ? changed(value, rest, change) : value)) : node
}
