// Which functions does Helm add to Sprig?
import { executeTree } from '../go-template/go-exec.ts'
import { WrappedError } from '../go-template/go-error.ts'
import type { State } from '../go-template/go-state.ts'
import { takes } from '../go-template/go-function.ts'
import type { ArgumentType, GoFunction, GoFunctions } from '../go-template/go-function.ts'
import { parseTemplate } from '../go-template/go-parse.ts'
import { isEmptyTree } from '../go-template/go-tree.ts'
import type { Template, TemplateTree, TemplateTrees } from '../go-template/go-tree.ts'
import { TemplateError, fromJson, nilMap } from '../go-template/go-value.ts'
import type { GoValue } from '../go-template/go-value.ts'
import { readJson } from '../go-template/go-json.ts'
import { writeYaml } from '../go-template/go-yaml.ts'
import { sprigFunctions } from '../go-template/sprig/sprig.ts'
import { readYaml, writeJson } from '../go-template/sprig/encoding.ts'
import type { HelmGeneration } from '../values/merge.ts'
import type { Json } from '../values/value.ts'
import { readToml, writeToml } from './toml.ts'
import { writePrettyYaml } from './pretty-yaml.ts'

const failStart = 'HELM_ERR_START'
const failEnd = 'HELM_ERR_END'

/** The text of `fail` or `required` in a chain of errors. */
export function failText(message: string): string | undefined {
  const start = message.indexOf(failStart)
  const end = message.lastIndexOf(failEnd)
  return start < 0 || end < start ? undefined : message.slice(start + failStart.length, end)
}
function failWith(message: string): never {
  throw new TemplateError(`${failStart}${message}${failEnd}`)
}

/** The function, and its result if it fails. */
function quietly(parameter: ArgumentType, body: GoFunction['call'], fallback: (message: string) => GoValue): GoFunction {
  const call: GoFunction['call'] = (args, budget, state) => {
    try {
      return body(args, budget, state)
    } catch (error) {
      if (error instanceof TemplateError) return fallback(error.message)
      throw error
    }
  }
  return { parameters: [parameter], rest: undefined, call }
}
const plain = (parameter: ArgumentType, body: GoFunction['call']): GoFunction => ({ parameters: [parameter], rest: undefined, call: body })

const text = (args: readonly GoValue[]): string => args[0] as string
const throughYaml = 'error unmarshaling JSON: while decoding JSON: '
const asMap = (value: Json, prefix = ''): GoValue => {
  if (value === null) return new Map()
  if (typeof value === 'object' && !Array.isArray(value)) return fromJson(value)
  throw new TemplateError(`${prefix}json: cannot unmarshal ${nameOf(value)} into Go value of type map[string]interface {}`)
}
const asList = (value: Json, prefix = ''): GoValue => {
  if (value === null) return []
  if (Array.isArray(value)) return fromJson(value)
  throw new TemplateError(`${prefix}json: cannot unmarshal ${nameOf(value)} into Go value of type []interface {}`)
}
/** `null` makes a nil map. */
const orNil = (value: Json): GoValue => (value === null ? nilMap() : asMap(value))
const nameOf = (value: Json): string =>
  Array.isArray(value) ? 'array' : typeof value === 'object' ? 'object' : typeof value === 'boolean' ? 'bool' : typeof value
const errorMap = (message: string): GoValue => new Map([['Error', message]])
const yaml: GoFunction['call'] = (args, budget) => writeYaml(args[0], budget)
const json: GoFunction['call'] = (args, budget) => writeJson(args[0], { html: true, budget })
const toml: GoFunction['call'] = (args, budget) => writeToml(args[0], budget)
/** An error is the result, but no value at all makes Go panic, which is an error of the template. */
function orPanic(write: GoFunction['call']): GoFunction {
  const quiet = quietly('any', write, (message) => message)
  return plain('any', (args, budget, state) => (args[0] === null ? write : quiet.call)(args, budget, state))
}

const fixed: GoFunctions = {
  toYaml: quietly('any', yaml, () => ''),
  mustToYaml: plain('any', yaml),
  toYamlPretty: quietly(
    'any',
    (args, budget) => writePrettyYaml(args[0], budget),
    () => '',
  ),
  fromYaml: quietly('string', (args) => asMap(readYaml(text(args)), throughYaml), errorMap),
  fromYamlArray: quietly(
    'string',
    (args) => asList(readYaml(text(args)), throughYaml),
    (message) => [message],
  ),
  toJson: quietly('any', json, () => ''),
  mustToJson: plain('any', json),
  fromJson: quietly('string', (args) => orNil(readJson(text(args))), errorMap),
  fromJsonArray: quietly(
    'string',
    (args) => asList(readJson(text(args))),
    (message) => [message],
  ),
  toToml: orPanic(toml),
  mustToToml: plain('any', toml),
  fromToml: quietly('string', (args) => readToml(text(args)), errorMap),
  lookup: takes(['string', 'string', 'string', 'string'], () => new Map()),
  getHostByName: takes(['string'], () => ''),
  fail: takes(['string'], failWith),
  required: takes(['string', 'any'], (message, value) => (value === null || value === '' ? failWith(message) : value)),
}

/** Functions that a generation doesn't have yet. */
const missing: Readonly<Record<HelmGeneration, readonly string[]>> = {
  '3.16': ['mustToYaml', 'mustToToml', 'toYamlPretty', 'fromToml'],
  '3.19': ['mustToYaml', 'mustToToml'],
  '4.2': [],
}

/** Helm 3's library writes floats without an exponent. */
const plainToml = orPanic((args, budget) => writeToml(args[0], budget, 'plain'))

const endless = (name: string): string => `rendering template has a nested reference name: ${name}: unable to execute template`
/** No template includes itself more often. */
const deepest = 1000

/** How deep each template of a rendering is in itself. */
const depths = new WeakMap<State['budget'], Map<string, number>>()

function run(tree: TemplateTree, trees: TemplateTrees, data: GoValue, state: State): string {
  const { functions, missingKey, budget, watcher } = state
  watcher?.open()
  const printed = executeTree(tree, data ?? undefined, { trees, functions, missingKey, budget, watcher })
  watcher?.close(printed)
  return printed
}

function include([given, data]: readonly GoValue[], budget: State['budget'], state: State): GoValue {
  const name = given as string
  const own = depths.get(budget) ?? new Map<string, number>()
  depths.set(budget, own)
  const depth = own.get(name) ?? 0
  if (depth > deepest) throw new TemplateError(endless(name))
  const tree = state.trees.get(name)
  if (tree === undefined) throw new TemplateError(`template: no template ${JSON.stringify(name)} associated with template "gotpl"`)
  own.set(name, depth + 1)
  try {
    return run(tree, state.trees, data, state)
  } catch (error) {
    // JavaScript's stack may overflow before Helm's limit is reached
    if (error instanceof RangeError) throw new TemplateError(endless(name))
    throw error
  } finally {
    own.set(name, depth)
  }
}

function tpl(args: readonly GoValue[], _budget: State['budget'], state: State): GoValue {
  const source = text(args)
  let template: Template
  try {
    template = parseText(source, state)
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    throw new WrappedError(`cannot parse template ${JSON.stringify(source)}: `, error)
  }
  const trees = template.defined.size === 1 ? state.trees : withTrees(state.trees, template)
  try {
    return run(template.tree, trees, args[1], state).replaceAll('<no value>', '')
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    throw new WrappedError(`error during tpl function execution for ${JSON.stringify(source)}: `, error)
  }
}

const running: GoFunctions = {
  include: { parameters: ['string', 'any'], rest: undefined, call: include },
  tpl: { parameters: ['string', 'any'], rest: undefined, call: tpl },
}

const sets = new Map<HelmGeneration, GoFunctions>()

/** All functions of one generation: the same object for all renderings. */
export function helmFunctions(helm: HelmGeneration): GoFunctions {
  let known = sets.get(helm)
  if (known === undefined) {
    const { fromYaml: _yaml, fromYamlArray: _array, ...sprig } = sprigFunctions
    const own: Record<string, GoFunction> = { ...sprig, ...fixed, ...running }
    if (helm !== '4.2') own['toToml'] = plainToml
    for (const name of missing[helm]) delete own[name]
    known = Object.assign(Object.create(null) as Record<string, GoFunction>, own)
    sets.set(helm, known)
  }
  return known
}

/** `AddParseTree`: an empty definition does not replace a full one. */
export function withTrees(trees: TemplateTrees, template: Template): Map<string, TemplateTree> {
  const all = new Map(trees)
  for (const [name, tree] of template.defined) if (!all.has(name) || !isEmptyTree(tree.root)) all.set(name, tree)
  return all
}

/** Texts that were parsed, for the functions that they may call. */
const parsed = new WeakMap<GoFunctions, Map<string, Template>>()
let parsedCharacters = 0

function parseText(source: string, { functions, budget }: State): Template {
  const all = parsed.get(functions) ?? new Map<string, Template>()
  const known = all.get(source)
  if (known !== undefined) return known
  const template = parseTemplate(source, { name: 'gotpl', isFunction: (name) => name in functions, budget })
  if (parsedCharacters > 2_000_000) {
    all.clear()
    parsedCharacters = 0
  }
  parsed.set(functions, all.set(source, template))
  parsedCharacters += source.length
  return template
}
