// What does `admit --policies` say of manifests, and of their healthy counterparts?
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { main } from '../../scripts/cli/cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'cnpg-values-manifests-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Told {
  readonly rule: string
  readonly line: number
  readonly severity: string
}

const told = async (text: string, ...flags: string[]): Promise<string[]> =>
  (await toldWith(text, ...flags)).map(({ rule, line }) => `${rule}:${line}`)

async function toldWith(text: string, ...flags: string[]): Promise<Told[]> {
  const file = join(folder, 'objects.yaml')
  writeFileSync(file, text)
  let stdout = ''
  const terminal = { cwd: folder, color: false, stdout: (piece: string) => (stdout += piece), stderr: () => {} }
  await main(['admit', '--format', 'json', ...flags, file], terminal)
  return (JSON.parse(stdout) as { diagnostics: Told[] }).diagnostics
}

const cluster = (spec: string): string =>
  `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: orders}\nspec:\n  instances: 3\n  storage: {size: 1Gi}\n${spec}`
const recovery = (source: string): string =>
  `  bootstrap: {recovery: {source: old}}\n  externalClusters:\n    - name: old\n      plugin: {name: barman-cloud.cloudnative-pg.io, parameters: ${source}}\n`
const plugin = (entry: string): string => `  plugins:\n    - {name: barman-cloud.cloudnative-pg.io, ${entry}}\n`
const backup = (method: string): string =>
  `---\napiVersion: postgresql.cnpg.io/v1\nkind: Backup\nmetadata: {name: once}\nspec:\n  cluster: {name: orders}\n  method: ${method}\n`
const store = (name: string, path: string): string =>
  `---\napiVersion: barmancloud.cnpg.io/v1\nkind: ObjectStore\nmetadata: {name: ${name}}\nspec:\n  configuration: {destinationPath: "${path}", s3Credentials: {inheritFromIAMRole: true}}\n`

const named = (name: string, spec: string): string => `---\n${cluster(spec).replace('name: orders', `name: ${name}`)}`
const writesX = plugin('isWALArchiver: true, parameters: {barmanObjectName: a, serverName: x}')
const connections = (count: number): string => `  postgresql: {parameters: {max_connections: "${count}"}}\n`
const nodePort = (port: number): string =>
  `  managed: {services: {additional: [{selectorType: rw, serviceTemplate: {metadata: {name: out}, spec: {type: NodePort, ports: [\n    {port: 5432, nodePort: ${port}}\n    ]}}}]}}\n`
const copies = (user: string, by: string): string =>
  `  bootstrap: {pg_basebackup: {source: orders}}\n  externalClusters: [{name: orders, connectionParameters: {host: orders-rw, user: ${user}}, ${by}}]\n`
const byPassword = 'password: {name: p, key: password}'
const byCertificate = 'sslKey: {name: r, key: tls.key}, sslCert: {name: r, key: tls.crt}'
const lets = (line: string): string => `  postgresql: {pg_hba: ["${line}"]}\n`
const follows = (source: string): string =>
  `  bootstrap: {pg_basebackup: {source: ${source}}}\n  replica: {source: ${source}}\n  externalClusters: [{name: ${source}, connectionParameters: {host: ${source}-rw, user: streaming_replica}}]\n`

it.each<readonly [name: string, expected: readonly string[], text: string]>([
  [
    'a recovery by plugin reads below the name of the new cluster, where it also writes',
    ['policy/recovery-reads-another:10'],
    cluster(recovery('{barmanObjectName: a}') + plugin('isWALArchiver: true, parameters: {barmanObjectName: a}')),
  ],
  [
    'a server name of its own',
    [],
    cluster(recovery('{barmanObjectName: a, serverName: old}') + plugin('isWALArchiver: true, parameters: {barmanObjectName: a}')),
  ],
  [
    'a plugin that is switched off still names the store',
    ['policy/recovery-reads-another:10'],
    cluster(recovery('{barmanObjectName: a, serverName: orders}') + plugin('enabled: false, parameters: {barmanObjectName: a}')),
  ],
  [
    'a plugin that is switched off and names another store',
    [],
    cluster(recovery('{barmanObjectName: a, serverName: orders}') + plugin('enabled: false, parameters: {barmanObjectName: b}')),
  ],
  [
    'two stores that are one place, spelled differently',
    ['policy/recovery-reads-another:10'],
    cluster(recovery('{barmanObjectName: a, serverName: orders}') + plugin('isWALArchiver: true, parameters: {barmanObjectName: b}')) +
      store('a', 's3://backups//pg/') +
      store('b', 's3://backups/pg'),
  ],
  [
    'two stores that are two places',
    [],
    cluster(recovery('{barmanObjectName: a, serverName: orders}') + plugin('isWALArchiver: true, parameters: {barmanObjectName: b}')) +
      store('a', 's3://backups/pg') +
      store('b', 's3://backups/pg2'),
  ],
  ['a backup by a method that is not set up', ['policy/schedule-has-method:13'], cluster('') + backup('barmanObjectStore')],
  ['a backup by a method that is set up', [], cluster('  backup: {volumeSnapshot: {className: csi}}\n') + backup('volumeSnapshot')],
  ['a target time with a Z after a blank', ['policy/target-time-readable:10'], cluster(target('2026-01-31 12:00:00Z'))],
  ['the same with an offset', [], cluster(target('2026-01-31 12:00:00+00:00'))],
  ['an RFC 3339 time, which this operator rewrites', [], cluster(target('2026-01-31T12:00:00Z'))],
  [
    'probes that wait for what waits for them',
    ['policy/streaming-probe-starts:8'],
    cluster(
      '  postgresql: {synchronous: {method: any, number: 1, dataDurability: preferred, failoverQuorum: true}}\n  probes: {startup: {type: streaming}}\n',
    ),
  ],
  [
    'the same with durability that is required',
    [],
    cluster(
      '  postgresql: {synchronous: {method: any, number: 1, dataDurability: required, failoverQuorum: true}}\n  probes: {startup: {type: streaming}}\n',
    ),
  ],
  ['memory in thousandths of a byte, once', ['policy/amount-has-unit:7'], cluster('  resources: {limits: {memory: 512m}}\n')],
  ['memory with its unit', [], cluster('  resources: {limits: {memory: 512Mi}}\n')],
  ['a resource that nobody knows', ['policy/known-resource:7'], cluster('  resources: {requests: {cpus: 1}}\n')],
  [
    'a major that this operator has dropped',
    ['policy/operator-supports-major:7'],
    cluster('  imageName: ghcr.io/cloudnative-pg/postgresql:13.22\n'),
  ],
  [
    'a recovery into its own archive, whose check is skipped',
    ['policy/recovery-check-skipped:10'],
    cluster(recovery('{barmanObjectName: a}') + plugin('isWALArchiver: true, parameters: {barmanObjectName: a}')).replace(
      'name: orders}',
      'name: orders, annotations: {cnpg.io/skipEmptyWalArchiveCheck: enabled}}',
    ),
  ],
  [
    'two Clusters that write one archive',
    ['policy/own-archive:17'],
    cluster(plugin('isWALArchiver: true, parameters: {barmanObjectName: a, serverName: x}')) +
      named('payments', plugin('isWALArchiver: true, parameters: {barmanObjectName: b, serverName: x}')) +
      store('a', 's3://backups/pg/') +
      store('b', 's3://backups/pg'),
  ],
  [
    'two Clusters that write below their own names',
    [],
    cluster(plugin('isWALArchiver: true, parameters: {barmanObjectName: a}')) +
      named('payments', plugin('isWALArchiver: true, parameters: {barmanObjectName: a}')) +
      store('a', 's3://backups/pg'),
  ],
  [
    'a backup for a Cluster that comes twice, the second time with its plugin',
    [],
    cluster('') + '---\n' + cluster(writesX) + backup('plugin\n  pluginConfiguration: {name: barman-cloud.cloudnative-pg.io}'),
  ],
  ['one Cluster twice, as before and after a change', [], cluster(writesX) + '---\n' + cluster(writesX)],
  ['two Clusters with one node port', ['policy/claimed-once:18'], cluster(nodePort(30001)) + named('payments', nodePort(30001))],
  ['two Clusters with two node ports', [], cluster(nodePort(30001)) + named('payments', nodePort(30002))],
  [
    'a replica cluster with fewer connections than what it follows',
    ['policy/source-settings-fit:15'],
    cluster(connections(1000)) + named('payments', connections(200) + follows('orders')),
  ],
  [
    'a replica cluster that leaves the connections to the default',
    ['policy/source-settings-fit:12'],
    cluster(connections(1000)) + named('payments', follows('orders')),
  ],
  ['a copy by a role of the application', ['policy/source-lets-copy:15'], cluster('') + named('payments', copies('app', byPassword))],
  [
    'a copy by a role that only `all` lets in',
    ['policy/source-lets-copy:16'],
    cluster(lets('host all copier all scram-sha-256')) + named('payments', copies('copier', byPassword)),
  ],
  [
    'a copy by a role with a line for replication',
    [],
    cluster(lets('host replication copier all scram-sha-256')) + named('payments', copies('copier', byPassword)),
  ],
  [
    'a copy by streaming_replica with a password',
    ['policy/source-lets-copy:15'],
    cluster('') + named('payments', copies('streaming_replica', byPassword)),
  ],
  ['a copy by streaming_replica with a certificate', [], cluster('') + named('payments', copies('streaming_replica', byCertificate))],
  [
    'a copy of a server elsewhere',
    [],
    cluster('') + named('payments', copies('app', byPassword).replace('orders-rw', 'orders.example.com')),
  ],
  [
    'an import by a role of the application',
    [],
    cluster('') +
      named(
        'payments',
        copies('app', byPassword).replace(
          'pg_basebackup: {source: orders}',
          'initdb: {import: {type: microservice, databases: [app], source: {externalCluster: orders}}}',
        ),
      ),
  ],
  ['a replica cluster with as many connections', [], cluster(connections(200)) + named('payments', connections(200) + follows('orders'))],
  [
    'a copy that follows nobody with fewer connections',
    [],
    cluster(connections(1000)) +
      named('payments', connections(200) + follows('orders').replace('replica: {', 'replica: {enabled: false, ')),
  ],
  [
    'a replica cluster of another major',
    ['policy/source-same-major:15'],
    cluster('  imageName: ghcr.io/cloudnative-pg/postgresql:17.6\n') +
      named('payments', '  imageName: ghcr.io/cloudnative-pg/postgresql:16.10\n' + follows('orders')),
  ],
])('%s', async (_, expected, text) => {
  expect(await told(text, '--policies')).toEqual(expected)
  expect(await told(text)).toEqual([])
})

it('hands times on as the release of the operator does', async () => {
  const text = cluster(target('2026-01-31T12:00:00Z'))
  expect(await told(text, '--policies', '--operator', '1.27.1')).toEqual(['policy/target-time-readable:10'])
  expect(await told(text, '--policies', '--operator', '1.27.3')).toEqual([])
  expect(await told(text, '--policies', '--operator', '1.28.0')).toEqual(['policy/target-time-readable:10'])
})

function target(time: string): string {
  return `  externalClusters: [{name: old, plugin: {name: barman-cloud.cloudnative-pg.io, parameters: {barmanObjectName: a}}}]\n  bootstrap:\n    recovery:\n      recoveryTarget: {targetTime: "${time}"}\n      source: old\n`
}

const scheduled = (schedule: string): string =>
  `apiVersion: postgresql.cnpg.io/v1\nkind: ScheduledBackup\nmetadata: {name: s}\nspec: {cluster: {name: other}, schedule: "${schedule}"}\n`

it.each<readonly [schedule: string, expected: readonly string[]]>([
  ['* 30 2 * * *', ['policy/schedule-frequency:4']],
  ['0 * 2 * * *', ['policy/schedule-frequency:4']],
  ['*/10 0 2 * * *', ['policy/schedule-frequency:4']],
  ['* * * * * *', ['policy/schedule-frequency:4']],
  ['0 0 * * * *', ['policy/schedule-frequency:4']],
  ['0 0,30 2 * * *', []],
  ['0 30 2 * * *', []],
  ['0 0 */6 * * *', []],
])('a schedule of %j', async (schedule, expected) => {
  expect(await told(scheduled(schedule), '--policies')).toEqual(expected)
})

it('takes no base backup every few seconds by @every', async () => {
  expect(await told(scheduled('@every 10s'), '--policies')).toContain('policy/schedule-frequency:4')
  expect(await told(scheduled('@every 6h'), '--policies')).not.toContain('policy/schedule-frequency:4')
})

it.each<readonly [name: string, expected: readonly string[], from: string, to: string]>([
  ['a class of storage that changes', ['changes/read-at-creation:6'], '{size: 1Gi, storageClass: a}', '{size: 1Gi, storageClass: b}'],
  ['a class of storage that stays', [], '{size: 1Gi, storageClass: a}', '{size: 2Gi, storageClass: a}'],
])('%s', async (_, expected, from, to) => {
  const before = join(folder, 'before.yaml')
  writeFileSync(before, cluster('').replace('{size: 1Gi}', from))
  expect(await told(cluster('').replace('{size: 1Gi}', to), '--policies', '--before', before)).toEqual(expected)
})

it('a database of initdb that changes, but not its Secret', async () => {
  const before = join(folder, 'before.yaml')
  const initdb = (database: string, secret: string): string =>
    cluster(`  bootstrap: {initdb: {database: ${database}, owner: app, secret: {name: ${secret}}}}\n`)
  writeFileSync(before, initdb('a', 'x'))
  expect(await told(initdb('b', 'x'), '--policies', '--before', before)).toEqual(['changes/read-at-creation:7'])
  expect(await told(initdb('a', 'other'), '--policies', '--before', before)).toEqual([])
})

it('a copy that only begins a Cluster may be over, while one that it follows is not', async () => {
  const severity = async (more: string) =>
    (await toldWith(cluster('') + named('payments', copies('app', byPassword) + more), '--policies'))
      .filter(({ rule }) => rule === 'policy/source-lets-copy')
      .map((one) => one.severity)
  expect(await severity('')).toEqual(['warning'])
  expect(await severity('  replica: {enabled: true, source: orders}\n')).toEqual(['error'])
})

it('a Cluster without a spec, such as one that a test asserts, is one mistake', async () => {
  const database =
    '---\napiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata: {name: d}\nspec: {name: d, owner: app, cluster: {name: orders}, extensions: [{name: pg_search}]}\n'
  expect(await told(cluster('') + database, '--policies')).toEqual(['policy/image-has-extension:11'])
  expect(await told(cluster('').slice(0, cluster('').indexOf('spec:')) + database, '--policies')).toEqual(['schema/required:1'])
})
