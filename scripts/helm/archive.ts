// Which files does a packaged chart hold?
import { gunzipSync } from 'node:zlib'
import { HelmRefusal } from './error.ts'

const largestChart = 100 * 1024 * 1024
const largestFile = 5 * 1024 * 1024

function refuse(message: string): never {
  throw new HelmRefusal('chart', message)
}

/** One entry of an archive as it is written: any name, and tar's letter for what it is (`0`: a file, `1` and `2`: links, `5`: a folder). */
export interface ArchiveEntry {
  readonly name: string
  readonly type: string
  readonly body: Buffer
}

/** The entries of a `.tgz`, long names joined. Where they lead is not checked. */
export function* archiveEntries(bytes: Uint8Array): Iterable<ArchiveEntry> {
  const tar = unzip(bytes)
  let longName: string | undefined
  for (let at = 0; at + 512 <= tar.length;) {
    const header = tar.subarray(at, at + 512)
    if (header.every((byte) => byte === 0)) break
    const size = sizeOf(header)
    const body = tar.subarray(at + 512, at + 512 + size)
    if (body.length < size) refuse('unexpected EOF')
    at += 512 + Math.ceil(size / 512) * 512
    const type = String.fromCharCode(header[156] as number)
    if (type === 'L') longName = textIn(body)
    else if (type === 'x') longName = paxPath(body) ?? longName
    else if (type === 'g') continue
    else {
      yield { name: longName ?? nameOf(header), type: type === '\0' || type === '7' ? '0' : type, body }
      longName = undefined
    }
  }
}

function unzip(bytes: Uint8Array): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: largestChart + largestFile })
  } catch (error) {
    if (error instanceof RangeError) return refuse('decompressed chart is larger than the maximum size 104857600')
    const isShort = error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR'
    return refuse(isShort ? 'unexpected EOF' : 'gzip: invalid header')
  }
}

/** `LoadArchiveFiles`: the files of a `.tgz` below its one top folder, none of them outside of it. */
export function readArchive(bytes: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  let total = 0
  for (const { name, type, body } of archiveEntries(bytes)) {
    if (type === '5' || name.endsWith('/')) continue
    total += body.length
    if (body.length > largestFile) refuse(`decompressed chart file "${name}" is larger than the maximum file size ${largestFile}`)
    if (total > largestChart) refuse(`decompressed chart is larger than the maximum size ${largestChart}`)
    files.set(cleanName(name), body)
  }
  return files.size === 0 ? refuse('no files in chart archive') : files
}

const textIn = (bytes: Buffer): string => {
  const end = bytes.indexOf(0)
  return (end < 0 ? bytes : bytes.subarray(0, end)).toString()
}

function sizeOf(header: Buffer): number {
  if (((header[124] as number) & 0x80) !== 0) return Number(header.readBigUInt64BE(128))
  const digits = textIn(header.subarray(124, 136)).trim()
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : refuse('archive/tar: invalid tar header')
}

function nameOf(header: Buffer): string {
  const name = textIn(header.subarray(0, 100))
  const prefix = header.subarray(257, 262).toString() === 'ustar' ? textIn(header.subarray(345, 500)) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

function paxPath(body: Buffer): string | undefined {
  for (let at = 0; at < body.length;) {
    const space = body.indexOf(32, at)
    const length = Number(body.subarray(at, space).toString())
    if (space < 0 || !(length > 0)) break
    const [key, ...value] = body
      .subarray(space + 1, at + length - 1)
      .toString()
      .split('=')
    if (key === 'path') return value.join('=')
    at += length
  }
  return undefined
}

/** The name without the top folder. */
function cleanName(name: string): string {
  const delimiter = name.includes('\\') ? '\\' : '/'
  const [top = '', ...rest] = name.split(delimiter)
  const path = rest.join('/')
  if (path.startsWith('/')) refuse('chart illegally contains absolute paths')
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else parts.push(part)
  }
  if (parts.length === 0) refuse(`chart illegally contains content outside the base directory: "${name}"`)
  if (parts[0]?.startsWith('..') === true) refuse('chart illegally references parent directory')
  if (/^[a-zA-Z]:\//.test(parts.join('/'))) refuse('chart contains illegally named files')
  if (top === 'Chart.yaml') refuse('chart yaml not in base directory')
  return parts.join('/')
}
