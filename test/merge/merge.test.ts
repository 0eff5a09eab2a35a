// Does merging give the same results as the three Helm generations?
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import deepmerge from 'deepmerge'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeValues } from '../../scripts/library.ts'
import { coalesce, helmOf, mergeLayers } from '../../scripts/values/merge.ts'
import type { Json, MapValue } from '../../scripts/values/value.ts'
import { parseYaml } from '../../scripts/yaml/parse.ts'
import { fromPlain, toPlain, valueAt } from '../../scripts/values/value.ts'

interface MergeVector {
  readonly name: string
  readonly chartDefaults: string
  readonly layers: string[]
  readonly merged: Readonly<Record<string, Json>>
}

const vectors = JSON.parse(gunzipSync(readFileSync(new URL('../vectors/helm-merge.json.gz', import.meta.url))).toString()) as MergeVector[]

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key] as Json)]),
  )
}

function read(text: string, layer: 'chart' | 'environment' | 'service' = 'service'): MapValue {
  const [root] = parseYaml({ path: `${layer}.yaml`, text }, layer).documents
  if (root?.kind !== 'map') throw new Error('the test text is not a map')
  return root
}

test.each(['3.16.4', '3.19.5', '4.2.1'])('merges every recorded case as Helm %s', (version) => {
  const helm = version.split('.').slice(0, 2).join('.') as '3.16' | '3.19' | '4.2'
  const wrong: string[] = []
  for (const vector of vectors) {
    const want = vector.merged[version] as Record<string, Json> | undefined
    const got = mergeValues(vector.chartDefaults, vector.layers, { helm })
    const refused = typeof want?.['error'] === 'string' && typeof want['detail'] === 'string'
    const agrees = refused ? !got.ok : got.ok && JSON.stringify(sorted(got.values)) === JSON.stringify(sorted(want ?? null))
    if (!agrees) wrong.push(vector.name)
  }
  expect(vectors.length).toBeGreaterThan(600)
  expect(wrong).toEqual([])
})

const json = fc.letrec<{ value: Json; map: Record<string, Json> }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.string({ maxLength: 5 }),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('map'),
  ),
  map: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('value'), { maxKeys: 4 }),
}))
const origin = read('a: 1').origin
const asMap = (plain: Record<string, Json>): MapValue => fromPlain(plain, origin) as MapValue

test('merging files is deepmerge with lists replaced', () => {
  fc.assert(
    fc.property(json.map, json.map, (lower, higher) => {
      const expected = deepmerge(lower, higher, {
        arrayMerge: (_, source: Json[]) => source,
        isMergeableObject: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      })
      expect(toPlain(mergeLayers([asMap(lower), asMap(higher)]))).toEqual(expected)
    }),
    { seed: 1, numRuns: 500 },
  )
})

test('an empty layer changes nothing, at any position', () => {
  fc.assert(
    fc.property(json.map, (plain) => {
      expect(toPlain(mergeLayers([asMap(plain), asMap({})]))).toEqual(plain)
      expect(toPlain(mergeLayers([asMap({}), asMap(plain)]))).toEqual(plain)
    }),
    { seed: 2 },
  )
})

test('the winner knows what it overrides', () => {
  const merged = mergeLayers([read('a: {b: 1, c: 2}', 'environment'), read('a: {b: 3}')])
  const winner = valueAt(merged, ['a', 'b'])
  expect(winner?.origin.layer).toBe('service')
  expect(winner?.overrides.map((value) => [value.origin.layer, value.kind === 'scalar' && value.value])).toEqual([['environment', 1]])
  expect(valueAt(merged, ['a', 'c'])?.origin.layer).toBe('environment')
})

test('a null that switched a default off can still be named', () => {
  const merged = mergeLayers([read('a: 1', 'environment'), read('a: null')])
  expect(valueAt(merged, ['a'])).toMatchObject({ kind: 'null', origin: { layer: 'service', key: { start: 0, end: 1 } } })
  expect(coalesce(read('a: 5', 'chart'), merged, '4.2').entries.has('a')).toBe(false)
})

test('the version of Argo CD decides which Helm merges', () => {
  expect(['2.14.0', '3.0.0', '3.4.9', '3.5.0', '4.0.0'].map(helmOf)).toEqual(['3.16', '3.19', '3.19', '4.2', '4.2'])
})

test('only Helm 4 ends the last line of a values file', () => {
  const read = (helm: '3.16' | '3.19' | '4.2') => mergeValues('', ['d: |\n  x\n  y'], { helm })
  expect(read('4.2')).toEqual({ ok: true, values: { d: 'x\ny\n' } })
  expect(read('3.19')).toEqual({ ok: true, values: { d: 'x\ny' } })
  expect(read('3.16')).toEqual({ ok: true, values: { d: 'x\ny' } })
})

test('gives the same result over a shared map as over an unshared one', () => {
  const presets = ['a: {x: 1, y: null, z: {w: 2}}', 'a: {x: {y: 3}, z: null}', 'a: {}'].map((text) => read(text, 'chart'))
  const texts = ['a: {x: null, z: {v: 1}}', 'a: {y: {u: null}, z: {w: null}}', 'a: {}']
  const shared = texts.map((text) => read(text))
  for (const _ of ['first', 'again'])
    for (const helm of ['3.16', '3.19', '4.2'] as const)
      for (const defaults of presets)
        for (const [index, text] of texts.entries())
          expect(coalesce(defaults, shared[index] as MapValue, helm)).toEqual(coalesce(defaults, read(text), helm))
})
