// Would the PostgreSQL of a database start with its parameters, and load its access rules?
import { locateFinding } from '../locate/finding.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { serviceSpot } from '../merge/generator.ts'
import type { Database, RenderedObject } from '../model.ts'
import type { MapValue } from '../values/value.ts'
import type { Finding, Rule, RuledFinding } from '../findings/finding.ts'
import { pgBouncerRules } from '../pgbouncer/rules.ts'
import { authRules } from './hba/rules.ts'
import { isPresetImage, majorOf, presetMajor } from '../operator/major.ts'
import { majors } from './catalogue.ts'
import { parameters } from './parameters.ts'
import { authFilesOf, runningOf } from './running.ts'
import { starts } from './starts.ts'

/** One database, and which parameters of its Clusters the operator already refuses. */
export interface PostgresSubject {
  readonly database: Database
  readonly values: MapValue
  readonly objects: readonly RenderedObject[]
  readonly refused: ReadonlyMap<RenderedObject, ReadonlySet<string>>
}

export const postgresRules: readonly Pick<Rule<unknown>, 'id' | 'severity' | 'summary' | 'configurable' | 'preset'>[] = [
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

/** A rule about a server, and what it found in an object. */
export interface Objection {
  readonly rule: Pick<Rule<unknown>, 'id' | 'severity'>
  readonly finding: Finding
}

/** The objections of PostgreSQL to a Cluster, of PgBouncer to a Pooler; PostgreSQL has none if its major is not known. */
export function* objectionsTo(object: RenderedObject, operator: string): Iterable<Objection> {
  if (object.kind === 'Pooler') yield* asked(pgBouncerRules, { object, operator })
  if (object.kind !== 'Cluster') return
  if (isPresetImage(object.plain)) yield* agreedOn(object, operator)
  else yield* ofMajor(object, operator, majorOf(object.plain))
}

function* ofMajor(object: RenderedObject, operator: string, major: number | undefined): Iterable<Objection> {
  yield* asked([...parameters, ...starts], runningOf(object, major))
  yield* asked(authRules, authFilesOf(object, operator, major))
}

/** The operator's own image may be another than it was shipped with: only what each major objects to, by whatever rule, is certain. */
function* agreedOn(object: RenderedObject, operator: string): Iterable<Objection> {
  const keyOf = ({ rule, finding }: Objection): string => JSON.stringify([rule.severity, finding.places.map(({ path }) => path)])
  const others = majors.filter((major) => major !== presetMajor).map((major) => new Set([...ofMajor(object, operator, major)].map(keyOf)))
  for (const one of ofMajor(object, operator, presetMajor)) if (others.every((keys) => keys.has(keyOf(one)))) yield one
}

function* asked<Subject>(rules: readonly Rule<Subject>[], subject: Subject | undefined): Iterable<Objection> {
  if (subject === undefined) return
  for (const rule of rules) for (const finding of rule.check(subject)) yield { rule, finding }
}

/** The objections to all objects of a database. */
export function judgePostgres({ database, values, objects, refused }: PostgresSubject): LocatedFinding[] {
  const fallback = serviceSpot(database)
  const operator = database.environment.operator.version
  return objects.flatMap((object) =>
    [...objectionsTo(object, operator)].map(({ rule, finding }): LocatedFinding => {
      const found = locateFinding({ ...finding, rule: rule.id, severity: rule.severity }, { object, values, fallback, database })
      const isRefused = finding.places.some(({ path }) => refused.get(object)?.has(String(path.at(-1))) === true)
      return isRefused ? { ...found, follows: 'refused-parameter' } : found
    }),
  )
}
