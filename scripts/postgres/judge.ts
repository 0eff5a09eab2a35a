// Would the PostgreSQL of a database start with its parameters, and load its access rules?
import { locateFinding } from '../locate/finding.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { serviceSpot } from '../merge/generator.ts'
import type { Database, RenderedObject } from '../model.ts'
import type { MapValue } from '../values/value.ts'
import type { Rule, RuledFinding } from '../findings/finding.ts'
import { authRules } from './hba/rules.ts'
import { parameters } from './parameters.ts'
import { authFilesOf, runningOf } from './running.ts'
import { starts } from './starts.ts'

/** One database, and which of its parameters the operator already refuses. */
export interface PostgresSubject {
  readonly database: Database
  readonly values: MapValue
  readonly objects: readonly RenderedObject[]
  readonly refused: ReadonlySet<string> | undefined
}

export const postgresRules: readonly Pick<Rule<unknown>, 'id' | 'severity' | 'summary'>[] = [...parameters, ...starts, ...authRules]

/** The parameters of a Cluster that admission refuses: PostgreSQL's objection to them is not a second mistake. */
export function refusedParameters(verdict: readonly RuledFinding[]): Set<string> {
  const refused = verdict.filter(
    ({ severity, places: [{ path }] }) => severity === 'error' && path[1] === 'postgresql' && path[2] === 'parameters',
  )
  return new Set(refused.map(({ places: [{ path }] }) => String(path[3])))
}

/** PostgreSQL's objections to the parameters and access rules of a database; none if its major is not known. */
export function judgePostgres({ database, values, objects, refused }: PostgresSubject): LocatedFinding[] {
  const object = objects.find(({ kind }) => kind === 'Cluster')
  if (object === undefined) return []
  const subject = { object, values, fallback: serviceSpot(database), database }
  const isRefused = (name: string | number | undefined): boolean => refused?.has(String(name)) === true
  const judge = <Subject>(rules: readonly Rule<Subject>[], asked: Subject | undefined): LocatedFinding[] =>
    asked === undefined
      ? []
      : rules.flatMap((rule) =>
          [...rule.check(asked)].map((finding): LocatedFinding => {
            const found = locateFinding({ ...finding, rule: rule.id, severity: rule.severity }, subject)
            return finding.places.some(({ path }) => isRefused(path.at(-1))) ? { ...found, follows: 'refused-parameter' } : found
          }),
        )
  return [...judge([...parameters, ...starts], runningOf(object)), ...judge(authRules, authFilesOf(object))]
}
