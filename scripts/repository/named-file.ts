// What is in a file that was named on the command line, or that may be kept outside the repository's own files?
import { closeSync, constants, openSync, readSync, statSync } from 'node:fs'

/** The objects of a large fleet take a tenth of this. */
const mostBytes = 64 * 1024 * 1024
const chunk = 64 * 1024

/** A device that never ends has no length to check beforehand. */
export class TooLarge extends Error {
  readonly code = 'EFBIG'
  constructor() {
    super(`it is larger than ${mostBytes / 1024 / 1024} MiB`)
  }
}

/** All bytes of a file, a pipe or a descriptor; errors of the file system, and TooLarge, are thrown. */
export function readNamed(file: string | number): Buffer {
  // a named pipe that nobody writes to is empty, and is not waited for; Windows has no such flag
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)
  const descriptor = typeof file === 'number' ? file : openSync(file, flags)
  try {
    const parts: Buffer[] = []
    let total = 0
    for (;;) {
      const part = Buffer.allocUnsafe(chunk)
      const length = readPart(descriptor, part)
      if (length === 0) return Buffer.concat(parts, total)
      parts.push(part.subarray(0, length))
      total += length
      if (total > mostBytes) throw new TooLarge()
    }
  } finally {
    if (typeof file === 'string') closeSync(descriptor)
  }
}

/** A terminal or a pipe that has nothing yet is read again; Windows reports the end of a pipe as an error. */
function readPart(descriptor: number, part: Buffer): number {
  for (;;) {
    try {
      return readSync(descriptor, part)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === 'EOF') return 0
      if (code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}

/** The same for a regular file only, links followed; undefined: there is none. */
export function readRegular(path: string): Buffer | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? readNamed(path) : undefined
}
