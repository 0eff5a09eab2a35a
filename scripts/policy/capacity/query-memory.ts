// Does the container hold what one query may take beside the shared memory?
import { fieldAt, here, named, phrase } from '../../findings/message.ts'
import type { Finding } from '../../findings/finding.ts'
import { showQuantity } from '../../kubernetes/bytes.ts'
import type { Budgets } from '../../postgres/budgets/budgets.ts'
import type { Path } from '../../values/value.ts'
import type { ObjectRule } from '../subject.ts'
import { withBudgets } from './budgets.ts'

const limitPath: Path = ['spec', 'resources', 'limits', 'memory']
const uses = { work_mem: 'one sort', maintenance_work_mem: 'one index that is built' } as const
const [kilobyte, mebibyte] = [1024, 1_048_576]

function* tooLarge(budgets: Budgets): Iterable<Finding> {
  const names = (Object.keys(uses) as (keyof typeof uses)[]).filter((name) => budgets.settings.written(name) !== undefined)
  // less is a unit that is missing, or has no room for the buffers, which other rules report
  if (names.length === 0 || budgets.limit === undefined || budgets.limit < mebibyte) return
  const { shared, limit } = budgets.memory ?? {}
  if (shared === undefined || limit === undefined || shared.bytes >= limit) return
  for (const name of names) {
    const bytes = (budgets.settings.read(name) ?? 0) * kilobyte
    const room = limit - shared.bytes
    if (bytes <= room) continue
    yield {
      message: phrase`${here(name)} is ${named(showQuantity(bytes))}, but ${fieldAt(limitPath, 'limits.memory')} leaves ${named(showQuantity(room))}: ${uses[name]} can kill the server`,
      places: [
        { path: ['spec', 'postgresql', 'parameters', name] },
        { path: limitPath, label: phrase`${named(showQuantity(limit))}, of which ${named(showQuantity(shared.bytes))} are shared memory` },
      ],
      help: phrase`lower ${name} to a small part of that, or raise the limit`,
    }
  }
}

export const queryMemory: readonly ObjectRule[] = [
  {
    // PostgreSQL 17, 19.4.1: "the base maximum amount of memory to be used by a query operation"; 18.4.4: the kernel kills the process, and
    // the server restarts
    id: 'policy/query-memory-fits',
    severity: 'warning',
    configurable: true,
    summary: "what one sort, or the building of one index, may take fits into the container's limit beside shared memory",
    reads: [['cluster', 'resources'], ...Object.keys(uses).map((name) => ['cluster', 'postgresql', 'parameters', name])],
    check: (subject) => withBudgets(subject, tooLarge),
  },
]
