// What does a Go template print for given data?
import { evalPipe, setVariable } from './go-eval.ts'
import type { MissingKey, State } from './go-eval.ts'
import { formatValue } from './go-format.ts'
import type { GoFunctions } from './go-function.ts'
import type { Pipe, Template, TemplateList, TemplateNode } from './go-parse.ts'
import { TemplateError, int, isGoMap, isInteger, isTrue, sortedKeys, typeOf } from './go-value.ts'
import type { GoValue } from './go-value.ts'

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
