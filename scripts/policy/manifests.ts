// What do the policies say about Clusters in manifests, with the objects that belong to them?
import { ending, here, named, phrase, shown } from '../findings/message.ts'
import { meantBy } from '../admit/meant.ts'
import type { RuledFinding, Severity } from '../findings/finding.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import type { RenderedObject } from '../model.ts'
import type { Manifest } from '../yaml/manifests.ts'
import { misspelt } from '../values/misspelt.ts'
import { checkedArchives, readArchive } from './backup/archive.ts'
import { judgeTogether, onlyHides } from './fleet/fleet.ts'
import { manifestFacts, skipsArchiveCheck } from './fleet/fleet-facts.ts'
import type { FleetFacts } from './fleet/fleet-facts.ts'
import { objectionsTo } from '../postgres/judge.ts'
import { creationOnly } from './changes/creation-only.ts'
import { changePolicies } from './changes/rules.ts'
import { objectPolicies, ofHolders } from './rules.ts'
import { drains } from './capacity/replicas.ts'
import { groupsOf, groupsWithHolders } from './manifest-groups.ts'
import { judgeSql } from './sql/sql.ts'
import { checksums } from './backup/store.ts'
import { inAnotherNamespace } from '../operator/other-namespace.ts'
import { formatPath } from '../values/path.ts'
import { isJsonMap } from '../values/value.ts'
import type { MapValue, Path } from '../values/value.ts'
import { listAt, objectOf, plainAt, textAt } from './subject.ts'
import type { ObjectFinding, ObjectRule, ObjectsSubject } from './subject.ts'

/** A finding with its rule; its places are in its object. */
export interface ManifestFinding {
  readonly rule: string
  readonly severity: Severity
  readonly finding: ObjectFinding
  /** the very word, where that is known */
  readonly word?: Spot
}

/** In a repository archives are compared over the whole fleet (`fleet.ts`); a file knows only its own objects. */
const circularRecovery: ObjectRule = {
  id: 'policy/recovery-reads-another',
  severity: 'error',
  configurable: true,
  summary: 'a recovery does not read the archive that it writes',
  reads: [],
  check: (subject) => circularRecoveries(subject, false),
}
const uncheckedRecovery: ObjectRule = {
  ...circularRecovery,
  id: 'policy/recovery-check-skipped',
  severity: 'warning',
  check: (subject) => circularRecoveries(subject, true),
}

function* circularRecoveries(subject: ObjectsSubject, isUnchecked: boolean): Iterable<ObjectFinding> {
  const cluster = objectOf(subject, 'Cluster')
  if (cluster === undefined || skipsArchiveCheck(cluster) !== isUnchecked) return
  const context = { objects: subject.objects, namespace: '' }
  const read = readArchive(cluster, context)
  const same = read === undefined ? undefined : checkedArchives(cluster, context).find(({ key }) => key === read.key)
  if (read === undefined || same === undefined) return
  const own = (parts: typeof read.parts) =>
    parts.find(({ object }) => object === cluster)?.path ?? ['spec', 'bootstrap', 'recovery', 'source']
  yield {
    object: cluster,
    message: isUnchecked
      ? phrase`recovery reads ${ending(read.shown)}, and backups also go there, where two histories mix`
      : phrase`recovery reads ${ending(read.shown)}, but backups also go there, and must start empty`,
    places: [
      { path: own(read.parts) },
      { path: own(same.parts).filter((step) => step !== 'serverName'), label: phrase`${sayWrites(same.parts, cluster)}` },
    ],
    help: isUnchecked
      ? phrase`give the new cluster a serverName or a store of its own; ${onlyHides}`
      : same.parts.some(({ path }) => path[1] === 'plugins')
        ? phrase`give the new cluster a serverName or a store of its own, or remove barmanObjectName until it has been restored`
        : phrase`give the new cluster a serverName or a store of its own`,
  }
}

/** An entry that is switched off is looked at, too. */
function sayWrites(parts: readonly { readonly path: readonly (string | number)[] }[], { plain }: RenderedObject): string {
  const [, , index] = parts.find(({ path }) => path[1] === 'plugins')?.path ?? []
  const plugins = (plain['spec'] as { plugins?: { enabled?: boolean }[] } | undefined)?.plugins
  const isOff = typeof index === 'number' && plugins?.[index]?.enabled === false
  return isOff ? 'this entry is switched off, but the restore looks at the store that it names' : 'backups go to the same place'
}

const ofFile = [...objectPolicies, ...drains, ...checksums, circularRecovery, uncheckedRecovery]

/**
 * Rules for production that blame what somebody wrote, not what is left out: nobody knows what manifests are for, but `fsync: off` or `trust`
 * from anywhere is worth a warning wherever it is.
 */
const worthSaying: ReadonlySet<string> = new Set([
  'policy/connections-have-memory',
  'policy/crash-safe',
  'policy/errors-logged',
  'policy/lost-peer-noticed',
  'policy/no-clear-text',
  'policy/no-trust',
  'policy/retention-covers-schedule',
  'policy/spare-synchronous-standby',
  'policy/tls-current',
])

/** A Cluster without a spec is refused, as what a test asserts has none: nobody knows what the objects beside it go with. */
const hasNoSpec = ([first]: readonly RenderedObject[]): boolean => first?.kind === 'Cluster' && !isJsonMap(plainAt(first.plain, 'spec'))

/** What the rules that need only objects find; `manifests` are what is applied together. */
export function judgeManifests(manifests: readonly Manifest[], operator: string): ManifestFinding[] {
  return groupsWithHolders(manifests).flatMap(({ objects, all }) =>
    (hasNoSpec(objects) ? [] : ofFile)
      .filter(({ preset, id }) => preset === undefined || worthSaying.has(id))
      .flatMap((rule) => {
        const subject: ObjectsSubject = { objects: ofHolders.has(rule.id) ? all : objects, operator }
        const severity = rule.preset === undefined ? rule.severity : 'warning'
        return [...rule.check(subject)].map((finding) => ({ rule: rule.id, severity, finding }))
      }),
  )
}

/** The same without what goes once each field that the API server refuses is written as it was meant: that mistake is reported as such. */
export function judgeAsMeant(
  manifests: readonly Manifest[],
  { operator, refusals }: { readonly operator: string; readonly refusals: ReadonlyMap<Manifest, readonly RuledFinding[]> },
): ManifestFinding[] {
  const found = judgeManifests(manifests, operator)
  const meant = manifests.map((manifest): Manifest => {
    const { plain } = meantBy(manifest.plain, refusals.get(manifest) ?? [])
    return plain === manifest.plain ? manifest : { ...manifest, plain }
  })
  if (found.length === 0 || meant.every((one, index) => one === manifests[index])) return found
  const remains = new Map<MapValue, Set<string>>()
  for (const { rule, finding } of judgeManifests(meant, operator)) {
    const ofObject = remains.get(finding.object.value) ?? new Set<string>()
    remains.set(finding.object.value, ofObject.add(`${rule} ${formatPath(finding.places[0].path)}`))
  }
  return found.filter(
    ({ rule, finding }) => remains.get(finding.object.value)?.has(`${rule} ${formatPath(finding.places[0].path)}`) === true,
  )
}

/**
 * What names a Cluster, an ObjectStore or an image catalog that is not beside it, where one of nearly the same name is (plugin-barman-cloud#504),
 * or one of this name in another namespace, in which operators up to 1.30 do not look (cloudnative-pg#9823).
 */
export function judgeNames(manifests: readonly Manifest[]): ManifestFinding[] {
  return manifests.flatMap((manifest) => {
    const object = renderedOf(manifest)
    return referencesOf(object).flatMap(({ path, kind, rule }): ManifestFinding[] => {
      const name = textAt(object.plain, ...path)
      const all = manifests.filter((other) => other.kind === kind)
      const there = all.filter((other) => (other.namespace || 'default') === (manifest.namespace || 'default')).map((other) => other.name)
      if (name === undefined || there.includes(name)) return []
      const meant = misspelt(name, there)
      const at = { rule, severity: 'warning' as const }
      if (meant !== undefined) {
        const message = phrase`${here('name')} is ${shown(name)}, but the ${kind} here is named ${shown(meant)}`
        return [{ ...at, finding: { object, message, places: [{ path }], help: phrase`did you mean ${named(meant)}?` } }]
      }
      const elsewhere = all.find((other) => other.name === name && other.namespace !== '')
      if (elsewhere === undefined || manifest.namespace === '') return []
      return [
        { ...at, finding: { object, ...inAnotherNamespace({ kind, name, there: elsewhere.namespace, here: manifest.namespace }, path) } },
      ]
    })
  })
}

/** What an object names that must be in its own namespace. */
function referencesOf(object: RenderedObject): readonly { readonly path: Path; readonly kind: string; readonly rule: string }[] {
  if (object.kind !== 'Cluster') return [{ path: ['spec', 'cluster', 'name'], kind: 'Cluster', rule: 'policy/cluster-exists' }]
  const stores = storePaths(object).map((path) => ({ path, kind: 'ObjectStore', rule: 'policy/object-store-exists' }))
  const reference: Path = ['spec', 'imageCatalogRef']
  const isOwn = textAt(object.plain, ...reference, 'kind') === 'ImageCatalog'
  return isOwn ? [...stores, { path: [...reference, 'name'], kind: 'ImageCatalog', rule: 'policy/catalog-exists' }] : stores
}

function storePaths({ plain }: RenderedObject): (string | number)[][] {
  const of = (list: string, ...rest: string[]) =>
    [...listAt(plain, 'spec', list).keys()].map((index) => ['spec', list, index, ...rest, 'parameters', 'barmanObjectName'])
  return [...of('plugins'), ...of('externalClusters', 'plugin')]
}

/** What can be seen only over several Clusters: archives that two of them write, ports that two of them claim, what one copies from another. */
export function judgeClustersTogether(manifests: readonly Manifest[]): LocatedFinding[] {
  const facts = new Map<string, FleetFacts>()
  for (const objects of groupsOf(manifests)) {
    const cluster = objects.find(({ kind }) => kind === 'Cluster')
    const namespace = textAt(cluster?.plain, 'metadata', 'namespace') || 'default'
    // a Cluster that comes twice is one that was changed
    if (cluster !== undefined) facts.set(`${namespace}/${cluster.name}`, manifestFacts(cluster, ofCluster(cluster, objects), namespace))
  }
  const names = [...facts.values()].map(({ database }) => database)
  const isOne = new Set(names).size === names.length
  const named = [...facts].map(([key, one]) => (isOne ? one : { ...one, database: key }))
  return judgeTogether(named).map(({ database, ...finding }) => ({ ...finding, object: `Cluster/${database?.split('/').at(-1)}` }))
}

/** Without what any Cluster of the namespace may use and none has alone. */
function ofCluster({ name }: RenderedObject, objects: readonly RenderedObject[]): RenderedObject[] {
  return objects.filter(({ kind, plain }) => kind !== 'Secret' && (kind !== 'Pooler' || textAt(plain, 'spec', 'cluster', 'name') === name))
}

/** What PostgreSQL's parser says of the SQL in the same objects. */
export async function judgeSqlOf(manifests: readonly Manifest[], operator: string): Promise<ManifestFinding[]> {
  const found: ManifestFinding[] = []
  for (const { all } of groupsWithHolders(manifests))
    for (const { rule, severity, word, ...finding } of await judgeSql({ objects: all, operator }))
      found.push({ rule, severity, finding, ...(word === undefined ? {} : { word }) })
  return found
}

/** What the rules about changes find in Clusters that were there before; without `all`, only what is certain to fail. */
export function judgeChanges(
  { now, before, all }: { readonly now: readonly Manifest[]; readonly before: readonly Manifest[]; readonly all: boolean },
  operator: string,
): ManifestFinding[] {
  const old = groupsOf(before)
  return groupsOf(now).flatMap((objects) => {
    const cluster = objects.find(({ kind }) => kind === 'Cluster')
    const was = old.find((group) => group.some((one) => cluster !== undefined && isSame(one, cluster)))
    if (was === undefined) return []
    const subject = { before: { objects: was, operator }, after: { objects, operator } }
    return [...changePolicies, creationOnly]
      .filter(({ severity }) => all || severity === 'error')
      .flatMap((rule) => [...rule.check(subject)].map((finding) => ({ rule: rule.id, severity: rule.severity, finding })))
  })
}

function isSame(one: RenderedObject, other: RenderedObject): boolean {
  const namespaceOf = ({ plain }: RenderedObject): string => textAt(plain, 'metadata', 'namespace') || 'default'
  return one.kind === other.kind && one.name === other.name && namespaceOf(one) === namespaceOf(other)
}

/** What PostgreSQL and PgBouncer would refuse of one object. */
export function judgeServer(manifest: Manifest, operator: string): ManifestFinding[] {
  const object = renderedOf(manifest)
  return [...objectionsTo(object, operator)].map(({ rule, finding }) => ({
    rule: rule.id,
    severity: rule.severity,
    finding: { ...finding, object },
  }))
}

function renderedOf({ kind, name, value, plain }: Manifest): RenderedObject {
  return { kind, name, value, plain, hook: false }
}
