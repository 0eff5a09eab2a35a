// Which files does a layout need, and from which checkout and state does each come?
import type { Settings } from '../model.ts'
import { indexTree } from '../repository/git.ts'
import { folderInRepository } from '../repository/place.ts'
import { originOf } from '../repository/remote.ts'
import { withSkipped } from '../repository/sparse.ts'
import { overlay, workTree } from '../repository/tree.ts'
import type { Tree } from '../repository/tree.ts'
import { shownPath, UsageError } from '../repository/workspace.ts'
import type { Workspace } from '../repository/workspace.ts'
import { isInFolder, layoutFolders, staticFolder } from './layout.ts'

/** The folders whose files matter, in addition to the databases. */
const folders = ['apps', 'helm-values']

/** Where databases are by default. */
const usualFolder = 'databases'

/**
 * The files of the work tree, or with `staged` of the git index, for a layout. `listed` is the tree of the settings, which the index may have been listed for already.
 */
export function openTree(workspace: Workspace, layout: Settings['layout'], staged: boolean, listed?: Tree): Tree {
  if (staged && listed !== undefined && workspace.databases === undefined && layoutFolders(layout).join() === usualFolder) {
    let all: Tree | undefined
    return { ...listed, wide: () => (all ??= indexTree(workspace.root, [''])) }
  }
  return withEdits(readTree(workspace, layout, staged), workspace)
}

function readTree(workspace: Workspace, layout: Settings['layout'], staged: boolean): Tree {
  const own = layoutFolders(layout)
  const open = (root: string, list: readonly string[]): Tree => (staged ? indexTree(root, list) : checkedOut(root, list))
  if (workspace.databases === undefined) {
    let all: Tree | undefined
    const wide = (): Tree => (all ??= open(workspace.root, ['']))
    return { ...open(workspace.root, own.includes('') ? [''] : [...new Set([...folders, ...own])]), wide }
  }
  const databases = staticFolder(layout.databases)
  const overrides = staticFolder(layout.overrides)
  if (databases !== overrides && !isInFolder(overrides, databases))
    throw new UsageError(`--databases only provides \`${databases}\`, but postgres.layout.overrides begins with \`${overrides}\``)
  // of two repositories, the one that the command is run in has the index that is asked for
  const joined = overlay(
    workspace.standing === 'databases' ? checkedOut(workspace.root, folders) : open(workspace.root, folders),
    databases,
    workspace.standing === 'root' ? checkedOut(workspace.databases, ['']) : open(workspace.databases, ['']),
    shownPath(workspace.root, workspace.databases),
  )
  return { ...joined, ...homesOf(workspace, databases) }
}

/** Where the folder of `--databases` is in its own repository, for files that name that repository by its address. */
export function homesOf({ databases, standing }: Workspace, folder: string): Pick<Tree, 'homes'> {
  const url = databases === undefined || standing === undefined ? undefined : originOf(databases)
  return databases === undefined || url === undefined ? {} : { homes: [{ folder, url, prefix: folderInRepository(databases) }] }
}

function checkedOut(root: string, list: readonly string[]): Tree {
  return withSkipped(workTree(root, list), root, list)
}

/** The tree that holds apps/values.yaml, before the layout is known. */
export function openSettingsTree(workspace: Workspace, staged: boolean): Tree {
  if (!staged || workspace.standing === 'databases')
    return withEdits(withSkipped(workTree(workspace.root, []), workspace.root, ['apps/values.yaml']), workspace)
  const tree = indexTree(workspace.root, [...folders, usualFolder])
  // what every command needs
  tree.prefetch?.(tree.paths.filter((path) => !path.startsWith(`${usualFolder}/`) && !path.startsWith('helm-values/data/rendered/')))
  return withEdits(tree, workspace)
}

function withEdits(tree: Tree, { edited }: Workspace): Tree {
  if (edited === undefined) return tree
  const { blob: _blob, ...rest } = tree
  return {
    ...rest,
    read: (path) => {
      const text = edited.get(tree.shown?.(path) ?? path)
      return text === undefined ? tree.read(path) : { ok: true, text }
    },
  }
}
