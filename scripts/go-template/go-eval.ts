// What does a pipeline of a Go template give? Each becomes a function once, however often it runs.
import { checkType, constantAs, expected, goType } from './go-argument.ts'
import { compileCall, noFinal } from './go-call.ts'
import type { Argument, Call } from './go-call.ts'
import { fail } from './go-fail.ts'
import { compileFields } from './go-field.ts'
import { lastNamed } from './go-state.ts'
import type { State, Variable } from './go-state.ts'
import { nodeText } from './go-tree.ts'
import type { Command, Operand, Pipe } from './go-tree.ts'
import type { GoValue } from './go-value.ts'

export type Evaluate = (state: State, dot: GoValue) => GoValue

export function setVariable(state: State, name: string, value: GoValue): void {
  const variable = lastNamed(state.variables, name)
  if (variable === undefined) fail(state, `undefined variable: ${name}`)
  variable.value = value
  variable.isItem = false
  state.watcher?.declared(variable)
}

/** A null inside an interface becomes "nothing there" after each stage, as reflect unwraps it. */
export function compilePipe(pipe: Pipe): Evaluate {
  const [first, ...more] = pipe.commands.map((command, index) => compileCommand(command, index > 0))
  const run: Evaluate = (state, dot) => {
    state.node = pipe
    let value: GoValue
    if (first !== undefined) {
      state.budget.steps()
      value = first(state, dot, noFinal) ?? undefined
    }
    for (const command of more) {
      state.budget.steps()
      value = command(state, dot, value) ?? undefined
    }
    return value
  }
  if (pipe.declares.length === 0) return run
  return (state, dot) => {
    const result = run(state, dot)
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
}

function compileCommand(command: Command, hasFinal: boolean): Call {
  const { args, rest } = command
  const [first] = args
  const given = rest.map(compileArgument)
  switch (first.kind) {
    case 'field': {
      const fields = compileFields({ node: first, names: first.names, args: given, hasFinal })
      return (state, dot, final) => {
        state.node = first
        return fields(state, dot, dot, final)
      }
    }
    case 'chain': {
      const start = compileChained(first)
      const fields = compileFields({ node: first, names: first.names, args: given, hasFinal })
      return (state, dot, final) => {
        state.node = first
        return fields(state, dot, start(state, dot), final)
      }
    }
    case 'variable': {
      const isPlain = first.names.length === 0 && (rest.length > 0 || hasFinal)
      const fields = compileFields({ node: first, names: first.names, args: given, hasFinal })
      return (state, dot, final) => {
        state.node = first
        if (isPlain) cannotCall(state, first)
        return fields(state, dot, variableValue(state, first.name), final)
      }
    }
    case 'function': {
      const call = compileCall({ name: first.name, node: command, args: given, callee: rest[0] && nodeText(rest[0]), hasFinal })
      return (state, dot, final) => {
        state.node = first
        return call(state, dot, final)
      }
    }
    default: {
      const operand = compileOperand(first)
      return (state, dot) => {
        if (first.kind !== 'pipe') state.node = first
        if (rest.length > 0 || hasFinal) cannotCall(state, first)
        return operand(state, dot)
      }
    }
  }
}

function cannotCall(state: State, first: Operand): never {
  return fail(state, `can't give argument to non-function ${nodeText(first)}`)
}

function variableValue(state: State, name: string): GoValue {
  state.budget.steps(state.variables.length / 32)
  const variable = lastNamed(state.variables, name)
  if (variable === undefined) return fail(state, `undefined variable: ${name}`)
  state.watcher?.variable(variable)
  return variable.value
}

function compileChained(chain: Operand & { readonly kind: 'chain' }): Evaluate {
  const { of } = chain
  if (of.kind === 'nil') return (state) => fail(state, `indirection through explicit nil in ${nodeText(chain)}`)
  const operand = compileOperand(of)
  return (state, dot) => {
    state.node = of
    return operand(state, dot)
  }
}

const alone = { args: [], hasFinal: false } as const

/** Each evaluation of an operand is one step. */
function compileOperand(operand: Operand): Evaluate {
  switch (operand.kind) {
    case 'dot':
      return (state, dot) => {
        state.budget.steps()
        return dot
      }
    case 'nil':
      return (state) => fail(state, 'nil is not a command')
    case 'bool':
    case 'text':
    case 'number':
      return (state) => {
        state.budget.steps()
        return constant(state, operand)
      }
    case 'field': {
      const fields = compileFields({ node: operand, names: operand.names, ...alone })
      return (state, dot) => {
        state.budget.steps()
        return fields(state, dot, dot, noFinal)
      }
    }
    case 'variable': {
      const fields = compileFields({ node: operand, names: operand.names, ...alone })
      return (state, dot) => {
        state.budget.steps()
        return fields(state, dot, variableValue(state, operand.name), noFinal)
      }
    }
    case 'function': {
      const call = compileCall({ name: operand.name, node: operand, ...alone })
      return (state, dot) => {
        state.budget.steps()
        return call(state, dot, noFinal)
      }
    }
    case 'pipe': {
      const pipe = compilePipe(operand)
      return (state, dot) => {
        state.budget.steps()
        state.budget.enter()
        try {
          return pipe(state, dot)
        } finally {
          state.budget.leave()
        }
      }
    }
    case 'chain': {
      const start = compileChained(operand)
      const fields = compileFields({ node: operand, names: operand.names, ...alone })
      return (state, dot) => {
        state.budget.steps()
        return fields(state, dot, start(state, dot), noFinal)
      }
    }
  }
}

/** `evalArg`: constants fit a parameter by their text (`1.0` serves as int), anything else by its type. */
function compileArgument(operand: Operand): Argument {
  if (operand.kind === 'nil')
    return (state, _, type) => {
      state.node = operand
      if (['any', 'value', 'map', 'list'].includes(type)) return type === 'any' ? null : checkType(state, undefined, type)
      return fail(state, `cannot assign nil to ${goType(type)}`)
    }
  if (operand.kind === 'number' || operand.kind === 'bool' || operand.kind === 'text')
    return (state, _, type) => {
      state.node = operand
      if (type === 'any' || type === 'value') return constant(state, operand)
      const value = constantAs(operand, type)
      if (value !== undefined) return value
      if (expected[type] === undefined) return fail(state, `can't handle ${nodeText(operand)} for arg of type ${goType(type)}`)
      return fail(state, `expected ${expected[type]}; found ${nodeText(operand)}`)
    }
  const evaluate = compileOperand(operand)
  return (state, dot, type) => {
    state.node = operand
    return checkType(state, evaluate(state, dot), type)
  }
}

function constant(state: State, operand: Operand & { readonly kind: 'number' | 'bool' | 'text' }): GoValue {
  return operand.kind === 'number' && operand.overflows === true ? fail(state, `${operand.source} overflows int`) : operand.value
}
