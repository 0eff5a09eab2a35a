// What did the folder of `--databases` hold at the base, and what did the repository of its settings hold?
import type { Base } from './base-state.ts'
import { baseOfFolder } from './bases.ts'
import type { Bases } from './bases.ts'
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
import { overlay, treeBelow } from '../repository/tree.ts'
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
  bases: Bases,
  { layout, current, tree }: Layouts,
): OpenedBase {
  const [ofRoot, from] = [root, databases].map((one) => baseOfFolder(bases, one))
  const folder = staticFolder(layout.databases)
  if (folder === '') throw new UsageError('--databases needs postgres.layout.databases to begin with a folder')
  const now = staticFolder(current.databases)
  const below = treeBelow(tree, now)
  const asIs: CommitTree = { tree: below, differs: () => false }
  // a repository that is not compared stays as it is
  const open = (at?: string): CommitTree => {
    if (from === undefined) return asIs
    const wanted = (path: string): boolean => path.endsWith('.yaml')
    const opened = commitTree(databases, from.commit, { folders: [''], current: below, wanted, ...(at === undefined ? {} : { at }) })
    return { ...opened, tree: { ...opened.tree, revision: from.revision } }
  }
  const here = open()
  const isOurs = (pattern: string): ((path: string) => boolean) => {
    const fits = matcher(pattern)
    return (path) => fits(`${staticFolder(pattern)}/${path}`) !== undefined
  }
  const isThere = here.tree.paths.some(isOurs(layout.databases))
  const former =
    isThere || from === undefined ? [] : movedFolders(databases, from.commit, new Set(below.paths.filter(isOurs(current.databases))))
  const [at] = former
  const isFound = at !== undefined && former.length === 1
  const opened = isFound ? open(at) : here
  const shownNow = shownPath(root, databases)
  const shownAs = isFound ? shownPath(root, join(repositoryTop(databases), at)) : shownNow
  const own = openOwn(root, ofRoot, { prefix: `${now}/`, tree, layout })
  const joined = overlay(own.tree, folder, opened.tree, shownAs)
  const differs = (path: string): boolean => {
    const start = [`${folder}/`, `${shownNow}/`].find((one) => path.startsWith(one))
    return start === undefined ? own.differs(path) : opened.differs(path.slice(start.length))
  }
  const { revision } = bases.first
  return {
    revision,
    tree: { ...joined, ...(tree.homes && { homes: tree.homes }), revision },
    bytes: ofRoot === undefined ? workTreeBytes(root) : commitBytes(root, ofRoot.commit),
    differs,
    isLost: former.length > 1,
  }
}

/** Settings, defaults and manifests: those of the commit, or of now where another repository holds them. */
function openOwn(
  root: string,
  from: BaseCommit | undefined,
  { prefix, tree, layout }: { readonly prefix: string } & Pick<Layouts, 'tree' | 'layout'>,
): CommitTree {
  const current: Tree = {
    paths: tree.paths.filter((path) => !path.startsWith(prefix)),
    read: (path) => tree.read(path),
    blob: (path) => tree.blob?.(path),
  }
  if (from === undefined) return { tree: current, differs: () => false }
  const generated = Object.values(manifestPaths(layout)) as readonly string[]
  const wanted = (path: string): boolean =>
    path === settingsFile ||
    path === ownSettingsFile ||
    generated.includes(path) ||
    /^(?:helm-values\/data\/.*\.yaml|apps\/templates\/.*\.ya?ml)$/.test(path)
  const folders = [settingsFile, ownSettingsFile, 'helm-values', ...manifestFolders(layout)]
  const opened = commitTree(root, from.commit, { folders, current, wanted })
  return { ...opened, tree: { ...opened.tree, revision: from.revision } }
}
