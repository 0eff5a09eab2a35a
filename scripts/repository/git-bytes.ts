// Which files does a folder hold in git's index, or in a commit, byte for byte?
import { posix } from 'node:path'
import type { Bytes, FileBytes, FolderBytes } from './bytes.ts'
import { leadsOut } from './bytes.ts'
import { checkedOutBlob, readBlobBytes } from './blobs.ts'
import { followLinks, listCommit } from './git.ts'
import { entriesAt, openIndex } from './staged.ts'
import type { Entry, Index } from './staged.ts'

/** What is staged below `root`. */
export function indexBytes(root: string, index: Index = openIndex(root)): Bytes {
  return bytesOf(root, (path) => new Map(index.list([path]).map(({ path: file, mode, id }) => [file, { mode, id }])))
}

/** What a commit holds below `root`, or below `at`, a folder from the repository's top; `index`: git has been asked what differs from it. */
export function commitBytes(
  root: string,
  commit: string,
  { at, index }: { readonly at?: string | undefined; readonly index?: Index | undefined } = {},
): Bytes {
  const known = at === undefined ? index : undefined
  return bytesOf(root, (path) => (known && entriesAt(known, commit, [path])) ?? listCommit(root, commit, [path], at))
}

let latest: ReadonlyMap<string, Buffer> = new Map()

/** Blobs by id. Two states of a repository mostly hold the same chart, which is read once, and mostly from the work tree. */
function blobsOf(root: string, files: readonly (readonly [path: string, id: string])[]): ReadonlyMap<string, Buffer> {
  const unknown = files.filter(([, id]) => id !== '' && !latest.has(id))
  if (unknown.length === 0) return latest
  const wanted = new Set(files.map(([, id]) => id))
  const blobs = new Map([...latest].filter(([id]) => wanted.has(id)))
  const missing: string[] = []
  for (const [path, id] of unknown) {
    const bytes = checkedOutBlob(root, path, id)
    if (bytes === undefined) missing.push(id)
    else blobs.set(id, bytes)
  }
  for (const [id, bytes] of readBlobBytes(root, missing)) blobs.set(id, bytes)
  return (latest = blobs)
}

/** What is beside a file or folder is mostly asked for next: the folder around it is listed at once. */
function bytesOf(root: string, list: (path: string) => ReadonlyMap<string, Entry>): Bytes {
  const listed = new Map<string, ReadonlyMap<string, string>>()
  const listing = (folder: string): ReadonlyMap<string, string> => {
    const known = listed.get(folder) ?? followLinks(root, list(folder))
    listed.set(folder, known)
    return known
  }
  const idsBelow = (path: string): ReadonlyMap<string, string> => {
    const clean = posix.normalize(path === '' ? '.' : path).replace(/^\.$/, '')
    const around = posix.dirname(clean)
    return listing(around === '.' || clean.startsWith('..') ? clean : around)
  }
  return {
    file: (path): FileBytes | undefined => {
      const id = idsBelow(path).get(posix.normalize(path))
      if (id === undefined) return undefined
      const bytes = blobsOf(root, [[posix.normalize(path), id]]).get(id)
      return bytes === undefined ? { ok: false, message: leadsOut } : { ok: true, bytes }
    },
    folder: (path): FolderBytes | undefined => {
      const ids = idsBelow(path)
      const prefix = path === '' || path === '.' ? '' : `${posix.normalize(path)}/`
      const below = [...ids].filter(([file]) => file.startsWith(prefix))
      if (below.length === 0) return undefined
      if (below.some(([, id]) => id === '')) return { ok: false, message: leadsOut }
      const blobs = blobsOf(root, below)
      const files: Record<string, Uint8Array> = Object.create(null) as Record<string, Uint8Array>
      for (const [file, id] of below) files[file.slice(prefix.length)] = blobs.get(id) as Buffer
      return { ok: true, files }
    },
  }
}
