// Do generated sets carry what the settings give their Applications, and do names and labels follow the settings?
import { afterAll, beforeEach, expect, test } from 'vitest'
import { openRepository } from '../support/terminal.ts'

let repository = openRepository()
beforeEach(() => {
  repository.remove()
  repository = openRepository()
})
afterAll(() => repository.remove())

const sets = 'apps/templates/data/postgres-clusters.yaml'

/** Puts lines below a line of the settings. */
function setting(below: string, lines: string): void {
  const text = repository.read('apps/values.yaml')
  expect(text).toContain(below)
  repository.put(
    'apps/values.yaml',
    text.replace(below, () => `${below}\n${lines}`),
  )
}
const environment = (lines: string): void => {
  const key = /^ {4}dev:$/m.exec(repository.read('apps/values.yaml'))?.[0] ?? ''
  setting(key, lines)
}

test('labels, annotations and the policy are written as they are, with placeholders filled by the set', async () => {
  const policy = `      application:
        labels: { team: "{service}-team", env: development }
        annotations: { owner: "{service}.{env}" }
        revisionHistoryLimit: 3
        ignoreDifferences:
          - { group: apps, kind: Deployment, jsonPointers: [/spec/replicas] }
        syncPolicy:
          automated: { prune: true }
          syncOptions: [CreateNamespace=true]
          retry: { limit: 2 }
          managedNamespaceMetadata: { labels: { env: "{env}" } }`
  const text = repository.read('apps/values.yaml').replace(/^ {6}autoSync:.*\n/gm, '')
  repository.put('apps/values.yaml', text)
  environment(policy)
  expect(await repository.run('render')).toMatchObject({ code: 0 })
  const [dev = '', prd = ''] = repository.read(sets).split('\n---\n')
  expect(dev).toContain(`      labels:
        app.kubernetes.io/component: database
        app.kubernetes.io/part-of: "{{ .service }}"
        env: development
        service: "{{ .service }}"
        team: "{{ .service }}-team"
      annotations:
        owner: "{{ .service }}.dev"
    spec:`)
  expect(dev).toContain('      revisionHistoryLimit: 3\n      ignoreDifferences:\n        - group: apps\n')
  expect(dev).toContain(
    '      syncPolicy:\n        automated:\n          prune: true\n        syncOptions:\n          - CreateNamespace=true\n        retry:\n',
  )
  expect(dev).toContain('        managedNamespaceMetadata:\n          labels:\n            env: dev')
  expect(prd).toContain('ServerSideDiff=true')
  expect((await repository.run('check')).code).toBe(0)
})

test('a policy without automated syncs by nobody, and autoSync beside a policy is an error', async () => {
  environment('      autoSync: true\n      application: { syncPolicy: {} }')
  const { code, stdout } = await repository.run('check')
  expect(code).toBe(1)
  expect(stdout).toContain('postgres.environments.dev.autoSync is set, but application.syncPolicy decides it')
  expect(stdout).toContain('help: remove autoSync')
})

test('an unknown key and an unknown placeholder are reported at their lines', async () => {
  environment('      application: { label: { a: b } }')
  expect((await repository.run('check')).stdout).toContain('did you mean `labels`?')
  repository.put('apps/values.yaml', repository.read('apps/values.yaml').replace('{ label: { a: b } }', '{ labels: { a: "{team}" } }'))
  expect((await repository.run('check')).stdout).toContain('application has the placeholder {team}')
})

test('releases may be called otherwise than their Clusters, and a Cluster by service.yaml', async () => {
  setting('postgres:', '  layout: { cluster: "{service}-db-{env}-cluster", release: "{service}-db-{env}" }')
  repository.put('databases/orders/service.yaml', 'cluster: { prd: orders-main }\n')
  expect(await repository.run('render')).toMatchObject({ code: 0 })
  expect(repository.read(sets)).toContain('releaseName: "{{ .service }}-db-dev"')
  expect(repository.read('helm-values/data/rendered/dev/orders.yaml')).toContain('fullnameOverride: orders-db-dev-cluster\n')
  expect(repository.read('helm-values/data/rendered/prd/orders.yaml')).toContain('fullnameOverride: orders-main\n')
  const { databases } = JSON.parse((await repository.run('list', '--format', 'json')).stdout) as { databases: { release: string }[] }
  expect(databases.map(({ release }) => release)).toEqual(['orders-db-dev', 'orders-db-prd'])
  repository.put('databases/orders/service.yaml', 'cluster: { test: orders-main }\n')
  expect((await repository.run('check')).stdout).toContain('cluster has `test`, but only the environments dev, prd exist')
})

test('a fullnameOverride that says what is generated is no error, another one is', async () => {
  const path = 'databases/orders/values-prd.yaml'
  repository.put(path, 'fullnameOverride: orders-db-prd\n')
  expect((await repository.run('render')).code).toBe(0)
  repository.put(path, 'fullnameOverride: orders\n')
  expect((await repository.run('render')).stdout).toContain('fullnameOverride is set by hand, but the generator decides it')
})

test('labels: false leaves the objects as the files say', async () => {
  setting('postgres:', '  labels: false')
  expect((await repository.run('render')).code).toBe(0)
  expect(repository.read('helm-values/data/rendered/dev/orders.yaml')).not.toContain('additionalLabels')
})
