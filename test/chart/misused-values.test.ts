// Are values that the official chart does nothing with reported for any release, and below the name that another chart gives to it?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

let opened: ReturnType<typeof openFiles> | undefined
afterEach(() => opened?.remove())

const url = 'https://github.com/acme/infra.git'
const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: shop, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: shop }
  source: { repoURL: "${url}", targetRevision: main, path: shop }
`
/** What the templates of each release have in them, as far as these tests ask for it. */
const template = `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: {{ .Release.Name }}-{{ .Chart.Name }} }
spec:
  instances: 1
  enablePDB: false
  {{- if .Values.cluster.imageCatalogRef.name }}
  imageCatalogRef: {{ toYaml .Values.cluster.imageCatalogRef | nindent 4 }}
  {{- end }}
  storage: { size: 1Gi }
  {{- if .Values.cluster.walStorage.enabled }}
  walStorage: { size: {{ .Values.cluster.walStorage.size }} }
  {{- end }}
  {{- if eq .Values.mode "standalone" }}
  {{- else if eq .Values.mode "recovery" }}
  description: {{ .Values.recovery.method }} {{ .Values.recovery.clusterName }}
  {{- end }}
  {{- if .Values.backups.enabled }}
  backup:
    barmanObjectStore:
      destinationPath: s3://x/
      {{- if eq .Values.backups.provider "s3" }}
      s3Credentials: { inheritFromIAMRole: true }
      {{- else if eq .Values.backups.provider "azure" }}
      azureCredentials: { inheritFromAzureAD: true }
      {{- else if eq .Values.backups.provider "google" }}
      googleCredentials: { gkeEnvironment: true }
      {{- end }}
  {{- end }}
# {{ .Values.cluster.monitoring.prometheusRule.excludeRules }}
`
const defaults = `mode: standalone
recovery: { method: backup, clusterName: "" }
cluster:
  imageCatalogRef: {}
  walStorage: { enabled: false, size: 1Gi }
  monitoring: { prometheusRule: { excludeRules: [] } }
backups: { enabled: false, provider: s3 }
`
const chart = {
  'Chart.yaml': 'apiVersion: v2\nname: cluster\nversion: 0.3.1\n',
  'values.yaml': defaults,
  'templates/cluster.yaml': template,
}
const below = (folder: string, files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]))
const dependency = (alias: string): string =>
  `  - { name: cluster, alias: ${alias}, version: 0.3.1, repository: "https://cloudnative-pg.github.io/charts" }\n`

async function told(values: string): Promise<string[]> {
  const files = {
    'shop.yaml': application,
    'shop/Chart.yaml': `apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n${dependency('db')}${dependency('audit')}`,
    'shop/values.yaml': values,
    ...below('shop/charts/cluster', chart),
  }
  opened = openFiles(files, url)
  return (await opened.told()).filter((line) => !/backup\/no-in-tree|policy\/backups/.test(line))
}

test('nothing is said of values that the chart takes', async () => {
  const rules = 'monitoring: { prometheusRule: { excludeRules: [CNPGClusterOffline] } }'
  const values = `db:\n  backups: { enabled: true }\n  cluster:\n    walStorage: { enabled: true, size: 2Gi }\n    ${rules}\naudit:\n  mode: standalone\n`
  expect(await told(values)).toEqual([])
})

test.each([
  ['mode: standalon', 'audit.mode is `standalon`, but must be one of recovery, standalone [values/known-choice]'],
  [
    'backups: { enabled: true, provider: minio }',
    'audit.backups.provider is `minio`, but must be one of azure, google, s3 [values/known-choice]',
  ],
  [
    'cluster: { imageCatalogRef: { kind: ImageCatalog } }',
    'audit.cluster.imageCatalogRef has no name, so that the chart takes another image [values/has-effect]',
  ],
  [
    'cluster: { walStorage: { size: 2Gi } }',
    'audit.cluster.walStorage.size is set, but enabled is not, so that there is no such volume [values/has-effect]',
  ],
  [
    'cluster: { monitoring: { prometheusRule: { excludeRules: [Offline] } } }',
    'audit.cluster.monitoring.prometheusRule.excludeRules[0] is "Offline", but no alert rule has that name [values/has-effect]',
  ],
])('%s', async (line, message) => {
  expect(await told(`db:\n  mode: standalone\naudit:\n  ${line}\n`)).toEqual([`shop/values.yaml:4: ${message}`])
})

test('an archive without the name of its server', async () => {
  const recovery = (more: string): string => `db:\n  mode: recovery\n  recovery: { method: object_store${more} }\n`
  const message = 'db.recovery.clusterName is not set, but the archive of a server `objectStoreRecoveryCluster` is hardly meant'
  expect(await told(recovery(''))).toEqual([`shop/values.yaml:3: ${message} [values/has-effect]`])
  opened?.remove()
  expect(await told(recovery(', clusterName: old'))).toEqual([])
})
