// Do Secrets and ConfigMaps in the same files hold what is read from them?
import { expect, test } from 'vitest'
import { judgeManifests } from '../../scripts/policy/manifests.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

const found = (...objects: readonly string[]): string[] =>
  judgeManifests(readManifests({ path: 'a.yaml', text: objects.join('\n---\n') }).manifests, '1.30.0')
    .filter(({ rule }) => /\/(?:login-secret|key)-/.test(rule))
    .map(({ rule, finding: { object, places } }) => `${rule.slice('policy/'.length)}: ${object.kind} ${places[0].path.join('.')}`)

const cluster = (spec: string): string => `{ apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: { name: a }, spec: { ${spec} } }`
const secret = (held: string, name = 's'): string => `{ apiVersion: v1, kind: Secret, metadata: { name: ${name} }, ${held} }`
const store = (configuration: string): string =>
  `{ apiVersion: barmancloud.cnpg.io/v1, kind: ObjectStore, metadata: { name: o }, spec: { configuration: { ${configuration} } } }`
const keys = 's3Credentials: { accessKeyId: { name: s, key: ID }, secretAccessKey: { name: s, key: KEY } }'
const initdb = 'bootstrap: { initdb: { database: shop, owner: shop, secret: { name: s } } }'
const role = 'managed: { roles: [{ name: shop, login: true, passwordSecret: { name: s } }] }'
const superuser = 'enableSuperuserAccess: true, superuserSecret: { name: s }'
const login = 'login-secret-fits: Secret'

test.each([
  ['the name of the owner with a line break', initdb, 'data: { username: c2hvcAo=, password: eA== }', [`${login} data.username`]],
  ['another name than the owner', initdb, 'stringData: { username: app, password: x }', [`${login} stringData.username`]],
  [
    'the default owner',
    'bootstrap: { initdb: { secret: { name: s } } }',
    'stringData: { username: shop, password: x }',
    [`${login} stringData.username`],
  ],
  ['another name than the role', role, 'stringData: { username: app, password: x }', [`${login} stringData.username`]],
  ['another name than postgres', superuser, 'stringData: { username: admin, password: x }', [`${login} stringData.username`]],
  ['no name', role, 'stringData: { user: shop, password: x }', [`${login} metadata.name`]],
  ['no password', initdb, 'data: { username: c2hvcA== }', [`${login} metadata.name`]],
])('a login Secret has %s', (_, spec, held, findings) => expect(found(secret(held), cluster(spec))).toEqual(findings))

test.each([
  ['the name', initdb, 'data: { username: c2hvcA==, password: eA== }'],
  ['the name of a role with blanks', role, 'data: { username: c2hvcAo=, password: eA== }'],
  ['what another program replaces', initdb, 'stringData: { username: <path:secret/data/shop#user>, password: x }'],
  ['what SOPS encrypts', initdb, 'stringData: { username: "ENC[AES256_GCM,data:x]", password: x }, sops: {}'],
  ['what another program fills', initdb, 'type: kubernetes.io/basic-auth'],
  ['a role that goes', role.replace('login: true', 'ensure: absent'), 'stringData: { token: x }'],
  ['the superuser, who has no access', 'superuserSecret: { name: s }', 'stringData: { username: admin, password: x }'],
])('a login Secret has %s', (_, spec, held) => expect(found(secret(held), cluster(spec))).toEqual([]))

test('a Secret of another namespace, or one of several, is not looked at', () => {
  const wrong = 'stringData: { username: app, password: x }'
  expect(found(secret(wrong).replace('name: s', 'name: s, namespace: b'), cluster(initdb))).toEqual([])
  expect(found(secret(wrong), secret(wrong), cluster(initdb))).toEqual([])
  const far = (text: string): string => text.replace('name: o', 'name: o, namespace: b')
  expect(found(secret('stringData: { x: x }'), secret(wrong, 'z'), store('x: x'), far(store(keys)))).toEqual([])
  expect(
    found(secret(wrong).replace('name: s', 'name: s, annotations: { reflector.v1.k8s.emberstack.com/reflects: b/s }'), cluster(initdb)),
  ).toEqual([])
})

test('a Secret whose password a generator makes is not looked at', () => {
  const made = secret('stringData: { username: postgres }').replace(
    'name: s',
    'name: s, annotations: { secret-generator.v1.mittwald.de/autogenerate: password }',
  )
  expect(found(made, cluster(superuser))).toEqual([])
})

test('a Secret that an object of another operator fills is not looked at', () => {
  const half = secret('stringData: { username: shop }')
  const other = (kind: string, fields: string): string => `{ apiVersion: example.com/v1, kind: ${kind}, ${fields} }`
  expect(found(half, cluster(initdb), other('ExternalSecret', 'metadata: { name: x }, spec: { target: { name: other } }'))).toEqual([
    `${login} metadata.name`,
  ])
  expect(found(half, cluster(initdb), other('ExternalSecret', 'metadata: { name: x }, spec: { target: { name: s } }'))).toEqual([])
  expect(found(half, cluster(initdb), other('VaultStaticSecret', 'metadata: { name: x }, spec: { destination: { name: s } }'))).toEqual([])
  expect(found(half, cluster(initdb), other('OnePasswordItem', 'metadata: { name: s }'))).toEqual([])
})

test('how Argo CD syncs a Secret says nothing about who fills it', () => {
  const wrong = secret('stringData: { username: app, password: x }')
  const waved = wrong.replace('name: s', 'name: s, annotations: { argocd.argoproj.io/sync-wave: "-1" }')
  expect(found(waved, cluster(initdb))).toEqual([`${login} stringData.username`])
})

test('keys that are read are there', () => {
  expect(found(secret('stringData: { ACCESS_ID: x, KEY: x }'), store(keys))).toEqual([
    'key-is-held: ObjectStore spec.configuration.s3Credentials.accessKeyId.key',
  ])
  expect(found(secret('stringData: { ID: x, KEY: x }'), store(keys))).toEqual([])
  expect(found(store(keys))).toEqual([])
  const tls = cluster('certificates: { serverTLSSecret: s, serverCASecret: s }')
  expect(found(secret('data: { tls.crt: eA==, tls.key: eA== }'), tls)).toEqual(['key-is-held: Cluster spec.certificates.serverCASecret'])
  expect(found(secret('data: { tls.crt: eA==, tls.key: eA==, ca.crt: eA== }'), tls)).toEqual([])
  const map = '{ apiVersion: v1, kind: ConfigMap, metadata: { name: s }, data: { queries.yaml: x } }'
  const queries = (key: string): string => cluster(`monitoring: { customQueriesConfigMap: [{ name: s, key: ${key} }] }`)
  expect(found(map, queries('queries'))).toEqual(['key-is-held: Cluster spec.monitoring.customQueriesConfigMap.0.key'])
  expect(found(map, queries('queries.yaml'))).toEqual([])
  const mounted = (key: string): string =>
    cluster(`projectedVolumeTemplate: { sources: [{ configMap: { name: s, items: [{ key: ${key}, path: q }] } }] }`)
  expect(found(map, mounted('queries'))).toEqual(['key-is-held: Cluster spec.projectedVolumeTemplate.sources.0.configMap.items.0.key'])
  expect(found(map, mounted('queries.yaml'))).toEqual([])
})

test('keys of an object store end with no line break', () => {
  expect(found(secret('stringData: { ID: x, KEY: "x\\n" }'), store(keys))).toEqual(['key-without-line-break: Secret stringData.KEY'])
  expect(found(secret('stringData: { ID: x, KEY: "x" }'), store(keys))).toEqual([])
})
