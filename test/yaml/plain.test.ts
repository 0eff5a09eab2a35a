// Does the short way of reading a printed document read what the long one does?
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitManifests } from '../../scripts/helm/manifests.ts'
import { readPlainDocument } from '../../scripts/yaml/plain.ts'
import type { Value } from '../../scripts/values/value.ts'
import { parseFirstDocument } from '../../scripts/yaml/parse.ts'

interface Recorded {
  readonly want: { readonly manifests?: Record<string, string> }
}
const printed = gunzipSync(readFileSync(new URL('../vectors/helm-engine-4.2.1.jsonl.gz', import.meta.url)))
  .toString()
  .trim()
  .split('\n')
  .flatMap((line) => Object.values((JSON.parse(line) as Recorded).want.manifests ?? {}))
  .flatMap((text) => splitManifests(text, '4.2').map((piece) => `${piece.text}\n`))

/** What matters of a node: what it says, and where. */
function shape(value: Value | undefined): unknown {
  if (value === undefined) return undefined
  const { path, key, value: span } = value.origin
  const below = value.kind === 'map' ? [...value.entries] : value.kind === 'list' ? [...value.items.entries()] : []
  const said = value.kind === 'scalar' ? value.value : below.map(([at, entry]) => [at, shape(entry)])
  return [value.kind, said, path, key, span.start, span.end]
}

const both = (text: string) => {
  const file = { path: 'x.yaml', text, builtin: true as const }
  const { documents, problems } = parseFirstDocument(file, 'chart')
  return { text, short: shape(readPlainDocument(file)), long: problems.length > 0 ? 'a problem' : shape(documents[0]) }
}

test('of what charts printed most is read, and as the long way reads it', () => {
  const read = printed.map(both).filter(({ short }) => short !== undefined)
  expect(read.filter(({ short, long }) => !isDeepStrictEqual(short, long)).map(({ text }) => text)).toEqual([])
  expect(read.length / printed.length).toBeGreaterThan(0.5)
})

test.each([
  'a:\n  b: 1\n c: 2\n',
  'a: b\n  c\n',
  'a: b: c\n',
  'a: [b\n',
  'a: "b\n',
  'a: 1\na: 2\n',
  'a: b #c\n',
  'a: &x 1\nb: *x\n',
  'a: |2\n   x\n',
  'a: >-\n  x\n   y\n',
  'a: >-\n  x\n\n  y\n',
  'a: >\n\n  x\n',
  'a: |\n  x',
  'a: >-\n  x ',
  'a: [b, 1]\n',
  'a: [b,]\n',
  'a: [b] c\n',
  'a: [b]\n  c\n',
  'a: [b: c]\n',
  'a: ["b": c]\n',
  'a: [null]\n',
  '"a": 1\na: 2\n',
  '"a"b: 1\n',
  '"<<": 1\n',
  'yes: 1\n',
  'a:\n- b\n -c\n',
  'a: .inf\n',
  'a: -\n',
  'a:\tb\n',
  '? a\n: b\n',
  'a: !!str 1\n',
  'a: {b: c}\n',
])('%j is left to the long way', (text) => {
  expect(both(text).short).toBeUndefined()
})

test.each([
  '- a\n',
  '- [a]\n',
  '- a: 1\n  b: 2\n- c\n',
  'a: >\n  x\n  y\n',
  'a: >-\n  x\n  y\n\nb: 1\n',
  "a: [ 'sh' ]\n",
  'a: [b,c]\n',
  'a: ["b", yes, d ]\nc: 1\n',
  'a:\n- [b]\n- c\n',
  '"a": 1\n',
  "'yes': 1\n'no': x\n",
])('%j is read, as the long way reads it', (text) => {
  const { short, long } = both(text)
  expect(short).toBeDefined()
  expect(short).toEqual(long)
})

test('whatever is made of lines is read as the long way reads it, or left to it', () => {
  const word = fc.constantFrom(
    'a',
    'b',
    '1',
    '010',
    'yes',
    '""',
    '"x y"',
    "'q'",
    '[]',
    '{}',
    '|',
    '|-',
    '-',
    '#',
    ': ',
    'x: y',
    '-1',
    '1e3',
    '~',
    'http://x',
    'a#b',
    '>',
    '>-',
    '[a]',
    '[ "b",yes ]',
    '[a',
  )
  const line = fc.tuple(
    fc.constantFrom(0, 1, 2, 3, 4),
    fc.constantFrom('', '- ', '-   ', '- - '),
    fc.constantFrom('', 'k: ', 'm: ', 'n:', 'p:   ', 'q.r/s: ', '"t.u": '),
    fc.oneof(word, fc.constant('')),
    fc.constantFrom('', ' ', '  # c'),
  )
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 7 }), fc.boolean(), (lines, hasRoot) => {
      const text = `${hasRoot ? 'r: 0\n' : ''}${lines.map(([indent, dash, key, value, end]) => ' '.repeat(indent) + dash + key + value + end).join('\n')}\n`
      const { short, long } = both(text)
      if (short !== undefined) expect(short).toEqual(long)
    }),
    { numRuns: 8_000, seed: 7 },
  )
})
