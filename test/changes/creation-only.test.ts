// What is said about a change that a cluster which lives does not, or may not, take up?
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openChange } from '../support/change-repository.ts'
import type { ChangeRepository } from '../support/change-repository.ts'

let repository: ChangeRepository
beforeEach(async () => {
  repository = await openChange()
})
afterEach(() => repository.remove())

const values = 'databases/example-api/values.yaml'
const dev = 'databases/example-api/values-dev.yaml'
const backups = `backups:
  enabled: true
  provider: s3
  endpointURL: https://s3.gra.io.cloud.ovh.net
  destinationPath: s3://postgres-backups/
  secret: { create: false, name: ovh-s3-creds }
  scheduledBackups: []
`
const changes = async () => (await repository.told()).filter(({ rule }) => rule.startsWith('changes/'))

describe('an archive', () => {
  test('that an existing cluster begins to write to must be empty', async () => {
    repository.put(dev, backups)
    expect(await changes()).toMatchObject([
      { rule: 'changes/archive-is-empty', severity: 'warning', file: dev, line: 2, databases: ['example-api/dev'] },
    ])
    expect((await changes())[0]?.help).toContain('s3://postgres-backups/example-api-db-dev')
  })
  test('is not checked for a new database, nor if it was there before', async () => {
    repository.put('databases/other/values.yaml', backups)
    expect(await changes()).toEqual([])
    await repository.rebase()
    repository.edit('databases/other/values.yaml', 'provider: s3', 'provider: s3\n  retentionPolicy: 90d')
    expect(await changes()).toEqual([])
  })
})

describe('what only a new cluster reads', () => {
  test('initdb', async () => {
    repository.edit(values, 'database: example_api', 'database: example')
    repository.edit(values, 'owner: example_api', 'owner: example')
    expect(await changes()).toMatchObject([
      {
        rule: 'changes/read-at-creation',
        severity: 'warning',
        message: 'cluster.initdb.database changes, but is read only when the cluster is created',
        file: values,
        line: 12,
        databases: ['example-api/dev', 'example-api/prd'],
      },
    ])
    const { databases } = await repository.plan()
    expect(databases[0]).toMatchObject({ result: 'changed', effect: 'nothing' })
    expect(databases[0]?.steps).toContain('cluster.initdb.database changes, but is read only when the cluster is created')
  })
  test('the class of a volume', async () => {
    repository.edit(values, '  storage:\n', '  storage:\n    storageClass: fast\n')
    expect(await changes()).toMatchObject([{ rule: 'changes/read-at-creation', file: values, line: 7 }])
    expect((await repository.plan()).databases[0]).toMatchObject({ effect: 'nothing' })
  })
  test('is read by a new volume and a new database', async () => {
    repository.put(
      'databases/example-api/values-dev.yaml',
      'cluster:\n  walStorage:\n    enabled: true\n    size: 2Gi\n    storageClass: fast\n',
    )
    repository.put('databases/other/values.yaml', 'cluster:\n  initdb:\n    database: other\n    owner: other\n')
    expect(await changes()).toEqual([])
  })
})
