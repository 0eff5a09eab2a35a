// Does a fleet hear the same of each database as that database alone would?
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { main } from '../scripts/cli/cli.ts'

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
  name: fc.constantFrom<string>('orders', 'billing', 'search', 'a', 'x'.repeat(30), 'x'.repeat(45), 'creds', 'postgres-db', 'ledger'),
  size: fc.constantFrom('10Gi', '20Gi', '1Ti', '0', 'ten', '5GB'),
  database: fc.constantFrom('app', 'orders', 'postgres', 'Orders', 'billing_db'),
  parameter: fc.constantFrom<[string, string]>(
    ['work_mem', '8MB'],
    ['work_mem', '16MB'],
    ['work_mem', '32MB'],
    ['work_mem', '64MB'],
    ['shared_buffers', '1GB'],
    ['shared_buffers', 'x'],
    ['port', '1'],
    ['wal_level', 'minimal'],
    ['work_mem', '64mb'],
    ['work_mem', '1kB'],
    ['work_men', '8MB'],
    ['max_connections', '200'],
    ['max_connections', '3'],
    ['transaction_timeout', '1h'],
    ['archive_timeout', '5min'],
    ['archive_timeout', '7min'],
    ['archive_timeout', '2h'],
    ['ssl_max_protocol_version', 'TLSv1.2'],
  ),
  extra: fc.constantFrom({}, {}, {}, {}, { backups }, { poolers: [{ name: 'rw', instances: 1 }] }, { clustr: 1 }, { mode: 'recovery' }),
  env: fc.constantFrom([], [], [], [{ name: 'TOKEN', value: 'x' }]),
})
type Service = typeof service extends fc.Arbitrary<infer One> ? One : never

const valuesOf = ({ size, database, parameter: [name, value], extra, env }: Service) => ({
  cluster: { storage: { size }, initdb: { database, owner: database }, postgresql: { parameters: { [name]: value } }, env },
  ...extra,
})

let count = 0
async function told(services: readonly Service[], defaults: object = {}): Promise<Map<string, string[]>> {
  const root = join(temporary, String(count++))
  cpSync(base, root, { recursive: true })
  rmSync(join(root, 'databases'), { recursive: true })
  writeFileSync(
    join(root, 'helm-values/data/postgres-prd-defaults.yaml'),
    JSON.stringify({ cluster: { instances: 3, ...defaults }, backups }),
  )
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

const plain = { size: '10Gi', database: 'app', extra: {}, env: [] } as const
test.each([
  ['values that PostgreSQL takes and refuses', ['8MB', '64mb', '16MB', '1kB', '64mb'], 'work_mem'],
  ['numbers of connections above and below the reserved ones', ['200', '3', '100', '4', '3'], 'max_connections'],
])('%s are told apart', async (_, values, name) => {
  const services = values.map((value, index): Service => ({
    ...plain,
    name: `service-${'abcde'[index]}`,
    parameter: [name, value],
  }))
  const fleet = await told(services)
  const wrong = services.filter((_service, index) => ['64mb', '1kB', '3'].includes(values[index] as string))
  for (const one of services) {
    const own = (fleet.get(`${one.name}/prd`) ?? []).filter((line) => line.startsWith('postgres/'))
    expect([one.name, own.length]).toEqual([one.name, wrong.includes(one) ? 1 : 0])
  }
})

test('a reserve in the defaults is told to those whose connections do not reach it', async () => {
  const services = ['200', '50', '300', '60'].map((value, index): Service => ({
    ...plain,
    name: `service-${'abcd'[index]}`,
    parameter: ['max_connections', value],
  }))
  const fleet = await told(services, { postgresql: { parameters: { superuser_reserved_connections: '60' } } })
  const hears = services.map(({ name }) => (fleet.get(`${name}/prd`) ?? []).some((line) => line.startsWith('postgres/starts')))
  expect(hears).toEqual([false, true, false, true])
})

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
