// What does a comparison do where the base is broken, elsewhere, or not there yet?
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openChange } from '../support/change-repository.ts'
import type { ChangeRepository } from '../support/change-repository.ts'

let repository: ChangeRepository
beforeEach(async () => {
  repository = await openChange()
})
afterEach(() => repository.remove())

const settings = 'apps/values.yaml'
const values = 'databases/example-api/values.yaml'
const shrink = (): void => repository.edit(values, 'size: 10Gi', 'size: 9Gi')

describe('settings of the base that are not right', () => {
  test('an unknown key there does not end the comparison', async () => {
    repository.edit(settings, '  ownKeys: []', '  ownKeyz: []')
    await repository.rebase()
    repository.edit(settings, '  ownKeyz: []', '  ownKeys: []')
    shrink()
    expect(await repository.places()).toEqual([`changes/storage-grows ${values}:8`])
  })
  test('nor does a value that is refused by now', async () => {
    repository.edit(settings, 'version: "3.5.1"', 'version: "3.5.x"')
    await repository.rebase()
    repository.edit(settings, 'version: "3.5.x"', 'version: "3.5.1"')
    shrink()
    expect((await repository.told()).map(({ rule }) => rule)).toContain('changes/storage-grows')
  })
  test('an unknown key in a service.yaml of the base does not hide what it says', async () => {
    repository.put('databases/example-api/service.yaml', 'ownr: me\nretired:\n  dev: { reason: moved, since: "2026-01-31" }\n')
    await repository.rebase()
    repository.put('databases/example-api/service.yaml', 'environments: [prd]\n')
    expect(await repository.places()).toEqual([])
  })
  test.each([
    ['broken YAML', 'postgres:\n', 'postgres: [\n'],
    ['a key that is missing', '    version: "1.27.1"\n', ''],
    ['no postgres at all', 'postgres:\n', 'postgresql:\n'],
  ])('%s is an error at its line of the base, and there is no plan', async (_, from, to) => {
    repository.edit(settings, from, to)
    await repository.rebase()
    repository.edit(settings, to === '' ? '  operator:\n' : to, to === '' ? `  operator:\n${from}` : from)
    shrink()
    const found = await repository.told()
    expect(found).toMatchObject([{ rule: 'changes/base-readable', severity: 'error', file: settings, revision: 'main' }])
    expect(found[0]?.message).toContain('nothing was compared')
    expect((await repository.run('check', '--base', 'main')).code).toBe(1)
    const { code, stdout, stderr } = await repository.run('plan', '--base', 'main')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('[changes/base-readable]')
  })
  test('a branch that does nothing but mend them passes with a warning', async () => {
    repository.edit(settings, 'guard: never', 'guard: nevr')
    repository.git('commit', '-qam', 'broken')
    repository.git('branch', '-f', 'main')
    repository.edit(settings, 'guard: nevr', 'guard: never')
    expect(await repository.told()).toMatchObject([
      { rule: 'changes/base-readable', severity: 'warning', file: settings, revision: 'main' },
    ])
    expect(await repository.run('plan', '--base', 'main')).toMatchObject({ code: 1, stdout: '' })
    repository.put('databases/new/values.yaml', '')
    expect(await repository.told()).toMatchObject([{ rule: 'changes/base-readable', severity: 'error' }])
  })
  test('a service.yaml that was broken there is told, where it is another one now', async () => {
    repository.put('databases/example-api/service.yaml', 'retired: [\n')
    await repository.rebase()
    expect((await repository.told()).map(({ rule }) => rule)).toEqual(['yaml/syntax'])
    repository.put('databases/example-api/service.yaml', 'owner: me\n')
    expect(await repository.told()).toMatchObject([
      { rule: 'changes/base-readable', severity: 'warning', file: 'databases/example-api/service.yaml', revision: 'main' },
    ])
  })
  test.each([
    ['that was never rendered is new', undefined, []],
    [
      'that was rendered is compared with that',
      'cluster:\n  storage: {size: 12Gi}\n',
      ['changes/storage-grows databases/other/values.yaml:1'],
    ],
  ])('a values file that was broken at the base and %s, and the others are compared', async (_, rendered, told) => {
    const other = 'databases/other/values.yaml'
    if (rendered !== undefined) repository.put(other, rendered)
    await repository.rebase()
    repository.put(other, 'cluster: [\n')
    await repository.rebase()
    repository.put(other, 'cluster: {}\n')
    shrink()
    expect(await repository.places()).toEqual([`changes/storage-grows ${values}:8`, ...told])
  })
  test('a values file that was broken at the base is told where what was rendered is gone', async () => {
    repository.put('databases/other/values.yaml', '')
    await repository.rebase()
    repository.put('databases/other/values.yaml', 'cluster: [\n')
    repository.git('rm', '-q', 'helm-values/data/rendered/dev/other.yaml', 'helm-values/data/rendered/prd/other.yaml')
    await repository.rebase()
    repository.put('databases/other/values.yaml', 'cluster: {}\n')
    expect(await repository.places()).toEqual(['changes/base-readable main:databases/other/values.yaml:1'])
  })
})

test('values that the chart refused at the base are reported', async () => {
  repository.edit(values, 'cluster:\n', 'backups:\ncluster:\n')
  await repository.rebase()
  repository.edit(values, 'backups:\n', '')
  // what was rendered before that is what lives
  expect(await repository.told()).toEqual([])
  repository.git('checkout', '-qf', 'main')
  repository.git('checkout', '-qf', 'change')
  for (const env of ['dev', 'prd']) repository.git('rm', '-q', `helm-values/data/rendered/${env}/example-api.yaml`)
  await repository.rebase()
  repository.edit(values, 'backups:\n', '')
  expect(await repository.told()).toMatchObject([
    { rule: 'changes/base-readable', severity: 'warning', file: values, revision: 'main', line: 5 },
  ])
})

describe('a tree that stood elsewhere', () => {
  test('is compared with itself there', async () => {
    mkdirSync(join(repository.root, 'infra'))
    repository.git('mv', 'apps', 'helm-values', 'databases', 'infra/')
    const infra = join(repository.root, 'infra')
    expect(await repository.told(infra)).toEqual([])
    expect((await repository.runIn(infra, 'plan', '--base', 'main')).stdout).toContain('nothing changes for 2 databases')
    repository.edit(`infra/${values}`, 'size: 10Gi', 'size: 9Gi')
    const [found, ...others] = await repository.told(infra)
    expect(others).toEqual([])
    expect(found).toMatchObject({ rule: 'changes/storage-grows', file: `infra/${values}`, line: 8 })
    expect(found?.related).toMatchObject([{ revision: 'main', file: values, line: 8 }])
    repository.git('rm', '-rqf', `infra/${values}`)
    expect((await repository.places(infra))[0]).toBe(`changes/retired-first main:${values}:5`)
  })
  test('and is at the top now', async () => {
    const nested = await openChange('old/place')
    nested.git('mv', 'old/place/apps', 'old/place/helm-values', 'old/place/databases', '.')
    nested.edit(values, 'size: 10Gi', 'size: 9Gi')
    const [found] = await nested.told(nested.root)
    expect(found).toMatchObject({ rule: 'changes/storage-grows', related: [{ revision: 'main', file: `old/place/${values}` }] })
    nested.remove()
  })
  test('a second tree beside the first is new', async () => {
    mkdirSync(join(repository.root, 'second'))
    repository.git('checkout', '-q', '-b', 'second')
    for (const part of [
      'apps/values.yaml',
      'helm-values/core/cloudnative-pg.yaml',
      'helm-values/data/postgres-dev-defaults.yaml',
      'helm-values/data/postgres-prd-defaults.yaml',
      values,
    ])
      repository.put(`second/${part}`, repository.read(part))
    repository.edit(`second/${values}`, 'size: 10Gi', 'size: 9Gi')
    expect(await repository.told(join(repository.root, 'second'))).toEqual([])
  })
})

describe('databases that --databases brings', () => {
  const moved = 'k8s/databases/example-api/values.yaml'
  const check = async (...more: string[]): Promise<string[]> => {
    await repository.run('render', ...more)
    const { stdout } = await repository.run('check', '--base', 'main', '--format', 'json', ...more)
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { rule: string; file: string; line: number }[] }
    return diagnostics.map(({ rule, file, line }) => `${rule} ${file}:${line}`)
  }
  test('are found at the base where their folder was moved', async () => {
    mkdirSync(join(repository.root, 'k8s'))
    repository.git('mv', 'databases', 'k8s/databases')
    expect(await check('--databases', 'k8s/databases')).toEqual([])
    const { stdout } = await repository.run('plan', '--base', 'main', '--databases', 'k8s/databases')
    expect(stdout).toContain('nothing changes for 2 databases')
    repository.edit(moved, 'size: 10Gi', 'size: 9Gi')
    expect(await check('--databases', 'k8s/databases')).toEqual([`changes/storage-grows ${moved}:8`])
  })
  test('are said to be lost where two folders may have been theirs', async () => {
    repository.put('other/example-api/values.yaml', repository.read(values))
    await repository.rebase()
    mkdirSync(join(repository.root, 'k8s'))
    repository.git('mv', 'databases', 'k8s/databases')
    repository.git('rm', '-rqf', 'other')
    expect(await check('--databases', 'k8s/databases')).toEqual([`changes/base-readable ${settings}:4`])
  })
  test('are judged by settings of the base where those stand in the same repository', async () => {
    repository.edit(settings, 'namespace: "{service}-prd"', 'namespace: "{service}-prod"')
    expect((await check('--databases', 'databases')).map((text) => text.split(' ')[0])).toEqual(['changes/namespace-stays'])
  })
})

test('a first adoption says that everything is new', async () => {
  repository.git('checkout', '-q', '--orphan', 'older')
  repository.git('rm', '-rfq', '--cached', '.')
  repository.put('README.md', 'x\n')
  repository.git('add', 'README.md')
  repository.git('commit', '-q', '-m', 'before')
  repository.git('branch', '-f', 'main')
  repository.git('add', '-A')
  const words = 'main has no settings of databases (apps/values.yaml): every database is new, and nothing was compared'
  const checked = await repository.run('check', '--base', 'main')
  expect(checked.code).toBe(0)
  expect(checked.stderr).toContain(words)
  const planned = await repository.run('plan', '--base', 'main')
  expect(planned.stdout).toContain('2 created')
  expect(planned.stderr).toContain(words)
})

describe('an index that is not finished', () => {
  test('holds no files that are only announced', async () => {
    repository.put('databases/fresh/values.yaml', '')
    repository.git('add', '-N', 'databases/fresh')
    expect(await repository.run('check', '--staged')).toMatchObject({ code: 0, stdout: '' })
    repository.git('add', 'databases/fresh')
    expect((await repository.run('check', '--staged')).code).toBe(1)
  })
  test('names the file of a merge conflict', async () => {
    repository.edit(values, 'size: 10Gi', 'size: 11Gi')
    await repository.commit()
    repository.git('checkout', '-q', 'main')
    repository.edit(values, 'size: 10Gi', 'size: 12Gi')
    await repository.commit()
    expect(() => repository.git('merge', '-q', 'change')).toThrow()
    const { code, stderr } = await repository.run('check', '--staged')
    expect(code).toBe(2)
    expect(stderr).toContain(`${values} has a merge conflict`)
  })
})
