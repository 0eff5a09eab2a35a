// Is a mistake found in the other shapes that people give it, each at the line to change, and not in a healthy twin?
// Lines that end with `#!` are in the bad twin only and are what is to be reported, `#-` are in the bad one only, `#+` in the healthy one only.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { main } from '../../scripts/cli/cli.ts'
import { admitted } from '../support/admitted.ts'
import { folderApplication } from '../support/folder-application.ts'

const twin = (text: string, isBad: boolean): string =>
  text
    .split('\n')
    .filter((line) => !(isBad ? /#\+$/ : /#[!-]$/).test(line))
    .map((line) => line.replace(/ *#[!+-]$/, ''))
    .join('\n')
const markedLines = (text: string): number[] =>
  text
    .split('\n')
    .filter((line) => !line.endsWith('#+'))
    .flatMap((line, index) => (line.endsWith('#!') ? [index + 1] : []))

const head = (kind: string, name: string, api = 'postgresql.cnpg.io/v1'): string =>
  `apiVersion: ${api}\nkind: ${kind}\nmetadata: {name: ${name}, namespace: orders}\n`
const cluster = (spec: string): string => `${head('Cluster', 'orders')}spec:
  imageName: ghcr.io/cloudnative-pg/postgresql:17.6-system-bookworm
${spec}`
const pooler = (name: string): string => `---
apiVersion: postgresql.cnpg.io/v1
kind: Pooler
metadata:
  namespace: orders
${name}
spec:
  cluster: {name: orders}
  instances: 1
  pgbouncer: {poolMode: session}
`

const variants: Readonly<Record<string, readonly [rule: string, text: string]>> = {
  'a budget that somebody asks for': [
    'policy/drainable',
    cluster(`  instances: 1
  enablePDB: true #!
  enablePDB: false #+
  storage: {size: 10Gi}
`),
  ],
  'a budget that nobody wrote': [
    'policy/drainable',
    cluster(`  storage: {size: 10Gi}
  enablePDB: false #+
  instances: 1 #!
`),
  ],
  'a claim without a unit': [
    'policy/amount-has-unit',
    cluster(`  instances: 3
  storage:
    pvcTemplate:
      resources:
        requests:
          storage: 20 #!
          storage: 20Gi #+
`),
  ],
  'thousandths for a volume of WAL': [
    'policy/amount-has-unit',
    cluster(`  instances: 3
  storage: {size: 10Gi}
  walStorage:
    size: 4096m #!
    size: 4096Mi #+
  postgresql: {parameters: {max_slot_wal_keep_size: 1GB}}
`),
  ],
  'buffers without a unit': [
    'resources/memory-fits-shared-buffers',
    cluster(`  instances: 3
  storage: {size: 10Gi}
  resources: {requests: {memory: 1Gi}, limits: {memory: 1Gi}}
  postgresql:
    parameters:
      shared_buffers: "32768" #!
      shared_buffers: 256MB #+
`),
  ],
  'a Pooler with the name of a Service that the Cluster adds': [
    'policy/pooler-name-free',
    cluster(`  instances: 3
  storage: {size: 10Gi}
  managed: {services: {additional: [{selectorType: rw, serviceTemplate: {metadata: {name: orders-lb}, spec: {type: LoadBalancer}}}]}}
${pooler('  name: orders-lb #!\n  name: orders-pool #+')}`),
  ],
  'a plugin by the name of its Deployment': [
    'policy/plugin-name',
    `${head('ScheduledBackup', 'nightly')}spec:
  schedule: "0 0 3 * * *"
  cluster: {name: orders}
  method: plugin
  pluginConfiguration:
    name: plugin-barman-cloud.cloudnative-pg.io #!
    name: barman-cloud.cloudnative-pg.io #+
`,
  ],
  'a bucket at the end of the endpoint': [
    'policy/bucket-once',
    `${head('ObjectStore', 'store', 'barmancloud.cnpg.io/v1')}spec:
  configuration:
    destinationPath: s3://backups/orders
    endpointURL: https://0123456789abcdef.r2.cloudflarestorage.com/backups/ #!
    endpointURL: https://0123456789abcdef.r2.cloudflarestorage.com #+
    s3Credentials: {accessKeyId: {name: keys, key: id}, secretAccessKey: {name: keys, key: secret}}
`,
  ],
  'checksums where they are supported': [
    'policy/checksums-when-required',
    cluster(`  instances: 3
  storage: {size: 10Gi}
  env:
    - name: AWS_REQUEST_CHECKSUM_CALCULATION
      value: when_supported #!
      value: when_required #+
  backup:
    barmanObjectStore:
      destinationPath: s3://backups/orders
      endpointURL: https://minio.example.com
      s3Credentials: {inheritFromIAMRole: true}
`),
  ],
  'a library that is misspelt': [
    'policy/image-has-library',
    cluster(`  instances: 3
  storage: {size: 10Gi}
  postgresql:
    shared_preload_libraries:
      - pg_stat_statement #!
      - pg_stat_statements #+
`),
  ],
  'libraries in one text': [
    'policy/image-has-library',
    cluster(`  instances: 3
  storage: {size: 10Gi}
  postgresql:
    shared_preload_libraries:
      - auto_explain, timescaledb #!
      - auto_explain, pgaudit #+
`),
  ],
  'a pattern that PostgreSQL takes for a name': [
    'postgres/hba-line-used',
    cluster(`  instances: 3
  storage: {size: 10Gi}
  postgresql:
    pg_hba:
      - hostssl /^app[0-9]$ app 10.0.0.0/8 scram-sha-256 #!
      - hostssl app1,app2 app 10.0.0.0/8 scram-sha-256 #+
      - host all all all reject
`).replace(':17.6-', ':15.14-'),
  ],
  'a date for a version': [
    'policy/tag-begins-with-version',
    `${head('Cluster', 'orders')}spec:
  instances: 3
  imageName: registry.example.com:5000/db/postgres:2025.01.2-pg17 #!
  imageName: registry.example.com:5000/db/postgres:17-2025.01.2 #+
  storage: {size: 10Gi}
`,
  ],
  'authentication of its own': [
    'pooler/automated-integration',
    `${head('Pooler', 'orders-pool')}spec:
  cluster: {name: orders}
  instances: 1
  pgbouncer: #!
  pgbouncer: #+
    poolMode: session
    authQuerySecret: {name: lookup} #-
    authQuery: SELECT usename, passwd FROM user_search($1) #-
`,
  ],
}

test.each(Object.entries(variants))('%s', async (_name, [rule, text]) => {
  const told = async (isBad: boolean): Promise<string[]> =>
    (await admitted(twin(text, isBad))).filter((one) => !one.endsWith('backup/no-in-tree-store'))
  expect(await told(true)).toEqual(markedLines(text).map((line) => `${line}: ${rule}`))
  expect(await told(false)).toEqual([])
})

/** `file:line: rule`, or with the message, of what `check` says of files in a repository that is judged as production. */
async function checked(files: Readonly<Record<string, string>>, isWhole = false): Promise<string[]> {
  const root = mkdtempSync(join(tmpdir(), 'cnpg-values-variants-'))
  try {
    const settings = 'operator: {version: 1.27.1}\npolicies: {"*": {preset: production, policy/wal-bounded: "off"}}\n'
    for (const [path, text] of Object.entries({ 'cnpg-values.yaml': settings, ...files })) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    let stdout = ''
    const terminal = { cwd: root, color: false, stdout: (part: string) => (stdout += part), stderr: () => {} }
    await main(['check', '--format', 'json'], terminal)
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { file: string; line: number; rule: string; message: string }[] }
    return diagnostics.map(({ file, line, rule, message }) => `${file}:${line}: ${rule}${isWhole ? ` ${message}` : ''}`)
  } finally {
    rmSync(root, { recursive: true })
  }
}

const application = folderApplication({ name: 'orders', url: 'https://git.example.com/a.git', path: 'orders' })

test('what production asks of a hand-written Cluster is said in its own file', async () => {
  const spec = '  instances: 1\n  enablePDB: false\n  storage: {size: 10Gi}\n'
  expect(await checked({ 'argo.yaml': application, 'orders/c.yaml': cluster(spec) })).toEqual([
    'orders/c.yaml:4: policy/backups-enabled',
    'orders/c.yaml:6: policy/standby-exists',
  ])
  const archive = '  backup: {barmanObjectStore: {destinationPath: s3://b/orders, s3Credentials: {inheritFromIAMRole: true}}}\n'
  const archived = await checked({
    'argo.yaml': application,
    'orders/c.yaml': cluster(`  instances: 3\n  storage: {size: 10Gi}\n${archive}`),
  })
  expect(archived.filter((one) => !one.includes('no-in-tree-store'))).toEqual(['orders/c.yaml:8: policy/backups-scheduled'])
})

test('a schedule that is suspended is none', async () => {
  const archive = '  backup: {barmanObjectStore: {destinationPath: s3://b/orders, s3Credentials: {inheritFromIAMRole: true}}}\n'
  const schedule = (isOff: boolean): string =>
    `---\n${head('ScheduledBackup', 'nightly')}spec:\n  suspend: ${isOff}\n  schedule: "0 0 3 * * *"\n  cluster: {name: orders}\n`
  const told = async (isOff: boolean): Promise<string[]> => {
    const text = `${cluster(`  instances: 3\n  storage: {size: 10Gi}\n${archive}`)}${schedule(isOff)}`
    return (await checked({ 'argo.yaml': application, 'orders/c.yaml': text })).filter((one) => !one.includes('no-in-tree-store'))
  }
  expect(await told(true)).toEqual(['orders/c.yaml:14: policy/backups-scheduled'])
  expect(await told(false)).toEqual([])
})

test('a schedule that another Application deploys is one', async () => {
  const text = cluster('  instances: 3\n  storage: {size: 10Gi}\n  backup: {volumeSnapshot: {className: fast}}\n')
  const schedule = (name: string): string =>
    `${head('ScheduledBackup', 'nightly')}spec:\n  schedule: "0 0 3 * * *"\n  cluster: {name: ${name}}\n`
  const told = async (name: string): Promise<number> => {
    const other = application.replace('path: orders', 'path: backups').replace('name: orders', 'name: backups')
    const files = { 'argo.yaml': application, 'other.yaml': other, 'orders/c.yaml': text, 'backups/s.yaml': schedule(name) }
    return (await checked(files)).filter((one) => one.includes('backups-scheduled')).length
  }
  expect(await told('orders')).toBe(0)
  expect(await told('bills')).toBe(1)
})

test('nor need it come from the chart', async () => {
  const chart = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: bills, namespace: argocd}
spec:
  project: default
  destination: {server: https://kubernetes.default.svc, namespace: bills}
  source:
    repoURL: https://cloudnative-pg.github.io/charts
    chart: cluster
    targetRevision: 0.8.1
    helm:
      valuesObject:
        fullnameOverride: bills
        cluster: {instances: 3}
        backups: {enabled: true, provider: s3, destinationPath: s3://b/, endpointURL: https://s3.example.com, secret: {create: false, name: s}, scheduledBackups: []}
`
  const schedule = `${head('ScheduledBackup', 'nightly')}spec:\n  schedule: "0 0 3 * * *"\n  cluster: {name: bills}\n`
  const told = async (more: Readonly<Record<string, string>>): Promise<number> =>
    (await checked({ 'argo.yaml': chart, ...more })).filter((one) => one.includes('backups-scheduled')).length
  expect(await told({})).toBe(1)
  expect(await told({ 'backups/s.yaml': schedule })).toBe(0)
})

test('without an archive it is the snapshots that nobody takes', async () => {
  const text = cluster('  instances: 3\n  storage: {size: 10Gi}\n  backup: {volumeSnapshot: {className: fast}}\n')
  expect(await checked({ 'argo.yaml': application, 'orders/c.yaml': text }, true)).toEqual([
    'orders/c.yaml:8: policy/backups-scheduled no ScheduledBackup is for this Cluster, but then no snapshot is taken',
  ])
})

const server = (name: string): string =>
  `  - {name: ${name}, connectionParameters: {host: ${name}-rw.orders.svc, user: streaming_replica, sslmode: require}}\n`
const region = (self: string, image: string, more = ''): string => `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: ${self}}
spec:
  imageName: ${image}
  instances: 3
  storage: {size: 10Gi}
  replica: {self: ${self}, primary: orders-eu, source: ${self === 'orders-eu' ? 'orders-us' : 'orders-eu'}}
${more}  externalClusters:
${server('orders-eu')}${server('orders-us')}`

test.each(['18.0', '17.6'])('the primary of a distributed topology copies nobody, also beside a replica of %s', async (version) => {
  const image = (tag: string): string => `ghcr.io/cloudnative-pg/postgresql:${tag}-standard-bookworm`
  const replica = region('orders-us', image(version), '  bootstrap: {pg_basebackup: {source: orders-eu}}\n')
  const told = await checked({ 'argo.yaml': application, 'orders/c.yaml': `${region('orders-eu', image('17.6'))}---\n${replica}` })
  const wanted = version === '17.6' ? [] : ['orders/c.yaml:17: policy/source-same-major']
  expect(told.filter((one) => !one.includes('policy/backups'))).toEqual(wanted)
})

const placeless = (text: string): string => text.replace(', namespace: orders', '')

test('a copy into the archive that it reads is one mistake, that of the copy', async () => {
  const store = 'barmanObjectStore: {destinationPath: "s3://b/x", s3Credentials: {inheritFromIAMRole: true}}'
  const spec = `  instances: 3\n  storage: {size: 10Gi}\n  backup: {${store}}\n`
  const copy = `${cluster(spec)}  bootstrap: {recovery: {source: orders}}\n  externalClusters:\n  - name: orders\n    ${store}\n`
  const both = {
    'argo.yaml': application,
    'copy.yaml': folderApplication({ name: 'copy', url: 'https://git.example.com/a.git', path: 'copy' }),
  }
  const told = await checked({ ...both, 'orders/c.yaml': placeless(cluster(spec)), 'copy/c.yaml': placeless(copy) })
  expect(told.filter((one) => /archive|recovery/.test(one))).toEqual(['copy/c.yaml:12: policy/recovery-reads-another'])
})

const reader = (user: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: reader}\ntype: kubernetes.io/basic-auth\nstringData: {username: ${user}, password: x}\n`
const ofRole = cluster(`  instances: 3
  storage: {size: 10Gi}
  managed: {roles: [{name: reader, login: true, passwordSecret: {name: reader}}]}
`)
const secrets = (name: string): string => folderApplication({ name, url: 'https://git.example.com/a.git', path: name, namespace: 'orders' })
const others = async (files: Readonly<Record<string, string>>): Promise<string[]> =>
  (await checked(files)).filter((one) => !/policy\/(?:backups|object-store-exists)/.test(one))

test.each([
  ['another Application of the namespace', secrets('keys'), ['keys/s.yaml:5: policy/login-secret-fits']],
  ['one of another namespace', secrets('keys').replace('namespace: orders }', 'namespace: keys }'), []],
  ['a chart', secrets('keys').replace('path: keys', 'path: keys, helm: {releaseName: keys}'), []],
])('a Secret by %s', async (_name, keys, wanted) => {
  const at = { 'argo.yaml': application, 'keys.yaml': keys, 'orders/c.yaml': placeless(ofRole) }
  expect(await others({ ...at, 'keys/s.yaml': reader('readr') })).toEqual(wanted)
  expect(await others({ ...at, 'keys/s.yaml': reader('reader') })).toEqual([])
})

test('of two Secrets of one name nobody knows which is applied last', async () => {
  const apps = { 'argo.yaml': application, 'a.yaml': secrets('a'), 'b.yaml': secrets('b'), 'orders/c.yaml': placeless(ofRole) }
  expect(await others({ ...apps, 'a/s.yaml': reader('readr'), 'b/s.yaml': reader('reader') })).not.toContainEqual(
    expect.stringContaining('login-secret-fits'),
  )
})

const beside = (values: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: orders, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: orders }
  sources:
    - repoURL: https://cloudnative-pg.github.io/charts
      chart: cluster
      targetRevision: 0.8.1
      helm:
        valuesObject:
${values.trimEnd().replaceAll(/^/gm, '          ')}
    - { repoURL: https://git.example.com/a.git, targetRevision: main, path: keys }
`
const inStore = `backups:
  enabled: true
  method: barmanObjectStore
  provider: s3
  s3: {region: eu-west-1, bucket: b, path: /}
  secret: {create: false, name: creds}
  scheduledBackups: [{name: daily, schedule: "0 0 0 * * *", method: barmanObjectStore, backupOwnerReference: self}]
cluster:
  instances: 3
  imageName: ghcr.io/cloudnative-pg/postgresql:17.6-system-bookworm
  storage: {size: 10Gi}
`

test('a Secret of a second source has the keys that the chart reads', async () => {
  const told = async (data: string): Promise<string[]> =>
    (
      await others({
        'argo.yaml': beside(inStore),
        'keys/s.yaml': `apiVersion: v1\nkind: Secret\nmetadata: {name: creds}\nstringData: ${data}\n`,
      })
    ).filter((one) => !one.includes('no-in-tree-store'))
  expect(await told('{ACCESS_KEY: x, SECRET_KEY: y}')).toEqual(['argo.yaml:18: policy/key-is-held'])
  expect(await told('{ACCESS_KEY_ID: x, ACCESS_SECRET_KEY: y}')).toEqual([])
})

const umbrella = `apiVersion: v2
name: orders
version: 0.1.0
dependencies: [{name: cluster, version: 0.8.1, repository: "https://cloudnative-pg.github.io/charts", alias: pg}]
`
const below: Readonly<Record<string, readonly [rule: string, text: string]>> = {
  'the name of a plugin': [
    'policy/chart-plugin-name',
    `pg:
  backups:
    enabled: true
    method: plugin
    provider: s3
    pluginConfiguration:
      name: barman-cloud #!
      name: barman-cloud.cloudnative-pg.io #+
    s3: {region: eu-west-1, bucket: b, path: /, inheritFromIAMRole: true}
    scheduledBackups: [{name: daily, schedule: "0 0 0 * * *", method: plugin, pluginConfiguration: {name: barman-cloud.cloudnative-pg.io}}]
  cluster: {instances: 3, storage: {size: 10Gi}, annotations: {argocd.argoproj.io/hook-delete-policy: HookFailed}}
`,
  ],
  'a schedule without a plugin': [
    'policy/schedule-has-method',
    `pg:
  backups:
    enabled: true
    method: plugin
    provider: s3
    pluginConfiguration: {name: barman-cloud.cloudnative-pg.io}
    s3: {region: eu-west-1, bucket: b, path: /, inheritFromIAMRole: true}
    scheduledBackups:
      - name: daily
        schedule: "0 0 0 * * *"
        method: plugin #!
        method: plugin #+
        pluginConfiguration: {name: barman-cloud.cloudnative-pg.io} #+
  cluster: {instances: 3, storage: {size: 10Gi}, annotations: {argocd.argoproj.io/hook-delete-policy: HookFailed}}
`,
  ],
  'a recovery into another database': [
    'policy/recovery-database',
    `pg:
  mode: recovery # allow policy/recovery-left-on: restored now
  recovery: #!
  recovery: #+
    method: backup
    backupName: orders-2026
    database: orders #+
    owner: orders #+
  cluster: {instances: 3, storage: {size: 10Gi}, initdb: {database: orders, owner: orders}}
`,
  ],
  'a plugin that is not switched on': [
    'policy/plugin-enabled',
    `pg:
  cluster:
    instances: 3
    storage: {size: 10Gi}
    plugins:
      - name: barman-cloud.cloudnative-pg.io #!
      - name: barman-cloud.cloudnative-pg.io #+
        enabled: true #+
        isWALArchiver: true #+
        parameters: {barmanObjectName: store}
`,
  ],
  'a single instance': [
    'policy/standby-exists',
    `pg:
  cluster:
    instances: 1 #!
    instances: 3 #+
    enablePDB: false
    storage: {size: 10Gi}
`,
  ],
}

test.each(Object.entries(below))('%s below the name of a dependency', async (_name, [rule, text]) => {
  const told = (isBad: boolean): Promise<string[]> =>
    others({ 'argo.yaml': application, 'orders/Chart.yaml': umbrella, 'orders/values.yaml': twin(text, isBad) })
  expect(await told(true)).toEqual(markedLines(text).map((line) => `orders/values.yaml:${line}: ${rule}`))
  expect(await told(false)).toEqual([])
})
