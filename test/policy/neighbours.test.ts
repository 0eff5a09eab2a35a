// Are the objects beside a Cluster judged by what its pods are, each mistake next to its twin?
import { expect, test } from 'vitest'
import { textOf } from '../../scripts/findings/message.ts'
import { judgeManifests } from '../../scripts/policy/manifests.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

const ids = /^policy\/(?:disruption|selector|monitor|service-name|autoscaler|quota|limit-range|sidecar)/

function found(cluster: string, ...beside: readonly string[]): string[] {
  const head = `{ apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: { name: pay }, spec: { instances: 3, storage: { size: 10Gi }, ${cluster} } }`
  const { manifests } = readManifests({ path: 'a.yaml', text: [head, ...beside].join('\n---\n') })
  return judgeManifests(manifests, '1.30.0')
    .filter(({ rule }) => ids.test(rule))
    .map(({ rule, finding: { places } }) => `${rule.replace('policy/', '')} ${places[0].path.slice(1).join('.')}`)
}

const object = (apiVersion: string, kind: string, spec: string, name = 'own'): string =>
  `{ apiVersion: ${apiVersion}, kind: ${kind}, metadata: { name: ${name} }, spec: { ${spec} } }`
const own = 'matchLabels: { cnpg.io/cluster: pay }'
const pdb = (fields: string, labels = own): string => object('policy/v1', 'PodDisruptionBudget', `${fields}, selector: { ${labels} }`)
const off = 'enablePDB: false'
const once = ['disruption-budget-once selector']

test.each<readonly [string, string, readonly string[]]>([
  ['', pdb('minAvailable: 2'), once],
  ['', pdb('maxUnavailable: 1', 'matchLabels: { cnpg.io/cluster: pay, cnpg.io/podRole: instance }'), once],
  ['', pdb('maxUnavailable: 1', 'matchLabels: { cnpg.io/cluster: pay, role: replica }'), once],
  // two instances have no budget for replicas
  ['instances: 2', pdb('maxUnavailable: 1', 'matchLabels: { cnpg.io/cluster: pay, cnpg.io/instanceRole: replica }'), []],
  ['', pdb('minAvailable: 2', 'matchLabels: { cnpg.io/poolerName: p }'), []],
  ['', pdb('minAvailable: 2', 'matchLabels: { cnpg.io/cluster: pay, cnpg.io/podRole: pooler }'), []],
  ['', pdb('minAvailable: 2', 'matchLabels: { cnpg.io/cluster: other-one }'), []],
  ['', pdb('minAvailable: 2', 'matchLabels: { app: x }'), []],
  [off, pdb('minAvailable: 2'), []],
  [off, pdb('minAvailable: 3'), ['disruption-budget-allows minAvailable']],
  [off, pdb('minAvailable: 100%'), ['disruption-budget-allows minAvailable']],
  [off, pdb('minAvailable: 60%'), []],
  [off, pdb('minAvailable: 70%'), ['disruption-budget-allows minAvailable']],
  [off, pdb('maxUnavailable: 0'), ['disruption-budget-allows maxUnavailable']],
  [off, pdb('maxUnavailable: 1'), []],
  [
    off,
    pdb('minAvailable: 1', 'matchLabels: { cnpg.io/cluster: pay, cnpg.io/instanceRole: primary }'),
    ['disruption-budget-allows minAvailable'],
  ],
])('knows the budgets of the operator: %s %s', (cluster, beside, expected) => {
  const instances = cluster.startsWith('instances') ? cluster : ''
  const text = found(instances === '' ? cluster : '', beside)
  expect(instances === '' ? text : foundTwo(beside)).toEqual(expected)
})

/** With two instances. */
function foundTwo(beside: string): string[] {
  const head =
    '{ apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: { name: pay }, spec: { instances: 2, storage: { size: 10Gi } } }'
  const { manifests } = readManifests({ path: 'a.yaml', text: `${head}\n---\n${beside}` })
  return judgeManifests(manifests, '1.30.0').flatMap(({ rule }) => (ids.test(rule) ? [rule] : []))
}

const service = (selector: string, name = 'lb'): string => object('v1', 'Service', `selector: { ${selector} }`, name)
const monitor = (endpoint: string, labels = own): string =>
  object('monitoring.coreos.com/v1', 'PodMonitor', `selector: { ${labels} }, podMetricsEndpoints: [{ ${endpoint} }]`)
const pooler = object('postgresql.cnpg.io/v1', 'Pooler', 'cluster: { name: pay }, type: rw, pgbouncer: { poolMode: session }', 'pool')
const withExporter = pooler.replace('type: rw', 'type: rw, template: { spec: { containers: [{ name: pgbouncer }, { name: exporter }] } }')
const hpa = (kind: string, name = 'pool'): string =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', `scaleTargetRef: { kind: ${kind}, name: ${name} }`)
const vpa = (kind: string, name: string, mode: string): string =>
  object(
    'autoscaling.k8s.io/v1',
    'VerticalPodAutoscaler',
    `targetRef: { kind: ${kind}, name: ${name} }, updatePolicy: { updateMode: '${mode}' }`,
  )

test.each<readonly [readonly string[], readonly string[]]>([
  [[service('cnpg.io/cluster: pay, cnpg.io/role: primary')], ['selector-matches selector.cnpg.io/role']],
  [[service('cnpg.io/cluster: pay, cnpg.io/instance-role: primary')], ['selector-matches selector.cnpg.io/instance-role']],
  [[service('cnpg.io/cluster: pay, cnpg.io/instanceRole: master')], ['selector-matches selector.cnpg.io/instanceRole']],
  [[service('cnpg.io/cluster: pay, cnpg.io/instanceRole: primary')], []],
  [[service('cnpg.io/cluster: pay, role: replica, team: data')], []],
  [[service('app: pay')], []],
  [[service('cnpg.io/cluster: pay', 'pay-rw')], ['service-name-free name']],
  [[service('cnpg.io/cluster: pay', 'pool'), pooler], ['service-name-free name']],
  [[service('cnpg.io/cluster: pay', 'pay-lb')], []],
  [[monitor('port: metrics')], []],
  [[monitor('portNumber: 9187')], []],
  [[monitor('port: http')], ['monitor-port podMetricsEndpoints.0.port']],
  [[monitor('port: http-envoy-prom')], []],
  [[monitor('port: linkerd-admin')], []],
  [[monitor('targetPort: 15020')], []],
  [[monitor('port: http', 'matchLabels: { cnpg.io/poolerName: pool }'), pooler], ['monitor-port podMetricsEndpoints.0.port']],
  [[monitor('port: http', 'matchLabels: { cnpg.io/poolerName: pool }'), withExporter], []],
  [[monitor('targetPort: 5432')], ['monitor-port podMetricsEndpoints.0.targetPort']],
  [[monitor('port: http', 'matchLabels: { app: x }')], []],
  [
    [object('monitoring.coreos.com/v1', 'ServiceMonitor', `selector: { ${own} }, endpoints: [{ port: metrics }]`)],
    ['monitor-port selector'],
  ],
  [[object('monitoring.coreos.com/v1', 'ServiceMonitor', `selector: { ${own} }`), service('cnpg.io/cluster: pay')], []],
  [
    [
      object('monitoring.coreos.com/v1', 'ServiceMonitor', `selector: { ${own} }`),
      pooler.replace('type: rw', 'type: rw, serviceTemplate: { spec: { ports: [{ name: metrics, port: 9127 }] } }'),
    ],
    [],
  ],
  [[pooler, hpa('Deployment')], []],
  [[pooler, object('keda.sh/v1alpha1', 'ScaledObject', 'scaleTargetRef: { name: pool }')], []],
  [[pooler, hpa('Pooler')], ['autoscaler-target scaleTargetRef']],
  [[pooler, hpa('Pooler, apiVersion: example.com/v1')], []],
  [[pooler, hpa('Pooler', 'other')], []],
  [[pooler, hpa('Deployment', 'web')], []],
  [[pooler, vpa('Pooler', 'pool', 'Off')], ['autoscaler-target targetRef']],
  [[pooler, vpa('Deployment', 'pool', 'Off')], ['autoscaler-target targetRef']],
  [[vpa('Deployment', 'pay', 'Auto')], []],
])('knows the labels and ports of the pods: %j', (beside, expected) => {
  expect(found('', ...beside)).toEqual(expected)
})

test('knows from which release on the scale of a Cluster has a selector', () => {
  const head =
    '{ apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: { name: pay }, spec: { instances: 3, storage: { size: 10Gi } } }'
  const said = (operator: string, beside: string): string[] => {
    const { manifests } = readManifests({ path: 'a.yaml', text: `${head}\n---\n${beside}` })
    const findings = judgeManifests(manifests, operator).filter(({ rule }) => rule === 'policy/autoscaler-target')
    return findings.map(({ finding: { places } }) => places[0].path.slice(1).join('.'))
  }
  expect(said('1.27.1', hpa('Cluster', 'pay'))).toEqual(['scaleTargetRef'])
  expect(said('1.28.3', vpa('Cluster', 'pay', 'Off'))).toEqual(['targetRef'])
  expect(said('1.29.2', hpa('Cluster', 'pay'))).toEqual([])
  expect(said('1.28.4', vpa('Cluster', 'pay', 'Off'))).toEqual([])
  expect(said('1.30.0', vpa('Cluster', 'pay', 'Recreate'))).toEqual(['updatePolicy.updateMode'])
  expect(said('1.30.0', vpa('Cluster', 'pay', 'Off').replace(/, updatePolicy: \{[^}]*\}/, ''))).toEqual(['targetRef'])
})

const quota = (hard: string, rest = ''): string => object('v1', 'ResourceQuota', `hard: { ${hard} }${rest}`)
const range = (fields: string, type = 'Container'): string => object('v1', 'LimitRange', `limits: [{ type: ${type}, ${fields} }]`)
const both = 'resources: { requests: { cpu: 500m, memory: 1Gi }, limits: { cpu: 2, memory: 1Gi } }'
const limits = 'resources: { limits: { cpu: 1, memory: 1Gi } }'
const plugin = 'plugins: [{ name: barman-cloud.cloudnative-pg.io, isWALArchiver: true, parameters: { barmanObjectName: s } }]'
const store = (resources: string, name = 's'): string =>
  object(
    'barmancloud.cnpg.io/v1',
    'ObjectStore',
    `configuration: { destinationPath: s3://b/a, s3Credentials: { inheritFromIAMRole: true } }, instanceSidecarConfiguration: { ${resources} }`,
    name,
  )
const small = 'resources: { limits: { memory: 128Mi } }'
const nightly = object(
  'postgresql.cnpg.io/v1',
  'ScheduledBackup',
  "schedule: '0 0 2 * * *', cluster: { name: pay }, method: plugin, pluginConfiguration: { name: barman-cloud.cloudnative-pg.io }",
)

test.each<readonly [string, readonly string[], readonly string[]]>([
  [plugin, [store(small), nightly], ['sidecar-has-memory instanceSidecarConfiguration.resources.limits.memory']],
  [plugin, [store(''), nightly, range('default: { memory: 100Mi }')], ['sidecar-has-memory ']],
  [plugin, [store('resources: { limits: { memory: 256Mi } }'), nightly, range('default: { memory: 100Mi }')], []],
  [plugin, [store('resources: { requests: { memory: 64Mi } }'), nightly], []],
  [plugin, [store(small)], []],
  [plugin, [store(''), store(small, 'other'), nightly], []],
  [plugin, [store(small), nightly.replace('method: plugin, pluginConfiguration', 'method: volumeSnapshot, x')], []],
  [`${both}, ${plugin}`, [store(''), quota('limits.memory: 8Gi')], ['quota-needs-resources instanceSidecarConfiguration.resources']],
  [`${both}, ${plugin}`, [store('resources: { limits: { memory: 1Gi } }'), quota('limits.memory: 8Gi, requests.memory: 8Gi')], []],
  [`${both}, ${plugin}`, [store(''), quota('limits.memory: 8Gi'), range('default: { memory: 1Gi }')], []],
  [both, [store(''), quota('limits.memory: 8Gi')], []],
])('knows what the sidecar of the plugin needs: %s %j', (cluster, beside, expected) => {
  expect(found(cluster, ...beside)).toEqual(expected)
})

test('what the sidecar needs is not more than a LimitRange lets it have', () => {
  const helpOf = (...beside: readonly string[]): string[] => {
    const text = [
      `{ apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: { name: pay }, spec: { instances: 3, storage: { size: 10Gi }, ${plugin} } }`,
      nightly,
      ...beside,
    ].join('\n---\n')
    return judgeManifests(readManifests({ path: 'a.yaml', text }).manifests, '1.27.1').flatMap(({ rule, finding }) =>
      rule === 'policy/sidecar-has-memory' ? [textOf(finding.help ?? [])] : [],
    )
  }
  expect(helpOf(store(small))).toEqual(['write 512Mi'])
  expect(helpOf(store(small), range('max: { memory: 1Gi }'))).toEqual(['write 512Mi'])
  expect(helpOf(store(small), range('max: { memory: 256Mi }'))).toEqual(['raise max.memory of LimitRange own to 512Mi, and write 512Mi'])
  expect(helpOf(store(''), range('max: { memory: 100Mi }'))).toEqual([
    'raise max.memory of LimitRange own to 512Mi, and set spec.instanceSidecarConfiguration.resources: { limits: { memory: 512Mi } }',
  ])
})

test.each<readonly [string, readonly string[], readonly string[]]>([
  ['', [quota('requests.memory: 8Gi')], ['quota-needs-resources resources']],
  ['', [quota('cpu: 8')], ['quota-needs-resources resources']],
  [both, [quota('requests.memory: 8Gi, limits.cpu: 8')], []],
  [limits, [quota('requests.memory: 8Gi, requests.cpu: 8')], []],
  ['', [quota('requests.memory: 8Gi'), range('defaultRequest: { memory: 1Gi }')], []],
  ['', [quota('limits.memory: 8Gi'), range('default: { memory: 1Gi }')], []],
  ['', [quota('requests.memory: 8Gi', ', scopes: [BestEffort]')], []],
  [both, [quota('requests.memory: 2Gi')], ['quota-suffices resources']],
  // one thing that is too large
  [both, [quota('requests.memory: 2Gi, memory: 2Gi, limits.memory: 2Gi')], ['quota-suffices resources']],
  [both, [quota('pods: 2, persistentvolumeclaims: 2')], ['quota-suffices instances']],
  [both, [quota('requests.memory: 2Gi, requests.cpu: 1')], ['quota-suffices resources', 'quota-suffices resources']],
  [both, [quota('requests.memory: 3Gi')], []],
  [both, [quota('limits.cpu: 5')], ['quota-suffices resources']],
  [both, [quota('requests.cpu: 1500m')], []],
  ['', [quota('requests.storage: 20Gi')], ['quota-suffices storage.size']],
  ['walStorage: { size: 5Gi }', [quota('requests.storage: 44Gi')], ['quota-suffices storage.size']],
  ['walStorage: { size: 5Gi }', [quota('persistentvolumeclaims: 5')], ['quota-suffices instances']],
  ['', [quota('persistentvolumeclaims: "3", pods: "10", services: "1"')], []],
  ['', [quota('gold.storageclass.storage.k8s.io/requests.storage: 1Gi')], []],
  [both, [range('max: { memory: 512Mi }')], ['limit-range-fits resources.limits.memory']],
  [both, [range('min: { cpu: 1 }')], ['limit-range-fits resources.requests.cpu']],
  [both, [range('max: { memory: 1Gi, cpu: 2 }')], []],
  ['', [range('max: { storage: 5Gi }', 'PersistentVolumeClaim')], ['limit-range-fits storage.size']],
  ['', [range('max: { storage: 10Gi }', 'PersistentVolumeClaim')], []],
])('knows what a namespace has room for: %s %j', (cluster, beside, expected) => {
  expect(found(cluster, ...beside)).toEqual(expected)
})
