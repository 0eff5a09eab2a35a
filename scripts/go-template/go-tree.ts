// What is a Go template as a tree?
import type { GoInteger, GoStruct } from './go-value.ts'

export type Operand =
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number | GoInteger | GoStruct; readonly asInt: bigint | undefined; readonly asFloat: number }
  | { readonly kind: 'dot' | 'nil' }
  | { readonly kind: 'field'; readonly names: readonly string[] }
  | { readonly kind: 'variable'; readonly name: string; readonly names: readonly string[] }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'pipe'; readonly pipe: Pipe }
  | { readonly kind: 'chain'; readonly of: Operand; readonly names: readonly string[] }
export interface Pipe {
  readonly declares: readonly string[]
  readonly assigns: boolean
  readonly commands: readonly (readonly [Operand, ...Operand[]])[]
}
export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipe: Pipe }
  | { readonly kind: 'range'; readonly pipe: Pipe; readonly list: TemplateList; readonly otherwise: TemplateList }
  | { readonly kind: 'if' | 'with'; readonly pipe: Pipe; readonly list: TemplateList; readonly otherwise: TemplateList }
  | { readonly kind: 'template'; readonly name: string; readonly pipe: Pipe | undefined }
  | { readonly kind: 'break' | 'continue' }
export type TemplateList = readonly TemplateNode[]

/** The tree of a template and of those that it defines. */
export interface Template {
  readonly root: TemplateList
  readonly defined: ReadonlyMap<string, TemplateList>
}
