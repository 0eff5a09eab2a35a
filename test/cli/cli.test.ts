// Does the command line behave: exit codes, help, streams, writing, git?
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { main } from '../../scripts/cli/cli.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const temporary = mkdtempSync(join(tmpdir(), 'cnpg-values-cli-'))
let root = ''
let count = 0
afterAll(() => rmSync(temporary, { recursive: true }))
beforeEach(() => {
  root = join(temporary, String(count++))
  cpSync(join(repository, 'test/projects/base'), root, { recursive: true })
})

async function run(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = ''
  let stderr = ''
  const code = await main(argv, { cwd: root, color: false, stdout: (text) => (stdout += text), stderr: (text) => (stderr += text) })
  return { code, stdout, stderr }
}
const at = (...path: string[]) => join(root, ...path)
const put = (path: string, text: string) => {
  mkdirSync(at(path, '..'), { recursive: true })
  writeFileSync(at(path), text)
}

describe('usage', () => {
  test('help goes to stdout and exits with 0', async () => {
    const help = await run('--help')
    expect(help).toMatchObject({ code: 0, stderr: '' })
    for (const command of ['render', 'check', 'schemas derive']) expect(help.stdout).toContain(command)
    expect((await run('check', '--help')).stdout).toContain('--staged')
  })
  test('the version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { version: string }
    expect(await run('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })
  test.each([
    [[], ''],
    [['chek'], 'did you mean `check`?'],
    [['check', '--stagd'], 'did you mean --staged?'],
    [['check', '--format', 'xml'], 'must be one of github, gitlab, json, junit, pretty, sarif'],
    [['check', 'ordrs/prd'], 'did you mean `orders/prd`?'],
    [['check', '--root', 'nowhere'], 'no such folder'],
    [['schemas'], ''],
    [['schemas', 'derive'], '--from is not set'],
  ])('%j is wrong usage', async (argv, part) => {
    const { code, stdout, stderr } = await run(...argv)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(part)
    expect(stderr).not.toContain('    at ')
  })
})

describe('render', () => {
  test('writes everything once, then nothing, and check is content', async () => {
    const first = await run('render')
    expect(first.code).toBe(0)
    expect(first.stdout).toContain('written  helm-values/data/rendered/prd/orders.yaml')
    expect(first.stdout).toContain('written  apps/templates/data/postgres-clusters.yaml')
    const text = readFileSync(at('apps/templates/data/postgres-clusters.yaml'), 'utf8')
    expect(await run('render')).toMatchObject({ code: 0, stdout: '' })
    expect(readFileSync(at('apps/templates/data/postgres-clusters.yaml'), 'utf8')).toBe(text)
    expect((await run('check')).code).toBe(0)
    expect((await run('render', '--check')).code).toBe(0)
  })
  test('a stale file is reported with its first differing line, and render fixes it', async () => {
    await run('render')
    put('databases/orders/values.yaml', 'cluster:\n  storage:\n    size: 12Gi\n  initdb:\n    database: orders\n    owner: orders\n')
    const checked = await run('render', '--check')
    expect(checked.code).toBe(1)
    expect(checked.stdout).toContain('helm-values/data/rendered/prd/orders.yaml:6:1: error:')
    expect(checked.stdout).toContain('[emit/stale]')
    expect((await run('render')).stdout).toBe(
      'written  helm-values/data/rendered/dev/orders.yaml\nwritten  helm-values/data/rendered/prd/orders.yaml\n',
    )
  })
  test('an orphan goes, a file without our header stays and stops everything', async () => {
    await run('render')
    put('databases/billing/values.yaml', '')
    await run('render')
    rmSync(at('databases/billing'), { recursive: true })
    put('helm-values/data/rendered/prd/notes.yaml', 'mine: true\n')
    expect((await run('check')).stdout).toContain('[emit/orphan]')
    expect((await run('render')).stdout).toContain('removed  helm-values/data/rendered/prd/billing.yaml')
    expect(existsSync(at('helm-values/data/rendered/prd/notes.yaml'))).toBe(true)
    writeFileSync(at('apps/templates/data/postgres-clusters.yaml'), 'kind: ApplicationSet\n')
    const stopped = await run('render')
    expect(stopped.code).toBe(1)
    expect(stopped.stdout).toContain('[emit/foreign-file]')
    expect(readFileSync(at('apps/templates/data/postgres-clusters.yaml'), 'utf8')).toBe('kind: ApplicationSet\n')
  })
  test('with an error nothing is written, not even for healthy databases', async () => {
    put('databases/billing/values.yaml', 'cluster: [\n')
    const { code, stderr } = await run('render')
    expect(code).toBe(1)
    expect(stderr).toContain('nothing was written')
    expect(existsSync(at('apps/templates'))).toBe(false)
  })
  test('leaves no temporary file behind', async () => {
    await run('render')
    const all = readdirSync(root, { recursive: true }).map(String)
    expect(all.filter((path) => path.includes('.tmp'))).toEqual([])
  })
})

describe('odd files', () => {
  test('a pipe, a link out of the root and broken UTF-8 are one diagnostic each, the others are still checked', async () => {
    mkdirSync(at('databases/pipe'))
    execFileSync('mkfifo', [at('databases/pipe/values.yaml')])
    mkdirSync(at('databases/outside'))
    symlinkSync('/etc/hostname', at('databases/outside/values.yaml'))
    put('databases/bytes/values.yaml', '')
    writeFileSync(at('databases/bytes/values.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xff, 0xfe]))
    put('databases/typo/values.yaml', 'clustr: {}\n')
    const { code, stdout } = await run('check')
    expect(code).toBe(1)
    expect(stdout.match(/: error: /g)).toHaveLength(4)
    expect(stdout).toContain('not a regular file')
    expect(stdout).toContain('a link that leads out of the repository')
    expect(stdout).toContain('is not UTF-8 text')
    expect(stdout).toContain('did you mean `cluster`?')
  })
  test('a link inside the root is followed', async () => {
    symlinkSync('orders', at('databases/billing'))
    expect((await run('render')).stdout).toContain('written  helm-values/data/rendered/dev/billing.yaml')
  })
  test('a repository without databases is an error', async () => {
    rmSync(at('databases'), { recursive: true })
    const { code, stdout } = await run('check')
    expect(code).toBe(1)
    expect(stdout).toContain('[discover/any-database]')
  })
})

describe('git', () => {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'init.defaultBranch=main', ...args], {
      stdio: 'pipe',
    })
  test('--staged judges the index, not the work tree', async () => {
    git('init', '-q')
    await run('render')
    git('add', '-A')
    put('databases/orders/values.yaml', 'clustr: {}\n')
    expect((await run('check')).code).toBe(1)
    expect((await run('check', '--staged')).code).toBe(0)
    git('add', '-A')
    put('databases/orders/values.yaml', '')
    const staged = await run('check', '--staged')
    expect(staged.code).toBe(1)
    expect(staged.stdout).toContain('databases/orders/values.yaml:1:1: error: unknown key `clustr`')
  })
  test('--staged outside a repository is reported as that', async () => {
    const { code, stderr } = await run('check', '--staged')
    expect(code).toBe(2)
    expect(stderr).toContain('git')
  })
})

test('schemas are derived from a release manifest, and what is not a CRD is reported', async () => {
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.postgresql.cnpg.io' },
    spec: {
      group: 'postgresql.cnpg.io',
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', description: 'gone' } } }],
    },
  }
  put('crds.yaml', `kind: Namespace\napiVersion: v1\nmetadata:\n  name: x\n---\n${JSON.stringify(crd)}\n`)
  const { code, stdout } = await run('schemas', 'derive', '--from', 'crds.yaml', '--version', '9.9.9', '--out', 'out')
  expect(code).toBe(0)
  expect(stdout).toContain('written  out/cloudnative-pg/9.9.9/Widget.json')
  expect(readFileSync(at('out/cloudnative-pg/9.9.9/Widget.json'), 'utf8')).not.toContain('gone')
  put('none.yaml', 'kind: Namespace\n')
  const none = await run('schemas', 'derive', '--from', 'none.yaml', '--version', '9.9.9')
  expect(none).toMatchObject({ code: 1, stdout: '' })
  expect(none.stderr).toContain('none.yaml')
})

test('databases may come from another checkout', async () => {
  const other = join(temporary, `${count++}-deploy`)
  mkdirSync(join(other, 'payments'), { recursive: true })
  writeFileSync(join(other, 'payments/values.yaml'), 'cluster:\n  instnces: 2\n')
  const { stdout } = await run('check', '--databases', other)
  expect(stdout).toContain(`../${other.split('/').at(-1)}/payments/values.yaml:2:3: error: unknown key \`instnces\``)
  expect(stdout).not.toContain('orders')
})

test('what is rendered does not depend on where the other checkout is', async () => {
  const folders = ['near', 'far/away'].map((name) => join(temporary, `${count}-${name}`))
  count++
  for (const folder of folders) {
    mkdirSync(join(folder, 'payments'), { recursive: true })
    writeFileSync(join(folder, 'payments/values.yaml'), 'cluster:\n  instances: 2\n')
  }
  expect((await run('render', '--databases', folders[0] as string)).code).toBe(0)
  expect(readFileSync(at('helm-values/data/rendered/dev/payments.yaml'), 'utf8')).toContain(' databases/payments/values.yaml\n')
  expect((await run('check', '--databases', folders[1] as string)).code).toBe(0)
})

test('annotations for GitHub name file, line and rule', async () => {
  put('databases/orders/values.yaml', 'clustr: {}\n')
  const { stdout } = await run('check', '--format', 'github')
  expect(stdout).toBe(
    '::error file=databases/orders/values.yaml,line=1,endLine=1,col=1,endColumn=7,title=values/known-keys::unknown key `clustr` (2 databases)%0Ahelp: did you mean `cluster`?\n',
  )
})

test('annotations are found from the top of the repository, also when the tree is in a folder of it', async () => {
  const top = join(temporary, `${count++}-top`)
  cpSync(root, join(top, 'infra'), { recursive: true })
  execFileSync('git', ['init', '-q', top])
  writeFileSync(join(top, 'infra/databases/orders/values.yaml'), 'clustr: {}\n')
  expect((await run('check', '--root', join(top, 'infra'), '--format', 'github')).stdout).toContain(
    'file=infra/databases/orders/values.yaml,',
  )
  expect((await run('check', '--root', join(top, 'infra'))).stdout).toContain('databases/orders/values.yaml:1:1')
})

test('the launcher runs from any folder, in any locale and time zone, and gives the same bytes', async () => {
  await run('render')
  const files = () =>
    readdirSync(root, { recursive: true })
      .map(String)
      .filter((path) => path.endsWith('.yaml'))
      .sort()
      .map((path) => [path, readFileSync(at(path), 'utf8')])
  const before = files()
  rmSync(at('apps/templates'), { recursive: true })
  rmSync(at('helm-values/data/rendered'), { recursive: true })
  const env = { ...process.env, LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', TZ: 'Pacific/Kiritimati' }
  const { status, stdout } = spawnSync(process.execPath, [join(repository, 'bin/cnpg-values.mjs'), 'render', '--root', root], {
    cwd: tmpdir(),
    env,
    encoding: 'utf8',
  })
  expect(status).toBe(0)
  expect(stdout).toContain('apps/templates/data/postgres-clusters.yaml')
  expect(files()).toEqual(before)
})

test('a file of 12,000 unknown keys shows the first 1,000 and counts the rest', async () => {
  put('databases/orders/values.yaml', `cluster:\n${Array.from({ length: 12_000 }, (_, index) => `  key${index}: 1\n`).join('')}`)
  const { code, stdout, stderr } = await run('check')
  expect(code).toBe(1)
  expect(stdout).toContain(
    'databases/orders/values.yaml:1002:3: error: and 11000 more of this kind in this file, affects 2 databases in dev, prd [values/known-keys]',
  )
  expect(stderr).toContain('1001 errors')
})

test.each(['check --format sarif', 'check'])('a reader that closes the pipe early does not change the verdict of %s', (command) => {
  put('databases/orders/values.yaml', 'cluster:\n  storage:\n    sze: 1\n')
  const program = `node '${join(repository, 'bin/cnpg-values.mjs')}' ${command} --root '${root}' 2>&1 | head -c 10; exit \${PIPESTATUS[0]}`
  expect(spawnSync('bash', ['-c', program]).status).toBe(1)
})

test.skipIf(!existsSync('/dev/full'))('an output that can’t be written is told', () => {
  const program = `node '${join(repository, 'bin/cnpg-values.mjs')}' --help >/dev/full`
  const { status, stderr } = spawnSync('bash', ['-c', program], { encoding: 'utf8' })
  expect(status).toBe(3)
  expect(stderr).toBe("cnpg-values: the output can't be written (ENOSPC)\n")
})

const hasTerminal = spawnSync('script', ['--version']).status === 0

test.skipIf(!hasTerminal)(`the built program asks on a terminal${hasTerminal ? '' : ' (skipped: there is no `script` here)'}`, () => {
  const launcher = join(repository, 'bin/cnpg-values.mjs')
  const { status, stdout } = spawnSync('script', ['-qec', `${process.execPath} ${launcher} new --dry-run --root ${root}`, '/dev/null'], {
    encoding: 'utf8',
    input: 'ledger\n\n\n\n\n',
  })
  expect(stdout).toContain('# databases/ledger/values.yaml')
  expect(status).toBe(0)
})

test('the bundle of the command line asks for no module later', () => {
  expect(readFileSync(join(repository, 'dist/cli.cjs'), 'utf8')).not.toMatch(/[^.\w{]import\(/)
})
