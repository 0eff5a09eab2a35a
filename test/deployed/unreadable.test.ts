// Is it said what could not be looked at because it is outside of the repository, or too large?
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const outside = mkdtempSync(join(tmpdir(), 'cnpg-values-outside-'))
afterAll(() => rmSync(outside, { recursive: true }))
const open: { remove(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.remove()
})

const url = 'https://github.com/acme/infra.git'
const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: orders, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: shop }
  source: { repoURL: ${url}, targetRevision: main, path: db }
`
const cluster = 'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: orders }\nspec:\n  storage: { size: 1Gi }\n'
const chart = { 'db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n', 'db/templates/cluster.yaml': cluster }

function repository(files: Readonly<Record<string, string>>): ReturnType<typeof openFiles> {
  const opened = openFiles({ 'argocd/orders.yaml': application, ...files }, url)
  open.push(opened)
  return opened
}

test.runIf(process.platform !== 'win32').each([
  ['db/values.yaml', 'file.yaml', chart],
  ['db/files', '.', chart],
  ['db/cluster.yaml', 'file.yaml', { 'db/other.yaml': 'a: b\n' }],
  ['db', '.', {}],
])('the link %s leads out', async (path, target, files) => {
  writeFileSync(join(outside, 'file.yaml'), cluster)
  const { root, git, told } = repository(files)
  symlinkSync(join(outside, target), join(root, path))
  git('add', '--all')
  expect(await told()).toEqual([
    `argocd/orders.yaml:7: orders is not judged: orders takes ${path}, which is a link that leads out of the repository [argocd/not-computed]`,
  ])
})

const padding = '# a line that says nothing at all\n'.repeat(32 * 1024)

test('a manifest is too large', async () => {
  const { told } = repository({ 'db/cluster.yaml': cluster + padding, 'db/crds.yaml': `kind: CustomResourceDefinition\n${padding}` })
  expect(await told()).toEqual([
    expect.stringMatching(
      /^db\/cluster\.yaml:1: db\/cluster\.yaml is not judged: it has 1\d{6} bytes, but files over 1 MiB .* \[argocd\/not-computed\]$/,
    ),
  ])
})

const crd = (kind: string, rest = ''): string =>
  `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  group: postgresql.cnpg.io\n  names:\n    kind: ${kind}\n${rest}`

test('definitions of our kinds are too large, as in the manifest of a release', async () => {
  const release = `${crd('Cluster', padding)}---\n${crd('Application')}---\napiVersion: v1\nkind: Namespace\nmetadata: { name: cnpg-system }\n`
  const { told } = repository({
    'db/cluster.yaml': cluster.replace('spec:\n', 'spec:\n  instances: 2\n'),
    'db/operator.yaml': release.replaceAll('\n', '\r\n'),
    'db/list.yaml': `apiVersion: v1\nkind: List\nitems:\n- ${crd('Cluster').replaceAll('\n', '\n  ')}\n${padding}`,
  })
  expect(await told()).toEqual([])
})

test('an object beside definitions is too large', async () => {
  const { told } = repository({ 'db/cluster.yaml': `${crd('Cluster', padding)}---\n${cluster}` })
  expect(await told()).toEqual([expect.stringContaining('db/cluster.yaml is not judged')])
})

test('a file that is too large and holds nothing of ours is nobody’s concern', async () => {
  const { told } = repository({
    'db/cluster.yaml': cluster.replace('spec:\n', 'spec:\n  instances: 2\n'),
    'db/crds.yaml': `kind: CustomResourceDefinition\n${padding}`,
  })
  expect(await told()).toEqual([])
})
