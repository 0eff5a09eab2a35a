// Which file here is the one that an Application names in a repository?
import type { ValueFile } from '../applicationset/sources.ts'
import type { Settings } from '../model.ts'
import type { Tree } from '../repository/tree.ts'
import { isSameRepository } from './manifest-parts.ts'

/** A path of this tree, in the root's own repository or in another checkout; undefined: that repository is not here. */
export function repositoryPath(
  { kind, path, repoURL = '' }: Pick<ValueFile, 'kind' | 'path' | 'repoURL'>,
  { settings, tree }: { readonly settings: Settings; readonly tree: Tree },
): string | undefined {
  if ((kind !== 'ref' && kind !== 'local') || path.includes('\ue000')) return undefined
  const { repository } = settings
  if (isSameRepository(repoURL, repository.url)) {
    const prefix = repository.path === '' ? '' : `${repository.path.replace(/\/$/, '')}/`
    if (path.startsWith(prefix)) return path.slice(prefix.length)
  }
  const home = tree.homes?.find(({ url, prefix }) => isSameRepository(repoURL, url) && path.startsWith(prefix))
  return home === undefined ? undefined : `${home.folder}/${path.slice(home.prefix.length)}`
}
