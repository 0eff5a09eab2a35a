// Do the NetworkPolicies that were written for a Cluster let through what its instances need?
import type { Message } from '../../findings/finding.ts'
import { named, phrase } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { printed } from '../../values/printed.ts'
import type { Json, JsonMap } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { instancesIn, listAt, objectOf, plainAt, textAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule, ObjectsSubject } from '../subject.ts'

type Direction = 'Ingress' | 'Egress'

/** Labels that pods of instances have: `createPodMeta` and `inheritedMetadata`. */
function labelsOf({ name, plain }: RenderedObject): ReadonlyMap<string, string> {
  const inherited = plainAt(plain, 'spec', 'inheritedMetadata', 'labels')
  return new Map([
    ...(isJsonMap(inherited) ? Object.entries(inherited).map(([key, value]): [string, string] => [key, printed(value)]) : []),
    ['cnpg.io/cluster', name],
    ['cnpg.io/podRole', 'instance'],
    ['app.kubernetes.io/managed-by', 'cloudnative-pg'],
    ['app.kubernetes.io/name', 'postgresql'],
    ['app.kubernetes.io/instance', name],
    ['app.kubernetes.io/component', 'database'],
    ['postgresql', name],
  ])
}

function pairsOf(selector: Json | undefined): [string, Json][] {
  const wanted = plainAt(selector, 'matchLabels')
  return isJsonMap(wanted) ? Object.entries(wanted) : []
}

/** Whether a selector is sure to take in pods with these labels, and by labels of the operator. */
function selectsOwn(selector: Json | undefined, labels: ReadonlyMap<string, string>): boolean {
  const pairs = pairsOf(selector)
  const isSure = listAt(selector, 'matchExpressions').length === 0 && pairs.every(([key, value]) => labels.get(key) === value)
  return isSure && pairs.some(([key]) => key.startsWith('cnpg.io/'))
}

/** Whether a selector may take them in: expressions, and labels that pods have by their role, are not worked out. */
function maySelect(selector: Json | undefined, labels: ReadonlyMap<string, string>): boolean {
  const byRole = (key: string): boolean => /(?:^|\/)(?:role|instanceRole|instanceName|version)$/.test(key)
  return pairsOf(selector).every(([key, value]) => labels.get(key) === value || byRole(key))
}

interface Written {
  readonly policy: RenderedObject
  readonly rules: readonly Json[]
}

/**
 * What all policies here let through in a direction, and the first that was written for this Cluster; undefined: none was, so that
 * a general one, whose exceptions may be somewhere else, is all that there is.
 */
function rulesFor(subject: ObjectsSubject, cluster: RenderedObject, direction: Direction): Written | undefined {
  const labels = labelsOf(cluster)
  const field = direction === 'Ingress' ? 'ingress' : 'egress'
  const chosen = subject.objects.filter(({ kind, plain }) => {
    const types = listAt(plain, 'spec', 'policyTypes')
    // without types it is about what comes in, and about what goes out where it says so
    const isAbout = types.length > 0 ? types.includes(direction) : direction === 'Ingress' || plainAt(plain, 'spec', field) !== undefined
    return kind === 'NetworkPolicy' && isAbout && maySelect(plainAt(plain, 'spec', 'podSelector'), labels)
  })
  const policy = chosen.find(
    ({ plain }) => selectsOwn(plainAt(plain, 'spec', 'podSelector'), labels) && listAt(plain, 'spec', field).length > 0,
  )
  return policy === undefined ? undefined : { policy, rules: chosen.flatMap(({ plain }) => listAt(plain, 'spec', field)) }
}

/** Whether a rule lets a TCP port through; one by name may be any. */
function letsPort(rule: Json, is: (port: number) => boolean): boolean {
  const ports = listAt(rule, 'ports')
  return (
    ports.length === 0 ||
    ports.some((one) => {
      const [port, last] = [plainAt(one, 'port'), plainAt(one, 'endPort')]
      if ((textAt(one, 'protocol') ?? 'TCP') !== 'TCP') return false
      return typeof port !== 'number' || is(port) || typeof last === 'number'
    })
  )
}

/** Peers of other namespaces, or addresses: the operator may be among them. */
const isElsewhere = (peer: Json): boolean => isJsonMap(peer) && ('namespaceSelector' in peer || 'ipBlock' in peer)

const operator = new Map([['app.kubernetes.io/name', 'cloudnative-pg']])

/** It may be in the namespace of the Cluster. */
const isOperator = (peer: Json): boolean => isJsonMap(peer) && 'podSelector' in peer && maySelect(peer['podSelector'], operator)

const namespaceOf = ({ plain }: RenderedObject): string => textAt(plain, 'metadata', 'namespace') ?? ''

/** Whether a Cluster may be in a namespace that is selected; where none is written, it may be in any but that of the operator. */
function mayHold(selector: Json | undefined, cluster: RenderedObject): boolean {
  const name = plainAt(selector, 'matchLabels', 'kubernetes.io/metadata.name')
  const own = namespaceOf(cluster)
  return name === undefined || (own === '' ? name !== 'cnpg-system' : name === own)
}

/** Whether a rule lets instances in, or what may be them, to one of their ports. */
function letsInstances(rule: Json, cluster: RenderedObject, port: number): boolean {
  const peers = listAt(rule, 'from')
  const isIn = (peer: Json): boolean => {
    const { podSelector, namespaceSelector, ipBlock } = peer as JsonMap
    return ipBlock !== undefined || (mayHold(namespaceSelector, cluster) && maySelect(podSelector, labelsOf(cluster)))
  }
  return letsPort(rule, (one) => one === port) && (peers.length === 0 || peers.some((peer) => isJsonMap(peer) && isIn(peer)))
}

const hasStandby = (cluster: RenderedObject): boolean => (instancesIn(cluster) ?? 1) > 1

/**
 * Whether a primary that can't reach the Kubernetes API asks the others at port 8000, and stops unless all of them answer: `IsHealthy` of
 * the liveness probe, on by default since 1.27.
 */
function asksOthers({ plain }: RenderedObject): boolean {
  const annotation = textAt(plain, 'metadata', 'annotations', 'alpha.cnpg.io/livenessPinger')
  return annotation === undefined && plainAt(plain, 'spec', 'probes', 'liveness', 'isolationCheck', 'enabled') !== false
}

interface Need {
  readonly direction: Direction
  readonly isMet: (rule: Json, cluster: RenderedObject) => boolean
  readonly isNeeded: (cluster: RenderedObject) => boolean
  readonly message: (cluster: RenderedObject) => Message
  readonly help: (cluster: RenderedObject) => Message
}

function* unmet(subject: ObjectsSubject, needs: readonly Need[]): Iterable<ObjectFinding> {
  const cluster = objectOf(subject, 'Cluster')
  // what other programs let through is added to it
  if (cluster === undefined || subject.objects.some(({ kind }) => kind !== 'NetworkPolicy' && kind.endsWith('NetworkPolicy'))) return
  for (const need of needs) {
    const written = need.isNeeded(cluster) ? rulesFor(subject, cluster, need.direction) : undefined
    if (written === undefined || written.rules.some((rule) => need.isMet(rule, cluster))) continue
    yield {
      object: written.policy,
      message: need.message(cluster),
      places: [{ path: ['spec', need.direction === 'Ingress' ? 'ingress' : 'egress'], on: 'key' }],
      help: [...need.help(cluster), ...phrase`; or write \`# allow policy/network-lets-through: <what does>\``],
    }
    return
  }
}

const needs: readonly Need[] = [
  {
    direction: 'Ingress',
    isNeeded: (cluster) => namespaceOf(cluster) !== 'cnpg-system',
    isMet: (rule) => {
      const peers = listAt(rule, 'from')
      return letsPort(rule, (port) => port === 8000) && (peers.length === 0 || peers.some((peer) => isElsewhere(peer) || isOperator(peer)))
    },
    message: () => phrase`no NetworkPolicy here lets the operator reach port 8000, where it asks instances for their state`,
    help: () => phrase`let the namespace of the operator in: from a namespaceSelector, to port 8000`,
  },
  {
    direction: 'Ingress',
    isNeeded: hasStandby,
    isMet: (rule, cluster) => letsInstances(rule, cluster, 5432),
    message: () => phrase`no NetworkPolicy here lets standbys reach port 5432 of their primary`,
    help: ({ name }) => phrase`add from: [{ podSelector: { matchLabels: { cnpg.io/cluster: ${named(name)} } } }]`,
  },
  {
    direction: 'Ingress',
    isNeeded: (cluster) => hasStandby(cluster) && asksOthers(cluster),
    isMet: (rule, cluster) => letsInstances(rule, cluster, 8000),
    message: () => phrase`no NetworkPolicy here lets instances reach port 8000 of each other: a primary without the API server shuts down`,
    help: ({ name }) =>
      phrase`add { from: [{ podSelector: { matchLabels: { cnpg.io/cluster: ${named(name)} } } }], ports: [{ port: 8000 }] } to ingress`,
  },
  {
    direction: 'Egress',
    isNeeded: () => true,
    // the API server has an address, but no pod, and its port may be any that nothing else here has
    isMet: (rule) => {
      const peers = listAt(rule, 'to')
      const isAddress = peers.length === 0 || peers.some((peer) => isJsonMap(peer) && 'ipBlock' in peer)
      return isAddress && letsPort(rule, (port) => ![53, 5432, 8000, 9187].includes(port))
    },
    message: () => phrase`no NetworkPolicy here lets instances reach the Kubernetes API, without which none of them starts`,
    help: () => phrase`let them reach the address of the API server, mostly port 443 or 6443; a podSelector takes in no such address`,
  },
]

export const network: readonly ObjectRule[] = [
  {
    // "Primary isolation" in instance_manager.md, "Exposed ports" and samples/networkpolicy-example.yaml of CloudNativePG 1.27 to 1.30; cnpg#6025, #1191
    id: 'policy/network-lets-through',
    severity: 'warning',
    configurable: true,
    summary: 'NetworkPolicies for the instances let through the operator, the standbys and the Kubernetes API',
    reads: [],
    check: (subject) => [
      ...unmet(
        subject,
        needs.filter(({ direction }) => direction === 'Ingress'),
      ),
      ...unmet(
        subject,
        needs.filter(({ direction }) => direction === 'Egress'),
      ),
    ],
  },
]
