// What of a database may clash with another one?
import type { Spot } from '../findings/spot.ts'
import type { RenderedObject } from '../model.ts'
import type { Path } from '../values/value.ts'
import { checkedArchives, readArchive, storeReferences, writtenArchives } from './archive.ts'
import type { Archive, ArchivePart } from './archive.ts'
import { claimsOf } from './claims.ts'
import type { ClaimKind } from './claims.ts'
import { sourceFacts } from './sources.ts'
import type { SourceFacts } from './sources.ts'
import { usageOf } from './usage.ts'
import type { Usage } from './usage.ts'
import { highestSpot, objectOf, plainAt, spotInObject, spotInValues } from './subject.ts'
import type { PolicySubject } from './subject.ts'

export interface PlacedArchive {
  readonly key: string
  readonly shown: string
  readonly server: string
  /** `rank`: of the layer in which it was decided: a service's own name weighs more than the shared defaults */
  readonly place: () => { readonly at: Spot; readonly rank: number }
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
  readonly source: SourceFacts
  readonly environment: string
  readonly usage: Usage
  /** what a Kubernetes cluster, or a namespace, has only once */
  readonly claims: readonly PlacedClaim[]
  /** names of the ObjectStores that the chart creates, and those that the Cluster names */
  readonly stores: readonly string[]
  readonly references: readonly { readonly name: string; readonly at: () => Spot }[]
}

export interface PlacedClaim {
  readonly kind: ClaimKind
  readonly value: string
  /** within which it may be claimed once */
  readonly scope: string
  readonly at: () => Spot
}

/** A host name is one everywhere, a port and an address in a Kubernetes cluster, a Secret in its namespace. */
function scopeOf(kind: ClaimKind, { destination, namespace }: { readonly destination: string; readonly namespace: string }): string {
  if (kind === 'host name') return ''
  return kind === 'node port' || kind === 'load balancer IP' ? destination : namespace
}

/** The archives and stores of one database; undefined if it has no Cluster. `again` gives the same database once more. */
export function fleetFacts(subject: PolicySubject, again: () => PolicySubject): FleetFacts | undefined {
  const cluster = objectOf(subject, 'Cluster')
  if (cluster === undefined) return undefined
  const { database, objects } = subject
  const { server, name } = database.environment.destination
  const namespace = `${server ?? name ?? ''} ${database.namespace}`
  const context = { objects, namespace }
  const found = finder(objects, again)
  const placed = (archive: Archive): PlacedArchive => ({
    key: archive.key,
    shown: archive.shown,
    server: archive.server,
    place: found(archive.parts, highestSpot),
  })
  const at = (object: RenderedObject, path: Path): (() => Spot) => found([{ object, path }], firstPlace)
  const read = readArchive(cluster, context)
  return {
    database: database.id,
    namespace,
    written: writtenArchives(cluster, context).map(placed),
    checked: read === undefined ? [] : checkedArchives(cluster, context).map(placed),
    isUnchecked: skipsArchiveCheck(cluster),
    ...(read === undefined ? {} : { read: placed(read) }),
    source: sourceFacts(cluster, at),
    environment: database.environment.name,
    usage: usageOf(cluster),
    claims: claimsOf(objects).map(({ kind, value, object, path }) => ({
      kind,
      value,
      scope: scopeOf(kind, { destination: server ?? name ?? '', namespace }),
      at: at(object, path),
    })),
    stores: objects.filter((object) => object.kind === 'ObjectStore').map((object) => object.name),
    references: storeReferences(cluster).map((reference) => ({
      name: reference.name,
      at: nameSpot({ cluster, at, again }, reference.path),
    })),
  }
}

type Locate<Answer> = (subject: PolicySubject, parts: readonly ArchivePart[]) => Answer

/** Places of objects as a question: few are asked for, and the objects go. */
function finder(objects: readonly RenderedObject[], again: () => PolicySubject) {
  return <Answer>(parts: readonly ArchivePart[], locate: Locate<Answer>): (() => Answer) => {
    const kept = parts.map(({ object, path }) => ({ index: objects.indexOf(object), path }))
    return () => {
      const subject = again()
      return locate(
        subject,
        kept.map(({ index, path }) => ({ object: subject.objects[index] as RenderedObject, path })),
      )
    }
  }
}

function firstPlace(subject: PolicySubject, [part]: readonly ArchivePart[]): Spot {
  const { object, path } = part as ArchivePart
  return spotInObject(subject, object, path)
}

/** The operator's own switch for users who know what they are doing. */
export function skipsArchiveCheck(cluster: RenderedObject): boolean {
  return plainAt(cluster.plain, 'metadata', 'annotations', 'cnpg.io/skipEmptyWalArchiveCheck') === 'enabled'
}

interface Naming {
  readonly cluster: RenderedObject
  readonly at: (object: RenderedObject, path: Path) => () => Spot
  readonly again: () => PolicySubject
}

/** The chart sorts plugins, so that the values' own index is found through the object. */
function nameSpot({ cluster, at, again }: Naming, path: Path): () => Spot {
  return path[1] === 'plugins' ? at(cluster, path) : () => spotInValues(again(), ['recovery', 'pluginConfiguration'])
}
