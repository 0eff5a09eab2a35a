// Which repository holds a folder?
import { lstatSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { readRegular } from './named-file.ts'

/** A repository as our own search finds it: git also looks for bare ones, and a pull request can add one as plain files. */
export interface Repository {
  /** the folder that holds `.git` */
  readonly top: string
  /** what `.git` is or points to: the folder with HEAD and the index */
  readonly gitFolder: string
  /** what the user owns if the repository is theirs */
  readonly owned: readonly string[]
}

/** The nearest folder upward with a `.git` that git would accept; `folder` is a real path. */
export function findRepository(folder: string): Repository | undefined {
  for (let top = folder; ; top = dirname(top)) {
    const found = repositoryIn(top)
    if (found !== undefined) return found
    if (dirname(top) === top) return undefined
  }
}

function repositoryIn(top: string): Repository | undefined {
  const path = join(top, '.git')
  try {
    if (statSync(path).isDirectory()) {
      const gitFolder = realpathSync(path)
      return isGitFolder(gitFolder) ? { top, gitFolder, owned: [top, gitFolder] } : undefined
    }
    // a linked worktree or a submodule: `gitdir: <path>`
    const target = /^gitdir: ([^\r\n]+)/.exec(readRegular(path)?.toString('utf8') ?? '')?.[1]
    if (target === undefined) return undefined
    const gitFolder = realpathSync(resolve(top, target))
    return isGitFolder(gitFolder) ? { top, gitFolder, owned: [path, top, gitFolder] } : undefined
  } catch {
    return undefined
  }
}

/** HEAD may be a link to nothing; everything else of a git folder may be in another one. */
function isGitFolder(folder: string): boolean {
  return lstatSync(join(folder, 'HEAD'), { throwIfNoEntry: false }) !== undefined
}

/** The folder that holds `.git`; the folder itself outside git. */
export function repositoryTop(folder: string): string {
  return findRepository(folder)?.top ?? folder
}

/** The folder as git's top level sees it (`infra/`), for annotations; empty at the top, or outside git. */
export function folderInRepository(folder: string): string {
  const inside = relative(repositoryTop(folder), folder)
  return inside === '' ? '' : `${inside.split(sep).join('/')}/`
}
