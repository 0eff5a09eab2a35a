// Are ports that Kubernetes refuses, and fields that the operator overwrites, told from those that it takes?
import { expect, test } from 'vitest'
import { judgeManifests } from '../../scripts/policy/manifests.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

const ids = /^policy\/(?:service-|field-read|node-port)/
const cluster = (service: string): string =>
  `{ apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: { name: pay }, spec: { instances: 3, storage: { size: 10Gi }${service} } }`
const additional = (spec: string): string =>
  cluster(
    `, managed: { services: { additional: [{ selectorType: rw, serviceTemplate: { metadata: { name: pay-x }, spec: { ${spec} } } }] } }`,
  )
const pooler = (template: string): string =>
  `{ apiVersion: postgresql.cnpg.io/v1, kind: Pooler, metadata: { name: pool }, spec: { cluster: { name: pay }, type: rw, pgbouncer: { poolMode: session }, serviceTemplate: { ${template} } } }`
const service = (selector: string, ports: string): string =>
  `{ apiVersion: v1, kind: Service, metadata: { name: pay-y }, spec: { selector: { ${selector} }, type: NodePort, ports: [${ports}] } }`

function found(...objects: readonly string[]): string[] {
  const { manifests } = readManifests({ path: 'a.yaml', text: objects.join('\n---\n') })
  return judgeManifests(manifests, '1.27.1')
    .filter(({ rule }) => ids.test(rule))
    .map(({ rule, finding: { places } }) => `${rule.replace('policy/', '')} ${String(places[0].path.at(-1))}`)
}

const own = 'name: postgres, port: 5432'
test.each<readonly [string, readonly string[]]>([
  [`ports: [{ ${own}, targetPort: "5432" }]`, ['service-possible targetPort']],
  [`ports: [{ ${own}, targetPort: 5432 }]`, []],
  [`ports: [{ ${own}, targetPort: 0 }]`, []],
  [`ports: [{ ${own}, targetPort: 65536 }]`, ['service-possible targetPort']],
  [`ports: [{ ${own}, targetPort: "\${PORT}" }]`, ['service-answers targetPort']],
  [`ports: [{ ${own}, protocol: tcp }]`, ['service-possible protocol']],
  [`ports: [{ ${own}, protocol: TCP }]`, []],
  ['ports: [{ name: Postgres, port: 5432 }]', ['service-possible name']],
  ['ports: [{ name: postgres, port: 0, targetPort: 5432 }]', ['service-possible port']],
  ['ports: [{ name: postgres, port: 65535, targetPort: 5432 }]', []],
  [`ports: [{ ${own}, nodePort: 30432 }]`, ['service-possible nodePort']],
  [`ports: [{ ${own}, nodePort: 0 }]`, []],
  [`type: NodePort, ports: [{ ${own}, nodePort: 30000 }]`, []],
  [`type: NodePort, ports: [{ ${own}, nodePort: 29999 }]`, ['node-port-in-range nodePort']],
  [`type: LoadBalancer, ports: [{ ${own}, nodePort: 32768 }]`, ['node-port-in-range nodePort']],
  [`type: LoadBalancer, ports: [{ ${own}, nodePort: 32767 }]`, []],
  [`type: NodePort, ports: [{ ${own}, nodePort: 70000 }]`, ['service-possible nodePort']],
])('a Service of a Cluster with %s', (spec, expected) => expect(found(additional(spec))).toEqual(expected))

test.each<readonly [string, readonly string[]]>([
  ['metadata: { name: other }', ['field-read name']],
  ['metadata: { name: pool }', []],
  ['metadata: { labels: { a: b } }', []],
  ['spec: { selector: { app: x } }', ['field-read selector']],
  ['spec: { selector: { cnpg.io/poolerName: pool } }', []],
  ['spec: { selector: {} }', []],
  ['spec: { type: NodePort, ports: [{ name: pgbouncer, port: 5432, nodePort: 543 }] }', ['node-port-in-range nodePort']],
])('a Pooler with %s', (template, expected) => expect(found(cluster(''), pooler(template))).toEqual(expected))

test('a Service that somebody wrote for a Cluster, and one for other pods', () => {
  const ports = '{ port: 5432, targetPort: "5432", nodePort: 5432 }'
  expect(found(cluster(''), service('cnpg.io/cluster: pay', ports))).toEqual(['service-possible targetPort', 'node-port-in-range nodePort'])
  expect(found(cluster(''), service('app: pay', ports))).toEqual([])
})
