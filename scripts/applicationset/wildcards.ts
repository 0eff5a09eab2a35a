// Does a path fit a pattern with wildcards?
import type { Budget } from '../go-template/budget.ts'

/**
 * One step through a pattern: a character, any number of them, or `folders`, which is nothing or everything up to some
 * slash.
 */
export type Step = { readonly takes: (character: string) => boolean; readonly isMany: boolean } | 'folders'

export const anything = (): boolean => true
export const exceptSlash = (character: string): boolean => character !== '/'

/** A step that takes exactly this character. */
export function plainStep(character: string): Step {
  return { takes: (other) => other === character, isMany: false }
}

/**
 * Whether the steps take a whole path. All ways to go through them are followed at once, so that the time is the product of
 * both lengths at most; a regular expression would try the ways one by one, and each star multiplies them.
 */
export function fitsSteps(steps: readonly Step[], path: string, budget?: Budget): boolean {
  let now = new Set<number>()
  enter(now, steps, 0)
  for (const character of path) {
    budget?.steps(now.size / 8)
    const next = new Set<number>()
    for (const at of now) {
      const step = steps[at]
      if (step === undefined) continue
      if (step === 'folders') {
        // within a folder: the rest begins behind a slash only
        next.add(at)
        if (character === '/') enter(next, steps, at + 1)
      } else if (step.takes(character)) enter(next, steps, step.isMany ? at : at + 1)
    }
    if (next.size === 0) return false
    now = next
  }
  return now.has(steps.length)
}

/** Adds a place, and those behind steps that may take nothing. */
function enter(places: Set<number>, steps: readonly Step[], from: number): void {
  for (let at = from; ; at++) {
    places.add(at)
    const step = steps[at]
    if (step === undefined || (step !== 'folders' && !step.isMany)) return
  }
}
