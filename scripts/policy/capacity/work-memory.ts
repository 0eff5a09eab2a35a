// Does what one operation may use fit into the memory of the container?
import { fieldAt, here, named, phrase, shown } from '../../findings/message.ts'
import { showQuantity } from '../../kubernetes/bytes.ts'
import { budgetsOf } from '../../postgres/budgets/budgets.ts'
import type { Path } from '../../values/value.ts'
import type { ObjectRule } from '../subject.ts'

const limitPath: Path = ['spec', 'resources', 'limits', 'memory']

/** Before 17, VACUUM used no more, whatever was allowed; in kB. */
const mostOfVacuum = 2 ** 20

/** Settings in kB, and what uses that much at once. */
const uses: ReadonlyMap<string, string> = new Map([
  ['work_mem', 'sort'],
  ['maintenance_work_mem', 'CREATE INDEX or VACUUM'],
  ['autovacuum_work_mem', 'autovacuum worker'],
  ['logical_decoding_work_mem', 'logical replication slot'],
])

export const workMemory: readonly ObjectRule[] = [
  {
    // PostgreSQL, "Resource Consumption": each of these is for one operation, and several may run at the same time
    id: 'policy/work-memory-fits',
    severity: 'warning',
    configurable: true,
    summary: "the memory that one operation may use fits into the container's limit, beside the shared memory",
    reads: [
      ['cluster', 'resources'],
      ['cluster', 'postgresql', 'parameters'],
    ],
    *check({ objects }) {
      const budgets = budgetsOf(objects)
      const { limit, shared } = budgets?.memory ?? {}
      if (budgets === undefined || limit === undefined || shared === undefined) return
      const { cluster, settings } = budgets
      // small databases never fill the buffers that nobody asked for
      const taken = settings.written('shared_buffers') === undefined ? 0 : shared.bytes
      // less is a unit that is missing, and more is shared memory that does not fit: each is reported as such
      if (limit < 2 ** 20 || taken > limit) return
      for (const [name, use] of uses) {
        const [written, kilobytes] = [settings.written(name), settings.read(name) ?? 0]
        const used = name === 'autovacuum_work_mem' && settings.major < 17 ? Math.min(kilobytes, mostOfVacuum) : kilobytes
        if (written === undefined || used * 1024 < limit - taken) continue
        yield {
          object: cluster,
          message: phrase`${here(name)} is ${shown(written)}, but ${fieldAt(limitPath, 'limits.memory')} is ${named(showQuantity(limit))}: for one ${use} the kernel may kill the server`,
          places: [{ path: ['spec', 'postgresql', 'parameters', name] }, { path: limitPath, label: phrase`the container has this much` }],
          help: phrase`lower ${name}, or raise the limit`,
        }
      }
    },
  },
]
