// Is a repository judged by the Argo CD that it installs?
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
