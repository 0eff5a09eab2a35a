// Is it found out that a Prometheus does not look at the PodMonitors of a database?
import { expect, test } from 'vitest'
import { toldOf } from '../support/files.ts'

const url = 'https://github.com/acme/infra.git'
const application = (name: string, source: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd }
spec:
  project: default
  destination: { name: in-cluster, namespace: ${name} }
  source: ${source}
---
`
const stack = (values = '', helm = ''): string =>
  application(
    'monitoring',
    `{ repoURL: https://prometheus-community.github.io/helm-charts, chart: kube-prometheus-stack, targetRevision: 70.0.0, helm: { ${helm}valuesObject: { ${values} } } }`,
  )
const official = (name: string, chart: string, version: string, values: string): string =>
  application(
    name,
    `{ repoURL: https://cloudnative-pg.github.io/charts, chart: ${chart}, targetRevision: ${version}, helm: { valuesObject: { ${values} } } }`,
  )
const orders = (monitoring: string, version = '0.8.1'): string =>
  official('orders', 'cluster', version, `cluster: { instances: 2, storage: { size: 1Gi }, monitoring: { ${monitoring} } }`)
const operator = (monitoring: string): string => official('cnpg', 'cloudnative-pg', '0.29.0', `monitoring: { ${monitoring} }`)
const folder = application('pay', `{ repoURL: "${url}", path: pay }`)
const pay = (rest = ''): string => `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: pay }
spec:
  instances: 2
  storage: { size: 10Gi }
  monitoring: { enablePodMonitor: true }
${rest}`

async function found(applications: string, plain = ''): Promise<string[]> {
  return (await toldOf({ 'apps/all.yaml': applications, ...(plain !== '' && { 'pay/cluster.yaml': plain }) })).flatMap((text) =>
    text.includes('monitor-selected') ? [text.replace(/^.*PodMonitor of (\S+) has no label release: (\S+), .*$/, '$1 $2')] : [],
  )
}

const none = 'prometheus: { prometheusSpec: { podMonitorSelectorNilUsesHelmValues: false } }'

test.each<readonly [string, string, readonly string[]]>([
  [stack() + orders('enabled: true'), '', ['orders monitoring']],
  [stack('', 'releaseName: kps, ') + orders('enabled: true'), '', ['orders kps']],
  [stack() + orders('enabled: true, podMonitor: { labels: { release: monitoring } }'), '', []],
  [stack(none) + orders('enabled: true'), '', []],
  [stack('prometheus: { prometheusSpec: { podMonitorSelector: { matchLabels: { a: b } } } }') + orders('enabled: true'), '', []],
  [stack('prometheus: { enabled: false }') + orders('enabled: true'), '', []],
  [stack() + orders('enabled: false'), '', []],
  [stack() + orders('enabled: true, podMonitor: { enabled: false }'), '', []],
  [stack() + stack().replace('name: monitoring', 'name: second') + orders('enabled: true'), '', []],
  [orders('enabled: true'), '', []],
  [stack() + operator('podMonitorEnabled: true'), '', ['cnpg monitoring']],
  [stack() + operator('podMonitorEnabled: true, podMonitorAdditionalLabels: { release: monitoring }'), '', []],
  [stack() + folder, pay(), ['pay monitoring']],
  [stack() + folder, pay('  inheritedMetadata: { labels: { release: monitoring } }\n'), []],
  [stack() + folder, pay().replace('name: pay', 'name: pay, labels: { release: monitoring }'), []],
])('knows which monitors a Prometheus looks at', async (applications, plain, expected) => {
  expect(await found(applications, plain)).toEqual(expected)
})
