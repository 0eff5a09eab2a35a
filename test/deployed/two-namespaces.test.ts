// Are objects of two Clusters of one name kept apart by their namespaces?
import { expect, test } from 'vitest'
import { toldOf } from '../support/files.ts'

const url = 'https://github.com/acme/infra.git'
const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: shop, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: prod }
  source: { repoURL: "${url}", targetRevision: main, path: db, directory: { recurse: true } }
`
const files = (cluster: string, namespace: string, name: string): string => `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: ${cluster}${namespace} }
spec: { instances: 2, storage: { size: 1Gi } }
---
apiVersion: postgresql.cnpg.io/v1
kind: Publication
metadata: { name: ${name}${namespace} }
spec: { name: all, dbname: app, cluster: { name: ${cluster} }, target: { allTables: true } }
`
const told = async (staging: string): Promise<string[]> => {
  return (await toldOf({ 'shop.yaml': application, 'db/prod/a.yaml': files('pg', '', 'pub'), 'db/staging/a.yaml': staging })).flatMap(
    (line) => (line.includes('-once') ? [line.replace(/: .* \[/, ' [')] : []),
  )
}

test('a publication of another namespace is another one', async () => {
  expect(await told(files('pg', ', namespace: staging', 'pub-staging'))).toEqual([])
})

test('a publication that is declared twice is reported once', async () => {
  const second = files('pg', ', namespace: prod', 'pub-2').split('---\n')[1] ?? ''
  expect(await told(second)).toEqual(['db/staging/a.yaml:4 [policy/declared-once]'])
})
