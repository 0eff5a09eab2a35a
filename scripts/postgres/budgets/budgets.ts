// What do the connections, the memory, the WAL and the volumes of a database add up to? Computed once for rules, `explain`, `plan`, `report` and `connect`.
import { bytesOf } from '../../kubernetes/bytes.ts'
import type { RenderedObject } from '../../model.ts'
import { ofLatest, once } from '../../values/once.ts'
import { printed } from '../../values/printed.ts'
import type { Path } from '../../values/value.ts'
import { isJsonMap, jsonAt } from '../../values/value.ts'
import { connectionsOf } from './connections.ts'
import type { Connections } from './connections.ts'
import { settingsOf } from './settings.ts'
import type { ServerSettings } from './settings.ts'
import { sharedMemory } from './shared-memory.ts'
import type { SharedMemory } from './shared-memory.ts'

/** Bytes of one instance. */
export interface MemoryBudget {
  readonly shared: SharedMemory
  /** shared memory, `work_mem` once in each connection, `maintenance_work_mem` in each autovacuum worker; a query may use more */
  readonly peak?: number
  /** absent: there is none */
  readonly limit?: number
  readonly effectiveCache?: number
}

/** Bytes. */
export interface WalBudget {
  /** of the volume that holds pg_wal */
  readonly volume: number
  readonly path: Path
  readonly isOwn: boolean
  readonly maxSize: number
  readonly keep: number
  /** undefined: replication slots keep any amount */
  readonly slots: number | undefined
  /** `max_wal_size` and the larger of what is kept for standbys and for slots */
  readonly needed: number
}

/** Each is found out when it is asked for: most rules ask for one. */
export class Budgets {
  readonly cluster: RenderedObject
  readonly settings: ServerSettings
  readonly #objects: readonly RenderedObject[]
  readonly #connections = once(() => connectionsOf(this.cluster, this.#objects, this.settings))
  readonly #memory = once(() => memoryOf(this.cluster, this.settings))
  readonly #wal = once(() => walOf(this.cluster, this.settings))

  constructor(cluster: RenderedObject, objects: readonly RenderedObject[], settings: ServerSettings) {
    this.cluster = cluster
    this.settings = settings
    this.#objects = objects
  }

  get instances(): number {
    const instances = jsonAt(this.cluster.plain, ['spec', 'instances'])
    return typeof instances === 'number' ? instances : 1
  }

  get connections(): Connections | undefined {
    return this.#connections()
  }

  /** bytes that one instance may take */
  get limit(): number | undefined {
    return limitOf(this.cluster)
  }

  get memory(): MemoryBudget | undefined {
    return this.#memory()
  }

  get wal(): WalBudget | undefined {
    return this.#wal()
  }

  /** bytes of each volume of one instance, by name */
  get volumes(): readonly { readonly name: string; readonly bytes: number }[] {
    return volumesOf(this.cluster)
  }
}

const [kilobyte, megabyte, page] = [1024, 1_048_576, 8192]

/** Undefined: there is no Cluster, or its PostgreSQL is not known here. */
export const budgetsOf = ofLatest((objects: readonly RenderedObject[]): Budgets | undefined => {
  const cluster = objects.find(({ kind }) => kind === 'Cluster')
  const settings = cluster === undefined ? undefined : settingsOf(cluster)
  return cluster === undefined || settings === undefined ? undefined : new Budgets(cluster, objects, settings)
})

function memoryOf(cluster: RenderedObject, settings: ServerSettings): MemoryBudget | undefined {
  const shared = sharedMemory(settings)
  if (shared === undefined) return undefined
  const { read } = settings
  const [connections, work, workers] = ['max_connections', 'work_mem', 'autovacuum_max_workers'].map(read)
  const own = read('autovacuum_work_mem')
  const each = own === -1 ? read('maintenance_work_mem') : own
  const isKnown = connections !== undefined && work !== undefined && workers !== undefined && each !== undefined
  const limit = limitOf(cluster)
  const cache = settings.written('effective_cache_size') === undefined ? undefined : read('effective_cache_size')
  return {
    shared,
    ...(isKnown ? { peak: shared.bytes + kilobyte * (connections * work + workers * each) } : {}),
    ...(limit === undefined ? {} : { limit }),
    ...(cache === undefined ? {} : { effectiveCache: cache * page }),
  }
}

/** `resources.limits.memory`; undefined: no limit, or shared memory is in huge pages, which count apart. */
function limitOf({ plain }: RenderedObject): number | undefined {
  const limits = jsonAt(plain, ['spec', 'resources', 'limits'])
  const hasHugePages = isJsonMap(limits) && Object.keys(limits).some((name) => name.startsWith('hugepages-'))
  return hasHugePages ? undefined : bytesOf(jsonAt(limits, ['memory']))
}

function walOf(cluster: RenderedObject, { read }: ServerSettings): WalBudget | undefined {
  const isOwn = isJsonMap(jsonAt(cluster.plain, ['spec', 'walStorage']))
  const path: Path = ['spec', isOwn ? 'walStorage' : 'storage', 'size']
  const volume = bytesOf(jsonAt(cluster.plain, path))
  const [maxSize, keep, slots] = ['max_wal_size', 'wal_keep_size', 'max_slot_wal_keep_size'].map(read)
  if (volume === undefined || maxSize === undefined || keep === undefined || slots === undefined) return undefined
  return {
    volume,
    path,
    isOwn,
    maxSize: maxSize * megabyte,
    keep: keep * megabyte,
    slots: slots < 0 ? undefined : slots * megabyte,
    needed: (maxSize + Math.max(keep, slots)) * megabyte,
  }
}

function volumesOf(cluster: RenderedObject): Budgets['volumes'] {
  const tablespaces = jsonAt(cluster.plain, ['spec', 'tablespaces'])
  const sized = [
    { name: 'data', size: jsonAt(cluster.plain, ['spec', 'storage', 'size']) },
    { name: 'WAL', size: jsonAt(cluster.plain, ['spec', 'walStorage', 'size']) },
    ...(Array.isArray(tablespaces) ? tablespaces : []).map((one) => ({
      name: `tablespace ${printed(jsonAt(one, ['name']))}`,
      size: jsonAt(one, ['storage', 'size']),
    })),
  ]
  return sized.flatMap(({ name, size }) => {
    const bytes = bytesOf(size)
    return bytes === undefined ? [] : [{ name, bytes }]
  })
}
