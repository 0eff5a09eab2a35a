// Is said where the destination or the options of an Application lead nowhere?
import { expect, test } from 'vitest'
import { ordersApplication, toldOf } from '../support/files.ts'

const application = (destination: string, source = ''): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: pay, namespace: argocd }
spec:
  project: default
  destination: { ${destination} }
  source:
    repoURL: https://github.com/acme/infra.git
    targetRevision: main
    path: pay
${source}`
const here = 'server: https://kubernetes.default.svc, namespace: pay'
const cluster =
  'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: pay }\nspec: { instances: 1, enablePDB: false, storage: { size: 10Gi } }\n'
const files = { 'pay/cluster.yaml': cluster }
const chart = {
  'pay/cluster.yaml': '',
  'pay/Chart.yaml': 'apiVersion: v2\nname: pay\nversion: 0.1.0\n',
  'pay/templates/cluster.yaml': cluster,
}

const patches = 'patches: [{ target: { kind: Application, name: pay }, path: patch.yaml }]\n'

const told = async (text: string, more: Readonly<Record<string, string>>): Promise<readonly string[]> =>
  (await toldOf({ 'argo/pay.yaml': text, ...more })).map((one) => one.replace(/: .*\[/, ' ['))

const cases: readonly (readonly [string, readonly string[], Readonly<Record<string, string>>?])[] = [
  [application(here), []],
  [application('name: in-cluster, namespace: pay'), []],
  [application('server: in-cluster, namespace: pay'), ['argo/pay.yaml:6 [argocd/destination-cluster]']],
  // a cluster that is registered without a name is called by its address
  [application('name: "https://10.0.0.1:6443", namespace: pay'), []],
  [application('name: in-cluster'), ['argo/pay.yaml:6 [argocd/destination-namespace-set]']],
  // a kustomization gives the namespace; that there is none is another matter
  [application('name: in-cluster', '    kustomize: { namespace: pay }\n'), [], { 'pay/kustomization.yaml': 'resources: [cluster.yaml]\n' }],
  [application('name: in-cluster', '    kustomize: { namespace: pay }\n'), ['argo/pay.yaml:11 [argocd/options-fit-folder]']],
  [
    application('name: in-cluster', '    kustomize: { namespace: "" }\n'),
    ['argo/pay.yaml:6 [argocd/destination-namespace-set]'],
    { 'pay/kustomization.yaml': 'resources: [cluster.yaml]\n' },
  ],
  [application('name: in-cluster'), [], { 'pay/cluster.yaml': cluster.replace('name: pay', 'name: pay, namespace: pay') }],
  [application(here, '    kustomize: { namePrefix: a- }\n'), ['argo/pay.yaml:11 [argocd/options-fit-folder]']],
  [application(here, '    kustomize: {}\n'), []],
  [application(here, '    helm: { releaseName: a }\n'), ['argo/pay.yaml:11 [argocd/options-fit-folder]']],
  [application(here, '    helm: { releaseName: a }\n'), [], chart],
  ...['forceCommonLabels', 'labelWithoutSelector', 'commonAnnotationsEnvsubst'].map(
    (option) => [application(here, `    kustomize: { ${option}: true }\n`), []] as const,
  ),
  // what is merged over a source, or over an Application, may mend it
  ...['.argocd-source.yaml', '.argocd-source-pay.yaml'].flatMap((name) => {
    const more = { [`pay/${name}`]: 'kustomize: { namespace: pay }\n' }
    const built = { ...more, 'pay/kustomization.yaml': 'resources: [cluster.yaml]\n' }
    return [
      [application('name: in-cluster'), [], built] as const,
      [application(here, '    kustomize: { namePrefix: a- }\n'), [], more] as const,
    ]
  }),
  ...[
    application('name: in-cluster'),
    application('server: in-cluster, namespace: pay'),
    application(here, '    kustomize: { namePrefix: a- }\n'),
  ].flatMap((text) => [
    [text, [], { 'argo/kustomization.yaml': `resources: [pay.yaml]\n${patches}` }] as const,
    [
      text,
      [],
      { 'argo/kustomization.yaml': 'resources: [pay.yaml]\n', 'prd/kustomization.yaml': `resources: [../argo/]\n${patches}` },
    ] as const,
  ]),
  [
    application('name: in-cluster'),
    ['argo/pay.yaml:6 [argocd/destination-namespace-set]'],
    { 'argo/kustomization.yaml': 'resources: [pay.yaml]\n', 'prd/kustomization.yaml': patches },
  ],
  // one mistake
  [application(here, '    helm: { releaseName: a }\n    kustomize: { namePrefix: a- }\n'), ['argo/pay.yaml:7 [argocd/set-generates]']],
  [application(here, '    kustomize: { namePrefix: a- }\n'), [], { 'pay/kustomization.yml': 'resources: [cluster.yaml]\n' }],
]

test.each(cases.map(([text, expected, more = {}]) => ({ text, expected, more })))('$text', async ({ text, expected, more }) => {
  expect(await told(text, { ...files, ...more })).toEqual(expected)
})

test('an alias of `helm repo add` is no part of the name of a chart', async () => {
  const found = await toldOf({ 'argo/orders.yaml': ordersApplication.replace('chart: cluster', 'chart: cnpg/cluster') })
  expect(found.join('\n')).toContain(
    'orders.yaml:9: chart is cnpg/cluster, but the repository has no chart of that name [argocd/chart-known]',
  )
})

test('a trusted manager is not Argo CD itself', async () => {
  const ignoring = (manager: string): string =>
    `${application(here)}  ignoreDifferences:\n    - { group: postgresql.cnpg.io, kind: Cluster, managedFieldsManagers: [${manager}] }\n`
  expect(await told(ignoring('manager'), files)).toEqual([])
  expect(await told(ignoring('argocd-controller'), files)).toEqual(['argo/pay.yaml:12 [argocd/differences-shown]'])
})
