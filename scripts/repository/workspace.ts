// Which repository, and which state of it, does a command look at?
import { printed } from '../values/printed.ts'
import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { repositoryTop } from './place.ts'

/** Wrong usage: exit code 2, the message is for the person who typed the command. */
export class UsageError extends Error {}

export interface Workspace {
  readonly root: string
  /** databases from another checkout */
  readonly databases?: string
  /** the settings name that folder, so that no command line has to */
  readonly hasSetDatabases?: true
  /** folders of the root that Applications are looked for in */
  readonly apps?: readonly string[]
  /** a folder that charts are looked for in */
  readonly charts?: string
  /** releases that run, where a person names them: they win over what the repository says */
  readonly versions?: { readonly operator?: string; readonly argocd?: string }
  /** where a person stands, who reads paths and types commands; absent: at the root */
  readonly cwd?: string
  /** the top of the repository that the command is run in, where its files are read: its commits and index are used; absent: the root's */
  readonly standing?: string
  /** checkouts of other repositories, by address; folders are absolute */
  readonly checkouts?: readonly { readonly url: string; readonly folder: string }[]
  /** a file of the root that a command was given, and that is no part of the repository */
  readonly given?: string
  /** texts that replace those of the files, by path as shown */
  readonly edited?: ReadonlyMap<string, string>
}

export interface RootFlags {
  readonly root?: string | undefined
  readonly databases?: string | undefined
  readonly apps?: readonly string[] | undefined
  readonly charts?: string | undefined
  /** `URL=DIR` each */
  readonly checkout?: readonly string[] | undefined
}

/**
 * Resolves `--root`, `--databases`, `--apps`, `--charts` and `--checkout` against the current directory; a folder that does not
 * exist is wrong usage. Without `--root` it is the nearest folder upward with settings, or the top of the checkout.
 */
export function resolveWorkspace(cwd: string, flags: RootFlags): Workspace {
  const root = flags.root === undefined ? rootAbove(realpathSync(cwd)) : folder(cwd, flags.root, '--root')
  const from = realpathSync(cwd)
  const charts = flags.charts === undefined ? {} : { charts: folder(cwd, flags.charts, '--charts') }
  const checkouts: Pick<Workspace, 'checkouts'> =
    flags.checkout === undefined ? {} : { checkouts: flags.checkout.map((text) => readCheckout(cwd, text)) }
  const apps = flags.apps === undefined ? {} : { apps: flags.apps.map((path) => inRoot(root, folder(cwd, path, '--apps'))) }
  const databases = flags.databases === undefined ? {} : { databases: folder(cwd, flags.databases, '--databases') }
  return standingIn({ root, cwd: from, ...apps, ...charts, ...checkouts, ...databases }, checkouts.checkouts ?? [])
}

/** The workspace, in the repository that the command is run in if one of its folders is in that one. */
export function standingIn(workspace: Workspace, checkouts: readonly { readonly folder: string }[]): Workspace {
  const { root, databases = root, cwd = root } = workspace
  const here = repositoryTop(cwd)
  const isKnown = [root, databases, ...checkouts.map(({ folder }) => folder)].some((one) => repositoryTop(one) === here)
  return isKnown ? { ...workspace, standing: here } : workspace
}

/** Whether a folder is in the repository whose commits and index are used; others are read as they are on disk. */
export function isStandingIn({ root, standing = repositoryTop(root) }: Workspace, folder: string): boolean {
  return repositoryTop(folder) === standing
}

/** The path of a folder from the root. */
function inRoot(root: string, full: string): string {
  const path = relative(realpathSync(root), realpathSync(full)).split(sep).join('/')
  if (path === '..' || path.startsWith('../') || isAbsolute(path))
    throw new UsageError(`--apps is \`${full}\`, but must be a folder of ${root}`)
  return path
}

/** `URL=DIR`, split at the first `=` behind the scheme. */
function readCheckout(cwd: string, text: string): { url: string; folder: string } {
  const at = text.indexOf('=')
  if (at <= 0 || at === text.length - 1) throw new UsageError(`--checkout is \`${text}\`, but must be URL=DIR`)
  return { url: text.slice(0, at), folder: folder(cwd, text.slice(at + 1), '--checkout') }
}

/** Files that make a folder the root: settings of ours, or the values of the app-of-apps chart that may hold them. */
const rootFiles = ['cnpg-values.yaml', 'apps/values.yaml']

function rootAbove(from: string): string {
  const top = repositoryTop(from)
  for (let above = from; ; above = dirname(above)) {
    if (rootFiles.some((file) => existsSync(resolve(above, file))) || above === top || above === dirname(above)) return above
  }
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
