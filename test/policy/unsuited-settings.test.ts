// Are settings that suit one session or another machine told from those that suit all?
import { expect, test } from 'vitest'
import { textOf } from '../../scripts/findings/message.ts'
import { judgeManifests } from '../../scripts/policy/manifests.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

const ids = /^policy\/(?:one-session|lost-peer|connections-have|tls-current|io-method|limit-reachable|setting-has-unit|image-has-library)/
const cluster = (parameters: string, more = '', version = '17.6'): string =>
  `{ apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: { name: pay }, spec: { instances: 3, storage: { size: 10Gi }, resources: { limits: { memory: 2Gi } },
  imageName: "ghcr.io/cloudnative-pg/postgresql:${version}-system-trixie", postgresql: { parameters: { ${parameters} } }${more} } }`

function found(parameters: string, more?: string, version?: string): string[] {
  const { manifests } = readManifests({ path: 'a.yaml', text: cluster(parameters, more, version) })
  return judgeManifests(manifests, '1.27.1')
    .filter(({ rule }) => ids.test(rule))
    .map(({ rule, finding: { places } }) => `${rule.replace('policy/', '')} ${String(places[0].path.at(-1))}`)
}

test.each<readonly [string, readonly string[]]>([
  ['session_replication_role: replica', ['one-session-only session_replication_role']],
  ['session_replication_role: local', []],
  ['exit_on_error: "on"', ['one-session-only exit_on_error']],
  ['exit_on_error: "off"', []],
  ['ignore_system_indexes: "true"', ['one-session-only ignore_system_indexes']],
  ['wal_sender_timeout: "0"', ['lost-peer-noticed wal_sender_timeout']],
  ['wal_receiver_timeout: 0s', ['lost-peer-noticed wal_receiver_timeout']],
  ['wal_receiver_timeout: 1min', []],
  ['max_connections: "1281"', ['connections-have-memory max_connections']],
  ['max_connections: "1280"', []],
  ['max_connections: "1200", shared_buffers: 512MB', ['connections-have-memory max_connections']],
  ['ssl_min_protocol_version: TLSv1', ['tls-current ssl_min_protocol_version']],
  ['ssl_min_protocol_version: TLSv1.2', []],
  ['temp_file_limit: 10GB', ['limit-reachable temp_file_limit']],
  ['temp_file_limit: 9GB', []],
  ['temp_file_limit: "-1"', []],
  ['tcp_user_timeout: "10"', ['setting-has-unit tcp_user_timeout']],
  ['tcp_user_timeout: "0"', []],
  ['tcp_user_timeout: 10s', []],
  ['local_preload_libraries: auto_explain', ['image-has-library local_preload_libraries']],
  ['local_preload_libraries: ""', []],
  ['session_preload_libraries: auto_explain', []],
])('%s', (parameters, expected) => expect(found(parameters)).toEqual(expected))

test('what else there is decides', () => {
  expect(found('temp_file_limit: 10GB', ', tablespaces: [{ name: tmp, temporary: true, storage: { size: 100Gi } }]')).toEqual([])
  expect(found('wal_sender_timeout: "0"', ', instances: 1')).toEqual([])
  const replica = ', instances: 1, replica: { enabled: true, source: o }, externalClusters: [{ name: o }]'
  expect(found('wal_sender_timeout: "0"', replica)).toEqual([])
  expect(found('wal_receiver_timeout: "0"', replica)).toEqual(['lost-peer-noticed wal_receiver_timeout'])
  expect(found('wal_sender_timeout: "0", tcp_user_timeout: 10s')).toEqual([])
  expect(found('wal_receiver_timeout: "0", tcp_user_timeout: 10s')).toEqual(['lost-peer-noticed wal_receiver_timeout'])
  expect(found('io_method: io_uring', '', '18.1')).toEqual(['io-method-permitted io_method'])
  expect(found('io_method: io_uring', ', seccompProfile: { type: RuntimeDefault }', '18.1')).toEqual(['io-method-permitted io_method'])
  expect(found('io_method: io_uring', ', seccompProfile: { type: Unconfined }', '18.1')).toEqual([])
  expect(found('io_method: worker', '', '18.1')).toEqual([])
})

test.each([
  ['', 'write TLSv1.2, or remove it'],
  [', ssl_max_protocol_version: TLSv1.2', 'write TLSv1.2'],
  [', ssl_max_protocol_version: TLSv1.1', 'remove it together with ssl_max_protocol_version'],
])('the server starts with what is written in the place of an old version of TLS, with%s', (more, expected) => {
  const { manifests } = readManifests({ path: 'a.yaml', text: cluster(`ssl_min_protocol_version: TLSv1.1${more}`) })
  const help = judgeManifests(manifests, '1.27.1').flatMap(({ rule, finding }) =>
    rule === 'policy/tls-current' ? [textOf(finding.help ?? [])] : [],
  )
  expect(help).toHaveLength(1)
  expect(help[0]?.split(':')[0]).toBe(expected)
})

test('a limit of connections that fits is named', () => {
  const { manifests } = readManifests({ path: 'a.yaml', text: cluster('max_connections: "5000", shared_buffers: 512MB') })
  const [one] = judgeManifests(manifests, '1.27.1').filter(({ rule }) => rule === 'policy/connections-have-memory')
  expect(textOf(one?.finding.help ?? [])).toContain('lower it to 6')
})
