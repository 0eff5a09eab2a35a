// Does a cached grammar give the same results as the grammar itself?
import { expect, test } from 'vitest'
import { isQualifiedName } from '../../scripts/kubernetes/label-selector.ts'
import { parseQuantity } from '../../scripts/kubernetes/quantity.ts'
import { byText } from '../../scripts/values/by-text.ts'

test('a text is read once, also if the result is undefined', () => {
  const read: string[] = []
  const size = byText((text) => {
    read.push(text)
    return text === 'a' ? undefined : text.length
  })
  expect(['a', 'bb', 'a', 'bb', '__proto__', 'constructor'].map(size)).toEqual([undefined, 2, undefined, 2, 9, 11])
  expect(read).toEqual(['a', 'bb', '__proto__', 'constructor'])
})

test('neither many texts nor long ones fill the memory, and each result stays right', () => {
  let reads = 0
  const last = byText((text) => {
    reads += 1
    return text.at(-1)
  })
  for (let index = 0; index < 25_000; index++) expect(last(`${index}`)).toBe(`${index}`.at(-1))
  expect([last('0'), last('24999'), reads]).toEqual(['0', '9', 25_001])
  const long = 'x'.repeat(300)
  expect([last(long), last(long), reads]).toEqual(['x', 'x', 25_003])
})

test('a shared result is not changed', () => {
  expect(parseQuantity('1Gi')).toBe(parseQuantity('1Gi'))
  expect([isQualifiedName('a/b'), isQualifiedName('a/b/c'), isQualifiedName('a/b')]).toEqual([true, false, true])
})
