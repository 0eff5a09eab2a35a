// What does `.a.b` of a value give in a Go template?
import { applyFunction, noFinal } from './go-call.ts'
import type { Argument, Final } from './go-call.ts'
import { fail } from './go-fail.ts'
import { lastNamed } from './go-state.ts'
import type { State } from './go-state.ts'
import type { GoNode } from './go-tree.ts'
import { isGoMap, isStruct, methodsOf, typeOf, zeroOf } from './go-value.ts'
import type { GoValue } from './go-value.ts'

interface Fields {
  readonly node: GoNode
  readonly names: readonly string[]
  /** for the last name, if it is a method */
  readonly args: readonly Argument[]
  readonly hasFinal: boolean
}

/** The steps from one value into others; a method among them is called. */
export function compileFields(fields: Fields): (state: State, dot: GoValue, start: GoValue, final: Final) => GoValue {
  const { node, names, args, hasFinal } = fields
  const last = names.length - 1
  const takesNothing = args.length === 0 && !hasFinal
  return (state, dot, start, final) => {
    let value = start
    for (let index = 0; index <= last; index++) {
      const name = names[index] as string
      const isLast = index === last
      const method = value === undefined || value === null ? undefined : methodsOf(value)?.get(name)
      if (method !== undefined) {
        const site = isLast ? { name, node, args, hasFinal } : { name, node, args: [], hasFinal: false }
        value = applyFunction(method, site, { state, dot, final: isLast ? final : noFinal })
      } else value = fieldOf(state, value, { name, of: index === 0 ? node : undefined, hasArgs: isLast && !takesNothing })
    }
    return value
  }
}

interface FieldAccess {
  readonly name: string
  /** what the first one belongs to; what comes later has the static type `interface {}` */
  readonly of: GoNode | undefined
  readonly hasArgs: boolean
}

/** `evalField`: an absent key is nothing, null or an error by `missingkey`; a null has no fields. */
function fieldOf(state: State, receiver: GoValue, { name, of, hasArgs }: FieldAccess): GoValue {
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
  return fail(state, `can't evaluate field ${name} in type ${of === undefined || isItem(state, of) ? 'interface {}' : typeOf(receiver)}`)
}

/** Whether what a loop gave is read as it is: it keeps the type of the list's items. */
function isItem(state: State, node: GoNode): boolean {
  if (!('kind' in node)) return false
  if (node.kind === 'variable') return lastNamed(state.variables, node.name)?.isItem === true
  return node.kind === 'field' && state.isItem
}
