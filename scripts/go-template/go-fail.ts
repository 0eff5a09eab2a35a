// How does a template run stop?
import { ExecError } from './go-error.ts'
import type { State } from './go-state.ts'

/** `state.errorf`. */
export function fail(state: State, reason: string): never {
  throw new ExecError(state.tree, state.node, reason)
}
