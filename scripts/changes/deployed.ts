// Which databases did a commit deploy, according to its generated files rather than its inputs?
import type { Deployed } from './base-state.ts'
import { sourceFile } from './base-state.ts'
import { writeApplicationSets } from '../argocd/write/applicationset.ts'
import { isCurrent, isGenerated, manifestPaths } from '../discover/header.ts'
import type { Database, Settings } from '../model.ts'
import type { Tree } from '../repository/tree.ts'
import { isJsonMap, toPlain } from '../values/value.ts'
import { parseYaml } from '../yaml/parse.ts'

/**
 * The databases that the generated sets of a commit deploy, under the names that they have there. Inputs that nobody
 * rendered deploy nothing. Where the sets are what the inputs make of them, that is `databases` itself.
 */
export async function deployedDatabases(
  databases: readonly Database[],
  { settings, tree }: { readonly settings: Settings; readonly tree: Tree },
): Promise<Deployed> {
  const setsFile = manifestPaths(settings.layout).sets
  const read = tree.read(setsFile)
  // a hand-written file in this place is read with the other hand-written ones
  if (read?.ok !== true || !isGenerated(read.text)) return { databases: [], findings: [] }
  if (isCurrent(read.text, writeApplicationSets(settings, databases))) return { databases, findings: [] }
  // Argo CD's own engine is loaded only where the sets are stale
  return (await import('./deployed-sets.ts')).databasesOfSets(sourceFile(tree, setsFile, read.text), databases, { settings, tree })
}

/**
 * The database as the rendered values of a commit deploy it, where they are not what its inputs make of them (`wanted`);
 * undefined: they are, or there are none.
 */
export function asDeployed(database: Database, wanted: string | undefined, tree: Tree): Database | undefined {
  const read = tree.read(database.rendered)
  if (read?.ok !== true || !isGenerated(read.text) || (wanted !== undefined && isCurrent(read.text, wanted))) return undefined
  const file = sourceFile(tree, database.rendered, read.text)
  const [root] = parseYaml(file, 'service').documents
  const plain = root === undefined ? null : toPlain(root)
  const cluster = isJsonMap(plain) ? plain['fullnameOverride'] : undefined
  return { ...database, ...(typeof cluster === 'string' && { cluster }), layers: [{ layer: 'service', file }] }
}
