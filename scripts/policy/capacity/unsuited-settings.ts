// Is a setting written that suits one session or another machine, but not every session of a Cluster?
import { fieldAt, here, named, phrase } from '../../findings/message.ts'
import type { Finding, Message } from '../../findings/finding.ts'
import { isReplica } from '../../operator/cluster/cluster.ts'
import { showQuantity } from '../../kubernetes/bytes.ts'
import type { Budgets } from '../../postgres/budgets/budgets.ts'
import { at as parameter } from '../../postgres/running.ts'
import type { Path } from '../../values/value.ts'
import { isOfChart, plainAt, textAt } from '../subject.ts'
import type { ObjectRule, ObjectsSubject } from '../subject.ts'
import { reading, withBudgets } from './budgets.ts'
import { switchedOn } from './harmful-settings.ts'

/** What each session suffers. */
const switches: readonly (readonly [name: string, harm: string])[] = [
  ['exit_on_error', 'any error ends the session'],
  ['ignore_system_indexes', 'each look at the system tables reads them whole'],
]

function* forAllSessions({ settings }: Budgets): Iterable<Finding> {
  const found = switches.flatMap(([name, harm]) => {
    const value = switchedOn(settings, name)
    return value === undefined ? [] : [{ name, value, harm }]
  })
  const role = settings.written('session_replication_role')
  if (role?.toLowerCase() === 'replica')
    found.push({ name: 'session_replication_role', value: role, harm: 'ordinary triggers and foreign keys do nothing' })
  for (const { name, value, harm } of found)
    yield {
      message: phrase`${here(name)} is ${named(value)} for every session: ${harm}`,
      places: [{ path: parameter(name) }],
      help: phrase`remove it, and set it in the one session that needs it`,
    }
}

function* unnoticedLoss({ settings, instances, cluster }: Budgets): Iterable<Finding> {
  const hasStandby = instances > 1
  // the sockets of senders are the server's, which these may close sooner; those of receivers are not
  const isClosed = ['tcp_user_timeout', 'tcp_keepalives_idle'].some((name) => (settings.read(name) ?? 0) > 0)
  for (const [name, lost, isConnected] of [
    ['wal_sender_timeout', 'a standby', hasStandby && !isClosed],
    ['wal_receiver_timeout', 'a primary', hasStandby || isReplica(cluster.plain)],
  ] as const) {
    if (!isConnected || settings.written(name) === undefined || settings.read(name) !== 0) continue
    yield {
      message: phrase`${here(name)} is 0, but then ${lost} that is gone without a word is noticed only by TCP, after many minutes`,
      places: [{ path: parameter(name) }],
      help: phrase`remove it: the operator sets 5s, and none where it copies an instance`,
    }
  }
}

/** What a session that has run some queries holds at least, beside the shared memory. */
const least = 2 * 2 ** 20
/** Few use all of their connections: what is little above the limit is no reason to warn. */
const margin = 1.25
const limitPath: Path = ['spec', 'resources', 'limits', 'memory']

function* crowded({ settings, memory }: Budgets): Iterable<Finding> {
  const [text, count] = [settings.written('max_connections'), settings.read('max_connections')]
  const { limit, shared } = memory ?? {}
  if (text === undefined || count === undefined || limit === undefined || shared === undefined || limit < 2 ** 20) return
  const taken = settings.written('shared_buffers') === undefined ? 0 : shared.bytes
  // shared memory that does not fit is reported as such
  if (shared.bytes > limit || count * least + taken <= margin * limit) return
  const fitting = Math.floor((limit - taken) / least / 10) * 10
  yield {
    message: phrase`${here('max_connections')} is ${named(text)}, but at 2Mi each, which is little, they fill ${fieldAt(limitPath, 'limits.memory')}, ${named(showQuantity(limit))}`,
    places: [{ path: parameter('max_connections') }, { path: limitPath, label: phrase`the container has this much` }],
    help:
      fitting >= 20
        ? phrase`lower it to ${named(fitting)} or less, with a Pooler before it, or raise the limit: else the kernel kills the server`
        : phrase`raise the limit, or lower max_connections: else the kernel kills the server`,
  }
}

/** What the least version may be beside the greatest, above which the server does not start. */
function lowest(greatest: string | undefined): Message {
  if (greatest === undefined || greatest === '' || /^TLSv1\.3$/i.test(greatest))
    return phrase`write TLSv1.2, or remove it: the operator sets TLSv1.3`
  return /^TLSv1\.2$/i.test(greatest)
    ? phrase`write TLSv1.2`
    : phrase`remove it together with ssl_max_protocol_version: the operator sets TLSv1.3 for both`
}

function* oldTls({ settings }: Budgets): Iterable<Finding> {
  const version = settings.written('ssl_min_protocol_version')
  if (version === undefined || !/^TLSv1(?:\.1)?$/i.test(version)) return
  yield {
    message: phrase`${here('ssl_min_protocol_version')} is ${named(version)}, but TLS 1.0 and 1.1 are broken and must not be used`,
    places: [{ path: parameter('ssl_min_protocol_version') }],
    help: lowest(settings.written('ssl_max_protocol_version')),
  }
}

/** Where a Cluster says under which rules of seccomp its containers run. */
const seccomp: readonly Path[] = [['spec'], ['spec', 'podSecurityContext'], ['spec', 'securityContext']]

function* forbiddenCalls({ settings, cluster }: Budgets, subject: ObjectsSubject): Iterable<Finding> {
  if (settings.written('io_method')?.toLowerCase() !== 'io_uring') return
  const types = seccomp.map((above) => textAt(cluster.plain, ...above, 'seccompProfile', 'type'))
  if (types.some((type) => type !== undefined && type !== 'RuntimeDefault')) return
  if (plainAt(cluster.plain, 'spec', 'runtimeClassName') !== undefined) return
  yield {
    message: phrase`${here('io_method')} is io_uring, but the seccomp profile of containerd forbids its calls: PostgreSQL does not start`,
    places: [{ path: parameter('io_method') }],
    help: isOfChart(subject)
      ? phrase`write worker: the chart has no value for another seccompProfile`
      : phrase`write worker, or set spec.seccompProfile to one on the nodes that allows io_uring_setup, io_uring_enter and io_uring_register`,
  }
}

export const unsuitedSettings: readonly ObjectRule[] = [
  {
    // PostgreSQL 17, 19.11.1 (session_replication_role: "triggers … foreign keys … not checked"), 19.13.2 and 19.17
    id: 'policy/one-session-only',
    severity: 'warning',
    configurable: true,
    summary: 'no option is set for all sessions that is meant for one',
    reads: reading('session_replication_role', ...switches.map(([name]) => name)),
    check: (subject) => withBudgets(subject, forAllSessions),
  },
  {
    // PostgreSQL 17, 19.6.1: "Setting to zero disables the timeout mechanism"; CloudNativePG sets 5s, and `STANDBY_TCP_USER_TIMEOUT` is 0
    id: 'policy/lost-peer-noticed',
    severity: 'warning',
    configurable: true,
    preset: 'production',
    summary: 'a standby or a primary that is gone is noticed by a timeout of replication',
    reads: [...reading('wal_sender_timeout', 'wal_receiver_timeout'), ['cluster', 'instances']],
    check: (subject) => withBudgets(subject, unnoticedLoss),
  },
  {
    // Each connection is a process with caches of its own: PostgreSQL 17, 51.3, and 18.4.4 on the kernel that kills the server
    id: 'policy/connections-have-memory',
    severity: 'warning',
    configurable: true,
    preset: 'production',
    summary: 'the memory of the container is enough for as many connections as are allowed',
    reads: [...reading('max_connections'), ['cluster', 'resources']],
    check: (subject) => withBudgets(subject, crowded),
  },
  {
    // RFC 8996: "TLS 1.0 MUST NOT be used", "TLS 1.1 MUST NOT be used"
    id: 'policy/tls-current',
    severity: 'warning',
    configurable: true,
    preset: 'production',
    summary: 'the server takes no version of TLS that is broken',
    reads: reading('ssl_min_protocol_version'),
    check: (subject) => withBudgets(subject, oldTls),
  },
  {
    // cloudnative-pg#9948 ("could not setup io_uring queue: Operation not permitted"); `GetSeccompProfile` is RuntimeDefault without one; containerd#9320
    id: 'policy/io-method-permitted',
    severity: 'warning',
    configurable: true,
    upstream: 'GetSeccompProfile',
    summary: 'the container may make the calls that io_method needs',
    reads: reading('io_method'),
    check: (subject) => withBudgets(subject, (budgets) => forbiddenCalls(budgets, subject)),
  },
]
