// Does help lead to a file without that mistake?
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRepository } from '../support/terminal.ts'

let repository: ReturnType<typeof openRepository>
beforeEach(() => (repository = openRepository()))
afterEach(() => repository.remove())

async function helps(path: string, text: string): Promise<(string | undefined)[]> {
  repository.put(path, text)
  const { stdout } = await repository.run('check', '--format', 'json')
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { rule: string; help?: string }[] }
  return diagnostics.filter(({ rule }) => !rule.startsWith('emit/')).map(({ help }) => help)
}

const values = 'databases/orders/values.yaml'

test.each([
  ['apps/values.yaml', '', 'run it in a repository of Argo CD, or name its folder: --root DIR'],
  ['databases/orders/service.yaml', 'environments: dev\n', 'write a list: [dev]'],
  ['databases/orders/service.yaml', 'retired: true\n', expect.stringMatching(/^write retired: \{ prd: \{ reason: .*, since: /)],
  ['databases/orders/values-dev.yaml', 'cluster:\n  storage: null\n', 'remove the line: null here drops what lower layers set'],
  ['databases/orders/values-dev.yaml', 'backups:\n', 'remove the line: null here drops what lower layers set'],
  [`databases/${'long-'.repeat(9)}name/values.yaml`, '', 'shorten the name of the service by 6, or set postgres.layout.cluster'],
  ['databases/orders/values-dev.yaml', 'cluster: { resources: { requests: { memory: 4GB } } }\n', 'did you mean 4Gi?'],
  ['databases/orders/values-dev.yaml', 'cluster: { storage: { size: 4 gb } }\n', 'did you mean 4Gi?'],
  ['databases/orders/values-dev.yaml', 'cluster: { primaryUpdateMethod: swtchover }\n', 'did you mean `switchover`?'],
  ['databases/orders/values-dev.yaml', 'cluster: { roles: [{ name: a, ensure: yes }] }\n', 'write one of absent, present'],
  ['databases/orders/values-dev.yaml', 'cluster: { postgresql: { shared_preload_libraries: pg_cron } }\n', 'write a list: [pg_cron]'],
  [
    'databases/orders/values-dev.yaml',
    'cluster: { postgresql: { extensions: [{ name: pgvector }] } }\n',
    'Cluster has spec.postgresql.extensions, but the chart does not pass it on, so it does nothing; remove it',
  ],
  [
    'databases/orders/values-dev.yaml',
    'cluster: { instances: 1, postgresql: { synchronous: { method: any, number: 1 } } }\n',
    'raise instances to 2, or remove synchronous',
  ],
])('%s with %j', async (path, text, help) => {
  expect((await helps(path, text))[0]).toEqual(help)
})

test('wal_level minimal is one mistake', async () => {
  expect(await helps('databases/orders/values-dev.yaml', 'cluster: { postgresql: { parameters: { wal_level: minimal } } }\n')).toEqual([
    'set wal_level to replica or logical',
  ])
})

test('check counts the findings that `fix` may correct', async () => {
  repository.put(values, 'cluster:\n  storage: { sise: 10Gi }\n')
  expect((await repository.run('check')).stderr).toMatch(/\n`cnpg-values fix` may correct 1 of these\n$/)
  expect((await repository.run('check', '--format', 'github')).stderr).not.toContain('may correct')
  await repository.run('fix')
  expect((await repository.run('check')).stderr).not.toContain('may correct')
})

test('an allowance of an error is reported to allow nothing, a misspelt one gets a suggestion', async () => {
  repository.put(values, 'cluster:\n  # allow values/known-keys: later\n  walStorge: {}\n  storage: { size: 10Gi }\n')
  const { stdout } = await repository.run('check')
  expect(stdout).toContain('2:3: warning: allowance of values/known-keys is for an error, but only warnings can be allowed')
  repository.put(values, 'cluster:\n  storage: { size: 10Gi }\n  # allow policy/null-keep-instances: later\n  instances: null\n')
  repository.put('helm-values/data/postgres-prd-defaults.yaml', 'cluster: { instances: 3 }\n')
  expect((await repository.run('check')).stdout).toContain('help: did you mean `policy/null-keeps-instances`?')
})

test('a place of the same name elsewhere is named only where it may be meant', async () => {
  repository.put(values, 'cluster: { storage: { size: 10Gi }, max_connections: 5 }\nbackups: { pluginConfiguration: { parameters: {} } }\n')
  const { stdout } = await repository.run('check')
  expect(stdout).toContain('help: the chart reads `cluster.postgresql.parameters.max_connections`')
  expect(stdout).not.toContain('poolers[].parameters')
})

test.each([
  ['nodeSelector: { a: b }', 'cluster.affinity.nodeSelector'],
  ['tolerations: []', 'cluster.affinity.tolerations'],
  ['limits: { memory: 1Gi }', 'cluster.resources.limits'],
  ['cluster: { nodeSelector: { a: b } }', 'cluster.affinity.nodeSelector'],
  ['cluster: { tolerations: [] }', 'cluster.affinity.tolerations'],
  ['cluster: { podAntiAffinity: {} }', 'cluster.affinity.additionalPodAntiAffinity'],
  ['cluster: { requests: { memory: 1Gi } }', 'cluster.resources.requests'],
  ['cluster: { serverTLSSecret: x }', 'cluster.certificates.serverTLSSecret'],
  ['cluster: { enablePodMonitor: true }', 'cluster.monitoring.enabled'],
  ['cluster: { storage: { size: 10Gi, tolerations: [] } }', 'cluster.affinity.tolerations'],
  ['poolers: [{ name: a, type: rw, nodeSelector: {} }]', 'poolers[].template.spec.nodeSelector'],
  ['poolers: [{ name: a, type: rw, affinity: {} }]', 'poolers[].template.spec.affinity'],
])('%s is said to belong deeper', async (text, home) => {
  repository.put('databases/orders/values-prd.yaml', `${text}\n`)
  expect((await repository.run('check')).stdout).toContain(`help: the chart reads \`${home}\`\n`)
})

test('a key that no object knows is to be removed', async () => {
  repository.put('databases/orders/values-prd.yaml', 'cluster: { colour: red }\n')
  expect((await repository.run('check')).stdout).toContain('help: no template reads it, so it does nothing; remove it')
})

test('help for an empty repository follows its own layout', async () => {
  const { stdout } = await repository.run('check')
  expect(stdout).not.toContain('any-database')
  const settings = repository
    .read('apps/values.yaml')
    .replace(
      'postgres:\n',
      'postgres:\n  layout: { databases: "databases/{service}/postgres/{name}.yaml", overrides: "databases/{service}/postgres/{name}-{env}.yaml", cluster: "{service}-{name}-{env}", application: "{service}-{name}-{env}" }\n',
    )
  repository.put('apps/values.yaml', settings)
  expect((await repository.run('check')).stdout).toContain('help: create databases/<service>/postgres/<name>.yaml')
})
