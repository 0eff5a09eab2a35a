// Is an Application that deploys nothing, since a word in it is misspelt, passed over in silence?
import { afterEach, describe, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'
import { folderApplication } from '../support/folder-application.ts'

const open: { remove(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.remove()
})

const url = 'https://github.com/acme/infra.git'
const cluster = (name: string): string =>
  `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: ${name} }\nspec:\n  instances: 3\n  storage: { size: 1Gi }\n`
const application = (name: string, path: string, revision = 'main'): string => folderApplication({ name, url, path, revision })
const set = (generators: string, path: string): string => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: all, namespace: argocd }
spec:
  goTemplate: true
  goTemplateOptions: ["missingkey=error"]
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators:
${generators}
  template:
    metadata: { name: 'db-{{ .name }}' }
    spec:
      project: default
      destination: { server: https://kubernetes.default.svc, namespace: 'db-{{ .name }}' }
      source: { repoURL: ${url}, targetRevision: main, path: '${path}' }
`

/** A repository with one healthy database besides the files. */
async function told(files: Readonly<Record<string, string>>): Promise<string[]> {
  const healthy = { 'argocd/healthy.yaml': application('healthy', 'pg/healthy'), 'pg/healthy/cluster.yaml': cluster('healthy') }
  const opened = openFiles({ ...healthy, ...files }, url)
  open.push(opened)
  return opened.told()
}

describe('the path of an Application', () => {
  test.each([
    ['is there', 'pg/healthy/', []],
    ['is there, spelt otherwise', './pg//healthy', []],
    ['is misspelt', 'pg/helthy', ['argocd/a.yaml:7: path is pg/helthy, but there is no such folder [argocd/path-exists]']],
    ['is that of a file', 'pg/healthy/cluster.yaml', [expect.stringContaining('but that is a file, and Argo CD takes folders')]],
    ['is absolute', '/pg/healthy', ['argocd/a.yaml:7: path is /pg/healthy, but must not begin with a slash [argocd/path-exists]']],
  ])('%s', async (_what, path, expected) => {
    expect((await told({ 'argocd/a.yaml': application('a', path) })).filter((line) => !line.includes('cluster-once'))).toEqual(expected)
  })
  test('of another branch, tag or repository may be there', async () => {
    const other = application('c', 'nowhere').replace(url, 'https://github.com/acme/other.git')
    const files = { 'argocd/a.yaml': application('a', 'nowhere', 'env/prd'), 'argocd/b.yaml': application('b', 'nowhere', 'v1.2.0') }
    const found = await told({ ...files, 'argocd/c.yaml': other })
    expect(found.filter((line) => line.includes('path-exists'))).toEqual([])
  })
  test('in a submodule may be there', async () => {
    const modules = '[submodule "pg"]\n\tpath = vendor/pg\n\turl = https://github.com/acme/pg.git\n'
    expect(await told({ '.gitmodules': modules, 'argocd/a.yaml': application('a', 'vendor/pg/orders') })).toEqual([])
  })
  test('is blamed at the element that has it', async () => {
    const text = set('    - list:\n        elements:\n          - { name: orders }\n          - { name: stok }', 'pg/{{ .name }}')
    expect(await told({ 'argocd/set.yaml': text, 'pg/orders/cluster.yaml': cluster('orders') })).toEqual([
      'argocd/set.yaml:12: path of db-stok is pg/stok, but there is no such folder [argocd/path-exists]',
    ])
  })
  test('is not known where another program fills it in', async () => {
    const files = { 'root.tmpl.yaml': application('root', '"envs/${env}"'), 'argocd/a.yaml': application('orders', 'pg/orders') }
    expect(await told({ ...files, 'pg/orders/cluster.yaml': cluster('orders') })).toEqual([])
  })
  test('is blamed where it is, beside a list of sources that is empty', async () => {
    const text = application('orders', 'pg/order').replace('  source:', '  sources: []\n  source:')
    expect(await told({ 'argocd/a.yaml': text, 'pg/orders/cluster.yaml': cluster('orders') })).toEqual([
      'argocd/a.yaml:8: path is pg/order, but there is no such folder [argocd/path-exists]',
    ])
  })
  test('is blamed in the template that has it for all', async () => {
    const text = set('    - list:\n        elements:\n          - { name: orders }\n          - { name: stock }', 'postgres')
    expect(await told({ 'argocd/set.yaml': text })).toEqual([
      'argocd/set.yaml:18: path of db-orders is postgres, but there is no such folder (and 1 more) [argocd/path-exists]',
    ])
  })
})

describe('the path of a git generator', () => {
  const git = (...paths: string[]): string =>
    `    - git:\n        repoURL: ${url}\n        revision: main\n        directories:\n${paths.map((path) => `          - path: ${path}`).join('\n')}`
  const named = (text: string): string => text.replaceAll('{{ .name }}', '{{ .path.basename }}')
  const files = { 'db/orders/cluster.yaml': cluster('orders') }
  test.each([
    ['matches', git('db/*'), []],
    [
      'matches nothing',
      git('dbs/*'),
      ['argocd/set.yaml:13: path is `dbs/*`, but nothing in the repository matches it [argocd/git-path-matches]'],
    ],
    ['matches nothing beside another', git('db/*', 'dbs/*'), [expect.stringContaining('argocd/set.yaml:14: path is `dbs/*`')]],
  ])('%s', async (_what, generators, expected) => {
    expect(await told({ ...files, 'argocd/set.yaml': named(set(generators, '{{ .path.path }}')) })).toEqual(expected)
  })
  test('that matches nothing leaves a set of databases empty', async () => {
    const source = `source: { repoURL: https://cloudnative-pg.github.io/charts, chart: cluster, targetRevision: 0.8.1 }`
    const text = named(set(git('dbs/*'), 'x')).replace(/source: .*/, source)
    expect(await told({ ...files, 'argocd/set.yaml': text })).toEqual([
      expect.stringMatching(
        /^argocd\/set\.yaml:13: path is `dbs\/\*`, but nothing matches it, and an empty set .*\[argocd\/set-generates\]$/,
      ),
    ])
  })
})

describe('the head of a manifest in a folder that is synced', () => {
  test.each([
    ['kind: Cluster', 'knd: Cluster', 2, 'unknown field `knd`, and kind is not set, but must be'],
    ['apiVersion:', 'apiVersin:', 1, 'unknown field `apiVersin`, and apiVersion is not set, but must be'],
    ['kind: Cluster\n', '', 1, 'kind is not set, but must be'],
  ])('that has no %s is reported', async (from, to, line, message) => {
    const wrong = cluster('stock').replace(from, to)
    const files = { 'argocd/a.yaml': application('orders', 'pg'), 'pg/orders.yaml': cluster('orders'), 'pg/stock.yaml': wrong }
    expect(await told(files)).toEqual([`pg/stock.yaml:${line}: ${message} [schema/kind]`])
  })
})

describe('a misspelt', () => {
  const ok = application('orders', 'pg/orders')
  const files = { 'pg/orders/cluster.yaml': cluster('orders') }
  test.each([
    ['kind of an Application', ok.replace('kind: Application', 'kind: application'), 2],
    [
      'kind of a set',
      set('    - list: { elements: [{ name: orders }] }', 'pg/orders').replace('kind: ApplicationSet', 'kind: Applicationset'),
      2,
    ],
    ['version of an Application', ok.replace('v1alpha1', 'v1'), 1],
    ['group of an Application', ok.replace('argoproj.io', 'argoprj.io'), 1],
  ])('%s is refused', async (_what, text, line) => {
    expect(await told({ ...files, 'argocd/a.yaml': text })).toEqual([
      expect.stringMatching(`^argocd/a.yaml:${line}: .* \\[schema/kind\\]$`),
    ])
  })
  test.each([
    ['kind of a Cluster', cluster('orders').replace('kind: Cluster', 'kind: cluster'), 2],
    ['version of a Cluster', cluster('orders').replace('/v1', '/v1beta1'), 1],
    ['group of a Cluster', cluster('orders').replace('postgresql.cnpg.io', 'postgres.cnpg.io'), 1],
  ])('%s is refused', async (_what, text, line) => {
    expect(await told({ 'argocd/a.yaml': ok, 'pg/orders/cluster.yaml': text })).toEqual([
      expect.stringMatching(`^pg/orders/cluster.yaml:${line}: .* \\[schema/kind\\]$`),
    ])
  })
  test('kind is not one of another program', async () => {
    const rollout = 'apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: { name: a }\n'
    const app = 'apiVersion: app.k8s.io/v1beta1\nkind: Application\nmetadata: { name: a }\nspec: { descriptor: { type: a } }\n'
    const capi = 'apiVersion: cluster.x-k8s.io/v1beta1\nkind: Cluster\nmetadata: { name: a }\n'
    expect(await told({ 'a/rollout.yaml': rollout, 'a/app.yaml': `# argoproj.io\n${app}`, 'a/capi.yaml': `# cnpg.io\n${capi}` })).toEqual(
      [],
    )
  })
})

describe('the chart in a folder', () => {
  const template = cluster('{{ .Release.Name }}')
  test.each([
    ['has a name and a version', 'apiVersion: v2\nname: own\nversion: 1.0.0\n', []],
    [
      'has no name',
      'apiVersion: v2\nnmae: own\nversion: 1.0.0\n',
      [expect.stringMatching(/^own\/Chart\.yaml:2: name of the chart is not set/)],
    ],
    ['has no version', 'apiVersion: v2\nname: own\n', [expect.stringMatching(/^own\/Chart\.yaml:1: version of the chart is not set/)]],
    ['is no YAML', 'apiVersion: v2\nname: [own\nversion: 1.0.0\n', [expect.stringMatching(/^own\/Chart\.yaml:2: .* \[yaml\/syntax\]$/)]],
  ])('%s', async (_what, head, expected) => {
    const files = { 'own/Chart.yaml': head, 'own/templates/cluster.yaml': template }
    expect(await told({ ...files, 'argocd/a.yaml': application('orders', 'own'), 'argocd/b.yaml': application('stock', 'own') })).toEqual(
      expected,
    )
  })
})
