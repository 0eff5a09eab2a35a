// What is one database with some settings: its values, its objects, and what is wrong with them?
import type { DatabaseObjects } from './chart/evaluated.ts'
import { examine } from './admit/examine.ts'
import { meantBy } from './admit/meant.ts'
import type { Meant } from './admit/meant.ts'
import { isConsequence, wouldGive } from './chart/consequence.ts'
import { renderDatabase, valuesChecks } from './chart/database-objects.ts'
import type { Repository } from './chart/database-objects.ts'
import type { Evaluated } from './chart/evaluated.ts'
import { hasDefaults } from './discover/inputs.ts'
import { generateLayer, serviceSpot } from './merge/generator.ts'
import { LayerReader } from './merge/layers.ts'
import { mergeLayers } from './values/merge.ts'
import type { Database, RenderedObject, Settings } from './model.ts'
import type { Finding, RuledFinding } from './findings/finding.ts'
import type { MapValue, Path } from './values/value.ts'
import { formatPath } from './values/path.ts'
import { isOperators } from './operator/objects.ts'
import { judgeDatabase } from './policy/judge.ts'
import { readsOf } from './policy/rules.ts'
import { eachCluster, officialChart, policySubject } from './policy/subject.ts'
import type { PolicySubject } from './policy/subject.ts'
import { judgePostgres, refusedParameters } from './postgres/judge.ts'
import { isDns1123Subdomain } from './kubernetes/dns-name.ts'
import { locateFinding } from './locate/finding.ts'
import { isError } from './findings/spot.ts'
import type { LocatedFinding, Spot } from './findings/spot.ts'
import { append } from './values/append.ts'
import { once } from './values/once.ts'

export type { Evaluated } from './chart/evaluated.ts'

/** A database one of whose files can't be read: nothing more can be checked. */
export interface Unreadable {
  readonly database: Database
  readonly unreadable: readonly LocatedFinding[]
}

export interface EvaluateOptions extends Repository {
  /** reads each layer once, however many databases use it; see `layerReader` */
  readonly reader: LayerReader
  /** other values than those that were written, to try them */
  readonly edit?: (merged: MapValue) => MapValue
}

/** Reads the layers of databases with these settings, and the keys in them that no template reads. */
export function layerReader(settings: Settings): LayerReader {
  return new LayerReader(valuesChecks(settings))
}

/** Merges, renders and judges one database. What is costly is computed when it is asked for. */
export function evaluate(database: Database, { settings, root, charts, reader, edit }: EvaluateOptions): Evaluated | Unreadable {
  const { roots, findings: read } = reader.layersOf(database)
  if (roots === undefined) return { database, unreadable: read }
  const written = mergeLayers(roots as [MapValue, ...MapValue[]])
  const tried = edit === undefined ? written : edit(written)
  const generated = generateLayer(database, tried, settings)
  const merged = mergeLayers([tried, generated.layer])
  const rendered = once(() => renderDatabase(database, { values: merged, layers: roots }, { settings, root, charts }))
  const refusals = once(() => [...read, ...generated.findings, ...rendered().findings])
  const findings = once(() => [...refusals(), ...verdict({ database, settings, merged, rendered: rendered() })])
  return new EvaluatedDatabase({ database, settings, layers: [...roots, generated.layer], merged }, { rendered, refusals, findings })
}

interface Answers {
  readonly rendered: () => DatabaseObjects
  readonly refusals: () => readonly LocatedFinding[]
  readonly findings: () => readonly LocatedFinding[]
}

/** A class, as all that is made for each database (`helm/output.ts`). */
class EvaluatedDatabase implements Evaluated {
  readonly database: Database
  readonly settings: Settings
  readonly layers: readonly MapValue[]
  readonly merged: MapValue
  readonly #answers: Answers

  constructor({ database, settings, layers, merged }: Pick<Evaluated, 'database' | 'settings' | 'layers' | 'merged'>, answers: Answers) {
    this.database = database
    this.settings = settings
    this.layers = layers
    this.merged = merged
    this.#answers = answers
  }

  get effective(): MapValue | undefined {
    return this.#answers.rendered().seen?.()?.values
  }

  get defaults(): MapValue | undefined {
    return this.#answers.rendered().seen?.()?.defaults
  }

  get objects(): readonly RenderedObject[] {
    return this.#answers.rendered().objects
  }

  get refusals(): readonly LocatedFinding[] {
    return this.#answers.refusals()
  }

  get findings(): readonly LocatedFinding[] {
    return this.#answers.findings()
  }
}

interface Judged {
  readonly database: Database
  readonly settings: Settings
  readonly merged: MapValue
  readonly rendered: DatabaseObjects
}

/** What the API server and the operator report about each object, PostgreSQL about its settings, and the policies about the whole. */
function verdict({ database, settings, merged, rendered }: Judged): LocatedFinding[] {
  const { objects } = rendered
  const findings: LocatedFinding[] = []
  const subject = policySubject({ database, settings, values: merged, objects })
  const clusters = eachCluster(subject).map((one) => ({ subject: one, above: officialChart(one)?.above ?? [] }))
  const aboveOf = (object: RenderedObject): Path => clusters.find((one) => one.subject.objects.includes(object))?.above ?? []
  const refused = new Map<RenderedObject, ReadonlySet<string>>()
  const meant = new Map<RenderedObject, Meant>()
  const cluster = objects.find(({ kind }) => kind === 'Cluster')
  const isNameRefused = cluster !== undefined && !isDns1123Subdomain(cluster.name)
  for (const object of objects) {
    if (!isOperators(object.plain)) continue
    const refusals = examine(object.plain, { operator: database.environment.operator.version })
    if (object.kind === 'Cluster') refused.set(object, refusedParameters(refusals))
    if (refusals.length > 0) meant.set(object, meantBy(object.plain, refusals))
    const wrong = refusals.length > 0 ? rendered.reported() : []
    for (const finding of refusals) {
      const isDerived = isNameRefused && isName(finding) && object.name.startsWith(`${cluster.name}-`)
      const follows =
        isDerived || isConsequence(finding, object, { paths: wrong, above: aboveOf(object) })
          ? 'reported-value'
          : isNamespace(finding)
            ? 'settings-namespace'
            : undefined
      for (const one of located({ database, merged }, object, [finding])) {
        const corrected = rendered.inTemplate?.(object, finding)
        const at = corrected?.at ?? templateKeySpot(one, finding, rendered)
        const placed = { ...one, ...(at && { at, message: finding.message }), ...corrected }
        findings.push(follows === undefined ? placed : { ...placed, follows })
      }
    }
  }
  const objections = judgePostgres({ ...subject, refused })
  const failed = [...meant].flatMap(([object, { others }]) =>
    others.filter(isError).map(({ places: [{ path }] }): Failed => ({ object, path })),
  )
  // nobody knows what a database is meant to have whose environment lacks its defaults, which is reported
  for (const one of clusters) {
    const policies = judgeDatabase(one.subject)
    if (policies.length === 0) continue
    const missing = [
      ...rendered.reported().flatMap((path) => below(one.above, path)),
      ...one.subject.objects.flatMap((object) => missingOf(object, meant.get(object)?.others ?? [])),
      ...objections.flatMap(misspeltParameter),
    ]
    const remains = once(() => remaining(one.subject, meant))
    append(
      findings,
      policies.map((finding) => {
        if (!hasDefaults(database)) return { ...finding, follows: 'missing-defaults' as const }
        const isMissed = readsOf(finding.rule).some((read) => missing.some((mistake) => wouldGive(mistake, read)))
        return isMissed || failed.some((part) => isOfFailedItem(finding, part)) || remains()?.has(identityOf(finding)) === false
          ? { ...finding, follows: 'reported-value' as const }
          : finding
      }),
    )
  }
  append(findings, objections)
  return findings
}

const parameters: Path = ['cluster', 'postgresql', 'parameters']

/** A parameter that PostgreSQL does not know was meant to be another one, which is then missing. */
function misspeltParameter({ rule, path = '' }: LocatedFinding): Path[] {
  const [, name] = /^spec\.postgresql\.parameters\.([a-z_]+)$/.exec(path) ?? []
  return rule === 'postgres/known-parameter' && name !== undefined ? [[...parameters, name]] : []
}

/** The fields of a Cluster, as policies call them, that are not set, since they are refused, and nobody knows what they were to be. */
function missingOf({ kind }: RenderedObject, refusals: readonly RuledFinding[]): Path[] {
  if (kind !== 'Cluster') return []
  const dropped = refusals.filter((one) => isError(one) && isOfSchema(one)).map(({ places: [{ path }] }) => path)
  return [
    ...[...refusedParameters(refusals)].map((name) => [...parameters, name]),
    // after the key of the official chart that gives it
    ...dropped.filter(([section]) => section === 'spec').map(([, ...path]) => ['cluster', ...path]),
  ]
}

/** What the policies report all the same once each field that is refused is written as it was meant; undefined: there is none. */
function remaining(subject: PolicySubject, meant: ReadonlyMap<RenderedObject, Meant>): ReadonlySet<string> | undefined {
  const objects = subject.objects.map((object): RenderedObject => {
    const plain = meant.get(object)?.plain ?? object.plain
    if (plain === object.plain) return object
    const { kind, name, value, hook } = object
    return { kind, name, value, hook, plain }
  })
  if (objects.every((object, index) => object === subject.objects[index])) return undefined
  return new Set(judgeDatabase({ ...subject, objects }).map(identityOf))
}

const identityOf = ({ rule, object, path }: LocatedFinding): string => JSON.stringify([rule, object, path])

/** The line of the template that writes an unknown field itself, which the value in it can't help. */
function templateKeySpot({ rule, at }: LocatedFinding, { places: [{ path }] }: Finding, { keySpot }: DatabaseObjects): Spot | undefined {
  const key = path.at(-1)
  if (keySpot === undefined || rule !== 'schema/unknown-field' || typeof key !== 'string') return undefined
  return at.file.text.slice(at.span.start, at.span.end).includes(key) ? undefined : keySpot(key)
}

/** The path in the values of a chart below a key of another one; none where it is of something else. */
function below(above: Path, path: Path): Path[] {
  return above.every((step, index) => step === path[index]) ? [path.slice(above.length)] : []
}

/** A part of an object that the API server or the operator refuses, and of which nobody knows what it was meant to be. */
interface Failed {
  readonly object: RenderedObject
  readonly path: Path
}

const isOfSchema = ({ rule }: RuledFinding): boolean => rule === 'schema/unknown-field' || rule === 'schema/type'

/** Whether a policy is about an item of a list, such as a role, in which something is refused: the rest of it is not what was meant. */
function isOfFailedItem({ object: id, path: place }: LocatedFinding, { object, path }: Failed): boolean {
  const end = path.findLastIndex((step) => typeof step === 'number') + 1
  return end > 0 && id === `${object.kind}/${object.name}` && place?.startsWith(`${formatPath(path.slice(0, end))}.`) === true
}

/** A name that the chart makes of that of the Cluster is as wrong as that, which is reported. */
function isName({ places: [{ path }] }: Finding): boolean {
  return path[0] === 'metadata' && path[1] === 'name'
}

/** The namespace is the settings' own, and reported there (`argocd/namespace-name`). */
function isNamespace({ places: [{ path }] }: Finding): boolean {
  return path[0] === 'metadata' && path[1] === 'namespace'
}

/** Findings about an object of a database → where their places were written. */
export function located(
  { database, merged }: Pick<Evaluated, 'database' | 'merged'>,
  object: RenderedObject,
  findings: readonly RuledFinding[],
): LocatedFinding[] {
  const subject = { object, values: merged, fallback: serviceSpot(database), database }
  return findings.map((finding) => locateFinding(finding, subject))
}
