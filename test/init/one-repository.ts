// How do tests of `init --generate` get one repository with Applications of some style?
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { main } from '../../scripts/cli/cli.ts'

export interface Deployed {
  readonly id: string
  readonly application: string
  readonly namespace: string
  readonly release: string
  readonly chart: object
  readonly objects: readonly object[]
}

/** A repository with one commit on `main`, cloned from `https://github.com/acme/gitops.git`. */
export function oneRepository(files: Readonly<Record<string, string>>) {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'cnpg-values-one-')))
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', top, '-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'commit.gpgsign=false', ...args], {
      encoding: 'utf8',
    })
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(top, path)), { recursive: true })
    writeFileSync(join(top, path), text)
  }
  const commit = (): void => {
    git('add', '-A')
    git('commit', '-qm', 'change')
  }
  const run = async (...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> => {
    let [stdout, stderr] = ['', '']
    const code = await main(argv, { cwd: top, color: false, stdout: (text) => (stdout += text), stderr: (text) => (stderr += text) })
    return { code, stdout, stderr }
  }
  const listed = async (): Promise<Omit<Deployed, 'id'>[]> => {
    const { databases } = JSON.parse((await run('list', '--format', 'json')).stdout) as { databases: Deployed[] }
    return databases
      .map(({ application, namespace, release, chart, objects }) => ({ application, namespace, release, chart, objects }))
      .sort((a, b) => (a.application < b.application ? -1 : 1))
  }
  git('init', '-q', '-b', 'main')
  git('remote', 'add', 'origin', 'git@github.com:acme/gitops.git')
  for (const [path, text] of Object.entries(files)) put(path, text)
  commit()
  return {
    top,
    git,
    put,
    commit,
    run,
    listed,
    has: (path: string): boolean => existsSync(join(top, path)),
    read: (path: string): string => readFileSync(join(top, path), 'utf8'),
    remove: (): void => rmSync(top, { recursive: true, force: true }),
    /** takes over with the same databases, Applications and objects, renders, and reads the plan */
    takeOver: async (...argv: string[]): Promise<{ stdout: string; results: Record<string, string> }> => {
      const before = await listed()
      git('checkout', '-qb', 'take-over')
      const { code, stdout, stderr } = await run('init', '--generate', '--argocd', '3.5.1', '--operator', '1.27.1', ...argv)
      if (code !== 0) throw new Error(stderr)
      const rendered = await run('render')
      if (rendered.code !== 0) throw new Error(rendered.stdout + rendered.stderr)
      const after = await listed()
      if (JSON.stringify(after) !== JSON.stringify(before)) throw new Error(`${JSON.stringify(before)} is now ${JSON.stringify(after)}`)
      commit()
      const checked = await run('check', '--base', 'main')
      if (checked.code !== 0) throw new Error(checked.stdout)
      const plan = await run('plan', '--base', 'main', '--format', 'json')
      const { databases } = JSON.parse(plan.stdout) as { databases: { id: string; result: string; changes: object[] }[] }
      return { stdout, results: Object.fromEntries(databases.map(({ id, result }) => [id, result])) }
    },
  }
}
