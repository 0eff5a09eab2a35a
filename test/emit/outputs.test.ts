// Is whatever stands at the place of a generated file told for what it is, and is a render that fails told whole?
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRepository } from '../support/terminal.ts'

let repository: ReturnType<typeof openRepository>
beforeEach(async () => {
  repository = openRepository()
  await repository.run('render')
})
afterEach(() => repository.remove())
const run = (...argv: string[]) => repository.run(...argv)
const at = (path: string) => join(repository.root, path)
const dev = 'helm-values/data/rendered/dev/orders.yaml'

test.each([
  ['a folder', () => mkdirSync(at(dev)), 'what stands here is a folder, but must be a file'],
  ['a pipe', () => execFileSync('mkfifo', [at(dev)]), 'what stands here is no regular file'],
  ['a link to nothing', () => symlinkSync('nothing.yaml', at(dev)), 'what stands here is no regular file'],
  ['a link out of the repository', () => symlinkSync('/etc/passwd', at(dev)), 'is no'],
])('%s stops render and check', async (_, put, message) => {
  rmSync(at(dev))
  put()
  for (const command of ['check', 'render']) {
    const { code, stdout } = await run(command)
    expect(code).toBe(1)
    expect(stdout).toContain(`${dev}:1:1: error: what stands here is`)
    expect(stdout).toContain(message === 'is no' ? 'a link that leads out of the repository, but' : message)
    expect(stdout).not.toContain('by hand')
    expect(stdout).not.toContain('.tmp')
  }
})

test('an empty file is stale, and render fills it', async () => {
  repository.put(dev, '')
  expect((await run('check')).stdout).toContain('generated file is stale from line 1 on')
  expect((await run('render')).stdout).toBe(`written  ${dev}\n`)
})

test.each([
  ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
  ['a byte order mark', (text: string) => `\ufeff${text}`],
])('%s alone is told as that', async (_, change) => {
  repository.put(dev, change(repository.read(dev)))
  const { stdout } = await run('check')
  expect(stdout).toContain('generated file has other line ends or a byte order mark, but must be written as it was generated')
  expect(stdout).toContain('eol=lf')
  expect((await run('render')).stdout).toBe(`written  ${dev}\n`)
})

test('what a crash left is removed by render, but not what another process is writing', async () => {
  repository.put(`${dev}.999999999.tmp`, '# Gen')
  repository.put(`${dev}.${process.ppid}.tmp`, '')
  const { stdout } = await run('render')
  expect(stdout).toBe(`removed  ${dev}.999999999.tmp\n`)
  expect(existsSync(at(`${dev}.${process.ppid}.tmp`))).toBe(true)
})

test('a render that is refused half way says what it wrote', async () => {
  rmSync(at('helm-values/data/rendered'), { recursive: true })
  mkdirSync(at('helm-values/data/rendered'))
  writeFileSync(at('helm-values/data/rendered/prd'), '')
  const { code, stdout, stderr } = await run('render')
  expect(code).toBe(3)
  expect(stdout).toBe(`written  ${dev}\n`)
  expect(stderr).toContain("helm-values/data/rendered/prd/orders.yaml can't be written (EEXIST); mend that and run render again")
})

test('text that is not UTF-8 is told with its line', async () => {
  writeFileSync(at('databases/orders/values.yaml'), Buffer.from('cluster:\n  # caf\xe9\n', 'latin1'))
  expect((await run('check')).stdout).toContain(
    'databases/orders/values.yaml:2:1: error: databases/orders/values.yaml is not UTF-8 text in line 2',
  )
})

test('a key of 100,000 letters is not printed whole', async () => {
  repository.put('databases/orders/values.yaml', `cluster:\n  ${'a'.repeat(100_000)}: 1\n`)
  for (const format of ['pretty', 'json', 'sarif', 'github'])
    expect((await run('check', '--format', format)).stdout.length).toBeLessThan(6000)
})

test('SARIF names a page about the program', async () => {
  expect((await run('check', '--format', 'sarif')).stdout).toContain('"informationUri": "https://')
})

test('annotations on databases from another checkout are seen from that checkout', async () => {
  const other = realpathSync(mkdtempSync(join(tmpdir(), 'cnpg-values-other-')))
  execFileSync('git', ['init', '-q'], { cwd: other })
  mkdirSync(join(other, 'data/payments'), { recursive: true })
  writeFileSync(join(other, 'data/payments/values.yaml'), 'cluster:\n  storage:\n    sze: 1Gi\n')
  for (const format of ['github', 'sarif', 'gitlab']) {
    const { stdout } = await run('check', '--databases', join(other, 'data'), '--format', format)
    expect(stdout).toContain('data/payments/values.yaml')
    expect(stdout).not.toContain(other)
    expect(stdout).not.toContain('../')
  }
  rmSync(other, { recursive: true })
})
