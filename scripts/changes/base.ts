// What did the repository hold where this change began?
import { discover } from '../discover.ts'
import { commitTree, mergeBase, stagedBase } from '../git.ts'
import { staticFolder } from '../layout.ts'
import type { Database, Settings } from '../model.ts'
import { loadSettings, settingsFile } from '../settings.ts'
import { overlay } from '../tree.ts'
import type { Tree } from '../tree.ts'
import { UsageError } from '../workspace.ts'
import type { Workspace } from '../workspace.ts'

/** The repository at the merge base. */
export interface Base {
  /** the base as a person named it */
  readonly revision: string
  /** absent: the settings could not be read there, so there was nothing of this program yet */
  readonly settings?: Settings
  readonly databases: ReadonlyMap<string, Database>
  readonly tree: Tree
  /** whether a file's content is another one now */
  readonly differs: (path: string) => boolean
}

/** A commit to compare with, and its name. */
export interface BaseCommit {
  readonly revision: string
  readonly commit: string
}

/**
 * The commit that `--base` and `--staged` ask for: the merge base with `base`; with `staged` alone HEAD, or nothing
 * before the first commit. The repository is the one that holds the databases.
 */
export function baseCommit(
  workspace: Workspace,
  options: { readonly base?: string | undefined; readonly staged: boolean },
): BaseCommit | undefined {
  const root = workspace.databases ?? workspace.root
  if (options.base !== undefined) return { revision: options.base, commit: mergeBase(root, options.base) }
  const head = options.staged ? stagedBase(root) : undefined
  return head === undefined ? undefined : { revision: 'HEAD', commit: head }
}

/** Reads the base's settings and databases; `current` is the state that is judged. `changed`: of files that are the same now only what is asked for. */
export function readBase(
  workspace: Workspace,
  from: BaseCommit,
  current: { readonly settings: Settings; readonly tree: Tree; readonly changed: boolean },
): Base {
  const folder = staticFolder(current.settings.layout.databases)
  const first = openBaseTree(workspace, from, { folder, tree: current.tree })
  const settings = loadSettings(first.tree).settings
  if (settings === undefined) return { ...first, databases: new Map() }
  const folderThen = staticFolder(settings.layout.databases)
  const opened = folderThen === folder ? first : openBaseTree(workspace, from, { folder: folderThen, tree: current.tree })
  const tree = current.changed && current.tree.blob !== undefined ? readLater(opened.tree, opened.differs) : opened.tree
  const databases = new Map(discover(settings, tree).databases.map((database) => [database.id, database]))
  return { ...opened, settings, databases }
}

function openBaseTree(
  workspace: Workspace,
  { revision, commit }: BaseCommit,
  current: { readonly folder: string; readonly tree: Tree },
): Pick<Base, 'revision' | 'tree' | 'differs'> {
  const { folder, tree } = current
  const prefix = folder === '' ? '' : `${folder}/`
  if (workspace.databases === undefined) {
    const folders = folder === '' ? [''] : [...new Set([settingsFile, 'helm-values', 'apps/templates', folder])]
    const wanted = (path: string): boolean =>
      path === settingsFile ||
      /^(?:helm-values\/data\/[^/]+|apps\/templates\/.*\.ya?ml)$/.test(path) ||
      (path.startsWith(prefix) && path.endsWith('.yaml') && !path.startsWith('helm-values/data/rendered/'))
    const opened = commitTree(workspace.root, commit, { folders, current: tree, wanted })
    return { revision, tree: { ...opened.tree, revision }, differs: opened.differs }
  }
  if (folder === '') throw new UsageError('--databases needs postgres.layout.databases to begin with a folder')
  const below: Tree = { paths: [], read: (path) => tree.read(prefix + path), blob: (path) => tree.blob?.(prefix + path) }
  const opened = commitTree(workspace.databases, commit, { folders: [''], current: below, wanted: (path) => path.endsWith('.yaml') })
  const shown = tree.shown === undefined ? {} : { shown: (path: string) => tree.shown?.(path) ?? path }
  const own: Tree = { paths: tree.paths.filter((path) => !path.startsWith(prefix)), read: (path) => tree.read(path) }
  return {
    revision,
    tree: { ...overlay(own, folder, opened.tree, ''), ...shown, revision },
    differs: (path) => path.startsWith(prefix) && opened.differs(path.slice(prefix.length)),
  }
}

/** A tree whose unchanged files are read when somebody looks into them. */
export function readLater(tree: Tree, differs: (path: string) => boolean): Tree {
  return { ...tree, later: (path) => !differs(path) }
}

/** A tree whose files are read once, however often they are asked for. */
export function remembered(tree: Tree): Tree {
  const texts = new Map<string, ReturnType<Tree['read']>>()
  return {
    ...tree,
    read: (path) => {
      if (texts.has(path)) return texts.get(path)
      const read = tree.read(path)
      texts.set(path, read)
      return read
    },
  }
}
