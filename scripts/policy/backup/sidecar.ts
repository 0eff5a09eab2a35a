// Has the sidecar of the Barman plugin the memory that a base backup takes?
import { barmanPlugin } from '../../chart/model/plugins.ts'
import { here, named, phrase } from '../../findings/message.ts'
import { bytesOf } from '../../kubernetes/bytes.ts'
import type { RenderedObject } from '../../model.ts'
import { printed } from '../../values/printed.ts'
import type { Json, Path } from '../../values/value.ts'
import { listAt, objectsOf, objectsOfCluster, plainAt, textAt, typed } from '../subject.ts'
import type { ObjectRule, ObjectsSubject } from '../subject.ts'
import { storeReferences } from './archive.ts'

/** With this much the sidecar archives WAL, but is killed in base backups: `barman-cloud-backup` and two workers, each a Python of its own. */
const tooLittle = 128 * 1024 * 1024
export const ofSidecar: Path = ['spec', 'instanceSidecarConfiguration', 'resources']

/** The stores that the sidecars of a Cluster take their configuration from. */
export function storesOfSidecars(subject: ObjectsSubject, cluster: RenderedObject): RenderedObject[] {
  const names = storeReferences(cluster).flatMap(({ name, path }) => (path[1] === 'plugins' ? [name] : []))
  return objectsOf(subject, 'ObjectStore').filter(({ name }) => names.includes(name))
}

/** Whether base backups are taken by the plugin. */
function takesBackups(subject: ObjectsSubject, cluster: RenderedObject): boolean {
  return ['ScheduledBackup', 'Backup'].some((kind) =>
    objectsOfCluster(subject, cluster, kind).some(({ plain }) => textAt(plain, 'spec', 'pluginConfiguration', 'name') === barmanPlugin),
  )
}

const enough = 512 * 1024 * 1024

/** A LimitRange that refuses a container with enough. */
function tooNarrow(subject: ObjectsSubject): RenderedObject | undefined {
  return objectsOf(subject, 'LimitRange').find(({ plain }) =>
    listAt(plain, 'spec', 'limits').some(
      (limit) => plainAt(limit, 'type') === 'Container' && (bytesOf(plainAt(limit, 'max', 'memory')) ?? enough) < enough,
    ),
  )
}

interface Limit {
  readonly value: Json
  /** the LimitRange that gives it to containers without one */
  readonly from?: string
}

function limitOf(subject: ObjectsSubject, { plain }: RenderedObject): Limit | undefined {
  const own = plainAt(plain, ...ofSidecar, 'limits', 'memory')
  if (own !== undefined) return { value: own }
  for (const range of objectsOf(subject, 'LimitRange'))
    for (const limit of listAt(range.plain, 'spec', 'limits')) {
      const value = plainAt(limit, 'default', 'memory') ?? plainAt(limit, 'max', 'memory')
      if (plainAt(limit, 'type') === 'Container' && value !== undefined) return { value, from: range.name }
    }
  return undefined
}

export const sidecars: readonly ObjectRule[] = [
  {
    // siutsin/otaru#2480 and #2723, cozystack#4220: killed with 128Mi in each base backup, of a database of 38 MB, too; well with 512Mi
    id: 'policy/sidecar-has-memory',
    severity: 'warning',
    configurable: true,
    summary: 'the sidecar of the Barman plugin has the memory that a base backup takes',
    reads: [['backups', 'instanceSidecarConfiguration']],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster')) {
        if (!takesBackups(subject, cluster)) continue
        for (const store of storesOfSidecars(subject, cluster)) {
          const limit = limitOf(subject, store)
          const bytes = limit === undefined ? undefined : bytesOf(limit.value)
          // less than 1Mi lacks a unit
          if (limit === undefined || bytes === undefined || bytes > tooLittle || bytes < 1024 * 1024) continue
          const value = named(printed(limit.value))
          const field = typed(subject, 'backups.instanceSidecarConfiguration.resources', 'spec.instanceSidecarConfiguration.resources')
          const narrow = tooNarrow(subject)
          const first = narrow === undefined ? [] : phrase`raise max.memory of LimitRange ${named(narrow.name)} to 512Mi, and `
          yield {
            object: store,
            message:
              limit.from === undefined
                ? phrase`${here('limits.memory')} is ${value}, with which the sidecar archives WAL, but is often killed in base backups`
                : phrase`the sidecar has no limits.memory, and ${value} from LimitRange ${named(limit.from)}, but is often killed with that in base backups`,
            places: [limit.from === undefined ? { path: [...ofSidecar, 'limits', 'memory'] } : { path: ['spec'], on: 'key' }],
            help: [...first, ...(limit.from === undefined ? phrase`write 512Mi` : phrase`set ${field}: { limits: { memory: 512Mi } }`)],
          }
        }
      }
    },
  },
]
