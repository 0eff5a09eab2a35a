// Is a value file that is missing because its name is misspelt reported where missing files are ignored?
import { expect, test } from 'vitest'
import { toldOf } from '../support/files.ts'

const url = 'https://github.com/acme/infra.git'
const application = (file: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: orders, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: orders }
  sources:
    - repoURL: https://cloudnative-pg.github.io/charts
      chart: cluster
      targetRevision: 0.8.1
      helm:
        releaseName: orders
        ignoreMissingValueFiles: true
        valueFiles: [$v/orders/values.yaml, $v/${file}]
    - { repoURL: "${url}", targetRevision: main, ref: v }
`

async function told(file: string): Promise<string[]> {
  const values = 'cluster: { enablePDB: false, instances: 1 }\n'
  return (
    await toldOf({
      'orders.yaml': application(file),
      'orders/values.yaml': values,
      'orders/replicas.yaml': values,
      'orders/db-1.yaml': values,
    })
  ).filter((line) => line.includes('named'))
}

test.each(['orders/replcas.yaml', 'oders/replicas.yaml'])('%s is', async (file) => {
  expect(await told(file)).toEqual([
    `orders.yaml:14: value file is ${file}, but there is no such file, and that is ignored [argocd/ignored-file-named]`,
  ])
})

test.each(['orders/replicas.yaml', 'orders/db-2.yaml', 'orders/value.yaml', 'orders/local.yaml'])('%s is not', async (file) => {
  expect(await told(file)).toEqual([])
})
