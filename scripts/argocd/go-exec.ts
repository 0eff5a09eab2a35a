// What does a Go template print for given data?
import { formatValue } from './go-format.ts'
import type { ArgumentType, GoFunction, GoFunctions } from './go-function.ts'
import type { Operand, Pipe, Template, TemplateList, TemplateNode } from './go-parse.ts'
import { TemplateError, int, isGoMap, isInteger, isStruct, isTrue, sortedKeys, typeOf } from './go-value.ts'
import type { GoValue } from './go-value.ts'

/** What an absent map key gives: nothing, a null, or an error (`missingkey=` of `Template.Option`). */
export type MissingKey = 'default' | 'zero' | 'error'

interface State {
  readonly template: Template
  readonly functions: GoFunctions
  readonly missingKey: MissingKey
  readonly out: string[]
  readonly variables: { readonly name: string; value: GoValue }[]
  readonly depth: number
}

/** No piped-in argument; differs from a piped value that is not there. */
const noFinal = Symbol('no final argument')
type Final = GoValue | typeof noFinal

class LoopExit extends Error {
  readonly kind: 'break' | 'continue'
  constructor(kind: 'break' | 'continue') {
    super(kind)
    this.kind = kind
  }
}

/** `Template.Execute`: the printed text; throws TemplateError. */
export function execute(template: Template, data: GoValue, options: { functions: GoFunctions; missingKey: MissingKey }): string {
  const out: string[] = []
  walkList({ template, ...options, out, variables: [{ name: '$', value: data }], depth: 0 }, data, template.root)
  return out.join('')
}

function fail(message: string): never {
  throw new TemplateError(message)
}

function walkList(state: State, dot: GoValue, list: TemplateList): void {
  for (const node of list) walk(state, dot, node)
}

function walk(state: State, dot: GoValue, node: TemplateNode): void {
  switch (node.kind) {
    case 'text':
      state.out.push(node.text)
      return
    case 'action': {
      const value = evalPipe(state, dot, node.pipe)
      if (node.pipe.declares.length === 0) state.out.push(value === undefined || value === null ? '<no value>' : formatValue(value))
      return
    }
    case 'if':
    case 'with': {
      const mark = state.variables.length
      const value = evalPipe(state, dot, node.pipe)
      if (isTrue(value)) walkList(state, node.kind === 'with' ? value : dot, node.list)
      else walkList(state, dot, node.otherwise)
      state.variables.length = mark
      return
    }
    case 'range':
      return walkRange(state, dot, node)
    case 'template':
      return walkTemplate(state, dot, node)
    default:
      throw new LoopExit(node.kind)
  }
}

function walkTemplate(state: State, dot: GoValue, node: TemplateNode & { kind: 'template' }): void {
  const list = state.template.defined.get(node.name)
  if (list === undefined) fail(`template "${node.name}" not defined`)
  // Go stops at 100,000 calls; a JavaScript stack is smaller and nobody nests that deep on purpose
  if (state.depth > 1000) fail('exceeded maximum template depth')
  const data = node.pipe === undefined ? undefined : evalPipe(state, dot, node.pipe)
  walkList({ ...state, variables: [{ name: '$', value: data }], depth: state.depth + 1 }, data, list)
}

type RangeNode = TemplateNode & { kind: 'range' }

function walkRange(state: State, dot: GoValue, node: RangeNode): void {
  const outer = state.variables.length
  const value = evalPipe(state, dot, node.pipe)
  const items = rangeItems(value, node.pipe)
  const mark = state.variables.length
  try {
    for (const [index, item] of items) {
      bindRange(state, node.pipe, { index, item })
      try {
        walkList(state, item, node.list)
      } catch (error) {
        if (!(error instanceof LoopExit) || error.kind === 'break') throw error
      }
      state.variables.length = mark
    }
    if (items.length === 0) walkList(state, dot, node.otherwise)
  } catch (error) {
    if (!(error instanceof LoopExit)) throw error
    if (items.length === 0) throw error
  } finally {
    state.variables.length = outer
  }
}

function bindRange(state: State, pipe: Pipe, at: { index: GoValue; item: GoValue }): void {
  const [first, second] = pipe.declares
  if (first === undefined) return
  if (pipe.assigns) {
    setVariable(state, first, second === undefined ? at.item : at.index)
    if (second !== undefined) setVariable(state, second, at.item)
    return
  }
  const top = state.variables.length - 1
  const set = (position: number, value: GoValue): void => {
    const variable = state.variables[position]
    if (variable !== undefined) variable.value = value
  }
  set(top, at.item)
  if (second !== undefined) set(top - 1, at.index)
}

function rangeItems(value: GoValue, pipe: Pipe): (readonly [GoValue, GoValue])[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value.map((item, index) => [int(index), item] as const)
  if (isGoMap(value)) return sortedKeys(value).map((key) => [key, value.get(key)] as const)
  if (isInteger(value)) {
    if (pipe.declares.length > 1) fail("can't use an integer to iterate over more than one variable")
    const count = Math.max(0, Number(value.value))
    if (count > 1_000_000) fail('range over an integer is too long')
    return Array.from({ length: count }, (_, index) => [int(index), { ...value, value: BigInt(index) }] as const)
  }
  return fail(`range can't iterate over ${typeOf(value)}`)
}

function setVariable(state: State, name: string, value: GoValue): void {
  const variable = state.variables.findLast((candidate) => candidate.name === name)
  if (variable === undefined) fail(`undefined variable: ${name}`)
  variable.value = value
}

/** A null inside an interface becomes "nothing there" after each stage, as reflect unwraps it. */
function evalPipe(state: State, dot: GoValue, pipe: Pipe): GoValue {
  let value: Final = noFinal
  for (const command of pipe.commands) {
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
      return evalFields(state, dot, { names: first.names, rest, final })
    case 'chain':
      return evalFields(state, evalOperand(state, dot, first.of), { names: first.names, rest, final })
    case 'variable':
      if (first.names.length === 0) plain()
      return evalFields(state, variableValue(state, first.name), { names: first.names, rest, final })
    case 'function':
      return evalFunction(state, dot, { name: first.name, rest, final })
    default:
      plain()
      if (first.kind === 'nil') fail('nil is not a command')
      return evalOperand(state, dot, first)
  }
}

function variableValue(state: State, name: string): GoValue {
  const variable = state.variables.findLast((candidate) => candidate.name === name)
  return variable === undefined ? fail(`undefined variable: ${name}`) : variable.value
}

interface FieldCall {
  readonly names: readonly string[]
  readonly rest: readonly Operand[]
  readonly final: Final
}

function evalFields(state: State, start: GoValue, call: FieldCall): GoValue {
  let value = start
  for (const [index, name] of call.names.entries()) {
    const last = index === call.names.length - 1
    value = fieldOf(state, value, name)
    if (last && (call.rest.length > 0 || call.final !== noFinal)) fail(`${name} is not a method but has arguments`)
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
    return state.missingKey === 'zero' ? null : undefined
  }
  if (isStruct(receiver) && receiver.fields.has(name)) return receiver.fields.get(name)
  return fail(`can't evaluate field ${name} in type ${typeOf(receiver)}`)
}

function evalFunction(state: State, dot: GoValue, call: { name: string; rest: readonly Operand[]; final: Final }): GoValue {
  const definition = state.functions[call.name]
  if (definition === undefined) return fail(`"${call.name}" is not a defined function`)
  const given = call.rest.length + (call.final === noFinal ? 0 : 1)
  const fixed = definition.parameters.length
  if (given < fixed || (definition.rest === undefined && given > fixed))
    fail(`wrong number of args for ${call.name}: want ${fixed} got ${given}`)
  // and, or: later arguments are evaluated only when needed
  if (call.name === 'and' || call.name === 'or') return evalLogic(state, dot, call)
  const args = call.rest.map((operand, index) => evalArgument(state, dot, operand, parameterType(definition, index)))
  if (call.final !== noFinal) args.push(checkType(call.final, parameterType(definition, args.length)))
  return definition.call(args)
}

function parameterType(definition: GoFunction, index: number): ArgumentType {
  return definition.parameters[index] ?? definition.rest ?? 'any'
}

function evalLogic(state: State, dot: GoValue, call: { name: string; rest: readonly Operand[]; final: Final }): GoValue {
  let value: GoValue
  for (const operand of call.rest) {
    value = evalArgument(state, dot, operand, 'value')
    if (isTrue(value) === (call.name === 'or')) return value
  }
  return call.final === noFinal ? value : call.final
}

function evalOperand(state: State, dot: GoValue, operand: Operand): GoValue {
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
      return evalFields(state, dot, { names: operand.names, rest: [], final: noFinal })
    case 'variable':
      return evalFields(state, variableValue(state, operand.name), { names: operand.names, rest: [], final: noFinal })
    case 'function':
      return evalFunction(state, dot, { name: operand.name, rest: [], final: noFinal })
    case 'pipe':
      return evalPipe(state, dot, operand.pipe)
    case 'chain':
      return evalFields(state, evalOperand(state, dot, operand.of), { names: operand.names, rest: [], final: noFinal })
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
    if (type === 'any' || type === 'value') return operand.value
    return fail(`expected ${type}; found a number`)
  }
  return checkType(evalOperand(state, dot, operand), type)
}

/** `validateType`: no conversions, except that nothing becomes an empty map, list or null where those are taken. */
function checkType(value: GoValue, type: ArgumentType): GoValue {
  if (type === 'value') return value
  if (type === 'any') return value ?? null
  if (value === undefined && type === 'map') return new Map()
  if (value === undefined && type === 'list') return []
  const fits =
    (type === 'map' && isGoMap(value)) ||
    (type === 'list' && Array.isArray(value)) ||
    (type === 'string' && typeof value === 'string') ||
    (type === 'bool' && typeof value === 'boolean') ||
    (type === 'float64' && typeof value === 'number')
  if (fits) return value
  if (type === 'int' && isInteger(value) && value.type === 'int') return Number(value.value)
  return fail(`wrong type for value; expected ${type}; got ${typeOf(value)}`)
}
