// Would the PostgreSQL of a database start with its parameters, and load its access rules?
import { locateFinding } from '../locate/finding.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { serviceSpot } from '../merge/generator.ts'
import type { Database, RenderedObject } from '../model.ts'
import type { MapValue } from '../values/value.ts'
import type { Rule, RuledFinding } from '../findings/finding.ts'
import { pgBouncerRules } from '../pgbouncer/rules.ts'
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

export const postgresRules: readonly Pick<Rule<unknown>, 'id' | 'severity' | 'summary'>[] = [
  ...parameters,
  ...starts,
  ...authRules,
  ...pgBouncerRules,
]

/** The parameters of a Cluster that admission refuses: PostgreSQL's objection to them is not a second mistake. */
export function refusedParameters(verdict: readonly RuledFinding[]): Set<string> {
  const refused = verdict.filter(
    ({ severity, places: [{ path }] }) => severity === 'error' && path[1] === 'postgresql' && path[2] === 'parameters',
  )
  return new Set(refused.map(({ places: [{ path }] }) => String(path[3])))
}

/** The objections of PostgreSQL and PgBouncer to the parameters and access rules of a database; PostgreSQL has none if its major is not known. */
export function judgePostgres({ database, values, objects, refused }: PostgresSubject): LocatedFinding[] {
  const fallback = serviceSpot(database)
  const operator = database.environment.operator.version
  const judge = <Subject>(object: RenderedObject, rules: readonly Rule<Subject>[], asked: Subject | undefined): LocatedFinding[] =>
    asked === undefined
      ? []
      : rules.flatMap((rule) =>
          [...rule.check(asked)].map((finding): LocatedFinding => {
            const found = locateFinding({ ...finding, rule: rule.id, severity: rule.severity }, { object, values, fallback, database })
            const isRefused = object.kind === 'Cluster' && finding.places.some(({ path }) => refused?.has(String(path.at(-1))) === true)
            return isRefused ? { ...found, follows: 'refused-parameter' } : found
          }),
        )
  return objects.flatMap((object) => {
    if (object.kind === 'Pooler') return judge(object, pgBouncerRules, { object, operator })
    if (object.kind !== 'Cluster') return []
    return [...judge(object, [...parameters, ...starts], runningOf(object)), ...judge(object, authRules, authFilesOf(object, operator))]
  })
}
