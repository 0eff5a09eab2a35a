// Does a server report what goes wrong, and prevent in time what would stop it?
import { here, named, phrase } from '../../findings/message.ts'
import type { Finding } from '../../findings/finding.ts'
import type { Budgets } from '../../postgres/budgets/budgets.ts'
import { at as parameter } from '../../postgres/running.ts'
import type { ObjectRule } from '../subject.ts'
import { reading, withBudgets } from './budgets.ts'

function* silentLog({ settings }: Budgets): Iterable<Finding> {
  const level = settings.written('log_min_messages')
  if (level === undefined || !/^(?:fatal|panic)$/i.test(level)) return
  yield {
    message: phrase`${here('log_min_messages')} is ${named(level)}, but errors and what has level LOG, such as slow queries and audits, are below it`,
    places: [{ path: parameter('log_min_messages') }],
    help: phrase`remove it: warning is the default; to log no failing statements, set log_min_error_statement: panic`,
  }
}

const ages = ['autovacuum_freeze_max_age', 'autovacuum_multixact_freeze_max_age'] as const
/** `vacuum_failsafe_age` and `vacuum_multixact_failsafe_age`. */
const failsafe = 1_600_000_000

function* latePrevention({ settings }: Budgets): Iterable<Finding> {
  for (const name of ages) {
    const [text, age] = [settings.written(name), settings.read(name)]
    if (text === undefined || age === undefined || age <= failsafe) continue
    yield {
      message: phrase`${here(name)} is ${named(text)}, but the server stops at about 2144000000: freezing begins too late`,
      places: [{ path: parameter(name) }],
      help: phrase`lower it to 1000000000 or less, which leaves autovacuum the time to freeze large tables`,
    }
  }
}

export const lateWarnings: readonly ObjectRule[] = [
  {
    // PostgreSQL 17, 19.8.2: the order for the log is … WARNING, ERROR, LOG, FATAL, PANIC; tried with 15.18: it is empty after a start
    id: 'policy/errors-logged',
    severity: 'warning',
    configurable: true,
    preset: 'production',
    summary: 'the server logs errors',
    reads: reading('log_min_messages'),
    check: (subject) => withBudgets(subject, silentLog),
  },
  {
    // PostgreSQL 17, 19.10 and 24.1.5: autovacuum against wraparound begins at this age; `vacuum_failsafe_age` is never below 105 % of it
    id: 'policy/wraparound-prevented-early',
    severity: 'warning',
    configurable: true,
    summary: 'autovacuum freezes old rows long before the server stops to protect them',
    reads: reading(...ages),
    check: (subject) => withBudgets(subject, latePrevention),
  },
]
