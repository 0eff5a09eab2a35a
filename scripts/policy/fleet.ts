// What can only be seen over all databases: archives that two of them write, and ObjectStores that none has?
import { ending, here, named, phrase } from '../findings/message.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import type { Database, RenderedObject } from '../model.ts'
import type { SourceFile } from '../values/value.ts'
import type { Tree } from '../repository/tree.ts'
import { checkedArchives, readArchive, storeReferences, writtenArchives } from './archive.ts'
import type { Archive } from './archive.ts'
import { claimsOf } from './claims.ts'
import type { ClaimKind } from './claims.ts'
import { otherMajors, sourceFacts } from './sources.ts'
import type { SourceFacts } from './sources.ts'
import { usageOf } from './usage.ts'
import type { Usage } from './usage.ts'
import { highestSpot, objectOf, plainAt, spotInObject, spotInValues } from './subject.ts'
import type { PolicySubject } from './subject.ts'

interface PlacedArchive {
  readonly key: string
  readonly shown: string
  readonly server: string
  readonly at: Spot
  /** of the layer in which it was decided: a service's own name weighs more than the shared defaults */
  readonly rank: number
}

/** What is retained of a database after it was judged: a few texts, not its objects. */
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
  readonly references: readonly { readonly name: string; readonly at: Spot }[]
}

interface PlacedClaim {
  readonly kind: ClaimKind
  readonly value: string
  /** within which it may be claimed once */
  readonly scope: string
  readonly at: Spot
}

/** A host name is one everywhere, a port and an address in a Kubernetes cluster, a Secret in its namespace. */
function scopeOf(kind: ClaimKind, { destination, namespace }: { readonly destination: string; readonly namespace: string }): string {
  if (kind === 'host name') return ''
  return kind === 'node port' || kind === 'load balancer IP' ? destination : namespace
}

/** The archives and stores of one database; undefined if it has no Cluster. */
export function fleetFacts(subject: PolicySubject): FleetFacts | undefined {
  const cluster = objectOf(subject, 'Cluster')
  if (cluster === undefined) return undefined
  const { database, objects } = subject
  const { server, name } = database.environment.destination
  const namespace = `${server ?? name ?? ''} ${database.namespace}`
  const context = { objects, namespace }
  const place = (archive: Archive): PlacedArchive => ({
    key: archive.key,
    shown: archive.shown,
    server: archive.server,
    ...highestSpot(subject, archive.parts),
  })
  const read = readArchive(cluster, context)
  return {
    database: database.id,
    namespace,
    written: writtenArchives(cluster, context).map(place),
    checked: read === undefined ? [] : checkedArchives(cluster, context).map(place),
    isUnchecked: skipsArchiveCheck(cluster),
    ...(read === undefined ? {} : { read: place(read) }),
    source: sourceFacts(subject, cluster),
    environment: database.environment.name,
    usage: usageOf(cluster),
    claims: claimsOf(objects).map(({ kind, value, object, path }) => ({
      kind,
      value,
      scope: scopeOf(kind, { destination: server ?? name ?? '', namespace }),
      at: spotInObject(subject, object, path),
    })),
    stores: objects.filter((object) => object.kind === 'ObjectStore').map((object) => object.name),
    references: storeReferences(cluster).map((reference) => ({ name: reference.name, at: nameSpot(subject, cluster, reference.path) })),
  }
}

/** The operator's own switch for users who know what they are doing. */
export function skipsArchiveCheck(cluster: RenderedObject): boolean {
  return plainAt(cluster.plain, 'metadata', 'annotations', 'cnpg.io/skipEmptyWalArchiveCheck') === 'enabled'
}

/** The chart sorts plugins, so that the values' own index is found through the object. */
function nameSpot(subject: PolicySubject, cluster: RenderedObject, path: readonly (string | number)[]): Spot {
  return path[1] === 'plugins' ? spotInObject(subject, cluster, path) : spotInValues(subject, ['recovery', 'pluginConfiguration'])
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
      return [...fresh.map(({ server }) => server), ...references.map(({ name }) => name).filter((name) => !stores.includes(name))]
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

export interface FleetContext {
  /** `namespace/name` of ObjectStores in hand-written manifests, the name alone where only the parent knows the namespace; null: a manifest could not be read, so nothing is surely missing */
  readonly otherStores: ReadonlySet<string> | null
}

/** What is wrong between databases: archives, stores, and what can be claimed only once. */
export function judgeFleet(facts: readonly FleetFacts[], context: FleetContext): LocatedFinding[] {
  return [
    ...sharedArchives(facts),
    ...circularRecoveries(facts),
    ...missingStores(facts, context),
    ...doubleClaims(facts),
    ...otherMajors(facts),
  ]
}

function sharedArchives(facts: readonly FleetFacts[]): LocatedFinding[] {
  const writers = new Map<string, { database: string; at: Spot; rank: number }>()
  const findings: LocatedFinding[] = []
  for (const { database, written } of facts) {
    for (const { key, shown, at, rank } of written) {
      const first = writers.get(key)
      if (first === undefined) {
        writers.set(key, { database, at, rank })
        continue
      }
      const second = { database, at, rank }
      // the layer of a single database is to blame, not the one that all of them share
      const [blamed, other] = first.rank > rank ? [first, second] : [second, first]
      findings.push({
        rule: 'policy/own-archive',
        severity: 'error',
        message: phrase`archive is ${ending(shown)}, but ${named(other.database)} also writes there: neither could be restored`,
        at: blamed.at,
        related:
          other.at.file === blamed.at.file && other.at.span.start === blamed.at.span.start
            ? []
            : [{ ...other.at, message: phrase`${named(other.database)} writes there` }],
        help: phrase`give each database a destinationPath or a server name of its own`,
        database: blamed.database,
      })
    }
  }
  return findings
}

function circularRecoveries(facts: readonly FleetFacts[]): LocatedFinding[] {
  return facts.flatMap(({ database, read, checked, isUnchecked }): LocatedFinding[] => {
    const same = read === undefined ? undefined : checked.find((archive) => archive.key === read.key)
    if (read === undefined || same === undefined) return []
    const related =
      same.at.file === read.at.file && same.at.span.start === read.at.span.start
        ? []
        : [{ ...same.at, message: phrase`backups go to the same place` }]
    const place = { at: read.at, related, database }
    if (isUnchecked)
      return [
        {
          rule: 'policy/recovery-check-skipped',
          severity: 'warning' as const,
          message: phrase`recovery reads ${ending(read.shown)}, and backups also go there, where two histories mix`,
          help: phrase`write backups to another destinationPath; skipEmptyWalArchiveCheck only hides the mistake`,
          ...place,
        },
      ]
    return [
      {
        rule: 'policy/recovery-reads-another',
        severity: 'error' as const,
        message: phrase`recovery reads ${ending(read.shown)}, but backups also go there, and must start empty`,
        help: phrase`write backups to another destinationPath, or restore from a differently named cluster`,
        ...place,
      },
    ]
  })
}

function missingStores(facts: readonly FleetFacts[], { otherStores }: FleetContext): LocatedFinding[] {
  if (otherStores === null) return []
  const known = new Set(facts.flatMap(({ namespace, stores }) => stores.map((name) => `${namespace} ${name}`)))
  return facts.flatMap(({ database, namespace, references }) =>
    references
      .filter(({ name }) => !known.has(`${namespace} ${name}`) && !otherStores.has(name))
      .filter(({ name }) => !otherStores.has(`${namespace.slice(namespace.lastIndexOf(' ') + 1)}/${name}`))
      .map(({ name, at }) => ({
        rule: 'policy/object-store-exists',
        severity: 'warning' as const,
        message: phrase`${here('barmanObjectName')} is \`${named(name)}\`, but nothing here creates it: without it the Cluster never starts`,
        at,
        help: phrase`use the chart's own store (remove the name), or write \`# allow policy/object-store-exists: <where it is created>\``,
        database,
      })),
  )
}

/** Why two databases can't both have it, and what to do. */
const consequences: Readonly<Record<ClaimKind, readonly [rule: string, why: string, help: string]>> = {
  'node port': [
    'policy/claimed-once',
    'the API server refuses the second Service',
    'choose another port, or leave it out to get a free one',
  ],
  'load balancer IP': ['policy/claimed-once', 'the second Service gets no address', 'choose another address, or leave it out'],
  'host name': ['policy/claimed-once', 'clients reach one of them at random', 'give each database a name of its own'],
  Secret: ['policy/claimed-once', 'two Applications overwrite it in turn', 'name another Secret, or set create: false in one of them'],
  'login Secret': ['policy/own-login', 'one password opens both', 'give each database a Secret of its own'],
}

function doubleClaims(facts: readonly FleetFacts[]): LocatedFinding[] {
  const first = new Map<string, { readonly database: string; readonly at: Spot }>()
  return facts.flatMap(({ database, claims }) =>
    claims.flatMap(({ kind, value, scope, at }): LocatedFinding[] => {
      const key = `${kind}\0${scope}\0${value}`
      const other = first.get(key)
      if (other === undefined) first.set(key, { database, at })
      if (other === undefined || other.database === database) return []
      const [rule, why, help] = consequences[kind]
      const isSame = other.at.file === at.file && other.at.span.start === at.span.start
      return [
        {
          rule,
          severity: rule === 'policy/own-login' ? 'warning' : 'error',
          message: phrase`${kind} is ${named(value)}, but ${named(other.database)} has it, too: ${why}`,
          at,
          related: isSame ? [] : [{ ...other.at, message: phrase`${named(other.database)} has it here` }],
          help: phrase`${help}`,
          database,
        },
      ]
    }),
  )
}
