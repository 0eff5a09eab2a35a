// Which id does git give some bytes?
import { createHash } from 'node:crypto'

/** The id that git gives a text, by the length of the repository's ids (SHA-1 or SHA-256). */
export function blobId(text: string, length: number): string {
  return objectId('blob', Buffer.from(text), length)
}

export function objectId(kind: 'blob' | 'tree', bytes: Uint8Array, length: number): string {
  return createHash(length === 64 ? 'sha256' : 'sha1')
    .update(`${kind} ${bytes.length}\0`)
    .update(bytes)
    .digest('hex')
}
