// What do git's blobs hold? One that the work tree has byte for byte is read from there, which takes no process.
import { join } from 'node:path'
import { readBytes } from './bytes.ts'
import { calls, git, lackingObject } from './git-command.ts'
import { objectId } from './object-id.ts'
import { decodeText } from './tree.ts'
import type { FileText } from './tree.ts'

/** What is on disk at a path, if it is byte for byte the blob; links on the way may lead anywhere, since its id is what counts. */
export function checkedOutBlob(root: string, path: string, id: string): Buffer | undefined {
  const read = readBytes(join(root, path))
  if (!read.ok || objectId('blob', read.bytes, id.length) !== id) return undefined
  return Buffer.from(read.bytes.buffer, read.bytes.byteOffset, read.bytes.length)
}

/** Blobs as texts, by id; a blob that the clone lacks is a GitFailure. */
export function readBlobs(root: string, wanted: readonly string[]): Map<string, FileText> {
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
