// Is a pattern judged as Go judges it, and quickly?
import { expect, test } from 'vitest'
import { matchesPattern } from '../../scripts/kubernetes/pattern.ts'
import { costOf } from '../support/cost.ts'

test.each([
  ['^[a-z]+$', 'abc', true],
  ['^[a-z]+$', 'aBc', false],
  ['(?i)^abc$', 'ABC', true],
  [String.raw`\Aabc\z`, 'abc', true],
  [String.raw`\Aabc\z`, 'abc\n', false],
  ['^(?P<first>a)$', 'a', true],
  ['^[1-9][0-9]*[dwm]$', '7d', true],
  ['^[1-9][0-9]*[dwm]$', '7h', false],
  // Go refuses these, and the API server a schema that has one
  ['(a', 'b', true],
  ['(?=a)', 'b', true],
])('%s and %s: %s', (pattern, text, is) => expect(matchesPattern(text, pattern)).toBe(is))

test('an untrusted pattern takes time linear in its text', () => {
  const cost = costOf(() => {
    for (const pattern of ['^(a+)+$', '^(a|aa)+$', '(.*a){30}b', '(x+x+)+y']) matchesPattern(`${'a'.repeat(20_000)}!`, pattern)
    expect(matchesPattern('a'.repeat(1_000_000), `(${'a?'.repeat(500)})*b`)).toBe(true)
    expect(matchesPattern('b', 'a{1000}'.repeat(500))).toBe(true)
  })
  expect(cost).toBeLessThan(3_000)
})
