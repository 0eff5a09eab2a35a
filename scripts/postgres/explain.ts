// What does PostgreSQL say of one parameter: type, unit, bounds, when a change applies, and which rules read it?
import type { RenderedObject, Rule } from '../model.ts'
import { parametersOf } from './catalogue.ts'
import type { Parameter } from './catalogue.ts'
import { postgresRules } from './judge.ts'
import { runningOf } from './running.ts'
import type { Running } from './running.ts'

export interface ParameterFacts {
  /** `integer in kB` */
  readonly type: string
  readonly choices?: readonly string[]
  readonly bounds: readonly string[]
  /** when a change takes effect: `after a restart` */
  readonly applies: string
  /** `PostgreSQL 17` */
  readonly source: string
}

const contexts: ReadonlyMap<string, string> = new Map([
  ['internal', 'never: the server finds it out itself'],
  ['postmaster', 'after a restart'],
  ['sighup', 'after a reload'],
  ['backend', 'after a reload, in new connections'],
  ['superuser-backend', 'after a reload, in new connections'],
  ['superuser', 'after a reload'],
  ['user', 'after a reload'],
])

/** Undefined: no PostgreSQL that is known here, or it has no such parameter. */
export function parameterFacts(object: RenderedObject, name: string): ParameterFacts | undefined {
  const major = runningOf(object)?.major
  const known = major === undefined ? undefined : parametersOf(major)?.get(name.toLowerCase())
  if (known === undefined) return undefined
  const { type, unit, words, context } = known
  return {
    type: `${{ bool: 'on or off', enum: 'word', integer: 'whole number', real: 'number', string: 'text' }[type]}${unit === undefined ? '' : `, in ${unit} without a unit`}`,
    ...(words === undefined ? {} : { choices: words }),
    bounds: boundsOf(known),
    applies: contexts.get(context) ?? context,
    source: `PostgreSQL ${major}`,
  }
}

function boundsOf({ min, max, unit }: Parameter): string[] {
  if (min === undefined || max === undefined) return []
  return [`${min} to ${max}${unit === undefined ? '' : ` ${/^\d/.test(unit) ? `× ${unit}` : unit}`}`]
}

/** The rules about PostgreSQL that read the value of a parameter: each runs on parameters that note what is read. */
export function readersOfParameter(object: RenderedObject, name: string): readonly Rule<Running>[] {
  const running = runningOf(object)
  if (running === undefined) return []
  return postgresRules.filter((rule) => {
    const parameters = new NotingMap(running.parameters, name)
    for (const _ of rule.check({ ...running, parameters })) if (parameters.isRead) break
    return parameters.isRead
  })
}

/** Parameters that note whether the value of one is asked for; asking for names alone does not count. */
class NotingMap extends Map<string, string> {
  isRead = false
  readonly noted: string

  constructor(of: ReadonlyMap<string, string>, noted: string) {
    super()
    this.noted = noted
    for (const [name, value] of of) super.set(name, value)
  }

  override get(name: string): string | undefined {
    if (name === this.noted) this.isRead = true
    return super.get(name)
  }

  override *[Symbol.iterator](): MapIterator<[string, string]> {
    for (const [name, value] of super.entries()) {
      if (name === this.noted) this.isRead = true
      yield [name, value]
    }
  }

  override entries(): MapIterator<[string, string]> {
    return this[Symbol.iterator]()
  }
}
