// Are policies asked of each Cluster that a chart makes?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

let opened: ReturnType<typeof openFiles> | undefined
afterEach(() => opened?.remove())

const url = 'https://github.com/acme/infra.git'
const cluster = (name: string): string => `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: ${name} }
spec:
  instances: {{ .Values.${name}.instances }}
  enablePDB: {{ .Values.${name}.enablePDB }}
  storage: { size: 1Gi }
  bootstrap:
    initdb:
      database: app
      owner: app
      postInitSQL: [{{ .Values.${name}.sql | quote }}]
`
const values = (orders: string, audit: string): string => `orders:\n  sql: SELECT 1\n${orders}audit:\n  sql: SELECT 1\n${audit}`
const good = '  instances: 1\n  enablePDB: false\n'

async function told(text: string): Promise<string[]> {
  const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: shop, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: shop }
  source: { repoURL: "${url}", targetRevision: main, path: chart }
`
  const files = {
    'shop.yaml': application,
    'chart/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
    'chart/values.yaml': text,
    'chart/templates/a.yaml': cluster('orders'),
    'chart/templates/b.yaml': cluster('audit'),
  }
  opened = openFiles(files, url)
  return (await opened.told()).map((line) => line.replace(/: .* \[/, ' ['))
}

test('of neither where both are right', async () => {
  expect(await told(values(good, good))).toEqual([])
})

test.each([
  ['the first', values(good.replace('false', 'true'), good), 4],
  ['the second', values(good, good.replace('false', 'true')), 8],
])('of %s', async (_title, text, line) => {
  expect(await told(text)).toEqual([`chart/values.yaml:${line} [policy/drainable]`])
})

test('and the SQL of each is read', async () => {
  expect(await told(values(good, good).replace(/SELECT 1(?![^]*SELECT 1)/, 'SELCT 1'))).toEqual([
    'chart/values.yaml:6 [postgres/sql-syntax]',
  ])
})

test('a default that the chart misspells itself is a warning at its line', async () => {
  const misspelt = values(good, good.replace('enablePDB', 'enablePbd'))
  expect((await told(misspelt)).filter((line) => line.includes('known-keys'))).toEqual(['chart/values.yaml:8 [values/known-keys]'])
})

test('a field that a template misspells is marked in the template', async () => {
  expect(await told(values(good, good))).toEqual([])
  opened?.edit('chart/templates/b.yaml', '  enablePDB:', '  enablePBD:')
  expect((await opened?.told())?.filter((line) => line.includes('unknown'))).toEqual([
    'chart/templates/b.yaml:6: unknown field `enablePBD` in `spec` [schema/unknown-field]',
  ])
})
