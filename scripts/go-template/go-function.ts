// How does a template function declare which arguments it takes?
import type { Budget } from './budget.ts'
import type { State } from './go-state.ts'
import type { GoInteger, GoList, GoMap, GoStruct, GoValue } from './go-value.ts'

interface ArgumentTypes {
  string: string
  /** Go `int`: only integers are accepted, never a float64 */
  int: number
  /** from 0 to 2^32 - 1 */
  uint32: number
  float64: number
  bool: boolean
  map: GoMap
  '*semver.Version': GoStruct
  'time.Time': GoStruct
  'sprig.certificate': GoStruct
  'time.Duration': GoInteger
  list: GoList
  /** `interface {}`: anything; an absent value arrives as null */
  any: Exclude<GoValue, undefined>
  /** `reflect.Value`: anything; undefined stays undefined */
  value: GoValue
}
export type ArgumentType = keyof ArgumentTypes

/** A function of the template language; `rest` is the type of further arguments, undefined: none. */
export interface GoFunction {
  readonly parameters: readonly ArgumentType[]
  readonly rest: ArgumentType | undefined
  /** `state`: the state of the call, for functions that run templates */
  readonly call: (args: readonly GoValue[], budget: Budget, state: State) => GoValue
}
export type GoFunctions = Readonly<Record<string, GoFunction>>

type Arguments<P extends readonly ArgumentType[]> = { -readonly [I in keyof P]: ArgumentTypes[P[I]] }

/** A function with a fixed list of parameters; the budget comes last. */
export function takes<const P extends readonly ArgumentType[]>(
  parameters: P,
  body: (...args: [...Arguments<P>, Budget]) => GoValue,
): GoFunction {
  return { parameters, rest: undefined, call: (args, budget) => body(...([...args, budget] as unknown as [...Arguments<P>, Budget])) }
}

/** A variadic function: the body gets the fixed arguments, the list of further ones, and the budget. */
export function takesMore<const P extends readonly ArgumentType[], R extends ArgumentType>(
  parameters: P,
  rest: R,
  body: (...args: [...Arguments<P>, ArgumentTypes[R][], Budget]) => GoValue,
): GoFunction {
  const call = (args: readonly GoValue[], budget: Budget): GoValue => {
    const fixed = args.slice(0, parameters.length)
    return body(...([...fixed, args.slice(parameters.length), budget] as unknown as [...Arguments<P>, ArgumentTypes[R][], Budget]))
  }
  return { parameters, rest, call }
}
