// Which repositories are checked out beside this one?
import { readdirSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isSameRepository } from '../deployed/manifest-parts.ts'
import { findRepository, repositoryTop } from '../repository/place.ts'
import { originOf } from '../repository/remote.ts'

/** More folders than this are nobody's workspace. */
const mostFolders = 200

/** The folder beside the root's repository that was cloned from an address; an absolute path, undefined: none. */
export function checkoutBeside(root: string, url: string): string | undefined {
  const top = repositoryTop(root)
  for (const name of foldersIn(dirname(top))) {
    const folder = join(dirname(top), name)
    if (folder === top || findRepository(folder)?.top !== folder) continue
    if (isSameRepository(originOf(folder) ?? '', url)) return folder
  }
  return undefined
}

function foldersIn(folder: string): string[] {
  try {
    const entries = readdirSync(realpathSync(folder), { withFileTypes: true })
    const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name)
    return names.length > mostFolders ? [] : names.sort()
  } catch {
    return []
  }
}
