// Where does this program keep the charts that it downloaded?
import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ChartPin } from '../model.ts'

/** The folder of the cache: `$XDG_CACHE_HOME`, else `~/.cache`. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME: given } = process.env
  return join(given !== undefined && given !== '' ? given : join(homedir(), '.cache'), 'cnpg-values', 'charts')
}

/** The archive of a pinned chart; two repositories that have a chart of one name have an archive each. */
export function cachePath({ repository, name, version }: ChartPin): string {
  const home = createHash('sha256').update(normalRepository(repository)).digest('hex').slice(0, 12)
  return join(cacheFolder(), `${name.replaceAll('/', '-')}-${version}-${home}.tgz`)
}

/** One spelling for `oci://host/path`, the bare `host/path` of Argo CD, and addresses that end in a slash. */
export function normalRepository(repository: string): string {
  const bare = repository.replace(/\/+$/, '')
  return /^[./]|:\/\//.test(bare) ? bare : `oci://${bare}`
}
