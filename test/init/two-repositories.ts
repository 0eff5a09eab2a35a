// How do tests of `init` get two repositories side by side, as a platform team has them?
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main } from '../../scripts/cli/cli.ts'

const miniature = fileURLToPath(new URL('miniature', import.meta.url))

export interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  readonly questions: readonly string[]
}

/** `platform` and `services`, cloned from github.com by another spelling of their addresses than their set has. */
export function twoRepositories(): {
  readonly top: string
  git(folder: string, ...args: string[]): string
  commit(): void
  read(path: string): string
  put(path: string, text: string): void
  /** replaces a text that must be there */
  edit(path: string, from: string, to: string): void
  run(argv: readonly string[], answers?: string[], folder?: string): Promise<Said>
  remove(): void
} {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'cnpg-values-init-')))
  const git = (folder: string, ...args: string[]): string => execFileSync('git', ['-C', join(top, folder), ...args], { encoding: 'utf8' })
  const read = (path: string): string => readFileSync(join(top, path), 'utf8')
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(top, path)), { recursive: true })
    writeFileSync(join(top, path), text)
  }
  const commit = (): void => {
    for (const name of ['platform', 'services']) {
      git(name, 'add', '-A')
      git(name, '-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'commit.gpgsign=false', 'commit', '--allow-empty', '-qm', 'change')
    }
  }
  cpSync(join(miniature, 'infra'), join(top, 'platform'), { recursive: true })
  cpSync(join(miniature, 'deploy'), join(top, 'services'), { recursive: true })
  for (const name of ['platform', 'services']) {
    git(name, 'init', '-q', '-b', 'main')
    git(name, 'remote', 'add', 'origin', `git@github.com:acme/${name}.git`)
  }
  commit()
  return {
    top,
    git,
    commit,
    read,
    put,
    edit: (path, from, to) => {
      const text = read(path)
      if (!text.includes(from)) throw new Error(`${path} does not hold ${from}`)
      put(
        path,
        text.replace(from, () => to),
      )
    },
    run: async (argv, answers, folder = 'platform') => {
      let [stdout, stderr] = ['', '']
      const questions: string[] = []
      const ask = async (question: string) => {
        questions.push(question)
        return answers?.shift() ?? { stopped: 'end' as const }
      }
      const code = await main(argv, {
        cwd: join(top, folder),
        color: false,
        stdout: (text) => (stdout += text),
        stderr: (text) => (stderr += text),
        ...(answers && { ask }),
      })
      return { code, stdout, stderr, questions }
    },
    remove: () => rmSync(top, { recursive: true, force: true }),
  }
}
