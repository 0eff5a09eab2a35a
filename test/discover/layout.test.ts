// Are all files of an unusual layout, and of an unusual file system, found or reported?
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openRepository } from '../support/terminal.ts'

let repository: ReturnType<typeof openRepository>
beforeEach(() => (repository = openRepository()))
afterEach(() => repository.remove())

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: repository.root, stdio: 'pipe' })
const settings = (text: string) => repository.put('apps/values.yaml', `${repository.read('apps/values.yaml').trimEnd()}\n  ${text}\n`)

describe('overrides outside the folder of the databases', () => {
  const override = 'cluster:\n  instances: 2\n  storage:\n    sze: 1Gi\n'
  test('are read in the work tree, the index and at the base', async () => {
    const run = (...argv: string[]) => repository.run(...argv)
    const put = (path: string, text: string) => repository.put(path, text)
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
    expect(stderr).toContain('--databases only provides `databases`, but postgres.layout.overrides begins with `envs`')
  })
})

describe('one diagnostic for what can’t be followed, and the others are still checked', () => {
  const isRoot = process.getuid?.() === 0
  const expectOne = async (text: string, ...argv: string[]) => {
    repository.put('databases/good/values.yaml', 'cluster:\n  storage:\n    sze: 1Gi\n')
    const { code, stdout, stderr } = await repository.run('check', ...argv)
    expect(code, stderr).toBe(1)
    expect(stdout).toContain('databases/good/values.yaml:3:5: error: unknown key `sze`')
    expect(stdout.split(text)).toHaveLength(2)
    expect(stdout.match(/discover\//g)).toHaveLength(1)
  }
  const at = (path: string) => join(repository.root, path)
  test('a name that is not UTF-8', async () => {
    mkdirSync(Buffer.concat([Buffer.from(at('databases/a')), Buffer.from([0xff])]))
    await expectOne('databases/a\ufffd has a name that is not UTF-8')
  })
  test.skipIf(isRoot)('a folder that may not be read (not as root, who may read all)', async () => {
    mkdirSync(at('databases/a'))
    chmodSync(at('databases/a'), 0)
    await expectOne('databases/a can’t be read (EACCES)'.replace('’', "'"))
    chmodSync(at('databases/a'), 0o755)
  })
  test.each([
    ['out of the repository', '/usr', 'databases/a is a link that leads out of the repository'],
    ['to nothing', 'nothing', 'databases/a is a link to nothing'],
    ['to itself', 'a', 'databases/a is a link that leads to itself'],
    ['to its own folder', '.', 'databases/a is a link to a folder that contains it'],
  ])('a link %s', async (_, target, message) => {
    symlinkSync(target, at('databases/a'))
    await expectOne(message)
  })
  test('a link to nothing in the index', async () => {
    symlinkSync('nothing', at('databases/a'))
    repository.put('databases/good/values.yaml', 'cluster:\n  storage:\n    sze: 1Gi\n')
    git('init', '-q')
    git('add', '.')
    await expectOne('databases/a is a link to something that is not a file', '--staged')
  })
  test.each(['values.yaml', 'values-dev.yaml', 'service.yaml'])('a folder called %s', async (name) => {
    repository.put(`databases/orders/${name === 'values.yaml' ? 'values-dev' : 'values'}.yaml`, '')
    rmSync(at(`databases/orders/${name}`), { force: true })
    mkdirSync(at(`databases/orders/${name}`))
    if (name === 'values.yaml') rmSync(at('databases/orders/values-dev.yaml'))
    await expectOne(`databases/orders/${name} is a folder, but must be a file`)
  })
  test('a folder called values.yaml in the index', async () => {
    repository.put('databases/good/values.yaml', 'cluster:\n  storage:\n    sze: 1Gi\n')
    repository.put('databases/other/values.yaml/x', '')
    git('init', '-q')
    git('add', '.')
    await expectOne('databases/other/values.yaml is a folder, but must be a file', '--staged')
  })
  test('links where nothing is looked for are left alone', async () => {
    symlinkSync('nothing', at('databases/orders/notes'))
    await repository.run('render')
    expect((await repository.run('check')).code).toBe(0)
  })
  test('settings that are a folder', async () => {
    rmSync(at('apps/values.yaml'))
    mkdirSync(at('apps/values.yaml'))
    expect((await repository.run('check')).stdout).toContain('apps/values.yaml is a folder, but must be a file')
  })
  test('settings that are a pipe', async () => {
    rmSync(at('apps/values.yaml'))
    execFileSync('mkfifo', [at('apps/values.yaml')])
    expect((await repository.run('check')).stdout).toContain('apps/values.yaml is not a regular file')
  })
})

test.each([
  ['- a\n', 'helm-values/core/cloudnative-pg.yaml is a list, but values are a map of keys'],
  ['text\n', 'helm-values/core/cloudnative-pg.yaml is `text`, but values are a map of keys'],
  ['a: 1\n---\nb: 2\n', 'helm-values/core/cloudnative-pg.yaml has 2 documents (the next at line 2), but must have one'],
])('values of the operator are refused as those of a database are: %j', async (text, message) => {
  repository.put('helm-values/core/cloudnative-pg.yaml', text)
  const { code, stdout } = await repository.run('check')
  expect(code).toBe(1)
  expect(stdout).toContain(message)
})

test('a path that could steer a terminal is shown with escapes', async () => {
  repository.put('databases/a\u001b[31mb\nc/values.yaml', '')
  for (const format of ['pretty', 'github']) {
    const { stdout } = await repository.run('check', '--format', format)
    expect(stdout).toContain(String.raw`databases/a\u001b[31mb\u000ac/values.yaml`)
    // eslint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/\x1b|b\nc/)
  }
})
