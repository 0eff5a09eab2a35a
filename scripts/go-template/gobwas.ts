// Does a text match a pattern of gobwas/glob, as Helm's `.Files.Glob` and Argo CD's projects and folders take it?

/** No pattern that a person wrote comes near; each text is compared with the whole of it. */
const longestPattern = 2_000

/** `long`: it would take too long to compare with. */
export type Glob = { readonly matches: (text: string) => boolean } | { readonly refused: 'invalid' | 'long' }

/**
 * gobwas/glob: without a separator one star goes over everything, with a slash as one only two stars do. Comparing takes time
 * linear in the text.
 */
export function gobwas(pattern: string, separator?: '/'): Glob {
  const steps = stepsOf([...pattern], separator === undefined ? isAny : isOfName)
  return typeof steps === 'string' ? { refused: steps } : { matches: (text) => matches(steps, text) }
}

/** As Argo CD takes it: a pattern that is refused matches nothing. */
export function globOrNothing(pattern: string, separator?: '/'): (text: string) => boolean {
  const glob = gobwas(pattern, separator)
  return 'refused' in glob ? () => false : glob.matches
}

/** One step of a pattern; it fits a character and leads to the step `to`, or to those of `empty` without one. */
interface Step {
  readonly fits?: (character: string) => boolean
  readonly to: number
  readonly empty: number[]
}

const isOfName = (character: string): boolean => character !== '/'
const isAny = (): boolean => true

function stepsOf(characters: readonly string[], single: (character: string) => boolean): readonly Step[] | 'invalid' | 'long' {
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
      if (next !== undefined) one((other) => other === next)
    } else if (character === '*') {
      const isDouble = characters[at + 1] === '*'
      if (isDouble) at++
      steps.push({ fits: isDouble ? isAny : single, to: steps.length, empty: [steps.length + 1] })
    } else if (character === '?') one(single)
    else if (character === '[') {
      const set = setAt(characters, at + 1)
      if (set === undefined) return 'invalid'
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
    if (steps.length > longestPattern) return 'long'
  }
  // a brace that is left open ends with the pattern
  for (const { ends } of braces) for (const end of ends) end.empty.push(steps.length)
  return steps
}

function matches(steps: readonly Step[], text: string): boolean {
  let states = new Set<number>()
  const reach = (state: number, into: Set<number>): void => {
    if (into.has(state)) return
    into.add(state)
    for (const next of steps[state]?.empty ?? []) reach(next, into)
  }
  reach(0, states)
  for (const character of text) {
    const next = new Set<number>()
    for (const state of states) {
      const step = steps[state]
      if (step?.fits?.(character) === true) reach(step.to, next)
    }
    states = next
  }
  return states.has(steps.length)
}

const codeOf = (character: string | undefined): number => character?.codePointAt(0) ?? 0

/** `[abc]`, or one range `[a-z]`, and their opposites with `!`: `fetchRange` of its lexer. */
function setAt(characters: readonly string[], start: number): { fits: (character: string) => boolean; end: number } | undefined {
  const isNegated = characters[start] === '!'
  const first = isNegated ? start + 1 : start
  if (characters[first + 1] === '-') {
    const [from, to] = [codeOf(characters[first]), codeOf(characters[first + 2])]
    if (characters[first + 3] !== ']' || from > to) return undefined
    return { fits: (character) => (codeOf(character) >= from && codeOf(character) <= to) !== isNegated, end: first + 3 }
  }
  const members = new Set<string>()
  for (let at = first; at < characters.length; at++) {
    const character = characters[at] as string
    if (character === ']') return members.size === 0 ? undefined : { fits: (other) => members.has(other) !== isNegated, end: at }
    members.add(character === '\\' ? (characters[++at] ?? '') : character)
  }
  return undefined
}
