// Which git commands run, and how is git kept from executing anything or reading the work tree?
import { execFileSync } from 'node:child_process'
import { realpathSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { findRepository } from './place.ts'
import type { Repository } from './place.ts'

/** Git failed; the message is for the user. */
export class GitFailure extends Error {
  /** git searched and found nothing */
  readonly isAnswer: boolean
  constructor(message: string, isAnswer = false) {
    super(message)
    this.isAnswer = isAnswer
  }
}

/** One git command. All of them are in `ask`, so that what git may read can be seen in one place. */
export interface GitCall {
  readonly args: readonly string[]
  readonly input?: string
}

const folderSpec = (folder: string): string => (folder === '' ? '.' : folder)

/** Every call of git. Each reads refs, the index or objects of the repository, none the files of the work tree, none the network. */
/** Compares the index: no program of the repository's settings runs, and renames are two changes. */
const plainDiff = ['--no-ext-diff', '--no-textconv', '--no-renames', '--ignore-submodules=all', '--relative']

export const calls = {
  /** reads refs and commits: HEAD's and `ref`'s id, then their merge bases with `^` before them; nothing where one is unknown */
  symmetric: (ref: string): GitCall => ({ args: ['rev-parse', '--revs-only', `${ref}...HEAD`] }),
  /** reads refs: the id of a commit, or an empty answer */
  commit: (ref: string): GitCall => ({ args: ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`] }),
  /** reads refs: those of these names that exist */
  heads: (...refs: readonly string[]): GitCall => ({ args: ['rev-parse', '--revs-only', ...refs] }),
  /** reads refs: the branches of that name that remotes have */
  remoteBranches: (branch: string): GitCall => ({ args: ['for-each-ref', '--format=%(refname:short)', `refs/remotes/*/${branch}`] }),
  /** reads the configuration: the address of the remote `origin`, as it is written there */
  originUrl: (): GitCall => ({ args: ['config', '--get', 'remote.origin.url'] }),
  /** reads the configuration: whether a remote has promised what the clone lacks */
  promisors: (): GitCall => ({ args: ['config', '--get-regexp', '^(extensions\\.partialclone|remote\\..*\\.promisor)$'] }),
  /** reads the file `shallow` */
  isShallow: (): GitCall => ({ args: ['rev-parse', '--is-shallow-repository'] }),
  /** reads the index: a letter (S: not checked out), mode, id, stage and path of each file */
  index: (folders: readonly string[]): GitCall => ({
    args: ['--literal-pathspecs', 'ls-files', '--stage', '-t', '-z', '--', ...folders.map(folderSpec)],
  }),
  /** reads the index, what it is told to ignore, and the names of files in the work tree: those that it does not track */
  untracked: (): GitCall => ({ args: ['ls-files', '--others', '--exclude-standard', '-z', '--', '.'] }),
  /** reads the index: those of these files that a commit would hold, so not those of `git add -N` */
  staged: (emptyTree: string, paths: readonly string[]): GitCall => ({
    args: [
      '--literal-pathspecs',
      'diff-index',
      '--cached',
      '--ita-invisible-in-index',
      ...plainDiff,
      '--name-only',
      '--diff-filter=A',
      '-z',
      emptyTree,
      '--',
      ...paths,
    ],
  }),
  /** reads the index and trees: where below the folder a commit differs from what is staged, with the modes and ids of both sides */
  stagedSince: (commit: string): GitCall => ({
    args: ['diff-index', '--cached', '--raw', '--no-abbrev', ...plainDiff, '-z', commit, '--'],
  }),
  /** reads the index and blobs: the staged files that hold one of some words */
  mentioning: (words: readonly string[], folder: string): GitCall => ({
    args: [
      '--literal-pathspecs',
      'grep',
      '--cached',
      '--no-textconv',
      '--no-recurse-submodules',
      '--no-color',
      '--no-column',
      '-l',
      '-z',
      '-F',
      ...words.flatMap((word) => ['-e', word]),
      '--',
      folderSpec(folder),
    ],
  }),
  /** reads trees: mode, kind, id and path of each file of a commit below some folders, or below `at` from the top */
  files: (commit: string, paths: readonly string[], at?: string): GitCall => ({
    args: ['ls-tree', '-r', '-z', ...(at === undefined ? [commit] : ['--full-tree', `${commit}:${at}`]), '--', ...paths],
  }),
  /** reads trees: the path of each file of a commit, from the top */
  allPaths: (commit: string): GitCall => ({ args: ['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit] }),
  /** reads objects */
  blobs: (ids: readonly string[]): GitCall => ({ args: ['cat-file', '--batch'], input: `${ids.join('\n')}\n` }),
}

/**
 * Settings that run programs or use the network. The command line overrides any file. None is needed for a
 * call above; they guard against what a later git may do by itself.
 */
const neutral = {
  'safe.bareRepository': 'explicit',
  'core.fsmonitor': 'false',
  'core.untrackedCache': 'false',
  'core.hooksPath': '/dev/null',
  'core.attributesFile': '/dev/null',
  'core.pager': 'cat',
  'core.editor': 'false',
  'core.askPass': '',
  'core.sshCommand': 'false',
  'core.gitProxy': '',
  'core.alternateRefsCommand': 'false',
  'credential.helper': '',
  'diff.external': '',
  'diff.ignoreSubmodules': 'all',
  'gpg.program': 'false',
  'log.showSignature': 'false',
  'maintenance.auto': 'false',
  'gc.auto': '0',
  'protocol.allow': 'never',
  'submodule.recurse': 'false',
  'fetch.recurseSubmodules': 'false',
  'color.ui': 'false',
}

const options = ['--no-pager', ...Object.entries(neutral).flatMap(([name, value]) => ['-c', `${name}=${value}`])]

/** The git variables of the user that are kept: where it is installed, their settings, what it traces. */
const kept = /^GIT_(?:EXEC_PATH|CONFIG_.*|CONFIG|TRACE.*|TEST_ASSUME_DIFFERENT_OWNER)$/
/** Variables that a hook sets for the repository that runs it, and that would mislead git in any other. */
const ofHook = ['GIT_INDEX_FILE', 'GIT_OBJECT_DIRECTORY', 'GIT_ALTERNATE_OBJECT_DIRECTORIES', 'GIT_QUARANTINE_PATH']

function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^GIT_/i.test(name) || kept.test(name))
  return {
    ...Object.fromEntries(own),
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    // a git that is too old for the line above would fetch, but no protocol is allowed
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_PROTOCOL_FROM_USER: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    GIT_SSH_COMMAND: 'false',
    GIT_EDITOR: 'false',
    GIT_PAGER: 'cat',
    GIT_ATTR_NOSYSTEM: '1',
  }
}

/** What git prints when run in a folder; a GitFailure if it fails. */
export function git(root: string, call: GitCall): Buffer {
  const { top, gitFolder, variables } = repositoryOf(root)
  const args = [...options, `--git-dir=${gitFolder}`, `--work-tree=${top}`, '-C', root, ...call.args]
  return run(args, { ...environment(), ...variables }, call.input)
}

/** Git's answer, or undefined if it has none. If it can't search at all (no repository, broken settings) that is a GitFailure. */
export function ask(root: string, call: GitCall): string | undefined {
  try {
    return git(root, call).toString('utf8').trim()
  } catch (error) {
    if (error instanceof GitFailure && error.isAnswer) return undefined
    throw error
  }
}

const isMissing = 'git is not installed, but this option needs it'
const isPartial =
  'this is a partial clone that lacks some of what is compared, and nothing is fetched automatically; run `git fetch --refetch --no-filter`'

/** An object that the index or a commit names and that is not here; what a partial clone lacks is not fetched automatically. */
export function lackingObject(root: string, id: string): GitFailure {
  if (ask(root, calls.promisors()) !== undefined) return new GitFailure(isPartial)
  return new GitFailure(
    `the git repository of ${root} lacks object ${id}, which is to be compared; \`git fsck\` shows what else is missing`,
  )
}

function run(args: readonly string[], env: NodeJS.ProcessEnv, input?: string): Buffer {
  try {
    return execFileSync('git', args, { input: input ?? '', maxBuffer: 1 << 30, stdio: ['pipe', 'pipe', 'pipe'], env })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw new GitFailure(isMissing)
    const stderr = error instanceof Error && 'stderr' in error && Buffer.isBuffer(error.stderr) ? error.stderr.toString('utf8').trim() : ''
    if (/promisor remote|transport '[^'\n]*' not allowed|lazy fetching disabled/.test(stderr)) throw new GitFailure(isPartial)
    const [first = ''] = stderr.split('\n')
    const advice = /^[ \t]+(git config --global --add safe\.directory .+)$/m.exec(stderr)?.[1]
    const reason = first === '' ? 'git did not run to completion' : `git says: ${first.replace(/^(?:fatal|error): /, '')}`
    const isAnswer = error instanceof Error && 'status' in error && error.status === 1
    throw new GitFailure(advice === undefined ? reason : `${reason}; run \`${advice}\``, isAnswer)
  }
}

interface Opened extends Repository {
  readonly variables: NodeJS.ProcessEnv
}

/** Git's own tests set it, so that every repository is that of another owner. */
const ownerTest = 'GIT_TEST_ASSUME_DIFFERENT_OWNER'

const opened = new Map<string, Opened>()

function repositoryOf(root: string): Opened {
  const key = [
    root,
    process.env['GIT_DIR'],
    process.env['GIT_WORK_TREE'],
    process.env['GIT_INDEX_FILE'],
    process.env[ownerTest],
    process.cwd(),
  ].join('\0')
  const known = opened.get(key)
  if (known !== undefined) return known
  const found = findRepository(realpathSync(root)) ?? namedRepository()
  if (found === undefined) throw new GitFailure(`${root} is not in a git repository, but --base and --staged need one`)
  if (!found.owned.every(isOwn)) run(['-C', found.top, ...options, 'rev-parse', '--git-dir'], environment())
  const result = { ...found, variables: hookVariables(found) }
  opened.set(key, result)
  return result
}

/** A repository kept apart from its work tree is named, with its work tree, in variables. */
function namedRepository(): Repository | undefined {
  const { GIT_DIR: folder, GIT_WORK_TREE: top } = process.env
  if (folder === undefined || folder === '') return undefined
  const gitFolder = realpathOf(resolve(folder))
  return gitFolder === undefined ? undefined : { top: realpathOf(resolve(top ?? '.')) ?? process.cwd(), gitFolder, owned: [] }
}

function realpathOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

/**
 * Git refuses a repository of another owner, since its settings can run programs; it does not check when it is given the git
 * folder. So it is run once without that if the owner is not the current user.
 */
function isOwn(path: string): boolean {
  const user = process.geteuid?.()
  if (user === undefined || process.env[ownerTest] !== undefined) return false
  const owner = statSync(path).uid
  return owner === user || (user === 0 && owner === Number(process.env['SUDO_UID']))
}

/** In a hook, GIT_INDEX_FILE and its like belong to the repository that runs the hook; they are dropped for any other. */
function hookVariables({ top, gitFolder }: Repository): NodeJS.ProcessEnv {
  if (!ofHook.some((name) => process.env[name] !== undefined)) return {}
  const { GIT_DIR: folder } = process.env
  const own = folder === undefined || folder === '' ? findRepository(realpathSync(process.cwd()))?.gitFolder : realpathOf(resolve(folder))
  if (own !== gitFolder) return {}
  const present = ofHook.filter((name) => process.env[name] !== undefined)
  // git resolves a path that is not absolute from the top
  return Object.fromEntries(
    present.map((name) => [name, name.endsWith('DIRECTORIES') ? process.env[name] : resolve(top, process.env[name] as string)]),
  )
}
