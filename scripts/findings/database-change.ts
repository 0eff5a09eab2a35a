// What does a merge do to a database, as facts?
import type { Json } from '../values/value.ts'
import type { Spot } from './spot.ts'

/** From harmless to grave; a database's effect is the gravest of its changes. `refused`: the API server takes none of it. */
export const effects = [
  'nothing',
  'reload',
  'storage expansion',
  'restart',
  'rolling update with switchover',
  'stop',
  'major upgrade',
  'creation',
  're-creation',
  'refused',
] as const
export type Effect = (typeof effects)[number]

/** The gravest effect; `nothing` for none. */
export function gravest(list: Iterable<Effect>): Effect {
  let worst = 0
  for (const effect of list) worst = Math.max(worst, effects.indexOf(effect))
  return effects[worst] ?? 'nothing'
}

/** A difference of one field between the base and now. */
export interface FieldChange {
  readonly object: string
  readonly path: string
  readonly before: Json
  readonly after: Json
  readonly effect: Effect
  /** why it is refused */
  readonly reason?: string
  readonly spot: Spot
}

/** What happens, or has to be done, in order. */
export interface Step {
  readonly text: string
  /** whose turn it is: nothing happens before a person does it, or it happens by itself */
  readonly by: 'person' | 'itself'
}

export type Result = 'created' | 'changed' | 'untouched' | 'retired' | 'gone' | 'recreated' | 'renamed' | 'handed-over'

/** What a merge does to one database. */
export interface DatabaseChange {
  readonly id: string
  readonly result: Result
  readonly application: string
  readonly effect: Effect
  /** why it is refused */
  readonly reason?: string
  readonly changes: readonly FieldChange[]
  readonly steps: readonly Step[]
}

/** What was compared with what, and what was not. */
export interface Compared {
  /** for a person */
  readonly compared: string
  /** for a program: the root first, without its name; without a base it is on both sides as it is on disk */
  readonly repositories: readonly { readonly repository?: string; readonly base?: string; readonly commit?: string }[]
}
