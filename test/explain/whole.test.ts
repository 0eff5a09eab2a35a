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
backups:
  enabled: true
  provider: s3
  destinationPath: s3://backups/
  endpointURL: https://s3.example.com
  secret: { create: false, name: s3-creds }
  scheduledBackups:
    - { name: nightly, schedule: "0 0 0 * * *", backupOwnerReference: self, method: barmanObjectStore }
    - { name: sunday, schedule: "0 30 1 * * 0", backupOwnerReference: self, method: barmanObjectStore }
    - { name: leap, schedule: "0 0 2 29 2 *", backupOwnerReference: self, method: barmanObjectStore }
    - { name: hours, schedule: "@every 8h", backupOwnerReference: self, method: barmanObjectStore }
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

test('the next runs of schedules, from a day on', async () => {
  const { code, text } = await explain('schedules', '--today', '2026-02-27')
  expect(code).toBe(0)
  expect(text).toBe(
    [
      'next runs from 2026-02-27 on (UTC)',
      'ScheduledBackup/orders-db-prd-nightly  "0 0 0 * * *"   2026-02-27 00:00:00, 2026-02-28 00:00:00, 2026-03-01 00:00:00',
      'ScheduledBackup/orders-db-prd-sunday   "0 30 1 * * 0"  2026-03-01 01:30:00, 2026-03-08 01:30:00, 2026-03-15 01:30:00',
      'ScheduledBackup/orders-db-prd-leap     "0 0 2 29 2 *"  2028-02-29 02:00:00, 2032-02-29 02:00:00, 2036-02-29 02:00:00',
      'ScheduledBackup/orders-db-prd-hours    "@every 8h"     it counts from its last run, which only the cluster knows',
      '',
    ].join('\n'),
  )
  const json = JSON.parse((await explain('schedules', '--today', '2026-02-27', '--format', 'json')).text) as {
    schedules: { runs: string[] }[]
  }
  expect(json.schedules.map(({ runs }) => runs.length)).toEqual([3, 3, 3, 0])
})

test('those of one schedule, beside what is known of its value', async () => {
  const { text } = await explain('backups.scheduledBackups[1].schedule', '--today', '2026-03-01')
  expect(text).toContain(
    'next runs (from 2026-03-01 on, UTC)\n  ScheduledBackup/orders-db-prd-sunday  "0 30 1 * * 0"  2026-03-01 01:30:00,',
  )
  expect(text).not.toContain('orders-db-prd-nightly')
  expect((await explain('ScheduledBackup/orders-db-prd-sunday/spec.schedule', '--today', '2026-03-02')).text).toContain(
    '2026-03-08 01:30:00',
  )
  expect((await explain('cluster.storage', '--today', '2026-03-02')).text).not.toContain('next runs')
  expect((await explain('schedules', '--today', 'tomorrow')).code).toBe(2)
})

test("what a Secret of one's own means for those who read the one of the operator", async () => {
  writeFileSync(
    join(root, 'databases/orders/values-dev.yaml'),
    'cluster:\n  superuserSecret: su\n  initdb: { database: shop, owner: keeper, secret: { name: login } }\n',
  )
  const of = async (path: string): Promise<string> => {
    const out: string[] = []
    const terminal = { cwd: root, color: false, stdout: (text: string) => out.push(text), stderr: (text: string) => out.push(text) }
    await main(['explain', 'orders/dev', path], terminal)
    return out.join('')
  }
  expect(await of('cluster.superuserSecret')).toContain(
    'su must exist, with username postgres and password: the operator makes a Secret only where none is named\n  there is no orders-db-dev-superuser then',
  )
  expect(await of('cluster.initdb.secret')).toContain('login must exist, with username keeper and password')
  expect(await of('cluster.initdb.database')).not.toContain('must exist')
  expect((await explain('cluster.initdb')).text).not.toContain('must exist')
})
