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
  yield {
    message: phrase`${names[2]} is ${named(all)}, but must be more than the reserved connections, ${named(reserved)}`,
    places: places(running, names[2], names[0], names[1]),
    help: phrase`set max_connections to at least ${superusers + others + 1}`,
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
    help: phrase`set ${named(names[0])} to ${named(max)} or less, or raise ${named(names[1])}`,
  }
}

export const starts: readonly PostgresRule[] = [
  {
    id: 'postgres/starts',
    severity: 'error',
    summary: 'parameters that the server checks together allow it to start: reserved connections, WAL sizes, statistics, TLS versions',
    *check(running) {
      yield* tooFewConnections(running)
      yield* lessThanTwoSegments(running)
      yield* statisticsTwice(running)
      yield* noProtocol(running)
    },
  },
]
