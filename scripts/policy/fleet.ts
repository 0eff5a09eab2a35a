// What can only be seen over all databases: archives that two of them write, and ObjectStores that none has?
import { ending, here, named, phrase } from '../findings/message.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { isSameSpot } from '../findings/spot.ts'
import type { Database } from '../model.ts'
import type { SourceFile } from '../values/value.ts'
import type { Tree } from '../repository/tree.ts'
import type { ClaimKind } from './claims.ts'
import type { FleetFacts, PlacedArchive, PlacedClaim } from './fleet-facts.ts'
import { otherMajors } from './sources.ts'

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
  const writers = new Map<string, Pick<PlacedArchive, 'place'> & { readonly database: string }>()
  const findings: LocatedFinding[] = []
  for (const { database, written } of facts) {
    for (const { key, shown, place } of written) {
      const before = writers.get(key)
      if (before === undefined) {
        writers.set(key, { database, place })
        continue
      }
      const [first, second] = [
        { database: before.database, ...before.place() },
        { database, ...place() },
      ]
      // the layer of a single database is to blame, not the one that all of them share
      const [blamed, other] = first.rank > second.rank ? [first, second] : [second, first]
      findings.push({
        rule: 'policy/own-archive',
        severity: 'error',
        message: phrase`archive is ${ending(shown)}, but ${named(other.database)} also writes there: neither could be restored`,
        at: blamed.at,
        related: isSameSpot(other.at, blamed.at) ? [] : [{ ...other.at, message: phrase`${named(other.database)} writes there` }],
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
    const [{ at }, other] = [read.place(), same.place()]
    const related = isSameSpot(other.at, at) ? [] : [{ ...other.at, message: phrase`backups go to the same place` }]
    const place = { at, related, database }
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
        at: at(),
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
  const first = new Map<string, Pick<PlacedClaim, 'at'> & { readonly database: string }>()
  return facts.flatMap(({ database, claims }) =>
    claims.flatMap(({ kind, value, scope, at }): LocatedFinding[] => {
      const key = `${kind}\0${scope}\0${value}`
      const other = first.get(key)
      if (other === undefined) first.set(key, { database, at })
      if (other === undefined || other.database === database) return []
      const [rule, why, help] = consequences[kind]
      const [mine, others] = [at(), other.at()]
      return [
        {
          rule,
          severity: rule === 'policy/own-login' ? 'warning' : 'error',
          message: phrase`${kind} is ${named(value)}, but ${named(other.database)} has it, too: ${why}`,
          at: mine,
          related: isSameSpot(others, mine) ? [] : [{ ...others, message: phrase`${named(other.database)} has it here` }],
          help: phrase`${help}`,
          database,
        },
      ]
    }),
  )
}
