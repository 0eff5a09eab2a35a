// Does a plan say what really happens: refusals, annotations, retired databases, and whose turn it is?
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openChange } from '../support/change-repository.ts'
import type { ChangeRepository } from '../support/change-repository.ts'

let repository: ChangeRepository
beforeEach(async () => {
  repository = await openChange()
})
afterEach(() => repository.remove())

const values = 'databases/example-api/values.yaml'
const prd = 'databases/example-api/values-prd.yaml'
const planned = async (id = 'example-api/prd') => {
  const plan = await repository.plan()
  const found = plan.databases.find((database) => database.id === id)
  if (found === undefined) throw new Error(`no ${id} in the plan`)
  return found
}
const shown = async (format: string): Promise<string> => {
  await repository.run('render')
  return (await repository.run('plan', '--base', 'main', '--format', format)).stdout
}

describe('what the API server refuses', () => {
  const sentence = "finds 1 error: this can't be merged as it is"
  test('a shrunk volume', async () => {
    repository.edit(values, 'size: 10Gi', 'size: 9Gi')
    const reason = 'size of storage shrinks from 10Gi to 9Gi, but volumes can only grow'
    expect(await planned()).toMatchObject({
      effect: 'refused',
      reason,
      changes: [{ path: 'spec.storage.size', effect: 'refused', reason }],
    })
    expect(await repository.plan()).toMatchObject({ errors: 1, blocked: `\`check --base main\` ${sentence}` })
    const pretty = await shown('pretty')
    expect(pretty).toContain('changed, refused')
    expect(pretty).toContain(`(refused: ${reason})`)
    expect(pretty).toContain(sentence)
    expect(await shown('markdown')).toContain(`**\`check --base main\` ${sentence}**`)
  })
  test('an older major, with no word of pg_upgrade', async () => {
    repository.put(prd, 'version:\n  postgresql: "16"\n')
    const found = await planned()
    expect(found).toMatchObject({ effect: 'refused', changes: [{ path: 'spec.imageName', effect: 'refused' }] })
    expect(found.steps.join('\n')).not.toContain('pg_upgrade')
    expect(found.steps).toContain('the API server refuses the update of Cluster example-api-db-prd: it stays as it is, and the sync fails')
  })
  test('a newer one is an upgrade, and nothing is in the way', async () => {
    repository.put(prd, 'version:\n  postgresql: "18"\n')
    expect(await planned()).toMatchObject({ effect: 'major upgrade' })
    expect(await repository.plan()).toMatchObject({ errors: 0 })
    expect((await repository.plan()).blocked).toBeUndefined()
  })
})

describe('annotations', () => {
  test.each([
    ['cnpg.io/hibernation: "on"', 'stop'],
    ['cnpg.io/hibernation: "off"', 'nothing'],
    ['kubectl.kubernetes.io/restartedAt: "2026-01-31T00:00:00Z"', 'rolling update with switchover'],
    ['cnpg.io/reloadedAt: "2026-01-31T00:00:00Z"', 'reload'],
    ['cnpg.io/skipWalArchiving: enabled', 'restart'],
    ['example.com/note: hello', 'nothing'],
  ])('%s: %s', async (annotation, effect) => {
    repository.put(prd, `cluster:\n  annotations:\n    ${annotation}\n`)
    expect(await planned()).toMatchObject({ result: 'changed', effect })
  })
})

describe('retired databases', () => {
  const retire = async (): Promise<void> => {
    repository.put(
      'databases/example-api/service.yaml',
      'retired:\n  prd: { reason: moved, since: "2026-01-31" }\n  dev: { reason: moved, since: "2026-01-31" }\n',
    )
    await repository.rebase()
  }
  test('take up nothing before a person syncs', async () => {
    await retire()
    repository.put(prd, 'cluster:\n  postgresql:\n    parameters:\n      max_connections: "300"\n')
    const found = await planned()
    expect(found).toMatchObject({ result: 'changed', effect: 'nothing' })
    expect(found.steps).toEqual(['auto-sync of example-api-db-prd is off since it is retired: none of this happens before a manual sync'])
  })
  test('are copied by what they have when they go', async () => {
    await retire()
    repository.put('databases/other/values.yaml', '')
    repository.git('rm', '-qrf', 'databases/example-api')
    const [dev, live] = [(await planned('example-api/dev')).steps.join('\n'), (await planned()).steps.join('\n')]
    expect(dev).not.toContain('kubectl cnpg backup')
    expect(dev).toContain('pg_dumpall')
    expect(live).toContain('kubectl cnpg backup example-api-db-prd')
    expect(live).toContain('kubectl delete clusters.postgresql.cnpg.io example-api-db-prd')
  })
})

test('a new pooler breaks no connections, and says how many it may open', async () => {
  repository.put('databases/example-api/values-dev.yaml', 'poolers:\n  - name: rw\n    type: rw\n    instances: 1\n')
  expect((await planned('example-api/dev')).steps).toEqual([
    'poolers may open 1 instance × 1 pair × 20 = 20 of 97 connections to the primary',
  ])
})

test.each([
  [2, 'the operator deletes one instance with its volumes'],
  [1, 'the operator deletes 2 instances with their volumes'],
])('%i instances instead of three', async (instances, step) => {
  repository.put(prd, `cluster:\n  instances: ${instances}\n`)
  expect((await planned()).steps).toEqual([step])
})

describe('a pooler', () => {
  const dev = 'databases/example-api/values-dev.yaml'
  const pooler = '  - name: rw\n    type: rw\n    instances: 1\n'
  const replaced = ['PgBouncer of example-api-db-dev-pooler-rw is replaced pod by pod; its connections break once']
  beforeEach(async () => {
    repository.put(dev, `poolers:\n${pooler}`)
    await repository.rebase()
  })
  test.each([
    [
      'another number of instances',
      pooler.replace('1', '2'),
      ['poolers may open 2 instances × 1 pair × 20 = 40 of 97 connections to the primary, before 20 of 97'],
    ],
    ['another mode', `${pooler}    poolMode: transaction\n`, []],
    ['parameters', `${pooler}    parameters:\n      max_client_conn: "900"\n`, []],
    [
      'a pod template',
      `${pooler}    template:\n      metadata:\n        labels:\n          app: bouncer\n      spec:\n        containers: []\n`,
      replaced,
    ],
  ])('%s', async (_, text, steps) => {
    repository.put(dev, `poolers:\n${text}`)
    expect(await planned('example-api/dev')).toMatchObject({ result: 'changed', steps })
  })
  test('labels of all objects', async () => {
    repository.put('databases/example-api/service.yaml', 'owner: accounts\n')
    expect((await planned('example-api/dev')).steps.join('\n')).not.toContain('PgBouncer')
  })
  test('another operator', async () => {
    repository.edit('apps/values.yaml', 'version: "1.27.1"', 'version: "1.28.4"')
    expect((await planned('example-api/dev')).steps).toEqual(replaced)
  })
})

test('another operator restarts a lone instance, and switches over where there are standbys', async () => {
  repository.edit('apps/values.yaml', 'version: "1.27.1"', 'version: "1.28.4"')
  expect(await planned('example-api/dev')).toMatchObject({ effect: 'restart' })
  expect(await planned()).toMatchObject({ effect: 'rolling update with switchover' })
})

describe('options that the guard is united with', () => {
  const settings = 'apps/values.yaml'
  const lines = async (): Promise<readonly string[]> => (await planned()).changes.map(({ file, line }) => `${file}:${line}`)
  test('stand where a person wrote them', async () => {
    repository.put(prd, 'cluster:\n  annotations:\n    argocd.argoproj.io/sync-options: PruneLast=true\n')
    expect(new Set(await lines())).toEqual(new Set([`${prd}:3`]))
  })
  test('go with the guard, whose line is shown', async () => {
    const line = repository.read(settings).split('\n').indexOf('      guard: never') + 1
    repository.edit(settings, 'guard: never', 'guard: none')
    expect(new Set(await lines())).toEqual(new Set([`${settings}:${line}`]))
  })
})

test('what a switch takes away is told once, at the switch', async () => {
  repository.put(prd, 'backups:\n  enabled: false\n')
  const { changes } = await planned()
  expect(changes.map(({ object, path, file, line }) => [object, path, file, line])).toEqual([
    ['Cluster/example-api-db-prd', 'spec.backup', prd, 2],
    ['ScheduledBackup/example-api-db-prd-daily-backup', '', prd, 2],
  ])
  expect(await shown('pretty')).toContain('Cluster/example-api-db-prd: spec.backup is removed')
})

test('no secret is in what is reported as a whole', async () => {
  repository.put(prd, 'cluster:\n  env:\n    - name: DB_PASSWORD\n      value: hidden-word\n')
  await repository.rebase()
  repository.put(prd, 'cluster:\n  logLevel: debug\n')
  for (const format of ['json', 'pretty', 'markdown']) expect(await shown(format)).not.toContain('hidden-word')
})

test('Markdown has boxes for what a person must do alone, and shows nothing as no value', async () => {
  repository.put(prd, 'cluster:\n  instances: 5\n  postgresql:\n    parameters:\n      work_mem: 8MB\n')
  const markdown = await shown('markdown')
  expect(markdown).toContain('- the operator clones 2 standbys more')
  expect(markdown).not.toContain('[ ]')
  expect(markdown).not.toContain('`nothing`')
  expect(markdown).toContain('nothing → `8MB`')
  repository.put(prd, 'poolers: []\n')
  expect(await shown('markdown')).toContain('- [ ] Pooler example-api-db-prd-pooler-rw keeps running')
})

test.each([
  ['another spelling of a size', '10240Mi', 'nothing'],
  ['a size that is gone', 'null', 'nothing'],
  ['a larger size', '11Gi', 'storage expansion'],
])('%s', async (_, size, effect) => {
  repository.edit(values, 'size: 10Gi', `size: ${size}`)
  expect((await planned()).changes).toMatchObject([{ path: 'spec.storage.size', effect }])
})
