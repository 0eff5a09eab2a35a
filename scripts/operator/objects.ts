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
