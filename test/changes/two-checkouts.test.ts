// Which of two repositories do `--base`, `--staged` and `--changed` look at?
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { gitIn, openChange, runIn } from '../support/change-repository.ts'
import type { ChangeRepository } from '../support/change-repository.ts'

const defaults = 'helm-values/data/postgres-prd-defaults.yaml'
let infra: ChangeRepository
let deploy: string
const service = (): string => join(deploy, 'databases/orders/values.yaml')
const put = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
beforeEach(async () => {
  infra = await openChange()
  deploy = realpathSync(mkdtempSync(join(tmpdir(), 'cnpg-values-deploy-')))
  put(service(), 'cluster:\n  storage:\n    size: 10Gi\n')
  gitIn(deploy, 'init', '-q')
  gitIn(deploy, 'add', '-A')
  gitIn(deploy, 'commit', '-q', '-m', 'first')
  infra.git('rm', '-rqf', 'databases')
  await runIn(infra.root, 'render', '--databases', join(deploy, 'databases'))
  infra.git('add', '-A')
  infra.git('commit', '-q', '-m', 'elsewhere')
  infra.git('branch', '-f', 'main')
})
afterEach(() => {
  infra.remove()
  rmSync(deploy, { recursive: true, force: true })
})
const fromInfra = (...more: string[]): ReturnType<typeof runIn> =>
  runIn(infra.root, more[0] as string, ...more.slice(1), '--databases', join(deploy, 'databases'))
const fromDeploy = (...more: string[]): ReturnType<typeof runIn> =>
  runIn(deploy, more[0] as string, ...more.slice(1), '--root', infra.root, '--databases', 'databases')

test('in the repository of the settings, what is staged there is judged', async () => {
  infra.edit(defaults, 'cluster:\n', 'cluster:\n  walStorge: {}\n')
  expect((await fromInfra('check', '--staged', '--changed')).code).toBe(0)
  infra.git('add', '-A')
  const { code, stdout, stderr } = await fromInfra('check', '--staged', '--changed')
  expect([code, stdout]).toEqual([1, expect.stringContaining('unknown key `walStorge`')])
  expect(stderr).toMatch(/1 of 2 databases checked .*\ncompared with HEAD \([0-9a-f]{7}\) of the root; .* is read as it is on disk/)
})

test('in the repository of the settings, a base is a commit of that one', async () => {
  infra.edit('apps/values.yaml', 'namespace: "{service}-prd"', 'namespace: "{service}-other"')
  await fromInfra('render')
  infra.git('commit', '-qam', 'moved')
  const { code, stdout, stderr } = await fromInfra('check', '--base', 'main')
  expect([code, stdout]).toEqual([1, expect.stringContaining('[changes/namespace-stays]')])
  expect(stderr).toMatch(/compared with main \(merge base [0-9a-f]{7}\) of the root/)
  expect((await fromInfra('plan', '--base', 'main')).stdout).toContain('orders/prd: recreated, re-creation')
})

test('in the repository of the databases, a base and what is staged are those of that one', async () => {
  put(service(), 'cluster:\n  storage:\n    size: 9Gi\n')
  await fromDeploy('render')
  const { stdout, stderr } = await fromDeploy('check', '--base', 'main')
  expect(stdout).toContain('[changes/storage-grows]')
  expect(stderr).toMatch(/compared with main \(.*\) of .*databases, which is HEAD.*; the root is read as it is on disk/)
  expect((await fromDeploy('check', '--staged', '--changed')).stdout).not.toContain('[changes/storage-grows]')
  gitIn(deploy, 'add', '-A')
  expect((await fromDeploy('check', '--staged', '--changed')).stdout).toContain('[changes/storage-grows]')
})

test('in the repository of the settings, what the databases were is what was rendered there', async () => {
  put(service(), 'cluster:\n  storage:\n    size: 9Gi\n')
  await fromInfra('render')
  for (const argv of [
    ['check', '--base', 'main'],
    ['check', '--base', 'main', '--changed'],
  ]) {
    const { code, stdout, stderr } = await fromInfra(...argv)
    expect([code, stdout]).toEqual([1, expect.stringContaining('size of storage shrinks from 10Gi to 9Gi')])
    expect(stdout).toMatch(/main:helm-values\/data\/rendered\/(?:dev|prd)\/orders\.yaml:\d+:\d+: 10Gi before this change/)
    expect(stderr).toContain('what its databases were is taken from the rendered values')
  }
  expect((await fromInfra('plan', '--base', 'main')).stdout).toContain('orders/dev, orders/prd: changed, refused')
  infra.git('add', '-A')
  expect((await fromInfra('check', '--staged', '--changed')).code).toBe(1)
  // nothing but a comment, or the repository of the databases as it was
  put(service(), '# a comment\ncluster:\n  storage:\n    size: 10Gi\n')
  await fromInfra('render')
  infra.git('add', '-A')
  const { code, stdout } = await fromInfra('check', '--base', 'main')
  expect([code, stdout]).toEqual([0, ''])
  expect((await fromInfra('plan', '--base', 'main')).stdout).toContain('nothing changes for 2 databases')
})
