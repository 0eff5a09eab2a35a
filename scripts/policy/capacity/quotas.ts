// Do the ResourceQuotas and LimitRanges of a namespace let the pods and volumes of a Cluster be made?
import { named, phrase } from '../../findings/message.ts'
import { readQuantity } from '../../kubernetes/quantity.ts'
import { bytesOf, showQuantity } from '../../kubernetes/bytes.ts'
import type { RenderedObject } from '../../model.ts'
import { grouped } from '../../values/append.ts'
import { printed } from '../../values/printed.ts'
import type { Json, Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { ofSidecar, storesOfSidecars } from '../backup/sidecar.ts'
import { instancesIn, listAt, objectOf, objectsOf, plainAt } from '../subject.ts'
import type { ObjectRule, ObjectsSubject } from '../subject.ts'

/** A quota for some pods only is not worked out. */
const isForAll = ({ plain }: RenderedObject): boolean =>
  listAt(plain, 'spec', 'scopes').length === 0 && plainAt(plain, 'spec', 'scopeSelector') === undefined

/** `requests.cpu` and `cpu` are the same. */
function splitResource(key: string): readonly ['requests' | 'limits', 'cpu' | 'memory'] | undefined {
  const match = /^(?:(requests|limits)\.)?(cpu|memory)$/.exec(key)
  return match === null ? undefined : [(match[1] ?? 'requests') as 'requests' | 'limits', match[2] as 'cpu' | 'memory']
}

/** What one instance has, or its sidecar: requests are the limits where none are set. */
function ofInstance({ kind, plain }: RenderedObject, side: 'requests' | 'limits', what: string): Json | undefined {
  const path = kind === 'ObjectStore' ? ofSidecar : ['spec', 'resources']
  const of = (one: string): Json | undefined => plainAt(plain, ...path, one, what)
  return side === 'limits' ? of('limits') : (of('requests') ?? of('limits'))
}

interface Volume {
  readonly size: number
  readonly storageClass: Json | undefined
  readonly path: Path
}

/** The volumes of one instance. */
function volumesOf({ plain }: RenderedObject): Volume[] {
  const tablespaces = listAt(plain, 'spec', 'tablespaces').map((_, index): Path => ['spec', 'tablespaces', index, 'storage'])
  return [['spec', 'storage'], ['spec', 'walStorage'], ...tablespaces].flatMap((path) => {
    const size = bytesOf(plainAt(plain, ...path, 'size'))
    return size === undefined ? [] : [{ size, storageClass: plainAt(plain, ...path, 'storageClass'), path: [...path, 'size'] }]
  })
}

/** All instances against a bound of a quota; undefined: there is room, or it is not known. */
function needed(cluster: RenderedObject, key: string, hard: Json): { readonly sum: string; readonly path: Path } | undefined {
  const instances = instancesIn(cluster) ?? 1
  const volumes = volumesOf(cluster)
  const resource = splitResource(key)
  const ofClass = /^(.+)\.storageclass\.storage\.k8s\.io\/requests\.storage$/.exec(key)?.[1]
  const counted = key === 'persistentvolumeclaims' ? instances * volumes.length : key === 'pods' ? instances : undefined
  if (counted !== undefined) return counted > Number(hard) ? { sum: String(counted), path: ['spec', 'instances'] } : undefined
  if (key === 'requests.storage' || ofClass !== undefined) {
    const sum =
      instances * volumes.reduce((total, one) => (ofClass === undefined || one.storageClass === ofClass ? total + one.size : total), 0)
    const bound = bytesOf(hard)
    return bound !== undefined && sum > bound ? { sum: showQuantity(sum), path: ['spec', 'storage', 'size'] } : undefined
  }
  if (resource === undefined) return undefined
  const [side, what] = resource
  const own = ofInstance(cluster, side, what)
  const [one, bound] = [amount(own, what), amount(hard, what)]
  if (one === undefined || bound === undefined || one * instances <= bound) return undefined
  return { sum: what === 'memory' ? showQuantity(one * instances) : printed(one * instances), path: ['spec', 'resources'] }
}

/** Bytes, or cores. */
function amount(value: Json | undefined, what: 'cpu' | 'memory'): number | undefined {
  if (what === 'memory') return bytesOf(value)
  const quantity = readQuantity(value)
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : ''
  const match = /^(\d+(?:\.\d+)?)(m?)$/.exec(text)
  return quantity === undefined || match === null ? undefined : Number(match[1]) / (match[2] === 'm' ? 1000 : 1)
}

/** Whether a LimitRange fills in what a container does not set. */
function isFilledIn(subject: ObjectsSubject, side: 'requests' | 'limits', what: string): boolean {
  return objectsOf(subject, 'LimitRange').some(({ plain }) =>
    listAt(plain, 'spec', 'limits').some((limit) => {
      if (plainAt(limit, 'type') !== 'Container') return false
      const fields = side === 'limits' ? ['default', 'max'] : ['defaultRequest', 'default', 'min', 'max']
      return fields.some((field) => plainAt(limit, field, what) !== undefined)
    }),
  )
}

/** Whether the instances, or their sidecars, have nothing of what a quota counts. */
function lacks(subject: ObjectsSubject, holder: RenderedObject, key: string): boolean {
  const resource = splitResource(key)
  return resource !== undefined && ofInstance(holder, ...resource) === undefined && !isFilledIn(subject, ...resource)
}

export const quotas: readonly ObjectRule[] = [
  {
    // resourcequota admission: "failed quota: %s: must specify %s" (cnpg#1028)
    id: 'policy/quota-needs-resources',
    severity: 'warning',
    configurable: true,
    summary: 'instances set the resources that a ResourceQuota of their namespace counts',
    reads: [],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      if (cluster === undefined) return
      // the quota counts the containers of a pod one by one
      const holders = [cluster, ...storesOfSidecars(subject, cluster)]
      for (const object of objectsOf(subject, 'ResourceQuota').filter(isForAll)) {
        const hard = plainAt(object.plain, 'spec', 'hard')
        const keys = Object.keys(isJsonMap(hard) ? hard : {})
        let isFound = false
        for (const holder of holders) {
          const missing = keys.filter((key) => lacks(subject, holder, key))
          if (missing.length === 0) continue
          isFound = true
          const what = named(missing.map((key) => (splitResource(key) ?? []).join('.')).join(', '))
          const isSidecar = holder.kind === 'ObjectStore'
          yield {
            object: holder,
            message: phrase`resources${isSidecar ? ' of the sidecar' : ''} have no ${what}, but ResourceQuota ${named(object.name)} lets no pod without be made`,
            places: [{ path: isSidecar ? ofSidecar : ['spec', 'resources'], on: 'key' }],
            help: isSidecar
              ? phrase`set them in instanceSidecarConfiguration.resources, or defaults in a LimitRange`
              : phrase`set them in resources, or defaults in a LimitRange`,
          }
        }
        if (isFound) return
      }
    },
  },
  {
    id: 'policy/quota-suffices',
    severity: 'error',
    configurable: true,
    summary: 'the instances of one Cluster fit into the ResourceQuotas of their namespace',
    reads: [],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      if (cluster === undefined) return
      for (const object of objectsOf(subject, 'ResourceQuota').filter(isForAll)) {
        const hard = plainAt(object.plain, 'spec', 'hard')
        const missed = Object.entries(isJsonMap(hard) ? hard : {}).flatMap(([key, value]) => {
          const more = needed(cluster, key, value)
          return more === undefined ? [] : [{ ...more, key, value }]
        })
        // what is too large for several bounds is one mistake
        for (const [first, ...others] of grouped(missed, ({ path, key }) => `${path.join('.')} ${splitResource(key)?.[1]}`).values()) {
          if (first === undefined) continue
          const { sum, key, value, path } = first
          const more = others.length === 0 ? '' : ` (and ${others.length} more)`
          yield {
            object: cluster,
            message: phrase`${instancesIn(cluster) ?? 1} instances need ${named(sum)} of ${named(key)}, but ResourceQuota ${named(object.name)} has ${named(printed(value))}${more}`,
            places: [{ path }],
            help: phrase`make the instances smaller, or raise spec.hard of ${named(object.name)}`,
          }
        }
      }
    },
  },
  {
    // limitranger admission: "maximum memory usage per Container is %s, but limit is %s"
    id: 'policy/limit-range-fits',
    severity: 'error',
    configurable: true,
    summary: 'instances and volumes are within the LimitRanges of their namespace',
    reads: [],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      if (cluster === undefined) return
      for (const { name, plain } of objectsOf(subject, 'LimitRange'))
        for (const limit of listAt(plain, 'spec', 'limits')) {
          const type = plainAt(limit, 'type')
          if (type === 'PersistentVolumeClaim')
            for (const { size, path } of volumesOf(cluster)) {
              const [least, most] = [bytesOf(plainAt(limit, 'min', 'storage')), bytesOf(plainAt(limit, 'max', 'storage'))]
              const bound = most !== undefined && size > most ? 'at most' : least !== undefined && size < least ? 'at least' : undefined
              if (bound === undefined) continue
              yield {
                object: cluster,
                message: phrase`size is ${named(showQuantity(size))}, but LimitRange ${named(name)} wants ${bound} ${named(showQuantity((bound === 'at most' ? most : least) ?? 0))} for a volume`,
                places: [{ path }],
                help: phrase`change the size, or the LimitRange`,
              }
            }
          if (type !== 'Container' && type !== 'Pod') continue
          for (const what of ['memory', 'cpu'] as const)
            for (const [field, side, word] of [
              ['max', 'limits', 'at most'],
              ['min', 'requests', 'at least'],
            ] as const) {
              const own = plainAt(cluster.plain, 'spec', 'resources', side, what)
              const [one, bound] = [amount(own, what), amount(plainAt(limit, field, what), what)]
              if (one === undefined || bound === undefined || (field === 'max' ? one <= bound : one >= bound)) continue
              yield {
                object: cluster,
                message: phrase`${what} is ${named(printed(own))}, but LimitRange ${named(name)} wants ${word} ${named(printed(plainAt(limit, field, what)))}`,
                places: [{ path: ['spec', 'resources', side, what] }],
                help: phrase`write ${word} ${named(printed(plainAt(limit, field, what)))}, or change the LimitRange`,
              }
            }
        }
    },
  },
]
