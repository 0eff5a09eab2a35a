// What did the folder of `--databases` hold at the base, and what did the repository of its settings hold?
import type { Base } from './base-state.ts'
import type { BaseCommit } from '../repository/base-commit.ts'
import { join } from 'node:path'
import { workTreeBytes } from '../discover/charts.ts'
import { manifestPaths } from '../discover/header.ts'
import { manifestFolders, matcher, staticFolder } from '../discover/layout.ts'
import { ownSettingsFile, settingsFile } from '../discover/settings.ts'
import type { Settings } from '../model.ts'
import { commitBytes } from '../repository/git-bytes.ts'
import { commitTree } from '../repository/git.ts'
import type { CommitTree } from '../repository/git.ts'
import { movedFolders } from '../repository/moved.ts'
import { overlay } from '../repository/tree.ts'
import type { Tree } from '../repository/tree.ts'
import { repositoryTop } from '../repository/place.ts'
import { shownPath, UsageError } from '../repository/workspace.ts'

export interface OpenedBase extends Pick<Base, 'revision' | 'tree' | 'bytes' | 'differs'> {
  /** the databases were elsewhere, and it is unknown where */
  readonly isLost?: boolean
}

export interface Layouts {
  /** of the base, as far as it is known */
  readonly layout: Settings['layout']
  /** of the state being checked, which `tree` belongs to */
  readonly current: Settings['layout']
  readonly tree: Tree
}

/** The databases come from the commit; settings and defaults too, if they are in the same repository. */
export function openExternalBase(
  { root, databases }: { readonly root: string; readonly databases: string },
  { revision, commit, of }: BaseCommit,
  { layout, current, tree }: Layouts,
): OpenedBase {
  const folder = staticFolder(layout.databases)
  if (folder === '') throw new UsageError('--databases needs postgres.layout.databases to begin with a folder')
  const prefix = `${staticFolder(current.databases)}/`
  const below: Tree = {
    paths: tree.paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length)),
    read: (path) => tree.read(prefix + path),
    blob: (path) => tree.blob?.(prefix + path),
  }
  const open = (at?: string): CommitTree =>
    commitTree(databases, commit, {
      folders: [''],
      current: below,
      wanted: (path) => path.endsWith('.yaml'),
      ...(at === undefined ? {} : { at }),
    })
  // of two repositories, the one that is not compared stays as it is
  const here: CommitTree = of === 'root' ? { tree: below, differs: () => false } : open()
  const isOurs = (pattern: string): ((path: string) => boolean) => {
    const fits = matcher(pattern)
    return (path) => fits(`${staticFolder(pattern)}/${path}`) !== undefined
  }
  const isThere = here.tree.paths.some(isOurs(layout.databases))
  const former = isThere || of === 'root' ? [] : movedFolders(databases, commit, new Set(below.paths.filter(isOurs(current.databases))))
  const [at] = former
  const isFound = at !== undefined && former.length === 1
  const opened = isFound ? open(at) : here
  const shownAs = shownPath(root, isFound ? join(repositoryTop(databases), at) : databases)
  const own = openOwn(root, commit, { isCompared: of !== 'databases', prefix, tree, layout })
  const joined = overlay(own.tree, folder, opened.tree, shownAs)
  return {
    revision,
    tree: { ...joined, ...(tree.homes && { homes: tree.homes }), revision },
    bytes: of === 'databases' ? workTreeBytes(root) : commitBytes(root, commit),
    differs: (path) => (path.startsWith(`${folder}/`) ? opened.differs(path.slice(folder.length + 1)) : own.differs(path)),
    isLost: former.length > 1,
  }
}

/** Settings, defaults and manifests: those of the commit, or of now where another repository holds them. */
function openOwn(
  root: string,
  commit: string,
  { isCompared, prefix, tree, layout }: { readonly isCompared: boolean; readonly prefix: string } & Pick<Layouts, 'tree' | 'layout'>,
): CommitTree {
  const current: Tree = {
    paths: tree.paths.filter((path) => !path.startsWith(prefix)),
    read: (path) => tree.read(path),
    blob: (path) => tree.blob?.(path),
  }
  if (!isCompared) return { tree: current, differs: () => false }
  const generated = Object.values(manifestPaths(layout)) as readonly string[]
  const wanted = (path: string): boolean =>
    path === settingsFile ||
    path === ownSettingsFile ||
    generated.includes(path) ||
    /^(?:helm-values\/data\/.*\.yaml|apps\/templates\/.*\.ya?ml)$/.test(path)
  return commitTree(root, commit, { folders: [settingsFile, ownSettingsFile, 'helm-values', ...manifestFolders(layout)], current, wanted })
}
