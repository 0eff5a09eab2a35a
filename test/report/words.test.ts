// Is what is reported for one database ever shown for another?
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRepository } from '../support/terminal.ts'

let repository: ReturnType<typeof openRepository>
beforeEach(() => (repository = openRepository()))
afterEach(() => repository.remove())

const shared = 'databases/orders/values.yaml'
const add = (path: string, text: string): void => repository.put(path, `${readFileSync(`${repository.root}/${path}`, 'utf8')}${text}`)
const lines = (stdout: string): string[] => stdout.split('\n').filter((line) => line.includes(': error: '))

test('values of two environments are two messages, each with its database', async () => {
  repository.put(shared, 'cluster:\n  storage: { size: 10Gi }\n  postgresql:\n    parameters: { shared_buffers: 8GB }\n')
  repository.put('helm-values/data/postgres-dev-defaults.yaml', 'cluster: { resources: { requests: { memory: 256Mi } } }\n')
  repository.put('helm-values/data/postgres-prd-defaults.yaml', 'cluster: { resources: { requests: { memory: 2Gi } } }\n')
  const { stdout } = await repository.run('check')
  expect(stdout).toContain('memory is 256Mi, but shared_buffers alone is "8GB", affects orders/dev [')
  expect(stdout).toContain('memory is 2Gi, but shared_buffers alone is "8GB", affects orders/prd [')
  expect(stdout).toContain('postgres-dev-defaults.yaml:1:45: cluster.resources.requests.memory is "256Mi"')
  expect(stdout).not.toContain('takes part')
})

test('the guards of two environments are two messages', async () => {
  repository.put(shared, 'cluster:\n  storage: { size: 10Gi }\n  annotations: { argocd.argoproj.io/sync-options: Prune=true }\n')
  const { stdout } = await repository.run('check')
  for (const line of lines(stdout)) {
    const environment = /guard of (\w+) is/.exec(line)?.[1]
    expect(line).toContain(`, affects orders/${environment} [values/guard-agrees]`)
  }
})

test('equal words are one message, whatever the database is called', async () => {
  repository.put(shared, 'cluster:\n  storage: { size: 10Gi }\npoolers:\n  - { name: app, type: rw }\n  - { name: app, type: ro }\n')
  const once = lines((await repository.run('check')).stdout).filter((line) => line.includes('[argocd/object-once]'))
  expect(once).toEqual([expect.stringContaining(', affects 2 databases in dev, prd')])
})

test('a mistake of one environment in a file of several names it, in each form', async () => {
  add('helm-values/data/postgres-prd-defaults.yaml', 'backups: { endpointURL: https://s3.example.com, destinationPath: s3://a/ }\n')
  add(shared, 'backups: { enabled: true, provider: s3 }\n')
  const { stdout } = await repository.run('check')
  expect(stdout).toContain('error: You need to specify S3 region if endpointURL is not specified, affects orders/dev [chart/refuses]')
  expect(stdout).toContain('help: set backups.s3.region')
  for (const format of ['github', 'gitlab', 'sarif'])
    expect((await repository.run('check', '--format', format)).stdout, format).toContain('not specified (orders/dev)')
})

test('a file of one database names it already', async () => {
  repository.put('databases/orders/values-dev.yaml', 'cluster: { walStorge: {} }\n')
  expect((await repository.run('check')).stdout).toContain('unknown key `walStorge` in `cluster` [values/known-keys]')
})

const tenServices = (): void => {
  for (let index = 0; index < 10; index++) repository.put(`databases/s${index}/values.yaml`, 'cluster: { storage: { size: 1Gi } }\n')
}

test('what the defaults of an environment lack is reported there, once', async () => {
  tenServices()
  const settings = readFileSync(`${repository.root}/apps/values.yaml`, 'utf8')
  repository.put('apps/values.yaml', settings.replace('    prd:\n', '    prd:\n      guard: never\n'))
  for (const text of ['', '# nothing yet\n']) {
    repository.put('helm-values/data/postgres-prd-defaults.yaml', text)
    const warnings = (await repository.run('check')).stdout.split('\n').filter((line) => line.includes('[policy/backups-enabled]'))
    expect(warnings).toEqual([
      expect.stringMatching(/^helm-values\/data\/postgres-prd-defaults\.yaml:1:1: .*, affects 11 databases in prd/),
    ])
  }
})

test('an environment that is not live is reported once', async () => {
  tenServices()
  await repository.run('render')
  const live = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'x', namespace: 'argocd' }, spec: {} }
  repository.put('live.json', JSON.stringify(live))
  const warnings = (await repository.run('check', '--live', 'live.json')).stdout
    .split('\n')
    .filter((line) => line.includes('application-exists'))
  expect(warnings).toHaveLength(2)
  expect(warnings[0]).toContain(
    '11 Applications of dev are wanted, but are not live; the first is orders-db-dev, affects 11 databases in dev',
  )
})
