// What does a Go template print for given data? Each of its parts becomes a function once, however often it runs.
import type { Budget } from './budget.ts'
import { compilePipe, setVariable } from './go-eval.ts'
import { fail } from './go-fail.ts'
import type { MissingKey, State, Watcher } from './go-state.ts'
import { formatValue } from './go-format.ts'
import type { GoFunctions } from './go-function.ts'
import type { Pipe, Template, TemplateList, TemplateNode, TemplateTree, TemplateTrees } from './go-tree.ts'
import { int, isGoMap, isInteger, isStruct, isTextMap, isTrue, sortedKeys, typeOf } from './go-value.ts'
import type { GoInteger, GoValue } from './go-value.ts'

class LoopExit extends Error {
  readonly kind: 'break' | 'continue'
  constructor(kind: 'break' | 'continue') {
    super(kind)
    this.kind = kind
  }
}

interface Execution {
  readonly functions: GoFunctions
  readonly missingKey: MissingKey
  readonly budget: Budget
}

/** `Template.Execute`: the printed text; throws TemplateError. */
export function execute(template: Template, data: GoValue, options: Execution): string {
  return executeTree(template.tree, data, { ...options, trees: template.defined, watcher: undefined })
}

/** The same for one tree among others. */
export function executeTree(
  tree: TemplateTree,
  data: GoValue,
  options: Execution & { readonly trees: TemplateTrees; readonly watcher: Watcher | undefined },
): string {
  const { trees, functions, missingKey, budget, watcher } = options
  const out: string[] = []
  const node: TemplateNode = { kind: 'text', text: '', at: 0 }
  const state: State = {
    trees,
    tree,
    functions,
    missingKey,
    out,
    variables: [{ name: '$', value: data }],
    budget,
    watcher,
    node,
    isItem: false,
  }
  compiledOf(tree)(state, data)
  return out.length === 1 ? (out[0] as string) : out.join('')
}

type Run = (state: State, dot: GoValue) => void

const compiled = new WeakMap<TemplateTree, Run>()

function compiledOf(tree: TemplateTree): Run {
  const known = compiled.get(tree)
  if (known !== undefined) return known
  const made = compileList(tree.root)
  compiled.set(tree, made)
  return made
}

const nothing: Run = () => undefined

/** A branch is compiled when it is first taken. */
function compileList(list: TemplateList): Run {
  if (list.length === 0) return nothing
  let parts: readonly Run[] | undefined
  return (state, dot) => {
    parts ??= list.map(compileNode)
    for (const part of parts) part(state, dot)
  }
}

function compileNode(node: TemplateNode): Run {
  switch (node.kind) {
    case 'text':
      return (state) => {
        begin(state, node)
        print(state, node, node.text, undefined)
      }
    case 'action': {
      const pipe = compilePipe(node.pipe)
      const isPrinted = node.pipe.declares.length === 0
      return (state, dot) => {
        begin(state, node)
        const depth = state.watcher?.enter(state.tree, node) ?? 0
        const value = pipe(state, dot)
        if (isPrinted) print(state, node, printed(state, value), value)
        state.watcher?.leave(depth)
      }
    }
    case 'if':
    case 'with':
      return compileChoice(node)
    case 'range':
      return compileRange(node)
    case 'template':
      return compileInclusion(node)
    default:
      return (state) => {
        begin(state, node)
        throw new LoopExit(node.kind)
      }
  }
}

function begin(state: State, node: TemplateNode): void {
  state.budget.steps()
  state.node = node
}

/** `printValue`. */
function printed(state: State, value: GoValue): string {
  if (value === undefined || value === null) return '<no value>'
  return isStruct(value) && value.addressed === true ? value.text : formatValue(value, state.budget)
}

function print(state: State, node: TemplateNode, text: string, value: GoValue): void {
  state.budget.output(text.length)
  state.watcher?.print(state.tree, node, text, value)
  state.out.push(text)
}

function compileChoice(node: TemplateNode & { kind: 'if' | 'with' }): Run {
  const [pipe, list, otherwise] = [compilePipe(node.pipe), compileList(node.list), compileList(node.otherwise)]
  return (state, dot) => {
    begin(state, node)
    const mark = state.variables.length
    const depth = state.watcher?.enter(state.tree, node) ?? 0
    const value = pipe(state, dot)
    state.budget.enter()
    const { isItem } = state
    try {
      if (!isTrue(value)) otherwise(state, dot)
      else if (node.kind === 'if') list(state, dot)
      else {
        state.isItem = false
        list(state, value)
      }
    } finally {
      state.isItem = isItem
      state.budget.leave()
    }
    state.variables.length = mark
    state.watcher?.leave(depth)
  }
}

function compileInclusion(node: TemplateNode & { kind: 'template' }): Run {
  const pipe = node.pipe === undefined ? undefined : compilePipe(node.pipe)
  return (state, dot) => {
    begin(state, node)
    const tree = state.trees.get(node.name)
    if (tree === undefined) fail(state, `template ${JSON.stringify(node.name)} not defined`)
    const data = pipe?.(state, dot)
    // Go stops at 100,000 calls; no template nests that deep on purpose
    state.budget.nested(() => compiledOf(tree)({ ...state, tree, node, variables: [{ name: '$', value: data }], isItem: false }, data))
  }
}

type RangeNode = TemplateNode & { kind: 'range' }

function compileRange(node: RangeNode): Run {
  const [pipe, list, otherwise] = [compilePipe(node.pipe), compileList(node.list), compileList(node.otherwise)]
  const run: Run = (state, dot) => {
    const outer = state.variables.length
    const depth = state.watcher?.enter(state.tree, node) ?? 0
    const value = pipe(state, dot)
    const items = rangeItems(state, value, node.pipe)
    const mark = state.variables.length
    const { isItem } = state
    const isUntyped = Array.isArray(value) ? typeOf(value) === '[]interface {}' : isGoMap(value) && !isTextMap(value)
    try {
      for (let at = 0; at < items.length; at++) {
        const { index, item } = items.at(at)
        if (isGoMap(value) || Array.isArray(value))
          state.watcher?.item(value, typeof index === 'string' ? index : Number((index as GoInteger).value))
        bindRange(state, node.pipe, { index, item, isItem: isUntyped })
        state.isItem = isUntyped
        try {
          list(state, item)
        } catch (error) {
          if (!(error instanceof LoopExit) || error.kind === 'break') throw error
          state.watcher?.leave(depth + 1)
        }
        state.variables.length = mark
      }
      state.isItem = isItem
      if (items.length === 0) otherwise(state, dot)
    } catch (error) {
      if (!(error instanceof LoopExit)) throw error
      if (items.length === 0) throw error
    } finally {
      state.isItem = isItem
      state.variables.length = outer
    }
    state.watcher?.leave(depth)
  }
  return (state, dot) => {
    begin(state, node)
    state.budget.nested(() => run(state, dot))
  }
}

function bindRange(state: State, pipe: Pipe, at: { readonly index: GoValue; readonly item: GoValue; readonly isItem: boolean }): void {
  const [first, second] = pipe.declares
  if (first === undefined) return
  if (pipe.assigns) {
    setVariable(state, first, second === undefined ? at.item : at.index)
    if (second !== undefined) setVariable(state, second, at.item)
    return
  }
  const top = state.variables.length - 1
  const set = (position: number, value: GoValue, isItem = false): void => {
    const variable = state.variables[position]
    if (variable === undefined) return
    variable.value = value
    variable.isItem = isItem
    state.watcher?.declared(variable)
  }
  set(top, at.item, at.isItem)
  if (second !== undefined) set(top - 1, at.index)
}

interface Items {
  readonly length: number
  readonly at: (place: number) => { readonly index: GoValue; readonly item: GoValue }
}

function rangeItems(state: State, value: GoValue, pipe: Pipe): Items {
  const { budget } = state
  if (value === undefined || value === null) return { length: 0, at: () => ({ index: undefined, item: undefined }) }
  if (Array.isArray(value)) {
    budget.steps(value.length)
    return { length: value.length, at: (place) => ({ index: int(place), item: value[place] }) }
  }
  if (isGoMap(value)) {
    // the keys are sorted
    budget.steps(4 * value.size)
    const keys = sortedKeys(value)
    for (const key of keys) state.watcher?.field(value, key)
    const entries = keys.map((key) => ({ index: key, item: value.get(key) }))
    return { length: entries.length, at: (place) => entries[place] ?? { index: undefined, item: undefined } }
  }
  if (isInteger(value)) {
    if (pipe.declares.length > 1) fail(state, `can't use ${value.value} to iterate over more than one variable`)
    const count = Math.max(0, Number(value.value))
    budget.elements(count)
    return { length: count, at: (place) => ({ index: int(place), item: { ...value, value: BigInt(place) } }) }
  }
  return fail(state, `range can't iterate over ${formatValue(value, state.budget)}`)
}
