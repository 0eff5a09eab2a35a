// Are mistakes about Secrets, certificates, roles and services of others told from their healthy twins?
import { expect, test } from 'vitest'
import { judgeManifests } from '../../scripts/policy/manifests.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

const ids =
  /^policy\/(?:pull-secret|publication-objects|store-encrypts|import-may|role-known|role-has|pooler-image|cold-snapshot-unf|wrapper-owner|image-has-library|bucket-once|pooler-knows|request-within|slots-sync|store-has|field-read|stop-has)/

const head = (spec: string): string =>
  `{ apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: { name: pay }, spec: { instances: 3, storage: { size: 10Gi }, ${spec} } }`

function found(spec: string, ...beside: readonly string[]): string[] {
  const { manifests } = readManifests({ path: 'a.yaml', text: [head(spec), ...beside].join('\n---\n') })
  return judgeManifests(manifests, '1.30.0')
    .filter(({ rule }) => ids.test(rule))
    .map(({ rule, finding: { places } }) => `${rule.replace('policy/', '')} ${places[0].path.join('.')}`)
}

const object = (apiVersion: string, kind: string, name: string, fields: string): string =>
  `{ apiVersion: ${apiVersion}, kind: ${kind}, metadata: { name: ${name} }, ${fields} }`
const own = (kind: string, spec: string): string =>
  object('postgresql.cnpg.io/v1', kind, 'one', `spec: { cluster: { name: pay }, ${spec} }`)
const pull = 'imagePullSecrets: [{ name: registry }]'
const sealed = (template: string): string =>
  object('bitnami.com/v1alpha1', 'SealedSecret', 'registry', `spec: { encryptedData: { .dockerconfigjson: x }, template: { ${template} } }`)
const external = (spec: string): string => object('external-secrets.io/v1', 'ExternalSecret', 'any', `spec: { ${spec} }`)
const login = 'stringData: { .dockerconfigjson: "{}" }'

test.each<readonly [string, readonly string[], readonly string[]]>([
  [pull, [object('v1', 'Secret', 'registry', login)], ['pull-secret-type spec.imagePullSecrets.0.name']],
  [pull, [object('v1', 'Secret', 'registry', `type: Opaque, ${login}`)], ['pull-secret-type type']],
  [pull, [object('v1', 'Secret', 'registry', `type: kubernetes.io/dockerconfigjson, ${login}`)], []],
  [pull, [sealed('type: Opaque')], ['pull-secret-type spec.template.type']],
  [pull, [sealed('type: kubernetes.io/dockercfg')], []],
  // somebody else makes it
  [pull, [], []],
  [pull, [external('target: { name: registry }')], ['pull-secret-type spec.imagePullSecrets.0.name']],
  // it is there already
  [pull, [external('target: { name: registry, creationPolicy: Merge }')], []],
  [pull, [external('target: { name: registry, creationPolicy: None }')], []],
  [pull, [object('kubernetes-client.io/v1', 'ExternalSecret', 'registry', 'spec: { template: { type: kubernetes.io/dockercfg } }')], []],
])('of pull secrets: %s %s', (spec, beside, expected) => {
  expect(found(spec, ...beside)).toEqual(expected)
})

const image = (tag: string): string => `imageName: ghcr.io/cloudnative-pg/postgresql:${tag}-standard-bookworm`
const published = (one: string): string => own('Publication', `dbname: app, name: p, target: { objects: [${one}] }`)
const columns = '{ table: { name: t, columns: [a] } }'

test.each<readonly [string, readonly string[], readonly string[]]>([
  [image('14.19'), [published(columns)], ['publication-objects-known spec.target.objects.0.table.columns']],
  [image('14.19'), [published('{ table: { name: t } }')], []],
  [image('15.14'), [published(columns)], []],
  [
    `${image('17.6')}, postgresql: { parameters: { session_preload_libraries: "auto_explain, pg_hint_plan" } }`,
    [],
    ['image-has-library spec.postgresql.parameters.session_preload_libraries'],
  ],
  [`${image('17.6')}, postgresql: { parameters: { session_preload_libraries: auto_explain } }`, [], []],
  [`${image('17.6')}, postgresql: { parameters: { session_preload_libraries: "pg_trgm, uuid-ossp, test_decoding, tcn" } }`, [], []],
  ['imageName: example.com/postgresql:17.6, postgresql: { parameters: { session_preload_libraries: x } }', [], []],
])('of what PostgreSQL can: %s %s', (spec, beside, expected) => {
  expect(found(spec, ...beside)).toEqual(expected)
})

const roles = (list: string): string => `managed: { roles: [${list}] }`
const readers = '{ name: readers, ensure: present }'

test.each<readonly [string, readonly string[], readonly string[]]>([
  [roles(`${readers}, { name: a, inRoles: [reader] }`), [], ['role-known spec.managed.roles.1.inRoles.0']],
  // SQL may have made it
  [roles(`${readers}, { name: a, inRoles: [auditors] }`), [], []],
  [roles(`${readers}, { name: a, ensure: absent, inRoles: [reader] }`), [], []],
  // whoever makes the group
  [roles('{ name: reader, inRoles: [readers] }'), [], []],
  [roles('{ name: reader }, { name: b, inRoles: [readers] }'), [], ['role-known spec.managed.roles.1.inRoles.0']],
  [roles(readers), [own('Database', 'name: d, owner: app, schemas: [{ name: s, owner: reader }]')], ['role-known spec.schemas.0.owner']],
  [
    roles(readers),
    [own('Database', 'name: d, owner: app, fdws: [{ name: f, usage: [{ name: reader }] }]')],
    ['role-known spec.fdws.0.usage.0.name'],
  ],
  [
    `${roles(readers)}, tablespaces: [{ name: t, storage: { size: 1Gi }, owner: { name: reader } }]`,
    [],
    ['role-known spec.tablespaces.0.owner.name'],
  ],
  [
    `${roles(readers)}, bootstrap: { recovery: { source: x } }`,
    [own('Database', 'name: d, owner: app, schemas: [{ name: s, owner: reader }]')],
    [],
  ],
  [
    roles(readers),
    [own('Database', 'name: d, owner: app, fdws: [{ name: f, owner: readers }]')],
    ['wrapper-owner-superuser spec.fdws.0.owner'],
  ],
  [roles('{ name: readers, superuser: true }'), [own('Database', 'name: d, owner: app, fdws: [{ name: f, owner: readers }]')], []],
  [roles(readers), [own('Database', 'name: d, owner: app, fdws: [{ name: f, owner: dba }]')], []],
  [
    roles(readers),
    [own('Database', 'name: d, owner: app, ensure: absent, fdws: [{ name: f, owner: readers, usage: [{ name: reader }] }]')],
    [],
  ],
  // `readers` is a member of it, so that it is another one, wherever it is named
  [roles('{ name: readers, inRoles: [reader] }, { name: b, inRoles: [reader] }'), [], []],
  [
    roles('{ name: readers, inRoles: [reader] }'),
    [own('Database', 'name: d, owner: app, fdws: [{ name: f, usage: [{ name: reader }] }]')],
    [],
  ],
  [roles('{ name: a, login: true, connectionLimit: 0 }'), [], ['role-has-connections spec.managed.roles.0.connectionLimit']],
  [roles('{ name: a, login: false, connectionLimit: 0 }'), [], []],
  [roles('{ name: a, login: true, superuser: true, connectionLimit: 0 }'), [], []],
])('of roles: %s %s', (spec, beside, expected) => {
  expect(found(spec, ...beside)).toEqual(expected)
})

const imported = (host: string, rest: string): string =>
  `bootstrap: { initdb: { import: { databases: [a], source: { externalCluster: old }, ${rest} } } }, externalClusters: [{ name: old, connectionParameters: { host: ${host}, user: postgres, dbname: postgres } }]`
const monolith = 'type: monolith, roles: ["*"]'
const store = (fields: string): string =>
  object(
    'barmancloud.cnpg.io/v1',
    'ObjectStore',
    'store',
    `spec: { configuration: { destinationPath: "s3://wal/x", s3Credentials: { inheritFromIAMRole: true }, ${fields} } }`,
  )
const writing = 'plugins: [{ name: barman-cloud.cloudnative-pg.io, isWALArchiver: true, parameters: { barmanObjectName: store } }]'
const users = 'import-may-read-roles spec.bootstrap.initdb.import.roles'

test.each<readonly [string, readonly string[], readonly string[]]>([
  [imported('a.b.eu-west-1.rds.amazonaws.com', monolith), [], [users]],
  [imported('a.postgres.database.azure.com', monolith), [], [users]],
  [imported('a.b.eu-west-1.rds.amazonaws.com', 'type: monolith, roles: []'), [], []],
  [imported('db.example.com', monolith), [], []],
  // it is only read
  ['instances: 3', [store('endpointURL: "https://fsn1.your-objectstorage.com", data: { encryption: AES256 }')], []],
  [
    writing,
    [store('endpointURL: "https://fsn1.your-objectstorage.com", data: { encryption: AES256 }')],
    ['store-encrypts spec.configuration.data.encryption'],
  ],
  [
    writing,
    [store('endpointURL: "https://eu-central-1.linodeobjects.com", wal: { encryption: "aws:kms" }')],
    ['store-encrypts spec.configuration.wal.encryption'],
  ],
  [writing, [store('endpointURL: "https://fsn1.your-objectstorage.com"')], []],
  [writing, [store('endpointURL: "https://minio.example.com", wal: { encryption: AES256 }')], []],
  ['instances: 3', [store('endpointURL: "https://minio.example.com/wal"')], ['bucket-once spec.configuration.endpointURL']],
  ['instances: 3', [store('endpointURL: "https://minio.example.com/s3"')], []],
  [
    'instances: 3',
    [
      own(
        'Pooler',
        'pgbouncer: { poolMode: session }, template: { spec: { containers: [{ name: pgbouncer, image: "bitnami/pgbouncer:1.24" }] } }',
      ),
    ],
    ['pooler-image-fits spec.template.spec.containers.0.image'],
  ],
  [
    'instances: 3',
    [
      own(
        'Pooler',
        'pgbouncer: { poolMode: session }, template: { spec: { containers: [{ name: pgbouncer, image: "registry.example.com/bitnami/pgbouncer:1.24" }] } }',
      ),
    ],
    [],
  ],
])('of services of others: %s %s', (spec, beside, expected) => {
  expect(found(spec, ...beside)).toEqual(expected)
})

const ldap = 'ldap: { server: l, bindAsAuth: { prefix: "uid=", suffix: x } }'
const pooler = (bouncer: string): string => own('Pooler', `pgbouncer: { poolMode: session, ${bouncer} }`)

test.each<readonly [string, readonly string[], readonly string[]]>([
  [`postgresql: { ${ldap} }`, [pooler('')], ['pooler-knows-passwords spec.cluster.name']],
  [`postgresql: { ${ldap}, pg_hba: ["host all app all scram-sha-256"] }`, [pooler('')], []],
  [`postgresql: { ${ldap} }`, [pooler('pg_hba: ["host all all all ldap ldapserver=l"]')], []],
  [`postgresql: { ${ldap} }`, [pooler('authQuery: SELECT 1, authQuerySecret: { name: s }')], []],
  ['instances: 3', [pooler('')], []],
])('of LDAP: %s %s', (spec, beside, expected) => {
  expect(found(spec, ...beside)).toEqual(expected)
})

const logical = (parameters: string, rest = ''): string => `${image('17.6')}, postgresql: { parameters: { ${parameters} } } ${rest}`
const container = (resources: string): string =>
  own('Pooler', `pgbouncer: { poolMode: session }, template: { spec: { containers: [{ name: pgbouncer, resources: { ${resources} } }] } }`)
const google = (fields: string): string =>
  object(
    'barmancloud.cnpg.io/v1',
    'ObjectStore',
    'store',
    `spec: { configuration: { destinationPath: "gs://wal/x", googleCredentials: { ${fields} } } }`,
  )

test.each<readonly [string, readonly string[], readonly string[]]>([
  [logical('sync_replication_slots: "on"'), [], ['slots-synchronize spec.postgresql.parameters.sync_replication_slots']],
  [logical('sync_replication_slots: "on", hot_standby_feedback: "on"'), [], []],
  [logical('sync_replication_slots: "off"'), [], []],
  [logical('sync_replication_slots: "on"').replace('17.6', '16.10'), [], []],
  [logical('allow_alter_system: "on"'), [], ['field-read spec.postgresql.parameters.allow_alter_system']],
  [logical('allow_alter_system: "off"'), [], []],
  [logical('allow_alter_system: "on"').replace('17.6', '16.10'), [], []],
  [
    'instances: 3',
    [container('requests: { memory: 256Mi }, limits: { memory: 128Mi }')],
    ['request-within-limit spec.template.spec.containers.0.resources.requests.memory'],
  ],
  ['instances: 3', [container('requests: { memory: 128Mi }, limits: { memory: 128Mi, cpu: 1 }')], []],
  // a missing unit is what is wrong
  ['instances: 3', [container('requests: { memory: 128Mi }, limits: { memory: 512 }')], []],
  ['instances: 3', [google('gkeEnvironment: false')], ['store-has-credentials spec.configuration.googleCredentials']],
  ['instances: 3', [google('gkeEnvironment: true')], []],
  ['instances: 3', [google('gkeEnviroment: true')], []],
])('of amounts and switches: %s %s', (spec, beside, expected) => {
  expect(found(spec, ...beside)).toEqual(expected)
})

test.each<readonly [string, readonly string[], readonly string[]]>([
  ['stopDelay: 5', [], ['stop-has-time spec.stopDelay']],
  ['stopDelay: 60', [], []],
])('of stops: %s %s', (spec, beside, expected) => {
  expect(found(spec, ...beside)).toEqual(expected)
})
