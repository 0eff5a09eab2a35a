// Do the objects that others wrote for the pods of a Cluster or a Pooler find them, and leave room for what the operator makes itself?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { lookup } from '../../values/lookup.ts'
import { misspelt } from '../../values/misspelt.ts'
import { listed, nearest } from '../../values/path.ts'
import { printed } from '../../values/printed.ts'
import type { Json, Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { instancesIn, listAt, objectOf, objectsOf, objectsOfCluster, plainAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule, ObjectsSubject } from '../subject.ts'

export const clusterKey = 'cnpg.io/cluster'

/** What a selector by the labels of the operator asks for; undefined: expressions, or nothing that names a Cluster. */
export function labelsAsked(selector: Json | undefined): ReadonlyMap<string, string> | undefined {
  const wanted = plainAt(selector, 'matchLabels')
  if (!isJsonMap(wanted) || listAt(selector, 'matchExpressions').length > 0) return undefined
  return new Map(Object.entries(wanted).map(([key, value]) => [key, printed(value)]))
}

/** The values that labels of instances have by their role; the short name is the older one of the same. */
const byRole: Readonly<Record<string, readonly string[]>> = lookup({
  'cnpg.io/instanceRole': ['primary', 'replica'],
  role: ['primary', 'replica'],
  'cnpg.io/podRole': ['instance', 'pooler'],
})
const ownKeys = [clusterKey, 'cnpg.io/instanceName', 'cnpg.io/instanceRole', 'cnpg.io/jobRole', 'cnpg.io/podRole', 'cnpg.io/poolerName']

/** Whether labels are those of instances of the Cluster, whatever their role. */
function areOfInstances(labels: ReadonlyMap<string, string>, { name }: RenderedObject): boolean {
  return (
    labels.get(clusterKey) === name &&
    [...labels].every(
      ([key, value]) =>
        key === clusterKey || (key in byRole && key !== 'cnpg.io/podRole') || (key === 'cnpg.io/podRole' && value === 'instance'),
    )
  )
}

function* budgets(
  subject: ObjectsSubject,
): Iterable<{ readonly object: RenderedObject; readonly cluster: RenderedObject; readonly role: string | undefined }> {
  const cluster = objectOf(subject, 'Cluster')
  if (cluster === undefined) return
  for (const object of objectsOf(subject, 'PodDisruptionBudget')) {
    const labels = labelsAsked(plainAt(object.plain, 'spec', 'selector'))
    if (labels === undefined || !areOfInstances(labels, cluster)) continue
    yield { object, cluster, role: labels.get('cnpg.io/instanceRole') ?? labels.get('role') }
  }
}

/** `50%` of the pods, rounded up as Kubernetes does. */
function share(value: Json | undefined, of: number): number | undefined {
  if (typeof value === 'number') return value
  const percent = typeof value === 'string' ? /^(\d{1,3})%$/.exec(value)?.[1] : undefined
  return percent === undefined ? undefined : Math.ceil((Number(percent) * of) / 100)
}

/** What a place asks for by labels of the operator that no pod has. */
function* unmatched(object: RenderedObject, path: Path, known: readonly string[]): Iterable<ObjectFinding> {
  const wanted = plainAt(object.plain, ...path)
  if (!isJsonMap(wanted) || !(clusterKey in wanted || Object.keys(wanted).some((key) => key.startsWith('cnpg.io/')))) return
  for (const [key, value] of Object.entries(wanted)) {
    const place = [...path, key]
    if (key.startsWith('cnpg.io/') && !ownKeys.includes(key)) {
      const meant = nearest(key, ownKeys) ?? (/role/i.test(key) ? 'cnpg.io/instanceRole' : undefined)
      if (meant === undefined) continue
      yield {
        object,
        message: phrase`label is ${named(key)}, but no pod has that one, so that nothing is selected`,
        places: [{ path: place, on: 'key' }],
        help: phrase`write ${named(meant)}`,
      }
      return
    }
    const text = printed(value)
    const roles = byRole[key]
    const meant = key === clusterKey ? misspelt(text, known) : roles === undefined || roles.includes(text) ? undefined : likely(text, roles)
    if (meant === undefined) continue
    yield {
      object,
      message: phrase`${here('label')} is ${shown(text)}, but ${key === clusterKey ? phrase`the Cluster here is named ${shown(meant)}` : phrase`pods have ${listed(roles ?? [])}`}`,
      places: [{ path: place }],
      help: phrase`write ${named(meant)}`,
      ...(key === clusterKey && { unlessCluster: text }),
    }
    return
  }
}

const likely = (text: string, [first = '', second = '']: readonly string[]): string =>
  /^(?:standby|secondary|slave|replicas?|ro|read|pooler|pgbouncer)/i.test(text) ? second : first

/** Where objects select pods by their labels. */
const selectors: Readonly<Record<string, Path>> = lookup({
  PodDisruptionBudget: ['spec', 'selector', 'matchLabels'],
  PodMonitor: ['spec', 'selector', 'matchLabels'],
  Service: ['spec', 'selector'],
})

/** The Services that the operator makes, by name, and for what. */
function ownServices(subject: ObjectsSubject): Map<string, 'Cluster' | 'Pooler'> {
  const owners = new Map<string, 'Cluster' | 'Pooler'>()
  for (const cluster of objectsOf(subject, 'Cluster')) {
    const off = listAt(cluster.plain, 'spec', 'managed', 'services', 'disabledDefaultServices')
    for (const suffix of ['rw', 'ro', 'r']) if (!off.includes(suffix)) owners.set(`${cluster.name}-${suffix}`, 'Cluster')
    for (const pooler of objectsOfCluster(subject, cluster, 'Pooler')) owners.set(pooler.name, 'Pooler')
  }
  return owners
}

export const neighbours: readonly ObjectRule[] = [
  {
    // `EvictionREST.Create` of Kubernetes: "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
    id: 'policy/disruption-budget-once',
    severity: 'error',
    configurable: true,
    upstream: 'BuildPrimaryPodDisruptionBudget, BuildReplicasPodDisruptionBudget',
    summary: 'no PodDisruptionBudget is written for pods that already have one of the operator, since Kubernetes evicts no pod with two',
    reads: [],
    *check(subject) {
      for (const { object, cluster, role } of budgets(subject)) {
        if (plainAt(cluster.plain, 'spec', 'enablePDB') === false) continue
        if (role === 'replica' && (instancesIn(cluster) ?? 1) < 3) continue
        yield {
          object,
          message: phrase`selector takes in pods of ${named(cluster.name)}, which has a budget of the operator: no pod with two can be evicted`,
          places: [{ path: ['spec', 'selector'], on: 'key' }],
          help: phrase`remove this object, or set enablePDB: false in the Cluster`,
        }
      }
    },
  },
  {
    id: 'policy/disruption-budget-allows',
    severity: 'warning',
    configurable: true,
    summary: 'a PodDisruptionBudget lets one instance be evicted, or its node is never drained',
    reads: [],
    *check(subject) {
      for (const { object, cluster, role } of budgets(subject)) {
        if (plainAt(cluster.plain, 'spec', 'enablePDB') !== false) continue
        const instances = instancesIn(cluster) ?? 1
        const pods = role === 'primary' ? 1 : role === 'replica' ? instances - 1 : instances
        const [least, most] = [plainAt(object.plain, 'spec', 'minAvailable'), plainAt(object.plain, 'spec', 'maxUnavailable')]
        const field = (share(least, pods) ?? -1) >= pods ? 'minAvailable' : share(most, pods) === 0 ? 'maxUnavailable' : undefined
        if (field === undefined || pods < 1) continue
        yield {
          object,
          message: phrase`${field} is ${named(printed(field === 'minAvailable' ? least : most))} of ${pods} pods, but then none can be evicted, and its node never drained`,
          places: [{ path: ['spec', field] }],
          help: pods < 2 ? phrase`remove this object` : field === 'minAvailable' ? phrase`write ${pods - 1}` : phrase`write 1`,
        }
      }
    },
  },
  {
    id: 'policy/selector-matches',
    severity: 'warning',
    configurable: true,
    upstream: 'createPodMeta: labels of instances and poolers',
    summary: 'selectors by labels of the operator are spelt as its pods have them',
    reads: [],
    *check(subject) {
      const known = objectsOf(subject, 'Cluster').map(({ name }) => name)
      if (known.length === 0) return
      for (const object of subject.objects) {
        const path = selectors[object.kind]
        if (path !== undefined && plainAt(object.plain, 'spec', 'namespaceSelector') === undefined) yield* unmatched(object, path, known)
      }
    },
  },
  {
    // `serviceReconciler`: "refusing to reconcile service: %s, not owned by the cluster"
    id: 'policy/service-name-free',
    severity: 'error',
    configurable: true,
    upstream: 'reconcilePostgresServices',
    summary: 'no Service is written with a name that the operator gives to one of its own',
    reads: [],
    *check(subject) {
      const services = objectsOf(subject, 'Service')
      const owners = services.length === 0 ? new Map<string, 'Cluster' | 'Pooler'>() : ownServices(subject)
      for (const object of services) {
        const owner = owners.get(object.name)
        if (owner === undefined) continue
        yield {
          object,
          message: phrase`${here('name')} is ${shown(object.name)}, but that is the Service of the operator for the ${owner}`,
          places: [{ path: ['metadata', 'name'] }],
          help:
            owner === 'Pooler'
              ? phrase`rename it, or use serviceTemplate of the Pooler`
              : phrase`rename it, or use managed.services.additional of the Cluster`,
        }
      }
    },
  },
]
