// Does a help name a field as its author has to type it?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const open: { remove(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.remove()
})

const url = 'https://github.com/acme/infra.git'

async function helpOf(key: string, dependency: string, labels = ''): Promise<string | undefined> {
  const opened = openFiles(
    {
      'argocd/a.yaml': `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: { name: a, namespace: argocd }\nspec:\n  project: default\n  destination: { server: https://kubernetes.default.svc, namespace: a }\n  source: { repoURL: ${url}, targetRevision: main, path: shop }\n`,
      'shop/Chart.yaml': `apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n  - { ${dependency} }\n`,
      'shop/values.yaml': `${key}:\n  cluster: { instances: 1, storage: { size: 1Gi } }\n`,
      ...(labels === ''
        ? {}
        : {
            'shop/charts/pg/Chart.yaml': 'apiVersion: v2\nname: pg\nversion: 1.0.0\n',
            'shop/charts/pg/templates/a.yaml': `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: a, labels: { ${labels} } }\nspec:\n  instances: {{ .Values.cluster.instances }}\n  storage: { size: 1Gi }\n`,
          }),
    },
    url,
  )
  open.push(opened)
  const { diagnostics } = JSON.parse((await opened.run('check', '--format', 'json')).stdout) as {
    diagnostics: { rule: string; help?: string }[]
  }
  return diagnostics.find(({ rule }) => rule === 'policy/drainable')?.help
}

const official = 'version: 0.8.1, repository: https://cloudnative-pg.github.io/charts'

test('below the key of the official chart, or its alias, in the chart above it', async () => {
  expect(await helpOf('cluster', `name: cluster, ${official}`)).toBe('set cluster.cluster.enablePDB: false')
  expect(await helpOf('shop-db', `name: cluster, alias: shop-db, ${official}`)).toBe('set shop-db.cluster.enablePDB: false')
})

test('in the object where another chart prints it', async () => {
  expect(await helpOf('pg', 'name: pg, version: 1.0.0', 'app.kubernetes.io/part-of: shop')).toBe('set spec.enablePDB: false')
})
