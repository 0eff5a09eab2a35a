// Which files of this repository do the git generators of a set see?
import { printed } from '../values/printed.ts'
import type { Settings } from '../model.ts'
import type { Tree } from '../repository/tree.ts'
import type { JsonMap } from '../values/value.ts'
import { gitGenerators, gitPatterns, isSameRepository, repositoryPrefix } from './manifest-parts.ts'

/** The files that the git generators of a set see; undefined where it has none, or they look elsewhere than into repositories at hand. */
export function ownFiles(
  set: JsonMap,
  { settings, tree }: { readonly settings: Settings; readonly tree: Tree },
): Record<string, string> | undefined {
  const generators = gitGenerators(set['spec'] ?? null)
  const [first] = generators
  if (first === undefined) return undefined
  const url = printed(first['repoURL'] ?? '')
  if (!generators.every((generator) => isSameRepository(printed(generator['repoURL'] ?? ''), url) && isCurrent(generator, settings)))
    return undefined
  const prefix = repositoryPrefix(settings)
  const home = tree.homes?.find((one) => isSameRepository(one.url, url))
  if (home !== undefined) return filesOf(tree, { from: `${home.folder}/`, to: home.prefix })
  if (!isSameRepository(url, settings.repository.url)) return undefined
  const patterns = gitPatterns(set)
  const folders = new Set(tree.paths.flatMap((one) => (one.includes('/') ? [`${prefix}${one.split('/')[0]}/`] : [])))
  const isListed = patterns.every((pattern) => [...folders].some((folder) => pattern.startsWith(folder)))
  if (isListed) return filesOf(tree, { from: '', to: prefix })
  // files outside this tree in a larger repository can't be read
  if (tree.wide === undefined || !patterns.every((pattern) => pattern.startsWith(prefix))) return undefined
  return filesOf(tree.wide(), { from: '', to: prefix })
}

/** Whether a generator reads the revision that is at hand. */
function isCurrent({ revision }: JsonMap, { repository, generate }: Settings): boolean {
  if (!generate) return true
  const written = printed(revision ?? '')
  return ['', 'HEAD', repository.revision].includes(written) || (repository.revision === 'HEAD' && /^(?:main|master)$/.test(written))
}

/** Path in the repository → text, read when it is asked for: a generator looks into few of all files. */
function filesOf(tree: Tree, { from, to }: { readonly from: string; readonly to: string }): Record<string, string> {
  const files: Record<string, string> = {}
  for (const path of tree.paths) {
    if (!path.startsWith(from)) continue
    const get = (): string => {
      const read = tree.read(path)
      return read?.ok === true ? read.text : ''
    }
    Object.defineProperty(files, to + path.slice(from.length), { enumerable: true, get })
  }
  return files
}
