// What of a database is compared with the rest of the fleet: archives, stores, sources, and what can be claimed only once?
import type { LazySpot, Spot } from '../../findings/spot.ts'
import { firstSpot, nearestSpot } from '../../findings/spot.ts'
import type { Database, RenderedObject } from '../../model.ts'
import type { Path, SourceFile } from '../../values/value.ts'
import type { Tree } from '../../repository/tree.ts'
import { checkedArchives, placeOfStore, readArchive, storeReferences, writtenArchives } from '../backup/archive.ts'
import type { Archive, ArchivePart, StorePlace } from '../backup/archive.ts'
import { valueAt } from '../../values/value.ts'
import { backupFacts } from './plugin-backups.ts'
import type { BackupFacts } from './plugin-backups.ts'
import { claimsOf } from './claims.ts'
import type { ClaimKind } from './claims.ts'
import { operatorSecrets } from '../secrets/secret-readers.ts'
import type { OperatorSecret } from '../secrets/secret-readers.ts'
import { sourceFacts } from './sources.ts'
import type { SourceFacts } from './sources.ts'
import { usersOfStores } from '../backup/written-stores.ts'
import { usageOf } from './usage.ts'
import type { Usage } from './usage.ts'
import { highestSpot, isOfChart, objectOf, plainAt, spotInObject, spotInValues } from '../subject.ts'
import type { PolicySubject } from '../subject.ts'

/** Where an archive was decided; `rank`: of the layer: a service's own name weighs more than the shared defaults. */
export interface ArchivePlace {
  readonly at: Spot
  readonly rank: number
}

export interface PlacedArchive {
  readonly key: string
  readonly shown: string
  readonly server: string
  readonly place: () => ArchivePlace
  /** the external cluster that stands for no server */
  readonly assumed?: string
  /** the ObjectStore that says where it is, if that belongs to nothing that was judged with it */
  readonly store?: string
}

/** What is retained of a database after it was judged: a few texts, not its objects. Where they were written is looked up when two clash. */
export interface FleetFacts {
  readonly database: string
  readonly namespace: string
  readonly written: readonly PlacedArchive[]
  readonly read?: PlacedArchive
  /** those that must be empty when it is recovered */
  readonly checked: readonly PlacedArchive[]
  /** the annotation that skips that check */
  readonly isUnchecked: boolean
  readonly backups: BackupFacts
  readonly source: SourceFacts
  readonly environment: string
  readonly usage: Usage
  /** what a Kubernetes cluster, or a namespace, has only once */
  readonly claims: readonly PlacedClaim[]
  /** the ObjectStores that belong to it, and those that the Cluster names */
  readonly stores: readonly { readonly name: string; readonly place: StorePlace }[]
  readonly references: readonly { readonly name: string; readonly at: LazySpot }[]
  /** Secrets that have the names of the operator's, whether it makes them or not */
  readonly operatorSecrets: readonly OperatorSecret[]
  /** it uses ObjectStores that do not belong to it */
  readonly usesOthers?: PolicySubject
  /** the official chart made it, whose values have no serverName for backups */
  readonly ofChart?: true
}

interface PlacedClaim {
  readonly kind: ClaimKind
  readonly value: string
  /** within which it may be claimed once */
  readonly scope: string
  readonly at: LazySpot
}

/** A host name is one everywhere, a port and an address in a Kubernetes cluster, a Secret in its namespace. */
function scopeOf(kind: ClaimKind, { destination, namespace }: { readonly destination: string; readonly namespace: string }): string {
  if (kind === 'host name') return ''
  return kind === 'node port' || kind === 'load balancer IP' ? destination : namespace
}

/** How the places of an object become spots. */
interface Placing {
  readonly spot: (object: RenderedObject, path: Path) => LazySpot
  readonly highest: (parts: readonly ArchivePart[]) => PlacedArchive['place']
  readonly reference: (path: Path) => LazySpot
}

interface Whose {
  readonly cluster: RenderedObject
  readonly objects: readonly RenderedObject[]
  readonly database: string
  readonly environment: string
  readonly destination: string
  readonly namespace: string
}

/** What of one database is compared with the others; undefined if it has no Cluster. `again` gives the same database once more. */
export function fleetFacts(subject: PolicySubject, again: () => PolicySubject): FleetFacts | undefined {
  const cluster = objectOf(subject, 'Cluster')
  if (cluster === undefined) return undefined
  const { database, objects } = subject
  const { server, name } = database.environment.destination
  const { id, namespace, environment } = database
  const usesOthers = usersOfStores(subject)
  const whose = { database: id, environment: environment.name, destination: server ?? name ?? '', namespace }
  const facts = factsOf({ cluster, objects, ...whose }, placingIn(objects, again))
  return { ...facts, ...(usesOthers && { usesOthers }), ...(isOfChart(subject) && { ofChart: true }) }
}

/** Places of a database's objects as questions: few are asked for, and the objects go, so that no question may see them. */
function placingIn(objects: readonly RenderedObject[], again: () => PolicySubject): Placing {
  return {
    spot: (object, path) => laterSpot(again, objects.indexOf(object), path),
    highest: (parts) =>
      laterPlace(
        again,
        parts.map(({ object, path }) => ({ index: objects.indexOf(object), path })),
      ),
    reference: (path) => laterName(again, path),
  }
}

function laterSpot(again: () => PolicySubject, index: number, path: Path): LazySpot {
  return () => spotInObject(again(), again().objects[index] as RenderedObject, path)
}

function laterPlace(again: () => PolicySubject, parts: readonly { readonly index: number; readonly path: Path }[]): PlacedArchive['place'] {
  return () =>
    highestSpot(
      again(),
      parts.map(({ index, path }) => ({ object: again().objects[index] as RenderedObject, path })),
    )
}

function laterName(again: () => PolicySubject, path: Path): LazySpot {
  return () => nameSpot(again(), path)
}

/** The same of a Cluster in a file of manifests, with what belongs to it. */
export function manifestFacts(cluster: RenderedObject, objects: readonly RenderedObject[], namespace: string): FleetFacts {
  const spotOf = ({ value }: RenderedObject, path: Path): Spot => nearestSpot(value, path) ?? firstSpot(value, value.origin.file)
  const spot: Placing['spot'] = (object, path) => () => spotOf(object, path)
  const highest: Placing['highest'] = (parts) => () => {
    const written = parts.filter(({ object, path }) => valueAt(object.value, path) !== undefined)
    // a store may be shared, so that the Cluster is what a person changes
    const { object = cluster, path = [] } = written.find((part) => part.object === cluster) ?? written[0] ?? {}
    return { at: spotOf(object, path), rank: 0 }
  }
  const whose = { database: cluster.name, environment: '', destination: '', namespace }
  return factsOf({ cluster, objects, ...whose }, { spot, highest, reference: (path) => spot(cluster, path) })
}

function factsOf(
  { cluster, objects, database, environment, destination, namespace: own }: Whose,
  { spot, highest, reference }: Placing,
): FleetFacts {
  const namespace = `${destination} ${own}`
  const context = { objects, namespace }
  const place = ({ parts, ...archive }: Archive): PlacedArchive => ({ ...archive, place: highest(parts) })
  const read = readArchive(cluster, context)
  return {
    database,
    namespace,
    written: writtenArchives(cluster, context).map(place),
    checked: read === undefined ? [] : checkedArchives(cluster, context).map(place),
    isUnchecked: skipsArchiveCheck(cluster),
    ...(read === undefined ? {} : { read: place(read) }),
    backups: backupFacts(cluster, objects, spot),
    source: sourceFacts(cluster, spot),
    environment,
    usage: usageOf(cluster),
    claims: claimsOf(objects).map(({ kind, value, object, path }) => ({
      kind,
      value,
      scope: scopeOf(kind, { destination, namespace }),
      at: spot(object, path),
    })),
    stores: objects.flatMap(({ kind, name, plain }) =>
      kind === 'ObjectStore' ? [{ name, place: placeOfStore(plainAt(plain, 'spec', 'configuration')) }] : [],
    ),
    references: storeReferences(cluster).map(({ name, path }) => ({ name, at: reference(path) })),
    operatorSecrets: operatorSecrets(cluster, spot),
  }
}

/** The operator's own switch for users who know what they are doing. */
export function skipsArchiveCheck(cluster: RenderedObject): boolean {
  return plainAt(cluster.plain, 'metadata', 'annotations', 'cnpg.io/skipEmptyWalArchiveCheck') === 'enabled'
}

/** The chart sorts plugins, so that the values' own index is found through the object; sources it writes from `recovery`. */
function nameSpot(subject: PolicySubject, path: Path): Spot {
  const recovery = ['recovery', 'pluginConfiguration']
  const cluster = path[1] === 'plugins' || valueAt(subject.values, recovery) === undefined ? objectOf(subject, 'Cluster') : undefined
  return cluster !== undefined ? spotInObject(subject, cluster, path) : spotInValues(subject, recovery)
}

/** What a database of a change writes and names, now and at the base. */
export interface Touched {
  readonly facts?: FleetFacts
  readonly before?: FleetFacts
}

/**
 * Whether a database that was not rendered could write an archive that the change newly uses, or create an ObjectStore that it
 * names (files are below `folder`): a place ends with the name of a server and a store with that of its creator, and both are written out or follow from
 * the cluster.
 */
export function mayConflict(changed: readonly Touched[], tree: Tree, folder: string): (database: Database) => boolean {
  const names = new Set(
    changed.flatMap(({ facts, before }) => {
      if (facts === undefined) return []
      const { written, references, stores } = facts
      const old = new Set(before?.written.map(({ key }) => key))
      const fresh = written.filter(({ key }) => !old.has(key))
      return [
        ...fresh.map(({ server }) => server),
        ...references.map(({ name }) => name).filter((name) => !stores.some((store) => store.name === name)),
      ]
    }),
  )
  if (names.size === 0) return () => false
  const found = tree.mentioning?.([...names], folder)
  const files = new Map<SourceFile, boolean>()
  const isMentioned = (file: SourceFile): boolean => {
    if (found !== undefined && (folder === '' || file.path.startsWith(`${folder}/`))) return found.has(file.path)
    const known = files.get(file) ?? [...names].some((name) => file.text.includes(name))
    files.set(file, known)
    return known
  }
  return ({ cluster, layers }) => names.has(cluster) || names.has(`${cluster}-backups`) || layers.some(({ file }) => isMentioned(file))
}
