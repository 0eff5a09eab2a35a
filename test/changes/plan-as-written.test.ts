// Does a plan say of databases as written what a check says, each once?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'
import { folderApplication } from '../support/folder-application.ts'

const url = 'https://github.com/acme/gitops'
let repository: ReturnType<typeof openFiles>
afterEach(() => repository.remove())

const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: dbs, namespace: argocd }
spec:
  goTemplate: true
  generators:
    - list: { elements: [{ name: a }, { name: b }] }
  template:
    metadata: { name: '{{ .name }}' }
    spec:
      project: default
      destination: { server: https://kubernetes.default.svc, namespace: 'pg-{{ .name }}' }
      source:
        repoURL: https://cloudnative-pg.github.io/charts
        chart: cluster
        targetRevision: 0.8.1
        helm: { values: "cluster: {enablePDB: false, instances: 1}" }
`
const application = (path: string): string => folderApplication({ name: 'p', namespace: 'pg', url, path })
const cluster =
  'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: x, namespace: one }\nspec: { instances: 3, storage: { size: 1Gi } }\n'

interface Planned {
  readonly databases: readonly { readonly id: string; readonly result: string; readonly steps: readonly string[] }[]
}
const planned = async (): Promise<Planned['databases']> => {
  const { stdout } = await repository.run('plan', '--base', 'HEAD', '--format', 'json')
  return (JSON.parse(stdout) as Planned).databases
}

test('a renamed set deletes what it makes again', async () => {
  repository = openFiles({ 'set.yaml': set }, url)
  repository.edit('set.yaml', 'name: dbs', 'name: databases')
  const steps = (id: string): string[] => [`Argo CD deletes the Application ${id}, its Cluster ${id}-cluster and the volumes`]
  expect(await planned()).toMatchObject(['a', 'b'].map((id) => ({ id, result: 'recreated', steps: steps(id) })))
})
test('a renamed set that preserves its objects deletes nothing', async () => {
  repository = openFiles(
    { 'set.yaml': set.replace('  goTemplate', '  syncPolicy: { preserveResourcesOnDeletion: true }\n  goTemplate') },
    url,
  )
  repository.edit('set.yaml', 'name: dbs', 'name: databases')
  expect((await planned()).map(({ result }) => result)).not.toContain('recreated')
})
test('there is a plan without the only set', async () => {
  repository = openFiles({ 'set.yaml': set, 'other.yaml': 'a: b\n' }, url)
  repository.git('rm', '--quiet', 'set.yaml')
  expect((await planned()).map(({ id, result }) => `${id} ${result}`)).toEqual(['a gone', 'b gone'])
})
test.each([
  ['a namespace', 'folder', 'pg/x.yaml', 'namespace: one', 'namespace: two'],
  ['a Cluster name', 'folder', 'pg/x.yaml', 'name: x', 'name: z'],
  ['a prefix', 'kustomization', 'pg/kustomization.yaml', 'a-', 'b-'],
])('%s that changes in a %s is one database', async (_what, kind, path, from, to) => {
  const built = kind === 'folder' ? {} : { 'pg/kustomization.yaml': 'resources: [x.yaml]\nnamePrefix: a-\n' }
  repository = openFiles({ 'apps/p.yaml': application('pg'), 'pg/x.yaml': cluster, ...built }, url)
  repository.edit(path, from, to)
  expect((await planned()).map(({ id, result }) => `${id} ${result}`)).toEqual(['p recreated'])
})
