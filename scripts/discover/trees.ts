// Which files does a layout need, and from which checkout and state does each come?
import { usualCharts } from '../charts/find.ts'
import { openCheckouts, withCheckouts } from './checkouts.ts'
import { ownSettingsFile, settingsFile } from './settings.ts'
import type { Settings } from '../model.ts'
import { indexTree } from '../repository/git.ts'
import { findRepository, folderInRepository, repositoryTop } from '../repository/place.ts'
import { originOf } from '../repository/remote.ts'
import { withSkipped } from '../repository/sparse.ts'
import { openIndex, trackedPaths, untrackedPaths } from '../repository/staged.ts'
import { overlay, workTree } from '../repository/tree.ts'
import type { Tree } from '../repository/tree.ts'
import { isStandingIn, shownPath, UsageError } from '../repository/workspace.ts'
import type { Workspace } from '../repository/workspace.ts'
import { manifestFolder } from './header.ts'
import { isInFolder, layoutFolders, staticFolder } from './layout.ts'
import { isManifestPath, looseWords } from './loose.ts'

/** The folders whose files matter, in addition to the databases. */
const usualFolders = ['apps', 'helm-values']

/** Where databases are by default. */
const usualFolder = 'databases'

/**
 * The files of the work tree (other checkouts among them, below the paths that lead to them), or with `staged` of the git index, for a layout. `listed` is the tree of the settings, which the index may have been listed for already.
 */
export function openTree(workspace: Workspace, settings: Settings, staged: boolean, listed?: Tree): Tree {
  const own = withoutGiven(openOwnTree(workspace, settings, staged, listed), workspace)
  return withCheckouts(own, openCheckouts(workspace, settings), ({ folder }) =>
    staged && isStandingIn(workspace, folder) ? indexTree(folder, ['']) : checkedOut(folder, ['']),
  )
}

function openOwnTree(workspace: Workspace, { layout }: Settings, staged: boolean, listed?: Tree): Tree {
  const isUsual = layout.manifests === undefined
  const isIndex = staged && isStandingIn(workspace, workspace.root)
  if (isIndex && isUsual && listed !== undefined && workspace.databases === undefined && layoutFolders(layout).join() === usualFolder) {
    let all: Tree | undefined
    const wide = (): Tree => (all ??= indexTree(workspace.root, ['']))
    return { ...listed, wide, loose: () => mentioned(wide()) }
  }
  return withEdits(readTree(workspace, layout, staged), workspace)
}

function readTree(workspace: Workspace, layout: Settings['layout'], staged: boolean): Tree {
  const own = layoutFolders(layout)
  const folders = layout.manifests === undefined ? usualFolders : [...usualFolders, manifestFolder(layout.manifests)]
  // the repository that the command is run in has the index that is asked for
  const isIndex = (folder: string): boolean => staged && isStandingIn(workspace, folder)
  const open = (root: string, list: readonly string[]): Tree => (isIndex(root) ? indexTree(root, list) : checkedOut(root, list))
  if (workspace.databases === undefined) {
    let all: Tree | undefined
    const wide = (): Tree => (all ??= open(workspace.root, ['']))
    const loose = (): Tree => (isIndex(workspace.root) ? mentioned(wide()) : tracked(workspace.root))
    return { ...open(workspace.root, own.includes('') || folders.includes('') ? [''] : [...new Set([...folders, ...own])]), wide, loose }
  }
  const databases = staticFolder(layout.databases)
  const overrides = staticFolder(layout.overrides)
  if (databases !== overrides && !isInFolder(overrides, databases))
    throw new UsageError(`--databases only provides \`${databases}\`, but postgres.layout.overrides begins with \`${overrides}\``)
  const shown = shownPath(workspace.root, workspace.databases)
  const joined = overlay(open(workspace.root, folders), databases, open(workspace.databases, ['']), shown)
  const loose = (): Tree => (isIndex(workspace.root) ? mentioned(indexTree(workspace.root, [''])) : tracked(workspace.root))
  return { ...joined, ...homesOf(workspace, databases), loose }
}

/** The staged files that may be manifests; charts are known by their own file. */
function mentioned(all: Tree): Tree {
  const found = all.mentioning?.(looseWords, '')
  return found === undefined ? all : { ...all, paths: all.paths.filter((path) => found.has(path) || path.endsWith('Chart.yaml')) }
}

/** The tracked YAML and JSON files as they are in the work tree. */
function tracked(root: string): Tree {
  const paths = findRepository(root) === undefined ? undefined : trackedPaths(root)
  const tree = withSkipped(workTree(root, paths === undefined ? [''] : []), root, [''])
  if (paths === undefined) return { ...tree, paths: looseOutsideGit(tree, root) }
  return { ...tree, paths: paths.filter(isManifestPath), untracked: () => untrackedPaths(root) }
}

/** No repository of manifests is larger; a home folder, or a disk, is. */
const mostOutsideGit = 100_000

/** Where git does not tell which files are the repository's: all of them, as far as that can be one. Throws UsageError. */
export function looseOutsideGit({ paths }: Pick<Tree, 'paths'>, root: string): readonly string[] {
  if (paths.length <= mostOutsideGit) return paths.filter(isManifestPath)
  throw new UsageError(
    `${root} is in no git repository and holds ${paths.length} files, but no more than ${mostOutsideGit} are looked into; name the repository: --root DIR`,
  )
}

/** Where the folder of `--databases` is in its own repository, for files that name that repository by its address. */
export function homesOf({ root, databases }: Workspace, folder: string): Pick<Tree, 'homes'> {
  const url = databases === undefined || repositoryTop(databases) === repositoryTop(root) ? undefined : originOf(databases)
  return databases === undefined ? {} : { homes: [{ folder, url: url ?? '', prefix: folderInRepository(databases) }] }
}

function checkedOut(root: string, list: readonly string[]): Tree {
  return withSkipped(workTree(root, list), root, list)
}

/** The tree that holds apps/values.yaml, before the layout is known. */
export function openSettingsTree(workspace: Workspace, staged: boolean): Tree {
  if (!staged || !isStandingIn(workspace, workspace.root))
    return withEdits(withSkipped(workTree(workspace.root, []), workspace.root, [settingsFile, ownSettingsFile]), workspace)
  const folders = [...usualFolders, usualFolder, ownSettingsFile]
  const index = openIndex(workspace.root)
  // one listing is enough for charts, too
  index.list([...folders, usualCharts])
  const tree = indexTree(workspace.root, folders, index)
  // what every command needs
  tree.prefetch?.(tree.paths.filter((path) => !path.startsWith(`${usualFolder}/`) && !path.startsWith('helm-values/data/rendered/')))
  return withEdits(tree, workspace)
}

/** What a command was given, such as the state of a cluster, defines nothing. */
function withoutGiven(tree: Tree, { given }: Workspace): Tree {
  const { loose } = tree
  if (given === undefined || loose === undefined) return tree
  return {
    ...tree,
    loose: () => {
      const all = loose()
      return { ...all, paths: all.paths.filter((path) => path !== given) }
    },
  }
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
