// Which databases here do others copy byte by byte, and can they?
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import type { RenderedObject } from '../model.ts'
import { majorOf } from '../operator/major.ts'
import type { Path } from '../values/value.ts'
import { isJsonMap } from '../values/value.ts'
import { listAt, plainAt, spotInObject, textAt } from './subject.ts'
import type { PolicySubject } from './subject.ts'

/** What other databases need to know of one. */
export interface SourceFacts {
  readonly cluster: string
  readonly major: number | undefined
  readonly majorAt: Spot
  /** hosts of physical copies (replica, pg_basebackup), as the connection names them */
  readonly hosts: readonly { readonly host: string; readonly at: Spot }[]
}

/** External clusters from which a Cluster is copied byte by byte, so that both must have one major. */
function physicalSources({ plain }: RenderedObject): readonly string[] {
  const replica = plainAt(plain, 'spec', 'replica')
  const followed = isJsonMap(replica) && replica['enabled'] !== false ? textAt(replica, 'source') : undefined
  const copied = textAt(plain, 'spec', 'bootstrap', 'pg_basebackup', 'source')
  return [...new Set([followed, copied].flatMap((name) => name ?? []))]
}

export function sourceFacts(subject: PolicySubject, cluster: RenderedObject): SourceFacts {
  const sources = physicalSources(cluster)
  const hosts = listAt(cluster.plain, 'spec', 'externalClusters').flatMap((external, index) => {
    const path: Path = ['spec', 'externalClusters', index, 'connectionParameters', 'host']
    const host = textAt(external, 'connectionParameters', 'host')
    return host === undefined || !sources.includes(textAt(external, 'name') ?? '')
      ? []
      : [{ host, at: spotInObject(subject, cluster, path) }]
  })
  const catalog = plainAt(cluster.plain, 'spec', 'imageCatalogRef', 'major') !== undefined
  return {
    cluster: cluster.name,
    major: majorOf(cluster.plain),
    majorAt: spotInObject(subject, cluster, catalog ? ['spec', 'imageCatalogRef', 'major'] : ['spec', 'imageName']),
    hosts,
  }
}

interface Known {
  readonly database: string
  /** Kubernetes cluster and namespace, with a blank between them */
  readonly namespace: string
  readonly source: SourceFacts
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

/** `policy/source-same-major`: a physical copy of a database here has its major. An archive may hold older majors, too, and is not looked at. */
export function otherMajors(fleet: readonly Known[]): LocatedFinding[] {
  return fleet.flatMap((one): LocatedFinding[] => {
    const { source } = one
    const found = source.hosts.flatMap(({ host, at }) => {
      const other = atHost(host, one, fleet)
      return other === undefined ? [] : [{ other, at }]
    })
    const wrong = found.find(
      ({ other }) => source.major !== undefined && other.source.major !== undefined && other.source.major !== source.major,
    )
    if (wrong === undefined) return []
    const { other, at } = wrong
    return [
      {
        rule: 'policy/source-same-major',
        severity: 'error',
        message: phrase`PostgreSQL is ${named(source.major)}, but ${named(other.database)}, which it copies, has ${named(other.source.major)}: it does not start`,
        at: source.majorAt,
        related: [
          { ...at, message: phrase`it is copied from here` },
          { ...other.source.majorAt, message: phrase`${named(other.database)} has ${named(other.source.major)}` },
        ].filter((spot) => spot.file !== source.majorAt.file || spot.span.start !== source.majorAt.span.start),
        help: phrase`give it PostgreSQL ${named(other.source.major)}, or copy by import, which takes a dump`,
        database: one.database,
      },
    ]
  })
}
