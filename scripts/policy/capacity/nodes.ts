// Are there as many nodes for the instances as they must be apart on?
import { fieldAt, phrase } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import type { Json, Path } from '../../values/value.ts'
import { instancesIn, listAt, plainAt, textAt } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'

const hostname = 'kubernetes.io/hostname'
const affinity = ['spec', 'affinity'] as const
const terms = [...affinity, 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms'] as const

interface Bound {
  readonly count: number
  readonly path: Path
}

/** The values that a term leaves for a label; undefined: any. */
function valuesIn(term: Json, key: string): readonly Json[] | undefined {
  const byLabel = listAt(term, 'matchExpressions').find((one) => textAt(one, 'key') === key && textAt(one, 'operator') === 'In')
  const byName =
    key === hostname
      ? listAt(term, 'matchFields').find((one) => textAt(one, 'key') === 'metadata.name' && textAt(one, 'operator') === 'In')
      : undefined
  const expression = byLabel ?? byName
  return expression === undefined ? undefined : listAt(expression, 'values')
}

/** How many values of a label the nodes may have that the instances are for: terms are alternatives, what is in one must hold at once. */
function* boundsOf({ plain }: RenderedObject, key: string): Iterable<Bound> {
  const selected = textAt(plain, ...affinity, 'nodeSelector', key)
  // what nobody filled in is reported as such
  if (selected !== undefined && !selected.includes('{{')) yield { count: 1, path: [...affinity, 'nodeSelector', key] }
  const alternatives = listAt(plain, ...terms)
  const values = alternatives.map((term) => valuesIn(term, key))
  if (alternatives.length === 0 || values.some((one) => one === undefined)) return
  yield { count: new Set(values.flatMap((one) => one ?? [])).size, path: terms }
}

/** The smallest bound: nodes of one name are in one zone, too. */
function leastBound(cluster: RenderedObject, topologyKey: string): Bound | undefined {
  const bounds = [...boundsOf(cluster, topologyKey), ...(topologyKey === hostname ? [] : boundsOf(cluster, hostname))]
  return bounds.reduce<Bound | undefined>((least, one) => (least === undefined || one.count < least.count ? one : least), undefined)
}

export const nodes: readonly ObjectRule[] = [
  {
    // `CreateGeneratedAntiAffinity` of CloudNativePG 1.27 to 1.30; Kubernetes, "Inter-pod affinity and anti-affinity": a pod whose required
    // term no node meets stays Pending
    id: 'policy/instances-have-nodes',
    severity: 'error',
    configurable: true,
    summary: 'instances that must be apart may run on as many nodes or zones as there are of them',
    reads: [
      ['cluster', 'affinity'],
      ['cluster', 'instances'],
    ],
    *check({ objects }) {
      for (const object of objects) {
        const required = [...affinity, 'podAntiAffinityType']
        if (object.kind !== 'Cluster' || textAt(object.plain, ...required) !== 'required') continue
        if (plainAt(object.plain, ...affinity, 'enablePodAntiAffinity') === false) continue
        const topologyKey = textAt(object.plain, ...affinity, 'topologyKey') || hostname
        const [bound, instances] = [leastBound(object, topologyKey), instancesIn(object)]
        // no node at all is another mistake
        if (bound === undefined || instances === undefined || bound.count === 0 || instances <= bound.count) continue
        const where = topologyKey === hostname ? 'node' : 'topology domain'
        yield {
          object,
          message: phrase`${fieldAt(['spec', 'instances'], 'instances')} is ${instances}, but they may run in ${bound.count} ${where}${bound.count === 1 ? '' : 's'}, one in each: the others stay Pending`,
          places: [
            { path: bound.path, on: 'key' },
            { path: required, label: phrase`no two may share a ${where}` },
            { path: ['spec', 'instances'], label: phrase`instances is ${instances}` },
          ],
          help: phrase`allow ${instances} of them here, lower instances, or write podAntiAffinityType: preferred`,
        }
      }
    },
  },
]
