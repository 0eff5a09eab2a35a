// What do git's index and history hold? Read through git objects, in bulk, without touching the work tree.
import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { ask, calls, git, GitFailure, lackingObject } from './git-command.ts'
import { decodeText } from './tree.ts'
import type { FileText, Tree } from './tree.ts'

export interface Entry {
  readonly mode: string
  readonly id: string
}

const link = '120000'
const submodule = '160000'

/** The staged files below the given folders of `root` (which may lie inside a larger repository); texts are read on demand. */
export function indexTree(root: string, folders: readonly string[]): Tree {
  const entries = new Map<string, Entry>()
  for (const { path, mode, id, stage } of listIndex(root, folders)) {
    if (stage !== '0')
      throw new GitFailure(`${path} has a merge conflict, but a staged file must be one text; resolve it and \`git add\` it`)
    entries.set(path, { mode, id })
  }
  for (const path of announced(root, entries)) entries.delete(path)
  const files = followLinks(root, entries)
  const texts = readAhead(root, files)
  return {
    ...treeOf(files, texts.read),
    blob: (path) => files.get(path),
    mentioning: (words, folder) => grep(root, words, folder),
    prefetch: texts.prefetch,
  }
}

/** Files of `git add -N`: their text is not staged, and the index holds an empty one in its place. */
function announced(root: string, entries: ReadonlyMap<string, Entry>): readonly string[] {
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

interface Listed extends Entry {
  readonly path: string
  readonly stage: string
  /** a sparse checkout leaves it out of the work tree */
  readonly isSkipped: boolean
}

/** The index below some folders of `root`; conflicts are listed with each of their stages. */
export function listIndex(root: string, folders: readonly string[]): readonly Listed[] {
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
  try {
    return [...new Set(listIndex(root, ['']).map(({ path }) => path))].sort()
  } catch (error) {
    if (error instanceof GitFailure) return undefined
    throw error
  }
}

/** The paths below `root` whose staged content is another one than that of a commit. */
export function stagedPaths(root: string, commit: string): readonly string[] {
  return git(root, calls.stagedSince(commit)).toString('utf8').split('\0')
}

/** The files that a sparse checkout leaves out of the work tree: they exist nevertheless, and a change does not delete them. */
export function skippedTree(root: string, folders: readonly string[]): Tree {
  const entries = new Map<string, Entry>()
  for (const { path, mode, id, isSkipped } of listIndex(root, folders)) if (isSkipped) entries.set(path, { mode, id })
  const files = followLinks(root, entries)
  const texts = readAhead(root, files)
  return { ...treeOf(files, texts.read), blob: (path) => files.get(path), prefetch: texts.prefetch }
}

/** The staged files of a folder that hold one of some words. */
function grep(root: string, words: readonly string[], folder: string): ReadonlySet<string> {
  if (words.length === 0) return new Set()
  return new Set(ask(root, calls.mentioning(words, folder))?.split('\0'))
}

/**
 * Texts by path and id. A text that has not been read yet is read together with those that follow it in path order,
 * four times as many at each miss: reading a few files costs little, reading all of them costs a handful of git processes.
 */
function readAhead(
  root: string,
  files: ReadonlyMap<string, string>,
): {
  readonly read: (path: string, id: string) => FileText | undefined
  readonly prefetch: (paths: readonly string[]) => void
} {
  const paths = [...files.keys()].sort()
  const texts = new Map<string, FileText>()
  let ahead = 16
  const fetch = (ids: readonly string[]): void => {
    for (const [id, text] of readBlobs(
      root,
      ids.filter((id) => !texts.has(id)),
    ))
      texts.set(id, text)
  }
  return {
    read: (path, id) => {
      if (!texts.has(id)) {
        const ids: string[] = []
        for (let at = paths.indexOf(path); at < paths.length && ids.length < ahead; at++) {
          const next = files.get(paths[at] as string) as string
          if (!texts.has(next)) ids.push(next)
        }
        ahead *= 4
        fetch(ids)
      }
      return texts.get(id)
    },
    prefetch: (wanted) => fetch(wanted.map((path) => files.get(path) ?? '')),
  }
}

/** A commit's files, and which of them differ from the current state. */
export interface CommitTree {
  readonly tree: Tree
  /** whether a path's content has changed since (or exists on one side only) */
  readonly differs: (path: string) => boolean
}

/**
 * The files of a commit below the given folders of `root`, or of `at`, a folder from the repository's top. A file that is
 * unchanged is taken from `current`; the others that are `wanted` are read by one git process.
 */
export function commitTree(
  root: string,
  commit: string,
  options: { readonly folders: readonly string[]; readonly current: Tree; readonly at?: string; wanted(path: string): boolean },
): CommitTree {
  const { current, folders, at } = options
  const entries = new Map<string, Entry>()
  const paths = folders.includes('') ? [] : folders.flatMap((folder) => [folder, `${folder}/`])
  for (const line of git(root, calls.files(commit, paths, at))
    .toString('utf8')
    .split('\0')) {
    const tab = line.indexOf('\t')
    if (tab < 0) continue
    const [mode = '', , id = ''] = line.slice(0, tab).split(' ')
    entries.set(line.slice(tab + 1), { mode, id })
  }
  const files = followLinks(root, entries)
  const isSame = (path: string, id: string): boolean => {
    const known = current.blob?.(path)
    if (known !== undefined) return known === id
    const read = current.read(path)
    return read?.ok === true && blobId(read.text, id.length) === id
  }
  current.prefetch?.(current.paths.filter((path) => current.blob?.(path) !== files.get(path)))
  const same = new Set([...files].filter(([path, id]) => options.wanted(path) && isSame(path, id)).map(([path]) => path))
  const texts = readBlobs(
    root,
    [...files].filter(([path]) => options.wanted(path) && !same.has(path)).map(([, id]) => id),
  )
  const read = (path: string, id: string): FileText | undefined =>
    same.has(path) ? current.read(path) : (texts.get(id) ?? (isSame(path, id) ? current.read(path) : readBlobs(root, [id]).get(id)))
  const prefetch = (paths: readonly string[]): void => {
    const ids = paths.flatMap((path) => (same.has(path) ? [] : (files.get(path) ?? [])))
    for (const [id, text] of readBlobs(
      root,
      ids.filter((id) => !texts.has(id)),
    ))
      texts.set(id, text)
  }
  return {
    tree: { ...treeOf(files, read), blob: (path) => files.get(path), prefetch },
    differs: (path) => {
      const id = files.get(path)
      return id === undefined || id === '' ? current.read(path) !== undefined : !isSame(path, id)
    },
  }
}

const linkToNothing = {
  message: 'is a link to something that is not a file in the same folders in git',
  help: 'commit its target, or copy the file',
}

/** `id` empty: a link to nothing in this tree. */
function treeOf(files: ReadonlyMap<string, string>, text: (path: string, id: string) => FileText | undefined): Tree {
  return {
    paths: [...files.keys()].sort(),
    blocked: [...files].filter(([path, id]) => id === '' && !/\.\w+$/.test(path)).map(([path]) => ({ path, ...linkToNothing })),
    read: (path) => {
      const id = files.get(path)
      if (id === undefined) return undefined
      return id === '' ? { ok: false, ...linkToNothing } : text(path, id)
    },
  }
}

/** Path → blob id. Links are followed inside the tree, as the work tree follows them; a link's blob holds its target. */
export function followLinks(root: string, entries: ReadonlyMap<string, Entry>): Map<string, string> {
  const files = new Map<string, string>()
  const links: [string, string][] = []
  for (const [path, { mode, id }] of entries) {
    if (mode === link) links.push([path, id])
    else if (mode !== submodule) files.set(path, id)
  }
  if (links.length === 0) return files
  const targets = readBlobs(
    root,
    links.map(([, id]) => id),
  )
  const plain = [...files]
  for (const [path, id] of links) {
    const read = targets.get(id)
    const target = read?.ok === true ? posix.normalize(posix.join(posix.dirname(path), read.text)).replace(/\/$/, '') : ''
    const file = files.get(target)
    const below = plain.filter(([other]) => other.startsWith(`${target}/`))
    if (file !== undefined) files.set(path, file)
    else if (below.length === 0) files.set(path, '')
    for (const [other, blob] of below) files.set(`${path}${other.slice(target.length)}`, blob)
  }
  return files
}

/** Blobs as texts, by id; a blob that the clone lacks is a GitFailure. */
function readBlobs(root: string, wanted: readonly string[]): Map<string, FileText> {
  return new Map([...readBlobBytes(root, wanted)].map(([id, bytes]) => [id, decodeText(bytes)]))
}

/** Blobs by id, read by one `git cat-file --batch`. */
export function readBlobBytes(root: string, wanted: readonly string[]): Map<string, Buffer> {
  const blobs = new Map<string, Buffer>()
  const ids = [...new Set(wanted)].filter((id) => id !== '')
  if (ids.length === 0) return blobs
  const output = git(root, calls.blobs(ids))
  let offset = 0
  for (const id of ids) {
    const end = output.indexOf(10, offset)
    const [, kind, length] = output.toString('latin1', offset, end).split(' ')
    offset = end + 1
    if (kind !== 'blob') throw lackingObject(root, id)
    const size = Number(length)
    blobs.set(id, output.subarray(offset, offset + size))
    offset += size + 1
  }
  return blobs
}

/** The id that git gives a text, by the length of the repository's ids (SHA-1 or SHA-256). */
function blobId(text: string, length: number): string {
  return objectId('blob', Buffer.from(text), length)
}

function objectId(kind: 'blob' | 'tree', bytes: Buffer, length: number): string {
  return createHash(length === 64 ? 'sha256' : 'sha1')
    .update(`${kind} ${bytes.length}\0`)
    .update(bytes)
    .digest('hex')
}
