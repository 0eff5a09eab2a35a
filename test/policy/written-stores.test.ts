// What does a check say of ObjectStores that Argo CD deploys from a folder of their own?
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { main } from '../../scripts/cli/cli.ts'

const root = mkdtempSync(join(tmpdir(), 'cnpg-values-written-stores-'))
afterAll(() => rmSync(root, { recursive: true }))
const repoURL = 'https://github.com/example/databases.git'
const git = (...args: string[]): Buffer => execFileSync('git', ['-C', root, ...args], { stdio: 'pipe' })
git('init', '--quiet')
git('remote', 'add', 'origin', repoURL)

function lay(path: string, ...objects: readonly object[]): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  // JSON is YAML
  writeFileSync(join(root, path), objects.map((object) => `${JSON.stringify(object, null, 2)}\n`).join('---\n'))
}
const application = (name: string, namespace: string, path: string): object => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name, namespace: 'argocd' },
  spec: {
    project: 'default',
    destination: { server: 'https://kubernetes.default.svc', namespace },
    source: { repoURL, path, targetRevision: 'HEAD' },
  },
})
const cluster = (name: string, serverName: string): object => ({
  apiVersion: 'postgresql.cnpg.io/v1',
  kind: 'Cluster',
  metadata: { name },
  spec: {
    instances: 3,
    storage: { size: '10Gi' },
    plugins: [{ name: 'barman-cloud.cloudnative-pg.io', isWALArchiver: true, parameters: { barmanObjectName: 's3', serverName } }],
  },
})
const store = (endpointURL: string, env: readonly object[] = []): object => ({
  apiVersion: 'barmancloud.cnpg.io/v1',
  kind: 'ObjectStore',
  metadata: { name: 's3' },
  spec: {
    configuration: { destinationPath: 's3://backups/x', endpointURL, s3Credentials: { inheritFromIAMRole: true } },
    instanceSidecarConfiguration: { env },
  },
})

async function run(...words: string[]): Promise<string> {
  let stdout = ''
  const terminal = { cwd: root, color: false, stdout: (text: string) => (stdout += text), stderr: () => {} }
  await main(words, terminal)
  return stdout
}

async function told(storesNamespace: string, servers: readonly [string, string], ...stores: readonly object[]): Promise<string[]> {
  lay(
    'argo/applications.yaml',
    application('a', 'team', 'db/a'),
    application('b', 'team', 'db/b'),
    application('stores', storesNamespace, 'stores'),
  )
  lay('db/a/cluster.yaml', cluster('pg-a', servers[0]))
  lay('db/b/cluster.yaml', cluster('pg-b', servers[1]))
  lay('stores/s3.yaml', ...stores)
  git('add', '--all')
  const { diagnostics } = JSON.parse(await run('check', '--format', 'json')) as { diagnostics: { rule: string; file: string }[] }
  return diagnostics.map(({ rule, file }) => `${file} ${rule}`).toSorted()
}

const aws = 'https://s3.eu-west-1.amazonaws.com'
const required = [{ name: 'AWS_REQUEST_CHECKSUM_CALCULATION', value: 'when_required' }]

it('nothing where each Cluster has a server name of its own, in the namespace of the store', async () => {
  expect(await told('team', ['a', 'b'], store(aws))).toEqual([])
  expect(await told('team', ['a', 'b'], store('https://s3.example.com', required))).toEqual([])
})

it('one archive of two Clusters', async () => {
  expect(await told('team', ['main', 'main'], store(aws))).toEqual(['db/b/cluster.yaml policy/own-archive'])
})

it('a store in another namespace', async () => {
  expect(await told('elsewhere', ['a', 'b'], store(aws))).toEqual([
    'db/a/cluster.yaml policy/object-store-exists',
    'db/b/cluster.yaml policy/object-store-exists',
  ])
})

it('a store that a source names and nothing creates, at its name', async () => {
  expect(await told('team', ['a', 'b'], store(aws))).toEqual([])
  const { spec, ...rest } = cluster('pg-b', 'b') as { spec: object }
  const plugin = { name: 'barman-cloud.cloudnative-pg.io', parameters: { barmanObjectName: 'old', serverName: 'x' } }
  const recovered = { ...spec, bootstrap: { recovery: { source: 'old' } }, externalClusters: [{ name: 'old', plugin }] }
  lay('db/b/cluster.yaml', { ...rest, spec: recovered })
  expect(await run('check')).toMatch(/db\/b\/cluster\.yaml:\d+:\d+: warning: barmanObjectName is `old`.*\n.*"barmanObjectName": "old"/)
})

it('an endpoint that may refuse checksums, in the file of the store', async () => {
  expect(await told('team', ['a', 'b'], store('https://s3.example.com'))).toEqual(['stores/s3.yaml policy/checksums-when-required'])
})

it('a bucket in the host of the endpoint', async () => {
  expect(await told('team', ['a', 'b'], store('https://backups.s3.gra.io.cloud.ovh.net', required))).toEqual([
    'stores/s3.yaml policy/bucket-once',
  ])
  expect(await told('team', ['a', 'b'], store('https://backups.corp.example', required))).toEqual([])
})

it('a store that moves, and a retention that gets shorter, in plan and in check', async () => {
  const retained = (path: string, retentionPolicy: string): object => {
    const plain = store(aws) as { spec: { configuration: object } }
    return { ...plain, spec: { ...plain.spec, retentionPolicy, configuration: { ...plain.spec.configuration, destinationPath: path } } }
  }
  await told('team', ['a', 'b'], retained('s3://backups/x', '30d'))
  git('-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '--quiet', '--message', 'before')
  expect(await run('check', '--base', 'HEAD')).toBe('')
  lay('stores/s3.yaml', retained('s3://backups/x', '60d'))
  expect(await run('check', '--base', 'HEAD')).toBe('')
  lay('stores/s3.yaml', retained('s3://backups/y', '7d'))
  const json = JSON.parse(await run('check', '--base', 'HEAD', '--format', 'json')) as { diagnostics: { rule: string; file: string }[] }
  expect(new Set(json.diagnostics.map(({ rule, file }) => `${file} ${rule}`))).toEqual(
    new Set(['stores/s3.yaml changes/archive-stays', 'stores/s3.yaml changes/retention-stays']),
  )
  const plan = await run('plan', '--base', 'HEAD')
  expect(plan).toContain('warning: spec.retentionPolicy goes from 30d to 7d: backups older than that are deleted soon after the merge')
  expect(await run('plan', '--base', 'HEAD', '--format', 'markdown')).toContain('where no base backup is yet')
})
