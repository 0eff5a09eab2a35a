// Does a pattern match what the real gobwas/glob 0.2.3 matches?
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { globOrNothing, gobwas } from '../../scripts/go-template/gobwas.ts'
import { costOf } from '../support/cost.ts'

type Recorded = readonly [pattern: string, hasSeparator: boolean, matched?: readonly string[], others?: readonly string[]]
const file = fileURLToPath(new URL('../vectors/gobwas-0.2.3.json.gz', import.meta.url))
const recorded = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as readonly Recorded[]

test.each(recorded.map((one) => [JSON.stringify(one.slice(0, 2)), one] as const))('%s', (_, [pattern, hasSeparator, matched, others]) => {
  const glob = gobwas(pattern, hasSeparator ? '/' : undefined)
  // without texts: the real one refuses the pattern
  if (matched === undefined || others === undefined) {
    expect(glob).toEqual({ refused: 'invalid' })
    expect(globOrNothing(pattern)('a')).toBe(false)
    return
  }
  const matches = 'refused' in glob ? () => undefined : glob.matches
  expect(matched.filter((text) => matches(text) !== true)).toEqual([])
  expect(others.filter((text) => matches(text) !== false)).toEqual([])
})

test('stars in a row and alternatives in alternatives take no longer than their length', () => {
  const glob = gobwas(`${'*{a,b,*}'.repeat(200)}c`)
  expect(costOf(() => expect('matches' in glob && glob.matches('ab'.repeat(300))).toBe(false))).toBeLessThan(6000)
  expect(gobwas('a'.repeat(3000))).toEqual({ refused: 'long' })
})
