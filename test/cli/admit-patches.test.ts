// Is a patch of a kustomization taken for what it is, and not for a whole object?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const open: { remove(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.remove()
})

const head = 'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: orders }\nspec:\n'
const files = {
  'base/kustomization.yaml': 'resources: [cluster.yaml]\n',
  'base/cluster.yaml': `${head}  enablePDB: false\n  instances: 1\n  storage: { size: 1Gi }\n`,
  'prd/kustomization.yaml': 'resources: [../base]\npatches:\n  - path: patches/size.yaml\npatchesStrategicMerge: [memory.yaml]\n',
  'prd/patches/size.yaml': `${head}  storage: { size: 2Gi }\n`,
  'prd/memory.yaml': `${head}  resources: { limits: { memory: 1Gi } }\n`,
  'prd/operations.yaml': '- { op: remove, path: /spec/instances }\n',
}
function repository(more: Readonly<Record<string, string>> = {}): ReturnType<typeof openFiles> {
  const opened = openFiles({ ...files, ...more })
  open.push(opened)
  return opened
}
const paths = ['base/cluster.yaml', 'prd/patches/size.yaml', 'prd/memory.yaml']

test('it is skipped, which is said', async () => {
  const { code, stdout, stderr } = await repository().run('admit', ...paths)
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(stderr).toContain(
    'prd/memory.yaml is a patch of prd, no whole object, so it was skipped: kustomize build prd | cnpg-values admit -\n',
  )
  expect(stderr).toContain('prd/patches/size.yaml is a patch of prd')
  expect(stderr).toContain('1 object checked')
})
test('operations are, too', async () => {
  const target = 'resources: [../base]\npatches: [{ path: operations.yaml, target: { kind: Cluster } }]\n'
  const { code, stdout } = await repository({ 'prd/kustomization.yaml': target }).run('admit', 'prd/operations.yaml')
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
})
test('what no kustomization names is whole, and so is what one takes as it is', async () => {
  for (const text of ['resources: [../base]\n', 'resources: [memory.yaml]\n---\n'])
    expect((await repository({ 'prd/kustomization.yaml': text }).run('admit', 'prd/memory.yaml')).stdout).toContain(
      'size of storage is not set',
    )
  const both = {
    'prd/kustomization.yaml': 'patches: [{ path: memory.yaml }]\n',
    'dev/kustomization.yaml': 'resources: [../prd/memory.yaml]\n',
  }
  expect((await repository(both).run('admit', 'prd/memory.yaml')).stdout).toContain('size of storage is not set')
})
test('a check does not take it for a Cluster that nobody deploys', async () => {
  const application =
    'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: { name: orders, namespace: argocd }\nspec:\n  project: default\n  destination: { name: in-cluster, namespace: shop }\n  source: { repoURL: "https://github.com/acme/infra.git", targetRevision: main, path: base }\n'
  const opened = openFiles({ ...files, 'argocd/orders.yaml': application }, 'https://github.com/acme/infra.git')
  open.push(opened)
  expect(await opened.told()).toEqual([])
})
