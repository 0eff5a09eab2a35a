// Is a selector left alone that is for a Cluster of another Application, though this one's name is nearly the same?
import { expect, test } from 'vitest'
import { toldOf } from '../support/files.ts'

const application = (name: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd }
spec:
  project: default
  destination: { name: in-cluster, namespace: shop }
  source: { repoURL: https://github.com/acme/infra.git, targetRevision: main, path: ${name} }
---
`
const cluster = (name: string): string =>
  `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: ${name} }\nspec: { instances: 2, storage: { size: 10Gi } }\n`
const service = (selected: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: lb }\nspec:\n  selector: { cnpg.io/cluster: ${selected}, cnpg.io/instanceRole: primary }\n  ports: [{ port: 5432 }]\n`

test.each([
  ['order-db', []],
  ['ordrs-db', ['orders/service.yaml:5']],
])('%s', async (selected, places) => {
  const told = await toldOf({
    'apps.yaml': application('orders') + application('order'),
    'orders/cluster.yaml': cluster('orders-db'),
    'order/cluster.yaml': cluster('order-db'),
    'orders/service.yaml': service(selected),
  })
  expect(told.flatMap((line) => (line.includes('selector-matches') ? [line.replace(/: .*/, '')] : []))).toEqual(places)
})
