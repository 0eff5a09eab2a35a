// Which files does a folder hold in git's index, or in a commit, byte for byte?
import { posix } from 'node:path'
import type { Bytes, FileBytes, FolderBytes } from './bytes.ts'
import { leadsOut } from './bytes.ts'
import { calls, git } from './git-command.ts'
import { followLinks, listIndex, readBlobBytes } from './git.ts'
import type { Entry } from './git.ts'

/** What is staged below `root`. */
export function indexBytes(root: string): Bytes {
  return bytesOf(root, (path) => listIndex(root, [path]).map(({ path: file, mode, id }) => [file, { mode, id }] as const))
}

/** What a commit holds below `root`, or below `at`, a folder from the repository's top. */
export function commitBytes(root: string, commit: string, at?: string): Bytes {
  return bytesOf(root, (path) => {
    const listing = git(root, calls.files(commit, path === '' ? [] : [path], at)).toString('utf8')
    return listing.split('\0').flatMap((line): [string, Entry][] => {
      const tab = line.indexOf('\t')
      if (tab < 0) return []
      const [mode = '', , id = ''] = line.slice(0, tab).split(' ')
      return [[line.slice(tab + 1), { mode, id }]]
    })
  })
}

let latest: ReadonlyMap<string, Buffer> = new Map()

/** Blobs by id. Two states of a repository mostly hold the same chart, which is read once. */
function blobsOf(root: string, ids: readonly string[]): ReadonlyMap<string, Buffer> {
  const missing = ids.filter((id) => id !== '' && !latest.has(id))
  if (missing.length > 0) latest = new Map([...[...latest].filter(([id]) => ids.includes(id)), ...readBlobBytes(root, missing)])
  return latest
}

/** What is beside a file or folder is mostly asked for next: the folder around it is listed at once. */
function bytesOf(root: string, list: (path: string) => readonly (readonly [string, Entry])[]): Bytes {
  const listed = new Map<string, ReadonlyMap<string, string>>()
  const listing = (folder: string): ReadonlyMap<string, string> => {
    const known = listed.get(folder) ?? followLinks(root, new Map(list(folder)))
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
      const bytes = blobsOf(root, [id]).get(id)
      return bytes === undefined ? { ok: false, message: leadsOut } : { ok: true, bytes }
    },
    folder: (path): FolderBytes | undefined => {
      const ids = idsBelow(path)
      const prefix = path === '' || path === '.' ? '' : `${posix.normalize(path)}/`
      const below = [...ids].filter(([file]) => file.startsWith(prefix))
      if (below.length === 0) return undefined
      if (below.some(([, id]) => id === '')) return { ok: false, message: leadsOut }
      const blobs = blobsOf(
        root,
        below.map(([, id]) => id),
      )
      const files: Record<string, Uint8Array> = Object.create(null) as Record<string, Uint8Array>
      for (const [file, id] of below) files[file.slice(prefix.length)] = blobs.get(id) as Buffer
      return { ok: true, files }
    },
  }
}
