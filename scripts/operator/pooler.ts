// Would the operator accept this Pooler?
import { fieldAt, here, named, phrase, shown } from '../findings/message.ts'
import { lookup } from '../values/lookup.ts'
import { nearest } from '../values/path.ts'
import type { JsonMap } from '../values/value.ts'
import type { Rule } from '../findings/finding.ts'
import { caution, refusal, withPlaces } from './finding.ts'
import { booleanAt, jsonAt, listAt, mapAt, stringAt } from './subject.ts'
import type { OperatorSubject } from './subject.ts'
import { reached, releases } from './version.ts'

const pgbouncer = ['spec', 'pgbouncer'] as const
const monitoring = ['spec', 'monitoring'] as const

const parameterNames = new Set(
  `application_name_add_host auth_type autodb_idle_timeout cancel_wait_timeout client_idle_timeout client_login_timeout
  client_tls_sslmode default_pool_size disable_pqexec dns_max_ttl dns_nxdomain_ttl idle_transaction_timeout
  ignore_startup_parameters listen_backlog log_connections log_disconnections log_pooler_errors log_stats
  max_client_conn max_db_connections max_packet_size max_prepared_statements max_user_connections min_pool_size pkt_buf
  query_timeout query_wait_timeout reserve_pool_size reserve_pool_timeout sbuf_loopcnt server_check_delay
  server_check_query server_connect_timeout server_fast_close server_idle_timeout server_lifetime server_login_retry
  server_reset_query server_reset_query_always server_round_robin server_tls_ciphers server_tls_protocols
  server_tls_sslmode stats_period suspend_timeout tcp_defer_accept tcp_keepalive tcp_keepcnt tcp_keepidle tcp_keepintvl
  tcp_socket_buffer tcp_user_timeout track_extra_parameters verbose`.split(/\s+/),
)
/** Settings of PgBouncer for which a Pooler has a field of its own. */
const homes: Readonly<Record<string, string>> = lookup({
  auth_hba_file: 'pg_hba',
  auth_query: 'authQuery',
  auth_user: 'authQuerySecret',
  client_tls_ca_file: 'clientCASecret',
  client_tls_cert_file: 'clientTLSSecret',
  client_tls_key_file: 'clientTLSSecret',
  pool_mode: 'poolMode',
  server_tls_ca_file: 'serverCASecret',
  server_tls_cert_file: 'serverTLSSecret',
  server_tls_key_file: 'serverTLSSecret',
})
/** What people write for a parameter of another name: as other poolers and PostgreSQL call it. */
const otherNames: Readonly<Record<string, string>> = lookup({
  connect_timeout: 'server_connect_timeout',
  idle_in_transaction_session_timeout: 'idle_transaction_timeout',
  idle_timeout: 'server_idle_timeout',
  max_client_connections: 'max_client_conn',
  max_clients: 'max_client_conn',
  max_connections: 'max_client_conn',
  pool_size: 'default_pool_size',
  reserve_pool: 'reserve_pool_size',
  statement_timeout: 'query_timeout',
})
const laterParameterNames = new Set(['client_tls_ciphers', 'client_tls13_ciphers', 'server_tls13_ciphers'])

function secretName(pooler: JsonMap, secret: string): string {
  return stringAt(pooler, ...pgbouncer, secret, 'name')
}

/** The secrets that count as custom authentication. */
function authSecrets(pooler: JsonMap, operator: string): string[] {
  const secrets = reached(operator, releases.december2025) ? ['authQuerySecret', 'serverTLSSecret'] : ['authQuerySecret']
  return secrets.filter((secret) => secretName(pooler, secret) !== '')
}

/** Whether the operator manages the authentication. Reproduces `IsAutomatedIntegration`. */
function isAutomated(pooler: JsonMap, operator: string): boolean {
  return stringAt(pooler, ...pgbouncer, 'authQuery') === '' && authSecrets(pooler, operator).length === 0
}

/** In the order of `PoolerCustomValidator`. */
export const pooler: readonly Rule<OperatorSubject>[] = [
  {
    id: 'pooler/pgbouncer-set',
    severity: 'error',
    upstream: 'validatePgBouncer',
    summary: 'a Pooler has a pgbouncer section',
    *check({ object }) {
      if (!mapAt(object, ...pgbouncer))
        yield refusal(pgbouncer, phrase`${here('pgbouncer')} is not set, but must be`, phrase`add pgbouncer with a poolMode`)
    },
  },
  {
    id: 'pooler/auth-query-set',
    severity: 'error',
    upstream: 'validatePgBouncer',
    summary: 'a Pooler with a secret for authentication has an authQuery',
    *check({ object, operator }) {
      const [secret] = authSecrets(object, operator)
      if (secret === undefined || stringAt(object, ...pgbouncer, 'authQuery') !== '') return
      const message = phrase`${here('pgbouncer.authQuery')} is empty, but must be set, since ${named(secret)} is`
      const finding = refusal(
        [...pgbouncer, 'authQuery'],
        message,
        phrase`set authQuery, or remove the secret to let the operator manage it`,
      )
      yield withPlaces(finding, { path: [...pgbouncer, secret], label: phrase`${named(secret)} is set here`, on: 'key' })
    },
  },
  {
    id: 'pooler/auth-secret-set',
    severity: 'error',
    upstream: 'validatePgBouncer',
    summary: 'a Pooler with an authQuery has a secret for it',
    *check({ object, operator }) {
      if (stringAt(object, ...pgbouncer, 'authQuery') === '' || authSecrets(object, operator).length > 0) return
      const message = phrase`${here('pgbouncer.authQuerySecret.name')} is empty, but must be set, since authQuery is`
      const finding = refusal([...pgbouncer, 'authQuerySecret', 'name'], message, phrase`name the secret, or remove authQuery`)
      yield withPlaces(finding, { path: [...pgbouncer, 'authQuery'], label: phrase`authQuery is set here` })
    },
  },
  {
    id: 'pooler/known-parameters',
    severity: 'error',
    upstream: 'validatePgbouncerGenericParameters',
    summary: 'the PgBouncer parameters are ones that the operator passes on',
    *check({ object, operator }) {
      const later = reached(operator, releases.march2026)
      for (const name of Object.keys(mapAt(object, ...pgbouncer, 'parameters') ?? {})) {
        if (parameterNames.has(name) || (later && laterParameterNames.has(name))) continue
        const path = [...pgbouncer, 'parameters', name]
        const meant = otherNames[name] ?? nearest(name, later ? [...parameterNames, ...laterParameterNames] : parameterNames)
        const finding = refusal(
          path,
          phrase`${fieldAt([...pgbouncer, 'parameters'], 'pgbouncer.parameters')} has ${shown(name)}, but the operator does not pass it on`,
          homes[name] !== undefined
            ? phrase`set ${named(homes[name])}, which is beside parameters`
            : meant === undefined
              ? phrase`remove it`
              : phrase`did you mean \`${named(meant)}\`?`,
        )
        yield { ...finding, field: 'spec.cluster.parameters', places: [{ path, on: 'key' }] }
      }
    },
  },
  {
    id: 'pooler/cluster-named',
    severity: 'error',
    upstream: 'validateCluster',
    summary: 'a Pooler names its cluster',
    *check({ object }) {
      const path = ['spec', 'cluster', 'name']
      if (stringAt(object, ...path) === '')
        yield refusal(path, phrase`${here('cluster.name')} is empty, but must name a Cluster`, phrase`set cluster.name`)
    },
  },
  {
    id: 'pooler/name-unlike-cluster',
    severity: 'error',
    upstream: 'validateCluster',
    summary: 'a Pooler does not have the name of its cluster',
    *check({ object }) {
      const name = stringAt(object, 'metadata', 'name')
      if (name !== stringAt(object, 'spec', 'cluster', 'name')) return
      const finding = refusal(
        ['metadata', 'name'],
        phrase`${here('the Pooler')} is named ${shown(name)}, but must not have the name of its Cluster`,
        phrase`rename it`,
      )
      yield withPlaces(finding, { path: ['spec', 'cluster', 'name'], label: phrase`the Cluster` })
    },
  },
  {
    id: 'pooler/metrics-certificate-set',
    severity: 'error',
    upstream: 'validateMonitoring',
    since: releases.minor30,
    summary: 'metrics over TLS with a PodMonitor need a client certificate',
    *check({ object }) {
      if (booleanAt(object, ...monitoring, 'tls', 'enabled') !== true || booleanAt(object, ...monitoring, 'enablePodMonitor') !== true)
        return
      if (secretName(object, 'clientTLSSecret') !== '') return
      const message = phrase`${here('pgbouncer.clientTLSSecret')} is not set, but must be with monitoring.tls and enablePodMonitor`
      const finding = refusal([...pgbouncer, 'clientTLSSecret'], message, phrase`set clientTLSSecret, or disable enablePodMonitor`)
      yield {
        ...withPlaces(finding, { path: [...monitoring, 'tls'], label: phrase`metrics over TLS`, on: 'key' }),
        type: 'FieldValueRequired',
      }
    },
  },
]

/** In the order of the validator's warnings; a refused new Pooler gets none of them. */
export const poolerWarnings: readonly Rule<OperatorSubject>[] = [
  {
    id: 'pooler/automated-integration',
    severity: 'warning',
    upstream: 'IsAutomatedIntegration',
    summary: 'the operator manages the authentication of a Pooler',
    *check({ object, old, operator }) {
      if (isAutomated(object, operator)) return
      if (old && !reached(operator, releases.december2025) && !isAutomated(old, operator)) return
      const message = phrase`pgbouncer sets its own authentication, but then the operator does not prepare the Cluster for it`
      // since 1.28 PgBouncer looks users up there (`auth_dbname`), no longer in the database that the client asks for
      const where = reached(operator, releases.december2025) ? ': the lookup function belongs in the database postgres' : ''
      yield {
        ...caution(pgbouncer, message, phrase`remove authQuery and its secrets, or prepare the Cluster by hand${where}`),
        places: [{ path: pgbouncer, on: 'key' }],
      }
    },
  },
  {
    id: 'pooler/no-auth-query-secret',
    severity: 'warning',
    upstream: 'getAdmissionWarnings',
    since: releases.december2025,
    summary: 'authQuerySecret is not used',
    *check({ object }) {
      if (secretName(object, 'authQuerySecret') === '') return
      yield caution(
        [...pgbouncer, 'authQuerySecret'],
        phrase`${here('authQuerySecret')} is set, but it is deprecated`,
        phrase`use serverTLSSecret where the chart passes it on, else keep it`,
      )
    },
  },
  {
    id: 'pooler/no-pod-monitor',
    severity: 'warning',
    upstream: 'validateDeprecatedMonitoringFields',
    summary: 'the PodMonitor of a Pooler is not created by the operator',
    *check({ object }) {
      const used = ['enablePodMonitor', 'podMonitorMetricRelabelings', 'podMonitorRelabelings'].find(
        (name) => jsonAt(object, ...monitoring, name) === true || (listAt(object, ...monitoring, name)?.length ?? 0) > 0,
      )
      if (used === undefined) return
      yield caution(
        [...monitoring, used],
        phrase`${here(`monitoring.${used}`)} is set, but it is deprecated`,
        used === 'enablePodMonitor'
          ? phrase`remove it, and write the PodMonitor yourself where there is none yet`
          : phrase`write the PodMonitor yourself`,
      )
    },
  },
]
