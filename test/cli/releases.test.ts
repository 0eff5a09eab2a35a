// Do the releases that a person names win over what the repository says, at the base, too?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'
import { openRepository } from '../support/terminal.ts'

let opened: ReturnType<typeof openFiles> | undefined
afterEach(() => {
  opened?.remove()
  opened = undefined
})

const cluster = `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: orders, namespace: orders }
spec:
  instances: 1
  enablePDB: false
  storage: { size: 1Gi }
`
const files = {
  'apps/orders.yaml': `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: orders, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: orders }
  source: { repoURL: https://github.com/acme/infra.git, path: orders, targetRevision: main }
`,
  'orders/cluster.yaml': cluster,
}
const url = 'https://github.com/acme/infra.git'

test('of the operator', async () => {
  opened = openFiles(files, url)
  const said = async (...argv: string[]): Promise<string> => (await (opened as NonNullable<typeof opened>).run(...argv)).stderr
  expect(await said('check')).toContain('(the newest known: nothing here names the operator)')
  expect(await said('check', '--operator', 'v1.27.1')).toContain('1 database checked against CloudNativePG 1.27.1\n')
  opened.put('cnpg-values.yaml', 'operator: { version: 1.28.4 }\n')
  expect(await said('check')).toContain('checked against CloudNativePG 1.28.4\n')
  expect(await said('check', '--operator', '1.27.1')).toContain('checked against CloudNativePG 1.27.1\n')
  opened.git('add', '-A')
  opened.put('orders/cluster.yaml', cluster.replace('1Gi', '2Gi'))
  expect(await said('check', '--base', 'HEAD', '--operator', '1.27.1')).toContain('checked against CloudNativePG 1.27.1\n')
  const { stdout } = await opened.run('list', '--format', 'json', '--operator', '1.27.1')
  expect(JSON.parse(stdout)).toMatchObject({ databases: [{ operator: '1.27.1' }] })
})

test('of Argo CD', async () => {
  opened = openFiles({ ...files, 'cnpg-values.yaml': 'argocd: { version: 3.5.1 }\n', 'orders/values.yaml': 'x: 1\n' }, url)
  const glob = files['apps/orders.yaml'].replace(
    /source: .*/,
    `sources:
    - { repoURL: ${url}, targetRevision: main, ref: here }
    - { repoURL: https://cloudnative-pg.github.io/charts, chart: cluster, targetRevision: 0.8.1, helm: { valueFiles: [$here/values/*.yaml] } }`,
  )
  opened.put('apps/orders.yaml', glob)
  opened.put('values/a.yaml', 'cluster: { instnces: 1 }\n')
  // value files are globs from 3.4 on
  expect(await opened.told('--argocd', '3.3.0')).not.toContainEqual(expect.stringContaining('instnces'))
  expect(await opened.told('--argocd', '3.4.1')).toContainEqual(expect.stringContaining('unknown key `instnces`'))
  expect(await opened.told()).toContainEqual(expect.stringContaining('unknown key `instnces`'))
})

test('what is none is wrong usage, and so is one where manifests are generated', async () => {
  opened = openFiles(files, url)
  const { code, stderr } = await opened.run('check', '--argocd', '3.5')
  expect({ code, stderr }).toEqual({ code: 2, stderr: 'cnpg-values: --argocd is `3.5`, but must be a release such as 3.5.1\n' })
  const repository = openRepository()
  try {
    const generated = await repository.run('check', '--operator', '1.27.1')
    expect(generated.code).toBe(2)
    expect(generated.stderr).toMatch(/^cnpg-values: --operator and --argocd are for repositories without generated manifests: /)
  } finally {
    repository.remove()
  }
})
