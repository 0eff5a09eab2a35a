// Is a setting written that hurts a database in daily use, whatever else is set?
import { here, named, phrase } from '../../findings/message.ts'
import type { Finding } from '../../findings/finding.ts'
import { isReplica } from '../../operator/cluster/cluster.ts'
import { parsePostgresBoolean } from '../../operator/go-text.ts'
import type { Budgets } from '../../postgres/budgets/budgets.ts'
import { realOf } from '../../postgres/budgets/settings.ts'
import { at as parameter } from '../../postgres/running.ts'
import { archives } from '../backup/snapshots.ts'
import type { ObjectRule } from '../subject.ts'
import { reading, withBudgets } from './budgets.ts'

/** How a switch is written that is on; undefined: it is off, or nobody wrote it. */
export function switchedOn({ written }: Budgets['settings'], name: string): string | undefined {
  const value = written(name)
  return value !== undefined && parsePostgresBoolean(value) === true ? value : undefined
}

const hiding = ['ignore_checksum_failure', 'ignore_invalid_pages', 'zero_damaged_pages']

function* damageHidden({ settings }: Budgets): Iterable<Finding> {
  for (const name of hiding) {
    const value = switchedOn(settings, name)
    if (value === undefined) continue
    yield {
      message: phrase`${here(name)} is ${named(value)}, but it is for saving data by hand: the server goes on over damage, which spreads`,
      places: [{ path: parameter(name) }],
      help: phrase`remove it; to save data, set it in one session, on a copy`,
    }
  }
}

function* archivedElsewhere({ settings, cluster }: Budgets): Iterable<Finding> {
  const library = settings.written('archive_library') ?? ''
  // 15 prefers the library to the operator's archive_command; later ones refuse both together, and keep all WAL
  if (library === '' || (settings.major < 16 && !archives(cluster.plain))) return
  yield {
    message: phrase`${here('archive_library')} is ${named(library)}, but the operator sets archive_command: ${settings.major < 16 ? 'its archive gets no WAL' : 'no WAL is archived or removed'}`,
    places: [{ path: parameter('archive_library') }],
    help: phrase`remove it`,
  }
}

function* noneReserved({ settings }: Budgets): Iterable<Finding> {
  if (settings.written('superuser_reserved_connections') === undefined || settings.read('superuser_reserved_connections') !== 0) return
  // those of pg_use_reserved_connections are for superusers, too
  if (settings.major >= 16 && settings.read('reserved_connections') !== 0) return
  yield {
    message: phrase`${here('superuser_reserved_connections')} is 0: once clients hold all connections, the operator gets none either`,
    places: [{ path: parameter('superuser_reserved_connections') }],
    help: phrase`remove it: 3 is the default`,
  }
}

function* replayingNever({ settings, cluster, instances }: Budgets): Iterable<Finding> {
  if (instances < 2 || isReplica(cluster.plain)) return
  for (const name of ['max_standby_archive_delay', 'max_standby_streaming_delay']) {
    if (settings.written(name) === undefined || settings.read(name) !== -1) continue
    yield {
      message: phrase`${here(name)} is -1, but then a query on a standby can hold up its replay, and a failover, forever`,
      places: [{ path: parameter(name) }],
      help: phrase`write how long queries may hold it up, such as 5min; 30s is the default`,
    }
  }
}

function* archivedLate({ settings, cluster }: Budgets): Iterable<Finding> {
  if (settings.written('archive_timeout') === undefined || settings.read('archive_timeout') !== 0 || !archives(cluster.plain)) return
  yield {
    message: phrase`${here('archive_timeout')} is 0, but then WAL is archived only once a segment is full: a restore may miss hours`,
    places: [{ path: parameter('archive_timeout') }],
    help: phrase`remove it: the operator sets 5min`,
  }
}

function* readOnly({ settings, cluster }: Budgets): Iterable<Finding> {
  const value = switchedOn(settings, 'default_transaction_read_only')
  if (value === undefined || isReplica(cluster.plain)) return
  yield {
    message: phrase`${here('default_transaction_read_only')} is ${named(value)}, but then the operator can't write roles and databases either`,
    places: [{ path: parameter('default_transaction_read_only') }],
    help: phrase`set it for roles instead: ALTER ROLE … SET default_transaction_read_only = on`,
  }
}

/** Seconds. */
const hour = 3600

function* seldomVacuumed({ settings }: Budgets): Iterable<Finding> {
  const pause = settings.written('autovacuum_naptime') === undefined ? 0 : (settings.read('autovacuum_naptime') ?? 0)
  if (pause <= hour) return
  yield {
    message: phrase`${here('autovacuum_naptime')} is ${named(settings.written('autovacuum_naptime'))}, but no table is vacuumed more often than that`,
    places: [{ path: parameter('autovacuum_naptime') }],
    help: phrase`remove it: 1min is the default; autovacuum looks at small numbers, and works only where it must`,
  }
}

const ofDevelopers = [
  'debug_print_parse',
  'debug_print_plan',
  'debug_print_rewritten',
  'log_executor_stats',
  'log_parser_stats',
  'log_planner_stats',
  'log_statement_stats',
]

function* logsForDevelopers({ settings }: Budgets): Iterable<Finding> {
  const level = settings.written('log_min_messages')
  if (level !== undefined && /^debug[1-5]?$/i.test(level))
    yield {
      message: phrase`${here('log_min_messages')} is ${named(level)}, but that is for debugging PostgreSQL: it logs many lines for each statement`,
      places: [{ path: parameter('log_min_messages') }],
      help: phrase`remove it: warning is the default`,
    }
  for (const name of ofDevelopers) {
    const value = switchedOn(settings, name)
    if (value === undefined) continue
    yield {
      message: phrase`${here(name)} is ${named(value)}, but that is for debugging PostgreSQL: it logs many lines for each statement`,
      places: [{ path: parameter(name) }],
      help: phrase`remove it, or set it in one session`,
    }
  }
}

const fractions = ['autovacuum_analyze_scale_factor', 'autovacuum_vacuum_insert_scale_factor', 'autovacuum_vacuum_scale_factor']

function* wholeTables({ settings }: Budgets): Iterable<Finding> {
  for (const name of fractions) {
    const factor = realOf(settings, name)
    if (factor === undefined || factor < 1) continue
    yield {
      message: phrase`${here(name)} is ${named(settings.written(name))}, but 1 is the whole table: it waits until as many rows changed`,
      places: [{ path: parameter(name) }],
      help: phrase`write a fraction, such as ${named(factor <= 50 ? String(factor / 100) : '0.1')} for ${named(factor <= 50 ? factor : 10)} %`,
    }
  }
}

function* cheaperAtRandom({ settings }: Budgets): Iterable<Finding> {
  const random = realOf(settings, 'random_page_cost')
  const sequential = realOf(settings, 'seq_page_cost') ?? (settings.written('seq_page_cost') === undefined ? 1 : undefined)
  if (random === undefined || sequential === undefined || random >= sequential) return
  yield {
    message: phrase`${here('random_page_cost')} is ${named(random)}, but must be at least seq_page_cost, ${named(sequential)}: no page is cheaper at random`,
    places: [{ path: parameter('random_page_cost') }],
    help: phrase`write ${named(sequential === 1 ? '1.1, as for SSDs,' : sequential)} or more`,
  }
}

export const harmfulSettings: readonly ObjectRule[] = [
  {
    // PostgreSQL 17, 19.17: "This behavior will destroy data"; "may cause crashes, propagate or hide corruption"
    id: 'policy/damage-not-hidden',
    severity: 'error',
    configurable: true,
    summary: 'no option is on that makes the server go on over damaged pages',
    reads: reading(...hiding),
    check: (subject) => withBudgets(subject, damageHidden),
  },
  {
    // PostgreSQL 16 to 18, `LoadArchiveLibrary`: "both archive_command and archive_library set"; 15, 26.3.1: otherwise the library is used
    id: 'policy/archive-library-unset',
    severity: 'error',
    configurable: true,
    summary: 'archive_library is not set beside the archive_command of the operator',
    reads: reading('archive_library'),
    check: (subject) => withBudgets(subject, archivedElsewhere),
  },
  {
    // PostgreSQL 17, 19.3.1; the instance manager connects as postgres, by pkg/management/postgres/pool of CloudNativePG 1.27 to 1.30
    id: 'policy/superuser-has-connections',
    severity: 'warning',
    configurable: true,
    summary: 'connections are reserved for the superuser, as whom the operator connects',
    reads: reading('superuser_reserved_connections'),
    check: (subject) => withBudgets(subject, noneReserved),
  },
  {
    // PostgreSQL 17, 19.6.3: "-1 allows the standby to wait forever for conflicting queries to complete"
    id: 'policy/standby-replays',
    severity: 'warning',
    configurable: true,
    preset: 'production',
    summary: 'queries on a standby do not hold up its replay without end',
    reads: [...reading('max_standby_archive_delay', 'max_standby_streaming_delay'), ['cluster', 'instances']],
    check: (subject) => withBudgets(subject, replayingNever),
  },
  {
    // PostgreSQL 17, 19.5.3: "there could be a long delay between the completion of a transaction and its safe recording in archive storage"
    id: 'policy/archive-timely',
    severity: 'warning',
    configurable: true,
    preset: 'production',
    summary: 'the WAL of a quiet database is archived, too',
    reads: reading('archive_timeout'),
    check: (subject) => withBudgets(subject, archivedLate),
  },
  {
    // PostgreSQL 17, 19.11.1: the default of each session, the operator's among them
    id: 'policy/operator-may-write',
    severity: 'warning',
    configurable: true,
    summary: 'sessions of a primary may write, those of the operator among them',
    reads: reading('default_transaction_read_only'),
    check: (subject) => withBudgets(subject, readOnly),
  },
  {
    // PostgreSQL 17, 19.10: "a fraction of the table size … The default is 0.2 (20% of table size)"; the server takes up to 100
    id: 'policy/scale-factor-is-fraction',
    severity: 'warning',
    configurable: true,
    summary: 'a scale factor of autovacuum is a fraction of the table, not a percentage',
    reads: reading(...fractions),
    check: (subject) => withBudgets(subject, wholeTables),
  },
  {
    // PostgreSQL 17, 19.10: "the minimum delay between autovacuum runs on any given database"
    id: 'policy/vacuum-looks-often',
    severity: 'warning',
    configurable: true,
    summary: 'autovacuum looks at each database at least once an hour',
    reads: reading('autovacuum_naptime'),
    check: (subject) => withBudgets(subject, seldomVacuumed),
  },
  {
    // PostgreSQL 17, 19.8.2 (DEBUG1 to DEBUG5: "for use by developers"), 19.8.3 and 19.9.2 ("crude profiling")
    id: 'policy/log-without-debugging',
    severity: 'warning',
    configurable: true,
    preset: 'production',
    summary: 'the server does not log what is for debugging PostgreSQL itself',
    reads: reading('log_min_messages', ...ofDevelopers),
    check: (subject) => withBudgets(subject, logsForDevelopers),
  },
  {
    // PostgreSQL 17, 19.7.2: "Although the system will let you set random_page_cost to less than seq_page_cost, it is not physically sensible"
    id: 'policy/page-costs-sensible',
    severity: 'warning',
    configurable: true,
    summary: 'a page read at random costs no less than one in sequence',
    reads: reading('random_page_cost', 'seq_page_cost'),
    check: (subject) => withBudgets(subject, cheaperAtRandom),
  },
]
