// Is it said that Argo CD applies nothing whose name the API server would make, and that hooks may be such?
import { expect, test } from 'vitest'
import { toldOf } from '../support/files.ts'

const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: orders, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: shop }
  source: { repoURL: "https://github.com/acme/infra.git", targetRevision: main, path: db }
`
const cluster =
  'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: orders }\nspec:\n  instances: 2\n  storage: { size: 1Gi }\n  backup: { volumeSnapshot: { className: csi } }\n'
const backup = (metadata: string): string =>
  `apiVersion: postgresql.cnpg.io/v1\nkind: Backup\nmetadata: { ${metadata} }\nspec: { method: volumeSnapshot, online: false, cluster: { name: orders } }\n`

test.each([
  ['generateName: before-', 1],
  ['generateName: before-, annotations: { argocd.argoproj.io/hook: PreSync }', 0],
  ['generateName: before-, annotations: { helm.sh/hook: pre-upgrade }', 0],
  ['name: before', 0],
])('%s', async (metadata, count) => {
  const told = await toldOf({ 'argocd/orders.yaml': application, 'db/cluster.yaml': cluster, 'db/backup.yaml': backup(metadata) })
  expect(told.filter((line) => !line.includes('[argocd/name-written]'))).toEqual([])
  expect(told.length).toBe(count)
})
