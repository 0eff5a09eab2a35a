// Which files does a folder hold, byte for byte?
import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { codeOf } from '../values/printed.ts'
import { isInside } from './tree.ts'

/** Nothing larger is a file of a chart: Helm refuses it, too. */
const largestFile = 5 * 1024 * 1024
const largestFolder = 100 * 1024 * 1024
const mostFiles = 20_000

export type FileBytes = { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly message: string }
/** Files by their path below the folder, '/'-separated. */
export type FolderBytes =
  | { readonly ok: true; readonly files: Readonly<Record<string, Uint8Array>> }
  | { readonly ok: false; readonly message: string }

/** One state of a repository, or a folder outside of it; paths are '/'-separated, from its root. */
export interface Bytes {
  /** undefined: there is no such file */
  readonly file: (path: string) => FileBytes | undefined
  /** undefined: there is no such folder */
  readonly folder: (path: string) => FolderBytes | undefined
}

export const leadsOut = 'leads out of the repository'

/** What is on disk below `root`. Links are followed as long as they stay inside `top`. */
export function diskBytes(root: string, top: string): Bytes {
  const boundary = realOf(top) ?? top
  return {
    file: (path) => {
      const full = join(root, path)
      if (!isInside(boundary, resolve(root, path))) return { ok: false, message: leadsOut }
      const real = realOf(full)
      if (real === undefined || !statSync(real).isFile()) return undefined
      return isInside(boundary, real) ? readBytes(real) : { ok: false, message: leadsOut }
    },
    folder: (path) => {
      const full = resolve(root, path)
      const real = realOf(full)
      // `a/../..` leaves it, too, where a link would bring it back
      const isOut = !isInside(boundary, full) && !isInside(boundary, real ?? full)
      if (real === undefined || !statSync(real).isDirectory()) return isOut ? { ok: false, message: leadsOut } : undefined
      if (isOut || !isInside(boundary, real)) return { ok: false, message: leadsOut }
      return readFolder(real, boundary)
    },
  }
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

class Refused extends Error {}

function readFolder(folder: string, boundary: string): FolderBytes {
  const files: Record<string, Uint8Array> = Object.create(null) as Record<string, Uint8Array>
  let [total, count] = [0, 0]
  const list = (base: string, prefix: string, around: readonly string[]): void => {
    for (const entry of readdirSync(base, { withFileTypes: true })) {
      const path = prefix + entry.name
      const full = join(base, entry.name)
      const real = entry.isSymbolicLink() ? realOf(full) : full
      if (real === undefined) throw new Refused(`holds a link that leads nowhere (${path})`)
      if (!isInside(boundary, real)) throw new Refused(leadsOut)
      const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && statSync(real).isDirectory())
      if (isFolder) {
        if (around.includes(real) || around.length > 30) throw new Refused(`holds a link in a circle (${path})`)
        list(real, `${path}/`, [...around, real])
        continue
      }
      const read = readBytes(real)
      if (!read.ok) throw new Refused(`holds ${path}, which ${read.message}`)
      total += read.bytes.length
      count++
      if (total > largestFolder || count > mostFiles) throw new Refused('is larger than any chart may be')
      files[path] = read.bytes
    }
  }
  try {
    list(folder, '', [folder])
  } catch (error) {
    if (error instanceof Refused) return { ok: false, message: error.message }
    if (error instanceof Error && 'code' in error) return { ok: false, message: `can't be read (${codeOf(error)})` }
    throw error
  }
  return { ok: true, files }
}

/** A regular file, byte for byte. O_NONBLOCK: a pipe must not hang us. */
export function readBytes(path: string): FileBytes {
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) return { ok: false, message: 'is no regular file' }
    if (stat.size > (path.endsWith('.tgz') ? largestFolder : largestFile))
      return { ok: false, message: 'is larger than a file of a chart may be' }
    return { ok: true, bytes: readFileSync(descriptor) }
  } catch (error) {
    return { ok: false, message: `can't be read (${codeOf(error)})` }
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
