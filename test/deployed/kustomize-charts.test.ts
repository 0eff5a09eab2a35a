// Are databases found and judged whose chart a kustomization inflates?
import { afterEach, describe, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const open: { remove(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.remove()
})

const url = 'https://github.com/acme/infra.git'
const application = (path: string, name = 'orders'): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: shop }
  source: { repoURL: ${url}, targetRevision: main, path: ${path} }
  syncPolicy: { syncOptions: [ServerSideApply=true] }
`
const official = 'repo: https://cloudnative-pg.github.io/charts, version: 0.8.1, name: cluster'
const quiet = 'cluster:\n  enablePDB: false\n  instances: 1\n  imageName: ghcr.io/cloudnative-pg/postgresql:17.5\n'
const bad = 'cluster:\n  enablePDB: false\n  instances: 0\n  imageName: ghcr.io/cloudnative-pg/postgresql:17.5\n'

const ownChart = {
  'charts/postgres/Chart.yaml': 'apiVersion: v2\nname: postgres\nversion: 1.0.0\n',
  'charts/postgres/values.yaml': 'instances: 1\n',
  'charts/postgres/templates/cluster.yaml':
    'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: {{ .Release.Name }} }\nspec:\n  instances: {{ .Values.instances }}\n  enablePDB: false\n  storage: { size: 1Gi }\n',
}

function repository(entry: string, more = '', files: Readonly<Record<string, string>> = {}): ReturnType<typeof openFiles> {
  const base = {
    'argocd/orders.yaml': application('pg'),
    'pg/values.yaml': quiet,
    'pg/kustomization.yaml': `helmCharts:\n  - {${entry}}\n${more}`,
  }
  const opened = openFiles({ ...base, ...files }, url)
  open.push(opened)
  return opened
}

const zero = (line: number, file = 'pg/values.yaml'): string =>
  `${file}:${line}: cluster.instances is 0, but must be at least 1 [schema/minimum]`
const release = `${official}, releaseName: orders, namespace: sales`
const inline = 'valuesInline: {cluster: {instances: 0}}'

describe('the chart of a kustomization', () => {
  test('is judged with the values that it is given', async () => {
    const opened = repository(`${release}, valuesFile: values.yaml`)
    expect(await opened.told()).toEqual([])
    expect((await opened.run('list')).stdout).toMatch(/^orders +sales +orders +cluster 0\.8\.1/m)
    opened.put('pg/values.yaml', bad)
    expect(await opened.told()).toEqual([zero(3)])
  })
  test.each([
    ['over a file', `valuesFile: values.yaml, ${inline}`, [zero(2, 'pg/kustomization.yaml')]],
    ['below a file', `valuesFile: values.yaml, valuesMerge: merge, ${inline}`, []],
    ['in the place of a file', `valuesFile: bad.yaml, valuesMerge: replace, valuesInline: {cluster: {instances: 1, enablePDB: false}}`, []],
    ['below further files', `additionalValuesFiles: [values.yaml], ${inline}`, []],
    ['above none', `valuesFile: values.yaml, additionalValuesFiles: [bad.yaml]`, [zero(3, 'pg/bad.yaml')]],
  ])('takes values of its own %s', async (_what, values, expected) => {
    expect(await repository(`${release}, ${values}`, '', { 'pg/bad.yaml': bad }).told()).toEqual(expected)
  })
  test.each([
    // without a file, the chart's own values take its place
    ['below those of the chart', 'valuesMerge: merge, valuesInline: {instances: 0}', []],
    ['a null over a file', 'valuesFile: zero.yaml, valuesInline: {instances: null}', []],
    ['a null over a file that wins', 'valuesFile: null.yaml, valuesMerge: merge, valuesInline: {instances: 0}', []],
    ['a null over nothing', 'valuesInline: {instances: null}', []],
    ['files that are empty', 'additionalValuesFiles: [empty.yaml], valuesInline: {instances: 0}', [2]],
  ])('takes as kustomize merges them %s', async (_what, values, lines) => {
    const files = { 'pg/zero.yaml': 'instances: 0\n', 'pg/null.yaml': 'instances: null\n', 'pg/empty.yaml': '# none\n', ...ownChart }
    const told = await repository(`name: postgres, releaseName: orders, ${values}`, 'helmGlobals: {chartHome: ../charts}\n', files).told()
    expect(told).toEqual(lines.map((line) => `pg/kustomization.yaml:${line}: instances is 0, but must be at least 1 [schema/minimum]`))
  })
  test('is named by a template without braces, and reported where another one names it', async () => {
    const named = (name: string): ReturnType<typeof openFiles> =>
      repository(`${official}, namespace: sales, valuesFile: values.yaml, ${name}`, '')
    expect((await named('nameTemplate: billing').run('list')).stdout).toMatch(/^orders +sales +billing /m)
    expect(await named("nameTemplate: 'db-{{ randAlpha 4 | lower }}'").told()).toEqual([
      'pg/kustomization.yaml:2: orders is not judged: orders: its release is named by `nameTemplate` [argocd/not-computed]',
    ])
    expect(await named('nameTemplate: a, releaseName: b').told()).toEqual([
      "pg/kustomization.yaml:2: kustomize can't build this: its chart has `nameTemplate` beside `releaseName` [argocd/kustomization-builds]",
    ])
    expect(await named('valuesMerge: Override, releaseName: b').told()).toEqual([
      "pg/kustomization.yaml:2: kustomize can't build this: `valuesMerge` of its chart is none of merge, override and replace [argocd/kustomization-builds]",
    ])
  })
  test('is reported where its composed values are not known', async () => {
    const values = (more: string): Promise<string[]> => repository(`${release}, ${more}`, '', { 'pg/list.yaml': '[a]\n' }).told()
    expect(await values(`additionalValuesFiles: [none.yaml], ${inline}`)).toEqual([
      "pg/kustomization.yaml:2: kustomize can't build this: its chart takes pg/none.yaml, which is missing [argocd/kustomization-builds]",
    ])
    expect(await values(`additionalValuesFiles: [list.yaml], ${inline}`)).toEqual([
      'pg/kustomization.yaml:2: orders is not judged: orders: pg/list.yaml is no map of values [argocd/not-computed]',
    ])
    expect(await values(`valuesMerge: merge, ${inline}`)).toEqual([
      'pg/kustomization.yaml:2: orders is not judged: orders: `valuesMerge: merge` lets values of the chart win, which are not here [argocd/not-computed]',
    ])
  })
  test('is that of a base, in the namespace of the outermost kustomization', async () => {
    const files = {
      'pg/kustomization.yaml': 'namespace: eu\nresources: [../base]\n',
      'base/kustomization.yaml': `namespace: us\nhelmCharts:\n  - {${release}, valuesFile: values.yaml}\n`,
      'base/values.yaml': bad,
    }
    const opened = repository('', '', files)
    expect(await opened.told()).toEqual([zero(3, 'base/values.yaml')])
    expect((await opened.run('list')).stdout).toMatch(/^orders +eu +orders /m)
  })
  test('is one of the repository where it is there', async () => {
    const opened = repository(
      'name: postgres, releaseName: orders, valuesInline: {instances: 0}',
      'helmGlobals: {chartHome: ../charts}\n',
      ownChart,
    )
    expect(await opened.told()).toEqual(['pg/kustomization.yaml:2: instances is 0, but must be at least 1 [schema/minimum]'])
    expect((await opened.run('list')).stdout).toMatch(/^orders +shop +orders +postgres 1\.0\.0/m)
  })
  test('is named without a release as Helm names it', async () => {
    expect((await repository(official).run('list')).stdout).toMatch(/^orders +default +release-name /m)
  })
  test('is judged in part where something else may change what it makes', async () => {
    const patch = '{target: {kind: Cluster}, patch: "[]"}'
    const other = '{target: {kind: Deployment}, patch: "[]"}'
    const values = `${release}, valuesFile: values.yaml`
    expect(await repository(values, `patches:\n  - ${other}\n`).told()).toEqual([])
    expect(await repository(values, `patches:\n  - ${patch}\n`, { 'pg/values.yaml': bad }).told()).toEqual([
      'pg/kustomization.yaml:3: orders is judged in part: orders: what its chart makes may be changed by patches in pg/kustomization.yaml [argocd/not-computed]',
      zero(3),
    ])
    expect(await repository(values, 'namePrefix: eu-\n').told()).toEqual([expect.stringContaining('namePrefix in pg/kustomization.yaml')])
    const merge =
      'patches:\n  - patch: |\n      apiVersion: postgresql.cnpg.io/v1\n      kind: Cluster\n      metadata: {name: orders-cluster}\n      spec: {instances: 3}\n'
    expect(await repository(values, merge).told()).toEqual([expect.stringContaining('orders is judged in part')])
  })
  test('is not built where a file of its values is missing', async () => {
    expect(await repository(`${release}, valuesFile: vals.yaml`).told()).toEqual([
      "pg/kustomization.yaml:2: kustomize can't build this: its chart takes pg/vals.yaml, which is missing [argocd/kustomization-builds]",
    ])
  })
  test('takes no values of a file that is too large', async () => {
    for (const values of ['valuesFile: blob.yaml', `additionalValuesFiles: [blob.yaml], ${inline}`])
      expect(await repository(`${release}, ${values}`, '', { 'pg/blob.yaml': `a: ${'b'.repeat(1_100_000)}\n` }).told()).toEqual([
        expect.stringMatching(/^pg\/kustomization\.yaml:2: orders is not judged: orders: pg\/blob\.yaml .*\[argocd\/not-computed\]$/),
      ])
  })
  test('is inflated only if the settings of Argo CD, where they are here, say so', async () => {
    const settings = (options: string): Readonly<Record<string, string>> => ({
      'argocd/cm.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: argocd-cm\ndata:${options}\n`,
    })
    const lacking =
      "pg/kustomization.yaml:2: kustomize can't build this: helmCharts need kustomize.buildOptions: --enable-helm in argocd-cm [argocd/kustomization-builds]"
    const values = `${release}, valuesFile: values.yaml`
    const told = (options: string, more: Readonly<Record<string, string>> = {}): Promise<string[]> =>
      repository(values, '', { ...settings(options), ...more }).told()
    expect(await told(' { kustomize.buildOptions: --load-restrictor LoadRestrictionsNone }')).toEqual([lacking])
    expect(await told(' { kustomize.buildOptions: --enable-helm }')).toEqual([])
    expect(await told(' {}\n  # kustomize.buildOptions: --load-restrictor LoadRestrictionsNone')).toEqual([])
    // the rest may be elsewhere
    expect(await told(' {}')).toEqual([])
    const install = {
      'argocd/kustomization.yaml':
        'resources: [https://raw.githubusercontent.com/argoproj/argo-cd/v3.1.0/manifests/install.yaml]\npatches: [{ path: cm.yaml }]\n',
    }
    expect(await told(' {}', install)).toEqual([lacking])
  })
  test('is said not to be here where it is not', async () => {
    expect(await repository('name: cluster, repo: https://charts.example.com, version: 1.0.0, releaseName: orders', '', {}).told()).toEqual(
      [expect.stringContaining('takes a chart `cluster` of an address that is not known, and it is not here [argocd/not-computed]')],
    )
  })
  test('may be that of the operator', async () => {
    const cluster =
      'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: orders }\nspec:\n  instances: 1\n  enablePDB: false\n  storage: { size: 1Gi }\n'
    const operator = (values: string): Readonly<Record<string, string>> => ({
      'argocd/operator.yaml': application('operator', 'cnpg'),
      'operator/kustomization.yaml': `namespace: cnpg-system\nhelmCharts:\n  - name: cloudnative-pg\n    repo: https://cloudnative-pg.github.io/charts\n    version: 0.26.1\n    releaseName: cnpg\n    includeCRDs: true\n    valuesInline:\n      config: ${values}\n`,
      'pg/kustomization.yaml': 'resources: [cluster.yaml]\n',
      'pg/cluster.yaml': cluster,
    })
    const opened = repository('', '', operator('{ data: { INHERITED_LABELS: team } }'))
    expect((await opened.run('check')).stderr).toContain('checked against CloudNativePG 1.27.1\n')
    expect(await repository('', '', operator('{ clusterWide: false }')).told()).toEqual([
      expect.stringMatching(/^operator\/kustomization\.yaml:9: the operator watches cnpg-system only/),
    ])
  })
})
