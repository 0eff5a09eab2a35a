// What can only be seen over all databases: archives that two of them write, and ObjectStores that none has?
import { ending, here, named, phrase } from '../../findings/message.ts'
import { isSameSpot } from '../../findings/spot.ts'
import type { LazySpot, LocatedFinding } from '../../findings/spot.ts'
import type { WrittenStores } from '../../model.ts'
import { inStore, placeOfStore } from '../backup/archive.ts'
import type { StorePlace } from '../backup/archive.ts'
import type { ClaimKind } from './claims.ts'
import type { FleetFacts, PlacedArchive } from './fleet-facts.ts'
import { unreadableBackups } from './plugin-backups.ts'
import { closedSources, lowerSettings, otherMajors } from './sources.ts'
import { isOfChart, plainAt } from '../subject.ts'
import { judgeWrittenStores } from '../backup/written-stores.ts'

/** What is wrong between databases: archives, stores, and what can be claimed only once. */
export function judgeFleet(facts: readonly FleetFacts[], context: WrittenStores): LocatedFinding[] {
  const known = resolveStores(facts, context.stores)
  const ofStores = judgeWrittenStores(
    facts.flatMap(({ usesOthers }) => usesOthers ?? []),
    context,
  )
  return [...judgeTogether(known), ...circularRecoveries(known), ...missingStores(known, context), ...ofStores]
}

/** The part of it that holds for manifests as they are applied, too. */
export function judgeTogether(facts: readonly FleetFacts[]): LocatedFinding[] {
  return [
    ...sharedArchives(facts),
    ...otherServers(facts),
    ...doubleClaims(facts),
    ...otherMajors(facts),
    ...lowerSettings(facts),
    ...closedSources(facts),
    ...unreadableBackups(facts),
  ]
}

/** Archives in ObjectStores of others, or of hand-written manifests, by the place where they are. */
function resolveStores(facts: readonly FleetFacts[], written: WrittenStores['stores']): readonly FleetFacts[] {
  if (!facts.some(({ written: own, checked, read }) => [...own, ...checked, read].some((one) => one?.store !== undefined))) return facts
  const places = new Map(facts.flatMap(({ namespace, stores }) => stores.map(({ name, place }) => [`${namespace}/${name}`, place])))
  const anywhere = new Map<string, StorePlace>()
  for (const { namespace, object } of written) {
    const place = placeOfStore(plainAt(object.plain, 'spec', 'configuration'))
    anywhere.set(namespace === undefined ? object.name : `${namespace}/${object.name}`, place)
  }
  return facts.map((one) => {
    const resolve = (archive: PlacedArchive): PlacedArchive => {
      if (archive.store === undefined) return archive
      const own = one.namespace.slice(one.namespace.lastIndexOf(' ') + 1)
      const place =
        places.get(`${one.namespace}/${archive.store}`) ?? anywhere.get(`${own}/${archive.store}`) ?? anywhere.get(archive.store)
      return place === undefined ? archive : { ...archive, ...inStore(place, archive.server) }
    }
    const { read } = one
    return {
      ...one,
      written: one.written.map(resolve),
      checked: one.checked.map(resolve),
      ...(read === undefined ? {} : { read: resolve(read) }),
    }
  })
}

function sharedArchives(facts: readonly FleetFacts[]): LocatedFinding[] {
  const writers = new Map<string, Pick<PlacedArchive, 'place'> & { readonly database: string }>()
  const findings: LocatedFinding[] = []
  for (const { database, written, read, isUnchecked } of facts) {
    for (const { key, shown, place } of written) {
      // who also reads it is a restore that does not start, which is reported
      if (read?.key === key && !isUnchecked) continue
      const before = writers.get(key)
      if (before === undefined) {
        writers.set(key, { database, place })
        continue
      }
      // two ways into one archive are the operator's matter (`plugins/archiver-without-in-tree-store`)
      if (before.database === database) continue
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

/**
 * `policy/recovery-names-server`: `NewFromCluster` of the plugin takes the name of the new Cluster where no serverName is set, and not that of the
 * external cluster, as in-tree stores do: "no target backup found".
 */
function otherServers(facts: readonly FleetFacts[]): LocatedFinding[] {
  const written = new Map(facts.flatMap((one) => one.written.map(({ key }) => [key, one.database] as const)))
  return facts.flatMap(({ database, read, checked }): LocatedFinding[] => {
    if (read?.assumed === undefined || checked.some(({ key }) => key === read.key)) return []
    const other = written.get(`${read.key.slice(0, -read.server.length)}${read.assumed}`)
    if (other === undefined || other === database || written.has(read.key)) return []
    return [
      {
        rule: 'policy/recovery-names-server',
        severity: 'error',
        message: phrase`serverName is not set, so that backups of ${named(read.server)} itself are looked for, not those of ${named(read.assumed)}`,
        at: read.place().at,
        help: phrase`set serverName: ${named(read.assumed)} beside barmanObjectName`,
        database,
      },
    ]
  })
}

/** Of the annotation for people who know what they are doing. */
export const onlyHides = 'skipEmptyWalArchiveCheck only hides the mistake'

function circularRecoveries(facts: readonly FleetFacts[]): LocatedFinding[] {
  return facts.flatMap(({ database, read, checked, isUnchecked, ofChart }): LocatedFinding[] => {
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
          help: ofChart
            ? phrase`write backups to another destinationPath; ${onlyHides}`
            : phrase`give the new cluster a serverName or a store of its own; ${onlyHides}`,
          ...place,
        },
      ]
    return [
      {
        rule: 'policy/recovery-reads-another',
        severity: 'error' as const,
        message: phrase`recovery reads ${ending(read.shown)}, but backups also go there, and must start empty`,
        help: ofChart
          ? phrase`write backups to another destinationPath, or restore from a differently named cluster`
          : phrase`give the new cluster a serverName or a store of its own`,
        ...place,
      },
    ]
  })
}

function missingStores(facts: readonly FleetFacts[], { stores, isComplete }: WrittenStores): LocatedFinding[] {
  if (!isComplete) return []
  const known = new Set(facts.flatMap((one) => one.stores.map(({ name }) => `${one.namespace} ${name}`)))
  const isWritten = (wanted: string, within: string): boolean =>
    stores.some(({ namespace, object }) => object.name === wanted && (namespace === undefined || namespace === within))
  return facts.flatMap(({ database, namespace, references, usesOthers }) =>
    references
      .filter(({ name }) => !known.has(`${namespace} ${name}`))
      .filter(({ name }) => !isWritten(name, namespace.slice(namespace.lastIndexOf(' ') + 1)))
      .map(({ name, at }) => ({
        rule: 'policy/object-store-exists',
        severity: 'warning' as const,
        message: phrase`${here('barmanObjectName')} is \`${named(name)}\`, but nothing here creates it: without it the Cluster never starts`,
        at: at(),
        help:
          usesOthers === undefined || isOfChart(usesOthers)
            ? phrase`use the chart's own store (remove the name), or write \`# allow policy/object-store-exists: <where it is created>\``
            : phrase`create it in namespace ${named(namespace.slice(namespace.lastIndexOf(' ') + 1))}, or write \`# allow policy/object-store-exists: <where it is created>\``,
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
  const first = new Map<string, { readonly database: string; readonly at: LazySpot }>()
  return facts.flatMap(({ database, claims }) =>
    claims.flatMap(({ kind, value, scope, at }): LocatedFinding[] => {
      const key = `${kind}\0${scope}\0${value}`
      const other = first.get(key)
      if (other === undefined) first.set(key, { database, at })
      if (other === undefined || other.database === database) return []
      const [rule, why, help] = consequences[kind]
      const [mine, theirs] = [at(), other.at()]
      return [
        {
          rule,
          severity: rule === 'policy/own-login' ? 'warning' : 'error',
          message: phrase`${kind} is ${named(value)}, but ${named(other.database)} has it, too: ${why}`,
          at: mine,
          related: isSameSpot(theirs, mine) ? [] : [{ ...theirs, message: phrase`${named(other.database)} has it here` }],
          help: phrase`${help}`,
          database,
        },
      ]
    }),
  )
}
