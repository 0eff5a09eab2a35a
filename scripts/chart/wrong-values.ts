// What is said of a value that the chart's schema refuses?
import { firstSpot, nearestSpot, spotOf } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { MapValue, Path, Value } from '../model.ts'
import { isSecretPath } from '../secret/names.ts'
import { formatPath } from '../values/path.ts'
import { resolveScalar } from '../yaml/scalars.ts'

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
  readonly got: string
  readonly want: readonly string[]
}

/** The finding for it. `values` are those that people wrote, for a place near what nobody did. */
export function wrongTypeFinding(wrong: WrongType, values: MapValue): LocatedFinding {
  const { value, got, want } = wrong
  const { path } = value.origin
  const written = value.kind === 'scalar' && !isSecretPath(path) ? `${typeName(got)} (${JSON.stringify(value.value)})` : typeName(got)
  const wanted = want.map(typeName)
  return {
    rule: 'values/chart-schema',
    severity: 'error',
    message: `${formatPath(path)} is ${written}, but the chart takes ${wanted.join(' or ')}`.slice(0, 120),
    at: spotOf(value) ?? nearestSpot(values, path, 'key') ?? firstSpot(values, values.origin.file),
    help: helpFor(wrong),
  }
}

function helpFor({ value, want }: WrongType): string | undefined {
  if (want.includes('string') && value.kind === 'scalar' && !isSecretPath(value.origin.path)) {
    const { start, end } = value.origin.value
    return `put quotes around it: "${value.origin.file.text.slice(start, end)}"`
  }
  const bare = value.kind === 'scalar' && typeof value.value === 'string' ? typeof resolveScalar(value.value) : undefined
  if (bare !== undefined && want.some((type) => bare === (type === 'integer' ? 'number' : type))) return 'write it without quotes'
  if (want.includes('array') && value.kind === 'map') return 'write list items: `- ` before each'
  if (want.includes('object')) return 'write `key: value` lines below it'
  return undefined
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
