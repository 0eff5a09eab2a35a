// What do generators need, and how do they fail?
import type { Budget } from '../go-template/budget.ts'
import type { RenderOptions } from './render.ts'

/** A generator fails: the controller stops before it touches anything. */
export class ParamsError extends Error {}
/** A generator that asks a server, or git without files at hand. */
export class UnsupportedGenerator extends Error {}

export interface GeneratorContext extends RenderOptions {
  readonly budget: Budget
  readonly gitFiles: Readonly<Record<string, string>> | undefined
  /** whether there is an AppProject of the name that the template of the set has; a templated name is not looked up */
  readonly hasProject: boolean
}
