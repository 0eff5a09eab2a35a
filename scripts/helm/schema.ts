// What do the schemas of a chart and its subcharts refuse?
import type { Chart } from './chart-tree.ts'
import { append } from '../values/append.ts'
import { readJson } from '../go-template/go-json.ts'
import { TemplateError } from '../go-template/go-value.ts'
import type { HelmGeneration } from '../values/merge.ts'
import type { Json, JsonMap, MapValue, Value } from '../values/value.ts'
import { setOwn, toPlain } from '../values/value.ts'
import type { PlacedFailure } from './error.ts'
import { isOfMany } from './values.ts'
import { compileSchema } from './json-schema.ts'
import { SchemaProblem } from './json-schema-shape.ts'
import type { SchemaFailure } from './json-schema-shape.ts'
import type { CompiledSchema } from './json-schema.ts'

export interface SchemaRefusal {
  readonly text: string
  readonly failures: readonly PlacedFailure[]
}

/** `ValidateAgainstSchema`: the parent's schema and those of its subcharts, all their errors; undefined: nothing is wrong. */
export function checkSchemas(chart: Chart, values: MapValue, helm: HelmGeneration): SchemaRefusal | undefined {
  const found = collect(chart, values, { helm, path: [] })
  return found.text === '' ? undefined : found
}

function collect(
  chart: Chart,
  values: MapValue,
  { helm, path }: { readonly helm: HelmGeneration; readonly path: readonly string[] },
): { text: string; failures: PlacedFailure[] } {
  let text = ''
  const failures: PlacedFailure[] = []
  if (chart.schema !== undefined) {
    const refused = validate(chart.schema, plainOf(values), helm)
    if (refused !== undefined) {
      text += `${chart.name}:\n${refused.text}\n`
      for (const wrong of refused.failures) failures.push({ ...wrong, path: [...path, ...wrong.path] })
    }
  }
  for (const child of chart.dependencies) {
    const own = values.entries.get(child.name)
    if (own?.kind !== 'map') continue
    const inner = collect(child, own, { helm, path: [...path, child.name] })
    text += inner.text
    append(failures, inner.failures)
  }
  return { text, failures }
}

/** Plain parts of values that databases share: what is the same object need not be judged again. */
const plains = new WeakMap<Value, Json>()
const sharedPlains = new WeakSet<object>()

function plainOf(value: Value): Json {
  if (value.kind !== 'map') return toPlain(value)
  const isShared = isOfMany(value)
  const known = isShared ? plains.get(value) : undefined
  if (known !== undefined) return known
  const plain: JsonMap = {}
  for (const [key, entry] of value.entries) setOwn(plain, key, plainOf(entry))
  if (isShared) {
    plains.set(value, plain)
    sharedPlains.add(plain)
  }
  return plain
}

const compiled = new Map<string, CompiledSchema | string>()

/** A schema is read once for all databases; a text: why it is invalid. */
function schemaOf(source: string, helm: HelmGeneration): CompiledSchema | string {
  const key = `${helm === '3.16' ? 'old' : 'new'} ${source}`
  const known = compiled.get(key)
  if (known !== undefined) return known
  let made: CompiledSchema | string
  try {
    // Helm 3.16 has another checker, which ends with draft 7
    made = compileSchema(readJson(source), helm === '3.16' ? 7 : 2020, (value) => sharedPlains.has(value))
  } catch (error) {
    if (!(error instanceof SchemaProblem || error instanceof TemplateError)) throw error
    made = error.message
  }
  if (compiled.size > 100) compiled.clear()
  compiled.set(key, made)
  return made
}

function validate(source: string, values: Json, helm: HelmGeneration): SchemaRefusal | undefined {
  const schema = schemaOf(source, helm)
  if (typeof schema === 'string') return { text: schema, failures: [{ path: [], message: schema }] }
  const failures = schema.validate(values)
  if (failures.length === 0) return undefined
  return { text: failures.map((failure) => linesOf(failure, '')).join('\n'), failures: failures.flatMap(placed) }
}

function linesOf(failure: SchemaFailure, indent: string): string {
  const pointer = failure.path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  return [`${indent}- at '${pointer}': ${failure.message}`, ...failure.causes.map((cause) => linesOf(cause, `${indent}  `))].join('\n')
}

/** Of what must hold together each part; of what may be one or another the whole. */
function placed({ path, message, causes, facts }: SchemaFailure): PlacedFailure[] {
  if (facts?.isSum === true) return causes.flatMap(placed)
  return [{ path, message, ...(facts?.types && { types: facts.types }), ...(facts?.extra && { extra: facts.extra }) }]
}
