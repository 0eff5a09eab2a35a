// How is a value reported that the chart's schema refuses?
import { wrongly } from '../merge/wrong-type.ts'
import { fieldAt, phrase } from '../findings/message.ts'
import { firstSpot, nearestSpot, spotOf } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { formatPath } from '../values/path.ts'
import type { MapValue, Path, Value } from '../values/value.ts'
import type { HelmType } from './helm-schema.ts'
import { schemaFix, schemaHelp } from './schema-help.ts'

const typeNames: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['integer', 'a whole number'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'a map'],
  ['null', 'null'],
])
const typeName = (type: string): string => typeNames.get(type) ?? type

/** A value of the wrong type, in JSON Schema's words for types. */
export interface WrongType {
  readonly value: Value
  readonly want: readonly string[]
}

/** The finding for it. `values` are those that people wrote, for a place near what nobody did. */
export function wrongTypeFinding(wrong: WrongType, values: MapValue): LocatedFinding {
  const { value, want } = wrong
  const { path } = value.origin
  const [only] = want
  const one = want.length === 1 && only !== undefined && isHelmType(only) ? { value, want: only } : undefined
  return {
    rule: 'values/chart-schema',
    severity: 'error',
    message: phrase`${fieldAt(path)} is ${wrongly(value)}, but the chart takes ${want.map(typeName).join(' or ')}`,
    at: spotOf(value) ?? nearestSpot(values, path, 'key') ?? firstSpot(values, values.origin.file),
    help: one === undefined ? undefined : schemaHelp(one),
    fix: one === undefined ? undefined : schemaFix(one),
    path: formatPath(path),
  }
}

function isHelmType(type: string): type is HelmType {
  return ['string', 'integer', 'boolean', 'array', 'object'].includes(type)
}

/** The tree without one value; lists lose the item's content, not its place. */
export function without(root: MapValue, path: Path): MapValue {
  const [step, ...rest] = path
  const child = typeof step === 'string' ? root.entries.get(step) : undefined
  if (child === undefined || typeof step !== 'string') return root
  const entries = new Map(root.entries)
  if (rest.length > 0 && child.kind === 'map') entries.set(step, without(child, rest))
  else entries.delete(step)
  return { ...root, entries }
}

/** The tree with another value in the place of one that is there. */
export function replaced(root: MapValue, [step, ...rest]: Path, value: Value): MapValue {
  const child = typeof step === 'string' ? root.entries.get(step) : undefined
  if (child === undefined || typeof step !== 'string') return root
  const entries = new Map(root.entries)
  if (rest.length === 0) entries.set(step, { ...value, origin: child.origin })
  else if (child.kind === 'map') entries.set(step, replaced(child, rest, value))
  return { ...root, entries }
}
