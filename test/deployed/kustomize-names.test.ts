// Is a name that kustomize changes, and an operator's object does not follow, one diagnostic at its place? The verdicts are those of kustomize 5.7.1.
import { expect, test } from 'vitest'
import { toldOf } from '../support/files.ts'

const url = 'https://github.com/acme/infra.git'
const application = (path: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${path}, namespace: argocd }
spec:
  project: default
  destination: { name: in-cluster, namespace: ${path} }
  source: { repoURL: "${url}", path: ${path} }
---
`
const cluster = (image = '17.5-standard-bookworm'): string => `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: pay }
spec:
  instances: 1
  enablePDB: false
  imageName: ghcr.io/cloudnative-pg/postgresql:${image}
  storage: { size: 10Gi }
  bootstrap: { initdb: { database: app, owner: app, secret: { name: pay-app } } }
  monitoring: { customQueriesConfigMap: [{ name: queries, key: q }] }
`
const resources = 'resources: [cluster.yaml]\n'

async function found(files: Readonly<Record<string, string>>, ...folders: readonly string[]): Promise<string[]> {
  const applications = (folders.length === 0 ? ['base'] : folders).map(application).join('')
  return (await toldOf({ 'apps/all.yaml': applications, 'base/cluster.yaml': cluster(), ...files })).flatMap((text) =>
    /generated-name|image-field/.test(text) ? [text.replace(/: .*\[argocd\/(.*)\]$/, ' $1')] : [],
  )
}

const secret = 'secretGenerator:\n  - name: pay-app\n    literals: [a=b]\n'

test.each([
  [secret, ['base/kustomization.yaml:3 generated-name-used']],
  [`${secret}    options: { disableNameSuffixHash: true }\n`, []],
  [`${secret}generatorOptions: { disableNameSuffixHash: true }\n`, []],
  [`namePrefix: x-\n${secret}`, ['base/kustomization.yaml:4 generated-name-used']],
  ['secretGenerator:\n  - name: other\n    literals: [a=b]\n', []],
  ['configMapGenerator:\n  - name: queries\n    literals: [q=x]\n', ['base/kustomization.yaml:3 generated-name-used']],
  // it may say which fields hold names
  [`${secret}crds: [schema.json]\n`, []],
  ['images:\n  - name: ghcr.io/cloudnative-pg/postgresql\n    newTag: "17.6"\n', ['base/kustomization.yaml:3 image-field']],
  ['images:\n  - name: busybox\n    newTag: "1"\n', []],
])('follows the names of a kustomization: %s', async (rest, expected) => {
  expect(await found({ 'base/kustomization.yaml': resources + rest })).toEqual(expected)
})

test('reports what several overlays share once, and leaves an image of pods alone', async () => {
  const files = {
    'base/kustomization.yaml': resources + secret,
    'one/kustomization.yaml': 'resources: [../base]\n',
    'two/kustomization.yaml': 'resources: [../base]\n',
  }
  expect(await found(files, 'one', 'two')).toEqual(['base/kustomization.yaml:3 generated-name-used'])
  const pod =
    'apiVersion: v1\nkind: Pod\nmetadata: { name: dump }\nspec:\n  containers:\n    - name: dump\n      image: ghcr.io/cloudnative-pg/postgresql\n'
  const images = 'images:\n  - name: ghcr.io/cloudnative-pg/postgresql\n    newTag: "17.6"\n'
  expect(await found({ 'base/kustomization.yaml': `resources: [cluster.yaml, pod.yaml]\n${images}`, 'base/pod.yaml': pod })).toEqual([])
})
