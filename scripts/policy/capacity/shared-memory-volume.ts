// Does the volume at /dev/shm hold what queries share between their workers?
import { here, named, phrase } from '../../findings/message.ts'
import { bytesOf, showQuantity } from '../../kubernetes/bytes.ts'
import { isOff, settingsOf } from '../../postgres/budgets/settings.ts'
import { plainAt, textAt } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'

export const sharedMemoryVolume: readonly ObjectRule[] = [
  {
    // `dynamic_shared_memory_type` is always posix (FixedConfigurationParameters). On 15, 17 and 18 a tmpfs of 1 MB lets nobody connect, and
    // one of 2 to 16 MB fails a parallel hash join of 400,000 rows with the default work_mem: "could not resize shared memory segment"
    id: 'policy/shm-fits-queries',
    severity: 'warning',
    configurable: true,
    summary: 'the volume for shared memory holds the hash table of one parallel query',
    reads: [
      ['cluster', 'ephemeralVolumesSizeLimit'],
      ['cluster', 'postgresql', 'parameters'],
    ],
    *check({ objects }) {
      for (const cluster of objects.filter(({ kind }) => kind === 'Cluster')) {
        const path = ['spec', 'ephemeralVolumesSizeLimit', 'shm']
        const size = bytesOf(plainAt(cluster.plain, ...path))
        if (size === undefined) continue
        const settings = settingsOf(cluster)
        const limits = ['max_parallel_workers_per_gather', 'max_parallel_workers', 'max_worker_processes'].map((name) =>
          settings?.read(name),
        )
        const workers = limits.includes(undefined) ? undefined : Math.min(...limits.map(Number))
        const memory = settings?.read('work_mem')
        if (settings === undefined || workers === undefined || memory === undefined) continue
        const written = (name: string): string | undefined => textAt(cluster.plain, 'spec', 'postgresql', 'parameters', name)
        // its default is 2 from PostgreSQL 15 on
        const multiplier = Number(written('hash_mem_multiplier') ?? (settings.major < 15 ? 1 : 2))
        const needed = memory * 1024 * multiplier * (workers + 1)
        const isNever = workers === 0 || isOff(written('enable_parallel_hash') ?? '')
        if (isNever || size < 2 ** 20 || !(size < needed)) continue
        yield {
          object: cluster,
          message:
            size === 2 ** 20
              ? phrase`${here('shm')} is ${named(showQuantity(size))}: PostgreSQL takes no connections with so little`
              : phrase`${here('shm')} is ${named(showQuantity(size))}, but one parallel hash join may share ${named(showQuantity(needed))}, and would fail`,
          places: [{ path }],
          help: phrase`remove the limit, or raise it to ${named(showQuantity(needed))} for each parallel query at a time`,
        }
      }
    },
  },
]
