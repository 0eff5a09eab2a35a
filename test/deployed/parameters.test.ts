// Do parameters of an Application change values as `helm template --set` and `--set-string` do?
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { ParameterError, setParameters } from '../../scripts/deployed/values/parameters.ts'
import type { Parameter } from '../../scripts/deployed/values/parameters.ts'
import { mergeLayers } from '../../scripts/values/merge.ts'
import type { Json, MapValue, Origin } from '../../scripts/values/value.ts'
import { fromPlain, toPlain, valueAt } from '../../scripts/values/value.ts'

interface Recorded {
  readonly base: Json
  readonly cases: readonly {
    readonly parameters: readonly [Omit<Parameter, 'origin'>, ...Omit<Parameter, 'origin'>[]]
    readonly refused?: true
    readonly values?: Json
  }[]
}

const recorded = JSON.parse(gunzipSync(readFileSync(new URL('../vectors/helm-set-4.2.1.json.gz', import.meta.url))).toString()) as Recorded
const origin: Origin = { layer: 'parameter', file: { path: 'app.yaml', text: '' }, path: [], key: null, value: { start: 0, end: 0 } }
const below = fromPlain(recorded.base, origin) as MapValue

function layerOf(parameters: readonly [Omit<Parameter, 'origin'>, ...Omit<Parameter, 'origin'>[]]): MapValue {
  const [first, ...others] = parameters
  return setParameters(below, [{ ...first, origin }, ...others.map((one) => ({ ...one, origin }))])
}

test('as Helm 4.2.1 does in every recorded case', () => {
  expect(recorded.cases.length).toBeGreaterThan(500)
  const wrong = recorded.cases.filter(({ parameters, refused, values }) => {
    try {
      const made = toPlain(mergeLayers([below, layerOf(parameters)]))
      return refused === true || !isDeepStrictEqual(made, values)
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error
      return refused !== true
    }
  })
  expect(wrong).toEqual([])
})

test('the layer holds what changed, and nothing else', () => {
  expect(toPlain(layerOf([{ name: 'list[0].x', value: 'new' }]))).toEqual({ list: [{ x: 'new', y: 2 }, 'two'] })
  expect(toPlain(layerOf([{ name: 'm.other', value: '1' }]))).toEqual({ m: { other: 1 } })
})

test('a value knows its path', () => {
  expect(valueAt(layerOf([{ name: 'list[0].x', value: 'new' }]), ['list', 0, 'x'])?.origin.path).toEqual(['list', 0, 'x'])
})

test('the text of a file is one value, whatever it holds', () => {
  expect(toPlain(layerOf([{ name: 'm.k', value: 'a: 1, b: {x}\n', as: 'file' }]))).toEqual({ m: { k: 'a: 1, b: {x}\n' } })
})
