// Which values could the templates of a chart read, whatever branches they take?
import type { Chart } from './chart-tree.ts'
import type { Command, Operand, Pipe, TemplateList, TemplateNode, TemplateTree, TemplateTrees } from '../go-template/go-tree.ts'
import { fullPath } from './chart.ts'
import { ReadShape, anyOf, countRead, either, keyOf, other, readWhole } from './read-shape.ts'
import type { Reading } from './read-shape.ts'
import { noteReplacement, noteWords, takes } from './read-notes.ts'

interface Scope {
  readonly trees: TemplateTrees
  /** the one that is gone through */
  readonly tree: TemplateTree
  readonly dot: Reading
  /** variables by name; assignments add possible values */
  readonly variables: Map<string, Reading>
  readonly visited: Set<string>
  readonly ids: Map<object, number>
  readonly depth: number
  /** the result is bound to a variable, or handed to what may ask more of it */
  readonly isTaken: boolean
}

/** The shape of the root chart's values, with those of its subcharts below their names. */
export function readableValues(chart: Chart, trees: TemplateTrees): ReadShape {
  const root = new ReadShape()
  const contexts = new Map<Chart, Reading>()
  const contextOf = (one: Chart, values: ReadShape): Reading => {
    // all charts of a tree share the globals
    if (one !== chart) values.keys.set('global', root.key('global'))
    const subcharts = new Map<string, Reading>()
    const context: Reading = { kind: 'context', values, subcharts }
    contexts.set(one, context)
    for (const child of one.dependencies) {
      // all aliases of a chart read alike
      const names = namesOf(child, one)
      const shape = values.key(names[0])
      const context = contextOf(child, shape)
      for (const name of names) {
        values.keys.set(name, shape)
        subcharts.set(name, context)
      }
    }
    return context
  }
  contextOf(chart, root)
  markSettings(chart, root)
  const shared = { trees, visited: new Set<string>(), ids: new Map<object, number>() }
  for (const [one, dot] of contexts) {
    const path = fullPath(one)
    for (const template of one.templates) {
      const tree = trees.get(`${path}/${template.path}`)
      if (tree !== undefined && !/(?:^|\/)_[^/]*$/.test(template.path))
        runTree(tree, { ...shared, dot, variables: new Map(), depth: 0, isTaken: false })
    }
  }
  return root
}

/** The keys that hold the values of a subchart: its aliases, else its name. */
export function namesOf({ name }: Chart, { metadata }: Chart): readonly [string, ...string[]] {
  const declared = (metadata.dependencies ?? []).filter((wanted) => wanted.name === name).map(({ alias }) => (alias === '' ? name : alias))
  const [first = name, ...others] = declared
  return [first, ...others]
}

/** What Helm itself reads: conditions, tags, exports. */
function markSettings(chart: Chart, values: ReadShape): void {
  for (const wanted of chart.metadata.dependencies ?? []) {
    for (const path of wanted.condition.split(',')) {
      let shape = values
      for (const key of path.trim() === '' ? [] : path.split('.')) shape = shape.key(key)
    }
    for (const tag of wanted.tags) values.key('tags').key(tag)
    const child = values.key(wanted.alias === '' ? wanted.name : wanted.alias)
    if (wanted.importValues.length > 0) child.key('exports').whole = true
  }
  for (const child of chart.dependencies) for (const name of namesOf(child, chart)) markSettings(child, values.key(name))
}

function runTree(tree: TemplateTree, scope: Omit<Scope, 'tree'>): void {
  scope.variables.set('$', scope.dot)
  runList(tree.root, { ...scope, tree })
}

function runList(list: TemplateList, scope: Scope): void {
  for (const node of list) runNode(node, scope)
}

function runNode(node: TemplateNode, scope: Scope): void {
  switch (node.kind) {
    case 'action': {
      const reading = readPipe(node.pipe, scope)
      if (node.pipe.declares.length === 0) readWhole(reading)
      return
    }
    case 'if':
    case 'with': {
      const reading = readPipe(node.pipe, scope)
      runList(node.list, node.kind === 'with' ? { ...scope, dot: reading } : scope)
      return runList(node.otherwise, scope)
    }
    case 'range': {
      const item = anyOf(readPipe({ ...node.pipe, declares: [] }, scope))
      for (const [index, name] of node.pipe.declares.entries()) add(scope, name, index === node.pipe.declares.length - 1 ? item : other)
      runList(node.list, { ...scope, dot: item })
      return runList(node.otherwise, scope)
    }
    case 'template':
      return call(node.name, node.pipe === undefined ? other : readPipe(node.pipe, scope), scope)
    default:
  }
}

function add(scope: Scope, name: string, reading: Reading): void {
  const before = scope.variables.get(name)
  scope.variables.set(name, before === undefined ? reading : either([before, reading]))
}

/** Runs a definition for an argument that it hasn't seen yet. */
function call(name: string, dot: Reading, scope: Scope): void {
  const tree = scope.trees.get(name)
  if (tree === undefined || scope.depth > 60) return
  const key = `${name} ${signature(dot, scope.ids)}`
  if (scope.visited.has(key)) return
  scope.visited.add(key)
  runTree(tree, { ...scope, dot, variables: new Map(), depth: scope.depth + 1, isTaken: false })
}

function signature(reading: Reading, ids: Map<object, number>): string {
  const idOf = (object: object): number => {
    const known = ids.get(object) ?? ids.size
    ids.set(object, known)
    return known
  }
  switch (reading.kind) {
    case 'values':
      return `v${reading.shapes.map(idOf).join()}`
    case 'context':
      return `c${idOf(reading.values)}`
    case 'made':
      return `{${[...reading.entries].map(([key, entry]) => `${key}:${signature(entry, ids)}`).join()}|${reading.rest.map((one) => signature(one, ids)).join()}}`
    case 'either':
      return `(${reading.of.map((one) => signature(one, ids)).join('|')})`
    default:
      return reading.kind
  }
}

function readPipe(pipe: Pipe, scope: Scope): Reading {
  let reading: Reading | undefined
  for (const [index, command] of pipe.commands.entries()) {
    const isTaken = scope.isTaken || pipe.declares.length > 0 || pipe.commands.slice(index + 1).some(takes)
    reading = readCommand(command, reading, { ...scope, isTaken })
  }
  const result = reading ?? other
  for (const name of pipe.declares) add(scope, name, result)
  return result
}

function readCommand(command: Command, piped: Reading | undefined, scope: Scope): Reading {
  const [first, ...rest] = command.args
  if (first.kind !== 'function') {
    // arguments of methods: `.Files.Get .Values.x`
    for (const arg of rest) readWhole(readOperand(arg, scope))
    return readOperand(first, scope)
  }
  const inside = { ...scope, isTaken: scope.isTaken || takes(command) }
  const args = rest.map((arg) => readOperand(arg, inside))
  if (piped !== undefined) args.push(piped)
  if (first.name === 'default') noteReplacement(command, args[1], scope)
  const result = readCall(first.name, args, scope)
  if (opening.has(first.name)) countRead(result)
  return result
}

function readOperand(operand: Operand, scope: Scope): Reading {
  const reading = operandOf(operand, scope)
  if (operand.kind === 'dot' || operand.kind === 'field' || operand.kind === 'variable' || operand.kind === 'chain') countRead(reading)
  return reading
}

function operandOf(operand: Operand, scope: Scope): Reading {
  switch (operand.kind) {
    case 'dot':
      return scope.dot
    case 'field':
      return operand.names.reduce(keyOf, scope.dot)
    case 'variable':
      return operand.names.reduce(keyOf, scope.variables.get(operand.name) ?? other)
    case 'chain':
      return operand.names.reduce(keyOf, readOperand(operand.of, scope))
    case 'pipe':
      return readPipe(operand, scope)
    case 'function':
      return readCall(operand.name, [], scope)
    case 'text':
      return { kind: 'text', text: operand.value }
    default:
      return other
  }
}

const textOf = (reading: Reading | undefined): string | undefined => (reading?.kind === 'text' ? reading.text : undefined)

/** Functions that return one of their arguments. */
const passing = new Set(
  'default coalesce ternary or and merge mergeOverwrite mustMerge mustMergeOverwrite deepCopy mustDeepCopy required without compact uniq reverse initial rest concat fromYaml'.split(
    ' ',
  ),
)
/** Functions that read what is inside of their argument, by its name. */
const opening = new Set('get index hasKey dig pluck pick'.split(' '))
const asking = new Set(
  'empty not eq ne len kindIs kindOf typeOf typeIs typeIsLike gt lt ge le has any all hasPrefix hasSuffix contains'.split(' '),
)

function readCall(name: string, args: readonly Reading[], scope: Scope): Reading {
  const [first = other, second = other] = args
  switch (name) {
    case 'include': {
      const template = textOf(first)
      if (template === undefined) readWhole(second)
      else call(template, second, scope)
      return other
    }
    case 'tpl':
      readWhole(first)
      return other
    case 'dict': {
      const entries = new Map<string, Reading>()
      const rest: Reading[] = []
      for (let at = 0; at + 1 < args.length; at += 2) {
        const key = textOf(args[at])
        if (key === undefined) rest.push(args[at + 1] as Reading)
        else entries.set(key, args[at + 1] as Reading)
      }
      return { kind: 'made', entries, rest }
    }
    case 'list':
    case 'tuple':
      return { kind: 'made', entries: new Map(), rest: args }
    case 'append':
    case 'prepend':
    case 'push':
    case 'mustAppend':
      return either([first, { kind: 'made', entries: new Map(), rest: [second] }])
    case 'set': {
      const key = textOf(second)
      return either([
        first,
        {
          kind: 'made',
          entries: new Map(key === undefined ? [] : [[key, args[2] ?? other]]),
          rest: key === undefined ? args.slice(2) : [],
        },
      ])
    }
    case 'first':
    case 'last':
    case 'values':
      return anyOf(first)
    case 'get':
    case 'index':
    case 'hasKey':
      return args
        .slice(1)
        .reduce<Reading>((value, key) => (textOf(key) === undefined ? anyOf(value) : keyOf(value, textOf(key) as string)), first)
    case 'dig': {
      const value = args
        .slice(0, -2)
        .reduce<Reading>((map, key) => (textOf(key) === undefined ? anyOf(map) : keyOf(map, textOf(key) as string)), args.at(-1) ?? other)
      return either([value, args.at(-2) ?? other])
    }
    case 'pluck':
      return either(args.slice(1).map((map) => (textOf(first) === undefined ? anyOf(map) : keyOf(map, textOf(first) as string))))
    case 'pick':
      return either(
        args
          .slice(1)
          .map((key) =>
            textOf(key) === undefined
              ? anyOf(first)
              : { kind: 'made', entries: new Map([[textOf(key) as string, keyOf(first, textOf(key) as string)]]), rest: [] },
          ),
      )
    default:
      if (passing.has(name)) return either(args)
      if (name === 'eq' || name === 'ne') noteWords(args)
      if (asking.has(name)) return other
      for (const arg of args) readWhole(arg)
      return other
  }
}
