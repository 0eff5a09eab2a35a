// Can libpq read how an external cluster is reached?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { lookup } from '../../values/lookup.ts'
import { nearest } from '../../values/path.ts'
import type { JsonMap, Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { listAt, officialChart, plainAt, textAt, typed } from '../subject.ts'
import type { ObjectFinding, ObjectRule, ObjectsSubject } from '../subject.ts'

/** `PQconninfoOptions` of 13 to 18, and `requiressl`, which `conninfo_storeval` still takes for `sslmode`. */
const keywords = new Set(
  `application_name authtype channel_binding client_encoding connect_timeout dbname fallback_application_name gssdelegation gssencmode gsslib
  host hostaddr keepalives keepalives_count keepalives_idle keepalives_interval krbsrvname load_balance_hosts max_protocol_version
  min_protocol_version oauth_client_id oauth_client_secret oauth_issuer oauth_scope options passfile password port replication require_auth
  requirepeer requiressl scram_client_key scram_server_key service servicefile ssl_max_protocol_version ssl_min_protocol_version sslcert sslcertmode
  sslcompression sslcrl sslcrldir sslkey sslkeylogfile sslmode sslnegotiation sslpassword sslrootcert sslsni target_session_attrs
  tcp_user_timeout tty user`.split(/\s+/),
)
/** What people write for a keyword of another name: as in URLs, JDBC and the chart. */
const meantBy: Readonly<Record<string, string>> = lookup({
  username: 'user',
  login: 'user',
  database: 'dbname',
  db: 'dbname',
  hostname: 'host',
  server: 'host',
  ssl_mode: 'sslmode',
  ssl: 'sslmode',
})
/** Keywords with a few values (libpq, "Parameter Key Words"); all of them in 13 to 18. */
const words: Readonly<Record<string, readonly string[]>> = lookup({
  sslmode: ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'],
  gssencmode: ['disable', 'prefer', 'require'],
  channel_binding: ['disable', 'prefer', 'require'],
  target_session_attrs: ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'],
})

interface External {
  readonly cluster: RenderedObject
  readonly external: JsonMap
  readonly parameters: JsonMap
  readonly path: Path
}

function* externalsOf({ objects }: ObjectsSubject): Iterable<External> {
  for (const cluster of objects.filter(({ kind }) => kind === 'Cluster'))
    for (const [index, external] of listAt(cluster.plain, 'spec', 'externalClusters').entries()) {
      const parameters = plainAt(external, 'connectionParameters')
      if (isJsonMap(external) && isJsonMap(parameters))
        yield { cluster, external, parameters, path: ['spec', 'externalClusters', index, 'connectionParameters'] }
    }
}

/** A URL, or a port behind a name or an IPv4 address; an IPv6 address has more colons. */
const withMore = /^(?:\w+:\/\/\S*|[^:/\s]+:\d+)$/

/** What may have been meant by a URL, or by a name with a port. */
function partsOf(host: string): { readonly name: string; readonly port: string } {
  const authority = host.includes('//') ? (host.slice(host.indexOf('//') + 2).split('/')[0] ?? '') : host
  if (!withMore.test(host)) return { name: host, port: '' }
  const [name = '', port = ''] = authority.slice(authority.lastIndexOf('@') + 1).split(':')
  return { name, port }
}

/** libpq looks up the whole text: "could not translate host name "db:5432" to address" (tried with 15.20); not where hostaddr is given. */
function* wrongHost({ cluster, parameters, path }: External): Iterable<ObjectFinding> {
  const hosts = (textAt(parameters, 'host') ?? '').split(',')
  const wrong = hosts.find((one) => withMore.test(one))
  if (wrong === undefined || (textAt(parameters, 'hostaddr') ?? '') !== '') return
  const meant = hosts.map(partsOf)
  const [names, ports] = [meant.map(({ name }) => name).join(','), meant.map(({ port }) => port).join(',')]
  const hasPort = meant.some(({ port }) => port !== '')
  yield {
    object: cluster,
    message: phrase`${here('host')} is ${shown(wrong)}, but PostgreSQL takes a name or an address only there: no connection is made`,
    places: [{ path: [...path, 'host'] }],
    help: hasPort ? phrase`write host: ${named(names)} and port: "${named(ports)}"` : phrase`write host: ${named(names)}`,
  }
}

function* unreadable(one: External): Iterable<ObjectFinding> {
  const { cluster, parameters, path } = one
  yield* wrongHost(one)
  for (const [name, value] of Object.entries(parameters)) {
    const places = [{ path: [...path, name], on: 'key' as const }] as const
    if (!keywords.has(name)) {
      const meant = meantBy[name.toLowerCase()] ?? nearest(name, keywords)
      yield {
        object: cluster,
        message: phrase`\`${named(name)}\` is no connection parameter of PostgreSQL: no connection is made`,
        places,
        help: meant === undefined ? phrase`remove it` : phrase`write \`${meant}\``,
      }
      continue
    }
    const known = words[name]
    if (known === undefined || typeof value !== 'string' || value === '' || known.includes(value)) continue
    const meant = nearest(value, known)
    yield {
      object: cluster,
      message: phrase`${here(name)} is ${shown(value)}, but must be ${known.join(', ')}`,
      places: [{ path: [...path, name] }],
      help: meant === undefined ? phrase`write one of them` : phrase`did you mean \`${meant}\`?`,
    }
  }
}

export const connections: readonly ObjectRule[] = [
  {
    // libpq: "invalid connection option", "invalid sslmode value"
    id: 'policy/connection-readable',
    severity: 'error',
    configurable: true,
    summary: 'the connection parameters of an external cluster are ones of PostgreSQL',
    reads: [['recovery'], ['replica']],
    *check(subject) {
      for (const external of externalsOf(subject)) yield* unreadable(external)
    },
  },
  {
    // libpq: "root certificate file … does not exist"; tried with 15.20 and a server of 17.10. Nothing puts one into the home of the image
    id: 'policy/root-certificate-named',
    severity: 'warning',
    configurable: true,
    summary: 'an external cluster whose certificate is verified names the certificate of its authority',
    reads: [['recovery'], ['replica']],
    *check(subject) {
      for (const { cluster, external, parameters, path } of externalsOf(subject)) {
        const mode = textAt(parameters, 'sslmode') ?? ''
        if (!/^verify-(?:ca|full)$/.test(mode) || isJsonMap(external['sslRootCert'])) continue
        if ((textAt(parameters, 'sslrootcert') ?? '') !== '' || 'service' in parameters || 'servicefile' in parameters) continue
        const field = typed(subject, 'sslRootCertSecret', 'sslRootCert')
        const publicly = officialChart(subject) ? '' : ', or sslrootcert: system for a public one (PostgreSQL 16)'
        yield {
          object: cluster,
          message: phrase`${here('sslmode')} is ${shown(mode)}, but no ${field} names the authority: no connection is made`,
          places: [{ path: [...path, 'sslmode'] }],
          help: phrase`set ${field} to the name and key of a Secret with the authority of that server${publicly}`,
        }
      }
    },
  },
]
