// Do NetworkPolicies that are written for a Cluster let the operator, its standbys and the API through?
import { expect, test } from 'vitest'
import { textOf } from '../../scripts/findings/message.ts'
import { judgeManifests } from '../../scripts/policy/manifests.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

const cluster = (instances = 3): string =>
  `{ apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: { name: a, namespace: shop }, spec: { instances: ${instances}, enablePDB: false, storage: { size: 10Gi } } }`
const own = '{ matchLabels: { cnpg.io/cluster: a } }'
const policy = (spec: string, selector = own): string =>
  `{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: n, namespace: shop }, spec: { podSelector: ${selector}, ${spec} } }`

const found = (...objects: readonly string[]): string[] =>
  judgeManifests(readManifests({ path: 'a.yaml', text: objects.join('\n---\n') }).manifests, '1.30.0').map(({ finding: { message } }) =>
    textOf(message),
  )

const app = '{ from: [{ podSelector: { matchLabels: { app: shop } } }], ports: [{ port: 5432 }] }'
const operator = '{ from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: cnpg-system } } }], ports: [{ port: 8000 }] }'
const standbys = '{ from: [{ podSelector: { matchLabels: { cnpg.io/cluster: a } } }] }'
const ofOperator = 'no NetworkPolicy here lets the operator reach port 8000, where it asks instances for their state'
const ofStandbys = 'no NetworkPolicy here lets standbys reach port 5432 of their primary'
const ofApi = 'no NetworkPolicy here lets instances reach the Kubernetes API, without which none of them starts'

test.each([
  [[cluster(), policy(`ingress: [${app}]`)], [ofOperator]],
  [[cluster(), policy(`policyTypes: [Ingress], ingress: [${app}, ${standbys}]`)], [ofOperator]],
  [[cluster(), policy(`ingress: [${app}, ${operator}]`)], [ofStandbys]],
  [[cluster(1), policy(`ingress: [${app}, ${operator}]`)], []],
  [[cluster(), policy(`ingress: [${app}, ${operator}, ${standbys}]`)], []],
  [[cluster(), policy(`ingress: [${app}]`), policy(`ingress: [${operator}, ${standbys}]`, '{}')], []],
  [[cluster(), policy('ingress: [{}]')], []],
  [[cluster(), policy('ingress: [{ ports: [{ port: 5432 }, { port: status }] }]')], []],
  [[cluster(), policy('ingress: [{ ports: [{ port: 5000, endPort: 9000 }] }]')], []],
  // general ones, whose exceptions may be somewhere else, and those for other pods
  [[cluster(), policy('policyTypes: [Ingress, Egress]', '{}')], []],
  [[cluster(), policy('policyTypes: [Ingress]')], []],
  [[cluster(), policy(`ingress: [${app}]`, '{ matchLabels: { cnpg.io/cluster: b } }')], []],
  [[cluster(), policy(`ingress: [${app}]`, '{ matchLabels: { cnpg.io/cluster: a, cnpg.io/podRole: pooler } }')], []],
  [[cluster(), policy(`ingress: [${app}]`).replace('namespace: shop', 'namespace: other')], []],
  [[cluster(), policy('policyTypes: [Egress], egress: [{ ports: [{ port: 53, protocol: UDP }] }]')], [ofApi]],
  [[cluster(), policy('policyTypes: [Egress], egress: [{ to: [{ namespaceSelector: {} }] }]')], [ofApi]],
  [[cluster(), policy('policyTypes: [Egress], egress: [{ to: [{ ipBlock: { cidr: 10.0.0.1/32 } }], ports: [{ port: 6443 }] }]')], []],
  [[cluster(), policy('policyTypes: [Egress], egress: [{ ports: [{ port: 16443 }] }]')], []],
  [[cluster(), policy('policyTypes: [Egress], egress: [{}]')], []],
])('%j', (objects, messages) => expect(found(...objects)).toEqual(messages))
