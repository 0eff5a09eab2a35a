// Is it found out that an operator can't be applied, does not see a database, or does not find its plugin?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const open: { remove(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.remove()
})

const application = (
  name: string,
  chart: string,
  { namespace = name, values = '', options = 'ServerSideApply=true', version = '' },
): string =>
  `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd, annotations: { argocd.argoproj.io/compare-options: ServerSideDiff=true } }
spec:
  project: default
  destination: { name: in-cluster, namespace: ${namespace} }
  source:
    repoURL: https://cloudnative-pg.github.io/charts
    chart: ${chart}
    targetRevision: ${version}
    helm: { valuesObject: { ${values} } }
  syncPolicy: { syncOptions: [${options}] }
`
const database = application('orders', 'cluster', {
  version: '0.8.1',
  values:
    'cluster: { instances: 2, storage: { size: 5Gi }, annotations: { argocd.argoproj.io/sync-options: "Prune=false,Delete=false" } }, backups: { enabled: false }',
})
const operator = (some: { namespace?: string; values?: string; options?: string; version?: string }): string =>
  application('operator', 'cloudnative-pg', { namespace: 'cnpg-system', version: '0.29.0', ...some })
const plugin = (namespace: string, values = ''): string =>
  application('plugin', 'plugin-barman-cloud', { namespace, values, version: '0.7.0' })

async function found(...texts: readonly string[]): Promise<string[]> {
  const files = openFiles({ 'apps/all.yaml': [database, ...texts].join('---\n') })
  open.push(files)
  const { diagnostics } = JSON.parse((await files.run('check', '--format', 'json')).stdout) as {
    diagnostics: { rule: string; line: number }[]
  }
  return diagnostics.flatMap(({ rule }) => (/^argocd\/(?:operator|plugin)-/.test(rule) ? [rule.replace('argocd/', '')] : []))
}

test.each([
  [[operator({})], []],
  [[operator({ options: 'CreateNamespace=true' })], ['operator-server-side']],
  [[operator({ options: 'Replace=true' })], []],
  [[operator({ options: '', values: 'crds: { create: false }' })], []],
  [[operator({ options: '', version: '0.19.0' })], []],
  [[operator({ values: 'config: { data: { WATCH_NAMESPACE: "a, b" } }' })], ['operator-watches']],
  [[operator({ values: 'config: { data: { WATCH_NAMESPACE: "a, orders" } }' })], []],
  [[operator({ values: 'config: { data: { WATCH_NAMESPACE: "" } }' })], []],
  [[operator({ values: 'config: { clusterWide: false }' })], ['operator-watches']],
  [[operator({ values: 'config: { clusterWide: false }', namespace: 'orders' })], []],
  // another one may watch the rest
  [[operator({ values: 'config: { clusterWide: false }' }), operator({ namespace: 'second' })], []],
  [[operator({}), plugin('barman')], ['plugin-beside-operator']],
  [[operator({}), plugin('cnpg-system')], []],
  [[operator({}), plugin('barman', 'namespaceOverride: cnpg-system')], []],
  [[plugin('barman')], []],
])('sees what an operator is given', async (texts, expected) => {
  expect(await found(...texts)).toEqual(expected)
})
