// What do generators need, and how do they fail?
import type { Budget } from '../go-template/budget.ts'
import type { JsonMap } from '../values/value.ts'
import type { RenderOptions } from './render.ts'

/** A generator fails: the controller stops before it touches anything. */
export class ParamsError extends Error {}
/** A generator that asks a server, or a git generator without files. */
export class UnsupportedGenerator extends Error {}

/** Path → text: what git generators see, all the same or each those of its repository; undefined for one: they are not here. */
export type GitFiles = Readonly<Record<string, string>> | ((generator: JsonMap) => Readonly<Record<string, string>> | undefined)

export interface GeneratorContext extends RenderOptions {
  readonly budget: Budget
  readonly gitFiles: GitFiles | undefined
  /** whether the AppProject named by the set's template exists; a templated name is not looked up */
  readonly hasProject: boolean
}
