// Which file here is the one that an Application names in a repository?
import type { ValueFile } from '../applicationset/sources.ts'
import type { Settings } from '../model.ts'
import type { Tree } from '../repository/tree.ts'
import { isSameRepository, ownPath, repositoryPrefix } from './manifest-parts.ts'
import { unknownText } from './sets/unknown-text.ts'

/** A path of this tree, in the root's own repository or in another checkout; undefined: that repository is not here. */
export function repositoryPath(
  { kind, path, repoURL = '' }: Pick<ValueFile, 'kind' | 'path' | 'repoURL'>,
  { settings, tree }: { readonly settings: Settings; readonly tree: Tree },
): string | undefined {
  if ((kind !== 'ref' && kind !== 'local') || path.includes(unknownText)) return undefined
  if (isSameRepository(repoURL, settings.repository.url)) {
    const prefix = repositoryPrefix(settings)
    if (path.startsWith(prefix)) return path.slice(prefix.length)
  }
  return checkoutPath({ path, repoURL }, tree)
}

/** The path of one file in this tree, as `repositoryPath`, at the revision that is at hand; undefined: it is elsewhere, or a pattern. */
export function filePath(
  file: Parameters<typeof ownPath>[0],
  { settings, tree }: { readonly settings: Settings; readonly tree: Tree },
): string | undefined {
  const isFile = (file.kind === 'ref' || file.kind === 'local') && file.glob !== true && !file.path.includes(unknownText)
  return ownPath(file, settings) ?? (isFile ? checkoutPath(file, tree) : undefined)
}

/** A path of this tree in another checkout; undefined: that repository is not here. */
export function checkoutPath({ path, repoURL = '' }: Pick<ValueFile, 'path' | 'repoURL'>, { homes }: Tree): string | undefined {
  const home = homes?.find(({ url, prefix }) => isSameRepository(repoURL, url) && path.startsWith(prefix))
  return home === undefined ? undefined : `${home.folder}/${path.slice(home.prefix.length)}`
}

/** How a path of this tree is called in the repository that it is of: the reverse of `repositoryPath`. */
export function pathInRepository(path: string, { settings, tree }: { readonly settings: Settings; readonly tree: Tree }): string {
  const home = tree.homes?.find(({ folder }) => path.startsWith(`${folder}/`))
  return home === undefined ? repositoryPrefix(settings) + path : home.prefix + path.slice(home.folder.length + 1)
}
