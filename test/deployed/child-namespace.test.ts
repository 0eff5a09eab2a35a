// Is an Application reported that is applied where its Argo CD does not look?
import { expect, test } from 'vitest'
import { toldOf } from '../support/files.ts'

const url = 'https://github.com/acme/infra.git'
const root = (namespace: string, to = 'name: in-cluster'): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: root, namespace: argocd }
spec:
  project: default
  destination: { ${to}, namespace: ${namespace} }
  source: { repoURL: "${url}", path: apps }
`
const child = (metadata: string, name = 'orders'): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  ${metadata}
spec:
  project: default
  destination: { name: in-cluster, namespace: ${name} }
  source:
    repoURL: https://cloudnative-pg.github.io/charts
    chart: cluster
    targetRevision: 0.8.1
`

async function found(files: Readonly<Record<string, string>>): Promise<string[]> {
  return (await toldOf(files)).flatMap((text) => (text.includes('child-found') ? [text.replace(/: .*/, '')] : []))
}

const none = child('labels: { a: b }')
const own = child('namespace: argocd')
const project = (namespace: string): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: { name: data, namespace: ${namespace} }\nspec: { sourceRepos: ["*"] }\n`
const argo = child('namespace: argocd', 'team')
  .replace('https://cloudnative-pg.github.io/charts', 'https://argoproj.github.io/argo-helm')
  .replace('chart: cluster', 'chart: argo-cd')

test.each<readonly [Readonly<Record<string, string>>, readonly string[]]>([
  [{ 'root.yaml': root('default'), 'apps/orders.yaml': none }, ['root.yaml:6']],
  [{ 'root.yaml': root('argocd'), 'apps/orders.yaml': none }, []],
  [{ 'root.yaml': root('default'), 'apps/orders.yaml': own }, []],
  [{ 'root.yaml': root('default'), 'apps/orders.yaml': none, 'apps/pay.yaml': child('namespace: argocd', 'pay') }, ['apps/orders.yaml:4']],
  [{ 'root.yaml': root('argocd'), 'apps/orders.yaml': child('namespace: orders') }, ['apps/orders.yaml:5']],
  [{ 'root.yaml': root('default', 'server: https://other.example.com'), 'apps/orders.yaml': none }, []],
  [{ 'root.yaml': root('default'), 'other/orders.yaml': none }, []],
  [
    { 'root.yaml': root('default'), 'apps/orders.yaml': none, 'apps/kustomization.yaml': 'namespace: argocd\nresources: [orders.yaml]\n' },
    [],
  ],
  [
    {
      'root.yaml': root('default'),
      'apps/orders.yaml': none,
      'argocd/values.yaml': 'configs: { params: { application.namespaces: "*" } }\n',
    },
    [],
  ],
  [
    { 'root.yaml': root('default'), 'apps/orders.yaml': none, 'project.yaml': 'kind: AppProject\nspec: { sourceNamespaces: [default] }\n' },
    [],
  ],
  [{ 'root.yaml': root('team'), 'apps/orders.yaml': child('namespace: team'), 'apps/team.yaml': project('team') }, []],
  [{ 'root.yaml': root('team'), 'apps/orders.yaml': none, 'apps/argo.yaml': argo }, []],
  [
    { 'root.yaml': root('argocd'), 'apps/orders.yaml': child('namespace: orders'), 'project.yaml': project('argocd') },
    ['apps/orders.yaml:5'],
  ],
])('knows where children come to be: %j', async (files, expected) => {
  expect(await found(files)).toEqual(expected)
})
