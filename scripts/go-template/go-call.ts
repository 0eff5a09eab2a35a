// How does a Go template call a function?
import { checkType } from './go-argument.ts'
import { ExecError } from './go-error.ts'
import { fail } from './go-fail.ts'
import type { ArgumentType, GoFunction, GoFunctions } from './go-function.ts'
import type { State } from './go-state.ts'
import type { GoNode } from './go-tree.ts'
import { TemplateError, isStruct, isTrue, typeOf } from './go-value.ts'
import type { GoStruct, GoValue } from './go-value.ts'

/** No piped-in argument; differs from a piped value that is absent. */
export const noFinal = Symbol('no final argument')
export type Final = GoValue | typeof noFinal

/** Evaluates an argument for a parameter of a type. */
export type Argument = (state: State, dot: GoValue, type: ArgumentType) => GoValue
export type Call = (state: State, dot: GoValue, final: Final) => GoValue

export interface CallSite {
  readonly name: string
  /** where an error of the function is reported */
  readonly node: GoNode
  readonly args: readonly Argument[]
  /** how the first argument is written */
  readonly callee?: string | undefined
  /** whether a value is piped in */
  readonly hasFinal: boolean
}

/** The function of this name; it is looked up once for all runs with the same functions. */
export function compileCall(site: CallSite): Call {
  const { name } = site
  let functions: GoFunctions | undefined
  let definition: GoFunction | undefined
  return (state, dot, final) => {
    if (functions !== state.functions) {
      functions = state.functions
      definition = functions[name]
    }
    if (definition === undefined) return fail(state, `${JSON.stringify(name)} is not a defined function`)
    return applyFunction(definition, site, { state, dot, final })
  }
}

interface Situation {
  readonly state: State
  readonly dot: GoValue
  readonly final: Final
}

export function applyFunction(definition: GoFunction, site: CallSite, { state, dot, final }: Situation): GoValue {
  const { name, args } = site
  const given = args.length + (site.hasFinal ? 1 : 0)
  const fixed = definition.parameters.length
  if (definition.rest === undefined ? given !== fixed : given < fixed) wrongCount(state, definition, { name, given, written: args.length })
  // and, or: later arguments are evaluated only when needed
  if (name === 'and' || name === 'or') return evalLogic(site, { state, dot, final })
  const values: GoValue[] = []
  for (const arg of args) values.push(arg(state, dot, parameterType(definition, values.length)))
  if (final !== noFinal) values.push(checkType(state, final, parameterType(definition, values.length)))
  const { budget } = state
  for (const value of values) budget.read(value)
  let result: GoValue
  try {
    result = name === 'call' ? refuseCall(site, values) : definition.call(values, budget, state)
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    throw new ExecError(state.tree, site.node, `error calling ${name}: `, error)
  }
  if (!values.includes(result)) budget.made(result)
  // what a function returns has no address
  else if (isStruct(result) && result.addressed === true) result = withoutAddress(result)
  state.watcher?.called(name, values, result)
  return result
}

/** `call` of what templates can hold: no value is a function. */
function refuseCall({ callee }: CallSite, [given]: readonly GoValue[]): never {
  if (given === undefined || given === null) throw new TemplateError('call of nil')
  const name = callee ?? (typeof given === 'string' ? given : `<${typeOf(given)} Value>`)
  throw new TemplateError(`non-function ${name} of type ${typeOf(given)}`)
}

function withoutAddress(value: GoStruct): GoStruct {
  const { addressed: _, ...rest } = value
  return rest
}

function wrongCount(
  state: State,
  { parameters, rest }: GoFunction,
  { name, given, written }: { readonly name: string; readonly given: number; readonly written: number },
): never {
  if (rest === undefined) return fail(state, `wrong number of args for ${name}: want ${parameters.length} got ${given}`)
  return fail(state, `wrong number of args for ${name}: want at least ${parameters.length} got ${written}`)
}

function parameterType(definition: GoFunction, index: number): ArgumentType {
  return definition.parameters[index] ?? definition.rest ?? 'any'
}

function evalLogic({ name, args }: CallSite, { state, dot, final }: Situation): GoValue {
  let value: GoValue
  for (const arg of args) {
    value = arg(state, dot, 'value')
    if (isTrue(value) === (name === 'or')) return value
  }
  return final === noFinal ? value : final
}
