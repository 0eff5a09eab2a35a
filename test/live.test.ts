// What does the live state lack, have too much, or have otherwise?
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { main } from '../scripts/cli.ts'

const root = mkdtempSync(join(tmpdir(), 'cnpg-values-live-'))
cpSync(fileURLToPath(new URL('projects/base/', import.meta.url)), root, { recursive: true })
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

async function rules(items: readonly object[]): Promise<string[]> {
  await run('render')
  writeFileSync(join(root, 'live.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2))
  const { code, stdout } = await run('check', '--live', 'live.json', '--format', 'json')
  expect(code).toBe(0)
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { rule: string; message: string; path?: string }[] }
  return diagnostics.map(({ rule, path }) => (path === undefined ? rule : `${rule} ${path}`))
}

it('names Applications that nobody wants, and databases that are not there', async () => {
  const found = await rules([application('orders-db-dev'), application('billing-db-dev')])
  expect(found.sort()).toEqual(['live/application-exists', 'live/application-wanted'])
})

it('compares Clusters field by field, quantities by what they mean', async () => {
  const found = await rules([cluster('dev', { instances: 2, storage: { size: '10240Mi' } }), cluster('prd', {})])
  expect(found).toContain('live/cluster-as-wanted spec.instances')
  expect(found.filter((text) => text.startsWith('live/cluster-exists'))).toEqual([])
  // in dev storage is set: only prd lacks it
  expect(found.filter((text) => text.endsWith('spec.storage'))).toHaveLength(1)
})

it('takes a missing or empty file for wrong usage', async () => {
  expect((await run('check', '--live', 'nothing.yaml')).code).toBe(2)
  writeFileSync(join(root, 'empty.yaml'), 'kind: List\nitems: []\n')
  expect((await run('check', '--live', 'empty.yaml')).stderr).toContain('no Applications and no Clusters')
})
