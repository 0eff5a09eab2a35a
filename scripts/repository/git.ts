// What do git's index and history hold? Read through git objects, in bulk, without touching the work tree.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import { ask, git, GitFailure } from './git-command.ts'
import { decodeText } from './tree.ts'
import type { FileText, Tree } from './tree.ts'

/**
 * The commit that a change starts from: the merge base of HEAD and `ref` (a branch, a tag, a commit). With HEAD unborn
 * it is `ref` itself. What stands in the way (no repository, no such ref, a shallow clone, no common history) is a
 * GitFailure that says what to do.
 */
export function mergeBase(root: string, ref: string): string {
  // eslint-disable-next-line no-control-regex
  if (ref === '' || ref.startsWith('-') || /[\0-\x20\x7f]/.test(ref))
    throw new GitFailure(`--base is \`${ref}\`, but must name a branch, a tag or a commit, such as origin/main`)
  const found = ask(root, ['merge-base', '--', ref, 'HEAD'])
  if (found !== undefined && found !== '') return found.split('\n')[0] as string
  if (ask(root, ['rev-parse', '--git-dir']) === undefined)
    throw new GitFailure(`${root} is not in a git repository, but --base compares with one of its commits`)
  const commit = ask(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`])
  const shallow = ask(root, ['rev-parse', '--is-shallow-repository']) === 'true'
  const deepen = 'run `git fetch --unshallow` (GitHub Actions: `fetch-depth: 0`)'
  if (commit === undefined) {
    const remote = /^(?:refs\/remotes\/)?(origin|upstream)\/(.+)$/.exec(ref)
    const how = shallow
      ? deepen
      : remote === null
        ? 'see `git branch --all`'
        : `run \`git fetch ${remote[1]} ${remote[2]}:refs/remotes/${remote[1]}/${remote[2]}\``
    throw new GitFailure(`--base is \`${ref}\`, but this repository has no such commit; ${how}`)
  }
  if (ask(root, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']) === undefined) return commit
  if (shallow) throw new GitFailure(`this clone is shallow and holds no common commit of \`${ref}\` and HEAD; ${deepen}`)
  throw new GitFailure(`\`${ref}\` and HEAD have no common commit, but a change is judged from where it began; name another base`)
}

/** Whether a repository has a commit of this name. */
export function hasCommit(root: string, ref: string): boolean {
  return !ref.startsWith('-') && ask(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]) !== undefined
}

/** The id of HEAD; undefined before the first commit. */
export function headCommit(root: string): string | undefined {
  return ask(root, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'])
}

/** The address that the repository was cloned from. */
export function originOf(root: string): string | undefined {
  return ask(root, ['config', '--get', 'remote.origin.url'])
}

/**
 * HEAD as what is staged is compared with: undefined before the first commit, and while a merge is being concluded
 * (what the other side did was judged there, against its own past).
 */
export function stagedBase(root: string): string | undefined {
  // names that stand for nothing are left out of the answer
  const [head, ...merged] = ask(root, ['rev-parse', '--revs-only', 'HEAD', 'MERGE_HEAD'])?.split('\n') ?? []
  return head === '' || merged.length > 0 ? undefined : head
}

interface Entry {
  readonly mode: string
  readonly id: string
}

const link = '120000'
const submodule = '160000'

/** The staged files below the given folders of `root` (which may lie inside a larger repository); texts are read when they are asked for. */
export function indexTree(root: string, folders: readonly string[]): Tree {
  const entries = new Map<string, Entry>()
  const listing = git(root, [
    '--literal-pathspecs',
    'ls-files',
    '--stage',
    '-z',
    '--',
    ...folders.map((folder) => (folder === '' ? '.' : folder)),
  ])
  for (const line of listing.toString('utf8').split('\0')) {
    const match = /^(\d+) ([0-9a-f]+) ([0-3])\t(.*)$/s.exec(line)
    if (match === null) continue
    const [, mode = '', id = '', stage, path = ''] = match
    if (stage !== '0')
      throw new GitFailure(`${path} has a merge conflict, but what is staged must be one text; resolve it and \`git add\` it`)
    entries.set(path, { mode, id })
  }
  for (const path of announced(root, entries)) entries.delete(path)
  const files = followLinks(root, entries)
  const texts = readAhead(root, files)
  return {
    ...treeOf(files, texts.read),
    blob: (path) => files.get(path),
    mentioning: (words, folder) => grep(root, words, folder),
    prefetch: texts.prefetch,
  }
}

/** Files that `git add -N` announces: their text is not staged, and the index holds an empty one in its place. */
function announced(root: string, entries: ReadonlyMap<string, Entry>): readonly string[] {
  if (![...entries.values()].some(({ id }) => id === blobId('', id.length))) return []
  return ask(root, ['diff', '--relative', '--name-only', '--diff-filter=A', '-z'])?.split('\0').filter(Boolean) ?? []
}

/** The staged files of a folder that hold one of some words. */
function grep(root: string, words: readonly string[], folder: string): ReadonlySet<string> {
  if (words.length === 0) return new Set()
  const wanted = words.flatMap((word) => ['-e', word])
  const found = ask(root, ['--literal-pathspecs', 'grep', '--cached', '-l', '-z', '-F', ...wanted, '--', folder === '' ? '.' : folder])
  return new Set(found?.split('\0'))
}

/**
 * Texts by path and id. A text that is not here yet is read together with those that follow it in the order of paths,
 * four times as many at each miss: a look at a few files reads few, a look at all of them costs a handful of git processes.
 */
function readAhead(
  root: string,
  files: ReadonlyMap<string, string>,
): {
  readonly read: (path: string, id: string) => FileText | undefined
  readonly prefetch: (paths: readonly string[]) => void
} {
  const paths = [...files.keys()].sort()
  const texts = new Map<string, FileText>()
  let ahead = 16
  const fetch = (ids: readonly string[]): void => {
    for (const [id, text] of readBlobs(
      root,
      ids.filter((id) => !texts.has(id)),
    ))
      texts.set(id, text)
  }
  return {
    read: (path, id) => {
      if (!texts.has(id)) {
        const ids: string[] = []
        for (let at = paths.indexOf(path); at < paths.length && ids.length < ahead; at++) {
          const next = files.get(paths[at] as string) as string
          if (!texts.has(next)) ids.push(next)
        }
        ahead *= 4
        fetch(ids)
      }
      return texts.get(id)
    },
    prefetch: (wanted) => fetch(wanted.map((path) => files.get(path) ?? '')),
  }
}

/** A commit's files, and which of them differ from the current state. */
export interface CommitTree {
  readonly tree: Tree
  /** whether a path's content is another one now (or is there on one side only) */
  readonly differs: (path: string) => boolean
}

/**
 * The files of a commit below the given folders of `root`, or of `at`, a folder from the repository's top. A file that is
 * the same now is handed over from `current`; the others that are `wanted` are read by one git process.
 */
export function commitTree(
  root: string,
  commit: string,
  options: { readonly folders: readonly string[]; readonly current: Tree; readonly at?: string; wanted(path: string): boolean },
): CommitTree {
  const { current, folders, at } = options
  const entries = new Map<string, Entry>()
  const paths = folders.includes('') ? [] : folders.flatMap((folder) => [folder, `${folder}/`])
  const from = at === undefined ? [commit] : ['--full-tree', `${commit}:${at}`]
  for (const line of git(root, ['ls-tree', '-r', '-z', ...from, '--', ...paths])
    .toString('utf8')
    .split('\0')) {
    const match = /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/s.exec(line)
    if (match !== null) entries.set(match[3] as string, { mode: match[1] as string, id: match[2] as string })
  }
  const files = followLinks(root, entries)
  const isSame = (path: string, id: string): boolean => {
    const known = current.blob?.(path)
    if (known !== undefined) return known === id
    const read = current.read(path)
    return read?.ok === true && blobId(read.text, id.length) === id
  }
  current.prefetch?.(current.paths.filter((path) => current.blob?.(path) !== files.get(path)))
  const same = new Set([...files].filter(([path, id]) => options.wanted(path) && isSame(path, id)).map(([path]) => path))
  const texts = readBlobs(
    root,
    [...files].filter(([path]) => options.wanted(path) && !same.has(path)).map(([, id]) => id),
  )
  const read = (path: string, id: string): FileText | undefined =>
    same.has(path) ? current.read(path) : (texts.get(id) ?? readBlobs(root, [id]).get(id))
  return {
    tree: { ...treeOf(files, read), blob: (path) => files.get(path) },
    differs: (path) => {
      const id = files.get(path)
      return id === undefined || id === '' ? current.read(path) !== undefined : !isSame(path, id)
    },
  }
}

/** The folders of a commit, from the top of the repository, that hold `file` and hold it no more; and `root` from there. */
export function leftFolders(root: string, commit: string, file: string): { readonly folders: readonly string[]; readonly here: string } {
  const answer = (...args: string[]): string => git(root, args).toString('utf8').replace(/\n$/, '')
  const from = answer('rev-parse', '--show-toplevel')
  const folders = answer('ls-tree', '-r', '-z', '--name-only', '--full-tree', commit)
    .split('\0')
    .filter((path) => (path === file || path.endsWith(`/${file}`)) && !existsSync(join(from, path)))
    .map((path) => path.slice(0, -file.length).replace(/\/$/, ''))
  return { folders, here: answer('rev-parse', '--show-prefix').replace(/\/$/, '') }
}

const linkToNothing = {
  message: 'is a link that leads to no file of the same folders in git',
  help: 'commit what it leads to, or copy the file',
}

/** `id` empty: a link that leads to nothing in this tree. */
function treeOf(files: ReadonlyMap<string, string>, text: (path: string, id: string) => FileText | undefined): Tree {
  return {
    paths: [...files.keys()].sort(),
    blocked: [...files].filter(([path, id]) => id === '' && !/\.\w+$/.test(path)).map(([path]) => ({ path, ...linkToNothing })),
    read: (path) => {
      const id = files.get(path)
      if (id === undefined) return undefined
      return id === '' ? { ok: false, ...linkToNothing } : text(path, id)
    },
  }
}

/** Path → blob id. Links are followed inside the tree, as the work tree follows them; a link's blob holds its target. */
function followLinks(root: string, entries: ReadonlyMap<string, Entry>): Map<string, string> {
  const files = new Map<string, string>()
  const links: [string, string][] = []
  for (const [path, { mode, id }] of entries) {
    if (mode === link) links.push([path, id])
    else if (mode !== submodule) files.set(path, id)
  }
  if (links.length === 0) return files
  const targets = readBlobs(
    root,
    links.map(([, id]) => id),
  )
  const plain = [...files]
  for (const [path, id] of links) {
    const read = targets.get(id)
    const target = read?.ok === true ? posix.normalize(posix.join(posix.dirname(path), read.text)).replace(/\/$/, '') : ''
    const file = files.get(target)
    const below = plain.filter(([other]) => other.startsWith(`${target}/`))
    if (file !== undefined) files.set(path, file)
    else if (below.length === 0) files.set(path, '')
    for (const [other, blob] of below) files.set(`${path}${other.slice(target.length)}`, blob)
  }
  return files
}

/** Blobs by id, read by one `git cat-file --batch`; a blob that the clone lacks is a message. */
function readBlobs(root: string, wanted: readonly string[]): Map<string, FileText> {
  const texts = new Map<string, FileText>()
  const ids = [...new Set(wanted)].filter((id) => id !== '')
  if (ids.length === 0) return texts
  const output = git(root, ['cat-file', '--batch'], `${ids.join('\n')}\n`)
  let offset = 0
  for (const id of ids) {
    const end = output.indexOf(10, offset)
    const [, kind, length] = output.toString('latin1', offset, end).split(' ')
    offset = end + 1
    if (kind !== 'blob') {
      texts.set(id, {
        ok: false,
        message: 'is not in this clone of the repository',
        help: 'fetch it: `git fetch --refetch --filter=blob:limit=10m`',
      })
      continue
    }
    const size = Number(length)
    texts.set(id, decodeText(output.subarray(offset, offset + size)))
    offset += size + 1
  }
  return texts
}

/** The id that git gives a text, by the length of the repository's ids (SHA-1 or SHA-256). */
function blobId(text: string, length: number): string {
  const bytes = Buffer.from(text)
  return createHash(length === 64 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex')
}
