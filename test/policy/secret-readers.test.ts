// Are keys that applications read from the Secrets of the operator compared with those that it writes?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'
import { folderApplication } from '../support/folder-application.ts'

const open: { remove(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.remove()
})

const url = 'https://github.com/acme/infra.git'
const cluster = (spec: string): string =>
  `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: pay }\nspec: { instances: 3, storage: { size: 1Gi }, ${spec} }\n`
const reader = (metadata: string, ref: string): string => `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web${metadata} }
spec: { template: { spec: { containers: [{ name: web, env: [{ name: A, valueFrom: { secretKeyRef: { ${ref} } } }] }] } } }
`
const mounted = (key: string): string => `---
apiVersion: v1
kind: Pod
metadata: { name: web }
spec: { volumes: [{ name: a, secret: { secretName: pay-app, items: [{ key: ${key}, path: a }] } }] }
`

/** What is said of a Secret, of the database in `pay`, beside one of the same name in another namespace. */
async function said(spec: string, beside: string, other = ''): Promise<string[]> {
  const files = {
    'argocd/pay.yaml': folderApplication({ name: 'pay', url, path: 'pg/pay' }),
    'pg/pay/cluster.yaml': cluster(spec) + beside,
    ...(other === ''
      ? {}
      : { 'argocd/old.yaml': folderApplication({ name: 'old', url, path: 'pg/old' }), 'pg/old/cluster.yaml': cluster(other) }),
  }
  const opened = openFiles(files, url)
  open.push(opened)
  return (await opened.told()).filter((line) => line.includes('policy/secret-is-made'))
}

const copier = (namespace: string, secret: string): string => `---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: new${namespace} }
spec:
  instances: 3
  storage: { size: 1Gi }
  bootstrap: { initdb: { import: { type: microservice, databases: [pay], source: { externalCluster: pay } } } }
  externalClusters:
    - { name: pay, connectionParameters: { host: pay-rw, user: postgres, dbname: pay }, password: { name: ${secret} } }
`
const superuser = 'enableSuperuserAccess: true'
const owner = 'bootstrap: { initdb: { database: pay, owner: pay, secret: { name: login } } }'

test.each([
  ['', reader('', 'name: pay-app, key: database')],
  ['', reader(', namespace: pay', 'name: pay-app, key: url')],
  ['', mounted('URI')],
  ['bootstrap: { recovery: { source: old } }', reader('', 'name: pay-app, key: connection')],
  [superuser, reader('', 'name: pay-superuser, key: uri')],
  [superuser, reader('', 'name: pay-superuser, key: dbname')],
  [owner, reader('', 'name: pay-app, key: username')],
  ['', reader('', 'name: pay-superuser, key: password')],
  ['', copier('', 'pay-superuser, key: password')],
  ['', copier(', namespace: pay', 'pay-app, key: pass')],
  [
    '',
    `${reader('', 'name: pay-app, key: database')}---\n{ kind: PushSecret, metadata: { name: a }, spec: { selector: { secret: { name: pay-app } } } }\n`,
  ],
])('a Secret or a key that is not made: %s %s', async (spec, beside) => expect(await said(spec, beside)).toHaveLength(1))

test.each([
  ['', reader('', 'name: pay-app, key: dbname')],
  ['', mounted('fqdn-uri')],
  ['', reader('', 'name: pay-app, key: database, optional: true')],
  ['', reader(', namespace: other', 'name: pay-app, key: database')],
  ['', reader('', 'name: pay-app, key: $(KEY)')],
  [superuser, reader('', 'name: pay-superuser, key: pgpass')],
  [superuser, copier('', 'pay-superuser, key: password')],
  ['', reader(', namespace: other', 'name: pay-superuser, key: password')],
  [owner, reader('', 'name: login, key: database')],
  ...[
    '{ kind: Secret, metadata: { name: pay-app }, stringData: { database: a } }',
    '{ kind: OnePasswordItem, metadata: { name: pay-app }, spec: { itemPath: a } }',
    '{ kind: VaultStaticSecret, metadata: { name: a }, spec: { destination: { name: pay-app, create: true } } }',
    '{ kind: InfisicalSecret, metadata: { name: a }, spec: { managedSecretReference: { secretName: pay-app } } }',
    '{ kind: SecretProviderClass, metadata: { name: a }, spec: { secretObjects: [{ secretName: pay-app }] } }',
    '{ kind: ClusterPolicy, metadata: { name: a }, spec: { rules: [{ generate: { kind: Secret, name: pay-app } }] } }',
    '{ kind: Kustomization, secretGenerator: [{ name: pay-app, literals: [database=a] }] }',
  ].map((made): [string, string] => ['', `${reader('', 'name: pay-app, key: database')}---\n${made}\n`]),
])('what is made, or may be: %s %s', async (spec, beside) => expect(await said(spec, beside)).toEqual([]))

test('of two Clusters of one name, the one that makes the Secret may be meant', async () => {
  expect(await said(superuser, reader('', 'name: pay-superuser, key: password'), 'logLevel: info')).toEqual([])
})
