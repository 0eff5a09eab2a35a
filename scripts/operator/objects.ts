// Which objects are the operator's, or its backup plugin's?
import type { RenderedObject } from '../model.ts'
import { lookup } from '../values/lookup.ts'
import { nearest } from '../values/path.ts'
import { jsonAt, leavesOf } from '../values/value.ts'
import type { JsonMap, Path } from '../values/value.ts'

/** By the API group: the chart's Secrets, ConfigMaps and monitoring objects are not. */
export function isOperators({ apiVersion }: JsonMap): boolean {
  return typeof apiVersion === 'string' && /^(?:postgresql|barmancloud)\.cnpg\.io\//.test(apiVersion)
}

/** Whether a kind is a Cluster, or was meant as one: the API server refuses it, and a database is missing. */
export function isMeantAsCluster(kind: string): boolean {
  return kind === 'Cluster' || nearest(kind, ['Cluster']) !== undefined
}

/** The kinds of the operator that all supported releases have. */
export const operatorKinds = [
  'Backup',
  'Cluster',
  'ClusterImageCatalog',
  'Database',
  'ImageCatalog',
  'Pooler',
  'Publication',
  'ScheduledBackup',
  'Subscription',
] as const

/** Whether an object is one that Clusters and stores read keys from, one that makes such a one, or one that selects their pods or bounds their namespace. */
export function isHolder(plain: JsonMap): boolean {
  const { apiVersion, kind } = plain
  if (isOfNetwork(kind)) return kind !== 'NetworkPolicy' || apiVersion === 'networking.k8s.io/v1'
  return isNeighbour(plain) || holdsKeys(plain)
}

/** One that selects the pods of a Cluster, or that bounds its namespace. */
export function isNeighbour({ apiVersion, kind }: JsonMap): boolean {
  const group = typeof kind === 'string' ? neighbours[kind] : undefined
  return group !== undefined && typeof apiVersion === 'string' && apiVersion.startsWith(group)
}

/** One that Clusters and stores read keys from, or one that makes such a one. */
export function holdsKeys({ apiVersion, kind }: JsonMap): boolean {
  if (kind === 'Certificate') return typeof apiVersion === 'string' && apiVersion.startsWith('cert-manager.io/')
  return apiVersion === 'v1' ? kind === 'Secret' || kind === 'ConfigMap' : isOfSecrets(kind)
}

/** Those of Kubernetes, and of other programs, such as Cilium's. */
export const isOfNetwork = (kind: unknown): boolean => typeof kind === 'string' && kind.endsWith('NetworkPolicy')

/** Kinds that select pods of a Cluster, or that bound what is in its namespace, and their API groups. */
const neighbours: Readonly<Record<string, string>> = lookup({
  HorizontalPodAutoscaler: 'autoscaling/',
  LimitRange: 'v1',
  PodDisruptionBudget: 'policy/',
  PodMonitor: 'monitoring.coreos.com/',
  ResourceQuota: 'v1',
  ScaledObject: 'keda.sh/',
  Service: 'v1',
  ServiceMonitor: 'monitoring.coreos.com/',
  VerticalPodAutoscaler: 'autoscaling.k8s.io/',
})

/** Kinds of other operators that fill Secrets: external-secrets, sealed-secrets, Vault's, Doppler's, Infisical's, 1Password's. */
function isOfSecrets(kind: unknown): boolean {
  return typeof kind === 'string' && /Secret$|^(?:Certificate|OnePasswordItem)$/.test(kind)
}

/** Where they name the Secret that they fill. */
const targets: readonly Path[] = [
  ['target', 'name'],
  ['secretName'],
  ['destination', 'name'],
  ['managedSecret', 'name'],
  ['managedSecretReference', 'secretName'],
  // of one that is sealed, which counts for nothing, but says what was meant
  ['template', 'metadata', 'name'],
]

/** The Secrets that an object of another operator may fill: those that it names, and the one of its own name. */
export function filledBy({ kind, name, plain }: RenderedObject): string[] {
  if (kind === 'Secret' || !isOfSecrets(kind)) return []
  const named = targets.map((path) => jsonAt(plain, ['spec', ...path])).filter((target) => typeof target === 'string')
  return kind === 'Certificate' ? named : [...named, name]
}

/** Holders by the namespace and the name that they are asked for by: what fills a Secret by that of the Secret, what nobody names by none. */
export type Holders = ReadonlyMap<string, readonly RenderedObject[]>

const keyOf = (namespace: string, name: string): string => `${namespace}/${name}`

/** Those of several namespaces. */
export function holdersByName<Holder extends RenderedObject>(holders: readonly Holder[], namespaceOf: (holder: Holder) => string): Holders {
  const byName = new Map<string, Holder[]>()
  for (const holder of holders) {
    const isNamed = holder.kind === 'Secret' || holder.kind === 'ConfigMap'
    const names = new Set(isNamed ? [holder.name] : isOfNetwork(holder.kind) || holder.kind in neighbours ? [''] : filledBy(holder))
    for (const name of names) {
      const key = keyOf(namespaceOf(holder), name)
      const others = byName.get(key) ?? []
      others.push(holder)
      byName.set(key, others)
    }
  }
  return byName
}

/** The holders that objects of a namespace name somewhere: a folder may have thousands of others. */
export function holdersNamed(objects: readonly RenderedObject[], namespace: string, holders: Holders): RenderedObject[] {
  return holders.size === 0 ? [] : holdersCalled(new Set(['', ...textsIn(objects)]), namespace, holders)
}

/** The texts that objects hold, among which are the names of others. */
export function textsIn(objects: readonly RenderedObject[]): Set<string> {
  const names = new Set<string>()
  for (const { value } of objects)
    for (const { value: leaf } of leavesOf(value)) if (leaf.kind === 'scalar' && typeof leaf.value === 'string') names.add(leaf.value)
  return names
}

/** The holders of a namespace that are asked for by some of the names. */
export function holdersCalled(names: ReadonlySet<string>, namespace: string, holders: Holders): RenderedObject[] {
  return [...new Set([...names].flatMap((name) => holders.get(keyOf(namespace, name)) ?? []))]
}
