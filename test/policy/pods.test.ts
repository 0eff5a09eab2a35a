// Are pods, volumes and Services that Kubernetes would refuse told from their healthy twins?
import { expect, test } from 'vitest'
import { textOf } from '../../scripts/findings/message.ts'
import { judgeManifests } from '../../scripts/policy/manifests.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

const ids =
  /^policy\/(?:pod-possible|service-|field-read|standbys-connect|synchronous-names|not-left-off|argument-whole|monitor-scheme|amount-has-unit)/

function found(spec: string, ...beside: readonly string[]): string[] {
  const head = `{ apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: { name: pay }, spec: { storage: { size: 10Gi }, ${spec} } }`
  const { manifests } = readManifests({ path: 'a.yaml', text: [head, ...beside].join('\n---\n') })
  return judgeManifests(manifests, '1.27.1')
    .filter(({ rule }) => ids.test(rule))
    .map(({ rule, finding: { places } }) => `${rule.replace('policy/', '')} ${places[0].path.slice(1).join('.')}`)
}

const object = (kind: string, name: string, metadata: string, spec: string): string =>
  `{ apiVersion: postgresql.cnpg.io/v1, kind: ${kind}, metadata: { name: ${name}, ${metadata} }, spec: { ${spec} } }`
const spread = (fields: string): string => `topologySpreadConstraints: [{ topologyKey: zone, ${fields} }]`
const term = (expression: string): string =>
  `affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: a, ${expression} }] }] } } }`
const expression =
  'pod-possible affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.0.matchExpressions.0'
const projected = (...items: readonly string[]): string =>
  `projectedVolumeTemplate: { sources: [{ secret: { name: s, items: [${items.map((path) => `{ key: k, path: "${path}" }`).join(', ')}] } }] }`

test.each<readonly [string, readonly string[]]>([
  ['inheritedMetadata: { labels: { team: "my team" } }', ['pod-possible inheritedMetadata.labels.team']],
  ['inheritedMetadata: { labels: { team: my-team, empty: "" } }', []],
  ['inheritedMetadata: { labels: { "a/b/c": x } }', ['pod-possible inheritedMetadata.labels.a/b/c']],
  ['inheritedMetadata: { annotations: { "Example.com/note": "any text, really" } }', []],
  ['inheritedMetadata: { annotations: { "my note": x } }', ['pod-possible inheritedMetadata.annotations.my note']],
  ['inheritedMetadata: { labels: { team: "${TEAM}" } }', []],
  ['seccompProfile: { type: Localhost }', ['pod-possible seccompProfile.type']],
  ['seccompProfile: { type: Localhost, localhostProfile: a.json }', []],
  ['seccompProfile: { type: RuntimeDefault, localhostProfile: a.json }', ['pod-possible seccompProfile.localhostProfile']],
  ['seccompProfile: { type: runtime/default }', ['pod-possible seccompProfile.type']],
  ['env: [{ name: A, value: a, valueFrom: { secretKeyRef: { name: s, key: k } } }]', ['pod-possible env.0.valueFrom']],
  ['env: [{ name: A, value: "", valueFrom: { secretKeyRef: { name: s, key: k } } }]', []],
  [spread('maxSkew: 0, whenUnsatisfiable: DoNotSchedule'), ['pod-possible topologySpreadConstraints.0.maxSkew']],
  [spread('maxSkew: 1, whenUnsatisfiable: DoNotScheduleAnyway'), ['pod-possible topologySpreadConstraints.0.whenUnsatisfiable']],
  [spread('maxSkew: 1, whenUnsatisfiable: ScheduleAnyway, minDomains: 2'), ['pod-possible topologySpreadConstraints.0.minDomains']],
  [spread('maxSkew: 1, whenUnsatisfiable: DoNotSchedule, minDomains: 2'), []],
  [term('operator: Equals, values: [b]'), [`${expression}.operator`]],
  [term('operator: In'), [`${expression}.operator`]],
  [term('operator: Exists, values: ["true"]'), [`${expression}.values`]],
  [term('operator: Exists'), []],
  [projected('/crl/a.pem'), ['pod-possible projectedVolumeTemplate.sources.0.secret.items.0.path']],
  [projected('../a.pem'), ['pod-possible projectedVolumeTemplate.sources.0.secret.items.0.path']],
  [projected('a.pem', 'a.pem'), ['pod-possible projectedVolumeTemplate.sources.0.secret.items.1.path']],
  [projected('a.pem', 'b..pem'), []],
  [
    'projectedVolumeTemplate: { sources: [{ secret: { name: s }, configMap: { name: c } }] }',
    ['pod-possible projectedVolumeTemplate.sources.0.secret'],
  ],
  ['ephemeralVolumeSource: { volumeClaimTemplate: { spec: {} } }', ['pod-possible ephemeralVolumeSource']],
  ['storage: { size: 1Gi, pvcTemplate: { accessModes: [RWO] } }', ['pod-possible storage.pvcTemplate.accessModes.0']],
  [
    'walStorage: { pvcTemplate: { resources: { requests: { storage: 20 } } } }',
    ['amount-has-unit walStorage.pvcTemplate.resources.requests.storage'],
  ],
  ['instances: 2, storage: { size: 1Gi, pvcTemplate: { volumeName: pv } }', ['pod-possible storage.pvcTemplate.volumeName']],
  ['storage: { size: 1Gi, pvcTemplate: { volumeName: pv } }', []],
  ['storage: { size: 1Gi, pvcTemplate: { selector: { matchLabels: { a: b } } } }', []],
  // the size takes its place
  ['walStorage: { size: 1Gi, pvcTemplate: { resources: { requests: { storage: 20 } } } }', []],
  ['walStorage: { size: 1Gi, pvcTemplate: { accessModes: [ReadOnlyMany] } }', ['pod-possible walStorage.pvcTemplate.accessModes.0']],
  ['walStorage: { size: 1Gi, pvcTemplate: { accessModes: [ReadOnlyMany, ReadWriteOnce] } }', []],
  [
    'tablespaces: [{ name: a, storage: { size: 1Gi, pvcTemplate: { volumeMode: Block } } }]',
    ['pod-possible tablespaces.0.storage.pvcTemplate.volumeMode'],
  ],
])('of the pods: %s', (spec, expected) => {
  expect(found(spec)).toEqual(expected)
})

const service = (fields: string, selector = 'rw'): string =>
  `instances: 1, managed: { services: { additional: [{ selectorType: ${selector}, serviceTemplate: { metadata: { name: lb }, spec: { ${fields} } } }] } }`
const at = 'managed.services.additional.0'
const field = (path: string): string => `service-possible ${at}.serviceTemplate.spec.${path}`

test.each<readonly [string, readonly string[]]>([
  [service('type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0]'), [field('loadBalancerSourceRanges.0')]],
  [service('type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8, "2001:db8::/32"]'), []],
  [service('type: LoadBalancer, loadBalancerSourceRanges: [300.0.0.0/8]'), [field('loadBalancerSourceRanges.0')]],
  [service('loadBalancerSourceRanges: [10.0.0.0/8]'), [field('loadBalancerSourceRanges')]],
  [service('type: NodePort, loadBalancerClass: x'), [field('loadBalancerClass')]],
  [service('type: ClusterIP, externalTrafficPolicy: Local'), [field('externalTrafficPolicy')]],
  [service('type: ClusterIP, externalTrafficPolicy: Local, externalIPs: [192.0.2.1]'), []],
  [service('type: NodePort, externalTrafficPolicy: Local'), []],
  // the operator adds 5432 to it
  [service('ports: [{ port: 15432, targetPort: 5432 }]'), [field('ports.0.port')]],
  [service('ports: [{ port: 5432, targetPort: 5432 }]'), []],
  // once for all of them
  [service('ports: [{ port: 5432 }, { port: 9187 }]'), [field('ports.0.port')]],
  [service('ports: [{ name: postgres, port: 15432, targetPort: 5432 }]'), []],
  [service('ports: [{ name: a, port: 5432 }, { name: a, port: 9187 }]'), [field('ports.1.name')]],
  [service('ports: [{ name: a, port: 5432 }, { name: b, port: 5432 }]'), [field('ports.1.port')]],
  [service('ports: [{ name: postgres, port: 15432 }]'), [`service-answers ${at}.serviceTemplate.spec.ports.0.port`]],
  [service('ports: [{ name: postgres, port: 5432, targetPort: 6432 }]'), [`service-answers ${at}.serviceTemplate.spec.ports.0.targetPort`]],
  [service('ports: [{ name: m, port: 9187, targetPort: metrics }]'), []],
  [service('ports: [{ name: postgres, port: 15432, targetPort: null }]'), [`service-answers ${at}.serviceTemplate.spec.ports.0.port`]],
  [service('type: NodePort, loadBalancerClass: null, allocateLoadBalancerNodePorts: null'), []],
  // a sidecar, for a mark of the namespace or of the pods
  [service('ports: [{ name: postgres, port: 5432 }, { name: admin, port: 4191 }]'), []],
  [
    service('ports: [{ name: postgres, port: 5432 }, { name: agent, port: 8200 }]'),
    [`service-answers ${at}.serviceTemplate.spec.ports.1.port`],
  ],
  [
    `${service('ports: [{ name: postgres, port: 5432 }, { name: agent, port: 8200 }]')}, inheritedMetadata: { annotations: { vault.hashicorp.com/agent-inject: "true" } }`,
    [],
  ],
  [service('type: LoadBalancer', 'ro'), [`service-answers ${at}.selectorType`]],
  [service('type: LoadBalancer', 'ro').replace('instances: 1', 'instances: 2'), []],
])('of Services: %s', (spec, expected) => {
  expect(found(spec)).toEqual(expected)
})

const pooler = (fields: string): string =>
  `{ apiVersion: postgresql.cnpg.io/v1, kind: Pooler, metadata: { name: pool }, spec: { cluster: { name: pay }, ${fields} } }`

test.each<readonly [string, readonly string[]]>([
  [pooler('pgbouncer: { poolMode: session, paused: true }'), ['not-left-off pgbouncer.paused']],
  [pooler('pgbouncer: { poolMode: session, paused: false }'), []],
  // the operator names it like the Pooler
  [
    pooler('pgbouncer: { poolMode: session }, serviceTemplate: { metadata: { name: Not_A_Name } }'),
    ['field-read serviceTemplate.metadata.name'],
  ],
  [
    pooler('pgbouncer: { poolMode: session }, serviceTemplate: { spec: { ports: [{ name: pgbouncer, port: 6432, targetPort: 6432 }] } }'),
    ['service-answers serviceTemplate.spec.ports.0.targetPort'],
  ],
  [
    pooler('pgbouncer: { poolMode: session }, template: { spec: { nodeSelector: { a: "b c" } } }'),
    ['pod-possible template.spec.nodeSelector.a'],
  ],
])('of Poolers: %s', (beside, expected) => {
  expect(found('instances: 2', beside)).toEqual(expected)
})

const parameters = (text: string, rest = ''): string => `instances: 4, postgresql: { parameters: { ${text} } } ${rest}`
const synchronous = (text: string): string => `instances: 3, postgresql: { synchronous: { method: any, number: 1, ${text} } }`
const cap = 'synchronous-names-suffice postgresql.synchronous.maxStandbyNamesFromCluster'
const initdb = (text: string): string => `bootstrap: { initdb: { database: a, owner: a, ${text} } }`

test.each<readonly [string, readonly string[]]>([
  [parameters('max_wal_senders: "2"'), ['standbys-connect postgresql.parameters.max_wal_senders']],
  [parameters('max_wal_senders: "3"'), []],
  [parameters('max_wal_senders: "12"').replace('instances: 4', 'instances: 12'), []],
  [parameters('max_replication_slots: "1"'), ['standbys-connect postgresql.parameters.max_replication_slots']],
  [parameters('max_replication_slots: "1"', ', replicationSlots: { highAvailability: { enabled: false } }'), []],
  [synchronous('maxStandbyNamesFromCluster: 0'), [cap]],
  [synchronous('maxStandbyNamesFromCluster: 1'), []],
  [synchronous('maxStandbyNamesFromCluster: 0, standbyNamesPre: [far]'), []],
  [synchronous('maxStandbyNamesFromCluster: 0, dataDurability: preferred'), [cap]],
  [initdb('options: [--locale=C], dataChecksums: true'), ['field-read bootstrap.initdb.dataChecksums']],
  [initdb('options: [--locale=C], dataChecksums: false'), []],
  [initdb('options: [], locale: C'), []],
  [
    initdb('import: { type: microservice, databases: [a], source: { externalCluster: x }, pgDumpExtraOptions: ["--jobs 2"] }'),
    ['argument-whole bootstrap.initdb.import.pgDumpExtraOptions.0'],
  ],
  [initdb('import: { type: microservice, databases: [a], source: { externalCluster: x }, pgDumpExtraOptions: ["-j 2", --no-owner] }'), []],
  ['probes: { startup: { maximumLag: 1Mi } }', ['field-read probes.startup.maximumLag']],
  ['probes: { readiness: { type: streaming, maximumLag: 1Mi } }', []],
  ['probes: { startup: { maximumLag: null } }', []],
  [
    'postgresql: { syncReplicaElectionConstraint: { enabled: true, nodeLabelsAntiAffinity: [a] } }',
    ['field-read postgresql.syncReplicaElectionConstraint'],
  ],
  [
    'minSyncReplicas: 1, maxSyncReplicas: 1, postgresql: { syncReplicaElectionConstraint: { enabled: true, nodeLabelsAntiAffinity: [a] } }',
    [],
  ],
])('of replication and fields that nobody reads: %s', (spec, expected) => {
  expect(found(spec)).toEqual(expected)
})

const skipping = object(
  'Cluster',
  'skip',
  'annotations: { cnpg.io/skipWalArchiving: enabled }',
  'backup: { barmanObjectStore: { destinationPath: "s3://a/b" } }',
)
const schedule = (fields: string): string =>
  object('ScheduledBackup', 'nightly', 'namespace: ""', `schedule: "0 0 0 * * *", cluster: { name: skip }, ${fields}`)

test.each<readonly [string, readonly string[]]>([
  [schedule('suspend: false'), ['not-left-off annotations.cnpg.io/skipWalArchiving']],
  [schedule('suspend: true'), []],
])('of schedules: %s', (beside, expected) => {
  expect(found('instances: 2', skipping, beside)).toEqual(expected)
})

const monitor = (labels: string, endpoint: string): string =>
  `{ apiVersion: monitoring.coreos.com/v1, kind: PodMonitor, metadata: { name: m }, spec: { selector: { matchLabels: { ${labels} } }, podMetricsEndpoints: [{ port: metrics, ${endpoint} }] } }`
const tls = 'monitoring: { tls: { enabled: true } }'

test.each<readonly [string, readonly string[], readonly string[]]>([
  [tls, [monitor('cnpg.io/cluster: pay', '').replace('port: metrics', 'port: status')], []],
  [tls, [monitor('cnpg.io/cluster: pay', '')], ['monitor-scheme podMetricsEndpoints.0']],
  [tls, [monitor('cnpg.io/cluster: pay', 'scheme: https')], []],
  ['instances: 1', [monitor('cnpg.io/cluster: pay', 'scheme: https')], ['monitor-scheme podMetricsEndpoints.0.scheme']],
  [tls, [monitor('cnpg.io/cluster: pay', '').replace('port: metrics', 'port: exporter')], []],
  [`${tls}, inheritedMetadata: { annotations: { linkerd.io/inject: enabled } }`, [monitor('cnpg.io/cluster: pay', '')], []],
  // the pods of the pooler have no TLS
  [tls, [monitor('cnpg.io/cluster: pay', ''), pooler('pgbouncer: { poolMode: session }')], []],
  [tls, [monitor('cnpg.io/poolerName: pool', ''), pooler('pgbouncer: { poolMode: session }')], []],
])('of monitors: %s %s', (spec, beside, expected) => {
  expect(found(spec, ...beside)).toEqual(expected)
})

/** What is said to do about the only finding. */
function helps(operator: string, spec: string, ...beside: readonly string[]): string[] {
  const head = `{ apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: { name: pay }, spec: { storage: { size: 10Gi }, ${spec} } }`
  const { manifests } = readManifests({ path: 'a.yaml', text: [head, ...beside].join('\n---\n') })
  return judgeManifests(manifests, operator).flatMap(({ rule, finding: { help } }) => (ids.test(rule) ? [textOf(help ?? [])] : []))
}

const ofPool = monitor('cnpg.io/poolerName: pool', 'scheme: https')
const secured = pooler('pgbouncer: { poolMode: session }, monitoring: { tls: { enabled: true } }')
const ownCa = 'certificates: { serverCASecret: own-ca, serverTLSSecret: own, clientCASecret: for-clients, replicationTLSSecret: r }'

test.each<readonly [string, string, readonly string[], string]>([
  ['1.30.0', parameters('max_wal_senders: "2"'), [], 'default is 10'],
  ['1.30.0', parameters('max_wal_senders: "2"').replace('instances: 4', 'instances: 13'), [], 'write 12 or more'],
  ['1.30.0', parameters('max_replication_slots: "2"').replace('instances: 4', 'instances: 13'), [], 'default is 32'],
  ['1.30.0', initdb('options: [--locale=C], encoding: UTF8'), [], '--encoding=UTF8'],
  ['1.30.0', initdb('options: [--locale=C], dataChecksums: true'), [], 'as --data-checksums'],
  ['1.30.0', initdb('options: [-E, UTF8], encoding: UTF8'), [], 'remove encoding'],
  ['1.30.0', initdb('options: [--encoding=UTF8], encoding: UTF8'), [], 'remove encoding'],
  ['1.30.0', initdb('options: [--locale-provider=icu], locale: C'), [], '--locale=C'],
  ['1.30.0', tls, [monitor('cnpg.io/cluster: pay', '')], 'secret pay-ca,'],
  ['1.30.0', `${tls}, ${ownCa}`, [monitor('cnpg.io/cluster: pay', '')], 'secret own-ca,'],
  ['1.30.0', 'instances: 2', [monitor('cnpg.io/poolerName: pool', ''), secured], 'secret pay-ca,'],
  ['1.30.0', ownCa, [monitor('cnpg.io/poolerName: pool', ''), secured], 'secret for-clients,'],
  ['1.30.0', 'instances: 2', [ofPool, pooler('pgbouncer: { poolMode: session }')], 'or set monitoring.tls.enabled: true'],
  ['1.29.1', 'instances: 2', [ofPool, pooler('pgbouncer: { poolMode: session }')], '^write scheme: http$'],
])('what to do, with operator %s: %s %s', (operator, spec, beside, expected) => {
  expect(helps(operator, spec, ...beside)).toEqual([expect.stringMatching(expected)])
})
