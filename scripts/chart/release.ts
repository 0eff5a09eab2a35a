// What is the Helm release of a database called?
import type { Database } from '../model.ts'

/** The generator names it as the Cluster unless the layout says otherwise; what somebody wrote has a name of its own. */
export function releaseOf({ cluster, release, written }: Pick<Database, 'cluster' | 'release' | 'written'>): string {
  return written?.release ?? release ?? cluster
}
