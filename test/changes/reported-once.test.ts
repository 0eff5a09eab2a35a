// Is a change told once, at the line where a person edits?
import { renameSync, rmSync } from 'node:fs'
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
const prd = 'databases/example-api/values-prd.yaml'
const annotate = (options: string): void =>
  repository.put(prd, `cluster:\n  annotations:\n    argocd.argoproj.io/sync-options: ${options}\n`)

describe('sync options', () => {
  test.each(['Delete=true', 'Prune=flase'])('%s against the guard is a contradiction, no lowered guard', async (options) => {
    annotate(options)
    expect((await repository.told()).filter(({ rule }) => rule !== 'argocd/sync-option-known')).toMatchObject([
      { rule: 'values/guard-agrees', file: prd, line: 3 },
    ])
  })
  test('own ones that go where there is no guard are one warning beside where they stood', async () => {
    repository.edit(settings, 'guard: never', 'guard: none')
    annotate('Prune=false,Delete=false')
    await repository.rebase()
    repository.put(prd, 'cluster:\n  logLevel: info\n')
    expect(await repository.told()).toMatchObject([
      {
        rule: 'changes/guard-stays',
        file: prd,
        line: 1,
        databases: ['example-api/prd'],
        related: [{ file: prd, line: 3, revision: 'main' }],
      },
    ])
  })
})

describe('backups', () => {
  beforeEach(async () => {
    // the allowance of the in-tree store in the defaults serves this one
    repository.put('databases/other/values.yaml', '')
    await repository.rebase()
  })
  test('switched off in a service', async () => {
    repository.put(prd, 'backups:\n  enabled: false\n')
    expect(await repository.places()).toEqual([`changes/backups-stay ${prd}:2`])
  })
  test('without a base the policy speaks', async () => {
    repository.put(prd, 'backups:\n  enabled: false\n')
    await repository.run('render')
    expect((await repository.run('check')).stdout).toContain('[policy/backups-enabled]')
  })
  test('without schedules', async () => {
    repository.put(prd, 'backups:\n  scheduledBackups: []\n')
    expect(await repository.told()).toMatchObject([
      {
        rule: 'changes/backups-stay',
        file: prd,
        line: 2,
        related: [{ file: 'helm-values/data/postgres-prd-defaults.yaml', revision: 'main' }],
      },
    ])
  })
})

describe('a recovery', () => {
  const restored = `mode: recovery
recovery:
  method: object_store
  clusterName: orders-db-prd
  provider: s3
  endpointURL: https://s3.gra.io.cloud.ovh.net
  destinationPath: s3://old-backups/
  secret:
    create: false
    name: ovh-s3-creds
`
  const left = async (): Promise<readonly string[]> =>
    (await repository.told()).filter(({ rule }) => rule.startsWith('policy/')).map(({ rule }) => rule)
  test('that makes a database is left on only once that lives', async () => {
    repository.put('databases/restored/service.yaml', 'environments: [prd]\n')
    repository.put('databases/restored/values.yaml', restored)
    expect(await left()).toEqual([])
    await repository.rebase()
    expect(await left()).toEqual(['policy/recovery-left-on'])
  })
  test('is allowed with a reason, used or not yet', async () => {
    repository.put('databases/restored/service.yaml', 'environments: [prd]\n')
    repository.put('databases/restored/values.yaml', `# allow policy/recovery-left-on: drill of the week\n${restored}`)
    expect(await left()).toEqual([])
  })
})

describe('volumes', () => {
  test('a WAL volume that is switched off', async () => {
    repository.put(prd, 'cluster:\n  walStorage:\n    enabled: true\n    size: 5Gi\n')
    await repository.rebase()
    repository.put(prd, 'cluster:\n  walStorage:\n    enabled: false\n    size: 5Gi\n')
    expect(await repository.told()).toMatchObject([
      { rule: 'changes/wal-storage-stays', file: prd, line: 3, related: [{ file: prd, line: 2, revision: 'main' }] },
    ])
  })
  test('a size that is taken out of a service falls back to the defaults of each environment', async () => {
    repository.edit(values, 'size: 10Gi', 'size: 70Gi')
    await repository.rebase()
    repository.edit(values, '    size: 70Gi\n', '')
    repository.edit(values, '  storage:\n', '')
    const found = await repository.told()
    expect(found).toMatchObject([
      { rule: 'changes/storage-grows', file: values, line: 5, databases: ['example-api/prd'] },
      { rule: 'changes/storage-grows', file: values, line: 5, databases: ['example-api/dev'] },
    ])
    expect(found[1]?.related).toMatchObject([
      { file: 'helm-values/data/postgres-dev-defaults.yaml', message: '5Gi from here on' },
      { file: values, line: 8, revision: 'main', message: '70Gi before this change' },
    ])
  })
  test('an override that goes is blamed at the base', async () => {
    repository.put(prd, 'cluster:\n  storage:\n    size: 70Gi\n')
    await repository.rebase()
    rmSync(join(repository.root, prd))
    expect(await repository.told()).toMatchObject([{ rule: 'changes/storage-grows', file: prd, line: 3, revision: 'main' }])
  })
  test.each([
    ['    size: 70Gi', '    sizee: 70Gi'],
    ['  storage:', '  storge:'],
  ])('a typo in %s is told as a typo alone', async (from, to) => {
    repository.edit(values, 'size: 10Gi', 'size: 70Gi')
    await repository.rebase()
    repository.edit(values, from, to)
    expect((await repository.told()).map(({ rule, file }) => [rule, file])).toEqual([['values/known-keys', values]])
  })
  test('another key beside a size that goes hides nothing', async () => {
    repository.edit(values, 'size: 10Gi', 'size: 70Gi')
    await repository.rebase()
    repository.edit(values, '    size: 70Gi', '    whatever: 70Gi')
    const rules = new Set((await repository.told()).map(({ rule }) => rule))
    expect([...rules]).toEqual(['changes/storage-grows', 'values/known-keys'])
  })
})

describe('names', () => {
  test('an environment that is renamed', async () => {
    repository.put('databases/other/values.yaml', 'cluster:\n  storage:\n    size: 30Gi\n')
    await repository.rebase()
    repository.edit(settings, '    prd:\n', '    prod:\n')
    renameSync(
      join(repository.root, 'helm-values/data/postgres-prd-defaults.yaml'),
      join(repository.root, 'helm-values/data/postgres-prod-defaults.yaml'),
    )
    const line = repository.read(settings).split('\n').indexOf('    prod:') + 1
    expect(await repository.told()).toMatchObject([
      {
        rule: 'changes/no-rename',
        file: settings,
        line,
        databases: ['example-api/prod', 'other/prod'],
        related: [{ file: settings, line, revision: 'main' }],
      },
    ])
  })
  test('a service whose name makes every name too long', async () => {
    const long = 'a-service-with-a-name-that-is-far-too-long-xy'
    repository.put(`databases/${long}/values.yaml`, 'cluster: {}\n')
    const rules = (await repository.told()).map(({ rule }) => rule)
    expect(rules).not.toContain('policy/schedule-name-fits')
    expect(rules).not.toContain('policy/pooler-name-fits')
    expect(rules).toContain('cluster-name/length')
  })
  test('the defaults of an environment', async () => {
    const defaults = 'helm-values/data/postgres-prd-defaults.yaml'
    repository.git('mv', defaults, defaults.replace('defaults', 'default'))
    expect((await repository.told()).map(({ rule }) => rule)).toEqual(['discover/defaults-exist'])
  })
  test.each(['values.yml', 'value.yaml'])('a base file that is called %s', async (name) => {
    repository.put('databases/example-api/service.yaml', 'owner: accounts\n')
    repository.put(prd, 'cluster:\n  instances: 3\n')
    repository.put('databases/other/values.yaml', 'cluster:\n  storage:\n    size: 30Gi\n')
    await repository.rebase()
    repository.git('mv', values, `databases/example-api/${name}`)
    expect(await repository.places()).toEqual([`discover/file-name databases/example-api/${name}:5`])
  })
})

describe('a mistake in the values', () => {
  test('a method of backups that lacks its plugin speaks for backups and schedules', async () => {
    const schedule =
      '  scheduledBackups:\n    - name: daily\n      schedule: "0 0 2 * * *"\n      method: plugin\n      backupOwnerReference: self\n'
    repository.put(prd, `backups:\n  method: plugin\n${schedule}`)
    expect((await repository.told()).map(({ rule }) => rule)).toEqual(['values/known-choice'])
  })
  test('a namespace that the generator decides is no moved database', async () => {
    repository.put(prd, 'namespaceOverride: x\n')
    expect(await repository.places()).toEqual([`values/generated-key ${prd}:1`])
  })
})
