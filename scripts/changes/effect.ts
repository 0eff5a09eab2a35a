// What does a changed field do to a PostgreSQL that runs?
import type { Effect } from '../findings/database-change.ts'
import { isDeepStrictEqual } from 'node:util'
import { factsOf } from '../admit/field-facts.ts'
import { knownOperators } from '../operator/version.ts'
import { printed } from '../values/printed.ts'
import { majorOf } from '../operator/major.ts'
import type { Json, MapValue, Path, Value } from '../values/value.ts'
import { compareQuantities, readQuantity } from '../kubernetes/quantity.ts'
import { toPlain, valueAt } from '../values/value.ts'
import { needsRestart, preloadedPrefixes } from './restart-parameters.ts'

/** Fields of a Cluster that the operator handles without touching the running servers, or reads only when a cluster is created. */
const harmless = new Set(
  `backup bootstrap description enablePDB enableSuperuserAccess externalClusters failoverDelay imagePullPolicy inheritedMetadata instances managed
  nodeMaintenanceWindow primaryLease primaryUpdateMethod primaryUpdateStrategy serviceAccountTemplate superuserSecret switchoverDelay`.split(
    /\s+/,
  ),
)
const reloaded = new Set(['certificates', 'maxSyncReplicas', 'minSyncReplicas', 'podSelectorRefs', 'replicationSlots'])
const reloadedOfPostgres = new Set(['enableAlterSystem', 'ldap', 'pg_hba', 'pg_ident', 'syncReplicaElectionConstraint', 'synchronous'])

/** The Cluster on both sides, for effects that depend on more than one field. */
export interface ClusterPair {
  readonly before: MapValue
  readonly after: MapValue
}

/** The effect of one leaf of a Cluster. What is not known to be harmless is taken for part of the pods, which are replaced. */
export function clusterEffect(path: Path, pair: ClusterPair): Effect {
  const [top, field, ...rest] = path
  if (isDefaultWritten(path, pair)) return 'nothing'
  if (top === 'metadata') return annotationEffect(path.slice(1), pair)
  const name = printed(field)
  if (name === 'postgresql') return postgresEffect(rest, pair)
  if (harmless.has(name)) return 'nothing'
  if (reloaded.has(name)) return 'reload'
  if (name === 'storage' || name === 'walStorage' || name === 'tablespaces') return storageEffect(path, pair)
  if (name === 'monitoring') return rest[0] === 'tls' ? rolling(pair) : 'nothing'
  if (name === 'plugins') return rest[1] === 'parameters' && isOnBothSides(path.slice(0, 3), pair) ? 'nothing' : rolling(pair)
  if (name === 'replica') return 'restart'
  if (name === 'imageName' || name === 'imageCatalogRef') {
    const [from, to] = [majorOf(toPlain(pair.before)), majorOf(toPlain(pair.after))]
    return from !== undefined && to !== undefined && from !== to ? 'major upgrade' : rolling(pair)
  }
  return rolling(pair)
}

/** Whether one side writes what the other leaves to the operator: a field that is not there and its default are the same. */
function isDefaultWritten(path: Path, { before, after }: ClusterPair): boolean {
  const [was, is] = [scalarAt(before, ...path), scalarAt(after, ...path)]
  if ((was === undefined) === (is === undefined)) return false
  const preset = factsOf(kind, path, knownOperators.last)?.default
  return preset !== undefined && isDeepStrictEqual(was ?? is, preset)
}

const kind = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster' }

/** Pods are replaced one after the other, the primary last: with standbys by a switchover, alone by a restart. */
function rolling({ before }: ClusterPair): Effect {
  return rollingEffect(Number(scalarAt(before, 'spec', 'instances') ?? 1))
}

/** The effect of replacing every pod of a Cluster with so many instances. */
export function rollingEffect(instances: number): Effect {
  return instances > 1 ? 'rolling update with switchover' : 'restart'
}

function annotationEffect([kind, name]: Path, pair: ClusterPair): Effect {
  if (kind !== 'annotations' || name === undefined) return 'nothing'
  const now = scalarAt(pair.after, 'metadata', kind, name)
  switch (name) {
    case 'helm.sh/hook':
    case 'argocd.argoproj.io/hook':
      return now === undefined ? 'nothing' : 're-creation'
    case 'kubectl.kubernetes.io/restartedAt':
      return rolling(pair)
    case 'cnpg.io/hibernation':
      return now === 'on' ? 'stop' : scalarAt(pair.before, 'metadata', kind, name) === 'on' ? 'restart' : 'nothing'
    case 'cnpg.io/skipWalArchiving':
      return 'restart'
    case 'cnpg.io/reloadedAt':
      return 'reload'
    default:
      return 'nothing'
  }
}

function postgresEffect([member, parameter]: Path, pair: ClusterPair): Effect {
  if (member === 'shared_preload_libraries') return 'restart'
  if (member === 'promotionTimeout') return 'nothing'
  if (reloadedOfPostgres.has(printed(member))) return 'reload'
  if (member !== 'parameters') return rolling(pair)
  const name = printed(parameter)
  const prefix = preloadedPrefixes.find((known) => name.startsWith(`${known}.`))
  const isPreloaded = (cluster: MapValue): boolean => [...parametersOf(cluster)].some((known) => known.startsWith(`${prefix}.`))
  if (prefix !== undefined && isPreloaded(pair.before) !== isPreloaded(pair.after)) return 'restart'
  return needsRestart(name, majorOf(toPlain(pair.after))) ? 'restart' : 'reload'
}

function parametersOf(cluster: MapValue): Iterable<string> {
  const parameters = valueAt(cluster, ['spec', 'postgresql', 'parameters'])
  return parameters?.kind === 'map' ? parameters.entries.keys() : []
}

function storageEffect(path: Path, pair: ClusterPair): Effect {
  const isTablespace = path[1] === 'tablespaces'
  const volume = isTablespace ? path.slice(0, 3) : path.slice(0, 2)
  // a new volume is mounted into every pod
  if (!isOnBothSides(volume, pair)) return rolling(pair)
  if (path.at(-1) !== 'size' && path.at(-1) !== 'storage') return 'nothing'
  const [was, is] = [pair.before, pair.after].map((cluster) => readQuantity(scalarAt(cluster, ...path)))
  // another spelling, or no size any more, expands nothing
  return is === undefined || (was !== undefined && compareQuantities(was, is) === 0) ? 'nothing' : 'storage expansion'
}

/** Whether a volume or a plugin is there before and after; of lists, whether the same names are. */
function isOnBothSides(path: Path, { before, after }: ClusterPair): boolean {
  if (typeof path.at(-1) !== 'number') return valueAt(before, path) !== undefined && valueAt(after, path) !== undefined
  const names = (cluster: MapValue): string => {
    const list = valueAt(cluster, path.slice(0, -1))
    return list?.kind === 'list'
      ? list.items
          .map((item) => printed(scalarAt(item, 'name')))
          .sort()
          .join('\0')
      : ''
  }
  return names(before) === names(after)
}

function scalarAt(root: Value, ...path: Path): Json | undefined {
  const value = valueAt(root, path)
  return value === undefined ? undefined : toPlain(value)
}
