// Which databases here do others copy, byte by byte or by a dump, and can they?
import { named, phrase } from '../../findings/message.ts'
import { isSameSpot } from '../../findings/spot.ts'
import type { LazySpot, LocatedFinding } from '../../findings/spot.ts'
import type { RenderedObject } from '../../model.ts'
import { majorOf } from '../../operator/major.ts'
import type { Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { standbySettings } from '../capacity/standby-settings.ts'
import { listAt, plainAt, textAt } from '../subject.ts'
import { copyingUsers, refusedCopies, replicationRules } from './copied-servers.ts'
import type { CopyingUser } from './copied-servers.ts'

/** What other databases need to know of one. */
export interface SourceFacts {
  readonly cluster: string
  readonly major: number | undefined
  readonly majorAt: LazySpot
  /** hosts of physical copies (replica, pg_basebackup) and of imports, as the connection names them */
  readonly hosts: readonly { readonly host: string; readonly at: LazySpot; readonly isFollowed: boolean; readonly isImported: boolean }[]
  /** it follows another database, and its archive is where it began */
  readonly followsArchive: boolean
  /** as whom it copies others */
  readonly copying: readonly CopyingUser[]
  /** lines of its pg_hba for who copies it */
  readonly replicationRules: readonly string[]
  /** what standbys must not have lower than their primary */
  readonly settings: readonly { readonly name: string; readonly count: number; readonly isSet: boolean; readonly at: LazySpot }[]
}

/** The external cluster that a replica cluster follows. */
function followedSource({ name, plain }: RenderedObject): string | undefined {
  const replica = plainAt(plain, 'spec', 'replica')
  if (!isJsonMap(replica) || replica['enabled'] === false) return undefined
  // of a distributed topology, the primary follows nobody (`IsReplica` of CloudNativePG 1.27 to 1.30: `primary` is not `self`)
  const [primary, self] = [replica['primary'], replica['self'] ?? name]
  return typeof primary === 'string' && primary === self && replica['enabled'] === undefined ? undefined : textAt(replica, 'source')
}

/** What others need to know of a Cluster, and it of them; `spot`: where a path of it was written. */
export function sourceFacts(cluster: RenderedObject, spot: (object: RenderedObject, path: Path) => LazySpot): SourceFacts {
  const { plain } = cluster
  const followed = followedSource(cluster)
  // both are copied byte by byte, so that the majors must be the same
  const copied = textAt(plain, 'spec', 'bootstrap', 'pg_basebackup', 'source')
  const imported = textAt(plain, 'spec', 'bootstrap', 'initdb', 'import', 'source', 'externalCluster')
  const sources = [followed, copied, imported]
  const hosts = listAt(plain, 'spec', 'externalClusters').flatMap((external, index) => {
    const path: Path = ['spec', 'externalClusters', index, 'connectionParameters', 'host']
    const [name, host] = [textAt(external, 'name'), textAt(external, 'connectionParameters', 'host')]
    if (host === undefined || name === undefined || !sources.includes(name)) return []
    return [{ host, at: spot(cluster, path), isFollowed: name === followed, isImported: name === imported }]
  })
  const catalog = plainAt(plain, 'spec', 'imageCatalogRef', 'major') !== undefined
  return {
    cluster: cluster.name,
    major: majorOf(plain),
    majorAt: spot(cluster, catalog ? ['spec', 'imageCatalogRef', 'major'] : ['spec', 'imageName']),
    hosts,
    followsArchive: followed !== undefined && followed === textAt(plain, 'spec', 'bootstrap', 'recovery', 'source'),
    copying: copyingUsers(cluster, followed, (path) => spot(cluster, path)),
    replicationRules: replicationRules(cluster),
    settings: standbySettings.flatMap(([name, preset]) => {
      const path: Path = ['spec', 'postgresql', 'parameters', name]
      const text = textAt(plain, ...path)
      const count = text === undefined ? preset : Number(text)
      return Number.isInteger(count) ? [{ name, count, isSet: text !== undefined, at: spot(cluster, path) }] : []
    }),
  }
}

interface Known {
  readonly database: string
  /** Kubernetes cluster and namespace, with a blank between them */
  readonly namespace: string
  readonly source: SourceFacts
  readonly read?: { readonly key: string }
  readonly written: readonly { readonly key: string }[]
}

/** The database whose Services a host names: `<cluster>-rw`, `-ro` or `-r`, with or without a namespace. */
function atHost(host: string, from: Known, fleet: readonly Known[]): Known | undefined {
  const [service = '', namespace, svc] = host.split('.')
  // a name with a dot that is no Service is one of another network
  if (svc !== undefined && svc !== 'svc') return undefined
  const cluster = /-(?:rw|ro|r)$/.test(service) ? service.slice(0, service.lastIndexOf('-')) : undefined
  const destination = from.namespace.slice(0, from.namespace.lastIndexOf(' '))
  const wanted = namespace === undefined ? from.namespace : `${destination} ${namespace}`
  return fleet.find((one) => one.source.cluster === cluster && one.namespace === wanted && one !== from)
}

/**
 * `policy/source-same-major`: a physical copy of a database here has its major, and an import one that is not older: pg_dump stops with
 * "aborting because of server version mismatch". An archive may hold older majors, too, and is not looked at.
 */
export function otherMajors(fleet: readonly Known[]): LocatedFinding[] {
  return fleet.flatMap((one): LocatedFinding[] => {
    const { source } = one
    const own = source.major
    const found = source.hosts.flatMap(({ host, at, isImported }) => {
      const other = atHost(host, one, fleet)
      return other === undefined ? [] : [{ other, at, isImported }]
    })
    const wrong = found.find(({ other: { source: there }, isImported }) => {
      if (own === undefined || there.major === undefined) return false
      return isImported ? there.major > own : there.major !== own
    })
    if (wrong === undefined) return []
    const { other } = wrong
    const [at, majorAt, otherAt] = [wrong.at(), source.majorAt(), other.source.majorAt()]
    return [
      {
        rule: 'policy/source-same-major',
        severity: 'error',
        message: wrong.isImported
          ? phrase`PostgreSQL is ${named(own)}, but ${named(other.database)}, which it imports, has ${named(other.source.major)}: pg_dump refuses newer servers`
          : phrase`PostgreSQL is ${named(own)}, but ${named(other.database)}, which it copies, has ${named(other.source.major)}: it does not start`,
        at: majorAt,
        related: [
          { ...at, message: wrong.isImported ? phrase`it is imported from here` : phrase`it is copied from here` },
          { ...otherAt, message: phrase`${named(other.database)} has ${named(other.source.major)}` },
        ].filter((spot) => !isSameSpot(spot, majorAt)),
        help: wrong.isImported
          ? phrase`give it PostgreSQL ${named(other.source.major)} or newer`
          : phrase`give it PostgreSQL ${named(other.source.major)}, or copy by import, which takes a dump`,
        database: one.database,
      },
    ]
  })
}

/** `policy/source-lets-copy`. */
export const closedSources = (fleet: readonly Known[]): LocatedFinding[] => refusedCopies(fleet, (host, from) => atHost(host, from, fleet))

/** The database here that a replica cluster follows. */
function followed(one: Known, fleet: readonly Known[]): Known | undefined {
  for (const { host, isFollowed } of one.source.hosts) {
    const other = isFollowed ? atHost(host, one, fleet) : undefined
    if (other !== undefined) return other
  }
  const key = one.source.followsArchive ? one.read?.key : undefined
  return key === undefined ? undefined : fleet.find((other) => other !== one && other.written.some((archive) => archive.key === key))
}

/**
 * `policy/source-settings-fit`: a replica cluster has the settings of what it follows, or higher ones. A lower one that is written is
 * raised to that of pg_controldata (`verifyParametersForFollower`), and comes back with the promotion (cloudnative-pg#7295); one that is
 * not written is not, and PostgreSQL refuses to start ("recovery aborted because of insufficient parameter settings").
 */
export function lowerSettings(fleet: readonly Known[]): LocatedFinding[] {
  return fleet.flatMap((one): LocatedFinding[] => {
    const other = followed(one, fleet)
    if (other === undefined) return []
    return one.source.settings.flatMap(({ name, count, isSet, at }): LocatedFinding[] => {
      const there = other.source.settings.find((setting) => setting.name === name)
      if (there === undefined || there.count <= count) return []
      const is = isSet ? `${count}` : `not set (${count})`
      const effect = isSet ? 'it is raised until a promotion' : 'its instances do not start'
      return [
        {
          rule: 'policy/source-settings-fit',
          severity: 'warning',
          message: phrase`${named(name)} is ${is}, but ${named(other.database)}, which it follows, has ${there.count}: ${effect}`,
          at: at(),
          related: [{ ...there.at(), message: phrase`${named(other.database)} has ${there.count}` }],
          help: phrase`set ${named(name)}: "${there.count}" or more, here as in ${named(other.database)}`,
          database: one.database,
        },
      ]
    })
  })
}
