// Is a repository judged by the Argo CD and the operator that it installs?
import { afterEach, describe, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const open: { remove(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.remove()
})

const url = 'https://github.com/acme/infra.git'
const head = (name: string, server = 'https://kubernetes.default.svc'): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: { name: ${name}, namespace: argocd }\nspec:\n  project: default\n  destination: { server: ${server}, namespace: ${name} }\n`
const argo = (source: string, name = 'argo-cd', server?: string): string => `${head(name, server)}  source: { ${source} }\n`
const chart = (version: string, more = ''): string =>
  argo(`repoURL: https://argoproj.github.io/argo-helm, chart: argo-cd, targetRevision: "${version}"${more}`)
/** A pattern among value files, which Argo CD reads from 3.4 on. */
const orders = `${head('orders')}  sources:
    - repoURL: https://cloudnative-pg.github.io/charts
      chart: cluster
      targetRevision: 0.8.1
      helm: { valueFiles: ['$values/v/*.yaml'] }
    - { repoURL: ${url}, targetRevision: main, ref: values }
`

function repository(files: Readonly<Record<string, string>>) {
  const opened = openFiles({ 'argocd/orders.yaml': orders, 'v/a.yaml': 'cluster: { instances: 3 }\n', ...files }, url)
  open.push(opened)
  return opened
}

const old = [expect.stringMatching(/^argocd\/orders\.yaml:11: value file is v\/\*\.yaml, but there is no such file/)]

const operator = (version: string, name = 'cnpg', server?: string): string =>
  argo(`repoURL: https://cloudnative-pg.github.io/charts, chart: cloudnative-pg, targetRevision: "${version}"`, name, server)

describe('the operator', () => {
  const plain = orders.replace('v/*.yaml', 'v/a.yaml')
  const said = async (files: Readonly<Record<string, string>>): Promise<readonly string[]> =>
    (await repository({ 'argocd/orders.yaml': plain, ...files }).told()).filter((line) => line.includes('[settings/'))

  test.each([
    ['0.26.1', []],
    ['v0.26.1', []],
    ['^0.26.1', []],
    ['0.26.x', ['chart cloudnative-pg is 0.26.x, which takes more than one operator: objects are checked as by 1.27.1, the newest']],
    ['<0.27', ['chart cloudnative-pg is <0.27, which takes more than one operator: objects are checked as by 1.27.1, the newest']],
    ['0.99.0', ['chart cloudnative-pg is 0.99.0, but which operator that installs is not known: objects are checked as by 1.30.0']],
    ['*', ['chart cloudnative-pg is *, but which operator that installs is not known: objects are checked as by 1.30.0']],
    ['>=0.20.0', ['chart cloudnative-pg is >=0.20.0, but which operator that installs is not known: objects are checked as by 1.30.0']],
    ['0.22.1', ['operator 1.24.1 is not known here: objects are checked as by 1.27.1, the nearest known release']],
  ])('of chart %s is reported where it is pinned, if it is not known', async (version, messages) => {
    const told = await said({ 'argocd/operator.yaml': operator(version) })
    expect(told).toEqual(messages.map((message) => expect.stringContaining(`argocd/operator.yaml:7: ${message}`)))
    const { stderr } = await repository({ 'argocd/orders.yaml': plain, 'argocd/operator.yaml': operator(version) }).run('check')
    expect(stderr).not.toContain('nothing here names the operator')
  })

  test.each([
    ['1.29.2', '0.26.1', '1.27.1'],
    ['1.29.2', '0.26.x', '1.27.1'],
    ['1.27.0', '0.26.x', undefined],
    ['1.27.1', '0.26.1', undefined],
    ['1.29.2', '*', undefined],
    ['1.29.2', '0.99.0', undefined],
  ])('of the settings, %s, beside chart %s', async (version, chartVersion, other) => {
    const files = { 'argocd/operator.yaml': operator(chartVersion), 'cnpg-values.yaml': `operator: { version: ${version} }\n` }
    const told = (await said(files)).filter((line) => line.includes('installed-version'))
    expect(told).toEqual(
      other === undefined ? [] : [expect.stringContaining(`cnpg-values.yaml:1: operator.version is ${version}, but ${other} is installed`)],
    )
  })

  test('that the settings name and nobody knows is reported in the settings', async () => {
    expect(await said({ 'cnpg-values.yaml': 'operator: { version: 1.99.0 }\n' })).toEqual([
      expect.stringContaining('cnpg-values.yaml:1: operator 1.99.0 is not known here'),
    ])
  })
})

describe('the Argo CD', () => {
  test.each([
    ['of a chart before 3.4', { 'argocd/argo.yaml': chart('7.7.5') }, old],
    ['of the last chart before 3.4', { 'argocd/argo.yaml': chart('9.5.11') }, old],
    ['of the first chart with 3.4', { 'argocd/argo.yaml': chart('9.5.12') }, []],
    ['of a range of charts', { 'argocd/argo.yaml': chart('7.*') }, old],
    ['of a chart that is not known', { 'argocd/argo.yaml': chart('99.0.0') }, []],
    [
      'that an image tag names',
      { 'argocd/argo.yaml': chart('10.1.1', ', helm: { valuesObject: { global: { image: { tag: v2.13.3 } } } }') },
      old,
    ],
    [
      'of an umbrella chart',
      {
        'argocd/argo.yaml': argo(`repoURL: ${url}, targetRevision: main, path: charts/argo`),
        'charts/argo/Chart.yaml':
          'apiVersion: v2\nname: argo\nversion: 1.0.0\ndependencies: [{ name: argo-cd, version: 7.7.5, repository: https://argoproj.github.io/argo-helm }]\n',
      },
      old,
    ],
    [
      'of its own repository',
      { 'argocd/argo.yaml': argo('repoURL: https://github.com/argoproj/argo-cd.git, targetRevision: v2.13.3, path: manifests/ha') },
      old,
    ],
    [
      'of install manifests',
      { 'argo/kustomization.yaml': 'resources:\n  - https://raw.githubusercontent.com/argoproj/argo-cd/v2.13.3/manifests/install.yaml\n' },
      old,
    ],
    [
      'of a remote base',
      { 'argo/kustomization.yaml': 'resources:\n  - https://github.com/argoproj/argo-cd//manifests/cluster-install?ref=v2.13.3\n' },
      old,
    ],
    [
      'of a remote base of a branch',
      { 'argo/kustomization.yaml': 'resources:\n  - https://github.com/argoproj/argo-cd//manifests/cluster-install?ref=stable\n' },
      [],
    ],
    [
      'that two clusters have in different versions is that of this one',
      {
        'argocd/argo.yaml': chart('7.7.5'),
        'argocd/other.yaml': argo(
          'repoURL: https://argoproj.github.io/argo-helm, chart: argo-cd, targetRevision: 10.1.1',
          'other',
          'https://other.example',
        ),
      },
      old,
    ],
  ])('%s decides how files are read', async (_what, files, expected) => {
    const told = await repository(files).told()
    expect(told.filter((line) => line.startsWith('argocd/orders'))).toEqual(expected)
  })
  test('of the settings wins, with a warning where another is installed', async () => {
    const files = { 'argocd/argo.yaml': chart('7.7.5'), 'cnpg-values.yaml': 'argocd: { version: "3.5.1" }\n' }
    expect(await repository(files).told()).toEqual([
      expect.stringMatching(/^cnpg-values\.yaml:1: argocd\.version is 3\.5\.1, but 2\.13 is installed.*\[settings\/installed-version\]$/),
    ])
    expect(await repository({ ...files, 'cnpg-values.yaml': 'argocd: { version: "2.13.9" }\n' }).told()).toEqual(old)
  })
})
