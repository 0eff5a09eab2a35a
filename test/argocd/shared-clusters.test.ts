// Are two Applications that deploy one Cluster found where nothing is generated, and only where one Argo CD has both?
import { afterEach, describe, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const url = 'https://github.com/acme/gitops'
let repository: ReturnType<typeof openFiles>
afterEach(() => repository.remove())

const here = 'server: https://kubernetes.default.svc'
const application = (name: string, destination = here, release = 'orders'): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd }
spec:
  project: default
  destination: { ${destination}, namespace: pg }
  source:
    repoURL: https://cloudnative-pg.github.io/charts
    chart: cluster
    targetRevision: 0.8.1
    helm: { releaseName: ${release}, values: "cluster: {storage: {size: 1Gi}}" }
`
const root = (name: string, path: string, more = '', destination = here): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd }
spec:
  project: default
  destination: { ${destination}, namespace: argocd }
  source: { repoURL: ${url}, targetRevision: main, path: ${path}${more} }
`
const found = async (files: Record<string, string>): Promise<string[]> => {
  repository = openFiles(files, url)
  return (await repository.told()).filter((line) => line.endsWith('[argocd/cluster-once]'))
}
const once = (line: string, name: string, other: string): string =>
  `${line}: Application ${name} deploys the Cluster that ${other} deploys, too, but one must own it [argocd/cluster-once]`

describe('in the cluster of Argo CD itself', () => {
  test('one file, or one folder that a root applies, is for one Argo CD', async () => {
    expect(await found({ 'a.yaml': `${application('one')}---\n${application('two', 'name: in-cluster')}` })).toEqual([
      once('a.yaml:15', 'two', 'one'),
    ])
    repository.remove()
    expect(
      await found({ 'apps/a.yaml': application('one'), 'apps/b.yaml': application('two'), 'root.yaml': root('root', 'apps') }),
    ).toEqual([once('apps/b.yaml:3', 'two', 'one')])
  })
  test('several folders may be those of several Argo CDs, unless a parent of both is known', async () => {
    const folders = {
      'a/one.yaml': application('one'),
      'b/two.yaml': application('two'),
      'roots/a.yaml': root('a', 'a'),
      'roots/b.yaml': root('b', 'b'),
    }
    expect(await found(folders)).toEqual([])
    repository.remove()
    expect(await found({ ...folders, 'all.yaml': root('all', 'roots') })).toEqual([once('b/two.yaml:3', 'two', 'one')])
    repository.remove()
    expect(
      await found({ ...folders, 'all.yaml': root('all', '.', ', directory: {recurse: true, exclude: "{b/*,roots/b.yaml}"}') }),
    ).toEqual([])
  })
  test('what a root applies elsewhere is for the Argo CD there', async () => {
    const remote = 'server: https://10.0.0.1'
    const files = { 'a/one.yaml': application('one'), 'apps/two.yaml': application('two'), 'apps/a.yaml': root('a', 'a', '', remote) }
    expect(await found(files)).toEqual([])
  })
  test('two names, two namespaces or two releases are two Clusters', async () => {
    expect(await found({ 'a.yaml': `${application('one')}---\n${application('two', here, 'billing')}` })).toEqual([])
  })
  test('a set makes all of its Applications for one Argo CD', async () => {
    const template = application("'{{ .name }}'")
      .replace(/^(?:apiVersion|kind).*\n/gm, '')
      .replace(/^/gm, '    ')
      .trimEnd()
    const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: dbs, namespace: argocd }
spec:
  goTemplate: true
  generators: [{ list: { elements: [{ name: one }, { name: two }] } }]
  template:
${template}
`
    expect(await found({ 'set.yaml': set })).toEqual([once('set.yaml:6', 'two', 'one')])
  })
})

describe('in a cluster at an address', () => {
  const there = 'server: https://10.0.0.1:6443'
  test('one Cluster is one, whoever deploys it', async () => {
    expect(await found({ 'a/one.yaml': application('one', there), 'b/two.yaml': application('two', `${there}/`) })).toEqual([
      once('b/two.yaml:3', 'two', 'one'),
    ])
  })
  test('folders that are alike are those of several Argo CDs', async () => {
    const files = { 'a/one.yaml': application('one', 'name: workload'), 'b/one.yaml': application('one', 'name: workload') }
    expect(await found({ ...files, 'b/two.yaml': application('two', 'name: workload') })).toEqual([])
  })
})

test('one folder of manifests is deployed once', async () => {
  const cluster =
    'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: users }\nspec: { instances: 3, storage: { size: 1Gi } }\n'
  const files = { 'pg/users.yaml': cluster, 'apps/a.yaml': `${root('one', 'pg')}---\n${root('two', 'pg')}` }
  expect(await found(files)).toEqual([once('apps/a.yaml:11', 'two', 'one')])
})

describe('where a folder of manifests holds the Cluster', () => {
  const named = (name: string): string =>
    `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: ${name}, namespace: pg }\nspec: { instances: 3, storage: { size: 1Gi } }\n`
  test('it is the one of a chart, of another folder and of a kustomization', async () => {
    const apps = [application('chart'), root('plain', 'manual'), root('again', 'p1'), root('built', 'k')].join('---\n')
    const files = {
      'apps.yaml': apps,
      'manual/c.yaml': named('orders-cluster'),
      'p1/c.yaml': named('users'),
      'k/kustomization.yaml': 'resources: [c.yaml]\nnamePrefix: u\n',
      'k/c.yaml': named('sers'),
    }
    expect(await found(files)).toEqual([once('apps.yaml:15', 'plain', 'chart'), once('apps.yaml:31', 'built', 'again')])
  })
  test('two files of one folder are likely for one Argo CD, which is said once', async () => {
    const files = {
      'apps/a.yaml': application('chart'),
      'apps/b.yaml': root('plain', 'manual'),
      'manual/c.yaml': named('orders-cluster'),
      'other/c.yaml': root('elsewhere', 'manual'),
    }
    expect(await found(files)).toEqual([
      'apps/b.yaml:3: Application plain deploys the Cluster that chart deploys, too, unless they are for two Argo CDs [argocd/cluster-once]',
    ])
  })
})
