// Is what is wrong with the values of a chart that prints Applications reported where it is written?
import { expect, test } from 'vitest'
import { toldOf } from '../support/files.ts'

const url = 'https://github.com/acme/infra.git'
const template = `{{- range $name, $db := .Values.databases }}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: {{ $name }}, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: {{ $db.namespace }} }
  source:
    repoURL: https://cloudnative-pg.github.io/charts
    chart: cluster
    targetRevision: 0.8.1
    helm:
      releaseName: {{ $name }}
      valuesObject:
        fullnameOverride: {{ $name }}
        {{- toYaml $db.values | nindent 8 }}
{{- end }}
`
const values = `databases:
  orders:
    namespace: orders
    values:
      cluster:
        storage: { size: 2Gi }
  billing:
    namespace: billing
    values:
      cluster:
        storage: { size: 2Gi }
`
const files = {
  'root.yaml': `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: root, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: argocd }
  source:
    repoURL: ${url}
    targetRevision: main
    path: chart
    helm:
      valueFiles:
        - values-prod.yaml
`,
  'chart/Chart.yaml': 'apiVersion: v2\nname: databases\nversion: 1.0.0\n',
  'chart/values.yaml': 'databases: {}\n',
  'chart/values-prod.yaml': values,
  'chart/templates/databases.yaml': template,
}

async function told(path: keyof typeof files, from: string, to: string): Promise<string[]> {
  expect(files[path]).toContain(from)
  const lines = await toldOf({ ...files, [path]: files[path].replace(from, to) }, url)
  return lines.filter((line) => !/policy\//.test(line))
}

test('values that are right are not reported', async () => {
  expect(await told('root.yaml', 'root', 'all')).toEqual([])
})

test.each([
  ['a key at the top', 'databases:', 'databse:', /^chart\/values-prod\.yaml:1: unknown key `databse` \[values\/known-keys\]$/],
  [
    'a key of an item',
    'namespace: orders',
    'namespce: orders',
    /^chart\/values-prod\.yaml:3: unknown key `namespce` in `databases\.orders`/,
  ],
  [
    'a key that occurs twice',
    '  billing:',
    '  orders:',
    /^chart\/values-prod\.yaml:7: key `orders` appears twice .*\[yaml\/duplicate-key\]$/,
  ],
  ['a tab', '    namespace: orders', '\tnamespace: orders', /^chart\/values-prod\.yaml:3: indentation holds a tab.*\[yaml\/syntax\]$/],
])('%s is reported', async (_what, from, to, expected) => {
  expect(await told('chart/values-prod.yaml', from, to)).toEqual([expect.stringMatching(expected)])
})

test('settings of Argo CD itself that are kept beside are not taken for those of a database', async () => {
  const secret = 'clientSecret: "$backstage-oidc-client-secret"'
  const also = `argo-cd:\n  configs:\n    cm:\n      dex.config: |\n        connectors:\n          - ${secret}\n`
  const lines = await toldOf({ ...files, 'chart/values-prod.yaml': values + also }, url)
  expect(lines.filter((line) => line.startsWith('chart/'))).toEqual([])
})

test('a file of values that is not there is reported', async () => {
  expect(await told('root.yaml', 'values-prod.yaml', 'values-production.yaml')).toEqual([
    'root.yaml:13: value file is chart/values-production.yaml, but there is no such file [argocd/value-file-exists]',
  ])
})

test('a field that the template misspells is reported there, once', async () => {
  expect(await told('chart/templates/databases.yaml', 'releaseName:', 'releasName:')).toEqual([
    'chart/templates/databases.yaml:14: unknown field `releasName` in `spec.source.helm` [argocd/known-fields]',
  ])
})

test('a version without quotes is not also missing', async () => {
  expect(await told('chart/templates/databases.yaml', 'targetRevision: 0.8.1', 'targetRevision: 0.8')).toEqual([
    expect.stringMatching(/^chart\/templates\/databases\.yaml:12: .*must be a string \[argocd\/manifest-schema\]$/),
  ])
})

test('a secret that is given to a database is reported, once', async () => {
  const given = '        storage: { size: 2Gi }\n      backups: { s3: { secretKey: wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY } }\n'
  const also = values.replace('        storage: { size: 2Gi }\n', given)
  const lines = await toldOf({ ...files, 'chart/values-prod.yaml': also }, url)
  expect(lines.filter((line) => line.includes('secret'))).toEqual([
    'chart/values-prod.yaml:7: backups.s3.secretKey holds a secret, but values are kept in Git [policy/secret-in-values]',
  ])
})
