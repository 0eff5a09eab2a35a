// Is the age of versions reported on the day that was asked for, and never otherwise?
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { main } from '../../scripts/cli/cli.ts'

const base = fileURLToPath(new URL('../projects/base', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'cnpg-values-lifecycle-'))
afterAll(() => rmSync(root, { recursive: true }))

beforeAll(async () => {
  cpSync(base, root, { recursive: true })
  const settings = join(root, 'apps/values.yaml')
  writeFileSync(settings, readFileSync(settings, 'utf8').replace('1.27.1', '1.29.2').replace('0.26.1', '0.28.2'))
  writeFileSync(
    join(root, 'databases/orders/values-prd.yaml'),
    'cluster:\n  imageName: ghcr.io/cloudnative-pg/postgresql:15.17-system-bookworm\n',
  )
  await main(['render'], { cwd: root, color: false, stdout: () => {}, stderr: () => {} })
})

async function told(...flags: string[]): Promise<string[]> {
  let stdout = ''
  const terminal = { cwd: root, color: false, stdout: (text: string) => (stdout += text), stderr: () => {} }
  await main(['check', '--format', 'json', ...flags], terminal)
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { rule: string; message: string }[] }
  return diagnostics.filter(({ rule }) => rule.startsWith('policy/')).map(({ rule, message }) => `${rule}: ${message}`)
}

const minor = 'policy/postgres-minor-current: PostgreSQL is 15.17, but 15.18 is out since 2026-05-14'

it.each([
  [[], []],
  [['--today', '2026-06-01'], []],
  [
    ['--today', '2026-08-01'],
    ['policy/operator-supported: CloudNativePG 1.29 gets its last fixes on 2026-09-29, in 59 days', minor],
  ],
  [
    ['--today', '2026-12-01'],
    ['policy/operator-supported: CloudNativePG 1.29 got its last fixes on 2026-09-29', minor],
  ],
])('%j', async (flags, expected) => {
  expect(await told(...flags)).toEqual(expected)
})

it('warns half a year before a major ends', async () => {
  expect(await told('--today', '2027-05-14')).not.toContainEqual(expect.stringContaining('postgres-supported'))
  expect(await told('--today', '2027-05-15')).toContainEqual(
    'policy/postgres-supported: PostgreSQL 15 gets its last fixes on 2027-11-11, in 180 days',
  )
})

it('takes a day of the calendar only', async () => {
  let stderr = ''
  const terminal = { cwd: root, color: false, stdout: () => {}, stderr: (text: string) => (stderr += text) }
  expect(await main(['check', '--today', '2026-02-30'], terminal)).toBe(2)
  expect(stderr).toContain('--today is `2026-02-30`, but must be a day such as 2026-01-31, or `now`')
})
