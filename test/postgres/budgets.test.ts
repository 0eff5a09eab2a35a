// What do poolers, WAL and volumes add up to?
import { describe, expect, test } from 'vitest'
import { textOf } from '../../scripts/findings/message.ts'
import { budgets as rules } from '../../scripts/policy/capacity/budgets.ts'
import type { ObjectsSubject } from '../../scripts/policy/subject.ts'
import { budgetsOf } from '../../scripts/postgres/budgets/budgets.ts'
import type { RenderedObject } from '../../scripts/model.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

function objectsOf(spec: string, ...others: readonly string[]): RenderedObject[] {
  const cluster = `kind: Cluster\nmetadata: {name: orders}\nspec: {imageName: "postgresql:17.6", ${spec}}\n`
  const { manifests } = readManifests({ path: 'orders.yaml', text: [cluster, ...others].join('---\n') })
  return manifests.map(({ kind, name, value, plain }) => ({ kind, name, value, plain, hook: false }))
}
const pooler = (spec: string): string => `kind: Pooler\nmetadata: {name: p}\nspec: {cluster: {name: orders}, ${spec}}\n`
const pools = (spec: string, ...others: readonly string[]): (string | number)[][] =>
  (budgetsOf(objectsOf(spec, ...others))?.connections?.budgets ?? []).map(({ target, text, available }) => [target, text, available])

describe('connections of poolers', () => {
  const rw = (parameters: string): string => pooler(`type: rw, instances: 2, pgbouncer: {parameters: {${parameters}}}`)
  test('a pool for each pair of user and database', () => {
    expect(pools('instances: 1', rw(''))).toEqual([['rw', '2 instances × 1 pair × 20 = 40', 97]])
    const database = 'kind: Database\nmetadata: {name: d}\nspec: {cluster: {name: orders}, name: reports, owner: reporter}\n'
    expect(pools('instances: 1', rw('default_pool_size: "30", reserve_pool_size: "5"'), database)).toEqual([
      ['rw', '2 instances × 2 pairs × 35 = 140', 97],
    ])
  })
  test('other roles that may log in have one, superusers and the absent none', () => {
    const roles =
      'managed: {roles: [{name: app, login: true}, {name: web, login: true}, {name: boss, login: true, superuser: true}, {name: group}]}'
    expect(pools(`instances: 1, ${roles}`, rw(''))).toEqual([['rw', '2 instances × 2 pairs × 20 = 80', 97]])
  })
  test('limits of PgBouncer hold', () => {
    expect(pools('instances: 1', rw('default_pool_size: "50", max_db_connections: "30"'))).toEqual([
      ['rw', '2 instances × 1 pair × 30 = 60', 97],
    ])
    const roles = 'managed: {roles: [{name: web, login: true}, {name: jobs, login: true}]}'
    // of one database, whoever asks for it
    expect(pools(`instances: 1, ${roles}`, rw('default_pool_size: "25", max_db_connections: "40"'))).toEqual([
      ['rw', '2 instances × 40 = 80', 97],
    ])
    // nobody opens a connection for clients that are refused
    expect(pools('instances: 1', rw('default_pool_size: "50", max_client_conn: "30"'))).toEqual([
      ['rw', '2 instances × 1 pair × 30 = 60', 97],
    ])
  })
  test('primary and standbys are never added up', () => {
    const both = [rw(''), pooler('type: ro, instances: 3, pgbouncer: {}')]
    const parameters = 'postgresql: {parameters: {max_connections: "50", reserved_connections: "7"}}'
    expect(pools(`instances: 3, ${parameters}`, ...both)).toEqual([
      ['rw', '2 instances × 1 pair × 20 = 40', 40],
      ['ro', '3 instances × 1 pair × 20 = 60', 80],
    ])
  })
  test('nothing is said of a pool without a limit, or of a number that PgBouncer refuses', () => {
    expect(pools('instances: 1', rw('default_pool_size: "0"'))).toEqual([])
    expect(pools('instances: 1', rw('default_pool_size: "lots"'))).toEqual([])
  })
})

describe('the help about WAL', () => {
  const said = (spec: string): string[] =>
    rules
      .filter(({ id }) => id === 'policy/wal-bounded' || id === 'policy/wal-fits')
      .flatMap((rule) => [...rule.check({ objects: objectsOf(spec), operator: '1.30.0' } satisfies ObjectsSubject)])
      .map(({ help }) => textOf(help ?? [], 300))
  test.each([
    ['walStorage: {size: 20Gi}', 'walStorage: {size: 20Gi}, postgresql: {parameters: {max_slot_wal_keep_size: 10GB}}'],
    ['storage: {size: 100Gi}', 'storage: {size: 100Gi}, postgresql: {parameters: {max_slot_wal_keep_size: 10GB}}'],
    ['walStorage: {size: 1Gi}', 'walStorage: {size: 3Gi}, postgresql: {parameters: {max_slot_wal_keep_size: 1GB}}'],
  ])('works: %s', (bad, good) => {
    const advice = said(`instances: 3, ${bad}`)
    expect(advice).toHaveLength(1)
    for (const words of advice) expect(words).toContain(`max_slot_wal_keep_size: ${/keep_size: (\w+)/.exec(good)?.[1]}`)
    expect(said(`instances: 3, ${good}`)).toEqual([])
  })
  test('is not given to one instance, or where slots are off', () => {
    expect(said('instances: 1, storage: {size: 10Gi}')).toEqual([])
    expect(said('instances: 3, storage: {size: 10Gi}, replicationSlots: {highAvailability: {enabled: false}}')).toEqual([])
  })
})

test('one mistake is said once', () => {
  const ids = (spec: string): string[] =>
    rules.flatMap((rule) =>
      [...rule.check({ objects: objectsOf(spec), operator: '1.30.0' } satisfies ObjectsSubject)].map(() => rule.id.replace('policy/', '')),
    )
  const named = (name: string): string =>
    `instances: 3, storage: {size: 10Gi}, postgresql: {parameters: {min_wal_size: 80MB, max_wal_size: 1GB, ${name}: 1GB}}`
  // PostgreSQL knows no such parameter
  expect(ids(named('max_slot_wal_kep_size'))).toEqual([])
  expect(ids(named('maintenance_work_mem'))).toEqual(['wal-bounded'])
  const buffers = (size: string): string =>
    `instances: 1, storage: {size: 10Gi}, resources: {requests: {memory: 2Gi}, limits: {memory: 2Gi}}, postgresql: {parameters: {shared_buffers: ${size}}}`
  // the operator refuses more than the request
  expect(ids(buffers('4GB'))).toEqual([])
  expect(ids(buffers('2GB'))).toEqual(['shared-memory-fits'])
})

test('huge pages count apart from the limit of memory', () => {
  const limit = (limits: string): number | undefined =>
    budgetsOf(objectsOf(`storage: {size: 1Gi}, resources: {limits: {${limits}}}`))?.memory?.limit
  expect(limit('memory: 1Gi')).toBe(2 ** 30)
  expect(limit('memory: 1Gi, hugepages-2Mi: 2Gi')).toBeUndefined()
})

test('volumes of one instance are listed by name', () => {
  const spec = 'storage: {size: 10Gi}, walStorage: {size: 2Gi}, tablespaces: [{name: idx, storage: {size: 5Gi}}]'
  expect(budgetsOf(objectsOf(spec))?.volumes.map(({ name, bytes }) => [name, bytes / 2 ** 30])).toEqual([
    ['data', 10],
    ['WAL', 2],
    ['tablespace idx', 5],
  ])
})
