// What does git's index hold, and what did a commit hold where that is another?
import { calls, git, GitFailure } from './git-command.ts'
import { blobId, objectId } from './object-id.ts'

export interface Entry {
  readonly mode: string
  readonly id: string
}

export interface Listed extends Entry {
  readonly path: string
  readonly stage: string
  /** a sparse checkout leaves it out of the work tree */
  readonly isSkipped: boolean
}

/** The index of a repository below a root, which git is asked about once. */
export interface Index {
  /** what is staged below some folders; conflicts are listed with each of their stages */
  readonly list: (folders: readonly string[]) => readonly Listed[]
  /** what a commit has at the paths where it differs; undefined: nothing */
  readonly since: (commit: string) => ReadonlyMap<string, Entry | undefined>
}

/** The index as it is now: what has been read of it is not read again. */
export function openIndex(root: string): Index {
  const listings: { readonly folders: readonly string[]; readonly listed: readonly Listed[] }[] = []
  const commits = new Map<string, ReadonlyMap<string, Entry | undefined>>()
  return {
    list: (folders) => {
      const known = listings.find((one) => folders.every((folder) => one.folders.some((other) => isBelow(folder, other))))
      if (known !== undefined) return known.listed.filter(({ path }) => folders.some((folder) => isBelow(path, folder)))
      const listed = listIndex(root, folders)
      listings.push({ folders, listed })
      return listed
    },
    since: (commit) => {
      const known = commits.get(commit) ?? stagedSince(root, commit)
      commits.set(commit, known)
      return known
    },
  }
}

const isOutside = (path: string): boolean => path === '..' || path.startsWith('../')

/** `` is the root itself. */
const isBelow = (path: string, folder: string): boolean =>
  folder === '' ? !isOutside(path) : path === folder || path.startsWith(`${folder}/`)

/** The files of a commit below some folders: those of the index, but for what is staged since. Undefined for what is not below the root. */
export function entriesAt(index: Index, commit: string, folders: readonly string[]): Map<string, Entry> | undefined {
  if (folders.some(isOutside)) return undefined
  const entries = new Map<string, Entry>()
  for (const { path, mode, id } of index.list(folders)) entries.set(path, { mode, id })
  for (const [path, entry] of index.since(commit)) {
    if (!folders.some((folder) => isBelow(path, folder))) continue
    if (entry === undefined) entries.delete(path)
    else entries.set(path, entry)
  }
  return entries
}

/** Lines of `:MODE MODE ID ID STATUS`, each with its path. */
function stagedSince(root: string, commit: string): ReadonlyMap<string, Entry | undefined> {
  const changes = new Map<string, Entry | undefined>()
  const parts = git(root, calls.stagedSince(commit)).toString('utf8').split('\0')
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [mode = '', , id = ''] = (parts[at] as string).slice(1).split(' ')
    changes.set(parts[at + 1] as string, mode === '000000' ? undefined : { mode, id })
  }
  return changes
}

/** Files of `git add -N`: their text is not staged, and the index holds an empty one in its place. */
export function announced(root: string, entries: ReadonlyMap<string, Entry>): readonly string[] {
  const [first] = entries.values()
  const emptyId = blobId('', first?.id.length ?? 0)
  const empty = [...entries].filter(([, { id }]) => id === emptyId)
  const [, one] = empty[0] ?? []
  if (one === undefined) return []
  const paths = empty.map(([path]) => path)
  // listing every file would make a long command line
  const asked = paths.length > 500 ? ['.'] : paths
  const staged = new Set(
    git(root, calls.staged(objectId('tree', Buffer.alloc(0), one.id.length), asked))
      .toString('utf8')
      .split('\0'),
  )
  return paths.filter((path) => !staged.has(path))
}

/** The index below some folders of `root`; conflicts are listed with each of their stages. */
function listIndex(root: string, folders: readonly string[]): readonly Listed[] {
  const listing = git(root, calls.index(folders)).toString('utf8')
  const listed: Listed[] = []
  for (const line of listing.split('\0')) {
    const tab = line.indexOf('\t')
    if (tab < 0) continue
    const [tag, mode = '', id = '', stage = ''] = line.slice(0, tab).split(' ')
    listed.push({ path: line.slice(tab + 1), mode, id, stage, isSkipped: tag?.toUpperCase() === 'S' })
  }
  return listed
}

/** The paths that git tracks below `root`; undefined where git can't be asked. */
export function trackedPaths(root: string): readonly string[] | undefined {
  return askedFor(() => {
    const listed = openIndex(root).list([''])
    return [...new Set(listed.map(({ path }) => path))].sort()
  })
}

/** The paths below `root` that git neither tracks nor ignores; none where git can't be asked. */
export function untrackedPaths(root: string): readonly string[] {
  const listing = askedFor(() => git(root, calls.untracked()).toString('utf8'))
  return listing?.split('\0').filter((path) => path !== '') ?? []
}

function askedFor<Answer>(ask: () => Answer): Answer | undefined {
  try {
    return ask()
  } catch (error) {
    if (error instanceof GitFailure) return undefined
    throw error
  }
}
