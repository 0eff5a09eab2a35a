// How do the trials with real programs run one, and say what went wrong?
import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'

/** A program or a network is missing: nothing is known. */
export class Skipped extends Error {}
/** A program answered otherwise than wanted. */
export class Failure extends Error {}

/** Runs a program to its end; an `undefined` variable is taken out of the environment. */
export function run(program, args, { cwd, env = {} }) {
  const all = Object.fromEntries(
    Object.entries({ ...process.env, ...env }).filter(([name, value]) => value !== undefined && !/^(?:npm_|GIT_)/i.test(name)),
  )
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env: all,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  return { code: status ?? -1, stdout: stdout ?? '', text: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}` }
}

export function expect(isAsWanted, what, { code, text }) {
  if (!isAsWanted) throw new Failure(`${what}, but the exit code was ${code}:\n${text}`)
}

export function git(cwd, ...args) {
  const { code, stdout, text } = run('git', args, { cwd })
  if (code !== 0) throw new Failure(`git ${args.join(' ')}:\n${text}`)
  return stdout
}

export function isOnPath(program) {
  return run(program, ['--version'], { cwd: '.' }).code === 0
}

/** The example of this repository, committed, without the program. */
export function exampleRepository(root, folder) {
  for (const name of ['apps', 'databases', 'helm-values']) cpSync(join(root, name), join(folder, name), { recursive: true })
  git(folder, 'init', '--quiet', '--initial-branch', 'main')
  for (const [key, value] of [
    ['user.name', 'someone'],
    ['user.email', 'someone@example.com'],
    ['commit.gpgsign', 'false'],
  ])
    git(folder, 'config', key, value)
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '--message', 'example')
  return folder
}
