// How do tests make the archive of a chart, honest or not?
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

export interface TarEntry {
  readonly name: string
  readonly text?: string
  /** tar's letter: `1` a hard link, `2` a symbolic link, `3` a device; absent: a file */
  readonly type?: string
  readonly link?: string
}

/** A `.tgz` of these entries. */
export function tarball(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ name, text = '', type = '0', link = '' }) => {
    const body = Buffer.from(text)
    const header = Buffer.alloc(512)
    header.write(name, 0)
    header.write('0000644\0', 100)
    header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('        ', 148)
    header.write(type, 156)
    header.write(link, 157)
    header.write('ustar\x0000', 257)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]
  })
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]))
}

/** A small chart, as `helm package` would lay it out. */
export function chartArchive(name: string, version: string, more: readonly TarEntry[] = []): Buffer {
  return tarball([
    { name: `${name}/Chart.yaml`, text: `apiVersion: v2\nname: ${name}\nversion: ${version}\n` },
    { name: `${name}/values.yaml`, text: 'replicas: 1\n' },
    { name: `${name}/templates/one.yaml`, text: 'kind: ConfigMap\n' },
    ...more,
  ])
}

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')
