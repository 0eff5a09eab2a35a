// Has a server a worker for each of its subscriptions?
import { fieldAt, named, phrase } from '../../findings/message.ts'
import { budgetsOf } from '../../postgres/budgets/budgets.ts'
import { at as parameter } from '../../postgres/running.ts'
import { isSwitchedOff } from '../declared/logical-parameters.ts'
import { isAbsent, objectsOfCluster } from '../subject.ts'
import type { ObjectFinding, ObjectRule, ObjectsSubject } from '../subject.ts'
import { reading } from './budgets.ts'

function* tooFew(subject: ObjectsSubject): Iterable<ObjectFinding> {
  const budgets = budgetsOf(subject.objects)
  if (budgets === undefined) return
  const { cluster, settings } = budgets
  const running = objectsOfCluster(subject, cluster, 'Subscription').filter(
    (one) => !isAbsent(one.plain['spec']) && !isSwitchedOff(one, 'enabled') && !isSwitchedOff(one, 'connect'),
  )
  const [own, all] = ['max_logical_replication_workers', 'max_worker_processes'].map(settings.read)
  if (own === undefined || all === undefined) return
  const [name, workers] = own <= all ? (['max_logical_replication_workers', own] as const) : (['max_worker_processes', all] as const)
  const last = running.at(-1)
  // the worker that copies a table at the beginning is one more
  const copying = running.some((one) => !isSwitchedOff(one, 'copy_data')) ? 1 : 0
  if (last === undefined || running.length + copying <= workers) return
  const isWritten = settings.written(name) !== undefined
  const missing = running.length > workers ? `${running.length - workers} of them never run` : 'none is left to copy tables'
  yield {
    object: isWritten ? cluster : last,
    message: phrase`${named(running.length)} subscriptions need a worker each, but ${fieldAt(parameter(name), name)} is ${named(workers)}${isWritten ? '' : ' (the default)'}: ${missing}`,
    places: [{ path: isWritten ? parameter(name) : ['metadata', 'name'] }],
    help: phrase`set ${name} to ${named(running.length + 2)} or more: copies of tables take workers, too`,
  }
}

export const subscriptionWorkers: readonly ObjectRule[] = [
  {
    // PostgreSQL 17, 29.11.2: "must be set to at least the number of subscriptions (for leader apply workers), plus some reserve for the table
    // synchronization workers"; the server logs "out of logical replication worker slots"
    id: 'policy/subscriptions-have-workers',
    severity: 'warning',
    configurable: true,
    summary: 'a server has a worker for each of its subscriptions, and one to copy tables',
    reads: reading('max_logical_replication_workers', 'max_worker_processes'),
    check: tooFew,
  },
]
