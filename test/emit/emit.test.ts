// Does every reader read back what we meant to write?
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { main } from '../../scripts/cli/cli.ts'
import { writeYaml } from '../../scripts/yaml/write.ts'
import { coalesce, mergeLayers } from '../../scripts/values/merge.ts'
import type { Json, JsonMap, MapValue, Value } from '../../scripts/values/value.ts'
import { parseYaml } from '../../scripts/yaml/parse.ts'
import { fromPlain, toPlain } from '../../scripts/values/value.ts'

const read = (text: string): Value => {
  const { documents, problems } = parseYaml({ path: 'x.yaml', text }, 'service')
  expect(problems).toEqual([])
  return documents[0] as Value
}
const { origin } = read('a: 1')
const asValue = (plain: Json): Value => fromPlain(plain, origin)

const hostile = fc.constantFrom(
  'yes',
  'No',
  'on',
  '~',
  'null',
  '',
  ' ',
  'a ',
  ' a',
  '010',
  '0o17',
  '0x1F',
  '1e3',
  '1_000',
  '.5',
  '.inf',
  '12:30',
  '2001-01-01',
  '<<',
  '=',
  '- a',
  '? a',
  ': a',
  'a: b',
  'a #b',
  '#a',
  '@x',
  '`x`',
  '%x',
  '!x',
  '&x',
  '*x',
  '|',
  '>',
  '{a',
  '[a',
  '"q"',
  "it's",
  'tab\there',
  'line\nbreak',
  'two\n\nlines\n',
  '\n',
  'trail \nx',
  '\u0085',
  '\u2028',
  '\ufeffx',
  'é',
  '😀',
  '---',
  '--- a',
  '...',
  'key:',
  '{{ .x }}',
  'C:\\x',
  '10Gi',
  '7d',
  'https://x/y?z=1',
  '\u007f',
  'true',
  'x: y: z',
  '1.10',
  '0',
  '-1',
  '+1',
  '1.',
  'NaN',
)
const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  hostile,
  fc.string(),
)
const { tree } = fc.letrec<{ tree: Json; node: Json }>((tie) => ({
  node: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('node'), { maxLength: 3 }), tie('tree')),
  tree: fc.dictionary(
    fc.oneof(hostile, fc.string()).filter((key) => key !== '<<' && key !== '__proto__'),
    tie('node'),
    { maxKeys: 4 },
  ),
}))
/** -0 is 0 to JSON and to Helm. */
const plainZero = (value: Json): Json => JSON.parse(JSON.stringify(value)) as Json

test('a written value reads back the same: as Helm, as YAML 1.1 and as YAML 1.2', () => {
  fc.assert(
    fc.property(tree, (plain) => {
      const text = writeYaml(asValue(plain))
      expect(plainZero(toPlain(read(text)))).toEqual(plainZero(plain))
      expect(plainZero(parse(text) as Json)).toEqual(plainZero(plain))
      expect(plainZero(parse(text, { version: '1.1' }) as Json)).toEqual(plainZero(plain))
    }),
    { seed: 5, numRuns: 400 },
  )
})

test('the same value gives the same bytes', () => {
  const value = asValue({ b: [1, { c: 'x' }], a: {}, d: [], e: 'one\ntwo\n' })
  expect(writeYaml(value)).toBe('b:\n  - 1\n  - c: x\na: {}\nd: []\ne: |\n  one\n  two\n')
  expect(writeYaml(value)).toBe(writeYaml(value))
})

const layer = fc.dictionary(
  fc.constantFrom('a', 'b', 'c'),
  fc.oneof(leaf, fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.oneof(leaf, fc.dictionary(fc.constantFrom('p', 'q'), leaf)))),
)

test('Helm gets from the rendered file what it would get from all layers', () => {
  fc.assert(
    fc.property(layer, layer, layer, fc.constantFrom('3.16', '3.19', '4.2'), (defaults, lower, higher, helm) => {
      const [preset, ...layers] = [defaults, lower, higher].map((plain) => asValue(plain as JsonMap) as MapValue) as [
        MapValue,
        MapValue,
        MapValue,
      ]
      const merged = mergeLayers(layers)
      const rendered = read(writeYaml(merged))
      const file: MapValue = rendered.kind === 'map' ? rendered : (asValue({}) as MapValue)
      expect(plainZero(toPlain(coalesce(preset, file, helm)))).toEqual(plainZero(toPlain(coalesce(preset, merged, helm))))
    }),
    { seed: 6, numRuns: 500 },
  )
})

const hasHelm = spawnSync('helm', ['version']).status === 0
const temporary = mkdtempSync(join(tmpdir(), 'cnpg-values-helm-'))
afterAll(() => rmSync(temporary, { recursive: true }))
const repository = fileURLToPath(new URL('../..', import.meta.url))

describe.skipIf(!hasHelm)('with a real helm on PATH', () => {
  test('the app-of-apps chart prints the ApplicationSets that were written', () => {
    const printed = execFileSync('helm', ['template', join(repository, 'apps')], { encoding: 'utf8' })
    const written = readFileSync(join(repository, 'apps/templates/data/postgres-clusters.yaml'), 'utf8')
    for (const document of written.split('\n').slice(2, -2).join('\n').split(/^---$/m)) expect(printed).toContain(document.trim())
  })

  test('engine: helm renders a chart that is not modelled, and blames the line of the value', async () => {
    const root = join(temporary, 'engine')
    cpSync(join(repository, 'test/projects/base'), root, { recursive: true })
    const chart = join(root, 'charts/cluster')
    mkdirSync(join(chart, 'templates'), { recursive: true })
    writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: cluster\nversion: 9.9.9\n')
    const template =
      'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: {{ .Values.fullnameOverride }}\nspec:\n  instances: {{ .Values.cluster.instances }}\n  storage:\n    size: {{ .Values.cluster.storage.size }}\n'
    writeFileSync(join(chart, 'templates/cluster.yaml'), template)
    const settings = join(root, 'apps/values.yaml')
    writeFileSync(
      settings,
      readFileSync(settings, 'utf8').replace('version: 0.8.1', `version: 9.9.9\n    engine: helm\n    repository: ${join(root, 'charts')}`),
    )
    writeFileSync(join(root, 'databases/orders/values.yaml'), 'cluster:\n  storage:\n    size: 10Gib\n')
    let stdout = ''
    const code = await main(['check'], { cwd: root, color: false, stdout: (text) => (stdout += text), stderr: () => {} })
    expect(stdout).toContain('databases/orders/values.yaml:3:11: error: cluster.storage.size is "10Gib"')
    expect(code).toBe(1)
  })
})

test('a chart that is not here is one clear error at its pin', async () => {
  const root = join(temporary, 'unmodelled')
  cpSync(join(repository, 'test/projects/base'), root, { recursive: true })
  const settings = join(root, 'apps/values.yaml')
  writeFileSync(settings, readFileSync(settings, 'utf8').replace('version: 0.8.1', 'version: 0.9.0'))
  let stdout = ''
  await main(['check'], { cwd: root, color: false, stdout: (text) => (stdout += text), stderr: () => {} })
  expect(stdout).toContain('apps/values.yaml:11:14: error: chart cluster 0.9.0 is neither in the repository nor in a cache')
  expect(stdout.match(/: error: /g)).toHaveLength(1)
})
