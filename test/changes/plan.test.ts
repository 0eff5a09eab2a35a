// What does `plan` say that a merge will do, in words, in Markdown and in JSON?
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { needsRestart } from '../../scripts/changes/restart-parameters.ts'
import { gitIn, runIn } from '../support/change-repository.ts'
import type { Plan } from '../support/change-repository.ts'

const base = fileURLToPath(new URL('../projects/base', import.meta.url))
const temporary = mkdtempSync(join(tmpdir(), 'cnpg-values-plan-'))
let root = ''
let count = 0
afterAll(() => rmSync(temporary, { recursive: true }))

const git = (...args: string[]): string => gitIn(root, ...args)
const put = (path: string, text: string): void => {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), text)
}
const commit = async (): Promise<void> => {
  await run('render')
  git('add', '-A')
  git('commit', '-q', '-m', 'change')
}
const run = (...argv: string[]) => runIn(root, ...argv)
const plan = async (): Promise<Plan> => JSON.parse((await run('plan', '--base', 'main', '--format', 'json')).stdout) as Plan
const prd = async () => (await plan()).databases.find(({ id }) => id === 'billing/prd') as Plan['databases'][number]

const before = `cluster:
  instances: 3
  storage:
    size: 8Gi
  postgresql:
    parameters:
      max_connections: "100"
      work_mem: 4MB
poolers:
  - name: rw
    type: rw
    instances: 2
`

beforeEach(async () => {
  root = join(temporary, String(count++))
  cpSync(base, root, { recursive: true })
  put('databases/billing/values.yaml', before)
  git('init', '-q')
  await commit()
  git('checkout', '-q', '-b', 'change')
})

test('nothing changes', async () => {
  put('databases/billing/values.yaml', `# a comment\n${before}`)
  const compared = `compared with main (${git('rev-parse', 'HEAD').slice(0, 7)}), which is HEAD: only what is not committed can differ\n\n`
  expect(await run('plan', '--base', 'main')).toMatchObject({
    code: 0,
    stdout: `${compared}nothing changes for 4 databases (since main)\n`,
  })
  expect((await run('plan', '--base', 'main', '--format', 'markdown')).stdout).toBe(
    `### What merging this does to the databases\n\n${compared}Nothing changes (since \`main\`).\n`,
  )
  const { version, base: from, databases } = await plan()
  expect([version, from, databases.map(({ id, result, effect }) => [id, result, effect])]).toEqual([
    1,
    'main',
    ['billing/dev', 'billing/prd', 'orders/dev', 'orders/prd'].map((id) => [id, 'untouched', 'nothing']),
  ])
})

test('hand-written Clusters that stay are counted, and what was not compared is listed', async () => {
  const source = (path: string): string =>
    `    - { repoURL: https://github.com/example/example-infrastructure.git, targetRevision: main, path: ${path} }\n`
  const byHand = (name: string, sources: string): string =>
    `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: { name: ${name}, namespace: argocd }\nspec:\n  project: legacy\n  destination: { name: in-cluster, namespace: ${name} }\n  sources:\n${sources}`
  const chart = '    - { repoURL: https://cloudnative-pg.github.io/charts, chart: cluster, targetRevision: 0.8.1 }\n'
  put('apps/templates/legacy.yaml', byHand('legacy', chart))
  put('apps/templates/kustomized.yaml', byHand('kustomized', source('k')))
  put('k/kustomization.yaml', 'resources: [pg.yaml, "${ENV}/gone.yaml"]\n')
  put('k/pg.yaml', 'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: pg }\n')
  git('checkout', '-q', '-B', 'main')
  await commit()
  git('checkout', '-q', '-B', 'change')
  const lines = [
    'not compared: Clusters of Application kustomized, made by a kustomization (k/kustomization.yaml takes ${ENV}/gone.yaml, which is missing) in k',
  ]
  const { stdout } = await run('plan', '--base', 'main')
  expect(stdout.split('\n').slice(2)).toEqual(['nothing changes for 5 databases (since main)', ...lines, ''])
  const { stdout: markdown } = await run('plan', '--base', 'main', '--format', 'markdown')
  for (const line of lines) expect(markdown).toContain(`\n${line}\n`)
  expect(await plan()).toMatchObject({ handWritten: { kept: 0, notCompared: [lines[0]?.slice('not compared: '.length)] } })
  expect(await run('check', '--base', 'main')).toMatchObject({ code: 0, stderr: expect.stringContaining(`\n${lines[0]}\n`) })
  expect((await run('check')).stderr).not.toContain('not compared')
  put('k/pg.yaml', 'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: other }\n')
  const touched = await run('check', '--base', 'main')
  expect(touched.stdout).toContain(`info: ${lines[0]} [changes/set-comparable]`)
  expect(touched.stderr).not.toContain('not compared')
})

test('a grown volume has its line and its effect', async () => {
  put('databases/billing/values.yaml', before.replace('8Gi', '9Gi'))
  expect(await prd()).toEqual({
    id: 'billing/prd',
    result: 'changed',
    application: 'billing-db-prd',
    effect: 'storage expansion',
    changes: [
      {
        object: 'Cluster/billing-db-prd',
        path: 'spec.storage.size',
        before: '8Gi',
        after: '9Gi',
        file: 'databases/billing/values.yaml',
        line: 4,
        effect: 'storage expansion',
      },
    ],
    steps: [],
  })
  await run('render')
  expect((await run('plan', '--base', 'main')).stdout.replace(/^compared with main .*\n\n/, '')).toBe(
    'billing/dev, billing/prd: changed, storage expansion\n  Cluster/billing-db-dev spec.storage.size: 8Gi → 9Gi  (storage expansion)\n    databases/billing/values.yaml:4\n\n2 changed, 2 untouched (since main)\n',
  )
})

describe('effects', () => {
  test.each([
    ['work_mem: 4MB', 'work_mem: 8MB', 'reload'],
    ['max_connections: "100"', 'max_connections: "200"', 'restart'],
    ['work_mem: 4MB', 'pg_stat_statements.track: all', 'restart'],
    ['  instances: 3', '  instances: 3\n  resources:\n    requests:\n      memory: 1Gi', 'rolling update with switchover'],
    ['  instances: 3', '  instances: 3\n  walStorage:\n    enabled: true\n    size: 2Gi', 'rolling update with switchover'],
    ['  instances: 3', '  instances: 4', 'nothing'],
    ['    instances: 2', '    instances: 3', 'nothing'],
    ['poolers:', 'version:\n  postgresql: "17"\npoolers:', 'major upgrade'],
  ])('%j → %j: %s', async (from, to, effect) => {
    put('databases/billing/values.yaml', before.replace(from, to))
    expect(await prd()).toMatchObject({ result: 'changed', effect })
  })
  test('contexts differ by major', () => {
    expect([
      needsRestart('autovacuum_max_workers', 17),
      needsRestart('autovacuum_max_workers', 18),
      needsRestart('Shared_Buffers', 17),
      needsRestart('jit', undefined),
    ]).toEqual([true, false, true, false])
  })
})

test('a removed pooler keeps running, which a person is told', async () => {
  put('databases/billing/values.yaml', before.slice(0, before.indexOf('poolers')))
  const { changes, steps } = await prd()
  expect(changes).toMatchObject([{ object: 'Pooler/billing-db-prd-pooler-rw', path: '', before: 'present', after: null }])
  expect(steps).toEqual([
    'Pooler billing-db-prd-pooler-rw keeps running, since prune is off: kubectl delete pooler billing-db-prd-pooler-rw -n billing-prd',
  ])
})

test('created, retired and gone', async () => {
  put('databases/billing/service.yaml', 'retired:\n  prd: { reason: moved, since: "2026-01-31" }\n')
  put('databases/new/values.yaml', '')
  const results = (await plan()).databases.map(({ id, result, effect }) => [id, result, effect])
  expect(results).toContainEqual(['billing/prd', 'retired', 'nothing'])
  expect(results).toContainEqual(['new/dev', 'created', 'creation'])
  await commit()
  git('branch', '-f', 'main')
  put('databases/billing/service.yaml', 'environments: [dev]\n')
  const gone = await prd()
  expect(gone).toMatchObject({ result: 'gone', changes: [] })
  expect(gone.steps.join('\n')).toContain('kubectl delete clusters.postgresql.cnpg.io billing-db-prd -n billing-prd')
  await run('render')
  expect((await run('plan', '--base', 'main')).stderr).toBe('')
})

test('what may not be merged is planned all the same, and said', async () => {
  put('databases/billing/service.yaml', 'namespace: money\n')
  const { code, stdout } = await run('plan', '--base', 'main')
  // the gate is `check --base`
  expect(code).toBe(0)
  expect(stdout).toContain('`check --base main` finds')
  expect(await prd()).toMatchObject({
    effect: 're-creation',
    changes: [
      {
        object: 'Application/billing-db-prd',
        path: 'spec.destination.namespace',
        before: 'billing-prd',
        after: 'money',
        file: 'databases/billing/service.yaml',
        line: 1,
      },
    ],
  })
})

test('secrets are never printed', async () => {
  const secret = (word: string): string =>
    `${before}backups:\n  enabled: true\n  method: barmanObjectStore\n  provider: s3\n  endpointURL: https://s3.example.com\n  s3:\n    bucket: b\n    region: r\n    accessKey: AK${word}\n    secretKey: SK${word}\n  scheduledBackups: []\n`
  put('databases/billing/values.yaml', secret('before'))
  await commit()
  git('branch', '-f', 'main')
  put(
    'databases/billing/values.yaml',
    `${secret('after')}  # end\n`.replace('instances: 3', 'instances: 3\n  env:\n    - name: DB_PASSWORD\n      value: hidden-word'),
  )
  for (const format of ['json', 'pretty', 'markdown']) {
    const { stdout } = await run('plan', '--base', 'main', '--format', format)
    expect(stdout).toContain('***')
    expect(stdout).not.toMatch(/(?:AK|SK)(?:before|after)|hidden-word|U0thZnRlcg|QUthZnRlcg/)
  }
})

test('Markdown folds what is long, and no value leaves its code', async () => {
  put(
    'databases/billing/values.yaml',
    before.replace(
      'work_mem: 4MB',
      'work_mem: "a`b|c</details>"\n      log_min_messages: debug1\n      jit: "off"\n      random_page_cost: "1.1"',
    ),
  )
  put('databases/new/values.yaml', '')
  put('databases/other/values.yaml', '')
  const { stdout } = await run('plan', '--base', 'main', '--format', 'markdown')
  expect(stdout).toContain('| database | result | effect on PostgreSQL |')
  expect(stdout).toContain('<details><summary>')
  expect(stdout).toContain('``a`b\\|c</details>``')
  expect(stdout).toBe((await run('plan', '--base', 'main', '--format', 'markdown')).stdout)
})

test('wrong usage and broken files', async () => {
  expect((await run('plan')).code).toBe(2)
  expect((await run('plan', '--base', 'main', '--format', 'xml')).code).toBe(2)
  expect((await run('plan', '--base', 'nowhere')).code).toBe(2)
  put('databases/billing/values.yaml', 'cluster: [\n')
  const { code, stdout } = await run('plan', '--base', 'main')
  expect(code).toBe(1)
  expect(stdout).toContain('not compared: billing/prd, until this is fixed: databases/billing/values.yaml:1')
})

describe('errors in some of the databases', () => {
  const broken = 'cluster: [\n'
  test('leave the others to be planned, and say which ones are not', async () => {
    put('databases/orders/values.yaml', broken)
    put('databases/billing/values.yaml', before.replace('8Gi', '9Gi'))
    const { code, stdout, stderr } = await run('plan', '--base', 'main')
    expect(code).toBe(1)
    expect(stdout).toContain('billing/prd')
    expect(stdout).toMatch(/not compared: orders\/dev, until this is fixed: databases\/orders\/values\.yaml:\d+: /)
    expect(stdout).not.toMatch(/^ *orders\//m)
    expect(stderr).not.toContain('cannot plan')
  })
  test('that are the same at the base are no reason to plan nothing', async () => {
    put('databases/orders/values.yaml', broken)
    git('add', '-A')
    git('commit', '-q', '-m', 'broken')
    git('branch', '-f', 'main')
    put('databases/billing/values.yaml', before.replace('8Gi', '9Gi'))
    const { code, stdout } = await run('plan', '--base', 'main')
    expect(code).toBe(0)
    expect(stdout).toContain('billing/prd')
    expect(stdout).not.toContain('not compared')
  })
  test('of all of them, there is no plan', async () => {
    put('databases/orders/values.yaml', broken)
    put('databases/billing/values.yaml', broken)
    expect(await run('plan', '--base', 'main')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('cannot plan') as string,
    })
  })
})

describe('what a higher layer takes away is shown where it is written', () => {
  const defaults = (text: string): void => put('helm-values/data/postgres-prd-defaults.yaml', text)
  const shared = `poolers:
  - name: rw
    type: rw
    instances: 2
    parameters: { max_client_conn: "500" }
cluster:
  postgresql: { parameters: { work_mem: 8MB } }
  env: [{ name: A, value: "1" }, { name: B, value: "2" }]
`
  test.each([
    ['an empty list', 'poolers: []\n', 1],
    ['another item', 'poolers:\n  - name: ro\n    type: ro\n    instances: 2\n', 2],
    ['an item without a field', 'poolers:\n  - type: rw\n    name: rw\n    instances: 2\n', 2],
    ['a shorter list', 'cluster:\n  env: [{ name: A, value: "1" }]\n', 2],
    ['an empty list in a map', 'cluster:\n  env: []\n', 2],
    ['a null', 'cluster:\n  postgresql:\n    parameters: null\n', 3],
    ['a null for one', 'cluster:\n  postgresql:\n    parameters:\n      work_mem: null\n', 4],
  ])('%s', async (_, text, line) => {
    defaults(shared)
    put('databases/billing/values.yaml', 'cluster:\n  storage: { size: 8Gi }\n')
    await commit()
    git('branch', '-f', 'main')
    put('databases/billing/values-prd.yaml', text)
    await run('render')
    const gone = (await prd()).changes.filter(({ after }) => after === null)
    expect(gone.length).toBeGreaterThan(0)
    for (const { file, line: at } of gone) expect(`${file}:${at}`).toBe(`databases/billing/values-prd.yaml:${line}`)
  })
})
