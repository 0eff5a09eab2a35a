// Is what a JSON object inherits taken for what was written in it?
import { expect, test } from 'vitest'
import type { Json, JsonMap } from '../../scripts/values/value.ts'
import { jsonAt, setOwn } from '../../scripts/values/value.ts'

const inherited = Object.getOwnPropertyNames(Object.prototype)

test.each(inherited)('%s is absent where nobody wrote it', (name) => {
  expect(jsonAt({}, [name])).toBeUndefined()
  expect(jsonAt({ spec: {} }, ['spec', name, 'name'])).toBeUndefined()
  expect(jsonAt(Object.create(null) as JsonMap, [name])).toBeUndefined()
})

test.each(inherited)('%s is found where it is written', (name) => {
  for (const written of ['text', 0, false, null, [1], { a: 1 }] as Json[]) {
    const map: JsonMap = {}
    setOwn(map, name, written)
    expect(jsonAt({ spec: map }, ['spec', name])).toEqual(written)
  }
})

test('a path that ends early leads nowhere', () => {
  expect(jsonAt(undefined, ['a'])).toBeUndefined()
  expect(jsonAt({ a: [{ b: 1 }] }, ['a', 0, 'b'])).toBe(1)
  expect(jsonAt({ a: [{ b: 1 }] }, ['a', 1, 'b'])).toBeUndefined()
  expect(jsonAt({ a: 'text' }, ['a', 'length'])).toBeUndefined()
})
