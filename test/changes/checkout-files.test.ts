// Are charts, manifests and guards in another checkout judged as those of this repository are, and compared with its own base?
import { afterEach, expect, test } from 'vitest'
import { runIn } from '../support/change-repository.ts'
import { openFiles } from '../support/files.ts'

const address = 'git@github.com:acme/databases.git'
const application = (name: string, source: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: ${name} }
  ${source}
`
const folder = (path: string): string => `source: { repoURL: '${address}', targetRevision: main, path: ${path} }`
const cluster = (name: string, spec: string): string =>
  `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: ${name} }\nspec:\n${spec}`

let config: ReturnType<typeof openFiles>
let deploy: ReturnType<typeof openFiles>
const open = (own: Record<string, string>, other: Record<string, string>): void => {
  config = openFiles(own, 'https://github.com/acme/config')
  deploy = openFiles(other, 'https://github.com/acme/databases')
}
afterEach(() => {
  config.remove()
  deploy.remove()
})
const flags = (): string[] => ['--checkout', `${address}=${deploy.root}`]
const told = async (...argv: string[]): Promise<string[]> =>
  (await config.told(...flags(), ...argv)).map((line) => line.replace(/^\S*?files-\w+\//, ''))

const chart = {
  'charts/pg/Chart.yaml':
    'apiVersion: v2\nname: pg\nversion: 1.0.0\ndependencies: [{ name: lib, version: 0.1.0, repository: "file://../lib" }]\n',
  'charts/pg/values.yaml': 'instances: 0\n',
  'charts/pg/templates/cluster.yaml': cluster(
    '{{ .Release.Name }}',
    '  instances: {{ .Values.instances }}\n  storage: { size: {{ include "size" . }} }\n',
  ),
  'charts/lib/Chart.yaml': 'apiVersion: v2\nname: lib\nversion: 0.1.0\n',
  'charts/lib/templates/_size.tpl': '{{ define "size" }}10Gi{{ end }}\n',
}
const plain = { 'k8s/users.yaml': cluster('users', '  instances: 0\n  storage: { size: 10Gi }\n') }

test('a chart and a folder of manifests there are judged', async () => {
  open({ 'a.yaml': application('pg', folder('charts/pg')), 'b.yaml': application('users', folder('k8s')) }, { ...chart, ...plain })
  expect(await told()).toEqual([
    'charts/pg/values.yaml:1: instances is 0, but must be at least 1 [schema/minimum]',
    'k8s/users.yaml:5: spec.instances is 0, but must be at least 1 [schema/minimum]',
  ])
})

test('their changes are compared with the base of that one, staged ones too', async () => {
  open(
    { 'a.yaml': application('pg', folder('charts/pg')), 'b.yaml': application('users', folder('k8s')) },
    { ...chart, ...plain, 'charts/pg/values.yaml': 'instances: 3\n' },
  )
  deploy.edit('k8s/users.yaml', 'instances: 0', 'instances: 3')
  deploy.git('commit', '--quiet', '--all', '--message', 'right')
  const both = ['--base', 'HEAD', '--base-of', `${address}=HEAD`]
  expect((await config.run('check', ...flags(), ...both, '--changed')).stderr).toContain('0 of 2 databases checked')
  deploy.edit('charts/lib/templates/_size.tpl', '10Gi', '9Gi')
  expect(await told(...both)).toEqual([expect.stringContaining('size of storage shrinks from 10Gi to 9Gi')])
  const changed = await config.run('check', ...flags(), ...both, '--changed')
  expect(changed.stderr).toContain('1 of 2 databases checked')
  expect(changed.stderr).not.toContain('not compared: Clusters')
  const staged = (): ReturnType<typeof runIn> =>
    runIn(deploy.root, 'check', '--staged', '--changed', '--root', config.root, '--checkout', `${address}=.`)
  expect((await staged()).stdout).toBe('')
  deploy.git('add', '--all')
  expect((await staged()).stdout).toContain('size of storage shrinks from 10Gi to 9Gi')
})

const pruned = (files: string): string => `sources:
    - repoURL: https://cloudnative-pg.github.io/charts
      chart: cluster
      targetRevision: 0.8.1
      helm: { valueFiles: [${files}] }
    - { repoURL: '${address}', targetRevision: main, ref: dbs }
  syncPolicy: { automated: { prune: true } }`

test('the guards of a database are those that its files there give', async () => {
  open({ 'a.yaml': application('orders', pruned('$dbs/orders.yaml')) }, { 'orders.yaml': 'cluster:\n  storage: { size: 1Gi }\n' })
  expect(await told()).toEqual([expect.stringContaining('[argocd/prune-spares-databases]')])
  deploy.put(
    'orders.yaml',
    'cluster:\n  storage: { size: 1Gi }\n  annotations: { argocd.argoproj.io/sync-options: "Prune=false,Delete=false" }\n',
  )
  expect(await told()).toEqual([])
  deploy.put('orders.yaml', 'cluster:\n  storage: { size: 1Gi }\n  annotations: { argocd.argoproj.io/sync-options: "Force=true" }\n')
  expect(await told()).toContainEqual(expect.stringMatching(/^orders\.yaml:3: .*\[argocd\/cluster-is-not-replaced\]$/))
})

const set = (url: string, path: string): string => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: dbs, namespace: argocd }
spec:
  goTemplate: true
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators: [{ git: { repoURL: '${url}', revision: main, files: [{ path: '${path}' }] } }]
  template:
    metadata: { name: '{{ .path.basename }}', namespace: argocd }
    spec:
      project: default
      destination: { server: https://kubernetes.default.svc, namespace: '{{ .path.basename }}' }
      source: { repoURL: https://cloudnative-pg.github.io/charts, chart: cluster, targetRevision: 0.8.1 }
`

test('a pattern of this repository finds nothing of another one', async () => {
  const own = set('https://github.com/acme/config', '*/db.yaml')
  open({ 'set.yaml': own, 'orders/db.yaml': 'a: 1\n' }, { 'services/users/db.yaml': 'a: 1\n' })
  const { stdout } = await config.run('list', ...flags(), '--format', 'json')
  expect((JSON.parse(stdout) as { databases: { id: string }[] }).databases.map(({ id }) => id)).toEqual(['orders'])
})

test('a pattern of another one that finds more there than it is meant for is reported', async () => {
  open({ 'set.yaml': set(address, 'services/*.yaml') }, { 'services/users.yaml': 'a: 1\n', 'services/old/users.yaml': 'a: 1\n' })
  expect(await told()).toContainEqual(expect.stringMatching(/also finds \S*services\/old\/users\.yaml \[argocd\/git-files-meant\]/))
})

test('Applications that a root applies from there are found, and what becomes of them', async () => {
  open(
    { 'root.yaml': application('root', folder('apps')) },
    {
      ...chart,
      'charts/pg/values.yaml': 'instances: 3\n',
      'apps/pg.yaml': application('pg', folder('charts/pg')),
      'other/x.yaml': application('x', folder('charts/pg')),
    },
  )
  const list = async (): Promise<string[]> => {
    const { stdout } = await config.run('list', ...flags(), '--format', 'json')
    return (JSON.parse(stdout) as { databases: { id: string }[] }).databases.map(({ id }) => id)
  }
  expect(await list()).toEqual(['pg'])
  deploy.git('mv', 'apps/pg.yaml', 'apps/db.yaml')
  deploy.edit('apps/db.yaml', 'name: pg', 'name: db')
  expect(await list()).toEqual(['db'])
})

test('a database of a chart in a folder does not vanish, move or change its name in silence', async () => {
  const files = { ...chart, 'charts/pg/values.yaml': 'instances: 3\n' }
  const stays = application(
    'zeta',
    'source: { repoURL: https://cloudnative-pg.github.io/charts, chart: cluster, targetRevision: 0.8.1, helm: { values: "cluster: {storage: {size: 1Gi}}" } }',
  )
  open({ 'a.yaml': application('pg', folder('charts/pg')), 'z.yaml': stays }, files)
  const both = ['--base', 'HEAD', '--base-of', `${address}=HEAD`]
  const after = async (change: () => void): Promise<string[]> => {
    change()
    const found = (await told(...both)).map((line) => line.replace(/^\S* /, ''))
    for (const { git } of [config, deploy]) git('reset', '--quiet', '--hard')
    return found
  }
  expect(await after(() => undefined)).toEqual([])
  expect(await after(() => deploy.git('mv', 'charts/pg', 'charts/db'))).toEqual([
    'path charts/pg of Application pg no longer makes the Cluster pg [changes/database-stays]',
  ])
  expect(await after(() => config.edit('a.yaml', 'charts/pg', 'charts/db'))).toEqual([
    'path charts/db of Application pg no longer makes the Cluster pg [changes/database-stays]',
  ])
  expect(await after(() => config.edit('a.yaml', 'namespace: pg', 'namespace: db'))).toEqual([
    'namespace of Application pg goes from pg to db, but that is new and empty [changes/namespace-stays]',
  ])
  expect(
    await after(() => deploy.edit('charts/pg/templates/cluster.yaml', '.Release.Name', '.Release.Namespace | upper | lower | trunc 1')),
  ).toEqual(['cluster of Application pg goes from pg to p, but that is new and empty [changes/cluster-name-stays]'])
  expect(await after(() => config.git('rm', '--quiet', 'a.yaml'))).toEqual([expect.stringContaining('nothing deploys its Cluster pg now')])
})
