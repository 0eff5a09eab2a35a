// Does a path match a pattern with wildcards?
import type { Budget } from '../go-template/budget.ts'

/**
 * One step of a pattern: a character, any number of them, or `folders`, which matches nothing or everything up to some
 * slash.
 */
export type Step = { readonly takes: (character: string) => boolean; readonly isMany: boolean } | 'folders'

export const anything = (): boolean => true
export const exceptSlash = (character: string): boolean => character !== '/'

/** A step that matches exactly this character. */
export function plainStep(character: string): Step {
  return { takes: (other) => other === character, isMany: false }
}

/**
 * Whether the steps match a whole path. All ways through them are followed at once, so the time is at most the product of
 * both lengths; a regular expression would try the ways one by one, and each star multiplies them.
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
        // within a folder: the rest begins only after a slash
        next.add(at)
        if (character === '/') enter(next, steps, at + 1)
      } else if (step.takes(character)) enter(next, steps, step.isMany ? at : at + 1)
    }
    if (next.size === 0) return false
    now = next
  }
  return now.has(steps.length)
}

/** Adds a position, and those after steps that may match nothing. */
function enter(places: Set<number>, steps: readonly Step[], from: number): void {
  for (let at = from; ; at++) {
    places.add(at)
    const step = steps[at]
    if (step === undefined || (step !== 'folders' && !step.isMany)) return
  }
}
