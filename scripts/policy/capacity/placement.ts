// Can the scheduler spread the instances by the label that they name?
import { here, named, phrase, shown } from '../../findings/message.ts'
import { nearest } from '../../values/path.ts'
import type { Path } from '../../values/value.ts'
import { isJsonMap, valueAt } from '../../values/value.ts'
import { instancesIn, listAt, plainAt, textAt } from '../subject.ts'
import type { RenderedObject } from '../../model.ts'
import type { ObjectFinding, ObjectRule } from '../subject.ts'
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

/** Labels that the operator gives pods itself, or may. */
const ofOperator = /^(?:role$|(?:[\w.-]+\.)?cnpg\.io\/|app\.kubernetes\.io\/)/

/** Where pods get labels from; those of a Cluster itself are handed on by some operators. */
const labelled: Readonly<Record<string, readonly Path[]>> = lookup({
  Cluster: [
    ['spec', 'inheritedMetadata', 'labels'],
    ['metadata', 'labels'],
  ],
  Pooler: [['spec', 'template', 'metadata', 'labels']],
})

/** Why a constraint counts no pod of the object: what to blame, and what to write. */
function whyUncounted(object: RenderedObject, path: Path): Pick<ObjectFinding, 'message' | 'places' | 'help'> | undefined {
  const pods = object.kind === 'Cluster' ? 'instances' : 'pods'
  const own = object.kind === 'Cluster' ? 'cnpg.io/cluster' : 'cnpg.io/poolerName'
  const selector = plainAt(object.plain, ...path, 'labelSelector')
  if (selector === undefined || selector === null)
    return {
      message: phrase`labelSelector is not set, but then no pod is counted: ${pods} are not spread`,
      places: [{ path, on: 'key' }],
      help: phrase`add labelSelector: {matchLabels: {${own}: ${named(object.name)}}}`,
    }
  const labels = plainAt(selector, 'matchLabels')
  for (const [key, value] of isJsonMap(labels) ? Object.entries(labels) : []) {
    const there = { places: [{ path: [...path, 'labelSelector', 'matchLabels', key] }] as const }
    if (key === own && value !== object.name)
      return {
        ...there,
        message: phrase`${here(key)} is ${shown(value)}, but this ${object.kind} is ${shown(object.name)}: its ${pods} are not spread`,
        help: phrase`write ${object.name}`,
      }
    const given = (labelled[object.kind] ?? []).map((at) => plainAt(object.plain, ...at, key))
    if (ofOperator.test(key) || given.includes(value)) continue
    return {
      ...there,
      message: phrase`${here(key)} is ${shown(value)}, but nothing here gives ${pods} that label: they are not spread`,
      help: phrase`write ${own}: ${named(object.name)}, or add the label to ${named(labelled[object.kind]?.[0]?.join('.'))}`,
    }
  }
  return undefined
}

function* uncounted(object: RenderedObject): Iterable<ObjectFinding> {
  const list = object.kind === 'Cluster' ? ['spec', 'topologySpreadConstraints'] : ['spec', 'template', 'spec', 'topologySpreadConstraints']
  for (const index of listAt(object.plain, ...list).keys()) {
    const finding = whyUncounted(object, [...list, index])
    if (finding !== undefined) yield { object, ...finding }
  }
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
    summary: 'the pods of a Cluster or Pooler are among those that are spread',
    reads: [['cluster', 'topologySpreadConstraints']],
    *check({ objects }) {
      for (const object of objects) if (object.kind === 'Cluster' || object.kind === 'Pooler') yield* uncounted(object)
    },
  },
]
