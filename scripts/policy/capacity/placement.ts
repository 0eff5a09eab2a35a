// Can the scheduler spread the instances by the label that they name?
import { here, named, phrase, shown } from '../../findings/message.ts'
import { nearest } from '../../values/path.ts'
import { valueAt } from '../../values/value.ts'
import { instancesIn, listAt, plainAt, textAt } from '../subject.ts'
import type { RenderedObject } from '../../model.ts'
import type { ObjectRule } from '../subject.ts'
import { lookup } from '../../values/lookup.ts'

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
  {
    // `CreateGeneratedAntiAffinity` of CloudNativePG 1.27 to 1.30 returns nothing where enablePodAntiAffinity is false
    id: 'policy/anti-affinity-on',
    severity: 'warning',
    configurable: true,
    summary: 'instances are kept apart where it is written how',
    reads: [['cluster', 'affinity']],
    *check({ objects }) {
      for (const object of objects.filter(({ kind }) => kind === 'Cluster')) {
        const affinity = ['spec', 'affinity']
        if (plainAt(object.plain, ...affinity, 'enablePodAntiAffinity') !== false || instancesIn(object) === 1) continue
        const off = valueAt(object.value, [...affinity, 'enablePodAntiAffinity'])
        // a base may say how, and an environment that not
        const how = ['podAntiAffinityType', 'topologyKey'].find((field) => {
          const written = valueAt(object.value, [...affinity, field])
          return written?.kind === 'scalar' && written.value !== '' && written.origin.file === off?.origin.file
        })
        if (how === undefined) continue
        yield {
          object,
          message: phrase`${here(how)} has no effect: enablePodAntiAffinity is false, and all instances may be on one node`,
          places: [{ path: [...affinity, how] }, { path: [...affinity, 'enablePodAntiAffinity'], label: phrase`it is switched off here` }],
          help: phrase`remove enablePodAntiAffinity (true is the default), or ${named(how)} where they may share a node`,
        }
      }
    },
  },
  {
    // Kubernetes, "Pod Topology Spread Constraints": only pods that the selector matches are counted
    id: 'policy/spread-counts-instances',
    severity: 'warning',
    configurable: true,
    summary: 'the instances are among the pods that are spread',
    reads: [['cluster', 'topologySpreadConstraints']],
    *check({ objects }) {
      for (const object of objects.filter(({ kind }) => kind === 'Cluster'))
        for (const index of listAt(object.plain, 'spec', 'topologySpreadConstraints').keys()) {
          const path = ['spec', 'topologySpreadConstraints', index, 'labelSelector', 'matchLabels', 'cnpg.io/cluster']
          const counted = textAt(object.plain, ...path)
          if (counted === undefined || counted === object.name) continue
          yield {
            object,
            message: phrase`${here('cnpg.io/cluster')} is ${shown(counted)}, but this Cluster is ${shown(object.name)}: its instances are not spread`,
            places: [{ path }],
            help: phrase`write ${object.name}`,
          }
        }
    },
  },
]
