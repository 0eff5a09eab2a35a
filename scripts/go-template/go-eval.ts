// What does a pipeline of a Go template give?
import { checkType, constantAs, expected, goType } from './go-argument.ts'
import { ExecError } from './go-error.ts'
import { fail } from './go-fail.ts'
import type { ArgumentType, GoFunction } from './go-function.ts'
import type { State, Variable } from './go-state.ts'
import { nodeText } from './go-tree.ts'
import type { Command, GoNode, Operand, Pipe } from './go-tree.ts'
import { TemplateError, isGoMap, isStruct, isTrue, methodsOf, typeOf, zeroOf } from './go-value.ts'
import type { GoValue } from './go-value.ts'

/** No piped-in argument; differs from a piped value that is absent. */
const noFinal = Symbol('no final argument')
type Final = GoValue | typeof noFinal
const none: readonly Operand[] = []

export function setVariable(state: State, name: string, value: GoValue): void {
  const variable = lastNamed(state.variables, name)
  if (variable === undefined) fail(state, `undefined variable: ${name}`)
  variable.value = value
  state.watcher?.declared(variable)
}

function lastNamed(variables: readonly Variable[], name: string): Variable | undefined {
  for (let at = variables.length - 1; at >= 0; at--) if (variables[at]?.name === name) return variables[at]
  return undefined
}

/** A null inside an interface becomes "nothing there" after each stage, as reflect unwraps it. */
export function evalPipe(state: State, dot: GoValue, pipe: Pipe): GoValue {
  state.node = pipe
  let value: Final = noFinal
  for (const command of pipe.commands) {
    state.budget.steps()
    value = evalCommand(state, dot, command, value)
    if (value === null) value = undefined
  }
  const result = value === noFinal ? undefined : value
  for (const name of pipe.declares) {
    if (pipe.assigns) setVariable(state, name, result)
    else {
      const variable: Variable = { name, value: result }
      state.variables.push(variable)
      state.watcher?.declared(variable)
    }
  }
  return result
}

function evalCommand(state: State, dot: GoValue, command: Command, final: Final): GoValue {
  const { args, rest } = command
  const [first] = args
  const plain = (): void => {
    if (rest.length > 0 || final !== noFinal) fail(state, `can't give argument to non-function ${nodeText(first)}`)
  }
  if (first.kind !== 'pipe') state.node = first
  switch (first.kind) {
    case 'field':
      return evalFields(state, dot, { node: first, start: dot, names: first.names, rest, final })
    case 'chain':
      return evalFields(state, dot, { node: first, start: evalChained(state, dot, first), names: first.names, rest, final })
    case 'variable':
      if (first.names.length === 0) plain()
      return evalFields(state, dot, { node: first, start: variableValue(state, first.name), names: first.names, rest, final })
    case 'function':
      return evalFunction(state, dot, { name: first.name, node: command, rest, final })
    default:
      plain()
      if (first.kind === 'nil') fail(state, 'nil is not a command')
      return evalOperand(state, dot, first)
  }
}

function variableValue(state: State, name: string): GoValue {
  state.budget.steps(state.variables.length / 32)
  const variable = lastNamed(state.variables, name)
  if (variable === undefined) return fail(state, `undefined variable: ${name}`)
  state.watcher?.variable(variable)
  return variable.value
}

function evalChained(state: State, dot: GoValue, chain: Operand & { readonly kind: 'chain' }): GoValue {
  if (chain.of.kind === 'nil') fail(state, `indirection through explicit nil in ${nodeText(chain)}`)
  state.node = chain.of
  return evalOperand(state, dot, chain.of)
}

interface FieldCall {
  readonly node: GoNode
  readonly start: GoValue
  readonly names: readonly string[]
  readonly rest: readonly Operand[]
  readonly final: Final
}

function evalFields(state: State, dot: GoValue, call: FieldCall): GoValue {
  let value = call.start
  const { names } = call
  for (let index = 0; index < names.length; index++) {
    const name = names[index] as string
    const last = index === names.length - 1
    const method = value === undefined || value === null ? undefined : methodsOf(value)?.get(name)
    if (method !== undefined)
      value = applyFunction(state, dot, {
        definition: method,
        call: last ? { name, node: call.node, rest: call.rest, final: call.final } : { name, node: call.node, rest: none, final: noFinal },
      })
    else {
      const type = index === 0 ? undefined : 'interface {}'
      value = fieldOf(state, value, { name, type, hasArgs: last && (call.rest.length > 0 || call.final !== noFinal) })
    }
  }
  return value
}

interface FieldAccess {
  readonly name: string
  /** the static type that Go names */
  readonly type: string | undefined
  readonly hasArgs: boolean
}

/** `evalField`: an absent key is nothing, null or an error by `missingkey`; a null has no fields. */
function fieldOf(state: State, receiver: GoValue, { name, type, hasArgs }: FieldAccess): GoValue {
  if (receiver === undefined)
    return state.missingKey === 'error' ? fail(state, `nil data; no entry for key ${JSON.stringify(name)}`) : undefined
  if (receiver === null) return fail(state, `nil pointer evaluating interface {}.${name}`)
  if (isGoMap(receiver)) {
    if (hasArgs) fail(state, `${name} is not a method but has arguments`)
    state.watcher?.field(receiver, name)
    const value = receiver.get(name)
    if (value !== undefined || receiver.has(name)) return value
    if (state.missingKey === 'error') fail(state, `map has no entry for key ${JSON.stringify(name)}`)
    if (state.missingKey === 'zero') return zeroOf(receiver)
    return undefined
  }
  if (isStruct(receiver) && receiver.fields?.has(name) === true) {
    if (hasArgs) fail(state, `${name} has arguments but cannot be invoked as function`)
    return receiver.fields.get(name)
  }
  return fail(state, `can't evaluate field ${name} in type ${type ?? typeOf(receiver)}`)
}

interface FunctionCall {
  readonly name: string
  /** where an error of the function is reported */
  readonly node: GoNode
  readonly rest: readonly Operand[]
  readonly final: Final
}

function evalFunction(state: State, dot: GoValue, call: FunctionCall): GoValue {
  const definition = state.functions[call.name]
  if (definition === undefined) return fail(state, `${JSON.stringify(call.name)} is not a defined function`)
  return applyFunction(state, dot, { definition, call })
}

interface Application {
  readonly definition: GoFunction
  readonly call: FunctionCall
}

function applyFunction(state: State, dot: GoValue, { definition, call }: Application): GoValue {
  const { name } = call
  const given = call.rest.length + (call.final === noFinal ? 0 : 1)
  const fixed = definition.parameters.length
  if (definition.rest !== undefined && given < fixed)
    fail(state, `wrong number of args for ${name}: want at least ${fixed} got ${call.rest.length}`)
  if (definition.rest === undefined && given !== fixed) fail(state, `wrong number of args for ${name}: want ${fixed} got ${given}`)
  // and, or: later arguments are evaluated only when needed
  if (name === 'and' || name === 'or') return evalLogic(state, dot, call)
  const args: GoValue[] = []
  for (const operand of call.rest) args.push(evalArgument(state, dot, operand, parameterType(definition, args.length)))
  if (call.final !== noFinal) args.push(checkType(state, call.final, parameterType(definition, args.length)))
  for (const arg of args) state.budget.read(arg)
  const result = callFunction(state, { definition, call }, args)
  if (!args.includes(result)) state.budget.made(result)
  state.watcher?.called(name, args, result)
  return result
}

function callFunction(state: State, { definition, call }: Application, args: readonly GoValue[]): GoValue {
  try {
    return definition.call(args, state.budget, state)
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    throw new ExecError(state.tree, call.node, `error calling ${call.name}: `, error)
  }
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
      return fail(state, 'nil is not a command')
    case 'bool':
    case 'text':
    case 'number':
      return constant(state, operand)
    case 'field':
      return evalFields(state, dot, { node: operand, start: dot, names: operand.names, rest: none, final: noFinal })
    case 'variable': {
      const start = variableValue(state, operand.name)
      return evalFields(state, dot, { node: operand, start, names: operand.names, rest: none, final: noFinal })
    }
    case 'function':
      return evalFunction(state, dot, { name: operand.name, node: operand, rest: none, final: noFinal })
    case 'pipe':
      state.budget.enter()
      try {
        return evalPipe(state, dot, operand)
      } finally {
        state.budget.leave()
      }
    case 'chain': {
      const start = evalChained(state, dot, operand)
      return evalFields(state, dot, { node: operand, start, names: operand.names, rest: none, final: noFinal })
    }
  }
}

/** `evalArg`: constants fit a parameter by their text (`1.0` serves as int), anything else by its type. */
function evalArgument(state: State, dot: GoValue, operand: Operand, type: ArgumentType): GoValue {
  state.node = operand
  if (operand.kind === 'nil') {
    if (['any', 'value', 'map', 'list'].includes(type)) return type === 'any' ? null : checkType(state, undefined, type)
    return fail(state, `cannot assign nil to ${goType(type)}`)
  }
  const isConstant = operand.kind === 'number' || operand.kind === 'bool' || operand.kind === 'text'
  if (!isConstant) return checkType(state, evalOperand(state, dot, operand), type)
  if (type === 'any' || type === 'value') return constant(state, operand)
  const value = constantAs(operand, type)
  if (value !== undefined) return value
  if (expected[type] === undefined) return fail(state, `can't handle ${nodeText(operand)} for arg of type ${goType(type)}`)
  return fail(state, `expected ${expected[type]}; found ${nodeText(operand)}`)
}

function constant(state: State, operand: Operand & { readonly kind: 'number' | 'bool' | 'text' }): GoValue {
  return operand.kind === 'number' && operand.overflows === true ? fail(state, `${operand.source} overflows int`) : operand.value
}
