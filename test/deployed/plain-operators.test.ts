// Is the operator known that is installed without its chart, or with an image of one's own?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const open: { remove(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.remove()
})

const url = 'https://github.com/acme/infra.git'
const application = (name: string, source: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: ${name} }
  source: ${source}
  syncPolicy: { syncOptions: [ServerSideApply=true] }
`
const cluster = `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: maps }
spec:
  instances: 2
  storage: { size: 1Gi }
  bootstrap: { initdb: { postInitApplicationSQL: [CREATE EXTENSION postgis] } }
`
function repository(files: Readonly<Record<string, string>>): ReturnType<typeof openFiles> {
  const base = { 'argocd/maps.yaml': application('maps', `{ repoURL: ${url}, path: db }`), 'db/cluster.yaml': cluster }
  const opened = openFiles({ ...base, ...files }, url)
  open.push(opened)
  return opened
}
const judge = async (files: Readonly<Record<string, string>>): Promise<string> =>
  /checked against (.*)\n/.exec((await repository(files).run('check')).stderr)?.[1] ?? ''
const newest = '(the newest known: nothing here names the operator)'

const release = 'https://github.com/cloudnative-pg/cloudnative-pg/releases/download/v1.27.1/cnpg-1.27.1.yaml'
const raw = 'https://raw.githubusercontent.com/cloudnative-pg/cloudnative-pg/release-1.28/releases/cnpg-1.28.0.yaml'
const deployment = (tag: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: cnpg-controller-manager }\nspec:\n  template:\n    spec:\n      containers:\n        - image: ghcr.io/cloudnative-pg/cloudnative-pg:${tag}\n`

test.each([
  ['the release of a kustomization', { 'op/kustomization.yaml': `resources: [${release}]\n` }, 'CloudNativePG 1.27.1'],
  ['one of a branch', { 'op/kustomization.yaml': `resources:\n  - ${raw}\n` }, 'CloudNativePG 1.28.0'],
  [
    'the image that a kustomization puts in its place',
    {
      'op/kustomization.yaml': `resources: [${release}]\nimages: [{ name: ghcr.io/cloudnative-pg/cloudnative-pg, newTag: 1.27.3 }]\n`,
    },
    'CloudNativePG 1.27.3',
  ],
  ['the image of a Deployment', { 'op/deployment.yaml': deployment('1.29.1') }, 'CloudNativePG 1.29.1'],
  ['the name of a file', { 'op/cnpg-1.29.0.yaml': 'a: b\n' }, 'CloudNativePG 1.29.0'],
  [
    'an Application',
    {
      'argocd/op.yaml': application(
        'op',
        '{ repoURL: "https://github.com/cloudnative-pg/artifacts", targetRevision: release-1.28, path: manifests, directory: { include: cnpg-1.28.1.yaml } }',
      ),
    },
    'CloudNativePG 1.28.1',
  ],
  [
    'several, which nobody can tell apart',
    { 'a/kustomization.yaml': `resources: [${release}, ${raw}]\n` },
    `CloudNativePG 1.30.0 ${newest}`,
  ],
  [
    'images that are listed, or told of',
    {
      'a/images.yaml':
        'images: [ghcr.io/cloudnative-pg/cloudnative-pg:1.27.1]\nnote: was ghcr.io/cloudnative-pg/cloudnative-pg:1.27.1 before\n',
    },
    `CloudNativePG 1.30.0 ${newest}`,
  ],
  ['a comment', { 'a/kustomization.yaml': `# ${release}\nresources: []\n` }, `CloudNativePG 1.30.0 ${newest}`],
])('it is named by %s', async (_what, files, expected) => {
  expect(await judge(files)).toBe(expected)
})

test.each([
  ['op/deployment.yaml:8', { 'op/deployment.yaml': deployment('1.25.1') }],
  ['op/kustomization.yaml:3', { 'op/kustomization.yaml': `# 1.25.1\nresources:\n  - ${release.replaceAll('1.27.1', '1.25.1')}\n` }],
  [
    'op/kustomization.yaml:3',
    {
      'op/kustomization.yaml': `resources: [${release}]\nimages:\n  - { name: ghcr.io/cloudnative-pg/cloudnative-pg, newTag: 1.25.1 }\n`,
    },
  ],
  ['op/cnpg-1.25.1.yaml:1', { 'op/cnpg-1.25.1.yaml': 'a: b\n' }],
])('a release that is not known is reported where it is named: %s', async (place, files) => {
  expect((await repository(files).told()).filter((one) => one.includes('known-operator'))).toEqual([
    expect.stringContaining(`${place}: operator 1.25.1 is not known here`),
  ])
})

const chart = (values: string): string =>
  application(
    'cnpg',
    `{ repoURL: "https://cloudnative-pg.github.io/charts", chart: cloudnative-pg, targetRevision: 0.26.1, helm: { valuesObject: ${values} } }`,
  )

test.each([
  ['{ image: { tag: 1.27.3 } }', '1.27.3'],
  ['{ image: { tag: "v1.28.0" } }', '1.28.0'],
  ['{ image: { tag: "1.28.1@sha256:0a" } }', '1.28.1'],
  ['{ image: { repository: registry.example.com/mirror/cloudnative-pg, tag: 1.28.1 } }', '1.28.1'],
  ['{ image: { repository: registry.example.com/our/operator, tag: 1.28.1 } }', '1.27.1'],
  ['{ image: { tag: latest } }', '1.27.1'],
  ['{ image: { tag: 1.99.0 } }', '1.27.1'],
  ['{}', '1.27.1'],
])('the image of the chart wins over its own where it is a known release: %s', async (values, expected) => {
  expect(await judge({ 'argocd/op.yaml': chart(values) })).toBe(`CloudNativePG ${expected}`)
})

test('its settings may choose the image of Clusters, wherever they are written', async () => {
  const told = async (files: Readonly<Record<string, string>>): Promise<number> =>
    (await repository(files).told()).filter((one) => one.includes('image-has-extension')).length
  const settings = (data: string): Readonly<Record<string, string>> => ({
    'op/config.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: cnpg-controller-manager-config }\ndata: { ${data} }\n`,
    'op/kustomization.yaml': `resources: [config.yaml, ${release}]\n`,
  })
  expect(await told(settings('INHERITED_LABELS: team'))).toBe(1)
  expect(await told(settings('POSTGRES_IMAGE_NAME: ghcr.io/cloudnative-pg/postgis:17'))).toBe(0)
  expect(await told({ ...settings('POSTGRES_IMAGE_NAME: ghcr.io/cloudnative-pg/postgis:17'), 'argocd/op.yaml': chart('{}') })).toBe(0)
  const umbrella = (data: string): Readonly<Record<string, string>> => ({
    'argocd/op.yaml': application('cnpg', `{ repoURL: ${url}, path: op }`),
    'op/Chart.yaml':
      'apiVersion: v2\nname: op\nversion: 1.0.0\ndependencies: [{ name: cloudnative-pg, version: 0.26.1, repository: https://cloudnative-pg.github.io/charts }]\n',
    'op/values.yaml': `cloudnative-pg: { config: { data: { ${data} } } }\n`,
  })
  expect(await told(umbrella('INHERITED_LABELS: team'))).toBe(1)
  expect(await told(umbrella('POSTGRES_IMAGE_NAME: ghcr.io/cloudnative-pg/postgis:17'))).toBe(0)
})
