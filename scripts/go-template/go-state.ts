// What is the state of a template run, and how can it be observed?
import type { Budget } from './budget.ts'
import type { GoFunctions } from './go-function.ts'
import type { GoNode, TemplateTree, TemplateTrees } from './go-tree.ts'
import type { GoList, GoMap, GoValue } from './go-value.ts'

/** What an absent map key evaluates to: nothing, a null, or an error (`missingkey=` of `Template.Option`). */
export type MissingKey = 'default' | 'zero' | 'error'

/** Observes a template run: which values it reads, and what prints which text. */
export interface Watcher {
  /** a key of a map is read, present or not */
  field(map: GoMap, key: string): void
  /** a loop reaches an item */
  item(collection: GoMap | GoList, at: string | number): void
  /** a variable is assigned what the current node read, and read again */
  declared(variable: Variable): void
  variable(variable: Variable): void
  /** a function returned a result */
  called(name: string, args: readonly GoValue[], result: GoValue): void
  /** a node begins to print or to branch; the number is for `leave` */
  enter(tree: TemplateTree, node: GoNode): number
  leave(depth: number): void
  /** what a node prints */
  print(tree: TemplateTree, node: GoNode, text: string, value: GoValue): void
  /** another template runs into a text of its own */
  open(): void
  close(text: string): void
}

export interface Variable {
  readonly name: string
  value: GoValue
  /** an item of an untyped list or map, whose static type is `interface {}` */
  isItem?: boolean
}

export interface State {
  /** what `template` and the host's `include` find */
  readonly trees: TemplateTrees
  readonly tree: TemplateTree
  readonly functions: GoFunctions
  readonly missingKey: MissingKey
  readonly out: string[]
  readonly variables: Variable[]
  readonly budget: Budget
  readonly watcher: Watcher | undefined
  /** where an error is reported */
  node: GoNode
  /** whether the dot is an item of an untyped list or map */
  isItem: boolean
}

export function lastNamed(variables: readonly Variable[], name: string): Variable | undefined {
  for (let at = variables.length - 1; at >= 0; at--) if (variables[at]?.name === name) return variables[at]
  return undefined
}
