// What public reports blame on one line, and a twin of it that works
import { expect, test } from 'vitest'
import { judgeManifests } from '../../scripts/policy/manifests.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

const cluster = (spec: string): string =>
  `{ apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: { name: a }, spec: { instances: 3, storage: { size: 10Gi }, ${spec} } }`
const store = (configuration: string): string =>
  `{ apiVersion: barmancloud.cnpg.io/v1, kind: ObjectStore, metadata: { name: o }, spec: { configuration: { destinationPath: "s3://b/p", ${configuration} } } }`

const found = (text: string): string[] =>
  judgeManifests(readManifests({ path: 'a.yaml', text }).manifests, '1.30.0').map(
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
  [image('postgres:17.5-alpine', 'postgresUID: 999'), 'image-has-user: spec.postgresUID'],
  [image('timescale/timescaledb-ha:pg17', 'postgresUID: 70'), 'image-has-user: spec.postgresUID'],
  [image(official, 'postgresUID: 999'), 'image-has-user: spec.postgresUID'],
  [affinity('enablePodAntiAffinity: false, podAntiAffinityType: required'), 'anti-affinity-on: spec.affinity.podAntiAffinityType'],
  [affinity('enablePodAntiAffinity: false, topologyKey: kubernetes.io/hostname'), 'anti-affinity-on: spec.affinity.topologyKey'],
  [spread('b'), 'spread-counts-instances: spec.topologySpreadConstraints.0.labelSelector.matchLabels.cnpg.io/cluster'],
  [store('wal: { compression: gzip }'), 'store-has-credentials: spec.configuration.destinationPath'],
  [store('s3Credentials: { accessKeyId: { name: s, key: a } }'), 'store-has-credentials: spec.configuration.s3Credentials'],
  [
    store('s3Credentials: { inheritFromIAMRole: true }, azureCredentials: {}'),
    'store-has-credentials: spec.configuration.azureCredentials',
  ],
])('%s', (text, finding) => expect(found(text)).toEqual([finding]))

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
  image('registry.example.com/postgresql:17.5', 'postgresUID: 1001'),
  affinity('podAntiAffinityType: required'),
  affinity('enablePodAntiAffinity: false'),
  affinity('enablePodAntiAffinity: false, podAntiAffinityType: required', 1),
  spread('a'),
  store(`s3Credentials: { ${keys} }`),
  store('s3Credentials: { inheritFromIAMRole: true }'),
])('%s works', (text) => expect(found(text).filter((one) => !/drainable|source-usable/.test(one))).toEqual([]))
