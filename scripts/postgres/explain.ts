// What is known about one parameter of PostgreSQL: type, unit, bounds, when a change applies, and which rules read it?
import { majorOf } from '../operator/major.ts'
import type { RenderedObject } from '../model.ts'
import type { Rule } from '../findings/finding.ts'
import { parametersOf } from './catalogue.ts'
import type { Parameter } from './catalogue.ts'
import { parameters as parameterRules } from './parameters.ts'
import { runningOf } from './running.ts'
import type { Running } from './running.ts'
import { starts } from './starts.ts'
import { NotedMap } from '../values/noted-map.ts'

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
  ['internal', 'never: the server determines it itself'],
  ['postmaster', 'after a restart'],
  ['sighup', 'after a reload'],
  ['backend', 'after a reload, in new connections'],
  ['superuser-backend', 'after a reload, in new connections'],
  ['superuser', 'after a reload'],
  ['user', 'after a reload'],
])

/** Undefined: no PostgreSQL that is known here, or it has no such parameter. */
export function parameterFacts(object: RenderedObject, name: string): ParameterFacts | undefined {
  const major = majorOf(object.plain)
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

/** The rules about PostgreSQL that read the value of a parameter: each runs on parameters that record what is read. */
export function readersOfParameter(object: RenderedObject, name: string): readonly Rule<Running>[] {
  const major = majorOf(object.plain)
  if (major === undefined || parametersOf(major) === undefined) return []
  const running = runningOf(object) ?? { major, parameters: new Map(), segment: undefined, isOperated: true }
  // one that nobody sets would be read as well
  const written = running.parameters.has(name) ? running.parameters : new Map([...running.parameters, [name, '1']])
  return [...parameterRules, ...starts].filter((rule) => {
    let isRead = false
    const parameters = new NotedMap(written, (read) => (isRead ||= read === name))
    for (const _ of rule.check({ ...running, parameters })) if (isRead) break
    return isRead
  })
}
