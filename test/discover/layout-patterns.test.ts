// What do the placeholders of a layout take from a path, and how soon is that known?
import { expect, test } from 'vitest'
import fc from 'fast-check'
import { matcher } from '../../scripts/discover/layout.ts'
import { costOf } from '../support/cost.ts'

test.each([
  ['databases/{service}/values.yaml', 'databases/orders/values.yaml', { service: 'orders' }],
  ['databases/{service}/values.yaml', 'databases/a/b/values.yaml', undefined],
  ['databases/{service}/values.yaml', 'databases//values.yaml', undefined],
  ['{service}-{name}.yaml', 'a-b-c.yaml', { service: 'a-b', name: 'c' }],
  ['{service}/{service}-{name}.yaml', 'a-b/a-b-c.yaml', { service: 'a-b', name: 'c' }],
  ['{service}/{service}-{name}.yaml', 'a/b-c.yaml', undefined],
  ['{service}{name}', 'abc', { service: 'ab', name: 'c' }],
  ['{service}-{service}', 'a-a-a', undefined],
  ['{service}-{service}', 'a-b-a-b', { service: 'a-b' }],
  ['{env}/{service}.yaml', 'dev/a.yaml', { service: 'a', env: 'dev' }],
  ['databases/all.yaml', 'databases/all.yaml', { service: '' }],
] as const)('%s takes from %s', (pattern, path, parts) => expect(matcher(pattern)(path)).toEqual(parts))

test('a placeholder takes as much as a regular expression would', () => {
  const piece = fc.constantFrom('{service}', '{name}', '{env}', '-', '/', 'a', 'ab', '.')
  const pattern = fc.array(piece, { minLength: 1, maxLength: 7 }).map((pieces) => pieces.join(''))
  const path = fc.array(fc.constantFrom('a', 'b', '-', '/', '.', 'ab'), { maxLength: 14 }).map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(pattern, path, (wanted, text) => {
      const names = new Set<string>()
      const source = wanted.replaceAll(/\{(\w+)\}|[.]/g, (whole, name?: string) => {
        if (name === undefined) return `\\${whole}`
        if (names.has(name)) return `\\k<${name}>`
        names.add(name)
        return `(?<${name}>[^/]+)`
      })
      const groups = new RegExp(`^${source}$`).exec(text)
      expect(matcher(wanted)(text)).toEqual(groups === null ? undefined : { service: '', ...groups.groups })
    }),
    { numRuns: 5_000, seed: 1 },
  )
})

test('a path of nothing but separators is soon known', () => {
  const patterns = [
    'x/{service}-{name}-{env}-end',
    'x/{service}-{name}-{service}-{name}-end',
    'x/{service}{name}{env}{service}{name}{env}-end',
  ]
  const cost = costOf(() => {
    for (const pattern of patterns)
      for (let times = 0; times < 20; times++) matcher(pattern)(`x/${'-a'.repeat(2_000)}-end${times}`.replace(/\d+$/, ''))
    for (const pattern of patterns) matcher(pattern)(`x/${'-'.repeat(4_000)}-end`)
  })
  expect(cost).toBeLessThan(3_000)
})
