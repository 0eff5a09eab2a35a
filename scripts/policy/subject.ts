// What does a policy look at, and how are its places found?
import { firstReading } from '../chart/key-history.ts'
import { named, phrase, takesPart } from '../findings/message.ts'
import { firstSpot, layerRank, nearestSpot, spotOf } from '../findings/spot.ts'
import { isSecretPath } from '../secret/names.ts'
import { labelOf, locateFinding, locatePlace } from '../locate/finding.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import { serviceSpot } from '../merge/generator.ts'
import type { Database, RenderedObject, Settings } from '../model.ts'
import type { Finding, Message, Rule } from '../findings/finding.ts'
import type { Json, MapValue, Path } from '../values/value.ts'
import { printed } from '../values/printed.ts'
import { formatPath } from '../values/path.ts'
import { jsonAt, valueAt } from '../values/value.ts'

/** Objects that belong together: those of one database, or one Cluster of a file with what names it. */
export interface ObjectsSubject {
  readonly objects: readonly RenderedObject[]
  /** release of the operator that runs them */
  readonly operator: string
  /** its settings choose the image of Clusters that name none, or nobody knows */
  readonly ownImage?: true
  /** it hands no label or annotation of a Cluster itself on to pods; absent: nobody knows */
  readonly inheritsNone?: true
  /** the merged values of the chart that printed them; absent: manifests as they are applied */
  readonly values?: MapValue
  /** name of that chart; empty: none */
  readonly chart?: string
  readonly chartVersion?: string
  /** those of the Application that deploys them; absent: nobody knows */
  readonly syncOptions?: readonly string[]
}

/** One database: the merged hand-written values, and the objects that the chart makes of them. */
export interface PolicySubject extends ObjectsSubject {
  readonly database: Database
  readonly settings: Settings
  readonly values: MapValue
}

/** A policy that needs nothing but objects, so that it holds for manifests, too. Each finding names its object. */
export interface ObjectRule extends Rule<ObjectsSubject> {
  readonly reads: readonly Path[]
  check(subject: ObjectsSubject): Iterable<ObjectFinding>
}
export interface ObjectFinding extends Finding {
  readonly object: RenderedObject
}

export function policySubject(parts: Omit<PolicySubject, 'operator' | 'chart' | 'chartVersion' | 'syncOptions'>): PolicySubject {
  const { operator, clusterChart } = parts.database.environment
  const { version, ownImage, inheritsNone } = operator
  const known = { ...(ownImage && { ownImage }), ...(inheritsNone && { inheritsNone }) }
  const syncOptions = syncOptionsOf(parts.database)
  return { ...parts, syncOptions, operator: version, ...known, chart: clusterChart.name, chartVersion: clusterChart.version }
}

/** The sets that are generated apply server-side. */
function syncOptionsOf({ written }: Database): readonly string[] {
  if (written === undefined) return ['ServerSideApply=true']
  const given = jsonAt(written.application, ['spec', 'syncPolicy', 'syncOptions'])
  return Array.isArray(given) ? given.map(printed) : []
}

/** Whether the official chart printed the objects, whose values are known. */
export function isOfChart({ chart }: ObjectsSubject): boolean {
  return chart === 'cluster'
}

/** The official chart that printed the objects, itself or as a dependency below keys of the values of another chart. */
interface OfficialChart {
  readonly above: Path
  readonly version: string
}

/** Values that the official chart prints as they are, by their field in the Cluster. */
const copied = [['instances'], ['storage', 'size'], ['imageName'], ['primaryUpdateMethod'], ['logLevel']]

/** Undefined: another chart printed the objects, or none; or nothing shows where the values of the dependency are. */
export function officialChart(subject: ObjectsSubject): OfficialChart | undefined {
  if (isOfChart(subject)) return { above: [], version: subject.chartVersion ?? '' }
  const cluster = subject.values === undefined ? undefined : objectOf(subject, 'Cluster')
  const labels = plainAt(cluster?.plain, 'metadata', 'labels')
  if (cluster === undefined || textAt(labels, 'app.kubernetes.io/part-of') !== 'cloudnative-pg') return undefined
  const label = textAt(labels, 'helm.sh/chart') ?? ''
  for (const field of copied) {
    const path = valueAt(cluster.value, ['spec', ...field])?.origin.path ?? []
    const above = path.slice(0, -1 - field.length)
    // Helm calls a dependency by its alias, which is the key of its values
    const name = above.at(-1)
    const version = label.slice(`${name}-`.length)
    if (path.slice(above.length).join() !== ['cluster', ...field].join() || label !== `${name}-${version}` || !/^\d/.test(version)) continue
    return { above, version }
  }
  return undefined
}

/** What a field is called where it is not written yet: in the values of the chart, or in the object. */
export function typed(subject: ObjectsSubject, inValues: string, inObject: string): string {
  const chart = officialChart(subject)
  if (chart === undefined) return inObject
  const { above, version } = chart
  const text = above.length === 0 ? inValues : inValues.replaceAll(tops, (top) => `${formatPath(above)}.${top}`)
  const first = version === '' ? undefined : firstReading({ name: 'cluster', version }, inValues)
  return first === undefined ? text : `${text} (from chart ${first} on; ${version} has none)`
}

/** Values of a dependency of another chart, as rules of the official chart read them, and what they say by the paths that people type. */
interface ChartBelow {
  readonly subject: PolicySubject
  readonly above: Path
}

/** Undefined: the official chart is no dependency of the chart that printed the objects. */
export function chartBelow(subject: PolicySubject): ChartBelow | undefined {
  if (isOfChart(subject)) return undefined
  const chart = officialChart(subject)
  const values = chart === undefined ? undefined : valueAt(subject.values, chart.above)
  if (chart === undefined || values?.kind !== 'map') return undefined
  return { above: chart.above, subject: { ...subject, values, chart: 'cluster', chartVersion: chart.version } }
}

/** What a rule says of the values of a dependency. */
export function saidBelow<F extends Finding>(finding: F, above: Path): F {
  const under = (text: string): string => text.replaceAll(allTops, (top) => `${formatPath(above)}.${top}`)
  const of = (message: Message): Message =>
    message.map((part) => (typeof part === 'string' ? under(part) : 'here' in part ? { here: under(part.here) } : part))
  return { ...finding, message: of(finding.message), ...(finding.help && { help: of(finding.help) }) }
}

/** Where a path in the values of the chart begins in a sentence, whatever is below it. */
const allTops = /(?<![\w.-])(?:(?:backups|cluster|imageCatalog|recovery|replica|version)\.(?=\w)|mode(?=: ))/g

/** Where a path in the values of the chart begins in a sentence. */
const tops = /(?<![\w.-])(?:backups|cluster|imageCatalog)\./g

/** Places are paths in `object`, or in the values where there is none. */
export interface PolicyFinding extends Finding {
  readonly object?: RenderedObject
}
export interface PolicyRule extends Rule<PolicySubject> {
  /** the values that it reads, for `explain`; everything below them is included */
  readonly reads: readonly Path[]
  check(subject: PolicySubject): Iterable<PolicyFinding>
}

/** A policy's finding → spots in the hand-written files. */
export function locatePolicy(rule: Pick<PolicyRule, 'id' | 'severity'>, finding: PolicyFinding, subject: PolicySubject): LocatedFinding {
  const { database, values } = subject
  if (finding.object !== undefined) {
    const { object, ...plain } = finding
    return locateFinding({ ...plain, rule: rule.id, severity: rule.severity }, { object, values, fallback: defaultSpot(subject), database })
  }
  const [first, ...others] = finding.places
  const related = others.flatMap((place) => {
    const spot = nearestSpot(values, place.path, place.on)
    const node = isSecretPath(place.path) ? undefined : valueAt(values, place.path)
    return spot === undefined ? [] : [{ ...spot, message: place.label ?? (node === undefined ? takesPart : labelOf(node)) }]
  })
  return {
    rule: rule.id,
    severity: rule.severity,
    message: finding.message,
    at: spotInValues(subject, first.path, first.on),
    related,
    help: finding.help,
    unlessScheduled: finding.unlessScheduled,
    database: database.id,
  }
}

/** Where a value was written, else its nearest parent, else where the environment's defaults begin. */
export function spotInValues(subject: PolicySubject, path: Path, on: 'key' | 'value' = 'value'): Spot {
  const node = valueAt(subject.values, path)
  // a hand-written value that the generator overrides is its author's responsibility
  const own = node?.origin.layer === 'generator' ? node.overrides.find((value) => value.origin.layer !== 'generator') : undefined
  return (
    (own === undefined ? undefined : spotOf(own, on)) ??
    nearestSpot(subject.values, path, on) ??
    keyOfValues(subject) ??
    defaultSpot(subject)
  )
}

/** Where the values of a dependency are, below its name. */
function keyOfValues({ values }: PolicySubject): Spot | undefined {
  return values.origin.path.length === 0 ? undefined : spotOf(values, 'key')
}

/** Where a place of an object was written. */
export function spotInObject(subject: PolicySubject, object: RenderedObject, path: Path): Spot {
  const { database, values } = subject
  return locatePlace({ path }, { object, values, fallback: defaultSpot(subject), database })
}

/** An unset value is reported in the environment's defaults: one place for all its databases. */
function defaultSpot({ database, values }: PolicySubject): Spot {
  for (const layer of [values, ...values.overrides]) {
    if (layer.kind !== 'map' || layer.origin.layer !== 'environment') continue
    for (const entry of layer.entries.values()) {
      const spot = entry.origin.layer === 'environment' ? spotOf(entry, 'key') : undefined
      if (spot !== undefined) return spot
    }
  }
  const defaults = database.layers.find(({ layer }) => layer === 'environment')
  return defaults === undefined ? serviceSpot(database) : firstSpot(undefined, defaults.file)
}

/** The place written in the highest layer, the first of equals; `rank`: of its layer. */
export function highestSpot(
  subject: PolicySubject,
  parts: readonly { readonly object: RenderedObject; readonly path: Path }[],
): { readonly at: Spot; readonly rank: number } {
  const ranked = parts.flatMap((part) => {
    const node = valueAt(part.object.value, part.path)
    const isWritten = node !== undefined && spotOf(node) !== undefined && valueAt(subject.values, node.origin.path) !== undefined
    return node === undefined ? [] : [{ ...part, rank: isWritten ? layerRank[node.origin.layer] : 0 }]
  })
  const best = ranked.reduce<(typeof ranked)[number] | undefined>(
    (high, part) => (high === undefined || part.rank > high.rank ? part : high),
    undefined,
  )
  return best === undefined ? { at: defaultSpot(subject), rank: 0 } : { at: spotInObject(subject, best.object, best.path), rank: best.rank }
}

/** Why a rule of the preset `production` looks at a database. */
export function inProduction({ database: { environment } }: PolicySubject): Message {
  if (environment.guard === 'never') return phrase`the guard of ${named(environment.name)} is \`never\``
  return environment.name === '' ? phrase`it is judged as production` : phrase`${named(environment.name)} is judged as production`
}

export function objectOf(subject: ObjectsSubject, kind: string): RenderedObject | undefined {
  return subject.objects.find((object) => object.kind === kind)
}

/** Each Cluster of a chart that makes several, without the others and what names those. */
export function eachCluster<Subject extends ObjectsSubject>(subject: Subject): readonly Subject[] {
  const clusters = subject.objects.filter(({ kind }) => kind === 'Cluster')
  if (clusters.length < 2) return [subject]
  const names = new Set(clusters.map(({ name }) => name))
  return clusters.map((cluster) => {
    const isOfAnother = ({ kind, plain }: RenderedObject): boolean => {
      const name = textAt(plain, 'spec', 'cluster', 'name')
      return kind === 'Cluster' || (name !== undefined && name !== cluster.name && names.has(name))
    }
    return { ...subject, objects: subject.objects.filter((object) => object === cluster || !isOfAnother(object)) }
  })
}

export function objectsOf({ objects }: ObjectsSubject, kind: string): RenderedObject[] {
  return objects.filter((object) => object.kind === kind)
}

/** The objects of a kind that name the Cluster as theirs. */
export function objectsOfCluster({ objects }: ObjectsSubject, cluster: RenderedObject, kind: string): RenderedObject[] {
  return objects.filter((object) => object.kind === kind && textAt(object.plain, 'spec', 'cluster', 'name') === cluster.name)
}

/** The instances of a Cluster, of which the CRD's default is 1; undefined: no number. */
export function instancesIn({ plain }: RenderedObject): number | undefined {
  const written = plainAt(plain, 'spec', 'instances')
  if (written === undefined || written === null) return 1
  return typeof written === 'number' ? written : undefined
}

/** The plain value at a path; undefined if the path ends early. */
export function plainAt(root: Json | undefined, ...path: Path): Json | undefined {
  return jsonAt(root, path)
}

export function textAt(root: Json | undefined, ...path: readonly (string | number)[]): string | undefined {
  const value = plainAt(root, ...path)
  return typeof value === 'string' ? value : undefined
}

export function listAt(root: Json | undefined, ...path: readonly (string | number)[]): readonly Json[] {
  const value = plainAt(root, ...path)
  return Array.isArray(value) ? value : []
}

/** Whether a declared object, role or extension is one that the operator is to remove. */
export function isAbsent(declared: Json | undefined): boolean {
  return plainAt(declared, 'ensure') === 'absent'
}

/** A null written over a lower layer's value, or undefined. */
export function switchedOff(values: MapValue, path: Path): { readonly before: Json; readonly shown: string } | undefined {
  const node = valueAt(values, path)
  if (node?.kind !== 'null') return undefined
  const lower = node.overrides.find((value) => value.kind !== 'null' && value.origin.layer !== 'chart')
  if (lower === undefined) return undefined
  const before = lower.kind === 'scalar' ? lower.value : null
  return { before, shown: lower.kind === 'scalar' ? JSON.stringify(lower.value) : `a ${lower.kind}` }
}
