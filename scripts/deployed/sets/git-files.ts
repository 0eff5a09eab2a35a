// Which files of this repository do the git generators of a set see?
import type { GitFiles } from '../../applicationset/generator-context.ts'
import { printed } from '../../values/printed.ts'
import type { Settings } from '../../model.ts'
import { pathsBelow } from '../../repository/tree.ts'
import type { Tree } from '../../repository/tree.ts'
import type { JsonMap } from '../../values/value.ts'
import { gitGenerators, gitPatterns, isSameRepository, repositoryPrefix } from '../manifest-parts.ts'

type Files = Readonly<Record<string, string>>
type OwnFiles = Extract<GitFiles, (...args: never) => unknown>

/** The files that each git generator of a set sees, in whichever of the repositories at hand; undefined where it has none. */
export function ownFiles(set: JsonMap, { settings, tree }: { readonly settings: Settings; readonly tree: Tree }): OwnFiles | undefined {
  if (gitGenerators(set['spec'] ?? null).length === 0) return undefined
  const prefix = repositoryPrefix(settings)
  const folders = new Set(tree.paths.flatMap((one) => (one.includes('/') ? [`${prefix}${one.split('/')[0]}/`] : [])))
  const isListed = (pattern: string): boolean => [...folders].some((folder) => pattern.startsWith(folder))
  const known = new Map<string, Files>()
  const once = (key: string, files: () => Files): Files => {
    const found = known.get(key) ?? files()
    known.set(key, found)
    return found
  }
  return (generator) => {
    if (!isCurrent(generator, settings)) return undefined
    const url = printed(generator['repoURL'] ?? '')
    const home = tree.homes?.find((one) => isSameRepository(one.url, url))
    if (home !== undefined) return once(home.folder, () => filesOf(tree, { from: `${home.folder}/`, to: home.prefix }))
    if (!isSameRepository(url, settings.repository.url)) return undefined
    const patterns = gitPatterns({ git: generator })
    if (patterns.every(isListed)) return once('listed', () => filesOf(tree, { from: '', to: prefix }))
    // files outside this tree in a larger repository can't be read
    const { wide } = tree
    if (wide === undefined || !patterns.every((pattern) => pattern.startsWith(prefix))) return undefined
    return once('wide', () => filesOf(wide(), { from: '', to: prefix }))
  }
}

/** Whether a generator reads the revision that is at hand. */
function isCurrent({ revision }: JsonMap, { repository, generate }: Settings): boolean {
  if (!generate) return true
  const written = printed(revision ?? '')
  return ['', 'HEAD', repository.revision].includes(written) || (repository.revision === 'HEAD' && /^(?:main|master)$/.test(written))
}

/** Path in the repository → text, read when it is asked for: a generator looks into few of all files. */
function filesOf(tree: Tree, { from, to }: { readonly from: string; readonly to: string }): Files {
  const files: Record<string, string> = {}
  for (const path of pathsBelow(tree, from)) {
    const get = (): string => {
      const read = tree.read(path)
      return read?.ok === true ? read.text : ''
    }
    Object.defineProperty(files, to + path.slice(from.length), { enumerable: true, get })
  }
  return files
}
