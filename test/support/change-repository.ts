// How do tests compare a branch with its base in a repository of their own?
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main } from '../../scripts/cli/cli.ts'
import type { Answer } from './terminal.ts'

export interface Told {
  readonly rule: string
  readonly severity: string
  readonly message: string
  readonly help?: string
  readonly file: string
  readonly line: number
  readonly revision?: string
  readonly databases: readonly string[]
  readonly related: readonly { readonly file: string; readonly line: number; readonly message: string; readonly revision?: string }[]
}

export interface Plan {
  readonly version: number
  readonly base: string
  readonly errors: number
  readonly blocked?: string
  readonly databases: readonly {
    readonly id: string
    readonly result: string
    readonly application: string
    readonly effect: string
    readonly reason?: string
    readonly changes: readonly {
      readonly object: string
      readonly path: string
      readonly before: unknown
      readonly after: unknown
      readonly file: string
      readonly line: number
      readonly effect: string
      readonly reason?: string
    }[]
    readonly steps: readonly string[]
  }[]
}

const top = fileURLToPath(new URL('../..', import.meta.url))

const settings = ['user.name=t', 'user.email=t@example.com', 'init.defaultBranch=main', 'commit.gpgsign=false']

/** Runs git for a person of no consequence; returns what it prints. */
export function gitIn(cwd: string, ...args: string[]): string {
  return execFileSync('git', ['-C', cwd, ...settings.flatMap((one) => ['-c', one]), ...args], { stdio: 'pipe' }).toString()
}

/** Runs one command line in a folder. */
export async function runIn(cwd: string, ...argv: string[]): Promise<Answer> {
  let stdout = ''
  let stderr = ''
  const code = await main(argv, { cwd, color: false, stdout: (text) => (stdout += text), stderr: (text) => (stderr += text) })
  return { code, stdout, stderr }
}

/** The example repository of this project in git, on a branch `change` of `main`. `folder`: where the tree stands in it. */
export async function openChange(folder = '') {
  const root = mkdtempSync(join(tmpdir(), 'cnpg-values-change-'))
  const tree = join(root, folder)
  for (const part of ['apps', 'helm-values', 'databases', '.gitattributes']) cpSync(join(top, part), join(tree, part), { recursive: true })
  const git = (...args: string[]): string => gitIn(root, ...args)
  const run = (...argv: string[]): Promise<Answer> => runIn(tree, ...argv)
  const commit = async (): Promise<void> => {
    await run('render')
    git('add', '-A')
    git('commit', '-q', '--allow-empty', '-m', 'commit')
  }
  const told = async (cwd = tree): Promise<readonly Told[]> => {
    await runIn(cwd, 'render')
    const { stdout } = await runIn(cwd, 'check', '--base', 'main', '--format', 'json')
    return (JSON.parse(stdout) as { diagnostics: Told[] }).diagnostics
  }
  const repository = {
    root,
    git,
    run,
    runIn,
    commit,
    put: (path: string, text: string): void => {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    },
    read: (path: string): string => readFileSync(join(root, path), 'utf8'),
    edit: (path: string, from: string, to: string): void => {
      const text = readFileSync(join(root, path), 'utf8')
      if (!text.includes(from)) throw new Error(`${path} has no ${from}`)
      writeFileSync(join(root, path), text.replace(from, to))
    },
    /** what stands now is the base from here on */
    rebase: async (): Promise<void> => {
      await commit()
      git('branch', '-f', 'main')
    },
    /** every diagnostic of the branch; generated files are brought up to date first */
    told,
    /** `<rule> <file>:<line>` of each, with the revision before the file where it is another one */
    places: async (cwd?: string): Promise<string[]> =>
      (await told(cwd)).map(({ rule, file, line, revision }) => `${rule} ${revision === undefined ? '' : `${revision}:`}${file}:${line}`),
    plan: async (): Promise<Plan> => {
      await run('render')
      return JSON.parse((await run('plan', '--base', 'main', '--format', 'json')).stdout) as Plan
    },
    remove: (): void => rmSync(root, { recursive: true }),
  }
  git('init', '-q')
  await commit()
  git('checkout', '-q', '-b', 'change')
  return repository
}

export type ChangeRepository = Awaited<ReturnType<typeof openChange>>
