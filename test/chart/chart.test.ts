// Does the chart's model make what Helm made, and does every node know where it comes from?
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chartDefaults } from '../../scripts/chart/model/defaults.ts'
import { checkHelmSchema } from '../../scripts/chart/helm-schema.ts'
import { findUnknownKeys } from '../../scripts/chart/known-keys.ts'
import { renderCluster } from '../../scripts/chart/model/render.ts'
import { goText } from '../../scripts/chart/model/template.ts'
import { templateBudget } from '../../scripts/go-template/budget.ts'
import { writeYaml } from '../../scripts/go-template/go-yaml.ts'
import { toGo } from '../../scripts/helm/render.ts'
import { compareNaturally } from '../../scripts/yaml/go-key-order.ts'
import { renderChart } from '../../scripts/library.ts'
import { coalesce, mergeLayers } from '../../scripts/values/merge.ts'
import type { Json, JsonMap, MapValue, Value } from '../../scripts/values/value.ts'
import type { RenderedObject } from '../../scripts/model.ts'
import { parseYaml } from '../../scripts/yaml/parse.ts'
import { fromPlain, toPlain, valueAt } from '../../scripts/values/value.ts'

interface ChartVector {
  readonly name: string
  readonly release: string
  readonly namespace: string
  readonly layers: string[]
  readonly withTests?: boolean
  readonly skipSchema?: boolean
  readonly kubeVersion?: string
  readonly objects?: JsonMap[]
  readonly error?: string
  readonly paths?: string[]
}

const vectors = gunzipSync(readFileSync(new URL('../vectors/chart-cluster-0.8.1.jsonl.gz', import.meta.url)))
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as ChartVector)

function read(text: string): MapValue {
  const [root] = parseYaml({ path: 'values.yaml', text }, 'service').documents
  if (root?.kind !== 'map') throw new Error('the test text is no map')
  return root
}

function render(text: string): RenderedObject[] {
  const rendered = renderCluster(coalesce(chartDefaults(), read(text), '4.2'), { release: 'orders', namespace: 'db' })
  if (!rendered.ok) throw new Error(rendered.error.message)
  return rendered.objects
}

function clusterOf(text: string): RenderedObject {
  return render(text).find((object) => object.kind === 'Cluster') as RenderedObject
}

const constantBody = /-monitoring-(?:logical-replication|pg-stat-statements)$/

/** Texts that the chart brings along are not modelled. */
function withoutBody(object: JsonMap): JsonMap {
  const { spec: _spec, data: _data, ...rest } = object
  if (['PrometheusRule', 'StatefulSet', 'Job'].includes(object['kind'] as string)) return rest
  const name = (object['metadata'] as JsonMap)['name']
  return object['kind'] === 'ConfigMap' && typeof name === 'string' && constantBody.test(name) ? rest : object
}

test('makes the recorded objects in the recorded order, and stops with the recorded error', () => {
  const wrong: string[] = []
  for (const vector of vectors) {
    const got = renderChart({ chart: 'cluster', version: '0.8.1', ...vector })
    const want = vector.objects?.map(withoutBody)
    const agrees = got.ok ? isDeepStrictEqual(got.objects.map(withoutBody), want) : got.class === vector.error
    if (!agrees) wrong.push(vector.name)
  }
  expect(vectors.length).toBeGreaterThan(2000)
  expect(wrong).toEqual([])
})

test("refuses the recorded paths, as the chart's schema does", () => {
  for (const vector of vectors) {
    if (vector.error !== 'schema') continue
    const values = coalesce(chartDefaults(), mergeLayers(vector.layers.map(read) as [MapValue, ...MapValue[]]), '4.2')
    const want = (vector.paths ?? []).filter((path) => !path.endsWith('failed'))
    expect(
      checkHelmSchema(values)
        .map((error) => error.message)
        .sort(),
      vector.name,
    ).toEqual([...want].sort())
  }
})

function* nodesOf(value: Value): Generator<Value> {
  yield value
  if (value.kind === 'map') for (const entry of value.entries.values()) yield* nodesOf(entry)
  if (value.kind === 'list') for (const item of value.items) yield* nodesOf(item)
}

test('gives every node of every object an origin', () => {
  const text =
    'cluster: { storage: { size: 10Gi } }\nbackups: { enabled: true, endpointURL: e, destinationPath: d, secret: { create: false } }\n'
  for (const object of render(text))
    for (const node of nodesOf(object.value)) {
      expect(['service', 'chart']).toContain(node.origin.layer)
      expect(node.origin.file.path).not.toBe('')
    }
})

test.each([
  ['cluster: { storage: { size: 10Gi } }', ['spec', 'storage', 'size'], 'cluster.storage.size', '10Gi'],
  ['cluster: { storage: { size: "123" } }', ['spec', 'storage', 'size'], 'cluster.storage.size', 123],
  ['cluster: { resources: { limits: { cpu: 2 } } }', ['spec', 'resources', 'limits', 'cpu'], 'cluster.resources.limits.cpu', 2],
  ['version: { postgresql: "17" }', ['spec', 'imageName'], 'version.postgresql', 'ghcr.io/cloudnative-pg/postgresql:17'],
  ['fullnameOverride: pg', ['metadata', 'name'], 'fullnameOverride', 'pg'],
  ['cluster: { initdb: { owner: "{{ .Release.Name }}" } }', ['spec', 'bootstrap', 'initdb', 'owner'], 'cluster.initdb.owner', 'orders'],
])('%s is the origin of what it becomes', (text, path, origin, value) => {
  const node = valueAt(clusterOf(text).value, path)
  expect(node).toMatchObject({ value, origin: { layer: 'service' } })
  expect(node?.origin.path.join('.')).toBe(origin)
})

test('a default of the chart has the layer chart and the path of its key', () => {
  const node = valueAt(clusterOf('{}').value, ['spec', 'stopDelay'])
  expect(node?.origin).toMatchObject({ layer: 'chart', path: ['cluster', 'stopDelay'], file: { builtin: true } })
})

test.each([
  ['"on"', true],
  ['"null"', null],
  ['"#x"', null],
  ['"8Gi # c"', '8Gi'],
  ['"{a: b}"', { a: 'b' }],
  ['"[a, 1]"', ['a', 1]],
  ['"8Gi\\n"', '8Gi'],
  ['1000000', 1000000],
  ['{ a: 1 }', 'map[a:1]'],
])('a bare scalar %s is read again', (text, want) => {
  const storage = clusterOf(`cluster: { storage: { size: ${text} } }`).plain['spec'] as JsonMap
  expect((storage['storage'] as JsonMap)['size']).toEqual(want)
})

test.each(['a: b', '- a', '@x', 'a\nb', '"q" x', 'a\nc: d'])('a bare scalar %j breaks the text, at its value', (size) => {
  const values = coalesce(chartDefaults(), read(`cluster: { storage: { size: ${JSON.stringify(size)} } }`), '4.2')
  const rendered = renderCluster(values, { release: 'orders', namespace: 'db' })
  expect(rendered).toMatchObject({ ok: false, error: { class: 'rendered-yaml', detail: 'cluster.yaml' } })
  expect(rendered.ok ? null : rendered.error.place?.origin.path).toEqual(['cluster', 'storage', 'size'])
})

test.each([
  ['{{ .Release.Name }}', 'orders'],
  ['a {{- " b" -}}  c', 'a bc'],
  ['{{ .Values.cluster.initdb.database | upper }}-x', 'APP-x'],
  ['{{ .Values.cluster.initdb.nope | default "d" }}', 'd'],
  ['{{/* note */}}z', 'z'],
  ['{{ "a.b" | replace "." "$&-" }}', 'a$&-b'],
  ['{{ include "cluster.fullname" . }}', 'orders-cluster'],
])('runs the template %s of an owner', (owner, want) => {
  const spec = clusterOf(`cluster: { initdb: { database: app, owner: ${JSON.stringify(owner)} } }`).plain['spec'] as JsonMap
  expect(((spec['bootstrap'] as JsonMap)['initdb'] as JsonMap)['owner']).toBe(want)
})

const longer = (stage: string): string => `{{ "a\\"" ${`| ${stage} `.repeat(30)}}}`

test.each(['{{ .Values', '{{ lookup "v1" }}', '{{ .Values.nope.deeper }}', longer('quote'), longer('replace "a" "aaaaaaaa"')])(
  'refuses the template %s',
  (owner) => {
    const layers = [`cluster: { initdb: { owner: ${JSON.stringify(owner)} } }`]
    expect(renderChart({ chart: 'cluster', version: '0.8.1', release: 'r', namespace: 'n', layers })).toMatchObject({
      ok: false,
      class: 'tpl',
    })
  },
)

test('an error names the value to blame', () => {
  const values = coalesce(chartDefaults(), read('cluster: { monitoring: { tls: null } }'), '4.2')
  const rendered = renderCluster(values, { release: 'orders', namespace: 'db' })
  expect(rendered).toMatchObject({ ok: false, error: { class: 'nil' } })
  expect(rendered.ok ? null : rendered.error.place?.origin.path).toEqual(['cluster', 'monitoring', 'tls'])
})

function unknown(text: string): string[] {
  return findUnknownKeys(read(text), ['team']).map(({ path, suggestion, elsewhere }) =>
    [path.join('.'), suggestion ?? '-', ...elsewhere].join(' '),
  )
}

test.each([
  ['cluster: { walStorge: { enabled: true } }', ['cluster.walStorge walStorage']],
  ['cluster: { storage: { sise: 1Gi, class: x } }', ['cluster.storage.sise size', 'cluster.storage.class -']],
  ['postgresql: { parameters: {} }', ['postgresql - cluster.postgresql']],
  ['backup: { enabled: true }', ['backup backups']],
  [
    'cluster: { postgresql: { max_connections: "1" } }',
    ['cluster.postgresql.max_connections - cluster.postgresql.parameters.max_connections'],
  ],
  ['cluster: { postgresql: { parameters: { anything: "1" } } }', []],
  ['databases: [{ name: app, owener: app }]', ['databases.0.owener owner']],
  ['poolers: [{ name: rw, monitoring: { podMonitor: { label: {} } } }]', ['poolers.0.monitoring.podMonitor.label - ']],
  ['replica: { name: x }', ['replica.name -']],
  ['instances: 3', ['instances - cluster.instances poolers[].instances']],
  ['team: x\nglobal: {}', []],
  ['cluster: { constructor: 1, __proto__: 2 }', ['cluster.constructor -', 'cluster.__proto__ -']],
])('finds the keys that nothing reads in %s', (text, want) => {
  expect(unknown(text)).toEqual(want.map((line) => line.trimEnd()))
})

test('the defaults of the chart have no unknown key and pass its schema', () => {
  expect(findUnknownKeys(chartDefaults(), [])).toEqual([])
  expect(checkHelmSchema(chartDefaults())).toEqual([])
})

const origin = { layer: 'service' as const, file: { path: 'a', text: '' }, path: [], key: null, value: { start: 0, end: 0 } }

test.each([
  ['{{ .Release.Name }}-{{ .Values.version.postgresql | int | add 1 }}', 'demo-17'],
  ['{{ if eq .Release.Namespace "apps" }}in {{ include "cluster.fullname" . | upper }}{{ else }}x{{ end }}', 'in DEMO-CLUSTER'],
  ['{{- $x := list "a" "b" -}}{{ range $x }}{{ . }}{{ end }}{{ .Values.nothing }}', 'ab'],
  ['{{ .Chart.Name }} {{ .Chart.Version }}', 'cluster 0.8.1'],
])('runs the template %s in the values as Helm does', (template, owner) => {
  const layers = [`cluster: { initdb: { database: app, owner: ${JSON.stringify(template)} } }`]
  const got = renderChart({ chart: 'cluster', version: '0.8.1', release: 'demo', namespace: 'apps', layers })
  const cluster = got.ok ? got.objects.find((object) => object['kind'] === 'Cluster') : got
  expect(cluster).toMatchObject({ spec: { bootstrap: { initdb: { owner } } } })
})

test.each([
  [100000, '100000'],
  [999999, '999999'],
  [1000000, '1e+06'],
  [1234567, '1.234567e+06'],
  [0.00001, '1e-05'],
  [16.1, '16.1'],
  [-0.5, '-0.5'],
])('prints %d as Go does', (number, text) => expect(goText(fromPlain(number, origin))).toBe(text))

test('writes YAML that reads back as the same value', () => {
  const json = fc.jsonValue({ maxDepth: 3, noUnicodeString: true }).map((value) => JSON.parse(JSON.stringify(value)) as Json)
  const same = (plain: Json): void => {
    const text = writeYaml(toGo(fromPlain({ root: plain }, origin)), templateBudget())
    const parsed = parseYaml({ path: 'a', text: `${text}\n` }, 'service')
    expect(toPlain(parsed.documents[0] as Value), text).toEqual({ root: plain })
  }
  fc.assert(fc.property(json, same), { seed: 1, numRuns: 500 })
})

test('orders keys as go-yaml does', () => {
  expect(['b10', 'b2', 'a', '_x', '1', 'B'].sort(compareNaturally)).toEqual(['_x', '1', 'B', 'a', 'b2', 'b10'])
})

test('never throws, whatever stands at any key', () => {
  const odd: Json[] = [null, '', 'text', 5, 1.5, true, false, [], {}, ['a'], [null], { a: 1 }, '{{ x }}', '"', '&a', 'a\nb']
  const paths = [...nodesOf(chartDefaults())].map((node) => node.origin.path).filter((path) => path.length > 0)
  for (const [index, path] of paths.entries()) {
    const text = path.reduceRight<Json>(
      (inner, step) => (typeof step === 'number' ? [inner] : { [step]: inner }),
      odd[index % odd.length] as Json,
    )
    for (const mode of ['standalone', 'recovery', 'replica'])
      renderChart({
        chart: 'cluster',
        version: '0.8.1',
        release: 'r',
        namespace: 'n',
        skipSchema: true,
        layers: [`mode: ${mode}\nbackups: { enabled: true, method: plugin }\n`, JSON.stringify(text)],
      })
  }
})

test.each(['minio', '', null])('a recovery store of the provider %j has a configuration without content', (provider) => {
  const recovery = { method: 'plugin', provider, clusterName: 'old', pluginConfiguration: { name: 'barman-cloud.cloudnative-pg.io' } }
  const made = renderChart({
    chart: 'cluster',
    version: '0.8.1',
    release: 'orders',
    namespace: 'ns',
    layers: [JSON.stringify({ mode: 'recovery', recovery })],
  })
  const store = made.ok ? made.objects.find(({ kind }) => kind === 'ObjectStore') : undefined
  expect(store?.['spec']).toMatchObject({ configuration: null })
})
