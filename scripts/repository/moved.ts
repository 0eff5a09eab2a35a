// Where did a folder stand in a commit, if it stands elsewhere now?
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { git } from './git-command.ts'

/**
 * The folders of a commit, from the top of the repository, that held some of the given files (by their paths below the folder)
 * and hold them no more: those that held most of them.
 */
export function movedFolders(root: string, commit: string, files: ReadonlySet<string>): readonly string[] {
  const answer = (...args: string[]): string => git(root, args).toString('utf8').replace(/\n$/, '')
  const top = answer('rev-parse', '--show-toplevel')
  const counts = new Map<string, number>()
  for (const path of answer('ls-tree', '-r', '-z', '--name-only', '--full-tree', commit).split('\0')) {
    if (!path.endsWith('.yaml')) continue
    const steps = path.split('/')
    for (let depth = 0; depth < steps.length; depth++) {
      if (!files.has(steps.slice(depth).join('/')) || existsSync(join(top, path))) continue
      const folder = steps.slice(0, depth).join('/')
      counts.set(folder, (counts.get(folder) ?? 0) + 1)
    }
  }
  const most = Math.max(0, ...counts.values())
  return [...counts].filter(([, count]) => count === most).map(([folder]) => folder)
}
