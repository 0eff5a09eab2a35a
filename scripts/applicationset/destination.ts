// Does a destination name exactly one cluster that Argo CD knows?
import { trimEndOf } from '../values/trim.ts'
import type { JsonMap } from '../values/value.ts'

export interface KnownCluster {
  readonly name: string
  readonly server: string
}

const inCluster: KnownCluster = { name: 'in-cluster', server: 'https://kubernetes.default.svc' }

/** `argoutil.GetDestinationCluster`; undefined: valid. Without a list every named cluster exists. */
export function checkDestination(destination: JsonMap, clusters: readonly KnownCluster[] | undefined): string | undefined {
  const server = typeof destination['server'] === 'string' ? destination['server'] : ''
  const name = typeof destination['name'] === 'string' ? destination['name'] : ''
  if (server !== '' && name !== '') return 'destination has server and name, but may have only one'
  if (server === '' && name === '') return 'destination has neither server nor name, but needs one'
  if (clusters === undefined) return undefined
  const known = clusters.some((cluster) => cluster.server === inCluster.server) ? clusters : [...clusters, inCluster]
  const plain = (url: string): string => trimEndOf(url, '/')
  if (server !== '')
    return known.some((cluster) => plain(cluster.server) === plain(server)) ? undefined : `server is ${server}, but no cluster has it`
  const servers = new Set(known.filter((cluster) => cluster.name === name).map((cluster) => plain(cluster.server)))
  if (servers.size === 1) return undefined
  return servers.size === 0
    ? `destination name is ${name}, but no cluster has it`
    : `destination name is ${name}, but ${servers.size} clusters have it`
}
