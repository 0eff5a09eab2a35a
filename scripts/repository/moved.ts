// Where was a folder in a commit, if it is elsewhere now?
import { existsSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { calls, git } from './git-command.ts'
import { repositoryTop } from './place.ts'
import { skippedFiles } from './sparse.ts'

/** The paths of a commit, from the top of the repository, that no longer exist. */
function* gonePaths(root: string, commit: string): Iterable<string> {
  const top = repositoryTop(root)
  const skipped = skippedFiles(top, [''])
  for (const path of git(root, calls.allPaths(commit)).toString('utf8').split('\0'))
    if (path !== '' && !existsSync(join(top, path)) && skipped?.blob?.(path) === undefined) yield path
}

/**
 * The folders of a commit, from the top of the repository, that held some of the given files (by their paths below the folder)
 * and no longer do: the one or ones that held the most of them.
 */
export function movedFolders(root: string, commit: string, files: ReadonlySet<string>): readonly string[] {
  const counts = new Map<string, number>()
  for (const path of gonePaths(root, commit)) {
    if (!path.endsWith('.yaml')) continue
    const steps = path.split('/')
    for (let depth = 0; depth < steps.length; depth++) {
      if (!files.has(steps.slice(depth).join('/'))) continue
      const folder = steps.slice(0, depth).join('/')
      counts.set(folder, (counts.get(folder) ?? 0) + 1)
    }
  }
  const most = Math.max(0, ...counts.values())
  return [...counts].filter(([, count]) => count === most).map(([folder]) => folder)
}

/** The folders of a commit, from the top of the repository, that held `file` and no longer do; and `root` from there. */
export function leftFolders(root: string, commit: string, file: string): { readonly folders: readonly string[]; readonly here: string } {
  const folders = [...gonePaths(root, commit)]
    .filter((path) => path === file || path.endsWith(`/${file}`))
    .map((path) => path.slice(0, -file.length).replace(/\/$/, ''))
  return { folders, here: relative(repositoryTop(root), root).split(sep).join('/') }
}
