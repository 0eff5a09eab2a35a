// Are all files of an unusual layout, and of an unusual file system, found or told?
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openRepository } from './terminal.ts'

let repository: ReturnType<typeof openRepository>
beforeEach(() => (repository = openRepository()))
afterEach(() => repository.remove())

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: repository.root, stdio: 'pipe' })
const settings = (text: string) => repository.put('apps/values.yaml', `${repository.read('apps/values.yaml').trimEnd()}\n  ${text}\n`)

describe('overrides outside the folder of the databases', () => {
  const override = 'cluster:\n  instances: 2\n  storage:\n    sze: 1Gi\n'
  test('are read in the work tree, the index and at the base', async () => {
    const { run, put } = repository
    settings('layout: { overrides: "envs/{env}/{service}.yaml" }')
    put('envs/dev/orders.yaml', override)
    expect((await run('check')).stdout).toContain('envs/dev/orders.yaml:4:5: error: unknown key `sze`')
    git('init', '-q', '-b', 'main')
    git('add', '.')
    expect((await run('check', '--staged')).stdout).toContain('envs/dev/orders.yaml:4:5: error: unknown key `sze`')
    put('envs/dev/orders.yaml', 'cluster:\n  instances: 2\n')
    await run('render')
    git('add', '.')
    git('commit', '-qm', 'one')
    put('envs/dev/orders.yaml', 'cluster:\n  instances: 3\n')
    const { stdout } = await run('plan', '--base', 'HEAD')
    expect(stdout).toContain('spec.instances')
    expect(stdout).not.toContain('orders/prd\n')
  })
  test('are not to be had with --databases', async () => {
    settings('layout: { overrides: "envs/{env}/{service}.yaml" }')
    const other = mkdtempSync(join(tmpdir(), 'cnpg-values-other-'))
    const { code, stderr } = await repository.run('check', '--databases', other)
    rmSync(other, { recursive: true })
    expect(code).toBe(2)
    expect(stderr).toContain('--databases brings `databases` only, but postgres.layout.overrides begins with `envs`')
  })
})
