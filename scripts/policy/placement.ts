// Can the scheduler spread the instances by the label that they name?
import { here, named, phrase, shown } from '../findings/message.ts'
import { nearest } from '../values/path.ts'
import { instancesIn, plainAt, textAt } from './subject.ts'
import type { RenderedObject } from '../model.ts'
import type { ObjectRule } from './subject.ts'
import { lookup } from '../values/lookup.ts'

/** Well-known labels of nodes that people spread by (https://kubernetes.io/docs/reference/labels-annotations-taints/). */
const labels = ['kubernetes.io/hostname', 'topology.kubernetes.io/zone', 'topology.kubernetes.io/region']
/** In a domain of Kubernetes itself, where nobody else makes labels; a bare `zone` may well be a label of one's own. */
const meantBy: Readonly<Record<string, string>> = lookup({
  'kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'kubernetes.io/region': 'topology.kubernetes.io/region',
  'topology.kubernetes.io/hostname': 'kubernetes.io/hostname',
})

/** Whether the operator keeps the instances apart; a single one may be anywhere. */
function isSpread(cluster: RenderedObject): boolean {
  return plainAt(cluster.plain, 'spec', 'affinity', 'enablePodAntiAffinity') !== false && instancesIn(cluster) !== 1
}

export const placement: readonly ObjectRule[] = [
  {
    // Kubernetes, "Inter-pod affinity and anti-affinity": nodes without the label of topologyKey keep no pods apart
    id: 'policy/topology-key',
    severity: 'warning',
    configurable: true,
    summary: 'instances are spread by a label that nodes have',
    reads: [['cluster', 'affinity']],
    *check({ objects }) {
      for (const object of objects.filter(({ kind }) => kind === 'Cluster')) {
        const path = ['spec', 'affinity', 'topologyKey']
        const key = textAt(object.plain, ...path)
        if (key === undefined || key === '' || labels.includes(key) || !isSpread(object)) continue
        const meant = meantBy[key] ?? nearest(key, labels)
        if (meant === undefined) continue
        yield {
          object,
          message: phrase`${here('topologyKey')} is ${shown(key)}, but nodes have no such label: nothing keeps instances apart`,
          places: [{ path }],
          help: phrase`write ${named(meant)}`,
        }
      }
    },
  },
]
