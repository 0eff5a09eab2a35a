// Is a change of a Secret beside a Cluster one of its database?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

let opened: ReturnType<typeof openFiles> | undefined
afterEach(() => opened?.remove())

const url = 'https://github.com/acme/infra.git'
const secret = (name: string, user: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata: { name: ${name} }\nstringData:\n  username: ${user}\n  password: x\n`

test('where the Cluster names it, and not elsewhere', async () => {
  opened = openFiles(
    {
      'apps/pg.yaml': `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: { name: pg, namespace: argocd }\nspec:\n  project: default\n  destination: { server: https://kubernetes.default.svc, namespace: shop }\n  source: { repoURL: ${url}, targetRevision: main, path: pg }\n`,
      'pg/cluster.yaml':
        'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: pg }\nspec:\n  instances: 1\n  enablePDB: false\n  storage: { size: 1Gi }\n  bootstrap: { initdb: { database: app, owner: app, secret: { name: login } } }\n',
      'pg/login.yaml': secret('login', 'app'),
      'pg/other.yaml': secret('other', 'app'),
    },
    url,
  )
  const changed = ['check', '--base', 'HEAD', '--changed']
  opened.put('pg/other.yaml', secret('other', 'nobody'))
  expect((await opened.run(...changed)).stderr).toContain('0 of 1 database')
  opened.put('pg/login.yaml', secret('login', 'nobody'))
  expect((await opened.run(...changed)).stdout).toContain('pg/login.yaml:5:13: error: stringData.username is another one than app')
})
