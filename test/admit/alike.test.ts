// Does the examiner that remembers say the same as the one that does not?
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rememberingExaminer } from '../../scripts/admit/alike.ts'
import { examine } from '../../scripts/admit/examine.ts'
import { renderChart } from '../../scripts/library.ts'

const operator = '1.27.1'

/** Values that rules treat in different ways, at the places where the objects of a fleet differ. */
const value = {
  name: fc.constantFrom('orders-db-prd', 'billing-db-prd', 'prefer-standby', 'a', `x${'y'.repeat(60)}`, 'postgres', 'Orders', 'orders-db'),
  database: fc.constantFrom('app', 'orders', 'postgres', '', 'Ünïcode', '12', 'a b', 'x'.repeat(70)),
  size: fc.constantFrom('10Gi', '20Gi', '0', 'ten', '-1Gi', '1.5Gi'),
  parameter: fc.constantFrom('8MB', '1GB', '', 'on', 'minimal', '5433', 'x'),
  parameterName: fc.constantFrom(
    'work_mem',
    'max_connections',
    'wal_level',
    'shared_buffers',
    'port',
    'min_wal_size',
    'pg_failover_slots.x',
    '1bad',
    'hot_standby_feedback',
  ),
  role: fc.constantFrom('reader', 'postgres', 'pg_x', 'orders-db-prd'),
}
const shape = fc.record({
  release: value.name,
  database: value.database,
  owner: value.database,
  size: value.size,
  parameters: fc.dictionary(value.parameterName, value.parameter, { maxKeys: 3 }),
  roles: fc.array(value.role, { maxLength: 2 }),
  pooler: fc.constantFrom('rw', 'ro', 'orders-db-prd'),
})

test('an object is judged alike with and without memory', () => {
  const remember = rememberingExaminer()
  let remembered = 0
  fc.assert(
    fc.property(shape, ({ release, database, owner, size, parameters, roles, pooler }) => {
      const values = {
        fullnameOverride: release,
        cluster: {
          storage: { size },
          initdb: { database, owner },
          postgresql: { parameters },
          roles: roles.map((name) => ({ name, login: true })),
          additionalLabels: { service: release },
        },
        poolers: [{ name: pooler, type: 'rw', instances: 1 }],
        backups: {
          enabled: true,
          provider: 's3',
          endpointURL: 'https://x',
          destinationPath: 's3://b/',
          secret: { create: false, name: 'c' },
          scheduledBackups: [{ name: 'daily', schedule: '0 0 2 * * *' }],
        },
      }
      const rendered = renderChart({
        chart: 'cluster',
        version: '0.8.1',
        release: 'release',
        namespace: 'ns',
        layers: [JSON.stringify(values)],
      })
      if (!rendered.ok) return
      for (const object of rendered.objects) {
        if (!String(object['apiVersion']).includes('cnpg.io')) continue
        const before = structuredClone(object)
        expect(remember(object, release, { operator })).toEqual(examine(object, { operator }))
        expect(object).toEqual(before)
        remembered++
      }
    }),
    { seed: 4, numRuns: 600 },
  )
  expect(remembered).toBeGreaterThan(800)
})
