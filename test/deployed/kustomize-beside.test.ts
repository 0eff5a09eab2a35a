// Are the Secrets and ConfigMaps of kustomizations judged beside their Cluster, under the names that they get?
import { expect, test } from 'vitest'
import { toldOf } from '../support/files.ts'

const url = 'https://github.com/acme/infra.git'
const app = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: pg, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: shop }
  source: { repoURL: ${url}, targetRevision: main, path: pg }
`
const cluster = `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: pg }
spec:
  instances: 1
  enablePDB: false
  storage: { size: 1Gi }
  bootstrap: { initdb: { database: app, owner: app, secret: { name: login } } }
`
const secret = (user: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata: { name: login }\nstringData:\n  username: ${user}\n  password: x\n`

/** `file:line rule` of what is said of a kustomization with the Cluster and `login.yaml`. */
async function told(kustomization: string, user = 'app', more: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  return (
    await toldOf({
      'apps/pg.yaml': app,
      'pg/cluster.yaml': cluster,
      'pg/login.yaml': secret(user),
      'pg/kustomization.yaml': kustomization,
      ...more,
    })
  ).map((line) => line.replace(/: .*\[/, ' ').replace(']', ''))
}

const generated = 'resources: [cluster.yaml]\nsecretGenerator: [{ name: login, literals: [username=app, password=x] }]\n'
const both = 'resources: [cluster.yaml, login.yaml]\n'

test.each([
  [generated, ['pg/kustomization.yaml:2 argocd/generated-name-used']],
  [generated.replace('] }]', '], options: { disableNameSuffixHash: true } }]'), []],
  [`${generated}generatorOptions: { disableNameSuffixHash: true }\n`, []],
  [`${generated}generatorOptions: { disableNameSuffixHash: false }\n`, ['pg/kustomization.yaml:2 argocd/generated-name-used']],
  [generated.replace('secretGenerator', 'configMapGenerator'), []],
  [generated.replace('name: login', 'name: another'), []],
  [generated.replace('cluster.yaml', 'cluster.yaml, login.yaml'), []],
])('%j', async (kustomization, expected) => {
  expect(await told(kustomization)).toEqual(expected)
})

test('a Secret is judged where nothing may change it', async () => {
  const mistake = ['pg/login.yaml:5 policy/login-secret-fits']
  expect(await told(both, 'nobody')).toEqual(mistake)
  expect(await told(`${both}namespace: db\nlabels: [{ pairs: { team: shop } }]\n`, 'nobody')).toEqual(mistake)
  expect(await told(both, 'app')).toEqual([])
  expect(await told(`${both}patches: [{ path: user.yaml }]\n`, 'nobody', { 'pg/user.yaml': secret('app') })).toEqual([])
})

test('an overlay takes the base with its generator', async () => {
  const overlay =
    'resources: [base]\npatches:\n- patch: |\n    - op: replace\n      path: /spec/instances\n      value: 1\n  target: { kind: Cluster }\n'
  const base = { 'pg/base/kustomization.yaml': generated, 'pg/base/cluster.yaml': cluster }
  expect(await told(overlay, 'app', base)).toContain('pg/base/kustomization.yaml:2 argocd/generated-name-used')
})
