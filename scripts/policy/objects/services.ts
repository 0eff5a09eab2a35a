// Would Kubernetes create the Services that a Cluster or Pooler asks for, and does somebody answer there?
import { here, named, phrase, shown } from '../../findings/message.ts'
import { isDns1123Label, likelyName } from '../../kubernetes/dns-name.ts'
import { nearest } from '../../values/path.ts'
import { printed } from '../../values/printed.ts'
import type { RenderedObject } from '../../model.ts'
import { isJsonMap } from '../../values/value.ts'
import type { JsonMap, Path } from '../../values/value.ts'
import { instancesIn, listAt, plainAt, textAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule } from '../subject.ts'
import { mayHoldOthers, ofMeshes } from './other-containers.ts'
import { isTargetPossible, portMistakes, unusualNodePorts } from './service-ports.ts'

const additional: Path = ['spec', 'managed', 'services', 'additional']

/** The templates of Services in a Cluster, and the one of a Pooler; a Service that selects their pods is one itself. */
function templatesOf({ kind, plain }: RenderedObject): readonly Path[] {
  if (kind === 'Pooler') return [['spec', 'serviceTemplate']]
  if (kind === 'Service') return plain['apiVersion'] === 'v1' && selectsOurs(plain) ? [[]] : []
  return kind === 'Cluster' ? listAt(plain, ...additional).map((_item, index) => [...additional, index, 'serviceTemplate']) : []
}

function selectsOurs(plain: JsonMap): boolean {
  const selector = plainAt(plain, 'spec', 'selector')
  return isJsonMap(selector) && Object.keys(selector).some((key) => key.startsWith('cnpg.io/'))
}

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']

function* nameAndType(object: RenderedObject, template: Path): Iterable<ObjectFinding> {
  const [name, type] = [textAt(object.plain, ...template, 'metadata', 'name'), textAt(object.plain, ...template, 'spec', 'type')]
  // the Service of a Pooler is named like it, whatever the template says
  if (object.kind === 'Cluster' && name !== undefined && name !== '' && !isDns1123Label(name)) {
    const likely = likelyName(name, isDns1123Label)
    yield {
      object,
      message: phrase`${here('name')} is ${shown(name)}, but no Service can have this name`,
      places: [{ path: [...template, 'metadata', 'name'] }],
      help: likely === undefined ? phrase`write at most 63 lower case letters, digits and -` : phrase`did you mean ${named(likely)}?`,
    }
  }
  if (type === undefined || type === '' || types.includes(type)) return
  const meant = types.find((known) => known.toLowerCase() === type.toLowerCase()) ?? nearest(type, types)
  yield {
    object,
    message: phrase`${here('type')} is ${shown(type)}, but no Service has this type`,
    places: [{ path: [...template, 'spec', 'type'] }],
    help: meant === undefined ? phrase`write one of ${named(types.join(', '))}` : phrase`did you mean ${named(meant)}?`,
  }
}

/** `10.0.0.0/8`; of IPv6 no more than the outline. */
function isNetwork(text: string): boolean {
  const [address = '', bits = '', rest] = text.trim().split('/')
  if (rest !== undefined || !/^\d{1,3}$/.test(bits)) return false
  if (address.includes(':')) return Number(bits) <= 128
  const parts = address.split('.')
  return Number(bits) <= 32 && parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)
}

const isFilledIn = (text: string): boolean => /[${}<>]/.test(text)

/** Fields of a load balancer or a node port. Reproduces parts of `ValidateService` and `validateServiceExternalTrafficPolicy`. */
function* exposure(object: RenderedObject, template: Path): Iterable<ObjectFinding> {
  const spec = [...template, 'spec']
  const type = textAt(object.plain, ...spec, 'type') || 'ClusterIP'
  const ranges = listAt(object.plain, ...spec, 'loadBalancerSourceRanges')
  for (const [index, range] of ranges.entries()) {
    if (typeof range !== 'string' || isNetwork(range) || isFilledIn(range)) continue
    yield {
      object,
      message: phrase`${here('range')} is ${shown(range)}, but must be a network such as 10.0.0.0/8: the Service is refused`,
      places: [{ path: [...spec, 'loadBalancerSourceRanges', index] }],
      help: isNetwork(`${range}/32`)
        ? phrase`write ${named(range)}/32 for this one address`
        : phrase`write the address and the bits of its network`,
    }
  }
  if (!types.includes(type) || type === 'LoadBalancer') return
  const balancer = ['loadBalancerSourceRanges', 'loadBalancerClass', 'allocateLoadBalancerNodePorts'].filter((field) =>
    field === 'loadBalancerSourceRanges' ? ranges.length > 0 : (plainAt(object.plain, ...spec, field) ?? undefined) !== undefined,
  )
  const policy =
    type === 'ClusterIP' &&
    listAt(object.plain, ...spec, 'externalIPs').length === 0 &&
    (textAt(object.plain, ...spec, 'externalTrafficPolicy') ?? '') !== ''
      ? ['externalTrafficPolicy']
      : []
  for (const field of [...balancer, ...policy])
    yield {
      object,
      message: phrase`${field} is set, but the Service is a ${type}, which can't have it: Kubernetes refuses it`,
      places: [{ path: [...spec, field], on: 'key' }],
      help: phrase`write type: LoadBalancer beside it, or remove it`,
    }
}

/** Ports of the containers that the operator makes, by number and name. */
const served = {
  Cluster: { main: 'postgresql', all: ['postgresql', 'metrics', 'status', '5432', '9187', '8000'], number: 5432 },
  Pooler: { main: 'pgbouncer', all: ['pgbouncer', 'metrics', '5432', '9127'], number: 5432 },
}

function* unserved(object: RenderedObject, template: Path): Iterable<ObjectFinding> {
  const { kind, plain } = object
  if (kind !== 'Cluster' && kind !== 'Pooler') return
  const { main, all, number } = served[kind]
  if (mayHoldOthers(plain)) return
  for (const [index, port] of listAt(plain, ...template, 'spec', 'ports').entries()) {
    const given = plainAt(port, 'targetPort') ?? plainAt(port, 'port')
    const text = printed(given ?? null)
    // 0 and nothing are the port itself
    if (given === undefined || text === '' || text === '0' || all.includes(text) || ofMeshes.test(text) || !isTargetPossible(given))
      continue
    const isTarget = (plainAt(port, 'targetPort') ?? undefined) !== undefined
    yield {
      object,
      message: phrase`${here(isTarget ? 'targetPort' : 'port')} is ${named(text)}, but ${kind === 'Pooler' ? 'PgBouncer' : 'PostgreSQL'} listens at ${number}: nothing answers`,
      places: [{ path: [...template, 'spec', 'ports', index, isTarget ? 'targetPort' : 'port'] }],
      help: phrase`${isTarget ? 'write' : 'add'} targetPort: ${main}`,
    }
  }
}

function* withoutStandbys(object: RenderedObject): Iterable<ObjectFinding> {
  if (object.kind !== 'Cluster' || instancesIn(object) !== 1) return
  for (const [index, service] of listAt(object.plain, ...additional).entries()) {
    if (textAt(service, 'selectorType') !== 'ro') continue
    yield {
      object,
      message: phrase`${here('selectorType')} is ro, but the Cluster has 1 instance and so no standby: nothing answers`,
      places: [{ path: [...additional, index, 'selectorType'] }],
      help: phrase`write r for any instance, or set instances: 2`,
    }
  }
}

export const services: readonly ObjectRule[] = [
  {
    // Kubernetes, ValidateService: the operator creates the Service as the template says
    id: 'policy/service-possible',
    severity: 'error',
    configurable: true,
    summary: 'an additional Service is one that Kubernetes accepts: its name, its type, its ports and who may reach it',
    reads: [['cluster', 'services']],
    *check({ objects }) {
      for (const object of objects)
        for (const template of templatesOf(object)) {
          yield* nameAndType(object, template)
          yield* exposure(object, template)
          yield* portMistakes(object, template)
        }
    },
  },
  {
    // kube-apiserver, --service-node-port-range: 30000-32767 unless the cluster has another one
    id: 'policy/node-port-in-range',
    severity: 'warning',
    configurable: true,
    summary: 'a nodePort is in the range that Kubernetes has by default',
    reads: [['cluster', 'services']],
    *check({ objects }) {
      for (const object of objects) for (const template of templatesOf(object)) yield* unusualNodePorts(object, template)
    },
  },
  {
    // ports of pkg/specs/pods.go and pkg/specs/pgbouncer, CloudNativePG 1.27 to 1.30; connection_pooling.md: a port named pgbouncer, or 5432,
    // takes the place of the operator's
    id: 'policy/service-answers',
    severity: 'warning',
    configurable: true,
    upstream: 'createPostgresContainers, buildInstanceServicePorts',
    summary: 'an additional Service leads to a port where somebody listens, of instances that there are',
    reads: [
      ['cluster', 'services'],
      ['cluster', 'instances'],
    ],
    *check({ objects }) {
      for (const object of objects) {
        for (const template of templatesOf(object)) yield* unserved(object, template)
        yield* withoutStandbys(object)
      }
    },
  },
]
