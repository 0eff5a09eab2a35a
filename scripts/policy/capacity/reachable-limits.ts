// Does a setting reach further than another one lets it?
import { here, named, phrase } from '../../findings/message.ts'
import type { Finding } from '../../findings/finding.ts'
import type { Budgets } from '../../postgres/budgets/budgets.ts'
import { at as parameter } from '../../postgres/running.ts'
import { withBudgets } from './budgets.ts'
import { bytesOf, showQuantity } from '../../kubernetes/bytes.ts'
import type { Path } from '../../values/value.ts'
import { listAt, plainAt } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'

/** Pools of processes, and the pool that each takes them from. */
const workers = [
  ['max_parallel_workers', 'max_worker_processes'],
  ['max_parallel_workers_per_gather', 'max_parallel_workers'],
  ['max_parallel_maintenance_workers', 'max_parallel_workers'],
  ['max_logical_replication_workers', 'max_worker_processes'],
  ['max_sync_workers_per_subscription', 'max_logical_replication_workers'],
  ['max_parallel_apply_workers_per_subscription', 'max_logical_replication_workers'],
] as const

/** Times, and what ends the wait before them. */
const timeouts = [
  ['lock_timeout', 'statement_timeout'],
  ['lock_timeout', 'transaction_timeout'],
  ['statement_timeout', 'transaction_timeout'],
  ['idle_in_transaction_session_timeout', 'transaction_timeout'],
] as const

function* above({ settings }: Budgets, name: string, limit: string): Iterable<{ readonly most: number; readonly text: string }> {
  const text = settings.written(name)
  if (text === undefined) return
  const [value, most] = [settings.read(name), settings.read(limit)]
  // 0 switches off, which is nobody's mistake
  if (value !== undefined && most !== undefined && most > 0 && value > most) yield { most, text }
}

function places({ settings }: Budgets, name: string, limit: string): Finding['places'] {
  const isWritten = settings.written(limit) !== undefined
  return [{ path: parameter(name) }, ...(isWritten ? [{ path: parameter(limit), label: phrase`this is reached first` }] : [])]
}

/** Whether SQL of a new Cluster gives a role or a database another limit, with which the other timeout may be reached. */
const isSetElsewhere = ({ cluster }: Budgets, limit: string): boolean =>
  JSON.stringify(plainAt(cluster.plain, 'spec', 'bootstrap') ?? null).includes(limit)

function* unreachable(budgets: Budgets): Iterable<Finding> {
  const pools = budgets.settings.major >= 18 ? [...workers, ['autovacuum_max_workers', 'autovacuum_worker_slots'] as const] : workers
  for (const [name, limit] of pools)
    for (const { most, text } of above(budgets, name, limit))
      yield {
        message: phrase`${here(name)} is ${named(text)}, but ${limit} lets only ${named(most)} of them run`,
        places: places(budgets, name, limit),
        help: phrase`raise ${limit}, or lower ${name} to ${named(most)}`,
      }
  const found = new Set<string>()
  for (const [name, limit] of timeouts)
    for (const { text } of found.has(name) ? [] : above(budgets, name, limit)) {
      if (isSetElsewhere(budgets, limit)) continue
      found.add(name)
      yield {
        message: phrase`${here(name)} is ${named(text)}, but ${limit} is ${named(budgets.settings.written(limit))}, which always ends the wait first`,
        places: places(budgets, name, limit),
        help: phrase`lower ${name}, raise ${limit}, or remove one of them`,
      }
    }
}

/** Files of one process, in kB; those in tablespaces of their own have other volumes. */
function* temporaryFiles({ settings, cluster }: Budgets): Iterable<Finding> {
  const [text, kilobytes] = [settings.written('temp_file_limit'), settings.read('temp_file_limit') ?? -1]
  const size: Path = ['spec', 'storage', 'size']
  const volume = bytesOf(plainAt(cluster.plain, ...size))
  const isElsewhere = listAt(cluster.plain, 'spec', 'tablespaces').some((one) => plainAt(one, 'temporary') === true)
  if (text === undefined || volume === undefined || volume < 2 ** 20 || isElsewhere || kilobytes * 1024 < volume) return
  yield {
    message: phrase`${here('temp_file_limit')} is ${named(text)}, but the volume has ${named(showQuantity(volume))} for all: it is full first`,
    places: [{ path: parameter('temp_file_limit') }, { path: size, label: phrase`the volume` }],
    help: phrase`lower it to a part of the volume: one query that reaches it is ended, while a full volume stops the server`,
  }
}

export const reachableLimits: readonly ObjectRule[] = [
  {
    // PostgreSQL 18, 19.4.6: "a setting for this value which is higher than max_worker_processes will have no effect"; 19.11: "the longer timeout
    // is ignored", and of lock_timeout "the statement timeout would always trigger first"; 18: `check_av_worker_gucs` warns
    id: 'policy/limit-reachable',
    severity: 'warning',
    configurable: true,
    summary: 'a number of workers, a timeout or an amount of temporary files is not above another limit that is reached first',
    reads: [
      ['cluster', 'postgresql', 'parameters'],
      ['cluster', 'storage'],
    ],
    *check(subject) {
      yield* withBudgets(subject, unreachable)
      yield* withBudgets(subject, temporaryFiles)
    },
  },
]
