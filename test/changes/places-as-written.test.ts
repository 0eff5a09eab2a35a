// Is a change of what is deployed as written blamed at the line that changed, or at the file that is gone?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'
import { folderApplication } from '../support/folder-application.ts'

const url = 'https://github.com/acme/gitops'
let repository: ReturnType<typeof openFiles>
afterEach(() => repository.remove())

const setOf = (generator: string): string => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: dbs, namespace: argocd }
spec:
  goTemplate: true
  generators:
    - ${generator}
  template:
    metadata: { name: '{{ .name }}' }
    spec:
      project: default
      destination: { server: https://kubernetes.default.svc, namespace: '{{ .space }}' }
      source:
        repoURL: https://cloudnative-pg.github.io/charts
        chart: cluster
        targetRevision: 0.8.1
        helm: { releaseName: r, values: "cluster: {enablePDB: false, instances: 1}" }
`
const ofFiles = setOf(`git: { repoURL: ${url}, revision: HEAD, files: [{ path: 'dbs/*/meta.yaml' }] }`)
const files = {
  'set.yaml': ofFiles,
  'dbs/a/meta.yaml': 'name: a\nspace: pg-a\n',
  'dbs/b/meta.yaml': 'name: b\nspace: pg-b\n',
}
const application = (path: string): string => folderApplication({ name: 'p', namespace: 'pg', url, path })
const cluster = 'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: x }\nspec: { instances: 3, storage: { size: 1Gi } }\n'

/** `<file>:<line>` of each error, and of what is related. */
const places = async (): Promise<string[]> => {
  const { stdout } = await repository.run('check', '--base', 'HEAD', '--format', 'json')
  interface Place {
    readonly file: string
    readonly line: number
    readonly revision?: string
  }
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: (Place & { severity: string; related: Place[] })[] }
  const shown = ({ file, line, revision }: Place): string => `${revision === undefined ? '' : `${revision}:`}${file}:${line}`
  return diagnostics.filter(({ severity }) => severity === 'error').map((one) => [one, ...one.related].map(shown).join(' '))
}

test('a file of a git generator that is gone', async () => {
  repository = openFiles(files, url)
  repository.git('rm', '--quiet', 'dbs/b/meta.yaml')
  expect(await places()).toEqual(['HEAD:dbs/b/meta.yaml:1 set.yaml:6'])
})
test('a folder of a git generator that is gone', async () => {
  const ofFolders = setOf(`git: { repoURL: ${url}, revision: HEAD, directories: [{ path: 'dbs/*' }] }`)
    .replace('{{ .name }}', '{{ .path.basename }}')
    .replace('{{ .space }}', '{{ .path.basename }}')
  repository = openFiles({ ...files, 'set.yaml': ofFolders }, url)
  repository.git('rm', '--quiet', '-r', 'dbs/b')
  expect(await places()).toEqual(['HEAD:dbs/b/meta.yaml:1 set.yaml:6'])
})
test.each([
  ['a namespace in a file of a generator', files, 'dbs/b/meta.yaml', 'pg-b', 'pg-c', 2],
  ['a name in a file of a generator', files, 'dbs/b/meta.yaml', 'name: b', 'name: c', 1],
  ['a namespace in an element', { 'set.yaml': setOf('list: { elements: [{ name: a, space: aa }] }') }, 'set.yaml', 'aa', 'ab', 7],
  ['a namespace of an Application', { 'p.yaml': application('pg'), 'pg/x.yaml': cluster }, 'p.yaml', ': pg }', ': pq }', 6],
  [
    'a prefix of a kustomization',
    { 'p.yaml': application('pg'), 'pg/x.yaml': cluster, 'pg/kustomization.yaml': 'resources: [x.yaml]\nnamePrefix: a-\n' },
    'pg/kustomization.yaml',
    'a-',
    'b-',
    2,
  ],
  [
    'a namespace of a kustomization',
    { 'p.yaml': application('pg'), 'pg/x.yaml': cluster, 'pg/kustomization.yaml': 'resources: [x.yaml]\nnamespace: one\n' },
    'pg/kustomization.yaml',
    'one',
    'two',
    2,
  ],
] as const)('%s', async (_what, all, path, from, to, line) => {
  repository = openFiles(all, url)
  repository.edit(path, from, to)
  expect(await places()).toContain(`${path}:${line} HEAD:${path}:${line}`)
})
