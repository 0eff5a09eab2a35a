// Would the PostgreSQL of a database start with its parameters?
import { locateFinding } from '../diagnose.ts'
import type { LocatedFinding } from '../diagnose.ts'
import { serviceSpot } from '../generator.ts'
import type { Database, MapValue, RenderedObject, RuledFinding } from '../model.ts'
import { parameters } from './parameters.ts'
import { runningOf } from './running.ts'
import type { PostgresRule } from './running.ts'
import { starts } from './starts.ts'

/** One database, and which of its parameters the operator refuses already. */
export interface PostgresSubject {
  readonly database: Database
  readonly values: MapValue
  readonly objects: readonly RenderedObject[]
  readonly refused: ReadonlySet<string> | undefined
}

export const postgresRules: readonly PostgresRule[] = [...parameters, ...starts]

/** The parameters of a Cluster that admission refuses: what PostgreSQL would say of them is no second mistake. */
export function refusedParameters(verdict: readonly RuledFinding[]): Set<string> {
  const refused = verdict.filter(
    ({ severity, places: [{ path }] }) => severity === 'error' && path[1] === 'postgresql' && path[2] === 'parameters',
  )
  return new Set(refused.map(({ places: [{ path }] }) => String(path[3])))
}

/** What PostgreSQL says of the parameters of a database; nothing where its major is not known. */
export function judgePostgres({ database, values, objects, refused }: PostgresSubject): LocatedFinding[] {
  const object = objects.find(({ kind }) => kind === 'Cluster')
  const running = object === undefined ? undefined : runningOf(object)
  if (object === undefined || running === undefined) return []
  const subject = { object, values, fallback: serviceSpot(database), database }
  const isTold = (name: string | number | undefined): boolean => refused?.has(String(name)) === true
  return postgresRules.flatMap((rule) =>
    [...rule.check(running)]
      .filter(({ places }) => !places.some(({ path }) => isTold(path.at(-1))))
      .map((finding) => locateFinding({ ...finding, rule: rule.id, severity: rule.severity }, subject)),
  )
}
