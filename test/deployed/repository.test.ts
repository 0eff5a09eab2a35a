// Is what Argo CD deploys judged in a repository without any settings of ours?
import { afterEach, describe, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const open: { remove(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.remove()
})

function repository(files: Readonly<Record<string, string>>, origin?: string) {
  const opened = openFiles(files, origin)
  open.push(opened)
  return opened
}

const url = 'https://github.com/acme/infra.git'
const chart = '    repoURL: https://cloudnative-pg.github.io/charts\n    chart: cluster\n    targetRevision: 0.8.1\n'
const head = (name: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: ${name} }
`
const sized = 'cluster:\n  storage:\n    size: 10Gi\n'
const withFiles = (name: string, ...paths: string[]): string =>
  `${head(name)}  sources:\n    - repoURL: https://cloudnative-pg.github.io/charts\n      chart: cluster\n      targetRevision: 0.8.1\n      helm:\n        valueFiles:\n${paths.map((path) => `          - $values/${path}\n`).join('')}    - { repoURL: ${url}, targetRevision: main, ref: values }\n`

describe('an Application', () => {
  test('with inline values is judged at their lines', async () => {
    const inline = `${head('orders')}  source:\n${chart}    helm:\n      values: |\n        cluster:\n          instances: 0\n          walStorge: {}\n`
    const { told } = repository({ 'argocd/orders.yaml': inline })
    expect(await told()).toEqual([
      'argocd/orders.yaml:14: cluster.instances is 0, but must be at least 1 [schema/minimum]',
      'argocd/orders.yaml:15: unknown key `walStorge` in `cluster` [values/known-keys]',
    ])
  })
  test('with a values object is judged at its lines, and its nulls never reach Helm', async () => {
    const object = `${head('orders')}  source:\n${chart}    helm:\n      valuesObject:\n        cluster:\n          instances: 0\n          storage: null\n`
    const { told } = repository({ 'argocd/orders.yaml': object })
    expect(await told()).toContain('argocd/orders.yaml:14: cluster.instances is 0, but must be at least 1 [schema/minimum]')
  })
  test('with parameters is judged at each of them, which win over files', async () => {
    const text = `${head('orders')}  source:\n${chart}    helm:\n      values: "cluster: {instances: 2}"\n      parameters:\n        - { name: cluster.instances, value: "0" }\n`
    const { told } = repository({ 'argocd/orders.yaml': text })
    expect(await told()).toEqual(['argocd/orders.yaml:14: cluster.instances is 0, but must be at least 1 [schema/minimum]'])
  })
  test('whose parameter Helm refuses is an error at the parameter', async () => {
    const text = `${head('orders')}  source:\n${chart}    helm:\n      values: "cluster: {instances: 2}"\n      parameters:\n        - { name: cluster.instances.x, value: "0" }\n`
    const { told } = repository({ 'argocd/orders.yaml': text })
    expect(await told()).toContainEqual(
      expect.stringMatching(/^argocd\/orders\.yaml:14: parameter is refused by Helm: .*\[argocd\/parameter\]$/),
    )
  })
  test('that skips the validation of its schema has none that refuses a value', async () => {
    const values =
      '      values: |\n        backups:\n          retentionPolicy: 30\n        cluster:\n          enablePDB: false\n          instances: 1\n'
    const told = async (more: string): Promise<readonly string[]> =>
      repository({ 'argocd/orders.yaml': `${head('orders')}  source:\n${chart}    helm:\n${more}${values}` }).told()
    expect(await told('')).toContainEqual(expect.stringContaining('[values/chart-schema]'))
    expect(await told('      skipSchemaValidation: true\n')).not.toContainEqual(expect.stringContaining('[values/chart-schema]'))
  })
  test('reads its value files in order, whatever the address of the repository is spelt like', async () => {
    const files = { 'argocd/orders.yaml': withFiles('orders', 'values/base.yaml', 'values/orders.yaml') }
    const { told, run } = repository(
      { ...files, 'values/base.yaml': sized, 'values/orders.yaml': 'cluster:\n  instances: two\n' },
      'git@github.com:acme/infra.git',
    )
    expect(await told()).toEqual([expect.stringMatching(/^values\/orders\.yaml:2: cluster\.instances is .*two/)])
    expect((await run('explain', 'orders', 'cluster.storage.size')).stdout).toContain('values/base.yaml:3')
  })
  test('of a repository without a remote names it by the files that are there', async () => {
    const { told } = repository({
      'argocd/orders.yaml': withFiles('orders', 'values/orders.yaml'),
      'values/orders.yaml': 'cluster:\n  instances: 0\n',
    })
    expect(await told()).toEqual(['values/orders.yaml:2: cluster.instances is 0, but must be at least 1 [schema/minimum]'])
  })
  test('of a repository that was cloned from a folder names it by the files that are there', async () => {
    const files = { 'argocd/orders.yaml': withFiles('orders', 'values/orders.yaml'), 'values/orders.yaml': 'cluster:\n  instances: 0\n' }
    const { told } = repository(files, '/srv/mirror/infra.git')
    expect(await told()).toEqual(['values/orders.yaml:2: cluster.instances is 0, but must be at least 1 [schema/minimum]'])
  })
  test('of a fork is judged by the files that are there, which is said', async () => {
    const files = { 'argocd/orders.yaml': withFiles('orders', 'values/orders.yaml'), 'values/orders.yaml': 'cluster:\n  instances: 0\n' }
    const { told } = repository(files, 'git@github.com:somebody/infra.git')
    expect(await told()).toEqual([
      'argocd/orders.yaml:14: this checkout of git@github.com:somebody/infra.git is taken for this repository, whose paths it has [argocd/assumed-address]',
      'values/orders.yaml:2: cluster.instances is 0, but must be at least 1 [schema/minimum]',
    ])
    // another repository that has a path of the same name is no fork
    const other = repository(files, 'git@github.com:acme/argocd.git')
    expect(await other.told()).toEqual([expect.stringContaining('orders is not judged')])
  })
  test('of a fork is compared with its base', async () => {
    const files = { 'argocd/orders.yaml': withFiles('orders', 'values/orders.yaml'), 'values/orders.yaml': sized }
    const { told, edit } = repository(files, 'git@github.com:somebody/infra.git')
    edit('values/orders.yaml', '10Gi', '8Gi')
    expect(await told('--base', 'HEAD')).toContainEqual(expect.stringContaining('[changes/storage-grows]'))
  })
  test('of a repository that is not checked out is reported, and judged where a checkout is given', async () => {
    const files = { 'argocd/orders.yaml': withFiles('orders', 'values/orders.yaml') }
    const { told, run } = repository(files, 'https://github.com/acme/argocd.git')
    const other = repository({ 'values/orders.yaml': 'cluster:\n  instances: 0\n' })
    expect(await told()).toEqual([
      expect.stringContaining('orders is not judged: orders: $values/values/orders.yaml is in https://github.com/acme/infra.git'),
    ])
    expect((await run('check')).stderr).toContain('nothing was judged; 0 databases checked')
    const [found] = await told('--checkout', `${url}=${other.root}`)
    expect(found).toContain('values/orders.yaml:2: cluster.instances is 0')
  })
  test('that syncs plain manifests is judged by its Clusters', async () => {
    const source = `  source: { repoURL: ${url}, targetRevision: main, path: pg }\n`
    const cluster =
      'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: orders }\nspec:\n  instances: 0\n  storage: { size: 1Gi }\n'
    const { told, run } = repository({ 'argocd/orders.yaml': `${head('orders')}${source}`, 'pg/cluster.yaml': cluster }, url)
    expect(await told()).toEqual(['pg/cluster.yaml:5: spec.instances is 0, but must be at least 1 [schema/minimum]'])
    expect((await run('list')).stdout).toMatch(/^orders +orders +orders +manifests/m)
  })
  test('is passed over where the kustomization beside it names it in a comment alone, which is said', async () => {
    const files = {
      'apps/kustomization.yaml': '# root.yaml is applied by hand\nresources:\n  - used.yaml\n  # - gone.yaml\n',
      'apps/gone.yaml': `${head('gone')}  source: { repoURL: ${url}, targetRevision: main, path: gone }\n`,
      'apps/used.yaml': `${head('used')}  source:\n${chart}    helm: { values: "cluster: { instances: 0 }" }\n`,
      'apps/root.yaml': `${head('root')}  source:\n${chart}    helm: { values: "cluster: { instances: -1 }" }\n`,
    }
    const { told, edit } = repository(files, url)
    const others = [expect.stringContaining('instances is -1'), expect.stringContaining('instances is 0')]
    expect(await told()).toEqual([
      'apps/gone.yaml:2: this Application is passed over: the kustomization beside it names its file in a comment [argocd/not-computed]',
      ...others,
    ])
    edit('apps/kustomization.yaml', '# - gone', '- gone')
    expect(await told()).toEqual([expect.stringContaining('there is no such folder [argocd/path-exists]'), ...others])
  })
  test('in a file that git does not track is passed over, which is said', async () => {
    const deployed = (name: string): string => `${head(name)}  source:\n${chart}    helm: { values: "cluster: { instances: 0 }" }\n`
    const { told, put, git } = repository({ 'apps/old.yaml': deployed('old'), '.gitignore': '/scratch/\n' }, url)
    const known = expect.stringContaining('instances is 0')
    put('scratch/mine.yaml', deployed('scratch'))
    put('notes.yaml', 'kind: Note\n')
    expect(await told()).toEqual([known])
    put('new/app.yaml', deployed('new'))
    put('new/other.yaml', deployed('other'))
    expect(await told()).toEqual([
      known,
      'new/app.yaml:2: this manifest (and 1 more) is passed over: git does not track its file [argocd/not-computed]',
    ])
    // what is not staged is no part of a commit
    expect(await told('--staged')).toEqual([known])
    git('add', 'new')
    expect(await told()).toEqual([known, known, known])
  })
  test('of a folder with a file that git does not track is judged with it', async () => {
    const source = `  source: { repoURL: ${url}, targetRevision: main, path: pg }\n`
    const one = (name: string): string =>
      `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: ${name} }\nspec:\n  instances: 0\n  storage: { size: 1Gi }\n`
    const { told, put } = repository({ 'argocd/orders.yaml': `${head('orders')}${source}`, 'pg/one.yaml': one('one') }, url)
    put('pg/two.yaml', one('two'))
    expect(await told()).toEqual([expect.stringContaining('pg/one.yaml:5'), expect.stringContaining('pg/two.yaml:5')])
  })
  test('that syncs a List is judged at the lines of its items', async () => {
    const source = `  source: { repoURL: ${url}, targetRevision: main, path: pg }\n`
    const list =
      'apiVersion: v1\nkind: List\nitems:\n  - apiVersion: postgresql.cnpg.io/v1\n    kind: Cluster\n    metadata: { name: orders }\n    spec:\n      instnces: 2\n      instances: 0\n      storage: { size: 1Gi }\n  - apiVersion: postgresql.cnpg.io/v1\n    kind: ScheduledBackup\n    metadata: { name: daily }\n    spec: { cluster: { name: orders }, schedule: "0 0 0" }\n'
    const { told } = repository({ 'argocd/orders.yaml': `${head('orders')}${source}`, 'pg/list.yaml': list }, url)
    expect((await told()).map((line) => line.slice(0, 16))).toEqual([
      'pg/list.yaml:8: ',
      'pg/list.yaml:9: ',
      'pg/list.yaml:14:',
      'pg/list.yaml:14:',
    ])
  })
  test('leaves Clusters alone that nothing deploys, which is said', async () => {
    const source = `  source: { repoURL: ${url}, targetRevision: main, path: pg }\n`
    const cluster = (name: string): string =>
      `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: ${name}\nspec:\n  enablePDB: false\n  instances: 1\n  storage: { size: 1Gi }\n`
    const others = { 'flux/billing.yaml': cluster('billing'), 'flux/ledger.yaml': cluster('ledger') }
    const app = { 'argocd/orders.yaml': `${head('orders')}${source}`, 'pg/cluster.yaml': cluster('orders') }
    const { told, run } = repository({ ...others, ...app }, url)
    expect(await told()).toEqual([
      'flux/billing.yaml:4: Cluster billing (and 1 more) is not judged: no Application and no set that is read here deploys it [argocd/not-computed]',
    ])
    expect((await run('list')).stderr).toContain(
      'flux/ledger.yaml:4: ledger is not listed: no Application and no set that is read here deploys it',
    )
    expect(await repository(others, url).told()).toEqual([
      'flux/billing.yaml:4: no Application and no set here deploys Cluster billing (and 1 more), so that nothing was checked [discover/any-database]',
    ])
  })
  test.each(['examples/pg', 'tests', '.argocd/pg'])('of %s is judged, and what nobody names there is said', async (folder) => {
    const cluster = (name: string): string =>
      `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: ${name} }\nspec:\n  enablePDB: false\n  instances: 0\n  storage: { size: 1Gi }\n`
    const source = (path: string): string => `  source: { repoURL: ${url}, targetRevision: main, path: ${path} }\n`
    const files = {
      'argocd/root.yaml': `${head('root')}${source(`${folder}/apps`)}`,
      [`${folder}/apps/orders.yaml`]: `${head('orders')}${source(`${folder}/db`)}`,
      [`${folder}/db/cluster.yaml`]: cluster('orders'),
      'docs/cluster.yaml': cluster('sample'),
      'docs/more.yaml': cluster('more'),
    }
    const { told } = repository(files, url)
    const tried = 'is passed over: no Application here names what is in tests, examples, archives and documents [argocd/not-computed]'
    expect((await told()).sort()).toEqual(
      [
        `${folder}/db/cluster.yaml:6: spec.instances is 0, but must be at least 1 [schema/minimum]`,
        `docs/cluster.yaml:1: this manifest (and 1 more) ${tried}`,
      ].sort(),
    )
    expect(await told('--apps', 'docs')).toEqual([expect.stringContaining('deploys Cluster sample (and 1 more), so that')])
  })
  test('with a chart of the repository is judged by that chart, and blamed in its values', async () => {
    const template =
      'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: {{ .Release.Name }} }\nspec:\n  instances: {{ .Values.instances }}\n  storage: { size: 1Gi }\n'
    const files = {
      'argocd/orders.yaml': `${head('orders')}  source:\n    repoURL: ${url}\n    path: mychart\n    helm: { valueFiles: [values-prd.yaml] }\n`,
      'mychart/Chart.yaml': 'apiVersion: v2\nname: mychart\nversion: 1.0.0\n',
      'mychart/values.yaml': 'instances: 1\n',
      'mychart/values-prd.yaml': 'instances: 0\nunread: 1\n',
      'mychart/templates/cluster.yaml': template,
    }
    const { told } = repository(files, url)
    expect(await told()).toEqual([
      'mychart/values-prd.yaml:1: instances is 0, but must be at least 1 [schema/minimum]',
      'mychart/values-prd.yaml:2: unknown key `unread` [values/known-keys]',
    ])
  })
  test('with a chart of several Clusters may use a name once for each, and in each namespace', async () => {
    const secret = (namespace: string): string =>
      `---\napiVersion: v1\nkind: Secret\nmetadata: { name: login${namespace === '' ? '' : `, namespace: ${namespace}`} }\n`
    const cluster = (name: string): string =>
      `---\napiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: ${name} }\nspec: { instances: 1, enablePDB: false, storage: { size: 1Gi } }\n---\napiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata: { name: ${name}-app }\nspec: { name: app, owner: app, cluster: { name: ${name} } }\n`
    const files = {
      'argocd/orders.yaml': `${head('orders')}  source: { repoURL: ${url}, path: own }\n`,
      'own/Chart.yaml': 'apiVersion: v2\nname: own\nversion: 1.0.0\n',
      'own/templates/all.yaml': `${cluster('one')}${cluster('two')}${secret('')}${secret('elsewhere')}`,
    }
    const { told, edit } = repository(files, url)
    expect(await told()).toEqual([])
    edit('own/templates/all.yaml', 'namespace: elsewhere', 'namespace: orders')
    expect(await told()).toEqual([expect.stringContaining('[argocd/object-once]')])
  })
  test('with a chart that takes another one of the repository is judged with that one', async () => {
    const template =
      'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: db }\nspec:\n  instances: {{ .Values.instances }}\n  storage: { size: 1Gi }\n'
    const files = {
      'argocd/orders.yaml': `${head('orders')}  source: { repoURL: ${url}, path: apps/orders }\n`,
      'apps/orders/Chart.yaml':
        'apiVersion: v2\nname: orders\nversion: 1.0.0\ndependencies:\n  - { name: db, version: 1.0.0, repository: file://../../charts/db }\n  - { name: web, version: 2.0.0, repository: https://example.com/charts }\n',
      'apps/orders/values.yaml': 'db:\n  instances: 0\n',
      'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
      'charts/db/templates/cluster.yaml': template,
    }
    const { told } = repository(files, url)
    expect(await told()).toEqual([
      'apps/orders/Chart.yaml:6: the chart is judged without web 2.0.0, which is not here [argocd/chart-whole]',
      expect.stringMatching(/^apps\/orders\/values\.yaml:2: db\.instances is 0, but must be at least 1/),
    ])
  })
  test.each(['one', 'two'])('of an umbrella chart with aliases is judged by each of them: %s', async (alias) => {
    const dependency = (name: string): string =>
      `  - { name: pg, alias: ${name}, version: 0.1.0, repository: https://charts.example.com }\n`
    const files = {
      'argocd/a.yaml': `${head('a')}  source:\n    repoURL: ${url}\n    targetRevision: main\n    path: umbrella\n    helm:\n      valuesObject:\n        ${alias}:\n          instnces: 3\n        pg: {}\n`,
      'umbrella/Chart.yaml': `apiVersion: v2\nname: umbrella\nversion: 0.1.0\ndependencies:\n${dependency('one')}${dependency('two')}`,
      'umbrella/values.yaml': `unread: 1\n${alias}:\n  instances: 3\n  strage: 1Gi\n`,
      'umbrella/charts/pg/Chart.yaml': 'apiVersion: v2\nname: pg\nversion: 0.1.0\n',
      'umbrella/charts/pg/values.yaml': 'instances: 1\nstorage: 1Gi\ndocumented: 1\n',
      'umbrella/charts/pg/templates/pg.yaml':
        'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: "{{ .Release.Name }}-{{ .Chart.Name }}" }\nspec:\n  instances: {{ .Values.instances }}\n  enablePDB: false\n  storage: { size: {{ .Values.storage }} }\n',
    }
    expect(await repository(files, url).told()).toEqual([
      `argocd/a.yaml:14: unknown key \`instnces\` in \`${alias}\` [values/known-keys]`,
      'argocd/a.yaml:15: unknown key `pg` [values/known-keys]',
      'umbrella/values.yaml:1: unknown key `unread` [values/known-keys]',
      `umbrella/values.yaml:4: unknown key \`strage\` in \`${alias}\` [values/known-keys]`,
    ])
  })
  test('with a chart that is published from here is judged by that folder', async () => {
    const files = {
      'argocd/orders.yaml': `${head('orders')}  source: { repoURL: ghcr.io/acme/charts, chart: orders, targetRevision: 1.2.0, helm: { values: "instances: 0" } }\n`,
      'charts/orders/Chart.yaml': 'apiVersion: v2\nname: orders\nversion: 1.2.0\n',
      'charts/orders/templates/cluster.yaml':
        'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: db }\nspec:\n  instances: {{ .Values.instances }}\n  storage: { size: 1Gi }\n',
    }
    const { told, put } = repository(files, url)
    expect(await told()).toEqual([expect.stringMatching(/^argocd\/orders\.yaml:7: instances is 0, but must be at least 1/)])
    put('charts/orders/Chart.yaml', 'apiVersion: v2\nname: orders\nversion: 1.3.0\n')
    expect(await told()).toEqual([
      expect.stringContaining('orders is not judged: chart orders 1.2.0 is not here, and charts/orders holds 1.3.0'),
    ])
  })
  test.each([
    ['names the group alone', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { group: postgresql.cnpg.io }\n'],
    [
      'makes a catalogue of images',
      'apiVersion: postgresql.cnpg.io/v1\nkind: ImageCatalog\nmetadata: { name: a }\nspec:\n  images: [{ major: 16, image: "a:16" }]\n',
    ],
  ])('with a chart that %s is no database', async (_what, template) => {
    const { run } = repository(
      {
        'argocd/a.yaml': `${head('a')}  source: { repoURL: ${url}, targetRevision: main, path: charts/a }\n`,
        'charts/a/Chart.yaml': 'apiVersion: v2\nname: a\nversion: 0.1.0\n',
        'charts/a/templates/a.yaml': template,
        'argocd/billing.yaml': `${head('billing')}  source:\n${chart}    helm: { valuesObject: { cluster: { instances: 3 } } }\n`,
      },
      url,
    )
    expect((await run('list')).stderr).toBe('1 database\n')
  })
  test('without a chart that is here is one error at the pin', async () => {
    const { told } = repository({ 'argocd/orders.yaml': `${head('orders')}  source:\n${chart.replace('0.8.1', '0.3.1')}` })
    expect(await told()).toEqual([
      expect.stringMatching(/^argocd\/orders\.yaml:10: chart cluster 0\.3\.1 is neither in the repository nor in a cache/),
    ])
  })
  test('with a range of versions is judged as the newest that fits, which is said', async () => {
    const { told } = repository({ 'argocd/orders.yaml': `${head('orders')}  source:\n${chart.replace('0.8.1', '0.8.x')}` })
    expect(await told()).toEqual([
      expect.stringMatching(
        /^argocd\/orders\.yaml:10: chart cluster is a range, 0\.8\.x, and is judged as 0\.8\.1.*\[argocd\/assumed-version\]$/,
      ),
    ])
  })
})

describe('the operator', () => {
  test('is the one that an Application installs', async () => {
    const operator = `${head('cloudnative-pg')}  source:\n    repoURL: https://cloudnative-pg.github.io/charts\n    chart: cloudnative-pg\n    targetRevision: 0.27.1\n`
    const { run } = repository({ 'argocd/orders.yaml': `${head('orders')}  source:\n${chart}`, 'argocd/operator.yaml': operator })
    expect((await run('check')).stderr).toContain('1 database checked against CloudNativePG 1.28.1')
  })
})

describe('a set', () => {
  const ignored =
    'argocd/set.yaml:26: ignoreMissingValueFiles is true, but a database whose file is gone would be changed to the defaults [argocd/missing-files-ignored]'
  const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: dbs, namespace: argocd }
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators:
    - matrix:
        generators:
          - list: { elements: [{ env: dev }, { env: prd }] }
          - git:
              repoURL: ${url}
              revision: main
              files: [{ path: databases/*/*.yaml }]
  template:
    metadata: { name: '{{ .path.basename }}-{{ trimSuffix ".yaml" .path.filename }}-{{ .env }}' }
    spec:
      project: default
      destination: { server: https://kubernetes.default.svc, namespace: '{{ .path.basename }}-{{ .env }}' }
      sources:
        - repoURL: https://cloudnative-pg.github.io/charts
          chart: cluster
          targetRevision: 0.8.1
          helm:
            ignoreMissingValueFiles: true
            valueFiles:
              - $values/{{ .path.path }}/{{ .path.filename }}
              - $values/{{ .path.path }}/{{ trimSuffix ".yaml" .path.filename }}-{{ .env }}.yaml
            values: |
              cluster:
                additionalLabels:
                  env: {{ .env }}
        - { repoURL: ${url}, targetRevision: main, ref: values }
`
  test('makes one database for each Application, each with its layers', async () => {
    const { run, told } = repository(
      { 'argocd/set.yaml': set, 'databases/orders/main.yaml': sized, 'databases/billing/main.yaml': sized },
      url,
    )
    expect(await told()).toEqual([ignored])
    const { databases } = JSON.parse((await run('list', '--format', 'json')).stdout) as {
      databases: { id: string; set: string; layers: { role: string; file: string; line?: number }[] }[]
    }
    expect(databases.map(({ id }) => id)).toEqual(['billing-main-dev', 'billing-main-prd', 'orders-main-dev', 'orders-main-prd'])
    expect(databases[2]).toMatchObject({
      set: 'dbs',
      layers: [
        { role: 'value-file', file: 'databases/orders/main.yaml' },
        { role: 'inline', file: 'argocd/set.yaml', line: 31 },
      ],
    })
  })
  test('takes an override for a database, which is reported', async () => {
    const files = { 'databases/orders/main.yaml': sized, 'databases/orders/main-dev.yaml': sized }
    const { told } = repository({ 'argocd/set.yaml': set, ...files }, url)
    expect(await told()).toEqual([
      'argocd/set.yaml:8: Application orders-main-dev-dev (and 1 more) is made of …es/orders/main-dev.yaml, but that overrides main.yaml elsewhere [argocd/phantom-database]',
      ignored,
    ])
  })
  test('that only the cluster can compute is judged by its template, which is said', async () => {
    const clusters = set.replace(/    - matrix:[^]*?  template:/, '    - clusters: {}\n  template:')
    const { told, run } = repository({ 'argocd/set.yaml': clusters }, url)
    expect(await told()).toContainEqual(
      expect.stringContaining('dbs is judged in part: what its generator `clusters` finds is only known to the cluster'),
    )
    expect((await run('list')).stderr).toContain('argocd/set.yaml:3: dbs is not listed')
  })
})

describe('a change', () => {
  test('of values is compared with the base', async () => {
    const { edit, told, run } = repository({ 'argocd/orders.yaml': withFiles('orders', 'orders.yaml'), 'orders.yaml': sized }, url)
    edit('orders.yaml', '10Gi', '9Gi')
    expect(await told('--base', 'HEAD')).toEqual([
      'orders.yaml:3: size of storage shrinks from 10Gi to 9Gi, but volumes can only grow [changes/storage-grows]',
    ])
    expect((await run('plan', '--base', 'HEAD')).stdout).toContain('orders: changed, refused')
  })
  test('of values here is compared, whatever another checkout holds', async () => {
    const files = {
      'argocd/orders.yaml': withFiles('orders', 'orders.yaml')
        .replace('releaseName', 'x')
        .replace('    - { repoURL', '        values: "cluster: {storage: {size: 10Gi}}"\n    - { repoURL'),
    }
    const { edit, told, run } = repository(files, 'https://github.com/acme/argocd.git')
    const other = repository({ 'orders.yaml': 'cluster:\n  instances: 2\n' })
    edit('argocd/orders.yaml', '10Gi', '9Gi')
    const flags = ['--base', 'HEAD', '--checkout', `${url}=${other.root}`]
    expect(await told(...flags)).toEqual([expect.stringContaining('size of storage shrinks from 10Gi to 9Gi')])
    expect((await run('check', ...flags)).stderr).toContain('is read as it is on disk, and was not compared')
  })
  test('of another database touches none but that one', async () => {
    const files = {
      'argocd/a.yaml': withFiles('a', 'a.yaml'),
      'argocd/b.yaml': withFiles('b', 'b.yaml'),
      'a.yaml': sized,
      'b.yaml': 'cluster:\n  instances: 0\n',
    }
    const { edit, git, run, told } = repository(files, url)
    edit('a.yaml', '10Gi', '11Gi')
    git('add', '--all')
    expect(await told('--staged', '--changed')).toEqual([])
    expect((await run('check', '--staged', '--changed')).stderr).toContain('1 of 2 databases checked')
  })
  test('of the release name makes a new, empty database', async () => {
    const { edit, told } = repository(
      { 'argocd/orders.yaml': `${head('orders')}  source:\n${chart}    helm: { releaseName: orders }\n` },
      url,
    )
    edit('argocd/orders.yaml', 'releaseName: orders', 'releaseName: order')
    expect(await told('--base', 'HEAD')).toEqual([expect.stringMatching(/^argocd\/orders\.yaml:11: .*\[changes\/cluster-name-stays\]$/)])
  })
})

describe('nothing is passed over', () => {
  test('a file of Argo CD that is no YAML', async () => {
    const files = {
      'argocd/ok.yaml': `${head('ok')}  source:\n${chart}`,
      'argocd/orders.yaml': `${head('orders')}  source:\n${chart}    helm: { values: "x"\n`,
    }
    expect(await repository(files).told()).toEqual([expect.stringMatching(/^argocd\/orders\.yaml:\d+: .*\[yaml\/syntax\]$/)])
  })
  test('a manifest that is no YAML, in a folder that is synced', async () => {
    const source = `  source: { repoURL: ${url}, targetRevision: main, path: pg }\n`
    const files = {
      'argocd/orders.yaml': `${head('orders')}${source}`,
      'pg/a.yaml': 'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nspec: {a: [\n',
    }
    expect(await repository(files, url).told()).toContainEqual(expect.stringMatching(/^pg\/a\.yaml:3: .*\[yaml\/syntax\]$/))
  })
  test('an umbrella chart whose `cluster` is not here', async () => {
    const files = {
      'argocd/ok.yaml': `${head('ok')}  source:\n${chart}`,
      'argocd/orders.yaml': `${head('orders')}  source: { repoURL: ${url}, path: orders }\n`,
      'orders/Chart.yaml':
        'apiVersion: v2\nname: orders\nversion: 1.0.0\ndependencies:\n  - { name: cluster, version: 0.3.1, repository: https://cloudnative-pg.github.io/charts }\n',
    }
    expect(await repository(files, url).told()).toEqual([
      expect.stringContaining('orders takes the chart cluster 0.3.1, which is not here'),
    ])
  })
  test('a chart `cluster` of an address that is not known', async () => {
    const files = {
      'argocd/ok.yaml': `${head('ok')}  source:\n${chart}`,
      'argocd/orders.yaml': `${head('orders')}  source:\n${chart.replace('github.io/charts', 'github.io/other')}`,
    }
    expect(await repository(files).told()).toEqual([expect.stringContaining('of an address that is not known')])
  })
  test('the settings of the index, and the checkouts that they name', async () => {
    const { put, git, run } = repository({ 'argocd/orders.yaml': withFiles('orders', 'orders.yaml') }, 'https://github.com/acme/argocd.git')
    const other = repository({ 'orders.yaml': 'cluster:\n  instances: 0\n' })
    put('cnpg-values.yaml', `checkouts: { "${url}": "${other.root}" }\n`)
    git('add', '--all')
    expect((await run('check', '--staged')).stdout).toContain('cluster.instances is 0')
  })
})

describe('as Helm reads it', () => {
  const own = (values: string): Record<string, string> => ({
    'mychart/Chart.yaml': 'apiVersion: v2\nname: mychart\nversion: 1.0.0\n',
    'mychart/values.yaml': values,
    'mychart/templates/c.yaml':
      '{{ range .Values.dbs }}\n---\napiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: {{ .name | default "none" }} }\nspec:\n  instances: {{ .instances | default 1 }}\n  storage: { size: 1Gi }\n{{ end }}\n',
  })
  const clustersOf = async (opened: ReturnType<typeof repository>): Promise<string[]> => {
    const { databases } = JSON.parse((await opened.run('list', '--format', 'json')).stdout) as {
      databases: { objects: { name: string }[] }[]
    }
    return databases.flatMap(({ objects }) => objects.map(({ name }) => name))
  }
  test('a parameter of a list knows nothing of the defaults of the chart', async () => {
    const source = `  source: { repoURL: ${url}, path: mychart, helm: { parameters: [{ name: "dbs[0].instances", value: "5" }] } }\n`
    expect(
      await clustersOf(repository({ 'argocd/a.yaml': `${head('a')}${source}`, ...own('dbs: [{ name: one }, { name: two }]\n') }, url)),
    ).toEqual(['none'])
  })
  test('inline values are one map', async () => {
    const inline = (values: string): string => `${head('orders')}  source:\n${chart}    helm:\n      values: |\n${values}`
    expect(await repository({ 'argocd/a.yaml': inline('        - a\n') }).told()).toEqual([expect.stringMatching(/\[yaml\/root-map\]$/)])
    const two = inline('        cluster: {}\n        ---\n        cluster: {}\n')
    expect(await repository({ 'argocd/a.yaml': two }).told()).toEqual([expect.stringMatching(/\[yaml\/one-document\]$/)])
  })
  test('a List holds Applications', async () => {
    const item = `${head('orders')}  source:\n${chart}`.split('\n').map((line, at) => `${at === 0 ? '  - ' : '    '}${line}`.trimEnd())
    expect(await clustersOf(repository({ 'argocd/a.yaml': `apiVersion: v1\nkind: List\nitems:\n${item.join('\n')}\n` }))).toContain(
      'orders-cluster',
    )
  })
  test('one chart under two names, of which each release has another one', async () => {
    const files = {
      ...own('dbs: [{ name: db }]\n'),
      'umb/Chart.yaml':
        'apiVersion: v2\nname: umb\nversion: 1.0.0\ndependencies:\n  - { name: mychart, alias: main, version: 1.0.0, repository: file://../mychart, condition: main.enabled }\n  - { name: mychart, alias: spare, version: 1.0.0, repository: file://../mychart, condition: spare.enabled }\n',
      'umb/values.yaml': 'main: { enabled: false }\nspare: { enabled: false }\n',
      'argocd/a.yaml': `${head('a')}  source: { repoURL: ${url}, path: umb, helm: { values: "main: {enabled: true}" } }\n`,
      'argocd/b.yaml': `${head('b')}  source: { repoURL: ${url}, path: umb, helm: { values: "spare: {enabled: true}" } }\n`,
    }
    expect(await clustersOf(repository(files, url))).toEqual(['db', 'db'])
  })
})

describe('without databases', () => {
  test('there is an error, never a silent success', async () => {
    const { run } = repository({ 'README.md': 'nothing\n' })
    const { code, stdout } = await run('check')
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringContaining('no Application and no set here deploys a database of CloudNativePG'),
    })
  })
  test('nothing is generated', async () => {
    const { run } = repository({ 'argocd/orders.yaml': `${head('orders')}  source:\n${chart}` })
    const { code, stdout, stderr } = await run('render')
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('nothing is generated here') })
  })
})

describe('the settings', () => {
  test('may be a file of their own, where nothing but what is known better has to stand', async () => {
    const { run } = repository({
      'argocd/orders.yaml': `${head('orders')}  source:\n${chart}`,
      'cnpg-values.yaml': 'operator: { version: "1.28.4" }\n',
    })
    expect((await run('check')).stderr).toContain('checked against CloudNativePG 1.28.4')
  })
  test('of somebody else in apps/values.yaml are left alone', async () => {
    const { told } = repository({
      'argocd/orders.yaml': `${head('orders')}  source:\n${chart}`,
      'apps/values.yaml': 'postgres: { host: db }\n',
    })
    expect(await told()).toEqual([])
  })
  test('that are gone while generated files are there are an error', async () => {
    const generated =
      '# Generated from databases/, helm-values/ and apps/values.yaml by cnpg-values; do not edit. Regenerate: cnpg-values render\n'
    const { told } = repository({ 'apps/values.yaml': 'a: 1\n', 'apps/templates/data/postgres-clusters.yaml': generated })
    expect(await told()).toEqual([
      'apps/values.yaml:1: `postgres` is not set, but must hold the settings of the databases [settings/schema]',
    ])
  })
})
