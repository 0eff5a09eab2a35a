// What happens to the Applications of a set, and to their databases, when the set changes?
import { printed } from '../values/printed.ts'
import type { Json, JsonMap } from '../values/value.ts'
import { admitSet } from './generate.ts'
import { canonical, deleteObject, finalizersOf, policyOf, reconcile, rollingStrategy, same, setKey, textsOf, typed } from './reconcile.ts'
import type { Cluster, LiveApplication, Outcome, ReconcileOptions } from './reconcile.ts'
import { compareText } from '../go-template/go-value.ts'
import { isJsonMap } from '../values/value.ts'

/** How the parent deletes a set that is gone: a pruning parent Application uses `foreground` unless configured otherwise. */
export type Propagation = 'background' | 'foreground' | 'orphan'
export interface ChangeOptions extends ReconcileOptions {
  /** what is live before the change; absent: what the old set made. `owner` is a set's name, '' for none, absent for the old set */
  readonly live?: 'as before' | readonly { readonly application: JsonMap; readonly owner?: string }[]
  readonly propagation?: Propagation
}
export type ChangeResult =
  | 'created'
  | 'updated'
  | 'unchanged'
  | 'deleted'
  | 'kept-orphan'
  | 'stale'
  | 'frozen'
  | 'rejected'
  | 'blocked'
  | 'foreign'
/** What becomes of one Application. */
export interface ApplicationChange {
  /** prefixed with its namespace if that is not the set's */
  readonly name: string
  readonly result: ChangeResult
  /** absent: none */
  readonly finalizers?: readonly string[]
  /** deleting it also deletes its resources */
  readonly cascade: boolean
  /** of a deleted Application: what becomes of the database */
  readonly cluster?: 'deleted' | 'kept' | 'waits-for-approval'
  /** a set controls it after the change */
  readonly owned: boolean
  /** paths that differ, sorted; lists count as one; absent: none */
  readonly changes?: readonly string[]
}

/**
 * Simulates the controller before and after a change of a set (`after` null: the set is removed) and reports what becomes
 * of every Application, sorted by name. Reproduces `ApplicationSetReconciler.Reconcile`; the garbage collector is simulated by
 * the documented rules. A renamed or moved set counts as a new one, created before the old one is pruned.
 */
export function changeApplications(before: Json, after: Json, options: ChangeOptions): ApplicationChange[] {
  const old = admitSet(before, options.argocd).set
  const cluster = liveCluster(old, options)
  const start: Cluster = new Map(cluster)
  if (after === null) {
    if (old !== undefined) deleteSet(cluster, old, options)
    return describe({ start, end: cluster, outcomes: [], old, next: undefined })
  }
  const next = admitSet(after, options.argocd).set
  if (next === undefined) return describe({ start, end: cluster, outcomes: [], old, next: old })
  if (old !== undefined && setKey(old) !== setKey(next)) deleteSet(cluster, old, options)
  const outcome = reconcile(cluster, next, options)
  return describe({ start, end: cluster, outcomes: [outcome], old, next, stale: staleNames(cluster, next, options) })
}

function liveCluster(old: JsonMap | undefined, options: ChangeOptions): Cluster {
  const cluster: Cluster = new Map()
  if (options.live === undefined || options.live === 'as before') {
    // the old set has been reconciled: create-only or not, everything is in place
    if (old !== undefined) reconcile(cluster, old, options)
    return cluster
  }
  const owner = old === undefined ? 'argocd/' : setKey(old)
  const setNamespace = owner.slice(0, owner.indexOf('/'))
  for (const entry of options.live) {
    const { metadata, spec } = typed(entry.application)
    const namespace = typeof metadata['namespace'] === 'string' ? metadata['namespace'] : setNamespace
    metadata['namespace'] = namespace
    const controller = entry.owner === undefined ? owner : entry.owner === '' ? undefined : `${namespace}/${entry.owner}`
    cluster.set(`${namespace}/${printed(metadata['name'] ?? '')}`, { namespace, metadata, spec, owner: controller })
  }
  return cluster
}

/**
 * The set is deleted. Without a finalizer it is gone before the controller sees it, and the garbage collector deletes its
 * Applications; with one, a policy that forbids deletion makes the controller drop the owner references first.
 */
function deleteSet(cluster: Cluster, set: JsonMap, options: ChangeOptions): void {
  const owner = setKey(set)
  const metadata = isJsonMap(set['metadata']) ? set['metadata'] : {}
  // a reverse order of deletion makes the controller add a finalizer of its own
  const order = rollingStrategy(set, options.controller)?.['deletionOrder']
  const seen = textsOf(metadata['finalizers']).length > 0 || (typeof order === 'string' && order.toLowerCase() === 'reverse')
  const released = seen && !policyOf(set, options.controller).remove
  for (const [name, application] of cluster) {
    if (application.owner !== owner) continue
    const free = options.propagation === 'orphan' || released ? { ...application, owner: undefined } : application
    cluster.set(name, free)
    const collected = options.propagation === 'foreground' || (options.propagation !== 'orphan' && !released)
    if (collected) deleteObject(cluster, name, free)
  }
}

/** Desired Applications that an updating policy would still change. */
function staleNames(cluster: Cluster, set: JsonMap, options: ChangeOptions): ReadonlySet<string> {
  if (policyOf(set, options.controller).update) return new Set()
  const copy: Cluster = new Map(cluster)
  reconcile(copy, set, { ...options, alwaysUpdate: true })
  const differs = ([name, application]: [string, LiveApplication]): boolean => {
    const now = cluster.get(name)
    return now !== undefined && !same(now, application)
  }
  return new Set([...copy].filter(differs).map(([name]) => name))
}

interface Simulation {
  readonly start: Cluster
  readonly end: Cluster
  readonly outcomes: readonly Outcome[]
  readonly old: JsonMap | undefined
  readonly next: JsonMap | undefined
  readonly stale?: ReadonlySet<string>
}

function describe(simulation: Simulation): ApplicationChange[] {
  const home = simulation.old ?? simulation.next
  const prefix = home === undefined ? 'argocd/' : `${setKey(home).split('/', 1)[0] ?? ''}/`
  const outcome = simulation.outcomes[0]
  const names = new Set([...simulation.start.keys(), ...simulation.end.keys(), ...(outcome?.frozen ?? []), ...(outcome?.rejected ?? [])])
  const owners = [simulation.old, simulation.next].filter((set) => set !== undefined).map(setKey)
  return [...names]
    .map((key) => describeOne(key, simulation, { name: key.startsWith(prefix) ? key.slice(prefix.length) : key, owners }))
    .sort((a, b) => compareText(a.name, b.name))
}

function describeOne(key: string, simulation: Simulation, as: { name: string; owners: readonly string[] }): ApplicationChange {
  const before = simulation.start.get(key)
  const now = simulation.end.get(key)
  const shown = now ?? before
  const finalizers = shown === undefined ? [] : finalizersOf(shown)
  const result = resultOf(key, simulation, as.owners)
  const changes =
    before !== undefined && now !== undefined && (result === 'updated' || result === 'deleted' || result === 'kept-orphan')
      ? differences(before, now)
      : []
  return {
    name: as.name,
    result,
    ...(finalizers.length > 0 ? { finalizers } : {}),
    cascade: cascades(finalizers),
    ...(result === 'deleted' && shown !== undefined ? { cluster: fate(shown, finalizers) } : {}),
    owned: now?.owner !== undefined && isOwner(now.owner, simulation),
    ...(changes.length > 0 ? { changes } : {}),
  }
}

/**
 * Whether an owner is the set that exists after the change, or the one that was removed: what still waits to be deleted
 * with a set of another name has no owner. Owner references hold a name but no namespace, so a moved set keeps its own.
 */
function isOwner(owner: string, { old, next }: Simulation): boolean {
  const set = next ?? old
  return set !== undefined && owner.replace(/^.*\//, '') === setKey(set).replace(/^.*\//, '')
}

function resultOf(key: string, simulation: Simulation, owners: readonly string[]): ChangeResult {
  const before = simulation.start.get(key)
  const now = simulation.end.get(key)
  const outcome = simulation.outcomes[0]
  if (before !== undefined && (now === undefined || now.deleting)) return 'deleted'
  if (outcome?.rejected.has(key)) return 'rejected'
  if (outcome?.frozen.has(key)) return 'frozen'
  if (before === undefined || now === undefined) return 'created'
  if (outcome?.blocked.has(key)) return 'blocked'
  if (simulation.stale?.has(key)) return 'stale'
  if (before.owner === undefined || !owners.includes(before.owner)) return same(before, now) ? 'foreign' : 'updated'
  // a set that fails or is refused touches nothing; a removed one leaves its Applications behind
  if (outcome !== undefined && !outcome.ran) return 'unchanged'
  const wanted = outcome?.desired.has(key) ?? simulation.next !== undefined
  if (!wanted) return 'kept-orphan'
  return same(before, now) ? 'unchanged' : 'updated'
}

const propagating = new Set(['', '/foreground', '/background'].map((suffix) => `resources-finalizer.argocd.argoproj.io${suffix}`))

/** `Application.CascadedDeletion`. */
function cascades(finalizers: readonly string[]): boolean {
  return finalizers.some((finalizer) => propagating.has(finalizer))
}

/** `finalizeApplicationDeletion`: sync options of the Application guard all its resources (since Argo CD 3.4). */
function fate(application: LiveApplication, finalizers: readonly string[]): 'deleted' | 'kept' | 'waits-for-approval' {
  const policy = application.spec['syncPolicy']
  const options = textsOf(isJsonMap(policy) ? policy['syncOptions'] : undefined)
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
  if (!cascades(finalizers) || options.includes('Delete=false')) return 'kept'
  const annotations = application.metadata['annotations']
  const approved = isJsonMap(annotations) && annotations['argocd.argoproj.io/deletion-approved'] !== undefined
  return options.includes('Delete=confirm') && !approved ? 'waits-for-approval' : 'deleted'
}

/** Paths of the leaves that differ; a list is one leaf. */
function differences(before: LiveApplication, now: LiveApplication): string[] {
  const found: string[] = before.owner === now.owner ? [] : ['metadata.ownerReferences']
  const walk = (left: Json | undefined, right: Json | undefined, path: string): void => {
    const [a, b] = [isJsonMap(left) ? left : {}, isJsonMap(right) ? right : {}]
    const leaf = (value: Json | undefined): boolean => value !== undefined && !isJsonMap(value)
    if (!leaf(left) && !leaf(right)) {
      const keys = new Set([...Object.keys(a), ...Object.keys(b)])
      if (keys.size === 0 && (left === undefined) !== (right === undefined)) found.push(path)
      for (const key of keys) walk(a[key], b[key], `${path}.${key}`)
    } else if (left === undefined || right === undefined || canonical(left) !== canonical(right)) found.push(path)
  }
  walk(before.metadata, now.metadata, 'metadata')
  walk(before.spec, now.spec, 'spec')
  return found.sort(compareText)
}
