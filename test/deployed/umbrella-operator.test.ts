// Is the operator known that a chart of one's own takes as a dependency?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

let opened: ReturnType<typeof openFiles> | undefined
afterEach(() => opened?.remove())

const url = 'https://github.com/acme/infra.git'
const application = (name: string, path: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd }
spec:
  project: default
  destination: { name: in-cluster, namespace: ${name} }
  source: { repoURL: "${url}", targetRevision: main, path: ${path} }
  syncPolicy: { syncOptions: [ServerSideApply=true] }
---
`
const chart = (dependency: string): string => `apiVersion: v2\nname: cnpg\nversion: 0.1.0\ndependencies:\n  - ${dependency}\n`
const cluster =
  'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: orders }\nspec:\n  instances: 2\n  storage: { size: 1Gi }\n'
const repository = 'repository: https://cloudnative-pg.github.io/charts'

async function said(dependency: string): Promise<string> {
  opened = openFiles(
    {
      'apps/all.yaml': application('cnpg', 'operator') + application('orders', 'db'),
      'operator/Chart.yaml': chart(dependency),
      'db/cluster.yaml': cluster,
    },
    url,
  )
  const { stdout, stderr } = await opened.run('check')
  return stdout + stderr
}

test('by the version of the dependency', async () => {
  expect(await said(`{ name: cloudnative-pg, version: 0.26.1, ${repository} }`)).toContain('checked against CloudNativePG 1.27.1\n')
})

test('whatever its alias is, and a range is said to be one at its place', async () => {
  const text = await said(`{ name: cloudnative-pg, alias: operator, version: 0.26.x, ${repository} }`)
  expect(text).toMatch(/operator\/Chart\.yaml:5:\d+: info: chart cloudnative-pg is 0\.26\.x/)
  expect(text).toContain('checked against CloudNativePG 1.27.1')
})

test('another dependency tells nothing', async () => {
  expect(await said(`{ name: plugin-barman-cloud, version: 0.3.0, ${repository} }`)).toContain('nothing here names the operator')
})
