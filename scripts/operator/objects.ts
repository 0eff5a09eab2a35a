// Which objects are the operator's, or its backup plugin's?
import type { RenderedObject } from '../model.ts'
import { nearest } from '../values/path.ts'
import { jsonAt, leavesOf } from '../values/value.ts'
import type { JsonMap } from '../values/value.ts'

/** By the API group: the chart's Secrets, ConfigMaps and monitoring objects are not. */
export function isOperators({ apiVersion }: JsonMap): boolean {
  return typeof apiVersion === 'string' && /^(?:postgresql|barmancloud)\.cnpg\.io\//.test(apiVersion)
}

/** Whether a kind is a Cluster, or was meant as one: the API server refuses it, and a database is missing. */
export function isMeantAsCluster(kind: string): boolean {
  return kind === 'Cluster' || nearest(kind, ['Cluster']) !== undefined
}

/** Whether an object is one that Clusters and stores read keys from, or that makes such a one. */
export function isHolder({ apiVersion, kind }: JsonMap): boolean {
  if (kind === 'Certificate') return typeof apiVersion === 'string' && apiVersion.startsWith('cert-manager.io/')
  return apiVersion === 'v1' ? kind === 'Secret' || kind === 'ConfigMap' : isOfSecrets(kind)
}

/** Kinds of other operators that fill Secrets: external-secrets, sealed-secrets, Vault's, Doppler's, Infisical's, 1Password's. */
export function isOfSecrets(kind: unknown): boolean {
  return typeof kind === 'string' && /Secret$|^(?:Certificate|OnePasswordItem)$/.test(kind)
}

/** Holders by the namespace and the name that they are asked for by: a Certificate by that of the Secret that it makes. */
export type Holders = ReadonlyMap<string, readonly RenderedObject[]>

const keyOf = (namespace: string, name: string): string => `${namespace}/${name}`

/** Those of several namespaces. */
export function holdersByName<Holder extends RenderedObject>(holders: readonly Holder[], namespaceOf: (holder: Holder) => string): Holders {
  const byName = new Map<string, Holder[]>()
  for (const holder of holders) {
    const made = holder.kind === 'Certificate' ? jsonAt(holder.plain, ['spec', 'secretName']) : holder.name
    const key = keyOf(namespaceOf(holder), typeof made === 'string' ? made : '')
    const others = byName.get(key) ?? []
    others.push(holder)
    byName.set(key, others)
  }
  return byName
}

/** The holders that objects of a namespace name somewhere: a folder may have thousands of others. */
export function holdersNamed(objects: readonly RenderedObject[], namespace: string, holders: Holders): RenderedObject[] {
  if (holders.size === 0) return []
  const names = new Set<string>()
  for (const { value } of objects)
    for (const { value: leaf } of leavesOf(value)) if (leaf.kind === 'scalar' && typeof leaf.value === 'string') names.add(leaf.value)
  return [...names].flatMap((name) => holders.get(keyOf(namespace, name)) ?? [])
}
