// Which parameter sets do the generators of an ApplicationSet produce?
import { printed } from '../values/printed.ts'
import type { Json, JsonMap } from '../values/value.ts'
import type { Budget } from '../go-template/budget.ts'
import { formatValue } from '../go-template/go-format.ts'
import { nestedShapes } from './generator-type.ts'
import { TemplateError, fromJson, isGoMap, toJson } from '../go-template/go-value.ts'
import type { GoMap, GoValue } from '../go-template/go-value.ts'
import { ParamsError, UnsupportedGenerator } from './generator-context.ts'
import type { GeneratorContext } from './generator-context.ts'
import { gitParams } from './params-git.ts'
import { readSelector } from './selector.ts'
import { renderText } from './render.ts'
import type { RenderOptions } from './render.ts'
import { mergeMaps } from '../go-template/sprig/collections.ts'
import { readYaml, writeJson } from '../go-template/sprig/encoding.ts'
import { mapEntries } from '../values/value.ts'
import { throughType } from './typed.ts'
import { isJsonMap } from '../values/value.ts'

const kinds = ['list', 'clusters', 'git', 'scmProvider', 'clusterDecisionResource', 'pullRequest', 'matrix', 'merge', 'plugin'] as const
type GeneratorKind = (typeof kinds)[number]

interface Transformed {
  readonly params: readonly GoMap[]
  /** the generator's own template, raw; undefined: none */
  readonly template: Json | undefined
}

/** `generators.Transform`: one result for each kind of generator in an entry; `outer` are the first child's params of a matrix. */
export function transform(generator: JsonMap, context: GeneratorContext, at: { depth: number; outer?: GoMap }): Transformed[] {
  const selector = readSelector(generator['selector'])
  const results: Transformed[] = []
  const outer = at.outer !== undefined && at.outer.size > 0 ? at.outer : undefined
  for (const kind of kinds) {
    const written = generator[kind]
    if (written === undefined || written === null) continue
    // third-level children can only be terminal generators; anything else there is dropped by the Go type
    if (at.depth > 1 && (kind === 'matrix' || kind === 'merge')) continue
    const template = isJsonMap(written) ? written['template'] : undefined
    // the selector is also rendered, so that a bad text in it fails, but the one as written selects
    const whole = outer === undefined ? generator : renderGenerator(generator, outer, context)
    const own = whole[kind]
    const params = generate(kind, isJsonMap(own) ? own : {}, { context, depth: at.depth })
    const { budget } = context
    results.push({ params: params.filter((param) => selector === undefined || selector(flatten(param, budget))), template })
  }
  return results
}

interface At {
  readonly context: GeneratorContext
  readonly depth: number
}

function generate(kind: GeneratorKind, generator: JsonMap, at: At): GoMap[] {
  switch (kind) {
    case 'list':
      return listParams(generator, at.context)
    case 'matrix':
      return matrixParams(generator, at)
    case 'merge':
      return mergeParams(generator, at)
    case 'git':
      return gitParams(generator, at.context)
    default:
      throw new UnsupportedGenerator(`the ${kind} generator asks a server`)
  }
}

function listParams(generator: JsonMap, context: GeneratorContext): GoMap[] {
  const elements = Array.isArray(generator['elements']) ? generator['elements'] : []
  context.budget.parameters(elements.length)
  const params = elements.map((element) => {
    if (!isJsonMap(element)) throw new ParamsError('a list element is not a map')
    return context.goTemplate ? (fromJson(element) as GoMap) : textParams(element)
  })
  const text = generator['elementsYaml']
  if (typeof text !== 'string' || text === '') return params
  context.budget.parse(text)
  const more = readYaml(text)
  if (more !== null && !Array.isArray(more)) throw new ParamsError('elementsYaml is not a list')
  context.budget.parameters(more?.length ?? 0)
  for (const element of more ?? []) {
    if (element !== null && !isJsonMap(element)) throw new ParamsError('an element of elementsYaml is not a map')
    params.push(fromJson(element ?? {}) as GoMap)
  }
  return params
}

/** Without goTemplate every value is a string, except one map `values`. */
function textParams(element: JsonMap): GoMap {
  const params: GoMap = new Map()
  const setText = (key: string, value: Json): void => {
    if (typeof value !== 'string') throw new ParamsError('error parsing value as string')
    params.set(key, value)
  }
  for (const [key, value] of Object.entries(element)) {
    if (key !== 'values') setText(key, value)
    else if (!isJsonMap(value)) throw new ParamsError('error parsing values map')
    else for (const [name, text] of Object.entries(value)) setText(`values.${name}`, text)
  }
  return params
}

function children(generator: JsonMap): JsonMap[] {
  const list = generator['generators']
  return Array.isArray(list) ? list.map((child) => (isJsonMap(child) ? child : {})) : []
}

function childParams(child: JsonMap, at: At, outer?: GoMap): readonly GoMap[] {
  const depth = at.depth + 1
  const [first, ...others] = transform(decoded(child), at.context, { depth, ...(outer === undefined ? {} : { outer }) })
  if (first === undefined) throw new ParamsError('child generator generated no parameters')
  if (others.length > 0) throw new ParamsError('found more than one generator in a child')
  return first.params
}

/** `ToNestedMatrixGenerator`, `ToNestedMergeGenerator`: the API server accepts anything there, the Go types do not. */
function decoded(child: JsonMap): JsonMap {
  const read = mapEntries(child, (value) => value)
  for (const kind of ['matrix', 'merge'] as const)
    if (child[kind] !== undefined && child[kind] !== null) read[kind] = throughType(child[kind], nestedShapes[kind], kind)
  return read
}

/** Two children, multiplied; with goTemplate the first child's keys win, without it a conflict is an error. */
function matrixParams(generator: JsonMap, at: At): GoMap[] {
  const [first, second, ...others] = children(generator)
  if (first === undefined || second === undefined || others.length > 0) throw new ParamsError('a matrix needs exactly two generators')
  const results: GoMap[] = []
  for (const outer of childParams(first, at)) {
    for (const inner of childParams(second, at, outer)) {
      const { budget, goTemplate } = at.context
      budget.parameters(1)
      if (!goTemplate) results.push(combineTexts(outer, inner, budget))
      else results.push(mergeMaps(mergeMaps(new Map(), inner, { override: true, budget }), outer, { override: true, budget }))
    }
  }
  return results
}

function combineTexts(first: GoMap, second: GoMap, budget: Budget): GoMap {
  budget.elements(first.size + second.size)
  const combined: GoMap = new Map()
  for (const [key, value] of first) combined.set(key, formatValue(value, budget))
  for (const [key, value] of second) {
    const text = formatValue(value, budget)
    if (combined.has(key) && combined.get(key) !== text) throw new ParamsError(`found duplicate key ${key} with different value`)
    combined.set(key, text)
  }
  return combined
}

function mergeParams(generator: JsonMap, at: At): GoMap[] {
  const [first, ...others] = children(generator)
  if (first === undefined || others.length === 0) throw new ParamsError('a merge needs two or more generators')
  const keys = Array.isArray(generator['mergeKeys']) ? generator['mergeKeys'].map(printed) : []
  if (keys.length === 0) throw new ParamsError('no merge keys were specified')
  const { budget } = at.context
  const sets = [first, ...others].map((child) => byMergeKey(childParams(child, at), keys, budget))
  const [base = new Map<string, GoMap>(), ...overrides] = sets
  for (const override of overrides) {
    budget.steps(base.size)
    for (const [key, params] of base) {
      const over = override.get(key)
      if (over === undefined) continue
      base.set(
        key,
        at.context.goTemplate
          ? mergeMaps(params, over, { override: true, budget })
          : new Map([...asTexts(params, budget), ...asTexts(over, budget)]),
      )
    }
  }
  return [...base.values()]
}

const asTexts = (params: GoMap, budget: Budget): GoMap => new Map([...params].map(([key, value]) => [key, formatValue(value, budget)]))

function byMergeKey(params: readonly GoMap[], keys: readonly string[], budget: Budget): Map<string, GoMap> {
  const names = [...new Set(keys)]
  const found = new Map<string, GoMap>()
  for (const set of params) {
    const key = writeJson(new Map(names.map((name) => [name, set.get(name) ?? null])), { html: false, budget })
    if (found.has(key)) throw new ParamsError('the parameters from a generator were not unique by the given mergeKeys')
    found.set(key, set)
  }
  return found
}

/**
 * `RenderGeneratorParams`: values are rendered one by one and fail at absent keys whatever the set says; such a value waits
 * for the generator's own params. Their keys stay as they are.
 */
function renderGenerator(generator: JsonMap, params: GoMap, options: RenderOptions): JsonMap {
  const strict: RenderOptions = {
    ...options,
    goTemplateOptions: [...options.goTemplateOptions.filter((option) => !option.startsWith('missingkey=')), 'missingkey=error'],
  }
  const early = (text: string): string => {
    try {
      return renderText(text, params, strict)
    } catch (error) {
      if (error instanceof TemplateError && /map has no entry for key|can't evaluate field/.test(error.message)) return text
      throw error
    }
  }
  return mapEntries(generator, (own, kind) => {
    if (!isJsonMap(own) || kind === 'selector') return renderDeep(own, params, options)
    return mapEntries(own, (value, key) => {
      if (key === 'generators' && Array.isArray(value))
        return value.map((child) => (isJsonMap(child) ? renderGenerator(child, params, options) : child))
      if (key !== 'values' || kind === 'list' || !isJsonMap(value)) return renderDeep(value, params, options)
      return mapEntries(value, (text) => (typeof text === 'string' ? early(text) : text))
    })
  })
}

/** Every text in a generator, keys too, with the outer params; null entries of maps are dropped, as Go's copy does. */
export function renderDeep(value: Json, params: GoMap, options: RenderOptions): Json {
  if (typeof value === 'string') return renderText(value, params, options)
  if (Array.isArray(value)) return value.map((item) => renderDeep(item, params, options))
  if (!isJsonMap(value)) return value
  const rendered = new Map<string, GoValue>()
  for (const [key, entry] of Object.entries(value)) {
    if (entry === null) continue
    rendered.set(renderText(key, params, options), fromJson(renderDeep(entry, params, options)))
  }
  return toJson(rendered)
}

/** `flattenParameters`: `a.b.0` → printed value; what a selector matches. Empty maps and lists vanish. */
function flatten(params: GoMap, budget: Budget): Map<string, string> {
  const flat = new Map<string, string>()
  const walk = (value: GoValue, prefix: string): void => {
    if (Array.isArray(value)) value.forEach((item, index) => walk(item, `${prefix}.${index}`))
    else if (isGoMap(value)) for (const [key, item] of value) walk(item, prefix === '' ? key : `${prefix}.${key}`)
    else flat.set(prefix, formatValue(value, budget))
  }
  budget.whole(params)
  walk(params, '')
  return flat
}
