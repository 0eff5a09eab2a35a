// Is a database the same one where only its files or the way to name its place changed?
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openChange } from '../support/change-repository.ts'
import type { ChangeRepository } from '../support/change-repository.ts'

let repository: ChangeRepository
beforeEach(async () => {
  repository = await openChange()
})
afterEach(() => repository.remove())

const settings = 'apps/values.yaml'
const values = 'databases/example-api/values.yaml'

const moveToNames = (): void => {
  repository.put('databases/example-api/postgres/main.yaml', repository.read(values))
  repository.git('rm', '-q', values)
  repository.put(
    settings,
    `${repository.read(settings)}  layout:\n    databases: "databases/{service}/postgres/{name}.yaml"\n    overrides: "databases/{service}/postgres/{name}-{env}.yaml"\n`,
  )
}

test('a layout with {name} that leaves all real names alone changes nothing', async () => {
  moveToNames()
  expect(await repository.places()).toEqual([])
  const { databases } = await repository.plan()
  expect(databases.map(({ id, result, effect }) => [id, result, effect])).toEqual([
    ['example-api/main/dev', 'untouched', 'nothing'],
    ['example-api/main/prd', 'untouched', 'nothing'],
  ])
})

test('a volume that shrinks in such a move is seen', async () => {
  moveToNames()
  repository.edit('databases/example-api/postgres/main.yaml', 'size: 10Gi', 'size: 9Gi')
  expect(await repository.told()).toMatchObject([
    {
      rule: 'changes/storage-grows',
      file: 'databases/example-api/postgres/main.yaml',
      databases: ['example-api/main/dev', 'example-api/main/prd'],
      related: [{ revision: 'main', file: values }],
    },
  ])
})

test('another name of an Application in such a move is still a rename', async () => {
  moveToNames()
  repository.put(settings, `${repository.read(settings)}    application: "{service}-{name}-{env}"\n`)
  expect((await repository.told()).map(({ rule }) => rule)).toContain('changes/no-rename')
})

test('a layout with {name} that renames every service is one error, at its line', async () => {
  repository.put('databases/other/values.yaml', 'cluster:\n  storage:\n    size: 30Gi\n')
  await repository.rebase()
  const lines = ['  layout:', '    databases: "databases/{service}/{name}.yaml"', '    overrides: "databases/{service}/{name}-{env}.yaml"']
  repository.put(settings, `${repository.read(settings)}${lines.join('\n')}\n    cluster: "{service}-{name}-{env}"\n`)
  const line =
    repository
      .read(settings)
      .split('\n')
      .indexOf(lines[1] ?? '') + 1
  expect(await repository.told()).toMatchObject([
    {
      rule: 'changes/no-rename',
      message: expect.stringMatching(/^layout makes example-api\/dev into example-api\/values\/dev, but /) as string,
      file: settings,
      line,
      databases: ['example-api/values/dev', 'example-api/values/prd', 'other/values/dev', 'other/values/prd'],
      related: [{ file: settings, revision: 'main' }],
    },
  ])
})

test('the cluster that Argo CD runs in has an address and a name', async () => {
  repository.edit(settings, 'server: https://kubernetes.default.svc', 'name: in-cluster')
  expect(await repository.places()).toEqual([])
  expect((await repository.run('plan', '--base', 'main')).stdout).toMatch(
    /^compared with main \([0-9a-f]{7}\), which is HEAD.*\n\nnothing changes for 2 databases \(since main\)\n$/,
  )
  repository.edit(settings, 'name: in-cluster', 'name: elsewhere')
  expect((await repository.told()).map(({ rule }) => rule)).toEqual(['changes/destination-stays'])
})
