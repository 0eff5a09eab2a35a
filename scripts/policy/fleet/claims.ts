// Which things that a Kubernetes cluster has only once do objects of a database claim?
import type { RenderedObject } from '../../model.ts'
import type { Json, Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { listAt, plainAt, textAt } from '../subject.ts'

export type ClaimKind = 'node port' | 'load balancer IP' | 'host name' | 'Secret' | 'login Secret'

export interface Claim {
  readonly kind: ClaimKind
  readonly value: string
  readonly object: RenderedObject
  readonly path: Path
}

/** Templates of Services in a Cluster and in a Pooler, with their paths. */
function servicesOf({ kind, plain }: RenderedObject): readonly (readonly [template: Json | undefined, path: Path])[] {
  if (kind === 'Pooler') return [[plainAt(plain, 'spec', 'serviceTemplate'), ['spec', 'serviceTemplate']]]
  if (kind !== 'Cluster') return []
  const base = ['spec', 'managed', 'services', 'additional']
  return listAt(plain, ...base).map((item, index) => [plainAt(item, 'serviceTemplate'), [...base, index, 'serviceTemplate']] as const)
}

/** Annotations with addresses of a load balancer: MetalLB, kube-vip, Cilium. */
const addresses = [
  'metallb.io/loadBalancerIPs',
  'metallb.universe.tf/loadBalancerIPs',
  'kube-vip.io/loadbalancerIPs',
  'lbipam.cilium.io/ips',
]
/** Annotations by which one address serves several Services on purpose. */
const sharing = ['metallb.io/allow-shared-ip', 'metallb.universe.tf/allow-shared-ip', 'lbipam.cilium.io/sharing-key']
/** Annotations with host names (external-dns). */
const hosts = ['external-dns.alpha.kubernetes.io/hostname', 'external-dns.alpha.kubernetes.io/internal-hostname']

/** What a Service with this template claims. */
function* ofService([template, path]: readonly [Json | undefined, Path]): Iterable<Omit<Claim, 'object'>> {
  for (const [index, port] of listAt(template, 'spec', 'ports').entries()) {
    const number = plainAt(port, 'nodePort')
    if (typeof number === 'number' && number > 0)
      yield { kind: 'node port', value: `${number}`, path: [...path, 'spec', 'ports', index, 'nodePort'] }
  }
  const annotations = plainAt(template, 'metadata', 'annotations')
  const isShared = sharing.some((name) => plainAt(annotations, name) !== undefined)
  const ip = textAt(template, 'spec', 'loadBalancerIP')
  if (ip !== undefined && ip !== '' && !isShared) yield { kind: 'load balancer IP', value: ip, path: [...path, 'spec', 'loadBalancerIP'] }
  for (const [names, kind] of [
    [isShared ? [] : addresses, 'load balancer IP'],
    [hosts, 'host name'],
  ] as const)
    for (const name of names)
      for (const value of (textAt(annotations, name) ?? '').split(',').map((one) => one.trim().toLowerCase()))
        if (value !== '') yield { kind, value, path: [...path, 'metadata', 'annotations', name] }
}

/** Everything that the objects of one database claim. */
export function claimsOf(objects: readonly RenderedObject[]): Claim[] {
  return objects.flatMap((object) => {
    const services = servicesOf(object).flatMap((service) => [...ofService(service)].map((claim): Claim => ({ ...claim, object })))
    if (object.kind === 'Secret') return [...services, { kind: 'Secret', value: object.name, object, path: ['metadata', 'name'] } as const]
    if (object.kind !== 'Cluster') return services
    const path = ['spec', 'bootstrap', 'initdb', 'secret', 'name']
    const login = isJsonMap(plainAt(object.plain, 'spec', 'bootstrap', 'initdb')) ? textAt(object.plain, ...path) : undefined
    return login === undefined ? services : [...services, { kind: 'login Secret', value: login, object, path } as const]
  })
}
