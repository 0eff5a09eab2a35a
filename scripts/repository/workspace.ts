// Which repository, and which state of it, does a command look at?
import { printed } from '../values/printed.ts'
import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { repositoryTop } from './place.ts'
import { skippedFiles } from './sparse.ts'

/** Wrong usage: exit code 2, the message is for the person who typed the command. */
export class UsageError extends Error {}

export interface Workspace {
  readonly root: string
  /** databases from another checkout */
  readonly databases?: string
  /** a folder that charts are looked for in */
  readonly charts?: string
  /** where a person stands, who reads paths and types commands; absent: at the root */
  readonly cwd?: string
  /** in which of two checkouts the command runs: its commits and index are used; absent: they are the same, or there is only one */
  readonly standing?: 'root' | 'databases'
  /** texts that replace those of the files, by path as shown */
  readonly edited?: ReadonlyMap<string, string>
}

/** Resolves `--root` and `--databases` against the current directory; a folder that does not exist is wrong usage. */
export function openWorkspace(
  cwd: string,
  flags: { readonly root?: string | undefined; readonly databases?: string | undefined; readonly charts?: string | undefined },
): Workspace {
  const root = folder(cwd, flags.root ?? '.', '--root')
  if (!existsSync(resolve(root, 'apps/values.yaml')) && skippedFiles(root, ['apps/values.yaml'])?.paths.length !== 1)
    throw new UsageError(
      `${flags.root ?? 'this folder'} has no apps/values.yaml, so it is not the root of a repository of this kind${whereElse(cwd, root)}`,
    )
  const from = realpathSync(cwd)
  const charts = flags.charts === undefined ? {} : { charts: folder(cwd, flags.charts, '--charts') }
  if (flags.databases === undefined) return { root, cwd: from, ...charts }
  const databases = folder(cwd, flags.databases, '--databases')
  const [own, other, here] = [root, databases, from].map(repositoryTop)
  return own === other
    ? { root, cwd: from, databases, ...charts }
    : { root, cwd: from, databases, ...charts, standing: here === other ? 'databases' : 'root' }
}

/** A folder above that is such a root; where there is none, how one is made. */
function whereElse(cwd: string, root: string): string {
  const top = repositoryTop(root)
  for (let above = root; above !== top && above !== dirname(above);) {
    above = dirname(above)
    if (existsSync(resolve(above, 'apps/values.yaml')))
      return `; did you mean --root ${relative(realpathSync(cwd), above).split(sep).join('/') || '.'}?`
  }
  return ' (see --root, and "Adopt it in an existing repository" in the README)'
}

function folder(cwd: string, path: string, flag: string): string {
  const full = resolve(cwd, path)
  let isFolder = false
  try {
    isFolder = statSync(full).isDirectory()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw new UsageError(`${flag} is \`${path}\`, but can't be looked into (${printed(code)})`)
  }
  if (!isFolder) throw new UsageError(`${flag} is \`${path}\`, but there is no such folder`)
  return realpathSync(full)
}

/** A path that the user (and an annotation) can open: relative to the root if that is short, else absolute. */
export function shownPath(root: string, path: string): string {
  const short = relative(root, path)
  return isAbsolute(short) ? path : short.split(sep).join('/')
}
