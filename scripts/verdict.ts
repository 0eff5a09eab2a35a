// What do the API server, the operator, PostgreSQL and the policies say of one database, and what of it only follows from the rest?
import { examine } from './admit/examine.ts'
import { meantBy } from './admit/meant.ts'
import type { Meant } from './admit/meant.ts'
import { isConsequence, wouldGive } from './chart/consequence.ts'
import type { DatabaseObjects, Evaluated } from './chart/evaluated.ts'
import { hasDefaults } from './discover/inputs.ts'
import type { Finding, RuledFinding } from './findings/finding.ts'
import { isError } from './findings/spot.ts'
import type { LocatedFinding, Spot } from './findings/spot.ts'
import { isDns1123Subdomain } from './kubernetes/dns-name.ts'
import { locateFinding } from './locate/finding.ts'
import { serviceSpot } from './merge/generator.ts'
import type { Database, RenderedObject, Settings } from './model.ts'
import { isOperators } from './operator/objects.ts'
import { judgeDatabase } from './policy/judge.ts'
import { readsOf } from './policy/rules.ts'
import { eachCluster, officialChart, policySubject } from './policy/subject.ts'
import type { PolicySubject } from './policy/subject.ts'
import { judgePostgres, refusedParameters } from './postgres/judge.ts'
import { once } from './values/once.ts'
import { formatPath } from './values/path.ts'
import type { MapValue, Path } from './values/value.ts'

interface Judged {
  readonly database: Database
  readonly settings: Settings
  readonly merged: MapValue
  readonly rendered: DatabaseObjects
}

/** One Cluster with what is its own, and where the values of the official chart are in those of the chart that printed it. */
interface OfCluster {
  readonly subject: PolicySubject
  readonly above: Path
}

/** What admission refuses, by object; of one without a mistake the list is empty. */
type Refusals = ReadonlyMap<RenderedObject, readonly RuledFinding[]>

/** What the API server and the operator report about each object, PostgreSQL about its settings, and the policies about the whole. */
export function verdict(judged: Judged): LocatedFinding[] {
  const { database, settings, merged, rendered } = judged
  const subject = policySubject({ database, settings, values: merged, objects: rendered.objects })
  const clusters = eachCluster(subject).map((one): OfCluster => ({ subject: one, above: officialChart(one)?.above ?? [] }))
  const own = rendered.objects.filter(({ plain }) => isOperators(plain))
  const refusals = new Map(own.map((object) => [object, examine(object.plain, { operator: database.environment.operator.version })]))
  const refused = new Map(own.filter(({ kind }) => kind === 'Cluster').map((one) => [one, refusedParameters(refusals.get(one) ?? [])]))
  const objections = judgePostgres({ ...subject, refused })
  return [...refusalFindings(refusals, clusters, judged), ...policyFindings(clusters, { refusals, objections }, judged), ...objections]
}

/** What is refused, at the values or at the lines of a template that have to change. */
function refusalFindings(refusals: Refusals, clusters: readonly OfCluster[], judged: Judged): LocatedFinding[] {
  const { rendered } = judged
  const cluster = rendered.objects.find(({ kind }) => kind === 'Cluster')
  const refusedName = cluster === undefined || isDns1123Subdomain(cluster.name) ? undefined : cluster.name
  return [...refusals].flatMap(([object, findings]) => {
    if (findings.length === 0) return []
    const above = clusters.find(({ subject }) => subject.objects.includes(object))?.above ?? []
    const reported = { paths: rendered.reported(), above }
    return findings.flatMap((finding) => {
      const isDerived = refusedName !== undefined && isName(finding) && object.name.startsWith(`${refusedName}-`)
      const follows =
        isDerived || isConsequence(finding, object, reported) ? 'reported-value' : isNamespace(finding) ? 'settings-namespace' : undefined
      return located(judged, object, [finding]).map((one) => {
        const corrected = rendered.inTemplate?.(object, finding)
        const at = corrected?.at ?? templateKeySpot(one, finding, rendered)
        const placed = { ...one, ...(at && { at, message: finding.message }), ...corrected }
        return follows === undefined ? placed : { ...placed, follows }
      })
    })
  })
}

interface Mistakes {
  readonly refusals: Refusals
  readonly objections: readonly LocatedFinding[]
}

/** What the policies say, marked where it follows from a mistake that is reported. */
function policyFindings(clusters: readonly OfCluster[], { refusals, objections }: Mistakes, judged: Judged): LocatedFinding[] {
  const meant = new Map(
    [...refusals].flatMap(([object, findings]) => (findings.length === 0 ? [] : [[object, meantBy(object.plain, findings)] as const])),
  )
  const failed = [...meant].flatMap(([object, { others }]) =>
    others.filter(isError).map(({ places: [{ path }] }): Failed => ({ object, path })),
  )
  return clusters.flatMap(({ subject, above }) => {
    const policies = judgeDatabase(subject)
    if (policies.length === 0) return policies
    // nobody knows what a database is meant to have whose environment lacks its defaults, which is reported
    if (!hasDefaults(judged.database)) return policies.map((finding) => ({ ...finding, follows: 'missing-defaults' as const }))
    const missing = [
      ...judged.rendered.reported().flatMap((path) => below(above, path)),
      ...subject.objects.flatMap((object) => missingOf(object, meant.get(object)?.others ?? [])),
      ...objections.flatMap(misspeltParameter),
    ]
    const remains = once(() => remaining(subject, meant))
    const isFollowing = (finding: LocatedFinding): boolean =>
      readsOf(finding.rule).some((read) => missing.some((mistake) => wouldGive(mistake, read))) ||
      failed.some((part) => isOfFailedItem(finding, part)) ||
      remains()?.has(identityOf(finding)) === false
    return policies.map((finding) => (isFollowing(finding) ? { ...finding, follows: 'reported-value' as const } : finding))
  })
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
