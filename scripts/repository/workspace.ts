// Which repository, and which state of it, does a command look at?
import { existsSync, realpathSync, statSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { indexTree } from './git.ts'
import { folderInRepository, repositoryTop } from './place.ts'
import { originOf } from './remote.ts'
import { isInFolder, layoutFolders, staticFolder } from '../discover/layout.ts'
import type { Settings } from '../model.ts'
import { skippedFiles, withSkipped } from './sparse.ts'
import { overlay, workTree } from './tree.ts'
import type { Tree } from './tree.ts'

/** Wrong usage: exit code 2, the message is for the person who typed the command. */
export class UsageError extends Error {}

export interface Workspace {
  readonly root: string
  /** databases from another checkout */
  readonly databases?: string
  /** where a person stands, who reads paths and types commands; absent: at the root */
  readonly cwd?: string
  /** which of two checkouts the command is run in: its commits and its index are meant; absent: both are one, or there is one */
  readonly standing?: 'root' | 'databases'
  /** texts that stand for those of the files, by their path as it is shown */
  readonly edited?: ReadonlyMap<string, string>
}

/** Resolves `--root` and `--databases` against the current directory; a folder that does not exist is wrong usage. */
export function openWorkspace(
  cwd: string,
  flags: { readonly root?: string | undefined; readonly databases?: string | undefined },
): Workspace {
  const root = folder(cwd, flags.root ?? '.', '--root')
  if (!existsSync(resolve(root, 'apps/values.yaml')) && skippedFiles(root, ['apps/values.yaml'])?.paths.length !== 1)
    throw new UsageError(
      `${flags.root ?? 'this folder'} has no apps/values.yaml, so it is not the root of a repository of this kind (see --root)`,
    )
  const from = realpathSync(cwd)
  if (flags.databases === undefined) return { root, cwd: from }
  const databases = folder(cwd, flags.databases, '--databases')
  const [own, other, here] = [root, databases, from].map(repositoryTop)
  return own === other ? { root, cwd: from, databases } : { root, cwd: from, databases, standing: here === other ? 'databases' : 'root' }
}

function folder(cwd: string, path: string, flag: string): string {
  const full = resolve(cwd, path)
  let isFolder = false
  try {
    isFolder = statSync(full).isDirectory()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw new UsageError(`${flag} is \`${path}\`, but can't be looked into (${String(code)})`)
  }
  if (!isFolder) throw new UsageError(`${flag} is \`${path}\`, but there is no such folder`)
  return realpathSync(full)
}

/** The folders whose files matter, beside the databases. */
const folders = ['apps', 'helm-values']

/** Where databases are unless the layout says otherwise. */
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
    throw new UsageError(`--databases brings \`${databases}\` only, but postgres.layout.overrides begins with \`${overrides}\``)
  // of two repositories, the one that the command is run in has the index that is asked for
  const joined = overlay(
    workspace.standing === 'databases' ? checkedOut(workspace.root, folders) : open(workspace.root, folders),
    databases,
    workspace.standing === 'root' ? checkedOut(workspace.databases, ['']) : open(workspace.databases, ['']),
    shownPath(workspace.root, workspace.databases),
  )
  return { ...joined, ...homesOf(workspace, databases) }
}

/** Where the folder of `--databases` is in its own repository, for what names that one by its address. */
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
  // what every command asks for
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

/** A path that a person (and an annotation) can open: relative to the root where that is short, else absolute. */
export function shownPath(root: string, path: string): string {
  const short = relative(root, path)
  return isAbsolute(short) ? path : short.split(sep).join('/')
}
