// What is the Helm release of a database called?
import type { Database } from '../model.ts'

/** The generator names it as the Cluster unless the layout says otherwise; what somebody wrote has a name of its own. */
export function releaseOf({ cluster, release, written }: Pick<Database, 'cluster' | 'release' | 'written'>): string {
  return written?.release ?? release ?? cluster
}

/** The namespace of a release; a value of the official chart may put its objects into another one. */
export function namespaceOf({ namespace, written }: Pick<Database, 'namespace' | 'written'>): string {
  const own = written?.releaseNamespace ?? namespace
  // that nothing fills it in is reported of the Application, and spoils what is printed with it
  return own.includes('{{') ? own.replaceAll(/\{\{[^{}]*\}\}/g, 'x') : own
}
