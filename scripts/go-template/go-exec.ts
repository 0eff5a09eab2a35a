// What does a Go template print for given data?
import type { Budget } from './budget.ts'
import { evalPipe, setVariable } from './go-eval.ts'
import type { MissingKey, State } from './go-eval.ts'
import { formatValue } from './go-format.ts'
import type { GoFunctions } from './go-function.ts'
import type { Pipe, Template, TemplateList, TemplateNode } from './go-tree.ts'
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
export function execute(
  template: Template,
  data: GoValue,
  options: { functions: GoFunctions; missingKey: MissingKey; budget: Budget },
): string {
  const out: string[] = []
  walkList({ template, ...options, out, variables: [{ name: '$', value: data }] }, data, template.root)
  return out.join('')
}

function fail(message: string): never {
  throw new TemplateError(message)
}

function walkList(state: State, dot: GoValue, list: TemplateList): void {
  for (const node of list) walk(state, dot, node)
}

function walk(state: State, dot: GoValue, node: TemplateNode): void {
  state.budget.steps()
  switch (node.kind) {
    case 'text':
      print(state, node.text)
      return
    case 'action': {
      const value = evalPipe(state, dot, node.pipe)
      if (node.pipe.declares.length === 0)
        print(state, value === undefined || value === null ? '<no value>' : formatValue(value, state.budget))
      return
    }
    case 'if':
    case 'with': {
      const mark = state.variables.length
      const value = evalPipe(state, dot, node.pipe)
      const [inner, list] = isTrue(value) ? [node.kind === 'with' ? value : dot, node.list] : [dot, node.otherwise]
      state.budget.nested(() => walkList(state, inner, list))
      state.variables.length = mark
      return
    }
    case 'range':
      return state.budget.nested(() => walkRange(state, dot, node))
    case 'template':
      return walkTemplate(state, dot, node)
    default:
      throw new LoopExit(node.kind)
  }
}

function print(state: State, text: string): void {
  state.budget.output(text.length)
  state.out.push(text)
}

function walkTemplate(state: State, dot: GoValue, node: TemplateNode & { kind: 'template' }): void {
  const list = state.template.defined.get(node.name)
  if (list === undefined) fail(`template "${node.name}" not defined`)
  const data = node.pipe === undefined ? undefined : evalPipe(state, dot, node.pipe)
  // Go stops at 100,000 calls; nobody nests that deep on purpose
  state.budget.nested(() => walkList({ ...state, variables: [{ name: '$', value: data }] }, data, list))
}

type RangeNode = TemplateNode & { kind: 'range' }

function walkRange(state: State, dot: GoValue, node: RangeNode): void {
  const outer = state.variables.length
  const value = evalPipe(state, dot, node.pipe)
  const items = rangeItems(value, node.pipe, state.budget)
  const mark = state.variables.length
  try {
    for (let at = 0; at < items.length; at++) {
      const { index, item } = items.at(at)
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

interface Items {
  readonly length: number
  readonly at: (place: number) => { readonly index: GoValue; readonly item: GoValue }
}

function rangeItems(value: GoValue, pipe: Pipe, budget: Budget): Items {
  if (value === undefined || value === null) return { length: 0, at: () => ({ index: undefined, item: undefined }) }
  if (Array.isArray(value)) {
    budget.steps(value.length)
    return { length: value.length, at: (place) => ({ index: int(place), item: value[place] }) }
  }
  if (isGoMap(value)) {
    // the keys are sorted
    budget.steps(4 * value.size)
    const entries = sortedKeys(value).map((key) => ({ index: key, item: value.get(key) }))
    return { length: entries.length, at: (place) => entries[place] ?? { index: undefined, item: undefined } }
  }
  if (isInteger(value)) {
    if (pipe.declares.length > 1) fail("can't use an integer to iterate over more than one variable")
    const count = Math.max(0, Number(value.value))
    budget.elements(count)
    return { length: count, at: (place) => ({ index: int(place), item: { ...value, value: BigInt(place) } }) }
  }
  return fail(`range can't iterate over ${typeOf(value)}`)
}
