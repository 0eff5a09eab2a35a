// Is a misspelt key, a word, a null or a parameter reported once, and not also what the chart lacks because of it?
import { afterEach, expect, test } from 'vitest'
import { openFiles, toldOf } from '../support/files.ts'

let opened: ReturnType<typeof openFiles> | undefined
afterEach(() => {
  opened?.remove()
  opened = undefined
})

const url = 'https://github.com/acme/infra.git'
const template = `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: {{ .Release.Name }} }
spec:
  instances: 1
  enablePDB: false
  storage: { size: {{ .Values.cluster.storage.size }} }
  {{- if .Values.cluster.walStorage.enabled }}
  walStorage: { size: {{ .Values.cluster.walStorage.size }} }
  {{- end }}
  {{- with .Values.cluster.resources }}
  resources: {{ toJson . }}
  {{- end }}
  {{- with .Values.cluster.postgresql.parameters }}
  postgresql: { parameters: {{ toJson . }} }
  {{- end }}
  {{- if eq .Values.mode "standalone" }}
  {{- else if eq .Values.mode "recovery" }}
  description: {{ .Values.recovery.method }}
  {{- else }}
  {{ fail "Invalid cluster mode!" }}
  {{- end }}
  {{- if .Values.backups.enabled }}
  backup:
    barmanObjectStore:
      {{- if eq .Values.backups.provider "s3" }}
      destinationPath: s3://{{ required "You need to specify the S3 bucket." .Values.backups.s3.bucket }}/
      s3Credentials: { inheritFromIAMRole: true }
      {{- else if eq .Values.backups.provider "azure" }}
      azureCredentials: { inheritFromAzureAD: true }
      {{- else if eq .Values.backups.provider "google" }}
      googleCredentials: { gkeEnvironment: true }
      {{- end }}
  {{- end }}
`
const defaults = `mode: standalone
recovery: { method: backup }
cluster:
  storage: { size: 8Gi }
  walStorage: { enabled: false, size: 1Gi }
  resources: {}
  postgresql: { parameters: {} }
backups: { enabled: false, provider: s3, s3: { bucket: "" } }
`
const chart = {
  'charts/cluster-0.3.1/Chart.yaml': 'apiVersion: v2\nname: cluster\nversion: 0.3.1\n',
  'charts/cluster-0.3.1/values.yaml': defaults,
  'charts/cluster-0.3.1/templates/cluster.yaml': template,
}

/** What is reported of one database with two files of values, of which the second is empty unless it is given. */
async function told(values: string, more = '{}\n', parameters = ''): Promise<string[]> {
  const files = {
    ...chart,
    'apps/shop.yaml': `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: shop, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: shop }
  sources:
    - repoURL: https://cloudnative-pg.github.io/charts
      chart: cluster
      targetRevision: 0.3.1
      helm:
        valueFiles: [$values/first.yaml, $values/second.yaml]
${parameters}    - { repoURL: "${url}", targetRevision: main, ref: values }
`,
    'first.yaml': values,
    'second.yaml': more,
  }
  opened = openFiles(files, url)
  return (await opened.told()).filter((line) => !/policy\/|no-in-tree-store|argocd\/operator/.test(line))
}

const bucket = 'backups:\n  enabled: true\n  s3:\n'

test.each([
  ['is misspelt', `${bucket}    Bucket: orders\n`, 'first.yaml:4: unknown key `Bucket` in `backups.s3`'],
  ['is a level too high', 'backups:\n  enabled: true\n  bucket: orders\n', 'first.yaml:3: unknown key `bucket` in `backups`'],
])('a key that %s is not missing, too', async (_what, values, expected) => {
  expect(await told(values, 'backups:\n  s3: {}\n')).toEqual([`${expected} [values/known-keys]`])
})

test('a key that is not there at all is', async () => {
  expect(await told(`${bucket}    bucket: ""\n`)).toEqual([
    expect.stringMatching(/^first\.yaml:4: You need to specify the S3 bucket.*\[chart\/refuses\]$/),
  ])
})

test.each([
  ['misspelt', 'cluster:\n  walstorage:\n    enabled: true\n'],
  ['too deep', 'cluster:\n  storage:\n    walStorage:\n      enabled: true\n'],
])('a volume whose switch is %s is not also without effect', async (_what, values) => {
  const found = await told(values, 'cluster:\n  walStorage:\n    size: 2Gi\n')
  expect(found).toEqual([expect.stringMatching(/^first\.yaml:\d: unknown key `wal[sS]torage`.*\[values\/known-keys\]$/)])
})

test('a volume without a switch is', async () => {
  expect(await told('cluster:\n  walStorage:\n    size: 2Gi\n')).toEqual([
    expect.stringMatching(/^first\.yaml:3: .*\[values\/has-effect\]$/),
  ])
})

test('a null says what the chart reads in it', async () => {
  expect(await told('cluster:\n  storage:\n')).toEqual([
    expect.stringMatching(/^first\.yaml:2: cluster\.storage is null, but the chart reads `size` in it.*\[chart\/needs-value\]$/),
  ])
})

const parameters = (name: string): string => `        parameters:
          - { name: cluster.walStorage.size, value: 2Gi }
          - { name: ${name}, value: "1" }
`

test.each([
  ['a null', 'cluster:\n  postgresql:\n    parameters:\n', 'cluster.postgresql.parameters.jit', 'first.yaml:3'],
  ['text', 'mode: standalone\n', 'mode.of', 'apps/shop.yaml:15'],
])('a parameter that %s leaves no room for is reported where it is to be corrected', async (_what, values, name, place) => {
  const found = await told(values, 'cluster:\n  walStorage:\n    enabled: true\n', parameters(name))
  expect(found).toEqual([expect.stringMatching(new RegExp(`^${place}: parameter is refused by Helm: .*\\[argocd/parameter\\]$`))])
})

test('a value of another type is not in the way of a parameter, too', async () => {
  const found = await told('cluster:\n  storage:\n', '{}\n', parameters('cluster.storage.size'))
  expect(found).toEqual([expect.stringMatching(/^first\.yaml:2: .*\[chart\/needs-value\]$/)])
})

test('amounts that are in no requests and limits are one mistake', async () => {
  expect(await told('cluster:\n  resources:\n    cpu: 1\n    memory: 1Gi\n')).toEqual([
    'first.yaml:3: unknown field `cpu` in `cluster.resources` [schema/unknown-field]',
  ])
})

test('values for a subchart of another name are reported in the own values of the chart around it, too', async () => {
  const shop = {
    'shop/Chart.yaml':
      'apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n  - { name: cluster, alias: db, version: 0.3.1, repository: "https://cloudnative-pg.github.io/charts" }\n',
    'shop/charts/cluster/Chart.yaml': chart['charts/cluster-0.3.1/Chart.yaml'],
    'shop/charts/cluster/values.yaml': defaults,
    'shop/charts/cluster/templates/cluster.yaml': template,
    'shop/templates/notes.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: notes }\ndata: { a: {{ .Values.db.mode }} }\n',
    'apps/shop.yaml': `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: shop, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: shop }
  source: { repoURL: "${url}", targetRevision: main, path: shop }
`,
  }
  const wrong = async (values: string): Promise<string[]> => {
    const lines = await toldOf({ ...shop, 'shop/values.yaml': values }, url)
    return lines.filter((line) => !line.includes('policy/'))
  }
  const own = '  mode: standalone\n  cluster:\n    storage: { size: 2Gi }\n'
  expect(await wrong(`db:\n${own}`)).toEqual([])
  expect(await wrong(`cluster:\n${own}`)).toEqual(['shop/values.yaml:1: unknown key `cluster` [values/known-keys]'])
  expect(await wrong(`database:\n${own}`)).toEqual(['shop/values.yaml:1: unknown key `database` [values/known-keys]'])
  expect(await wrong('notes:\n  mode: long\n  color: red\n')).toEqual([])
})
