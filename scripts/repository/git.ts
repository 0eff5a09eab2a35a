// What do git's index and history hold? Read in bulk, and never what only the work tree holds.
import { posix } from 'node:path'
import { checkedOutBlob, readBlobs } from './blobs.ts'
import { ask, calls, git, GitFailure } from './git-command.ts'
import { blobId } from './object-id.ts'
import { announced, entriesAt, openIndex } from './staged.ts'
import type { Entry, Index } from './staged.ts'
import { decodeText } from './tree.ts'
import type { FileText, Tree } from './tree.ts'

const link = '120000'
const submodule = '160000'

/** The staged files below the given folders of `root` (which may lie inside a larger repository); texts are read on demand. */
export function indexTree(root: string, folders: readonly string[], index: Index = openIndex(root)): Tree {
  const entries = new Map<string, Entry>()
  for (const { path, mode, id, stage } of index.list(folders)) {
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
    index,
  }
}

/** The files that a sparse checkout leaves out of the work tree: they exist nevertheless, and a change does not delete them. */
export function skippedTree(root: string, folders: readonly string[]): Tree {
  const entries = new Map<string, Entry>()
  for (const { path, mode, id, isSkipped } of openIndex(root).list(folders)) if (isSkipped) entries.set(path, { mode, id })
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
 * Texts by path and id. One that the work tree does not have is read together with those that follow it in path order,
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
  const take = (path: string, id: string): boolean => {
    if (id === '' || texts.has(id)) return true
    const bytes = checkedOutBlob(root, path, id)
    if (bytes !== undefined) texts.set(id, decodeText(bytes))
    return bytes !== undefined
  }
  const fetch = (wanted: readonly string[]): void => {
    const missing = wanted.flatMap((path) => {
      const id = files.get(path)
      return id === undefined || take(path, id) ? [] : [id]
    })
    for (const [id, text] of readBlobs(root, missing)) texts.set(id, text)
  }
  return {
    read: (path, id) => {
      if (!take(path, id)) {
        const at = paths.indexOf(path)
        fetch(paths.slice(at, at + ahead))
        ahead *= 4
      }
      return texts.get(id)
    },
    prefetch: fetch,
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
  const index = at === undefined ? current.index : undefined
  const files = followLinks(root, (index && entriesAt(index, commit, folders)) ?? listCommit(root, commit, folders, at))
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

/** The files of a commit below some folders of `root`, or of `at`, a folder from the repository's top. */
export function listCommit(root: string, commit: string, folders: readonly string[], at?: string): Map<string, Entry> {
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
  return entries
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
