// Which files does a sparse checkout leave out of the work tree?
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { skippedTree } from './git.ts'
import { findRepository } from './place.ts'
import type { Tree } from './tree.ts'

/** The files below some folders that only the index holds; undefined if everything is checked out, which costs no process. */
export function skippedFiles(root: string, folders: readonly string[]): Tree | undefined {
  const repository = findRepository(root)
  if (repository === undefined || !isSparse(repository.gitFolder)) return undefined
  return skippedTree(root, folders)
}

function isSparse(gitFolder: string): boolean {
  return existsSync(join(gitFolder, 'info/sparse-checkout'))
}

/** The work tree plus the files that a sparse checkout leaves out, as the index has them. */
export function withSkipped(tree: Tree, root: string, folders: readonly string[]): Tree {
  const skipped = skippedFiles(root, folders)
  if (skipped === undefined || skipped.paths.length === 0) return tree
  const present = new Set(tree.paths)
  const added = skipped.paths.filter((path) => !present.has(path))
  const isAdded = new Set(added)
  return {
    ...tree,
    paths: [...tree.paths, ...added].sort(),
    read: (path) => {
      if (isAdded.has(path)) return skipped.read(path)
      return tree.read(path) ?? (present.has(path) ? undefined : skipped.read(path))
    },
    blob: (path) => (isAdded.has(path) ? skipped.blob?.(path) : tree.blob?.(path)),
  }
}
