// What does a pipeline of a Go template give?
import type { Budget } from './budget.ts'
import type { ArgumentType, GoFunction, GoFunctions } from './go-function.ts'
import type { Operand, Pipe, Template } from './go-tree.ts'
import { TemplateError, isGoMap, isInteger, isStruct, isTextMap, isTrue, nilMap, typeOf } from './go-value.ts'
import type { GoInteger, GoValue } from './go-value.ts'

/** What an absent map key gives: nothing, a null, or an error (`missingkey=` of `Template.Option`). */
export type MissingKey = 'default' | 'zero' | 'error'

export interface State {
  readonly template: Template
  readonly functions: GoFunctions
  readonly missingKey: MissingKey
  readonly out: string[]
  readonly variables: { readonly name: string; value: GoValue }[]
  readonly budget: Budget
}

/** No piped-in argument; differs from a piped value that is not there. */
const noFinal = Symbol('no final argument')
type Final = GoValue | typeof noFinal

function fail(message: string): never {
  throw new TemplateError(message)
}

export function setVariable(state: State, name: string, value: GoValue): void {
  const variable = state.variables.findLast((candidate) => candidate.name === name)
  if (variable === undefined) fail(`undefined variable: ${name}`)
  variable.value = value
}

/** A null inside an interface becomes "nothing there" after each stage, as reflect unwraps it. */
export function evalPipe(state: State, dot: GoValue, pipe: Pipe): GoValue {
  let value: Final = noFinal
  for (const command of pipe.commands) {
    state.budget.steps()
    value = evalCommand(state, dot, command, value)
    if (value === null) value = undefined
  }
  const result = value === noFinal ? undefined : value
  for (const name of pipe.declares) {
    if (pipe.assigns) setVariable(state, name, result)
    else state.variables.push({ name, value: result })
  }
  return result
}

function evalCommand(state: State, dot: GoValue, args: readonly [Operand, ...Operand[]], final: Final): GoValue {
  const [first] = args
  const rest = args.slice(1)
  const plain = (): void => {
    if (rest.length > 0 || final !== noFinal) fail("can't give argument to non-function")
  }
  switch (first.kind) {
    case 'field':
      return evalFields(state, dot, { start: dot, names: first.names, rest, final })
    case 'chain':
      return evalFields(state, dot, { start: evalOperand(state, dot, first.of), names: first.names, rest, final })
    case 'variable':
      if (first.names.length === 0) plain()
      return evalFields(state, dot, { start: variableValue(state, first.name), names: first.names, rest, final })
    case 'function':
      return evalFunction(state, dot, { name: first.name, rest, final })
    default:
      plain()
      if (first.kind === 'nil') fail('nil is not a command')
      return evalOperand(state, dot, first)
  }
}

function variableValue(state: State, name: string): GoValue {
  state.budget.steps(state.variables.length / 32)
  const variable = state.variables.findLast((candidate) => candidate.name === name)
  return variable === undefined ? fail(`undefined variable: ${name}`) : variable.value
}

interface FieldCall {
  readonly start: GoValue
  readonly names: readonly string[]
  readonly rest: readonly Operand[]
  readonly final: Final
}

function evalFields(state: State, dot: GoValue, call: FieldCall): GoValue {
  let value = call.start
  for (const [index, name] of call.names.entries()) {
    const last = index === call.names.length - 1
    const method = isStruct(value) ? value.methods.get(name) : undefined
    if (method !== undefined)
      value = applyFunction(state, dot, { definition: method, name, ...(last ? call : { rest: [], final: noFinal }) })
    else {
      value = fieldOf(state, value, name)
      if (last && (call.rest.length > 0 || call.final !== noFinal)) fail(`${name} is not a method but has arguments`)
    }
  }
  return value
}

/** `evalField`: an absent key is nothing, null or an error by `missingkey`; a null has no fields. */
function fieldOf(state: State, receiver: GoValue, name: string): GoValue {
  if (receiver === undefined) return state.missingKey === 'error' ? fail(`nil data; no entry for key "${name}"`) : undefined
  if (receiver === null) return fail(`nil pointer evaluating interface {}.${name}`)
  if (isGoMap(receiver)) {
    if (receiver.has(name)) return receiver.get(name)
    if (state.missingKey === 'error') fail(`map has no entry for key "${name}"`)
    if (state.missingKey === 'zero') return isTextMap(receiver) ? '' : null
    return undefined
  }
  return fail(`can't evaluate field ${name} in type ${typeOf(receiver)}`)
}

interface FunctionCall {
  readonly name: string
  readonly rest: readonly Operand[]
  readonly final: Final
}

function evalFunction(state: State, dot: GoValue, call: FunctionCall): GoValue {
  const definition = state.functions[call.name]
  if (definition === undefined) return fail(`"${call.name}" is not a defined function`)
  return applyFunction(state, dot, { definition, ...call })
}

function applyFunction(state: State, dot: GoValue, call: FunctionCall & { readonly definition: GoFunction }): GoValue {
  const { definition } = call
  const given = call.rest.length + (call.final === noFinal ? 0 : 1)
  const fixed = definition.parameters.length
  if (given < fixed || (definition.rest === undefined && given > fixed))
    fail(`wrong number of args for ${call.name}: want ${fixed} got ${given}`)
  // and, or: later arguments are evaluated only when needed
  if (call.name === 'and' || call.name === 'or') return evalLogic(state, dot, call)
  const args = call.rest.map((operand, index) => evalArgument(state, dot, operand, parameterType(definition, index)))
  if (call.final !== noFinal) args.push(checkType(call.final, parameterType(definition, args.length)))
  for (const arg of args) state.budget.read(arg)
  const result = definition.call(args, state.budget)
  if (!args.includes(result)) state.budget.made(result)
  return result
}

function parameterType(definition: GoFunction, index: number): ArgumentType {
  return definition.parameters[index] ?? definition.rest ?? 'any'
}

function evalLogic(state: State, dot: GoValue, call: FunctionCall): GoValue {
  let value: GoValue
  for (const operand of call.rest) {
    value = evalArgument(state, dot, operand, 'value')
    if (isTrue(value) === (call.name === 'or')) return value
  }
  return call.final === noFinal ? value : call.final
}

function evalOperand(state: State, dot: GoValue, operand: Operand): GoValue {
  state.budget.steps()
  switch (operand.kind) {
    case 'dot':
      return dot
    case 'nil':
      return fail('indirection through explicit nil')
    case 'bool':
    case 'text':
    case 'number':
      return operand.value
    case 'field':
      return evalFields(state, dot, { start: dot, names: operand.names, rest: [], final: noFinal })
    case 'variable':
      return evalFields(state, dot, { start: variableValue(state, operand.name), names: operand.names, rest: [], final: noFinal })
    case 'function':
      return evalFunction(state, dot, { name: operand.name, rest: [], final: noFinal })
    case 'pipe':
      return state.budget.nested(() => evalPipe(state, dot, operand.pipe))
    case 'chain':
      return evalFields(state, dot, { start: evalOperand(state, dot, operand.of), names: operand.names, rest: [], final: noFinal })
  }
}

/** `evalArg`: constants fit a parameter by their text (`1.0` serves as int), anything else by its type. */
function evalArgument(state: State, dot: GoValue, operand: Operand, type: ArgumentType): GoValue {
  if (operand.kind === 'nil') {
    if (['any', 'value', 'map', 'list'].includes(type)) return checkType(undefined, type)
    return fail(`cannot assign nil to ${type}`)
  }
  if (operand.kind === 'number') {
    if (type === 'int') return operand.asInt === undefined ? fail('expected integer') : Number(operand.asInt)
    if (type === 'float64') return operand.asFloat
    if (type === 'uint32')
      return operand.asInt !== undefined && operand.asInt >= 0n ? Number(operand.asInt) : fail('expected unsigned integer')
    if (type === 'time.Duration') return { go: 'integer', type, value: operand.asInt ?? fail('expected integer') } satisfies GoInteger
    if (type === 'any' || type === 'value') return operand.value
    return fail(`expected ${type}; found a number`)
  }
  return checkType(evalOperand(state, dot, operand), type)
}

/** `validateType`: no conversions, except that nothing becomes an empty map, list or null where those are taken. */
function checkType(value: GoValue, type: ArgumentType): GoValue {
  if (type === 'value') return value
  if (type === 'any') return value ?? null
  if (value === undefined && type === 'map') return nilMap()
  if (value === undefined && type === 'list') return []
  const isTyped = type === '*semver.Version' || type === 'time.Time' || type === 'sprig.certificate'
  const fits =
    (isTyped && isStruct(value) && value.type === type) ||
    (type === 'time.Duration' && isInteger(value) && value.type === type) ||
    (type === 'map' && isGoMap(value) && !isTextMap(value)) ||
    (type === 'list' && Array.isArray(value)) ||
    (type === 'string' && typeof value === 'string') ||
    (type === 'bool' && typeof value === 'boolean') ||
    (type === 'float64' && typeof value === 'number')
  if (fits) return value
  if (type === 'int' && isInteger(value) && value.type === 'int') return Number(value.value)
  return fail(`wrong type for value; expected ${type}; got ${typeOf(value)}`)
}
