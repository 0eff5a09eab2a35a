// What is a Go template as a tree?
import type { GoInteger, GoStruct } from './go-value.ts'

/** Where a node is: an offset in its tree's text. */
interface Placed {
  readonly at: number
}
export type Operand = Placed &
  (
    | { readonly kind: 'bool'; readonly value: boolean }
    | { readonly kind: 'text'; readonly value: string; readonly source: string }
    | {
        readonly kind: 'number'
        readonly value: number | GoInteger | GoStruct
        readonly asInt: bigint | undefined
        readonly asFloat: number
        readonly source: string
        readonly overflows?: true
      }
    | { readonly kind: 'dot' | 'nil' }
    | { readonly kind: 'field'; readonly names: readonly string[] }
    | { readonly kind: 'variable'; readonly name: string; readonly names: readonly string[] }
    | { readonly kind: 'function'; readonly name: string }
    | Pipe
    | { readonly kind: 'chain'; readonly of: Operand; readonly names: readonly string[] }
  )
export interface Command extends Placed {
  readonly kind: 'command'
  readonly args: readonly [Operand, ...Operand[]]
  /** all but the first */
  readonly rest: readonly Operand[]
}
export interface Pipe extends Placed {
  readonly kind: 'pipe'
  readonly declares: readonly string[]
  readonly assigns: boolean
  readonly commands: readonly Command[]
}
export type TemplateNode = Placed &
  (
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'action'; readonly pipe: Pipe }
    | { readonly kind: 'range'; readonly pipe: Pipe; readonly list: TemplateList; readonly otherwise: TemplateList }
    | { readonly kind: 'if' | 'with'; readonly pipe: Pipe; readonly list: TemplateList; readonly otherwise: TemplateList }
    | { readonly kind: 'template'; readonly name: string; readonly pipe: Pipe | undefined }
    | { readonly kind: 'break' | 'continue' }
  )
export type TemplateList = readonly TemplateNode[]

/** What an error can point at. */
export type GoNode = Operand | Command | TemplateNode

/** One definition and the text that contains it. */
export interface TemplateTree {
  readonly name: string
  /** the name of the text, which is the definition's own if it is not a `define` */
  readonly parseName: string
  readonly text: string
  readonly root: TemplateList
}
export type TemplateTrees = ReadonlyMap<string, TemplateTree>

/** The tree of a template and of those that it defines. */
export interface Template {
  readonly tree: TemplateTree
  readonly defined: TemplateTrees
}

/** `parse.IsEmptyTree`: only blanks and comments. */
export function isEmptyTree(list: TemplateList): boolean {
  return list.every((node) => node.kind === 'text' && !/\P{White_Space}/u.test(node.text))
}

/** `Node.String`, as errors show it. */
export function nodeText(node: GoNode): string {
  switch (node.kind) {
    case 'bool':
      return String(node.value)
    case 'text':
      return 'source' in node ? node.source : node.text
    case 'number':
      return node.source
    case 'dot':
      return '.'
    case 'nil':
      return 'nil'
    case 'field':
      return node.names.map((name) => `.${name}`).join('')
    case 'variable':
      return [node.name, ...node.names].join('.')
    case 'function':
      return node.name
    case 'chain':
      return (node.of.kind === 'pipe' ? `(${nodeText(node.of)})` : nodeText(node.of)) + node.names.map((name) => `.${name}`).join('')
    case 'command':
      return node.args.map((arg) => (arg.kind === 'pipe' ? `(${nodeText(arg)})` : nodeText(arg))).join(' ')
    case 'pipe': {
      const declared = node.declares.length === 0 ? '' : `${node.declares.join(', ')} ${node.assigns ? '=' : ':='} `
      return declared + node.commands.map(nodeText).join(' | ')
    }
    case 'action':
      return `{{${nodeText(node.pipe)}}}`
    case 'template':
      return `{{template ${JSON.stringify(node.name)}${node.pipe === undefined ? '' : ` ${nodeText(node.pipe)}`}}}`
    case 'if':
    case 'with':
    case 'range': {
      const otherwise = node.otherwise.length === 0 ? '' : `{{else}}${node.otherwise.map(nodeText).join('')}`
      return `{{${node.kind} ${nodeText(node.pipe)}}}${node.list.map(nodeText).join('')}${otherwise}{{end}}`
    }
    default:
      return `{{${node.kind}}}`
  }
}
