// What public reports blame on one line, and a twin of it that works
import { expect, test } from 'vitest'
import { textOf } from '../../scripts/findings/message.ts'
import { judgeManifests } from '../../scripts/policy/manifests.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

const cluster = (spec: string): string =>
  `{ apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: { name: a }, spec: { instances: 3, storage: { size: 10Gi }, ${spec} } }`
const store = (configuration: string): string =>
  `{ apiVersion: barmancloud.cnpg.io/v1, kind: ObjectStore, metadata: { name: o }, spec: { configuration: { destinationPath: "s3://b/p", ${configuration} } } }`

const found = (text: string, operator = '1.30.0'): string[] =>
  judgeManifests(readManifests({ path: 'a.yaml', text }).manifests, operator).map(
    ({ rule, finding: { places } }) => `${rule.slice('policy/'.length)}: ${places[0].path.join('.')}`,
  )

const initdb = (fields: string): string => cluster(`bootstrap: { initdb: { ${fields} } }`)
const old = (parameters: string, rest = ''): string =>
  cluster(`externalClusters: [{ name: old, connectionParameters: { host: h, ${parameters} }${rest} }]`)
const at = 'spec.externalClusters.0.connectionParameters'
const image = (name: string, rest = ''): string => cluster(`imageName: "${name}", ${rest}`)
const official = 'ghcr.io/cloudnative-pg/postgresql:17.5-standard-bookworm'
const affinity = (fields: string, instances = 3): string =>
  cluster(`affinity: { ${fields} }`).replace('instances: 3', `instances: ${instances}`)
const spread = (name: string): string =>
  cluster(`topologySpreadConstraints: [{ maxSkew: 1, labelSelector: { matchLabels: { cnpg.io/cluster: ${name} } } }]`)
const hba = (...lines: readonly string[]): string =>
  cluster(`imageName: "${official}", postgresql: { pg_hba: [${lines.map((line) => JSON.stringify(line)).join(', ')}] }`)
const pooler = (container: string): string =>
  `{ apiVersion: postgresql.cnpg.io/v1, kind: Pooler, metadata: { name: p }, spec: { template: { spec: { containers: [{ name: ${container} }] } } } }`
const database = (fields: string): string =>
  `{ apiVersion: postgresql.cnpg.io/v1, kind: Database, metadata: { name: d }, spec: { name: d, owner: app, cluster: { name: a }, ${fields} } }`
const own = cluster('certificates: { replicationTLSSecret: r, clientCASecret: c }')
const certificate = (fields: string): string =>
  `{ apiVersion: cert-manager.io/v1, kind: Certificate, metadata: { name: r }, spec: { secretName: r, secretTemplate: { labels: { cnpg.io/reload: "" } }, ${fields} } }`
const shm = (size: string, parameters: string): string =>
  cluster(`imageName: "${official}", ephemeralVolumesSizeLimit: { shm: ${size} }, postgresql: { parameters: { ${parameters} } }`)
const monolith = 'import: { type: monolith, databases: [app], roles: ["*"], source: { externalCluster: old } }'
const quorum = (durability: string, probe: string): string =>
  cluster(
    `postgresql: { synchronous: { method: any, number: 1, dataDurability: ${durability}, failoverQuorum: true } }, probes: { ${probe}: { type: streaming } }`,
  )
const keys = 'accessKeyId: { name: s, key: a }, secretAccessKey: { name: s, key: b }'

test.each([
  [initdb('database: shop, owner: postgres'), 'owner-not-superuser: spec.bootstrap.initdb.owner'],
  [initdb('database: postgres'), 'owner-not-superuser: spec.bootstrap.initdb.database'],
  [initdb('database: postgres, owner: shop'), 'database-is-new: spec.bootstrap.initdb.database'],
  [initdb('database: template0, owner: shop'), 'database-is-new: spec.bootstrap.initdb.database'],
  [initdb('database: template1, owner: shop'), 'database-is-new: spec.bootstrap.initdb.database'],
  [old('username: u'), `connection-readable: ${at}.username`],
  [old('sslmode: required'), `connection-readable: ${at}.sslmode`],
  [old('constructor: u'), `connection-readable: ${at}.constructor`],
  [old('sslmode: verify-full'), `root-certificate-named: ${at}.sslmode`],
  [image('postgres:17.5'), 'image-has-user: spec.imageName'],
  [image('tensorchord/vchord-postgres:pg17-v0.4.2'), 'image-has-user: spec.imageName'],
  [image('postgres:17.5-alpine', 'postgresUID: 999'), 'image-has-user: spec.postgresUID'],
  [image('timescale/timescaledb-ha:pg17', 'postgresUID: 70'), 'image-has-user: spec.postgresUID'],
  [image(official, 'postgresUID: 999'), 'image-has-user: spec.postgresUID'],
  [affinity('enablePodAntiAffinity: false, podAntiAffinityType: required'), 'anti-affinity-on: spec.affinity.podAntiAffinityType'],
  [affinity('enablePodAntiAffinity: false, topologyKey: kubernetes.io/hostname'), 'anti-affinity-on: spec.affinity.topologyKey'],
  [spread('b'), 'spread-counts-instances: spec.topologySpreadConstraints.0.labelSelector.matchLabels.cnpg.io/cluster'],
  [store('wal: { compression: gzip }'), 'store-has-credentials: spec.configuration.destinationPath'],
  [store('googleCredentials: {}').replace('s3:', 'gs:'), 'store-has-credentials: spec.configuration.googleCredentials'],
  [store('s3Credentials: { accessKeyId: { name: s, key: a } }'), 'store-has-credentials: spec.configuration.s3Credentials'],
  [
    store('googleCredentials: { gkeEnvironment: true }, azureCredentials: {}').replace('s3:', 'gs:'),
    'store-has-credentials: spec.configuration.azureCredentials',
  ],
  [
    cluster(`imageName: "${official}", postgresql: { extensions: [{ name: vector, image: { reference: r } }] }`),
    'extension-images-work: spec.postgresql.extensions',
  ],
  [
    cluster('plugins: [{ name: barman-cloud.cloudnative-pg.io, isWALArchiver: true, parameters: { barmanObjectName: o, servername: s } }]'),
    'plugin-parameter-known: spec.plugins.0.parameters.servername',
  ],
  [pooler('pg-bouncer'), 'pooler-container-named: spec.template.spec.containers.0.name'],
  [hba('host shop shop 10.0.0.0/8 scram-sha-256'), 'hba-keeps-out: spec.postgresql.pg_hba.0'],
  [hba('hostssl all all 10.0.0.0/8 scram-sha-256', 'host all all 192.168.0.0/16 scram-sha-256'), 'hba-keeps-out: spec.postgresql.pg_hba.0'],
  [`${own}\n---\n${certificate('commonName: shop')}`, 'replication-certificate-names-user: spec.commonName'],
  [`${own}\n---\n${certificate('dnsNames: [a]')}`, 'replication-certificate-names-user: spec.secretName'],
  [
    `${own}\n---\n${certificate('commonName: streaming_replica, usages: [digital signature, server auth]')}`,
    'replication-certificate-names-user: spec.usages.1',
  ],
  [quorum('preferred', 'startup'), 'streaming-probe-starts: spec.probes.startup.type'],
  [quorum('preferred', 'readiness'), 'streaming-probe-starts: spec.probes.readiness.type'],
  [database('extensions: [{ name: plpgsql, schema: public }]'), 'extension-schema-fits: spec.extensions.0.schema'],
  [cluster('startDelay: 30'), 'start-has-time: spec.startDelay'],
  [initdb(`database: app, owner: app, ${monolith}`), 'imported-database-keeps-owner: spec.bootstrap.initdb.database'],
  [shm('1Mi', ''), 'shm-fits-queries: spec.ephemeralVolumesSizeLimit.shm'],
  [shm('16Mi', ''), 'shm-fits-queries: spec.ephemeralVolumesSizeLimit.shm'],
  [shm('64Mi', 'work_mem: 64MB'), 'shm-fits-queries: spec.ephemeralVolumesSizeLimit.shm'],
  [`${initdb('database: app, owner: app')}\n---\n${database('tablespace: fast')}`, 'tablespace-declared: spec.tablespace'],
])('%s', (text, finding) => expect(found(text).filter((one) => !one.startsWith('source-usable'))).toEqual([finding]))

test.each([
  initdb('database: shop, owner: shop'),
  cluster('enableSuperuserAccess: true, bootstrap: { initdb: { database: shop, owner: postgres } }'),
  initdb('database: postgres, owner: shop, import: { type: monolith }').replace('postgres, owner', 'shop, owner'),
  old('user: u, sslmode: require, target_session_attrs: read-write, connect_timeout: "10"'),
  old('sslmode: verify-full', ', sslRootCert: { name: s, key: ca.crt }'),
  old('sslmode: verify-full, sslrootcert: system'),
  image(official),
  image(official, 'postgresUID: 26'),
  image('postgres:17.5', 'postgresUID: 999'),
  image('tensorchord/cloudnative-vectorchord:16.14-1.1.1'),
  image('tensorchord/cloudnative-pgvecto.rs:16.3-v0.2.1'),
  image('registry.example.com/postgresql:17.5', 'postgresUID: 1001'),
  affinity('podAntiAffinityType: required'),
  affinity('enablePodAntiAffinity: false'),
  affinity('enablePodAntiAffinity: false, podAntiAffinityType: required', 1),
  spread('a'),
  store(`s3Credentials: { ${keys} }`),
  store('s3Credentials: { inheritFromIAMRole: true }'),
  store('googleCredentials: { applicationCredentials: { name: s, key: a } }').replace('s3:', 'gs:'),
  store('googleCredentials: { gkeEnviroment: true }').replace('s3:', 'gs:'),
  // unknown keys are reported by the schema
  store('s3Credentials: , accessKeyId: { name: s, key: a }'),
  store('s3credentials: { accessKeyId: { name: s, key: a } }'),
  store('s3Credentials: { accesKeyId: { name: s, key: a }, secretAccessKey: { name: s, key: b } }'),
  store('s3Credentials: { inheritFromIAMRole: true }, azureCredentials: { inheritFromAzureAD: true }'),
  old('requiressl: "1"'),
  cluster(`imageName: "ghcr.io/cloudnative-pg/postgresql:18.0-standard-trixie", postgresql: { extensions: [{ name: vector }] }`),
  cluster(`imageName: "registry.example.com/postgresql:17.5", postgresql: { extensions: [{ name: vector }] }`),
  cluster('plugins: [{ name: barman-cloud.cloudnative-pg.io, isWALArchiver: true, parameters: { barmanObjectName: o, serverName: s } }]'),
  cluster('plugins: [{ name: other.example.com, parameters: { servername: s } }]'),
  pooler('pgbouncer'),
  pooler('metrics, image: "prometheuscommunity/pgbouncer-exporter:v0.10"'),
  `${own}\n---\n${certificate('commonName: streaming_replica, usages: [client auth]')}`,
  `${own.replace('replicationTLSSecret: r', 'replicationTLSSecret: other')}\n---\n${certificate('commonName: shop')}`,
  `${own.replace('certificates:', 'postgresql: { pg_ident: [cnpg_streaming_replica shop streaming_replica] }, certificates:')}\n---\n${certificate('commonName: shop')}`,
  quorum('required', 'readiness'),
  quorum('preferred', 'liveness'),
  database('extensions: [{ name: plpgsql }, { name: pg_trgm, schema: public }, { name: pg_cron, schema: pg_catalog }]'),
  database('extensions: [{ name: pg_cron, schema: public, ensure: absent }]'),
  cluster('startDelay: 600'),
  cluster('startDelay: 30, probes: { startup: { failureThreshold: 60 } }'),
  initdb(monolith),
  initdb(`database: shop, owner: shop, ${monolith}`),
  shm('32Mi', ''),
  shm('64Mi', 'work_mem: 8MB'),
  shm('16Mi', 'max_parallel_workers_per_gather: "0"'),
  shm('16Mi', 'max_parallel_workers: "0"'),
  shm('16Mi', 'hash_mem_multiplier: "1"'),
  shm('16Mi', 'enable_parallel_hash: "off"'),
  hba('host shop shop 10.0.0.0/8 scram-sha-256', 'host all all all reject'),
  hba('host replication copy 10.0.0.0/8 scram-sha-256'),
  hba('hostssl shop shop all cert'),
  hba('host shop shop 10.0.0.0/8 md5'),
  hba('local all shop scram-sha-256'),
  hba('# nothing'),
  `${cluster('tablespaces: [{ name: fast, storage: { size: 1Gi } }]')}\n---\n${database('tablespace: fast')}`,
  `${cluster('env: []')}\n---\n${database('tablespace: fast, ensure: absent')}`,
])('%s works', (text) => expect(found(text).filter((one) => !/drainable|source-usable/.test(one))).toEqual([]))

test('passwords in md5 are told where the operator leaves it to the server to store them', () => {
  const md5 = (rest: string): string =>
    cluster(`imageName: "${official}", postgresql: { parameters: { password_encryption: md5 }, ${rest} }`)
  expect(found(md5('pg_hba: []'), '1.28.3')).toEqual(['passwords-fit-hba: spec.postgresql.parameters.password_encryption'])
  expect(found(md5('pg_hba: []'), '1.28.4')).toEqual([])
  expect(found(md5('pg_hba: [host all all all md5]'), '1.28.3')).toEqual([])
})

test('help of a backup names the plugin that its Cluster loads, and nothing that would be refused next', () => {
  const helps = (spec: string, backup: string): string[] => {
    const text = `${cluster(spec)}\n---\n{ apiVersion: postgresql.cnpg.io/v1, kind: Backup, metadata: { name: b }, spec: { cluster: { name: a }, ${backup} } }`
    return judgeManifests(readManifests({ path: 'a.yaml', text }).manifests, '1.30.0')
      .filter(({ rule }) => rule === 'policy/schedule-has-method')
      .map(({ finding }) => textOf(finding.help ?? []))
  }
  const loaded = 'plugins: [{ name: barman-cloud.cloudnative-pg.io, parameters: { barmanObjectName: o } }]'
  expect(helps(loaded, 'method: plugin, pluginConfiguration: { name: o }')).toEqual([
    'write barman-cloud.cloudnative-pg.io, which it loads, or list { name: o, parameters: … } in spec.plugins of the Cluster',
  ])
  expect(helps(loaded, 'method: barmanObjectStore')).toEqual([
    'set method: plugin with pluginConfiguration: { name: barman-cloud.cloudnative-pg.io }, or set spec.backup.barmanObjectStore of the Cluster',
  ])
  expect(helps('env: []', 'method: barmanObjectStore')).toEqual([
    'set method: plugin with pluginConfiguration: { name: barman-cloud.cloudnative-pg.io } and list that plugin in spec.plugins, or set spec.backup.barmanObjectStore of the Cluster',
  ])
})
