// How is a file written so that it is never half written and never outside the repository?
import { lookup } from '../values/lookup.ts'
import { codeOf } from '../values/printed.ts'
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, parse, relative, resolve, sep } from 'node:path'
import { isInside } from './tree.ts'
import { UsageError } from './workspace.ts'

export interface WriteOptions {
  /** the folder that no link may leave (by default its repository); the file itself may be elsewhere */
  readonly inside: string
  /** the path as the user knows it */
  readonly shown: string
  /** refuse if the file already exists */
  readonly isNew?: boolean
}

/** The file system refused, or the path leads out of the repository; what was there before stays intact. */
export class WriteRefusal extends UsageError {}

/**
 * Writes a file atomically: to a new file next to the target, synced to disk, then renamed to the target. The mode of
 * an existing file is kept. Folders are created. An obstacle is a WriteRefusal that names it in one line.
 */
export function writeWhole(path: string, text: string | Uint8Array, options: WriteOptions): void {
  try {
    const target = realTarget(path, options)
    const there = lstatSync(target, { throwIfNoEntry: false })
    if (there !== undefined && options.isNew === true) throw refusal(options, 'already exists')
    if (there?.isDirectory() === true) throw refusal(options, 'is a folder')
    if (there !== undefined && !there.isFile()) throw refusal(options, 'is not a regular file')
    makeFolders(dirname(target))
    sweep(dirname(target))
    replace(target, text, { mode: there?.mode, isNew: options.isNew === true })
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof Error) || !('code' in error)) throw error
    throw refusal(options, reasonFor(error))
  }
}

function refusal({ shown }: WriteOptions, why: string): WriteRefusal {
  return new WriteRefusal(`${shown} can't be written: ${why}`)
}

const reasons: Readonly<Record<string, string>> = lookup({
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is a file, but must be a folder',
  ELOOP: 'a link on the way leads to itself',
  ENAMETOOLONG: 'the name is too long',
  EEXIST: 'it already exists',
  ENOENT: 'a part of the path is missing',
  EMFILE: 'too many files are open',
  EFBIG: 'the file would be too large',
})

/** The file system's error, in words. */
export function reasonFor(error: Error): string {
  const code = codeOf(error)
  const reason = reasons[code]
  return reason === undefined ? code : `${reason} (${code})`
}

/** Next to the target, since a rename works only within one disk. Files of this name are removed by `render` if a crash left them. */
function replace(
  target: string,
  text: string | Uint8Array,
  { mode, isNew }: { readonly mode: number | undefined; readonly isNew: boolean },
): void {
  const temporary = join(dirname(target), `cnpg-values-${randomBytes(8).toString('hex')}.tmp`)
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0)
  const descriptor = openSync(temporary, flags, 0o666)
  try {
    try {
      writeFileSync(descriptor, text)
      if (mode !== undefined) fchmodSync(descriptor, mode & 0o777)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    if (isNew) linkNew(temporary, target)
    else renameSync(temporary, target)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Unlike a rename, a link never replaces a file that appeared in the meantime. */
function linkNew(temporary: string, target: string): void {
  try {
    linkSync(temporary, target)
    rmSync(temporary)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    // a disk without hard links
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EOPNOTSUPP') throw error
    closeSync(openSync(target, 'wx'))
    renameSync(temporary, target)
  }
}

/** Whether a file has the name of those that a crash leaves between writing and renaming. */
export function isLeftoverName(path: string): boolean {
  return /^cnpg-values-[0-9a-f]{16}\.tmp$/.test(basename(path))
}

/** One by one: node's recursive mkdir never ends where folders can't be created, as in /proc. */
function makeFolders(folder: string): void {
  if (lstatOf(folder) !== undefined) return
  makeFolders(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

const swept = new Set<string>()

/** Leftovers of earlier runs next to a file that is written, searched for once per folder. */
function sweep(folder: string): void {
  if (swept.has(folder)) return
  swept.add(folder)
  for (const name of readdirSync(folder)) if (isLeftoverName(name)) removeLeftover(join(folder, name))
}

/** Removes such a file if it is regular and too old to be still in use. */
export function removeLeftover(path: string, now = Date.now()): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats?.isFile() !== true || now - stats.mtimeMs < 600_000) return false
  try {
    rmSync(path)
    return true
  } catch {
    return false
  }
}

/**
 * The path with its links followed. A link in the repository that leads out of it, or into its `.git`, may have
 * been added by a change and is refused; one outside belongs to the user.
 */
export function realTarget(path: string, options: WriteOptions): string {
  const inside = realpathSync(options.inside)
  const isOurs = (real: string): boolean => isInside(inside, real)
  const full = resolve(path)
  let real = parse(full).root
  for (const step of full.slice(real.length).split(sep)) {
    const next = join(real, step)
    if (lstatOf(next)?.isSymbolicLink() !== true) {
      real = next
      continue
    }
    const end = endOf(next)
    if (end === undefined) throw refusal(options, `${step} is a link to nothing`)
    if (isOurs(real) && !isOurs(end)) throw refusal(options, `${step} is a link that leads out of the repository`)
    if (isOurs(real) && relative(inside, end).toLowerCase().split(sep).includes('.git'))
      throw refusal(options, `${step} is a link that leads into .git`)
    real = end
  }
  return real
}

function lstatOf(path: string): ReturnType<typeof lstatSync> {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    // below a file there is nothing; making the folder reports it
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined
    throw error
  }
}

function endOf(link: string): string | undefined {
  try {
    return realpathSync(link)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
