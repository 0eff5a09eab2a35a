// Does the editor's schema stand as it was derived, and does it say what chart and CRD say?
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { presetOf } from '../../scripts/chart/model/defaults.ts'
import { findUnknownKeys } from '../../scripts/chart/known-keys.ts'
import { valuesShape } from '../../scripts/chart/model/shape.ts'
import type { ClusterValues } from '../../scripts/chart/values.generated.ts'
import { deriveValuesFiles } from '../../scripts/derive/values-files.ts'
import { renderChart } from '../../scripts/library.ts'
import type { Json, MapValue } from '../../scripts/values/value.ts'
import { parseYaml } from '../../scripts/yaml/parse.ts'
import { toPlain } from '../../scripts/values/value.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const schema = JSON.parse(readFileSync(join(root, 'schemas/values/cluster-0.8.1.json'), 'utf8')) as object
const accepts = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema)

function read(text: string): MapValue {
  return parseYaml({ path: 'values.yaml', text }, 'service').documents[0] as MapValue
}

function refusals(text: string): string[] {
  if (accepts(toPlain(read(text)))) return []
  return (accepts.errors ?? []).map((error) => `${error.instancePath} ${String(error.params['additionalProperty'] ?? error.keyword)}`)
}

test('the committed files are what is derived now', async () => {
  for (const { path, text } of await deriveValuesFiles(root)) expect(readFileSync(join(root, path), 'utf8') === text, path).toBe(true)
})

test.each([
  'cluster: { instances: 2, storage: { size: 10Gi }, resources: { limits: { cpu: 2, memory: 4Gi } } }',
  'cluster: { resources: { requests: { cpu: 0.5 } }, affinity: { topologyKey: null } }',
  'cluster: { postgresql: { parameters: { max_connections: "200" }, pg_hba: [host all all all md5] } }',
  'cluster: { initdb: { database: app, owner: app, secret: { name: s } } }',
  'cluster:\nbackups: null\npoolers: []',
  'cluster: { imageCatalogRef: { kind: ImageCatalog, name: pg } }',
  'cluster: { plugins: [{ name: p, isWALArchiver: true, parameters: { a: b } }] }',
  'poolers: [{ name: 1, type: ro, instances: "2", template: { spec: { containers: [] } } }]',
  'databases: [{ name: app, owner: app, allowConnections: "true", collationVersion: 2 }]',
  'global: { any: thing }',
])('takes %s', (text) => {
  expect(refusals(text)).toEqual([])
})

test.each([
  ['cluster: { walStorge: {} }', ['/cluster walStorge']],
  ['cluster: { instances: "2" }', ['/cluster/instances type']],
  ['cluster: { instances: 0 }', ['/cluster/instances minimum']],
  ['cluster: { resources: { limit: {} } }', ['/cluster/resources limit']],
  ['cluster: { postgresql: { parameters: { max_connections: 200 } } }', ['/cluster/postgresql/parameters/max_connections type']],
  ['mode: standby', ['/mode enum']],
  ['poolers: [{ name: rw, type: primary }]', ['/poolers/0/type enum']],
  ['version: { postgresql: 16 }', ['/version/postgresql type']],
])('underlines %s', (text, want) => {
  expect(refusals(text)).toEqual(want)
})

test("takes the chart's own defaults", () => {
  expect(accepts(presetOf(valuesShape))).toBe(true)
})

test('underlines exactly the keys that nothing reads, where templates read key by key', () => {
  const text = 'cluster: { storage: { sise: 1Gi } }\ndatabases: [{ nam: x }]\nbackups: { wal: { jobs: 1 } }\n'
  const unknown = findUnknownKeys(read(text), []).map(({ path, key }) => `/${path.slice(0, -1).join('/')} ${key}`)
  expect(refusals(text).sort()).toEqual(unknown.sort())
})

test('values that fit the TypeScript type render', () => {
  const values: ClusterValues = {
    fullnameOverride: 'orders',
    cluster: { instances: 1, storage: { size: '1Gi' }, postgresql: { parameters: { work_mem: '8MB' } } },
    poolers: [{ name: 'rw', type: 'rw', poolMode: 'transaction', instances: 2 }],
  }
  expect(accepts(values as Json)).toBe(true)
  const layers = [JSON.stringify(values)]
  const rendered = renderChart({ chart: 'cluster', version: '0.8.1', release: 'orders', namespace: 'db', layers })
  expect(rendered).toMatchObject({ ok: true, objects: [{ kind: 'ConfigMap' }, { kind: 'Cluster' }, { kind: 'Pooler' }] })
})
