// Where are pulled charts kept on this machine?
import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { ChartPin } from '../model.ts'
import { baseName, repositoryKey } from './pin.ts'

/** The folder of all charts; a relative XDG_CACHE_HOME is ignored, as its specification requires. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const { XDG_CACHE_HOME: base } = env
  return join(base !== undefined && isAbsolute(base) ? base : join(homedir(), '.cache'), 'cnpg-values', 'charts')
}

/**
 * The archive of a pinned chart, whether it exists or not: charts of one name and version from two repositories are two
 * files, and the two spellings of an OCI registry are one.
 */
export function cachePath(pin: ChartPin): string {
  const repository = createHash('sha256').update(repositoryKey(pin)).digest('hex').slice(0, 12)
  return join(cacheFolder(), `${baseName(pin)}-${pin.version}-${repository}.tgz`)
}
