// Is an operator that would not start, or not look at the databases here, reported at the value that decides?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const open: { remove(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.remove()
})

const app = (name: string, chart: string, namespace: string, helm: string, options = 'ServerSideApply=true'): string =>
  `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: ${namespace} }
  syncPolicy: { syncOptions: [${options}] }
  source:
    repoURL: https://cloudnative-pg.github.io/charts
    chart: ${chart.split(' ')[0] ?? ''}
    targetRevision: ${chart.split(' ')[1] ?? ''}
    helm:
${helm}`
const values = (text: string): string => `      valuesObject:\n        ${text}\n`
const orders = app('orders', 'cluster 0.8.1', 'orders', values('{ version: { postgresql: "17" }, cluster: { instances: 3 } }'))
const operator = (text: string, chart = '0.28.3', options?: string): string =>
  app('cnpg', `cloudnative-pg ${chart}`, 'cnpg-system', values(text), options)

/** `file:line rule` of what is said of the operators beside one database in namespace `orders`. */
async function told(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const opened = openFiles({ 'argocd/orders.yaml': orders, ...files }, 'https://github.com/acme/infra.git')
  open.push(opened)
  return (await opened.told()).flatMap((line) => {
    const [, place = '', rule] = /^([^:]*:\d+): .* \[argocd\/((?:operator|plugin)-[\w-]+)\]$/.exec(line) ?? []
    return rule === undefined ? [] : [`${place} ${rule}`]
  })
}

const file = 'argocd/operator.yaml'

test.each([
  ['{ config: { clusterWide: false } }', ['14 operator-watches']],
  ['{ config: { clusterWide: false, data: { WATCH_NAMESPACE: orders } } }', ['14 operator-watches']],
  ['{ config: { clusterWide: false }, additionalEnv: [{ name: WATCH_NAMESPACE, value: "orders, shop" }] }', []],
  ['{ additionalEnv: [{ name: A, value: b }, { name: WATCH_NAMESPACE, value: shop }] }', ['14 operator-watches']],
  ['{ additionalEnv: [{ name: WATCH_NAMESPACE, value: "{{ .Values.watched }}" }] }', []],
  ['{ additionalEnv: [{ name: WATCH_NAMESPACE, value: "" }] }', []],
  ['{ namespaceOverride: orders, config: { clusterWide: false } }', []],
  ['{ config: { data: { WATCH_NAMESPACE: orders } } }', ['14 operator-setting-read']],
  ['{ config: { data: { ENABLE_INSTANCE_MANAGER_INPLACE_UPDATES: true } } }', ['14 operator-data-text']],
  ['{ config: { create: false, data: { ENABLE_INSTANCE_MANAGER_INPLACE_UPDATES: true } } }', []],
  ['{ config: { data: { inherited-labels: team } } }', ['14 operator-setting-read']],
  ['{ config: { data: { EXPIRING_CHECK_THRESHOLD: 7d } } }', ['14 operator-setting-read']],
  ['{ config: { data: { CREATE_ANY_SERVICE: "yes" } } }', ['14 operator-setting-read']],
  ['{ config: { data: { CREATE_ANY_SERVICE: "true", EXPIRING_CHECK_THRESHOLD: "7", SOMETHING_ELSE: a } } }', []],
  ['{ image: { tag: 1.29.2 } }', ['14 operator-permitted']],
  ['{ image: { tag: 1.29.2 }, rbac: { create: false } }', []],
  ['{ image: { tag: "1.27.4" } }', ['14 operator-image-of-chart']],
  ['{ image: { tag: 1.29.0 } }', []],
  ['{ image: { tag: main } }', []],
])('values %s', async (text, expected) => {
  expect(await told({ [file]: operator(text) })).toEqual(expected.map((one) => `${file}:${one}`))
})

test('a second operator may watch what the first does not', async () => {
  const second = app(
    'cnpg-orders',
    'cloudnative-pg 0.28.3',
    'orders',
    values('{ config: { clusterWide: false }, crds: { create: false } }'),
  )
  expect(await told({ [file]: operator('{ config: { clusterWide: false } }'), 'argocd/second.yaml': second })).toEqual([])
})

test('CRDs are applied on the server, or are somebody else’s', async () => {
  expect(await told({ [file]: operator('{}', '0.28.3', 'CreateNamespace=true') })).toEqual([`${file}:7 operator-applies`])
  expect(await told({ [file]: operator('{}').replace(/ {2}syncPolicy.*\n/, '') })).toEqual([`${file}:4 operator-applies`])
  expect(await told({ [file]: operator('{ crds: { create: false } }', '0.28.3', 'CreateNamespace=true') })).toEqual([])
  expect(await told({ [file]: operator('{}', '0.28.3', 'Replace=true') })).toEqual([])
})

test.each([
  ['syncOptions: []', 'warning'],
  ['automated: {}', 'error'],
  ['automated: { enabled: false }', 'warning'],
])('a sync by hand may be one on the server: %s', async (policy, severity) => {
  const text = operator('{}').replace(/syncOptions: .*\]/, policy)
  const opened = openFiles({ 'argocd/orders.yaml': orders, [file]: text }, 'https://github.com/acme/infra.git')
  open.push(opened)
  const { stdout } = await opened.run('check', '--format', 'github')
  expect(stdout.split('\n').flatMap((line) => (line.includes('operator-applies') ? line.split(' ')[0] : []))).toEqual([`::${severity}`])
})

test('the plugin is where its operator is', async () => {
  const plugin = (namespace: string): string => app('barman', 'plugin-barman-cloud 0.7.0', namespace, values('{}'))
  expect(await told({ [file]: operator('{}'), 'argocd/barman.yaml': plugin('barman') })).toEqual([
    'argocd/barman.yaml:6 plugin-beside-operator',
  ])
  expect(await told({ [file]: operator('{}'), 'argocd/barman.yaml': plugin('cnpg-system') })).toEqual([])
  expect(await told({ 'argocd/barman.yaml': plugin('barman') })).toEqual([])
})

test('values that are elsewhere are not judged', async () => {
  const foreign = app('cnpg', 'cloudnative-pg 0.28.3', 'cnpg-system', '      valueFiles: [https://example.com/values.yaml]\n')
  expect(await told({ [file]: foreign })).toEqual([])
})

test('the operator may be a dependency of a chart in a folder', async () => {
  const umbrella = operator('{}').replace(
    / {4}repoURL[^]*$/,
    '    repoURL: https://github.com/acme/infra.git\n    targetRevision: main\n    path: operator\n',
  )
  const head = (alias: string): string =>
    `apiVersion: v2\nname: operator\nversion: 1.0.0\ndependencies:\n- name: cloudnative-pg\n  version: 0.28.3\n  repository: https://cloudnative-pg.github.io/charts\n${alias}`
  const of = (alias: string, own: string): Promise<readonly string[]> =>
    told({ [file]: umbrella, 'operator/Chart.yaml': head(alias), 'operator/values.yaml': own })
  expect(await of('', 'cloudnative-pg: { config: { clusterWide: false } }\n')).toEqual(['operator/values.yaml:1 operator-watches'])
  expect(await of('  alias: cnpg\n', 'cnpg: { config: { data: { WATCH_NAMESPACE: shop } } }\n')).toEqual([
    'operator/values.yaml:1 operator-setting-read',
  ])
  expect(await of('  alias: cnpg\n', 'cloudnative-pg: { config: { clusterWide: false } }\n')).toEqual([])
})

test.each([
  ['{ config: { data: { POSTGRES_IMAGE_NAME: "ghcr.io/cloudnative-pg/postgis:17" } } }', []],
  ['{ additionalEnv: [{ name: POSTGRES_IMAGE_NAME, value: "ghcr.io/cloudnative-pg/postgis:17" }] }', []],
  ['{ config: { data: { PGBOUNCER_IMAGE_NAME: "ghcr.io/cloudnative-pg/pgbouncer:1.25.1" } } }', ['db/cluster.yaml:7']],
])('what the image of the operator’s choice holds is known where that is its own: %s', async (text, expected) => {
  const cluster = `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: maps }
spec:
  instances: 2
  storage: { size: 1Gi }
  bootstrap: { initdb: { postInitApplicationSQL: [CREATE EXTENSION postgis] } }
`
  const url = 'https://github.com/acme/infra.git'
  const maps = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: maps, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: maps }
  source: { repoURL: "${url}", path: db }
`
  const opened = openFiles({ 'argocd/maps.yaml': maps, 'db/cluster.yaml': cluster, [file]: operator(text) }, url)
  open.push(opened)
  expect((await opened.told()).flatMap((line) => (line.includes('image-has-extension') ? [line.replace(/: .*/, '')] : []))).toEqual(
    expected,
  )
})
