// Can the reader of a report open its paths and type its advice, wherever the program was started?
import { execFileSync } from 'node:child_process'
import { cpSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { main } from '../../scripts/cli/cli.ts'
import { commandLine } from '../../scripts/repository/invocation.ts'
import { normalizeRemote, shownAddress, withoutPassword } from '../../scripts/repository/remote.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  delete process.env['GITHUB_WORKSPACE']
})

function folder(): string {
  const made = realpathSync(mkdtempSync(join(tmpdir(), 'cnpg-values-where-')))
  folders.push(made)
  return made
}

/** The example in `top/below`, committed. */
function example(below = ''): { top: string; root: string } {
  const top = folder()
  const root = join(top, below)
  mkdirSync(root, { recursive: true })
  for (const name of ['apps', 'databases', 'helm-values']) cpSync(join(repository, name), join(root, name), { recursive: true })
  git(top, 'init', '-q', '-b', 'main')
  commit(top)
  return { top, root }
}

const git = (cwd: string, ...args: string[]): string => execFileSync('git', ['-C', cwd, ...args], { encoding: 'utf8' })
function commit(top: string): void {
  git(top, 'add', '-A')
  git(top, '-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'commit.gpgsign=false', 'commit', '-qm', 'example')
}

const mistake = (root: string): void => writeFileSync(join(root, 'databases/example-api/values.yaml'), 'cluster:\n  walStorge: {}\n')

async function run(cwd: string, ...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = ''
  let stderr = ''
  const code = await main(argv, { cwd, color: false, stdout: (text) => (stdout += text), stderr: (text) => (stderr += text) })
  return { code, stdout, stderr }
}

test('paths are relative to the working directory, with the line they name', async () => {
  const { top, root } = example('infra')
  mistake(root)
  const above = await run(top, 'check', '--root', 'infra')
  expect(above.stdout).toMatch(/^infra\/databases\/example-api\/values\.yaml:2:3: error/)
  expect(above.stdout).toContain('2 |   walStorge: {}')
  const beside = await run(join(root, 'apps'), 'check', '--root', '..')
  expect(beside.stdout).toMatch(/^\.\.\/databases\/example-api\/values\.yaml:2:3: error/)
})

test('advice names the folders that were named', () => {
  const root = folder()
  const workspace = { root, charts: join(root, 'vendored'), checkouts: [{ url: 'https://github.com/acme/x', folder: join(root, '../x') }] }
  expect(commandLine(workspace, 'charts pull')).toBe('cnpg-values charts pull --checkout https://github.com/acme/x=../x --charts vendored')
})

test('programs get paths from the top of the checkout, servers from their workspace', async () => {
  const { top, root } = example('infra')
  mistake(root)
  const json = await run(root, 'check', '--format', 'json')
  expect(JSON.parse(json.stdout).diagnostics[0].file).toBe('infra/databases/example-api/values.yaml')
  process.env['GITHUB_WORKSPACE'] = join(top, 'infra')
  for (const format of ['github', 'gitlab', 'junit', 'sarif']) {
    const { stdout } = await run(top, 'check', '--root', 'infra', '--format', format)
    expect(stdout).toContain('databases/example-api/values.yaml')
    expect(stdout).not.toContain('infra/databases')
  }
})

test('a place in another repository is named with it, and a baseline knows it from anywhere', async () => {
  const { top, root } = example()
  const deploy = folder()
  cpSync(join(root, 'databases'), join(deploy, 'databases'), { recursive: true })
  rmSync(join(root, 'databases'), { recursive: true })
  git(deploy, 'init', '-q', '-b', 'main')
  git(deploy, 'remote', 'add', 'origin', 'git@git.example.com:team/deploy.git')
  mistake(deploy)
  const json = await run(top, 'check', '--databases', join(deploy, 'databases'), '--format', 'json')
  expect(JSON.parse(json.stdout).diagnostics[0]).toMatchObject({
    file: 'databases/example-api/values.yaml',
    repository: 'git.example.com/team/deploy',
  })
  const baseline = join(folder(), 'baseline.json')
  await run(top, 'check', '--databases', join(deploy, 'databases'), '--write-baseline', baseline)
  expect(readFileSync(baseline, 'utf8')).toContain('"repository":"git.example.com/team/deploy"')
  const later = await run(deploy, 'check', '--root', root, '--databases', 'databases', '--baseline', baseline)
  expect(later.code).toBe(0)
})

test('--out never writes through a link that leaves the repository', async () => {
  const { root } = example()
  mistake(root)
  const victim = join(folder(), 'victim')
  writeFileSync(victim, 'precious')
  symlinkSync(victim, join(root, 'cnpg.sarif'))
  const { code, stdout } = await run(root, 'check', '--format', 'sarif', '--out', 'cnpg.sarif')
  expect([code, stdout, readFileSync(victim, 'utf8')]).toEqual([2, '', 'precious'])
  expect(lstatSync(join(root, 'cnpg.sarif')).isSymbolicLink()).toBe(true)
  symlinkSync(folder(), join(root, 'reports'))
  const through = await run(root, 'check', '--out', 'reports/x.txt')
  expect([through.code, through.stderr]).toEqual([2, expect.stringContaining('repository')])
})

test('advice is a command that exists there', async () => {
  const { root, top } = example('infra')
  rmSync(join(root, 'helm-values/data/rendered/dev/example-api.yaml'))
  expect((await run(root, 'check')).stdout).toContain('help: run `cnpg-values render` and commit')
  expect((await run(top, 'check', '--root', 'infra')).stdout).toContain('help: run `cnpg-values render --root infra` and commit')
  writeFileSync(join(root, 'package.json'), '{"scripts":{"test":"cnpg-values check","db:render":"node bin/cnpg-values.mjs render"}}')
  expect((await run(root, 'check')).stdout).toContain('help: run `npm run db:render` and commit')
  expect(commandLine({ root, cwd: top }, 'render')).toBe('npm --prefix infra run db:render')
  for (const text of [
    'null',
    '{"scripts":7}',
    '{"scripts":{"render":["cnpg-values render"]}}',
    '{"scripts":{"a":"cnpg-values render; rm x"}}',
    '[',
  ])
    expect((writeFileSync(join(root, 'package.json'), text), commandLine({ root }, 'render'))).toBe('cnpg-values render')
})

test('a file that is rendered but not staged is only to be staged', async () => {
  const { root } = example()
  const values = join(root, 'databases/example-api/values.yaml')
  writeFileSync(values, readFileSync(values, 'utf8').replace('10Gi', '20Gi'))
  await run(root, 'render')
  git(root, 'add', 'databases')
  const { stdout } = await run(root, 'check', '--staged')
  expect(stdout).toContain('help: run `git add helm-values/data/rendered/dev/example-api.yaml`')
  git(root, 'add', '-A')
  expect((await run(root, 'check', '--staged')).code).toBe(0)
  git(root, 'checkout', '-q', 'HEAD', '--', 'helm-values')
  expect((await run(root, 'check', '--staged')).stdout).toContain('help: run `cnpg-values render`')
})

test.each([
  ['git@github.com:a/b.git', 'github.com/a/b'],
  ['https://user:secret@GitHub.com/a/b/', 'github.com/a/b'],
  ['ssh://git@host:2222/a/b.git', 'host/a/b'],
  ['/srv/git/b.git', undefined],
  ['file:///srv/git/b.git', undefined],
  ['C:\\git\\b', undefined],
])('%s is %s', (url, name) => expect(normalizeRemote(url)).toBe(name))

test.each([
  ['https://bob:hunter2@git.example.com/team/deploy', 'https://git.example.com/team/deploy'],
  ['https://hunter2@git.example.com/team/deploy', 'https://git.example.com/team/deploy'],
  ['https://bob:hun@t/er2@git.example.com/team/deploy', 'https://git.example.com/team/deploy'],
  ['git::https://bob:hunter2@git.example.com/x?ref=v1&token=hunter2', 'git::https://git.example.com/x?ref=v1&…'],
  ['bob:hunter2@git.example.com/x', 'git.example.com/x'],
  ['http:/bob:hunter2@x', 'http:/x'],
  ['git@git.example.com:team/deploy.git', 'git@git.example.com:team/deploy.git'],
  ['https://git.example.com:8443/team/deploy@v2', 'https://git.example.com:8443/team/deploy@v2'],
  ['oci://ghcr.io/acme/cluster@sha256:0a', 'oci://ghcr.io/acme/cluster@sha256:0a'],
  ['../base@2', '../base@2'],
])('%s is shown as %s', (url, shown) => expect(shownAddress(url)).toBe(shown))

test.each([
  ['https://user:secret@host/a/b', 'https://host/a/b'],
  ['https://token@host/a/b', 'https://host/a/b'],
  ['ssh://git:secret@host/a/b', 'ssh://host/a/b'],
  ['ssh://git@host/a/b', 'ssh://git@host/a/b'],
  ['git@host:a/b', 'git@host:a/b'],
])('%s is written as %s', (url, written) => expect(withoutPassword(url)).toBe(written))

test('generated files name a command line of their repository, and another one in the first line makes no file stale', async () => {
  const { top, root } = example()
  const file = join(root, 'helm-values/data/rendered/dev/example-api.yaml')
  const first = (): string => readFileSync(file, 'utf8').split('\n')[0] ?? ''
  const run = async (...argv: string[]): Promise<string> => {
    let text = ''
    const code = await main(argv, { cwd: root, color: false, stdout: (part) => (text += part), stderr: (part) => (text += part) })
    return `${code} ${text}`
  }
  expect(first()).toMatch(/Regenerate: npm run render$/)
  expect(await run('check')).toMatch(/^0 no problems/)
  expect(await run('render')).toMatch(/0 files written, 0 removed, 5 unchanged/)
  // who changes a file for another reason gets the command that can be typed
  writeFileSync(file, `${readFileSync(file, 'utf8')}\n`)
  expect(await run('check')).toMatch(/stale from line (?!1 )\d+ on/)
  await run('render')
  expect(first()).toMatch(/Regenerate: cnpg-values render$/)
  for (const [text, command] of [
    ['{"scripts":{"values":"cnpg-values render"}}', 'npm run values'],
    ['{"devDependencies":{"cnpg-values":"1"}}', 'npx cnpg-values render'],
    ['{"scripts":{"render":"helm template"}}', 'cnpg-values render'],
    ['null', 'cnpg-values render'],
  ] as const) {
    writeFileSync(join(root, 'package.json'), text)
    expect(await run('check')).toMatch(/^0 no problems/)
    rmSync(file)
    await run('render')
    expect(first()).toBe(
      `# Generated from databases/, helm-values/ and apps/values.yaml by cnpg-values; do not edit. Regenerate: ${command}`,
    )
  }
  // the same bytes in the index
  commit(top)
  expect(await run('check', '--staged')).toMatch(/^0 no problems/)
  // a first line that says something else is no header of ours
  writeFileSync(file, readFileSync(file, 'utf8').replace('do not edit. Regenerate', 'do not edit. Please'))
  expect(await run('check')).toMatch(/stale from line 1 on/)
})

test('every command names files as they open from the working directory, and programs get them from the top', async () => {
  const { top, root } = example('infra')
  writeFileSync(
    join(root, 'databases/example-api/values.yaml'),
    readFileSync(join(root, 'databases/example-api/values.yaml'), 'utf8').replace('10Gi', '20Gi'),
  )
  const run = async (cwd: string, ...argv: string[]): Promise<string> => {
    let text = ''
    await main(argv, { cwd, color: false, stdout: (part) => (text += part), stderr: (part) => (text += part) })
    return text
  }
  const values = 'databases/example-api/values.yaml'
  for (const [cwd, flags, shown] of [
    [top, ['--root', 'infra'], `infra/${values}`],
    [root, [], values],
    [join(root, 'databases'), ['--root', '..'], 'example-api/values.yaml'],
  ] as const) {
    expect(await run(cwd, 'plan', '--base', 'main', ...flags)).toContain(`\n    ${shown}:8\n`)
    expect(await run(cwd, 'plan', '--base', 'main', '--format', 'json', ...flags)).toContain(`"file": "infra/${values}"`)
    expect(await run(cwd, 'plan', '--base', 'main', '--format', 'markdown', ...flags)).toContain(`infra/${values}:8`)
    expect(await run(cwd, 'explain', 'example-api/dev', 'cluster.storage.size', ...flags)).toContain(` ${shown}:8 `)
    expect(await run(cwd, 'explain', 'example-api/dev', 'cluster.storage', ...flags)).toContain(` ${shown}:8`)
    expect(await run(cwd, 'explain', 'example-api/dev', '--format', 'json', ...flags)).toContain(`"file": "infra/${values}"`)
  }
  // the patch is one that git takes where it is made
  writeFileSync(join(root, values), readFileSync(join(root, values), 'utf8').replace('20Gi', '20Gi\n  additionalLabels:\n    a: 1'))
  for (const [cwd, flags] of [
    [top, ['--root', 'infra']],
    [root, []],
  ] as const) {
    let patch = ''
    await main(['fix', '--dry-run', ...flags], { cwd, color: false, stdout: (part) => (patch += part), stderr: () => {} })
    writeFileSync(join(top, 'fix.patch'), patch)
    expect(git(cwd, 'apply', '--check', join(top, 'fix.patch'))).toBe('')
  }
  writeFileSync(join(root, values), 'a: [')
  for (const command of ['explain', 'connect'])
    expect(await run(top, command, 'example-api/dev', '--root', 'infra')).toContain(`infra/${values}:1:`)
})

test('a hook that finds no database reports that, whatever is committed', async () => {
  const { root } = example()
  rmSync(join(root, 'databases'), { recursive: true })
  commit(root)
  writeFileSync(join(root, 'README.md'), 'hello')
  git(root, 'add', '-A')
  for (const argv of [['check'], ['check', '--staged'], ['check', '--staged', '--changed']]) {
    let text = ''
    const code = await main(argv, { cwd: root, color: false, stdout: (part) => (text += part), stderr: () => {} })
    expect([code, text]).toEqual([1, expect.stringContaining('[discover/any-database]')])
  }
})

test('each command writes paths that can be opened from the working directory', async () => {
  const { top, root } = example('infra')
  const from = ['--root', 'infra']
  expect((await run(top, 'new', 'orders', '--size', '1Gi', ...from)).stdout).toBe('written  infra/databases/orders/values.yaml\n')
  expect((await run(top, 'render', ...from)).stdout).toContain('written  infra/helm-values/data/rendered/dev/orders.yaml\n')
  expect((await run(top, 'explain', 'orders/dev', 'cluster.storage.size', ...from)).stdout).toContain('infra/databases/orders/values.yaml:')
  const values = join(root, 'databases/example-api/values.yaml')
  writeFileSync(values, readFileSync(values, 'utf8').replace('10Gi', '90Gi'))
  expect((await run(top, 'plan', '--base', 'main', ...from)).stdout).toContain('    infra/databases/example-api/values.yaml:')
  expect((await run(root, 'plan', '--base', 'main', '--format', 'markdown')).stdout).toContain('infra/databases/example-api/values.yaml:')
  const plan = JSON.parse((await run(root, 'plan', '--base', 'main', '--format', 'json')).stdout) as {
    databases: { changes: { file: string }[] }[]
  }
  for (const { file } of plan.databases.flatMap(({ changes }) => changes)) expect(file).toMatch(/^infra\//)
  writeFileSync(join(root, 'databases/orders/values.yaml'), 'cluster:\n  storage: { sise: 1Gi }\n')
  expect((await run(top, 'fix', ...from)).stdout).toContain('infra/databases/orders/values.yaml:2:14: ')
})

test('a folder below the root is in the repository of the root', async () => {
  const { root } = example('infra')
  const { code, stderr } = await run(join(root, 'databases/example-api'), 'check')
  expect(code, stderr).toBe(0)
  expect(stderr).toContain('no problems; 2 databases checked')
})
