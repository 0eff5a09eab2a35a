// Which objects are the operator's, or its backup plugin's?
import type { JsonMap } from '../values/value.ts'

/** By the API group: the chart's Secrets, ConfigMaps and monitoring objects are not. */
export function isOperators({ apiVersion }: JsonMap): boolean {
  return typeof apiVersion === 'string' && /^(?:postgresql|barmancloud)\.cnpg\.io\//.test(apiVersion)
}
