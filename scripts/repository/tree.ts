// Which files does the checkout (or the git index) hold, and what do they say?
import { codeOf } from '../values/printed.ts'
import { isUtf8 } from 'node:buffer'
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync, readSync, realpathSync, statSync } from 'node:fs'
import type { Dirent } from 'node:fs'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import type { Index } from './staged.ts'

/** Larger files are refused unread: no values file comes near, and whatever is read must be checked within seconds. */
const maxBytes = 1024 * 1024
/** No more is searched for words. */
const mostSearched = 32 * 1024 * 1024

/** A file as it was read, or why it could not be. Text keeps its byte order mark and line ends. */
export type FileText =
  | { readonly ok: true; readonly text: string }
  | {
      readonly ok: false
      readonly message: string
      readonly help?: string
      readonly line?: number
      /** its text all the same, to search for words in it, where it is only too large */
      readonly words?: () => string
    }

/** A folder or a link that could not be read, and why. */
export interface Blocked {
  readonly path: string
  readonly message: string
  readonly help?: string
  /** a link that leads out of the repository */
  readonly isOutside?: true
}

/** The files of one state of the repository; paths are '/'-separated, from the root. */
export interface Tree {
  /** sorted by code unit */
  readonly paths: readonly string[]
  /** folders and links among the files that can't be followed */
  readonly blocked?: readonly Blocked[]
  /** links to files that are outside of the repository */
  readonly leaving?: readonly string[]
  /** undefined: there is no such file */
  readonly read: (path: string) => FileText | undefined
  /** the path as the user can open it, if it differs */
  readonly shown?: (path: string) => string
  /** the commit as the user named it, if the texts are not the current ones */
  readonly revision?: string
  /** the same for one file, where files come from several repositories */
  readonly revisionOf?: (path: string) => string | undefined
  /** git's id of a file's content, if it is known without reading the file */
  readonly blob?: (path: string) => string | undefined
  /** whether a file need not be read in advance: files that did not change are rarely needed */
  readonly later?: (path: string) => boolean
  /** reads some files at once, if that costs less than one by one */
  readonly prefetch?: (paths: readonly string[]) => void
  /** the git index that the files are of */
  readonly index?: Index
  /** every file of the repository below the root, where this tree lists only some folders */
  readonly wide?: () => Tree
  /** every YAML file that git tracks below the root (outside of git: every one there is) that may be a manifest */
  readonly loose?: () => Tree
  /** the paths that git neither tracks nor ignores, where this tree has those that it tracks */
  readonly untracked?: () => readonly string[]
  /** folders that come from another repository: its address, and where the folder is there (`` or `a/b/`) */
  readonly homes?: readonly { readonly folder: string; readonly url: string; readonly prefix: string }[]
  /** the files of a folder that hold one of some words, if that can be found without reading them all */
  readonly mentioning?: (words: readonly string[], folder: string) => ReadonlySet<string>
}

/** One tree with the folder `folder` taken from another checkout, whose paths are shown below `shownAs`. */
export function overlay(tree: Tree, folder: string, other: Tree, shownAs: string): Tree {
  const prefix = `${folder}/`
  const isTheirs = (path: string): boolean => path.startsWith(prefix)
  const inside = (path: string): string => path.slice(prefix.length)
  return {
    paths: [...tree.paths.filter((path) => !isTheirs(path)), ...other.paths.map((path) => prefix + path)].sort(),
    blocked: [
      ...(tree.blocked ?? []).filter(({ path }) => !isTheirs(path)),
      ...(other.blocked ?? []).map((one) => ({ ...one, path: prefix + one.path })),
    ],
    read: (path) => (isTheirs(path) ? other.read(inside(path)) : tree.read(path)),
    shown: (path) => (isTheirs(path) ? (shownAs === '' ? '' : `${shownAs}/`) + inside(path) : (tree.shown?.(path) ?? path)),
    blob: (path) => (isTheirs(path) ? other.blob?.(inside(path)) : tree.blob?.(path)),
    revisionOf: (path) => (isTheirs(path) ? revisionIn(other, inside(path)) : revisionIn(tree, path)).revision,
    prefetch: (paths) => {
      tree.prefetch?.(paths.filter((path) => !isTheirs(path)))
      other.prefetch?.(paths.filter(isTheirs).map(inside))
    },
    ...(tree.homes && { homes: tree.homes }),
  }
}

/** Other checkouts are in folders of a tree that begin so, as no path of a repository does: one inside the root is not mistaken for its files. */
export const checkoutFolders = '\ue001/'

/** What the paths in a folder begin with; `` and `.` are the root. */
export function prefixOf(folder: string): string {
  return folder === '' || folder === '.' ? '' : `${folder}/`
}

/** The paths of a tree below a folder (`` or with a slash at its end), and none of other checkouts if it is not in one. */
export function pathsBelow({ paths }: Tree, folder: string): readonly string[] {
  if (folder === '') return paths.filter((path) => !path.startsWith(checkoutFolders))
  return paths.filter((path) => path.startsWith(folder))
}

/** The folder of a tree as a tree of its own. */
export function treeBelow(tree: Tree, folder: string): Tree {
  const prefix = `${folder}/`
  const paths = pathsBelow(tree, prefix).map((path) => path.slice(prefix.length))
  return { paths, read: (path) => tree.read(prefix + path), blob: (path) => tree.blob?.(prefix + path) }
}

/** The commit that a file's text is of, as the user named it; empty where the text is the current one. */
export function revisionIn(tree: Tree, path: string): { readonly revision?: string } {
  const revision = tree.revisionOf === undefined ? tree.revision : tree.revisionOf(path)
  return revision === undefined ? {} : { revision }
}

/** Hidden folders in which an application may keep what deploys it. */
export const deployFolders: ReadonlySet<string> = new Set(
  ['argo', 'argocd', 'argo-cd', 'cd', 'deploy', 'deployment', 'gitops', 'helm', 'infra', 'k8s', 'kube', 'kubernetes'].map(
    (name) => `.${name}`,
  ),
)

/** Never part of a repository's own files. */
const skipped: ReadonlySet<string> = new Set(['node_modules'])

/**
 * The work tree below the given folders, hidden files left out, but for folders that deploy. Symlinks that stay inside the root are followed, others and special files
 * (pipes, devices, sockets) are listed, but reading them gives a message; they are never opened.
 */
export function workTree(root: string, folders: readonly string[]): Tree {
  const listed = new Map<string, Kind>()
  const blocked: Blocked[] = []
  const realRoot = realpathSync(root)
  const list = (base: string, prefix: string, depth: number): void => {
    let entries: Dirent[]
    try {
      entries = readdirSync(base, { withFileTypes: true })
    } catch (error) {
      blocked.push({ path: prefix.slice(0, -1), message: `can't be read (${codeOf(error)})` })
      return
    }
    for (const entry of entries) {
      const { name } = entry
      if ((name.startsWith('.') && !deployFolders.has(name)) || skipped.has(name)) continue
      const path = prefix + name
      if (name.includes('\ufffd')) blocked.push({ path, message: 'has a name that is not UTF-8', help: 'rename it' })
      else if (entry.isDirectory()) enter(join(base, name), path, depth)
      else if (entry.isSymbolicLink()) follow(join(base, name), path, depth)
      else listed.set(path, entry.isFile() ? 'file' : 'special')
    }
  }
  const enter = (base: string, path: string, depth: number): void => {
    if (path.endsWith('.yaml')) listed.set(path, 'folder')
    else list(base, `${path}/`, depth)
  }
  const follow = (link: string, path: string, depth: number): void => {
    // a link to nothing may have been meant as a folder, unless it is named like a file
    const isFileName = /\.\w+$/.test(path)
    const block = (message: string, kind: Kind): void => {
      if (isFileName) listed.set(path, kind)
      else blocked.push({ path, message, help: 'remove the link, or copy its target', ...(kind === 'outside' && { isOutside: true }) })
    }
    let target: string
    try {
      target = realpathSync(link)
    } catch (error) {
      block(codeOf(error) === 'ELOOP' ? 'is a link that leads to itself' : 'is a link to nothing', 'special')
      return
    }
    const here = `${realpathSync(dirname(link))}${sep}`
    if (!isInside(realRoot, target)) block(refusals.outside.message, 'outside')
    else if (here.startsWith(`${target}${sep}`)) block('is a link to a folder that contains it', 'special')
    else if (!isDirectory(target)) listed.set(path, isFile(target) ? 'file' : 'special')
    else if (depth < 8) enter(target, path, depth + 1)
    else block('is the ninth link in a chain, but only eight are followed', 'special')
  }
  for (const folder of folders) {
    const base = join(root, folder)
    if (!isDirectory(base)) continue
    if (isInside(realRoot, realpathSync(base))) list(base, folder === '' ? '' : `${folder}/`, 0)
    else blocked.push({ path: folder, message: refusals.outside.message, help: 'copy its target', isOutside: true })
  }
  return {
    paths: [...listed.keys()].sort(),
    blocked,
    leaving: [...listed].flatMap(([path, kind]) => (kind === 'outside' ? [path] : [])),
    read: (path) => {
      const kind = listed.get(path) ?? kindOf(root, realRoot, path)
      return kind === undefined ? undefined : kind === 'file' ? readText(join(root, path)) : { ok: false, ...refusals[kind] }
    },
  }
}

type Kind = 'file' | 'special' | 'outside' | 'folder'

const refusals: Readonly<Record<Exclude<Kind, 'file'>, { readonly message: string; readonly help?: string }>> = {
  outside: { message: 'is a link that leads out of the repository', help: 'copy the file into the repository' },
  special: { message: 'is not a regular file (a broken link, a link to itself, a pipe or a device)' },
  folder: { message: 'is a folder, but must be a file', help: 'rename the folder' },
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** A file that was not listed, such as one outside the requested folders. */
function kindOf(root: string, realRoot: string, path: string): Kind | undefined {
  const full = join(root, path)
  try {
    lstatSync(full)
  } catch {
    return undefined
  }
  if (isDirectory(full)) return 'folder'
  if (!isFile(full)) return 'special'
  return isInside(realRoot, realpathSync(full)) ? 'file' : 'outside'
}

/** Whether a real path is in a folder, links resolved on both sides. */
export function isInside(folder: string, target: string): boolean {
  const inside = relative(folder, target)
  return inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)
}

// files are read one after the other: most fit into one buffer, which saves a stat and an allocation each
const buffer = Buffer.allocUnsafe(64 * 1024)

/** O_NONBLOCK: a pipe that took the file's place since it was listed must not hang us. */
function readText(path: string): FileText {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    return unreadable(error)
  }
  try {
    const length = readSync(descriptor, buffer, 0, buffer.length, 0)
    if (length < buffer.length) return decodeText(buffer.subarray(0, length))
    const { size } = fstatSync(descriptor)
    if (size > maxBytes) {
      const message = `has ${size} bytes, but files over 1 MiB (${maxBytes} bytes) are not read`
      return { ok: false, message, ...(size <= mostSearched && { words: () => readFileSync(path, 'utf8') }) }
    }
    return decodeText(readFileSync(path))
  } catch (error) {
    return unreadable(error)
  } finally {
    closeSync(descriptor)
  }
}

function unreadable(error: unknown): FileText {
  return { ok: false, message: `can't be read (${codeOf(error)})` }
}

/** UTF-8 or a message with the first bad line; UTF-16, which go-yaml would read by its byte order mark, is refused too. */
export function decodeText(bytes: Buffer): FileText {
  if (isUtf8(bytes)) return { ok: true, text: bytes.toString('utf8') }
  let line = 1
  for (let start = 0; ; line++) {
    const end = bytes.indexOf(10, start)
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) break
    start = end + 1
  }
  return { ok: false, message: `is not UTF-8 text in line ${line}`, help: 'save the file as UTF-8', line }
}
