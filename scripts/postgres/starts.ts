// Which parameters, each valid alone, together keep a server from starting?
import { here, named, phrase } from '../findings/message.ts'
import type { Finding, Place } from '../findings/finding.ts'
import { readInteger } from './number.ts'
import { at, isWritten, valueOf, verdictOn } from './running.ts'
import type { PostgresRule, Running } from './running.ts'

const protocols = ['tlsv1', 'tlsv1.1', 'tlsv1.2', 'tlsv1.3']
/** What the operator writes if nothing else is set. */
const ofOperator = 'TLSv1.3'
/** The server's own default. */
const ofServer = 'TLSv1.2'

/** A value that is valid alone; `preset` if it is not written; undefined: nothing certain is known about it. */
function soundValue(running: Running, name: string, preset: string): string | undefined {
  if (!isWritten(running, name)) return preset
  const value = valueOf(running, name)
  return value === undefined || verdictOn(running.major, name, value) !== undefined ? undefined : value
}

function numberOf(running: Running, name: string, preset: string, unit?: string): number | undefined {
  const read = readInteger(soundValue(running, name, preset) ?? '', unit)
  return typeof read === 'number' ? read : undefined
}

function isOn(running: Running, name: string): boolean {
  return /^(?:1|on|t.*|y.*)$/i.test(soundValue(running, name, 'off') ?? 'off')
}

function places(running: Running, ...names: readonly string[]): [Place, ...Place[]] {
  const written = names
    .filter((name) => running.parameters.has(name))
    .map((name) => ({ path: at(name), label: phrase`${named(name)} is set here` }))
  return written as [Place, ...Place[]]
}

function* tooFewConnections(running: Running): Iterable<Finding> {
  const names = ['superuser_reserved_connections', 'reserved_connections', 'max_connections'] as const
  const superusers = numberOf(running, names[0], '3')
  const others = running.major < 16 ? 0 : numberOf(running, names[1], '0')
  const all = numberOf(running, names[2], '100')
  if (superusers === undefined || others === undefined || all === undefined || superusers + others < all) return
  const reserved = running.major < 16 ? `${superusers}` : `${superusers} + ${others}`
  const blamed = [names[2], ...(others > superusers ? [names[1], names[0]] : [names[0], names[1]])].find((name) => isWritten(running, name))
  // what the author did not write is not what they have to correct
  const isMost = blamed === undefined || blamed === names[2]
  const own = blamed === names[1] ? others : superusers
  const rest = superusers + others - own
  yield {
    message: isMost
      ? phrase`${names[2]} is ${named(all)}, but must be more than the reserved connections, ${named(reserved)}`
      : phrase`${here(blamed)} is ${named(own)}, but all reserved connections must be fewer than ${names[2]}, ${named(all)} (the default)`,
    places: places(running, ...new Set([blamed ?? names[2], names[2], names[0], names[1]])),
    help:
      isMost || all - rest - 1 < 0
        ? phrase`set max_connections to at least ${superusers + others + 1}`
        : phrase`set ${named(blamed)} to at most ${named(all - rest - 1)}, or max_connections to at least ${superusers + others + 1}`,
  }
}

function* lessThanTwoSegments(running: Running): Iterable<Finding> {
  const { segment, parameters } = running
  if (segment === undefined) return
  for (const name of ['min_wal_size', 'max_wal_size']) {
    const size = parameters.has(name) ? numberOf(running, name, '', 'MB') : undefined
    if (size === undefined || Math.floor(size / segment) >= 2) continue
    yield {
      message: phrase`${here(name)} is ${named(size)}MB, but must be at least ${2 * segment}MB: two WAL segments of ${named(segment)}MB`,
      places: places(running, name),
      help: phrase`set ${named(name)} to at least ${2 * segment}MB`,
    }
  }
}

function* statisticsTwice(running: Running): Iterable<Finding> {
  const whole = 'log_statement_stats'
  const parts = ['log_parser_stats', 'log_planner_stats', 'log_executor_stats'].filter((name) => isOn(running, name))
  if (!isOn(running, whole) || parts.length === 0) return
  yield {
    message: phrase`${here(whole)} is on, but must be off with ${parts.join(', ')}`,
    places: places(running, whole, ...parts),
    help: phrase`remove ${named(whole)}, or ${parts.join(', ')}`,
  }
}

/** Reproduces the checks of `PostmasterMain`; the operator archives always. */
function* walTooShort(running: Running): Iterable<Finding> {
  const level = soundValue(running, 'wal_level', running.isOperated ? 'logical' : 'replica')?.toLowerCase()
  if (level !== 'minimal') return
  const senders = numberOf(running, 'max_wal_senders', '10') ?? 0
  const archives = running.isOperated || /^(?:1|on|yes|true|always)$/i.test(soundValue(running, 'archive_mode', 'off') ?? 'off')
  const summarizes = running.major >= 17 && isOn(running, 'summarize_wal')
  const other = archives ? 'archive_mode' : senders > 0 ? 'max_wal_senders' : summarizes ? 'summarize_wal' : undefined
  if (other === undefined) return
  yield {
    message: phrase`${here('wal_level')} is minimal, but must be replica or logical with ${named(other)} in use`,
    places: places(running, 'wal_level', other),
    help: phrase`remove wal_level: the operator sets logical`,
  }
}

const targets = ['recovery_target', 'recovery_target_lsn', 'recovery_target_name', 'recovery_target_time', 'recovery_target_xid']

/** Reproduces the assign hooks of the targets, which are called in the order of the file; the operator takes none as a parameter. */
function* twoTargets(running: Running): Iterable<Finding> {
  if (running.isOperated) return
  let earlier: string | undefined
  for (const [written, value] of running.parameters) {
    const name = written.trim().toLowerCase()
    if (!targets.includes(name)) continue
    if (earlier !== undefined && earlier !== name) {
      // an empty text counts, if it comes later
      yield {
        message: phrase`${here(written)} is set, but only one recovery target may be: ${named(earlier)} is set before it`,
        places: places(running, written, earlier),
        help: phrase`remove ${named(written)} or ${named(earlier)}`,
      }
      return
    }
    earlier = value === '' ? undefined : name
  }
}

/** Processes that a server can count: `MAX_BACKENDS`. */
const mostProcesses = 262_143

/** Up to 17 a check hook of each of the four, in 18 `InitializeMaxBackends`. */
function* tooManyProcesses(running: Running): Iterable<Finding> {
  const { major, isOperated } = running
  const names = [
    'max_connections',
    major < 18 ? 'autovacuum_max_workers' : 'autovacuum_worker_slots',
    'max_worker_processes',
    'max_wal_senders',
  ]
  const presets = ['100', major < 18 ? '3' : '16', isOperated ? '32' : '8', '10']
  const amounts = names.map((name, index) => numberOf(running, name, presets[index] as string) ?? 0)
  const own = major < 18 ? 1 : 2
  const sum = amounts.reduce((all, one) => all + one, own)
  if (sum <= mostProcesses) return
  const [largest = 'max_connections'] = names.toSorted(
    (a, b) => (amounts[names.indexOf(b)] as number) - (amounts[names.indexOf(a)] as number),
  )
  yield {
    message: phrase`${names.join(' + ')} + ${named(own)} is ${named(sum)}, but must be at most ${named(mostProcesses)}`,
    places: places(running, largest, ...names.filter((name) => name !== largest)),
    help: phrase`lower ${named(largest)}`,
  }
}

function* noProtocol(running: Running): Iterable<Finding> {
  // without TLS they are not compared
  if (!running.isOperated && !isOn(running, 'ssl')) return
  const names = ['ssl_min_protocol_version', 'ssl_max_protocol_version'] as const
  const [min, max] = [soundValue(running, names[0], running.isOperated ? ofOperator : ofServer), soundValue(running, names[1], ofOperator)]
  // an empty maximum means no limit
  if (min === undefined || max === undefined || max === '') return
  if (protocols.indexOf(min.toLowerCase()) <= protocols.indexOf(max.toLowerCase())) return
  const from = running.parameters.has(names[0]) ? '' : running.isOperated ? ' (set by the operator)' : ' (the default)'
  yield {
    message: phrase`${names[1]} is ${named(max)}, but must be at least ${names[0]}, ${named(min)}${from}`,
    places: places(running, names[1], names[0]),
    help: /^TLSv1(?:\.1)?$/i.test(max)
      ? phrase`remove ${named(names[1])}: TLS 1.0 and 1.1 are broken`
      : phrase`set ${named(names[0])} to ${named(max)} or less, or raise ${named(names[1])}`,
  }
}

export const starts: readonly PostgresRule[] = [
  {
    id: 'postgres/starts',
    severity: 'error',
    summary:
      'parameters that the server checks together allow it to start: reserved connections, number of processes, WAL level and sizes, statistics, TLS versions',
    *check(running) {
      yield* tooFewConnections(running)
      yield* lessThanTwoSegments(running)
      yield* statisticsTwice(running)
      yield* noProtocol(running)
      yield* walTooShort(running)
      yield* tooManyProcesses(running)
      yield* twoTargets(running)
    },
  },
]
