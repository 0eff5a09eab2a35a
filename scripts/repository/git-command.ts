// How is git asked, also from within one of its hooks?
import { execFileSync } from 'node:child_process'

/** Git said no; the message is for a person. */
export class GitFailure extends Error {}

/** Variables that a hook sets for its own repository, and that would mislead git in any other. */
const hookVariables = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX', 'GIT_OBJECT_DIRECTORY', 'GIT_COMMON_DIR']

/** What git prints, of a command in a folder; a GitFailure where it says no. */
export function git(root: string, args: readonly string[], input?: string): Buffer {
  try {
    return execFileSync('git', ['-C', root, ...args], {
      input,
      maxBuffer: 1 << 30,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: environmentFor(root),
    })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new GitFailure('git is not installed, but this option needs it')
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n')[0] : ''
    throw new GitFailure(stderr === '' ? `git ${args[0]} failed` : `git says: ${stderr}`)
  }
}

/** Git's answer, or undefined where it says no. That git is missing altogether still stops everything. */
export function ask(root: string, args: readonly string[]): string | undefined {
  try {
    return git(root, args).toString('utf8').trim()
  } catch (error) {
    if (error instanceof GitFailure && error.message.startsWith('git is not installed')) throw error
    return undefined
  }
}

const environments = new Map<string, NodeJS.ProcessEnv>()

/** In a hook, GIT_DIR and GIT_INDEX_FILE belong to the repository that runs the hook; they are dropped for any other. */
function environmentFor(root: string): NodeJS.ProcessEnv {
  const { GIT_DIR: directory, GIT_INDEX_FILE: index } = process.env
  if (directory === undefined && index === undefined) return process.env
  const key = [root, directory, index, process.cwd()].join('\0')
  const known = environments.get(key)
  if (known !== undefined) return known
  const own = top(process.cwd(), process.env)
  const bare = { ...process.env }
  for (const name of hookVariables) delete bare[name]
  const chosen = own !== undefined && own === top(root, bare) ? { ...process.env } : bare
  environments.set(key, chosen)
  return chosen
}

function top(directory: string, env: NodeJS.ProcessEnv): string | undefined {
  try {
    return execFileSync('git', ['-C', directory, 'rev-parse', '--show-toplevel'], { env, stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim()
  } catch {
    return undefined
  }
}
