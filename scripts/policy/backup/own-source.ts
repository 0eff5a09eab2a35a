// Is what a Cluster copies or follows another one than itself?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import type { Path } from '../../values/value.ts'
import { listAt, plainAt, textAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule } from '../subject.ts'

const replica = ['spec', 'replica'] as const

/** The name of a Cluster among those of its distributed topology, if another one of them is the primary (`IsReplica`). */
function nameAsReplica({ plain, name }: RenderedObject): string | undefined {
  const primary = textAt(plain, ...replica, 'primary') ?? ''
  const own = textAt(plain, ...replica, 'self') || name
  return primary === '' || primary === own || typeof plainAt(plain, ...replica, 'enabled') === 'boolean' ? undefined : own
}

/** External clusters to which a new Cluster, or a replica cluster, connects. */
function sourcesOf(cluster: RenderedObject): Set<string> {
  const { plain } = cluster
  const isReplica = plainAt(plain, ...replica, 'enabled') === true || nameAsReplica(cluster) !== undefined
  const named = [
    textAt(plain, 'spec', 'bootstrap', 'pg_basebackup', 'source'),
    textAt(plain, 'spec', 'bootstrap', 'initdb', 'import', 'source', 'externalCluster'),
    isReplica ? textAt(plain, ...replica, 'source') : undefined,
  ]
  return new Set(named.flatMap((one) => (one === undefined || one === '' ? [] : [one])))
}

/** After the namespace; other domains, such as `svc.clusterset.local`, have the Services of several Kubernetes clusters. */
const ownDomains = ['', 'svc', 'svc.cluster.local']

/** Whether a host is a Service that the operator makes for the Cluster; one without a namespace is of its own. */
function isOwnService(host: string, { name, plain }: RenderedObject): boolean {
  const [service = '', namespace, ...domain] = host.replace(/\.$/, '').split('.')
  if (!['rw', 'ro', 'r'].some((suffix) => service === `${name}-${suffix}`)) return false
  return namespace === undefined || (namespace === textAt(plain, 'metadata', 'namespace') && ownDomains.includes(domain.join('.')))
}

function* ownHosts(cluster: RenderedObject): Iterable<ObjectFinding> {
  const sources = sourcesOf(cluster)
  if (sources.size === 0) return
  for (const [index, external] of listAt(cluster.plain, 'spec', 'externalClusters').entries()) {
    const path: Path = ['spec', 'externalClusters', index, 'connectionParameters', 'host']
    const host = textAt(cluster.plain, ...path) ?? ''
    if (!sources.has(textAt(external, 'name') ?? '') || !isOwnService(host, cluster)) continue
    yield {
      object: cluster,
      message: phrase`${here('host')} is ${shown(host)}, a Service of ${named(cluster.name)} itself, which has nothing to copy: no instance starts`,
      places: [{ path }],
      help: phrase`write the host of the server that is to be copied; its Service has its own name, and its namespace where that is another`,
    }
  }
}

export const ownSources: readonly ObjectRule[] = [
  {
    // replica_cluster.md of CloudNativePG 1.27 to 1.30, "Distributed Topology": source is "the name of the cluster from which" it replicates
    id: 'policy/source-is-another',
    severity: 'error',
    configurable: true,
    summary: 'a Cluster is copied from, and follows, another one than itself',
    reads: [['replica'], ['recovery']],
    *check({ objects }) {
      for (const cluster of objects) {
        if (cluster.kind !== 'Cluster') continue
        const [own, source] = [nameAsReplica(cluster), textAt(cluster.plain, ...replica, 'source')]
        if (own !== undefined && source === own)
          yield {
            object: cluster,
            message: phrase`${here('source')} is ${shown(own)}, which is this Cluster itself: it follows no primary`,
            places: [{ path: [...replica, 'source'] }],
            help: phrase`write ${named(textAt(cluster.plain, ...replica, 'primary'))}, the primary`,
          }
        else yield* ownHosts(cluster)
      }
    },
  },
]
