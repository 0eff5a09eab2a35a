// What does the ApplicationSet controller write and delete, given what is live in the cluster?
import { printed } from '../values/printed.ts'
import type { Json, JsonMap } from '../values/value.ts'
import { applicationShape } from './application-type.ts'
import { checkDestination } from './destination.ts'
import type { GitFiles } from './generator-context.ts'
import type { KnownCluster } from './destination.ts'
import { admitApplication, desiredApplications, nameOf, validateGenerated } from './generate.ts'
import { dropIgnored } from './ignore.ts'
import { normalizeSpec } from './template.ts'
import { isZero, throughType } from './typed.ts'
import { isJsonMap } from '../values/value.ts'

export type SyncPolicy = 'sync' | 'create-only' | 'create-update' | 'create-delete'
export interface Controller {
  readonly policy?: SyncPolicy
  readonly enablePolicyOverride?: boolean
  readonly progressiveSyncs?: boolean
}
export interface ReconcileOptions {
  readonly argocd: string
  readonly projects?: readonly string[]
  readonly clusters?: readonly KnownCluster[]
  readonly gitFiles?: GitFiles
  readonly controller?: Controller
}

/** An Application in the cluster. */
export interface LiveApplication {
  readonly namespace: string
  readonly metadata: JsonMap
  readonly spec: JsonMap
  /** `namespace/name` of the set that controls it; undefined: none */
  readonly owner: string | undefined
  /** deleted, but finalizers still hold it */
  readonly deleting?: true
}
/** Applications by `namespace/name`. */
export type Cluster = Map<string, LiveApplication>

/** What a reconcile did besides changing the cluster. */
export interface Outcome {
  /** desired but refused by the controller: neither written nor deleted */
  readonly frozen: ReadonlySet<string>
  /** the API server or another owner refused the write */
  readonly rejected: ReadonlySet<string>
  /** would have been deleted if a rejected write had not ended the reconcile */
  readonly blocked: ReadonlySet<string>
  readonly desired: ReadonlySet<string>
  /** false: the set failed before anything was changed */
  readonly ran: boolean
}

const resourcesFinalizer = 'resources-finalizer.argocd.argoproj.io'
const nothing: Outcome = { frozen: new Set(), rejected: new Set(), blocked: new Set(), desired: new Set(), ran: false }

export const textsOf = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(printed) : [])
export function finalizersOf(application: LiveApplication): string[] {
  return textsOf(application.metadata['finalizers'])
}

/** `namespace/name` of a set. */
export function setKey(set: JsonMap): string {
  const metadata = isJsonMap(set['metadata']) ? set['metadata'] : {}
  return `${printed(metadata['namespace'] ?? 'argocd')}/${printed(metadata['name'] ?? '')}`
}

/** `utils.DefaultPolicy`: the set's own policy counts if the controller allows it. */
export function policyOf(set: JsonMap, controller: Controller | undefined): { update: boolean; remove: boolean } {
  const spec = isJsonMap(set['spec']) ? set['spec'] : {}
  const own = isJsonMap(spec['syncPolicy']) ? spec['syncPolicy']['applicationsSync'] : undefined
  const override = controller?.enablePolicyOverride ?? controller?.policy === undefined
  const policy = override && typeof own === 'string' ? own : (controller?.policy ?? 'sync')
  return { update: policy === 'sync' || policy === 'create-update', remove: policy === 'sync' || policy === 'create-delete' }
}

/**
 * `ApplicationSetReconciler.Reconcile` for an existing set: writes and deletes in `cluster`. `alwaysUpdate` shows what a
 * policy that updates would write, and deletes nothing.
 */
export function reconcile(cluster: Cluster, set: JsonMap, options: ReconcileOptions & { readonly alwaysUpdate?: boolean }): Outcome {
  const desired = desiredApplications(set, options)
  if ('error' in desired) return nothing
  const owner = setKey(set)
  const namespace = owner.slice(0, owner.indexOf('/'))
  const key = (application: JsonMap): string => `${namespace}/${nameOf(application)}`
  const invalid = validateGenerated(desired.applications, options)
  const valid = desired.applications.filter((application) => !invalid.has(nameOf(application)))
  const policy = policyOf(set, options.controller)
  const rejected = new Set<string>()
  for (const application of valid) {
    const current = cluster.get(key(application))
    if (!policy.update && options.alwaysUpdate !== true && current?.owner === owner) continue
    const written = write(current, withStrategy(application, set, options), { set, owner, argocd: options.argocd })
    if (written === undefined) rejected.add(key(application))
    else cluster.set(key(application), written)
  }
  const names = new Set(desired.applications.map(key))
  const doomed = [...cluster].filter(([name, application]) => application.owner === owner && !names.has(name)).map(([name]) => name)
  const mayDelete = policy.remove && options.alwaysUpdate !== true
  if (mayDelete && rejected.size === 0) for (const name of doomed) remove(cluster, name, options.clusters)
  return {
    frozen: new Set([...invalid.keys()].map((name) => `${namespace}/${name}`)),
    rejected,
    blocked: new Set(mayDelete && rejected.size > 0 ? doomed : []),
    desired: names,
    ran: true,
  }
}

/** `RollingSyncStrategyEnabled`; undefined: another strategy, or progressive syncs are off. */
export function rollingStrategy(set: JsonMap, controller: Controller | undefined): JsonMap | undefined {
  const spec = isJsonMap(set['spec']) ? set['spec'] : {}
  const strategy = isJsonMap(spec['strategy']) ? spec['strategy'] : {}
  const rolling = strategy['rollingSync']
  const inUse = strategy['type'] === 'RollingSync' && isJsonMap(rolling) && !isZero(rolling['steps'])
  return controller?.progressiveSyncs === true && inUse ? strategy : undefined
}

/** Progressive syncs with RollingSync switch auto-sync off; the controller syncs step by step itself. */
function withStrategy(application: JsonMap, set: JsonMap, options: ReconcileOptions): JsonMap {
  const own = isJsonMap(application['spec']) ? application['spec'] : {}
  const policy = own['syncPolicy']
  if (rollingStrategy(set, options.controller) === undefined || !isJsonMap(policy) || !isJsonMap(policy['automated'])) return application
  const automated = { ...policy['automated'], enabled: false }
  return { ...application, spec: { ...own, syncPolicy: { ...policy, automated } } }
}

/** Annotations that the controller never removes from an Application. */
const keptAnnotations = ['notified.notifications.argoproj.io', 'argocd.argoproj.io/refresh', 'argocd.argoproj.io/hydrate']

interface Writing {
  readonly set: JsonMap
  readonly owner: string
  readonly argocd: string
}

/** `utils.CreateOrUpdate`: the Application after the write; undefined: refused. */
function write(current: LiveApplication | undefined, generated: JsonMap, writing: Writing): LiveApplication | undefined {
  const namespace = writing.owner.slice(0, writing.owner.indexOf('/'))
  if (current?.owner !== undefined && current.owner !== writing.owner) return undefined
  const wanted = current === undefined ? generated : keepFields(current, generated, writing.set)
  const { metadata, spec } = typed(wanted)
  const after: LiveApplication = { namespace, metadata, spec, owner: writing.owner, ...(current?.deleting ? { deleting: true } : {}) }
  if (current === undefined) return refuses(after, writing.argocd) ? undefined : after
  const merged = { ...after, ...mergeIgnored(current, after, ignoreList(writing.set)) }
  if (same(current, merged)) return current
  return refuses(merged, writing.argocd) ? undefined : merged
}

function refuses(application: LiveApplication, argocd: string): boolean {
  const issues = admitApplication({ metadata: application.metadata, spec: application.spec }, argocd)
  return issues.some((issue) => issue.stage !== 'app-unknown-field')
}

export function typed(application: JsonMap): { metadata: JsonMap; spec: JsonMap } {
  const read = throughType(application, applicationShape)
  const { metadata, spec } = isJsonMap(read) ? read : {}
  return { metadata: isJsonMap(metadata) ? metadata : {}, spec: isJsonMap(spec) ? spec : {} }
}

export function same(a: LiveApplication, b: LiveApplication): boolean {
  return a.owner === b.owner && canonical([a.metadata, a.spec]) === canonical([b.metadata, b.spec])
}

/** JSON with sorted keys, for comparisons. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (!isJsonMap(value)) return JSON.stringify(value)
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`)
    .join(',')}}`
}

/** Preserved annotations and labels, and the finalizers of hooks, stay as they are in the cluster. */
function keepFields(current: LiveApplication, generated: JsonMap, set: JsonMap): JsonMap {
  const spec = isJsonMap(set['spec']) ? set['spec'] : {}
  const preserved = isJsonMap(spec['preservedFields']) ? spec['preservedFields'] : {}
  const metadata = isJsonMap(generated['metadata']) ? { ...generated['metadata'] } : {}
  const keep = (field: 'annotations' | 'labels', keys: readonly string[]): void => {
    const live = current.metadata[field]
    if (!isJsonMap(live)) return
    for (const key of keys) {
      const value = live[key]
      if (value !== undefined) metadata[field] = { ...(isJsonMap(metadata[field]) ? metadata[field] : {}), [key]: value }
    }
  }
  keep('annotations', [...textsOf(preserved['annotations']), ...keptAnnotations])
  keep('labels', textsOf(preserved['labels']))
  const hooks = ['pre', 'post'].flatMap((stage) =>
    finalizersOf(current).filter((name) => name.startsWith(`${stage}-delete-finalizer.argocd.argoproj.io`)),
  )
  if (hooks.length > 0) metadata['finalizers'] = [...textsOf(metadata['finalizers']), ...hooks]
  return { ...generated, metadata }
}

function ignoreList(set: JsonMap): JsonMap[] {
  const spec = isJsonMap(set['spec']) ? set['spec'] : {}
  const list = spec['ignoreApplicationDifferences']
  return Array.isArray(list) ? list.filter(isJsonMap) : []
}

/**
 * `ignoreApplicationDifferences`: both sides lose what is ignored, a merge patch between them is applied to the live
 * object. A list that differs is replaced whole, without its ignored parts. What the live object lacks only in
 * normalisation is not a difference.
 */
function mergeIgnored(current: LiveApplication, after: LiveApplication, ignored: readonly JsonMap[]): { metadata: JsonMap; spec: JsonMap } {
  const plain = (application: LiveApplication): JsonMap => ({ metadata: application.metadata, spec: application.spec })
  const from = dropIgnored(plain({ ...current, spec: normalizeSpec(current.spec) }), ignored)
  const to = dropIgnored(plain(after), ignored)
  return typed(mergePatch(plain(current), from, to))
}

/** RFC 7396: the patch that leads `from` to `to`, applied to `target`. */
function mergePatch(target: JsonMap, from: JsonMap, to: JsonMap): JsonMap {
  const result: JsonMap = { ...target }
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const [before, after, live] = [from[key], to[key], target[key]]
    if (after === undefined) delete result[key]
    else if (isJsonMap(after) && (isJsonMap(before) || isJsonMap(live)))
      result[key] = mergePatch(isJsonMap(live) ? live : {}, isJsonMap(before) ? before : {}, after)
    else if (before === undefined || canonical(before) !== canonical(after)) result[key] = after
  }
  return result
}

/** `deleteInCluster`: an unknown destination removes the plain resources finalizer, so that nothing waits for a lost cluster. */
function remove(cluster: Cluster, name: string, clusters: readonly KnownCluster[] | undefined): void {
  const application = cluster.get(name)
  if (application === undefined) return
  const destination = application.spec['destination']
  const unknown = checkDestination(isJsonMap(destination) ? destination : {}, clusters) !== undefined
  const finalizers = finalizersOf(application).filter((finalizer) => !unknown || finalizer !== resourcesFinalizer)
  deleteObject(cluster, name, { ...application, metadata: { ...application.metadata, finalizers } })
}

/** The API server's delete: gone at once, or held by its finalizers. */
export function deleteObject(cluster: Cluster, name: string, application: LiveApplication): void {
  if (finalizersOf(application).length === 0) cluster.delete(name)
  else cluster.set(name, { ...application, deleting: true })
}
