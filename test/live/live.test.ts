// What is missing, left over or different in the live state?
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { main } from '../../scripts/cli/cli.ts'

const root = mkdtempSync(join(tmpdir(), 'cnpg-values-live-'))
cpSync(fileURLToPath(new URL('../projects/base/', import.meta.url)), root, { recursive: true })
afterAll(() => rmSync(root, { recursive: true }))

async function run(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = ''
  let stderr = ''
  const code = await main(argv, { cwd: root, color: false, stdout: (text) => (stdout += text), stderr: (text) => (stderr += text) })
  return { code, stdout, stderr }
}

const application = (name: string): object => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name, namespace: 'argocd', ownerReferences: [{ kind: 'ApplicationSet', name: 'postgres-clusters-dev' }] },
})
const cluster = (env: string, spec: object): object => ({
  apiVersion: 'postgresql.cnpg.io/v1',
  kind: 'Cluster',
  metadata: { name: `orders-db-${env}`, namespace: `orders-${env}`, resourceVersion: '7' },
  spec,
  status: { phase: 'Cluster in healthy state' },
})

interface Told {
  readonly rule: string
  readonly message: string
  readonly path?: string
  readonly help?: string
  readonly databases: readonly string[]
}

async function diagnostics(items: readonly object[]): Promise<Told[]> {
  await run('render')
  writeFileSync(join(root, 'live.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2))
  const { code, stdout } = await run('check', '--live', 'live.json', '--format', 'json')
  expect(code).toBe(0)
  return (JSON.parse(stdout) as { diagnostics: Told[] }).diagnostics
}

async function rules(items: readonly object[]): Promise<string[]> {
  return (await diagnostics(items)).map(({ rule, path }) => (path === undefined ? rule : `${rule} ${path}`))
}

it('names unwanted Applications and missing databases', async () => {
  const found = await rules([application('orders-db-dev'), application('billing-db-dev')])
  expect(found.sort()).toEqual(['live/application-exists', 'live/application-wanted'])
})

it('compares Clusters field by field, quantities by value', async () => {
  const found = await rules([cluster('dev', { instances: 2, storage: { size: '10240Mi' } }), cluster('prd', {})])
  expect(found).toContain('live/cluster-as-wanted spec.instances')
  expect(found.filter((text) => text.startsWith('live/cluster-exists'))).toEqual([])
  // in dev storage is set: only prd lacks it
  expect(found.filter((text) => text.endsWith('spec.storage'))).toHaveLength(1)
})

const chart = { repoURL: 'https://cloudnative-pg.github.io/charts', chart: 'cluster', targetRevision: '0.8.1' }
const foreign = (name: string, source: object): object => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name, namespace: 'argocd', ownerReferences: [{ kind: 'ApplicationSet', name: 'other' }] },
  spec: { destination: { namespace: name }, source },
})
const foreignCluster = (name: string, namespace: string): object => ({
  apiVersion: 'postgresql.cnpg.io/v1',
  kind: 'Cluster',
  metadata: { name, namespace },
  spec: {},
})
const ours = ['dev', 'prd'].map((env) => application(`orders-db-${env}`))

it('names databases of others, each once, and no Applications that deploy something else', async () => {
  expect(await rules([...ours, foreign('mail', chart), foreign('web', { ...chart, chart: 'web' })])).toEqual(['live/application-wanted'])
  const found = await rules([...ours, foreign('mail', chart), foreignCluster('mail-cluster', 'mail'), foreignCluster('lost', 'lost')])
  expect(found.filter((rule) => rule.endsWith('-wanted')).sort()).toEqual(['live/application-wanted', 'live/cluster-wanted'])
})

it('knows what hand-written manifests deploy', async () => {
  const folder = join(root, 'apps/templates')
  const manifest = {
    ...foreign('mail', chart),
    spec: { project: 'default', destination: { namespace: 'mail', name: 'in-cluster' }, source: chart },
  }
  await run('render')
  writeFileSync(join(folder, 'mail.yaml'), JSON.stringify(manifest))
  const found = await rules([...ours, foreign('mail', chart), foreignCluster('mail-cluster', 'mail')])
  rmSync(join(folder, 'mail.yaml'))
  expect(found.filter((rule) => rule.endsWith('-wanted'))).toEqual([])
})

it('reports where an Application or a Cluster is live instead', async () => {
  const moved = { ...ours[0], metadata: { name: 'orders-db-dev', namespace: 'other' } }
  expect((await diagnostics([moved, ours[1] as object])).map(({ message }) => message)).toEqual([
    'Application orders-db-dev is wanted, but is live in other, not in argocd',
  ])
  const found = await diagnostics([...ours, foreignCluster('orders-db-dev', 'elsewhere')])
  expect(found.filter(({ rule }) => rule === 'live/cluster-wanted')).toEqual([])
  expect(found.map(({ message }) => message)).toContain('Cluster orders-db-dev is wanted in orders-dev, but is live in elsewhere')
})

it('says once that a Cluster lives under the name that the chart gave it, and what to set', async () => {
  const clusters = ['dev', 'prd'].map((env) => foreignCluster(`orders-db-${env}-cluster`, `orders-${env}`))
  const found = await diagnostics([...ours, ...clusters])
  expect(found.map(({ rule, message }) => `${rule} ${message}`)).toEqual([
    'live/cluster-exists Cluster orders-db-dev is wanted in orders-dev, but it is orders-db-dev-cluster that lives there',
  ])
  expect(found[0]?.databases).toEqual(['orders/dev', 'orders/prd'])
  expect(found[0]?.help).toContain('set postgres.layout.cluster so that the name is orders-db-dev-cluster')
  // one that has nothing of the name is another one
  const other = await diagnostics([...ours, foreignCluster('shop', 'orders-dev'), foreignCluster('orders-db-prd', 'orders-prd')])
  const named = other.map(({ rule }) => rule).filter((rule) => rule !== 'live/cluster-as-wanted')
  expect(named.sort()).toEqual(['live/cluster-exists', 'live/cluster-wanted'])
})

it('shows the part of long texts that differs, parameters set by hand, and missing guards and labels', async () => {
  const image = 'ghcr.io/cloudnative-pg/postgresql:16.1-system-trixie'
  const live = cluster('dev', { imageName: image, postgresql: { parameters: { work_mem: '8MB' } } })
  const found = (await diagnostics([live])).filter(({ rule }) => rule === 'live/cluster-as-wanted')
  const message = (path: string): string | undefined => found.find((one) => one.path === path)?.message
  const images = /is "(.*)", but "(.*)" in/.exec(message('spec.imageName') ?? '')
  expect(images?.[1]).not.toBe(images?.[2])
  expect(images?.[2]).toContain('16.1')
  expect(message('spec.postgresql.parameters.work_mem')).toBe('parameter work_mem is not set here, but "8MB" in the live Cluster')
  expect(message('metadata.annotations["argocd.argoproj.io/sync-options"]')).toContain('but not set in the live Cluster')
  expect(message('metadata.labels')).toBe('labels env, service are set here, but missing or different in the live Cluster')
})

it('treats a missing or empty file as wrong usage', async () => {
  expect((await run('check', '--live', 'nothing.yaml')).code).toBe(2)
  writeFileSync(join(root, 'empty.yaml'), 'kind: List\nitems: []\n')
  expect((await run('check', '--live', 'empty.yaml')).stderr).toContain('no Applications and no Clusters')
})
