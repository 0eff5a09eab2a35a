// Is a chart judged that takes the official one as its dependency, without the files of that one?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const open: { remove(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.remove()
})

const url = 'https://github.com/acme/infra.git'
const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: orders, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: orders }
  source: { repoURL: ${url}, targetRevision: main, path: pg, helm: { valuesObject: { db: { cluster: { instances: 0, walStorge: {} } } } } }
`
const official =
  '- { name: cluster, alias: db, version: 0.8.1, repository: https://cloudnative-pg.github.io/charts, condition: db.enabled }'
const headOf = (...dependencies: string[]): string =>
  `apiVersion: v2\nname: pg\nversion: 1.0.0\ndependencies:\n${dependencies.join('\n')}\n`
const quiet = 'db:\n  cluster:\n    enablePDB: false\n    instances: 1\n    imageName: ghcr.io/cloudnative-pg/postgresql:17.5\n'
const quietly = application.replace(/, helm: .*/, ' }')

function repository(files: Readonly<Record<string, string>>): ReturnType<typeof openFiles> {
  const opened = openFiles({ 'apps/orders.yaml': application, 'pg/Chart.yaml': headOf(official), ...files }, url)
  open.push(opened)
  return opened
}

test('it is judged with the model, and each mistake is where it was written', async () => {
  const values =
    'db:\n  mode: standalon\n  cluster:\n    enablePDB: "yes"\n  poolers:\n    - name: rw\n      instnces: 1\n  backups: { method: plugin, provider: s4, retentionPolicy: 30 }\n'
  expect(await repository({ 'pg/values.yaml': values }).told()).toEqual([
    'apps/orders.yaml:7: db.cluster.instances is 0, but must be at least 1 [schema/minimum]',
    'apps/orders.yaml:7: unknown key `walStorge` in `db.cluster` [values/known-keys]',
    'pg/values.yaml:2: db.mode is `standalon`, but must be one of recovery, replica, standalone [values/known-choice]',
    'pg/values.yaml:4: db.cluster.enablePDB is text ("yes"), but the chart takes true or false [values/chart-schema]',
    'pg/values.yaml:7: unknown key `instnces` in `db.poolers[0]` [values/known-keys]',
    'pg/values.yaml:8: db.backups.retentionPolicy is a number (30), but the chart takes text [values/chart-schema]',
  ])
})
test('it is named after its alias, and what the chart refuses is below it', async () => {
  const { run, told, edit } = repository({ 'apps/orders.yaml': quietly, 'pg/values.yaml': quiet })
  expect((await run('list', '--format', 'json')).stdout).toMatch(/"kind": "Cluster",\s+"name": "orders-db"/)
  expect(await told()).toEqual([])
  edit('pg/values.yaml', 'db:\n', 'db:\n  backups:\n    enabled: true\n    provider: s3\n    s3: { region: r, bucket: b }\n')
  expect(await told()).toEqual([
    expect.stringMatching(/^pg\/values\.yaml:\d: .*backups\.s3\.accessKey is required, but not specified \[chart\/refuses\]$/),
  ])
  edit('pg/values.yaml', 'provider: s3', 'method: plugin\n    provider: s4')
  expect(await told()).toEqual([
    'pg/values.yaml:2: db.backups.pluginConfiguration.name is not set, but db.backups.method is plugin [values/known-choice]',
    'pg/values.yaml:5: db.backups.provider is `s4`, but must be one of azure, google, s3 [values/known-choice]',
  ])
})
test('a dependency of a name that the official charts do not have', async () => {
  const named = (name: string) => ({
    'apps/orders.yaml': quietly,
    'pg/Chart.yaml': headOf(
      official.replace('{ name: cluster', `{ name: ${name}`).replace(', condition: db.enabled', ''),
      official.replaceAll('db', 'audit').replace(', condition: audit.enabled', ''),
    ),
    'pg/values.yaml': `${quiet}${quiet.replace('db:', 'audit:')}`,
  })
  expect(await repository(named('cluster')).told()).toEqual([])
  expect(await repository(named('clusters')).told()).toEqual([
    'pg/Chart.yaml:5: dependency is clusters, but the repository has no chart of that name [argocd/chart-known]',
  ])
})
test('values below a name that is not the alias are one mistake', async () => {
  const named = (alias: string) => ({
    'apps/orders.yaml': quietly,
    'pg/Chart.yaml': headOf(official.replace('alias: db', `alias: ${alias}`)),
    'pg/values.yaml': `db:\n  version: { postgresql: "17" }\n${quiet.slice(4)}`,
  })
  expect(await repository(named('db')).told()).toEqual([])
  expect(await repository(named('dbs')).told()).toEqual([
    'pg/values.yaml:1: no template reads `cluster`, `version` of `db` [values/known-keys]',
  ])
})
test.each([
  ['3', 'db is a number (3), but the chart takes a map'],
  ['[a]', 'db is a list, but the chart takes a map'],
])('it has %s where its values belong', async (given, expected) => {
  const { told } = repository({ 'apps/orders.yaml': quietly, 'pg/values.yaml': `db: ${given}\n` })
  expect(await told()).toEqual([`pg/values.yaml:1: ${expected} [values/chart-schema]`])
})
test('it makes nothing where its condition is off', async () => {
  const { run } = repository({ 'apps/orders.yaml': quietly, 'pg/values.yaml': 'db:\n  enabled: false\n' })
  expect((await run('list', '--format', 'json')).stdout).toContain('"objects": []')
})
test('it is judged beside the own templates of the chart, and without other dependencies', async () => {
  const files = {
    'apps/orders.yaml': quietly,
    'pg/Chart.yaml': headOf(official, '- { name: web, version: 2.0.0, repository: https://example.com/charts }'),
    'pg/values.yaml': quiet,
    'pg/templates/more.yaml':
      'apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata: { name: app }\nspec: { name: app, ownr: app, cluster: { name: orders-db } }\n',
  }
  const told = await repository(files).told()
  expect(told).toContainEqual(expect.stringContaining('the chart is judged without web 2.0.0, which is not here [argocd/chart-whole]'))
  expect(told).toContainEqual(expect.stringContaining('ownr'))
  expect(told).not.toContainEqual(expect.stringContaining('cluster 0.8.1'))
})
test.each([
  ['templates of the dependency are called', official, '{{ include "cluster.fullname" . }}'],
  ['it is another release', official.replace('0.8.1', '0.3.1'), 'a: 1'],
  ['it is another chart of the name', official.replace('cloudnative-pg.github.io', 'charts.example.com'), 'a: 1'],
])('it is not judged where %s', async (_title, dependency, template) => {
  const files = { 'apps/orders.yaml': quietly, 'pg/Chart.yaml': headOf(dependency), 'pg/templates/a.yaml': template }
  expect(await repository({ ...files, 'pg/values.yaml': quiet }).told()).toContainEqual(
    expect.stringMatching(/orders takes the chart cluster 0\.\d\.1, which is not here/),
  )
})
test('of a range it is the newest release, which is said', async () => {
  const files = { 'apps/orders.yaml': quietly, 'pg/Chart.yaml': headOf(official.replace('0.8.1', '">=0.7 <1"')), 'pg/values.yaml': quiet }
  expect(await repository(files).told()).toEqual([
    'apps/orders.yaml:7: its chart depends on cluster in a range, >=0.7 <1, judged as 0.8.1, the newest that is known here [argocd/assumed-version]',
  ])
  const lock = 'dependencies:\n- name: cluster\n  repository: https://cloudnative-pg.github.io/charts\n  version: 0.8.1\n'
  expect(await repository({ ...files, 'pg/Chart.lock': lock }).told()).toEqual([])
})
test('the namespace and the name that values below its key give are those of the database', async () => {
  const values = quiet.replace('db:\n', 'db:\n  namespaceOverride: elsewhere\n  fullnameOverride: pg\n')
  const namespaces = `${application.replace('orders', 'spaces').replace(/path: pg.*/, 'path: spaces }')}  syncPolicy: { automated: { prune: true } }\n`
  const own =
    'apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata: { name: app, namespace: {{ .Release.Namespace }} }\nspec: { name: app, owner: app, cluster: { name: pg } }\n'
  const { run, told } = repository({
    'apps/orders.yaml': quietly,
    'apps/spaces.yaml': namespaces,
    'pg/values.yaml': values,
    'pg/templates/own.yaml': own,
    'spaces/elsewhere.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: { name: elsewhere }\n',
  })
  const { stdout } = await run('list', '--format', 'json')
  expect(stdout).toMatch(/"id": "orders",[^]*"namespace": "elsewhere",[^]*"kind": "Database",\s+"name": "app",\s+"namespace": "orders"/)
  expect(await told()).toContainEqual(expect.stringMatching(/^spaces\/elsewhere\.yaml:3: .*elsewhere.*\[argocd\/namespace-is-kept\]/))
})

const dead = (line: number, key: string): string => `pg/values.yaml:${line}: unknown key \`${key}\` [values/known-keys]`
test('what its own values have beside the dependency is lost where no template reads it', async () => {
  const plain = {
    'apps/orders.yaml': quietly,
    'pg/Chart.yaml': headOf(official.replace('alias: db', 'alias: mydb').replace('db.en', 'parts.en')),
  }
  const values = `${quiet.replace('db:', 'mydb:')}mydbb: {}\nother: 1\nglobal: { x: 1 }\nparts: { enabled: true }\nx-common: 1\nshared: &shared { a: 1 }\n`
  expect(await repository({ ...plain, 'pg/values.yaml': values }).told()).toEqual([dead(6, 'mydbb'), dead(7, 'other')])
  const own = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\ndata: { a: "{{ .Values.other }}" }\n'
  expect(await repository({ ...plain, 'pg/values.yaml': values, 'pg/templates/own.yaml': own }).told()).toEqual([dead(6, 'mydbb')])
})
test('what a dependency reads that is not here is not known', async () => {
  const web = '- { name: web, alias: front, version: 2.0.0, repository: https://example.com/charts }'
  const inline = quietly.replace('path: pg', 'path: pg, helm: { valuesObject: { back: 1, mydbb: {} } }')
  const files = {
    'apps/orders.yaml': inline,
    'pg/Chart.yaml': headOf(official.replace('alias: db', 'alias: mydb'), web),
    'pg/values.yaml': `${quiet.replace('db:', 'mydb:')}front: {}\n`,
  }
  expect((await repository(files).told()).filter((line) => line.includes('known-keys'))).toEqual([
    'apps/orders.yaml:7: unknown key `mydbb` [values/known-keys]',
  ])
})
test('a packed release that Chart.yaml does not ask for is reported where it asks', async () => {
  const { told } = repository({
    'apps/orders.yaml': quietly,
    'pg/values.yaml': quiet,
    'pg/charts/cluster/Chart.yaml': 'apiVersion: v2\nname: cluster\nversion: 0.7.0\n',
    'pg/charts/cluster/templates/cluster.yaml':
      'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: orders }\nspec: { instances: 1, storage: { size: 1Gi } }\n',
  })
  expect(await told()).toEqual([
    'pg/Chart.yaml:5: cluster is 0.8.1 here, but 0.7.0 in charts/, which Helm takes without its alias and its values [argocd/chart-whole]',
  ])
})
test("what is wrong with a template of the repository's own chart is reported in it, once", async () => {
  const files = { 'apps/orders.yaml': quietly, 'apps/other.yaml': quietly.replaceAll('orders', 'other'), 'pg/values.yaml': quiet }
  const { told } = repository({ ...files, 'pg/templates/config.yaml': 'kind: ConfigMap\ndata:\n  host: {{ .Values.app | qoute }}\n' })
  expect(await told()).toEqual(['pg/templates/config.yaml:3: function "qoute" not defined (pg/templates/config.yaml:3) [chart/usable]'])
})
test('a values.yaml of its own that is no YAML is blamed itself', async () => {
  const template =
    'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: pay }\nspec: { instances: 3, storage: { size: 5Gi } }\n'
  const { told } = repository({
    'apps/orders.yaml': quietly,
    'pg/Chart.yaml': 'apiVersion: v2\nname: pg\nversion: 1.0.0\n',
    'pg/templates/cluster.yaml': template,
    'pg/values.yaml': 'user: a\npassword: {{ .Values.x }}\n',
  })
  expect(await told()).toEqual(['pg/values.yaml:2: a map is used as a key: braces in an unquoted value open a map [yaml/syntax]'])
})
