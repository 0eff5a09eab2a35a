// Does a fleet hear the same of each database as that database alone would?
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { main } from '../scripts/cli.ts'

const base = fileURLToPath(new URL('projects/base', import.meta.url))
const temporary = mkdtempSync(join(tmpdir(), 'cnpg-values-memory-'))
afterAll(() => rmSync(temporary, { recursive: true }))

const backups = {
  enabled: true,
  endpointURL: 'https://s3.example.com',
  destinationPath: 's3://backups/',
  secret: { create: false, name: 'creds' },
}
/** Services as fleets have them: mostly alike, with names, sizes, parameters and slips that rules treat in different ways. */
const service = fc.record({
  name: fc.constantFrom('orders', 'billing', 'search', 'a', 'x'.repeat(30), 'x'.repeat(45), 'creds', 'postgres-db', 'ledger'),
  size: fc.constantFrom('10Gi', '20Gi', '1Ti', '0', 'ten', '5GB'),
  database: fc.constantFrom('app', 'orders', 'postgres', 'Orders', 'billing_db'),
  parameter: fc.constantFrom(
    ['work_mem', '8MB'],
    ['work_mem', '16MB'],
    ['work_mem', '32MB'],
    ['work_mem', '64MB'],
    ['shared_buffers', '1GB'],
    ['shared_buffers', 'x'],
    ['port', '1'],
    ['wal_level', 'minimal'],
  ),
  extra: fc.constantFrom({}, {}, {}, {}, { backups }, { poolers: [{ name: 'rw', instances: 1 }] }, { clustr: 1 }, { mode: 'recovery' }),
  env: fc.constantFrom([], [], [], [{ name: 'TOKEN', value: 'x' }]),
})
type Service = typeof service extends fc.Arbitrary<infer One> ? One : never

const valuesOf = ({ size, database, parameter: [name, value], extra, env }: Service) => ({
  cluster: { storage: { size }, initdb: { database, owner: database }, postgresql: { parameters: { [name as string]: value } }, env },
  ...extra,
})

let count = 0
async function told(services: readonly Service[]): Promise<Map<string, string[]>> {
  const root = join(temporary, String(count++))
  cpSync(base, root, { recursive: true })
  rmSync(join(root, 'databases'), { recursive: true })
  writeFileSync(join(root, 'helm-values/data/postgres-prd-defaults.yaml'), JSON.stringify({ cluster: { instances: 3 }, backups }))
  for (const one of services) {
    mkdirSync(join(root, 'databases', one.name), { recursive: true })
    writeFileSync(join(root, 'databases', one.name, 'values.yaml'), JSON.stringify(valuesOf(one)))
  }
  let stdout = ''
  await main(['check', '--format', 'json', '--root', root], {
    cwd: root,
    color: false,
    stdout: (text) => (stdout += text),
    stderr: () => undefined,
  })
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { rule: string; file: string; line: number; column: number; databases: string[] }[]
  }
  const found = new Map<string, string[]>()
  for (const { rule, file, line, column, databases } of diagnostics)
    for (const id of rule.startsWith('emit/') ? [] : databases)
      found.set(id, [...(found.get(id) ?? []), `${rule} ${file}:${line}:${column}`].sort())
  return found
}

test('each database of a fleet hears what it hears alone', async () => {
  const samples = fc.sample(fc.uniqueArray(service, { selector: ({ name }) => name, minLength: 6, maxLength: 9 }), {
    seed: 11,
    numRuns: 14,
  })
  let heard = 0
  for (const services of samples) {
    const fleet = await told(services)
    for (const one of services)
      for (const [id, list] of await told([one])) {
        expect([id, fleet.get(id)]).toEqual([id, list])
        heard++
      }
  }
  expect(heard).toBeGreaterThan(100)
})
