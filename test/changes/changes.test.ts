// What does `check --base` say about a change: storage, names, retirement, pins, and git in odd states?
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { gitIn, runIn } from '../support/change-repository.ts'
import type { Told } from '../support/change-repository.ts'

const base = fileURLToPath(new URL('../projects/base', import.meta.url))
const temporary = mkdtempSync(join(tmpdir(), 'cnpg-values-changes-'))
let root = ''
let count = 0
afterAll(() => rmSync(temporary, { recursive: true }))

const git = (...args: string[]): string => gitIn(root, ...args)
const put = (path: string, text: string): void => {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), text)
}
const edit = (path: string, from: string, to: string): void => {
  const text = readFileSync(join(root, path), 'utf8')
  expect(text).toContain(from)
  writeFileSync(join(root, path), text.replace(from, to))
}

const run = (...argv: string[]) => runIn(root, ...argv)

/** Diagnostics of the change alone; generated files are brought up to date first. */
async function told(...argv: string[]): Promise<Told[]> {
  await run('render')
  const { stdout } = await run('check', '--base', 'main', '--format', 'json', ...argv)
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: Told[] }
  return diagnostics.filter(({ rule }) => rule.startsWith('changes/') || rule.startsWith('cel/'))
}
const commit = (message: string): void => {
  git('add', '-A')
  git('commit', '-q', '-m', message)
}

const settings = 'apps/values.yaml'
const values = 'databases/orders/values.yaml'

beforeEach(async () => {
  root = join(temporary, String(count++))
  cpSync(base, root, { recursive: true })
  put('databases/billing/values.yaml', 'cluster:\n  storage:\n    size: 8Gi\n  initdb:\n    database: billing\n    owner: billing\n')
  git('init', '-q')
  await run('render')
  commit('first')
  git('checkout', '-q', '-b', 'change')
})

describe("the operator's rules of update", () => {
  test('a shrunk volume is one error, with the line at the base', async () => {
    edit('databases/billing/values.yaml', '8Gi', '7Gi')
    const [found, ...others] = await told()
    expect(others).toEqual([])
    expect(found).toMatchObject({
      rule: 'changes/storage-grows',
      severity: 'error',
      file: 'databases/billing/values.yaml',
      line: 3,
      databases: ['billing/dev', 'billing/prd'],
    })
    expect(found?.related).toContainEqual(
      expect.objectContaining({ file: 'databases/billing/values.yaml', line: 3, revision: 'main', message: '8Gi before this change' }),
    )
    const { code, stdout } = await run('check', '--base', 'main')
    expect(code).toBe(1)
    expect(stdout).toContain('main:databases/billing/values.yaml:3:')
  })
  test('a grown volume is fine', async () => {
    edit('databases/billing/values.yaml', '8Gi', '9Gi')
    expect(await told()).toEqual([])
  })
  test('an older major is refused without a status', async () => {
    put(values, `${readFileSync(join(root, values), 'utf8')}version:\n  postgresql: "17"\n`)
    await run('render')
    commit('seventeen')
    git('branch', '-f', 'main')
    edit(values, '"17"', '"16"')
    expect((await told()).map(({ rule, line, file }) => [rule, file, line])).toEqual([
      ['changes/no-major-downgrade', values, readFileSync(join(root, values), 'utf8').trimEnd().split('\n').length],
    ])
  })
  test('a field that the CRD makes immutable', async () => {
    put('databases/billing/values-prd.yaml', 'databases:\n  - name: ledger\n    owner: billing\n    encoding: UTF8\n')
    await run('render')
    commit('ledger')
    git('branch', '-f', 'main')
    edit('databases/billing/values-prd.yaml', 'UTF8', 'SQL_ASCII')
    expect(await told()).toMatchObject([
      {
        rule: 'cel/unchanged',
        severity: 'error',
        file: 'databases/billing/values-prd.yaml',
        line: 4,
        related: [{ revision: 'main', line: 4, message: 'UTF8 before this change' }],
      },
    ])
  })
  test('what the merge base has is compared, not the tip of the branch', async () => {
    git('checkout', '-q', 'main')
    edit('databases/billing/values.yaml', '8Gi', '20Gi')
    await run('render')
    commit('main grows')
    git('checkout', '-q', 'change')
    edit('databases/billing/values.yaml', '8Gi', '9Gi')
    expect(await told()).toEqual([])
  })
})

describe('databases that go', () => {
  test('a removed service is blamed at the file of the base', async () => {
    rmSync(join(root, 'databases/billing'), { recursive: true })
    const found = await told()
    expect(found).toMatchObject([
      {
        rule: 'changes/retired-first',
        severity: 'error',
        file: 'databases/billing/values.yaml',
        line: 1,
        revision: 'main',
        databases: ['billing/dev', 'billing/prd'],
      },
    ])
    const { code, stdout } = await run('check', '--base', 'main')
    expect(code).toBe(1)
    expect(stdout).toContain('main:databases/billing/values.yaml:1:1: error: ')
    expect(stdout).toContain('1 | cluster:')
  })
  test('a file that can not be read any more is told as that alone', async () => {
    writeFileSync(join(root, 'databases/billing/values.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xff]))
    expect(await told()).toEqual([])
    expect((await run('check', '--base', 'main')).stdout).toContain('[discover/readable]')
  })
  test('an environment left out is blamed in service.yaml', async () => {
    put('databases/billing/service.yaml', 'owner: payments\nenvironments: [dev]\n')
    const found = await told()
    expect(found).toMatchObject([
      { rule: 'changes/retired-first', file: 'databases/billing/service.yaml', line: 2, databases: ['billing/prd'] },
    ])
    expect(found[0]?.revision).toBeUndefined()
  })
  test('an environment taken out of the settings is blamed there, once', async () => {
    const text = readFileSync(join(root, settings), 'utf8')
    put(settings, text.slice(0, text.indexOf('    prd:')))
    rmSync(join(root, 'helm-values/data/postgres-prd-defaults.yaml'))
    expect(await told()).toMatchObject([{ rule: 'changes/retired-first', file: settings, databases: ['billing/prd', 'orders/prd'] }])
  })
  test('retirement takes two pull requests', async () => {
    put(
      'databases/billing/service.yaml',
      'retired:\n  dev: { reason: merged into orders, since: "2026-01-31" }\n  prd: { reason: merged into orders, since: "2026-01-31" }\n',
    )
    expect(await told()).toEqual([])
    commit('retire')
    git('branch', '-f', 'main')
    rmSync(join(root, 'databases/billing'), { recursive: true })
    expect(await told()).toEqual([])
    expect((await run('check', '--base', 'main')).code).toBe(0)
  })
  test('a renamed service is told as one', async () => {
    renameSync(join(root, 'databases/billing'), join(root, 'databases/bills'))
    expect(await told()).toMatchObject([
      {
        rule: 'changes/no-rename',
        file: 'databases/bills/values.yaml',
        databases: ['bills/dev', 'bills/prd'],
        related: [{ file: 'databases/billing/values.yaml', revision: 'main' }],
      },
    ])
  })
  test('many at once are one error of the set', async () => {
    for (let index = 0; index < 8; index++) put(`databases/extra-${index}/values.yaml`, `cluster:\n  storage:\n    size: ${index + 3}Gi\n`)
    await run('render')
    commit('more')
    git('branch', '-f', 'main')
    for (let index = 0; index < 8; index++) rmSync(join(root, `databases/extra-${index}`), { recursive: true })
    const found = await told()
    expect(found.map(({ rule, file, databases }) => [rule, file, databases.length])).toEqual([
      ['changes/set-shrinks', settings, 8],
      ['changes/set-shrinks', settings, 8],
    ])
  })
})

describe('identity', () => {
  test('a changed namespace makes another database', async () => {
    put('databases/billing/service.yaml', 'namespace: payments-{env}\n')
    expect(await told()).toMatchObject([
      {
        rule: 'changes/namespace-stays',
        severity: 'error',
        file: 'databases/billing/service.yaml',
        line: 1,
        databases: ['billing/dev', 'billing/prd'],
      },
    ])
  })
  test('changed patterns of names are blamed in the layout', async () => {
    put(
      settings,
      `${readFileSync(join(root, settings), 'utf8')}  layout:\n    cluster: "{service}-pg-{env}"\n    application: "{service}-app-{env}"\n`,
    )
    const found = await told()
    expect(found.map(({ rule, file, databases }) => [rule, file, databases.length])).toEqual([
      ['changes/cluster-name-stays', settings, 4],
      ['changes/application-name-stays', settings, 4],
    ])
  })
})

describe('warnings', () => {
  test.each([
    ['a changed destination', 'server: https://kubernetes.default.svc', 'server: https://10.0.0.1', 'changes/destination-stays'],
    ['a lowered guard', 'namespace: "{service}-prd"', 'namespace: "{service}-prd"\n      guard: none', 'changes/guard-stays'],
    ['an operator that its chart does not install', 'version: "1.27.1"', 'version: "1.28.4"', 'changes/chart-installs-operator'],
  ])('%s', async (_, from, to, rule) => {
    edit(settings, from, to)
    expect(await told()).toMatchObject([{ rule, severity: 'warning', file: settings }])
    expect((await run('check', '--base', 'main')).code).toBe(0)
  })
  const backups =
    'backups:\n  enabled: true\n  method: plugin\n  pluginConfiguration:\n    name: barman-cloud.cloudnative-pg.io\n  provider: s3\n  endpointURL: https://s3.example.com\n  s3:\n    bucket: backups\n    region: gra\n  retentionPolicy: 7d\n  secret:\n    create: false\n    name: creds\n  scheduledBackups:\n    - name: daily\n      schedule: "0 0 2 * * *"\n      method: plugin\n      pluginConfiguration:\n        name: barman-cloud.cloudnative-pg.io\n'
  test('backups that are switched off', async () => {
    put('databases/billing/values-prd.yaml', backups)
    await run('render')
    commit('backups')
    git('branch', '-f', 'main')
    edit('databases/billing/values-prd.yaml', 'enabled: true', 'enabled: false')
    expect((await told()).filter(({ rule }) => rule === 'changes/backups-stay')).toMatchObject([
      { severity: 'warning', file: 'databases/billing/values-prd.yaml', line: 2, databases: ['billing/prd'] },
    ])
  })
  test('a change that reaches nothing but a Helm hook', async () => {
    put('databases/billing/values-prd.yaml', backups)
    await run('render')
    commit('backups')
    git('branch', '-f', 'main')
    edit('databases/billing/values-prd.yaml', '7d', '14d')
    expect((await told()).filter(({ rule }) => rule === 'changes/hook-only')).toMatchObject([
      { severity: 'warning', file: 'databases/billing/values-prd.yaml', line: 11 },
    ])
  })
  test('a pin raised together with values', async () => {
    edit(settings, 'version: "3.5.1"', 'version: "3.4.0"')
    edit('databases/billing/values.yaml', '8Gi', '9Gi')
    expect(await told()).toMatchObject([
      { rule: 'changes/pins-apart', severity: 'warning', file: settings, databases: ['billing/dev', 'billing/prd'] },
    ])
  })
})

describe('--changed', () => {
  test('reports databases that the change touches, and is content where it touches none', async () => {
    put('databases/orders/values.yaml', 'clustr: {}\n')
    commit('broken on main')
    git('branch', '-f', 'main')
    put('README.md', 'notes\n')
    expect((await run('check', '--base', 'main')).code).toBe(1)
    expect(await run('check', '--base', 'main', '--changed')).toMatchObject({ code: 0, stdout: '' })
    edit('databases/billing/values.yaml', 'size', 'sice')
    const { code, stdout } = await run('check', '--base', 'main', '--changed')
    expect(code).toBe(1)
    expect(stdout).toContain('databases/billing/values.yaml')
    expect(stdout).not.toContain('clustr')
  })
  test('a changed default touches every database of its environment', async () => {
    put('databases/orders/values.yaml', 'clustr: {}\n')
    commit('broken on main')
    git('branch', '-f', 'main')
    put('helm-values/data/postgres-dev-defaults.yaml', 'cluster:\n  instances: 1\n  logLevel: debug\n')
    expect((await run('check', '--base', 'main', '--changed')).stdout).toContain('unknown key `clustr`')
  })
  test('judges nothing else, and says how much that was', async () => {
    edit('databases/billing/values.yaml', '8Gi', '9Gi')
    await run('render')
    expect(await run('check', '--base', 'main', '--changed')).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(
        /^no problems; 2 of 4 databases checked against CloudNativePG 1.27.1\ncompared with main \([0-9a-f]{7}\), which is HEAD/,
      ),
    })
  })
  test('a change that meets a database that did not change is told at the change', async () => {
    const backups =
      'backups:\n  enabled: true\n  endpointURL: https://s3.example.com\n  destinationPath: s3://b/\n  secret: {create: false, name: s}\n'
    edit(settings, 'postgres:\n', 'postgres:\n  layout: { cluster: "{service}-db" }\n')
    put('databases/billing/values-prd.yaml', backups)
    await run('render')
    commit('one archive')
    git('branch', '-f', 'main')
    put('databases/billing/values-dev.yaml', backups)
    const { code, stdout, stderr } = await run('check', '--base', 'main', '--changed', '--format', 'json')
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: Told[] }
    const found = diagnostics.filter(({ severity }) => severity === 'error')
    expect({ code, found: found.map(({ rule, file, databases }) => [rule, file, databases]) }).toEqual({
      code: 1,
      found: [['policy/own-archive', 'databases/billing/values-dev.yaml', ['billing/dev']]],
    })
    expect(stderr).toContain('1 of 4 databases')
  })
  test('an allowance that serves a database outside the change is not idle', async () => {
    put('helm-values/data/postgres-dev-defaults.yaml', 'cluster:\n  # allow values/known-keys: for orders\n  instances: 1\n')
    await run('render')
    commit('allowance')
    git('branch', '-f', 'main')
    put('helm-values/data/postgres-prd-defaults.yaml', 'cluster:\n  instances: 3\n  logLevel: debug\n')
    await run('render')
    expect(await run('check', '--base', 'main', '--changed')).toMatchObject({ code: 0, stdout: '' })
  })
  test('needs something to compare with', async () => {
    expect((await run('check', '--changed')).code).toBe(2)
  })
})

describe('git', () => {
  test('--staged compares with HEAD, and a first commit with nothing', async () => {
    edit('databases/billing/values.yaml', '8Gi', '7Gi')
    await run('render')
    expect((await run('check', '--staged')).code).toBe(0)
    git('add', '-A')
    expect((await run('check', '--staged')).stdout).toContain('HEAD:databases/billing/values.yaml')
    const fresh = join(temporary, String(count++))
    cpSync(base, fresh, { recursive: true })
    gitIn(fresh, 'init', '-q')
    await runIn(fresh, 'render')
    gitIn(fresh, 'add', '-A')
    expect((await runIn(fresh, 'check', '--staged', '--changed')).code).toBe(0)
  })
  test.each([
    ['nowhere', 'no such commit'],
    ['origin/main', 'git fetch origin main'],
    ['', 'must name a branch'],
    ['a b', 'must name a branch'],
  ])('base %j is wrong usage', async (ref, part) => {
    const { code, stdout, stderr } = await run('check', '--base', ref)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(part)
  })
  test('a base that looks like an option never reaches git as one', async () => {
    const { code, stderr } = await run('check', '--base=--all')
    expect(code).toBe(2)
    expect(stderr).toContain('must name a branch')
  })
  test('a shallow clone is told what to fetch', async () => {
    put('NOTES.md', 'x\n')
    commit('second')
    git('checkout', '-q', 'main')
    put('OTHER.md', 'x\n')
    commit('other')
    const clone = join(temporary, String(count++))
    execFileSync('git', ['clone', '-q', '--depth', '1', '--no-single-branch', '--branch', 'change', `file://${root}`, clone], {
      stdio: 'pipe',
    })
    const { code, stderr } = await runIn(clone, 'check', '--base', 'origin/main')
    expect(code).toBe(2)
    expect(stderr).toContain('git fetch --unshallow')
  })
  test('a detached head and a second work tree are as good as a branch', async () => {
    git('checkout', '-q', '--detach')
    edit('databases/billing/values.yaml', '8Gi', '7Gi')
    await run('render')
    expect((await run('check', '--base', 'main')).stdout).toContain('[changes/storage-grows]')
    const tree = join(temporary, String(count++))
    git('worktree', 'add', '-q', tree, 'change')
    writeFileSync(join(tree, 'databases/billing/values.yaml'), 'cluster:\n  storage:\n    size: 1Gi\n')
    await runIn(tree, 'render')
    expect((await runIn(tree, 'check', '--base', 'main')).stdout).toContain('[changes/storage-grows]')
  })
  test('a tree inside a larger repository, with a linked folder', async () => {
    const outer = join(temporary, String(count++))
    cpSync(base, join(outer, 'infra/tree'), { recursive: true })
    const inner = join(outer, 'infra/tree')
    symlinkSync('orders', join(inner, 'databases/billing'))
    gitIn(outer, 'init', '-q')
    await runIn(inner, 'render')
    gitIn(outer, 'add', '-A')
    gitIn(outer, 'commit', '-q', '-m', 'first')
    expect(await runIn(inner, 'check', '--base', 'main')).toMatchObject({ code: 0, stdout: '' })
    expect(await runIn(inner, 'check', '--staged')).toMatchObject({ code: 0, stdout: '' })
    rmSync(join(inner, 'databases/billing'))
    await runIn(inner, 'render')
    expect((await runIn(inner, 'check', '--base', 'main')).stdout).toContain('[changes/retired-first]')
  })
  test('with --databases the repository that holds them has a base of its own', async () => {
    const deploy = join(temporary, String(count++))
    mkdirSync(join(deploy, 'payments'), { recursive: true })
    writeFileSync(join(deploy, 'payments/values.yaml'), 'cluster:\n  storage:\n    size: 9Gi\n')
    gitIn(deploy, 'init', '-q')
    gitIn(deploy, 'add', '-A')
    gitIn(deploy, 'commit', '-q', '-m', 'first')
    gitIn(deploy, 'tag', 'released')
    writeFileSync(join(deploy, 'payments/values.yaml'), 'cluster:\n  storage:\n    size: 6Gi\n')
    const { code, stderr } = await run('check', '--databases', deploy, '--base', 'released')
    expect([code, stderr]).toEqual([2, expect.stringContaining('--base-of names that of another one')])
    const { stdout } = await run('check', '--databases', deploy, '--base-of', `${deploy}=released`)
    expect(stdout).toContain('[changes/storage-grows]')
    expect(stdout).toContain(`released:../${deploy.split('/').at(-1)}/payments/values.yaml:3:11: 9Gi before this change`)
  })
  test('a base without settings of ours has nothing to compare', async () => {
    git('checkout', '-q', '--orphan', 'older')
    git('rm', '-rfq', '--cached', '.')
    put('README.md', 'x\n')
    git('add', 'README.md')
    git('commit', '-q', '-m', 'before')
    git('branch', '-f', 'main')
    git('add', '-A')
    expect((await run('check', '--base', 'main')).code).toBe(0)
  })
})
