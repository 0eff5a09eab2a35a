// Would PgBouncer start with a parameter of a Pooler?
// Types, words and checks of 1.18 to 1.25 (`bouncer_params` in src/main.c), tried on 1.24.1 of Debian and on 1.25.1.
import { lookup } from '../values/lookup.ts'
import { listed, nearest } from '../values/path.ts'
import { trimOf } from '../values/trim.ts'
import { isPgBouncerTime, readPgBouncerInteger } from './number.ts'

export interface Refused {
  /** what the value must be */
  readonly must: string
  /** what to type, if that is known */
  readonly help?: string
}

type Kind = 'integer' | 'time' | 'text' | readonly string[]

const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full']
/** PAM and LDAP depend on the build. */
const authTypes = ['any', 'trust', 'plain', 'md5', 'cert', 'hba', 'ldap', 'pam', 'scram-sha-256']

/** Those that the operator passes on. */
const kinds: Readonly<Record<string, Kind>> = lookup({
  ...of(
    'integer',
    `application_name_add_host default_pool_size disable_pqexec listen_backlog log_connections log_disconnections log_pooler_errors
    log_stats max_client_conn max_db_connections max_packet_size max_prepared_statements max_user_connections min_pool_size pkt_buf
    reserve_pool_size sbuf_loopcnt server_fast_close server_reset_query_always server_round_robin stats_period tcp_defer_accept
    tcp_keepalive tcp_keepcnt tcp_keepidle tcp_keepintvl tcp_socket_buffer tcp_user_timeout verbose`,
  ),
  ...of(
    'time',
    `autodb_idle_timeout cancel_wait_timeout client_idle_timeout client_login_timeout dns_max_ttl dns_nxdomain_ttl
    idle_transaction_timeout query_timeout query_wait_timeout reserve_pool_timeout server_check_delay server_connect_timeout
    server_idle_timeout server_lifetime server_login_retry suspend_timeout`,
  ),
  ...of(
    'text',
    'ignore_startup_parameters server_check_query server_reset_query server_tls_ciphers server_tls_protocols track_extra_parameters',
  ),
  auth_type: authTypes,
  client_tls_sslmode: sslModes,
  server_tls_sslmode: sslModes,
})

function of(kind: Kind, names: string): Record<string, Kind> {
  return Object.fromEntries(names.split(/\s+/).map((name) => [name, kind]))
}

/** The minor release of 1.x that introduced a parameter, for those younger than 1.18. */
const introduced: Readonly<Record<string, number>> = lookup({
  cancel_wait_timeout: 19,
  client_tls13_ciphers: 25,
  max_prepared_statements: 21,
  server_tls13_ciphers: 25,
  track_extra_parameters: 20,
})

/** What the sockets of Linux take; a larger or negative number fails when PgBouncer begins to listen. */
const ofSockets: Readonly<Record<string, { readonly least: number; readonly most: number }>> = lookup({
  tcp_keepcnt: { least: -(2 ** 31), most: 127 },
  tcp_keepidle: { least: 0, most: 32_767 },
  tcp_keepintvl: { least: 0, most: 32_767 },
  tcp_user_timeout: { least: 0, most: 2 ** 31 },
})

/** Undefined: PgBouncer takes it, or that depends on its build. `minor`: of 1.x; undefined if it is not known. */
export function refusedByPgBouncer(name: string, written: string, minor?: number): Refused | undefined {
  const since = introduced[name]
  if (since !== undefined && minor !== undefined && minor < since)
    return { must: `left out: PgBouncer 1.${minor} does not have it`, help: `remove it, or run PgBouncer 1.${since}` }
  // the operator removes line breaks, and PgBouncer blanks around a value
  const value = trimOf(written.replaceAll(/[\r\n\v\f\u0085\u2028\u2029]/g, ''), ' \t')
  const kind = kinds[name]
  if (kind === 'integer') return refusedInteger(name, value)
  if (kind === 'time') return isPgBouncerTime(value) ? undefined : withHelp('a number of seconds, without a unit', seconds(value))
  if (name === 'server_tls_protocols')
    return isProtocols(value) ? undefined : withHelp('secure, all, or protocols such as tlsv1.2,tlsv1.3', protocols(value))
  if (kind === undefined || kind === 'text') return undefined
  return kind.includes(value.toLowerCase()) ? undefined : withHelp(listed(kind), nearest(value, kind))
}

function withHelp(must: string, meant?: string): Refused {
  return { must, ...(meant !== undefined && { help: `did you mean \`${meant}\`?` }) }
}

function refusedInteger(name: string, value: string): Refused | undefined {
  const number = readPgBouncerInteger(value)
  if (number === undefined) return withHelp('a whole number without a unit', wholeNumber(value))
  const { least = -Infinity, most = Infinity } = ofSockets[name] ?? {}
  if (number >= least && number <= most) return undefined
  return { must: `between ${Math.max(least, 0)} and ${most}` }
}

/** `on` → 1, `20s` → 20, `2.5` → undefined. */
function wholeNumber(value: string): string | undefined {
  if (/^(?:on|true|yes)$/i.test(value)) return '1'
  if (/^(?:off|false|no)$/i.test(value)) return '0'
  const digits = /^["']?(\d{1,10})(?:["']|\s*[a-z]+)?$/i.exec(value)?.[1]
  // with separators, as people write large numbers
  const grouped = /^\d{1,3}(?:([_,' ])\d{3})(?:\1\d{3})?$/.test(value) ? value.replaceAll(/\D/g, '') : undefined
  return digits === undefined ? grouped : String(Number(digits))
}

const perUnit: Readonly<Record<string, number>> = lookup({
  ms: 0.001,
  s: 1,
  sec: 1,
  m: 60,
  min: 60,
  h: 3600,
  hour: 3600,
  d: 86_400,
  day: 86_400,
})

/** `5 minutes` → 300. */
function seconds(value: string): string | undefined {
  const [, digits = '', word = ''] = /^(\d{1,9}(?:\.\d{1,9})?)\s*([a-z]+)$/i.exec(value) ?? []
  const unit =
    perUnit[word.toLowerCase()] ??
    perUnit[word.toLowerCase().replace(/(?:ute|ond)?s$/, '')] ??
    perUnit[word.toLowerCase().replace(/ute$|ond$/, '')]
  return digits === '' || unit === undefined ? undefined : String(Number(digits) * unit)
}

/** Separated by commas or colons, each possibly after `!`. Reproduces `tls_config_parse_protocols`. */
function isProtocols(value: string): boolean {
  if (value === '') return true
  return value.split(/[,:]/).every((name) => /^[ \t]*!?(?:all|default|secure|tlsv1(?:\.[0-3])?)$/i.test(name))
}

/** `TLS 1.3 TLSv1.2` → `tlsv1.3,tlsv1.2`; undefined: something else. */
function protocols(value: string): string | undefined {
  const names = value.toLowerCase().replaceAll(/tls[ _-]*v?[ _-]*/g, 'tlsv')
  const joined = names
    .trim()
    .split(/[ ,:;|]+/)
    .join(',')
  return isProtocols(joined) ? joined : undefined
}

/** What parameters must be together; `written` are each valid alone. */
export function refusedTogether(written: ReadonlyMap<string, string>): { readonly name: string; readonly refused: Refused } | undefined {
  const isVerified = written.get('client_tls_sslmode')?.toLowerCase() === 'verify-full'
  if (written.get('auth_type')?.toLowerCase() !== 'cert' || isVerified) return undefined
  return { name: 'auth_type', refused: { must: 'used with client_tls_sslmode verify-full', help: 'set client_tls_sslmode: verify-full' } }
}
