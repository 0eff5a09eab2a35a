// What is the Helm release of a database called?
import type { Database } from '../model.ts'

/** The generator names it as the Cluster; what somebody wrote has a name of its own. */
export function releaseOf({ cluster, written }: Database): string {
  return written?.release ?? cluster
}
