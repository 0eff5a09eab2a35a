// Which paths does a pattern of `.Files.Glob` match?
import { BudgetExceeded } from '../go-template/budget.ts'

/** No real pattern comes near; each path is compared with the whole of it. */
const longestPattern = 2_000

/** One step of a pattern; it fits a character and leads to the step `to`, or to those of `empty` without one. */
interface Step {
  readonly fits?: (character: string) => boolean
  readonly to: number
  readonly empty: number[]
}

/** gobwas/glob with `/` as separator, in time linear in the path; a bad pattern matches every path. Throws BudgetExceeded. */
export function globPattern(pattern: string): (path: string) => boolean {
  const steps = stepsOf([...pattern])
  return steps === undefined ? () => true : (path) => matches(steps, path)
}

const isOfName = (character: string): boolean => character !== '/'
const isAny = (): boolean => true

function stepsOf(characters: readonly string[]): readonly Step[] | undefined {
  const steps: Step[] = []
  /** of each open brace: its step, and those that end its alternatives */
  const braces: { readonly open: Step; readonly ends: Step[] }[] = []
  const one = (fits: (character: string) => boolean): void => void steps.push({ fits, to: steps.length + 1, empty: [] })
  const pass = (): Step => {
    const step: Step = { to: 0, empty: [] }
    steps.push(step)
    return step
  }
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] as string
    const inner = braces.at(-1)
    if (character === '\\') {
      const next = characters[++at]
      if (next === undefined) return undefined
      one((other) => other === next)
    } else if (character === '*') {
      const isDouble = characters[at + 1] === '*'
      if (isDouble) at++
      steps.push({ fits: isDouble ? isAny : isOfName, to: steps.length, empty: [steps.length + 1] })
    } else if (character === '?') one(isOfName)
    else if (character === '[') {
      const set = setAt(characters, at + 1)
      if (set === undefined) return undefined
      one(set.fits)
      at = set.end
    } else if (character === '{') {
      const open = pass()
      open.empty.push(steps.length)
      braces.push({ open, ends: [] })
    } else if (character === '}' && inner !== undefined) {
      braces.pop()
      for (const end of inner.ends) end.empty.push(steps.length)
    } else if (character === ',' && inner !== undefined) {
      inner.ends.push(pass())
      inner.open.empty.push(steps.length)
    } else one((other) => other === character)
    if (steps.length > longestPattern) throw new BudgetExceeded('template needs a pattern that is too long to be computed here')
  }
  return braces.length === 0 ? steps : undefined
}

function matches(steps: readonly Step[], path: string): boolean {
  let states = new Set<number>()
  const reach = (state: number, into: Set<number>): void => {
    if (into.has(state)) return
    into.add(state)
    for (const next of steps[state]?.empty ?? []) reach(next, into)
  }
  reach(0, states)
  for (const character of path) {
    const next = new Set<number>()
    for (const state of states) {
      const step = steps[state]
      if (step?.fits?.(character) === true) reach(step.to, next)
    }
    states = next
  }
  return states.has(steps.length)
}

const codeOf = (character: string): number => character.codePointAt(0) ?? 0

/** `[abc]`, `[a-z]` and their opposites with `!`. */
function setAt(characters: readonly string[], start: number): { fits: (character: string) => boolean; end: number } | undefined {
  const end = characters.indexOf(']', start)
  if (end < 0) return undefined
  const isNegated = characters[start] === '!'
  const body = characters.slice(isNegated ? start + 1 : start, end)
  const [first, dash, last] = body as [string, string?, string?]
  if (body.length === 0) return undefined
  const isRange = body.length === 3 && dash === '-' && last !== undefined
  const [from, to] = [codeOf(first), codeOf(last ?? '')]
  if (isRange && from > to) return undefined
  const holds = (character: string): boolean => (isRange ? codeOf(character) >= from && codeOf(character) <= to : body.includes(character))
  return { fits: (character) => holds(character) !== isNegated, end }
}
