// What does `explain` print of several values together: the file of access rules, and what is added up?
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mkdirSync, mkdtempSync, cpSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main } from '../../scripts/cli/cli.ts'

const base = fileURLToPath(new URL('../projects/base', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'cnpg-values-whole-'))
beforeAll(() => {
  cpSync(base, root, { recursive: true })
  mkdirSync(join(root, 'databases/orders'), { recursive: true })
  writeFileSync(
    join(root, 'databases/orders/values-prd.yaml'),
    `cluster:
  resources: { limits: { memory: 2Gi } }
  postgresql:
    parameters: { max_connections: "300", shared_buffers: 512MB }
    pg_hba: [local all all md5, hostssl app app 10.0.0.0/8 scram-sha-256]
poolers:
  - { name: rw, type: rw, instances: 3, parameters: { default_pool_size: "60" } }
databases:
  - { name: reports, owner: reporter }
`,
  )
})
afterAll(() => rmSync(root, { recursive: true }))

async function explain(...words: string[]): Promise<{ code: number; text: string }> {
  const out: string[] = []
  const code = await main(['explain', 'orders/prd', ...words], {
    cwd: root,
    color: false,
    stdout: (text) => out.push(text),
    stderr: (text) => out.push(text),
  })
  return { code, text: out.join('') }
}

test('the budgets, with the arithmetic', async () => {
  const { code, text } = await explain('budgets')
  expect(code).toBe(0)
  expect(text).toMatch(/^connections +max_connections 300 − 3 reserved = 297 of each instance$/m)
  expect(text).toMatch(/^poolers to the primary +3 instances × 2 pairs × 60 = 360 of 297: too many$/m)
  expect(text).toMatch(/^shared memory +\d+Mi \(\d+ huge pages of 2Mi\), limit 2Gi$/m)
  expect(text).toMatch(/^volumes +3 × data 10Gi = 30Gi$/m)
  const json = JSON.parse((await explain('budgets', '--format', 'json')).text) as { connections: { poolers: unknown[] } }
  expect(json.connections.poolers).toEqual([{ target: 'rw', needed: 360, available: 297, arithmetic: '3 instances × 2 pairs × 60 = 360' }])
})

test('the access rules, with the lines of the operator and what never matches', async () => {
  const { text } = await explain('pg_hba')
  expect(text).toMatch(/^ *5 {2}pg_hba {4}local all all md5\n +never matches: line 1 takes its connections$/m)
  expect(text).toMatch(
    /^ *6 {2}pg_hba {4}hostssl app app 10\.0\.0\.0\/8 scram-sha-256\n +app to app from 10\.0\.0\.0\/8 over TLS: with a password/m,
  )
  const json = JSON.parse((await explain('pg_hba', '--format', 'json')).text) as { pg_hba: { by: string }[] }
  expect(json.pg_hba.map(({ by }) => by)).toEqual(['operator', 'operator', 'operator', 'operator', 'pg_hba', 'pg_hba', 'operator'])
})
