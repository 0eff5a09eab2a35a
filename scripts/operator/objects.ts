// Which objects are the operator's, or its backup plugin's?
import { nearest } from '../values/path.ts'
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
