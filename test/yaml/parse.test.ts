// Does parsing give the same values as Helm's YAML reader, and the right place for every key and value?
import { textOf } from '../../scripts/findings/message.ts'
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { locate } from '../../scripts/findings/spot.ts'
import type { Json, Value } from '../../scripts/values/value.ts'
import { parseFirstDocument, parseYaml } from '../../scripts/yaml/parse.ts'
import { formatGoFloat, resolveScalar } from '../../scripts/yaml/scalars.ts'
import { toPlain, valueAt } from '../../scripts/values/value.ts'

function vectors<T>(name: string): T[] {
  return JSON.parse(gunzipSync(readFileSync(new URL(`../vectors/${name}.json.gz`, import.meta.url))).toString()) as T[]
}
const parse = (text: string) => parseYaml({ path: 'values.yaml', text }, 'service')
const read = (text: string): Json | undefined => {
  const { documents, problems } = parse(text)
  return problems.some((problem) => problem.fatal) ? undefined : toPlain(documents[0] as Value)
}
const at = (text: string, path: (string | number)[]) => {
  const value = valueAt(parse(text).documents[0], path) as Value
  const file = { path: 'values.yaml', text }
  const { line, column } = locate({ file, span: value.origin.value })
  return { line, column, text: text.slice(value.origin.value.start, value.origin.value.end) }
}

// Helm passes its YAML through JSON, which has no infinity, no NaN and no null keys: go-yaml alone has
const helmRefuses = (vector: { text: string; value: Json }) =>
  ['+Inf', '-Inf', 'NaN'].includes(String(vector.value)) || vector.text.includes('~: n')

test('reads every recorded scalar as go-yaml does', () => {
  const all = vectors<{ text: string; ok: boolean; value: Json }>('yaml-scalars')
  const wrong = all.filter((vector) => {
    if (helmRefuses(vector)) return read(`k: ${vector.text}\n`) !== undefined
    const got = read(`k: ${vector.text}\n`) as { k: Json } | undefined
    return (
      (got !== undefined) !== vector.ok ||
      (vector.ok && !Object.is(got?.k, vector.value) && JSON.stringify(got?.k) !== JSON.stringify(vector.value))
    )
  })
  expect(all.length).toBeGreaterThan(100)
  expect(wrong).toEqual([])
})

test('reads every recorded document as go-yaml does', () => {
  const wrong = vectors<{ text: string; ok: boolean; value: Json }>('yaml-docs').filter((vector) => {
    const got = read(vector.text)
    if (helmRefuses(vector)) return got !== undefined
    return (got !== undefined) !== vector.ok || (vector.ok && !isDeepStrictEqual(got, vector.value))
  })
  expect(wrong).toEqual([])
})

describe('a broken text names the likely mistake', () => {
  test.each([
    ['a: "10Gi\nb: 1\n', 1, 4, '`"` is opened here, but never closed'],
    ["a: 'x\n", 1, 4, "`'` is opened here, but never closed"],
    ['a: {b: 1\nc: 2\n', 1, 4, '`{` is opened here, but never closed'],
    ['a: [\n  1,\n]\nb: c: d\n', 4, 5, 'a second `: ` is on the same line'],
    ['a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n', 2, 1, 'a merge conflict is unresolved here'],
    ['a: 1\n<<<<<<< HEAD\nb: 1\n', 2, 1, 'a line of a merge conflict is left here'],
    ['a: 1\n=======\nb: 1\n', 2, 1, 'a line of a merge conflict is left here'],
    ['a: 1\nb: 1\n>>>>>>> main\n', 3, 1, 'a line of a merge conflict is left here'],
    ['a: @x\n', 1, 4, 'a value starts with `@`, but YAML reserves that character'],
    ['- a\nb: 1\n', 2, 1, 'list items and keys are mixed in one block'],
    ['a: 1\n- b: 1\n', 2, 1, 'list items and keys are mixed in one block'],
    ['a:b\nc: 1\n', 1, 2, 'there is no space after the colon, so this is text, not a key'],
    ['a: 1\nb c\nd: 1\n', 2, 1, 'there is no colon after `b`, so this is text, not a key'],
    ['a: 1\nb c\n', 2, 1, 'there is no colon after `b`, so this is text, not a key'],
    ['a: 1\nb\n  c: 1\n', 2, 1, 'there is no colon after `b`, so this is text, not a key'],
    ['- a b\n  c: 1\n', 1, 3, 'there is no colon after `a`, so this is text, not a key'],
    ['a:\n  b: 1\n c: 2\n', 3, 2, 'this line is indented like none above it'],
    ['a: 1\n b: 2\n', 2, 2, 'this line is indented as if it belonged to `a`, which already has a value'],
    ['a:\n\tb: 1\n', 2, 1, 'indentation holds a tab, but YAML allows spaces only'],
  ])('%j', (text, line, column, message) => {
    const [problem, ...others] = parse(text).problems
    const place = locate({ file: { path: 'values.yaml', text }, span: problem?.span ?? { start: 0, end: 0 } })
    expect([others.length, place.line, place.column, textOf(problem?.message ?? [])]).toEqual([0, line, column, message])
    expect(problem?.help).toBeDefined()
  })
})

test('YAML 1.1 has three more line break characters, and fewer escapes and names', () => {
  expect(read('# note\u2028a: 1\n')).toEqual({ a: 1 })
  expect(read('a: x\u0085b: 2\n')).toEqual({ a: 'x', b: 2 })
  expect(read('a: "x\u0085y"\nb: "x\u2028y"\n')).toEqual({ a: 'x y', b: 'x\u2028y' })
  expect(read('a: "\\U0010FFFF"\n')).toEqual({ a: '\u{10ffff}' })
  for (const refused of [
    'a: "x\\/y"\n',
    'a: "\\UFFFFFFFF"\n',
    `${'k'.repeat(1025)}: 1\n`,
    `"${'k'.repeat(1023)}": 1\n`,
    'a: &é 1\n',
    '-\ty\n',
  ])
    expect(read(refused), refused.slice(0, 20)).toBeUndefined()
  expect(read(`${'k'.repeat(1024)}: 1\n`)).toBeDefined()
})

test('inside brackets and quotes indentation, tabs and adjacent comments are accepted as in go-yaml', () => {
  expect(read('a: {\n  b: {c: 1}\n}\nd: 2\n')).toEqual({ a: { b: { c: 1 } }, d: 2 })
  expect(read('a:\n  b: [\n  x,\n  z\n]\nc: 1\n')).toEqual({ a: { b: ['x', 'z'] }, c: 1 })
  expect(read('a: "x\ny"\nb: \'p\nq\'\n')).toEqual({ a: 'x y', b: 'p q' })
  expect(read('a: {b: 1,\tc: [\t2]}\nd: "x\n\ty"\n')).toEqual({ a: { b: 1, c: [2] }, d: 'x y' })
  expect(read('a: "x"# note\nb: [1]# note\n')).toEqual({ a: 'x', b: [1] })
  const text = 'a: {\nb: [\n1,\n22\n]\n}\nlast: "q\nr"\n'
  expect(at(text, ['a', 'b', 1])).toEqual({ line: 4, column: 1, text: '22' })
  expect(at(text, ['last'])).toEqual({ line: 7, column: 7, text: '"q\nr"' })
})

test('a block scalar may begin in the column of its key, as in go-yaml', () => {
  expect(read('data:\n  m:\n  |\n    a b\n    c\n  x: 1\n')).toEqual({ data: { m: 'a b\nc\n', x: 1 } })
  expect(read('m: # note\n\n|\n a\nx: 1\n')).toEqual({ m: 'a\n', x: 1 })
  expect(read('- a:\n  >-\n    x\n    y\n')).toEqual([{ a: 'x y' }])
  for (const broken of ['a:\n  b:\n|\n  x\n', 'a: b\n|\n x\n', 'a:\n"x"\n', 'a:\n{b: 1}\n']) expect(read(broken), broken).toBeUndefined()
  expect(at('a:\n|\n x\nb: 1\n', ['b'])).toEqual({ line: 4, column: 4, text: '1' })
})

describe('places', () => {
  test('a scalar, a quoted scalar and a key know their line and column', () => {
    const text = 'cluster:\n  storage:\n    size: "10Gi" # big\n  instances: 3\n'
    expect(at(text, ['cluster', 'storage', 'size'])).toEqual({ line: 3, column: 11, text: '"10Gi"' })
    expect(at(text, ['cluster', 'instances'])).toEqual({ line: 4, column: 14, text: '3' })
    const storage = valueAt(parse(text).documents[0], ['cluster', 'storage']) as Value
    expect(storage.origin.key).toEqual({ start: 11, end: 18 })
  })
  test('columns count UTF-16 units, a byte order mark none, and CRLF is one line break', () => {
    expect(at('\ufeffa: 1\r\n"é😀": x\r\n', ['a'])).toEqual({ line: 1, column: 4, text: '1' })
    expect(at('\ufeffa: 1\r\n"é😀": x\r\n', ['é😀'])).toEqual({ line: 2, column: 8, text: 'x' })
  })
  test('a flow map ends at its brace', () => {
    expect(at('a: {b: 1, c: {d: 2} }\n', ['a']).text).toBe('{b: 1, c: {d: 2} }')
  })
  test('the text at every scalar of a random tree reads back to that scalar', () => {
    const key = fc.constantFrom('alpha', 'beta', 'gamma', 'delta')
    const tree = fc.dictionary(
      key,
      fc.oneof(fc.integer(), fc.boolean(), fc.dictionary(key, fc.double({ noNaN: true, noDefaultInfinity: true }))),
    )
    fc.assert(
      fc.property(tree, (plain) => {
        const text = JSON.stringify(plain, null, 2)
        const visit = (value: Value): void => {
          if (value.kind === 'map') for (const entry of value.entries.values()) visit(entry)
          if (value.kind === 'scalar')
            expect(resolveScalar(text.slice(value.origin.value.start, value.origin.value.end))).toEqual(value.value === 0 ? 0 : value.value)
        }
        visit(parse(text).documents[0] as Value)
      }),
      { seed: 3 },
    )
  })
})

describe('mistakes', () => {
  const problem = (text: string) =>
    parse(text).problems.map(({ rule, fatal, message, span }) => ({ rule, fatal, message: textOf(message), at: span.start }))
  test('a tab in the indentation is named at the tab', () => {
    expect(problem('a:\n\tb: 1\n')).toEqual([
      { rule: 'yaml/syntax', fatal: true, message: 'indentation holds a tab, but YAML allows spaces only', at: 3 },
    ])
  })
  test('a duplicate key is reported at its second place, and the last one wins', () => {
    expect(problem('a: 1\nb: 2\na: 3\n')).toMatchObject([{ rule: 'yaml/duplicate-key', fatal: false, at: 10 }])
    expect(read('a: 1\na: 3\n')).toEqual({ a: 3 })
  })
  test.each([
    ['own keys below a merge key override it', 'a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  p: 9\n', { p: 9, q: 2 }, []],
    ['a merge key below an own key wins', 'a: &x {p: 1, q: 2}\nb:\n  p: 9\n  <<: *x\n', { p: 1, q: 2 }, ['yaml/merge-key']],
    ['an equal value is not a loss', 'a: &x {p: {u: 1}}\nb:\n  p: {u: 1}\n  <<: *x\n', { p: { u: 1 } }, []],
    ['a map is replaced whole', 'a: &x {p: {u: 1}}\nb:\n  p: {v: 1}\n  <<: *x\n', { p: { u: 1 } }, ['yaml/merge-key']],
    ['a null is a value', 'a: &x {p: 1}\nb:\n  p:\n  <<: *x\n', { p: 1 }, ['yaml/merge-key']],
    ['a merged null is one too', 'a: &x {p: null}\nb:\n  p: 1\n  <<: *x\n', { p: null }, ['yaml/merge-key']],
    ['the first of a list wins', 'a: &x {p: 1}\nc: &y {p: 3, r: 4}\nb:\n  <<: [*x, *y]\n', { p: 1, r: 4 }, []],
    ['the last of two merge keys wins', 'a: &x {p: 1}\nc: &y {p: 3}\nb:\n  <<: *x\n  <<: *y\n', { p: 3 }, ['yaml/merge-key']],
    ['two merge keys that agree', 'a: &x {p: 1}\nc: &y {p: 1, q: 2}\nb:\n  <<: *x\n  <<: *y\n', { p: 1, q: 2 }, []],
    ['two merge keys above an own key', 'a: &x {p: 1}\nc: &y {p: 3}\nb:\n  <<: *x\n  <<: *y\n  p: 4\n', { p: 4 }, []],
    ['a merge key inside of what is merged', 'a: &x {p: 1}\nc: &y\n  <<: *x\n  p: 3\nb:\n  <<: *y\n', { p: 3 }, []],
    ['a quoted merge key is text', 'a: &x {p: 1}\nb:\n  p: 9\n  "<<": *x\n', { p: 9, '<<': { p: 1 } }, []],
    ['a tagged one is a merge key', 'a: &x {p: 1}\nb:\n  p: 9\n  !!merge "<<": *x\n', { p: 1 }, ['yaml/merge-key']],
    ['an inline map merges too', 'b:\n  p: 9\n  <<: {p: 1}\n', { p: 1 }, ['yaml/merge-key']],
    ['an empty list merges nothing', 'b:\n  <<: []\n  p: 3\n', { p: 3 }, []],
    ['a key twice around a merge key', 'a: &x {p: 1}\nb:\n  p: 9\n  <<: *x\n  p: 7\n', { p: 7 }, ['yaml/duplicate-key']],
  ])('%s', (_, text, value, rules) => {
    // the values are those of go-yaml v2.4.4 through sigs.k8s.io/yaml 1.6.0
    const { documents, problems } = parse(text)
    expect(toPlain(documents[0] as Value)).toMatchObject({ b: value })
    expect(Object.keys((toPlain(documents[0] as Value) as { b: object }).b).sort()).toEqual(Object.keys(value).sort())
    expect(problems.map(({ rule }) => rule)).toEqual(rules)
  })
  test.each(['a: &x\nb:\n  <<: *x\n', 'b:\n  <<:\n', 'a: &x {p: 1}\nb:\n  <<: [[*x]]\n', 'b:\n  <<: 1\n'])(
    'go-yaml merges maps only: %j',
    (text) => {
      expect(parse(text).problems).toMatchObject([{ rule: 'yaml/syntax', fatal: true }])
    },
  )
  test('unquoted template braces are named for what they are', () => {
    expect(problem('a: {{ .Values.x }}\n')[0]?.message).toContain('a map is used as a key')
  })
  test.each([
    [
      'a bomb of aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
        .split('')
        .map((key, index) => `${key}: &${key} [${Array(9).fill(`*${'abcdefghi'[index]}`).join(',')}]`)
        .join('\n')}\n`,
    ],
    ['10,000 levels', `a: ${'['.repeat(10_000)}${']'.repeat(10_000)}\n`],
    ['a control character', 'a: x\u0001\n'],
    ['an anchor that contains itself', 'a: &x {b: *x}\n'],
  ])('%s is one problem, not an exception', (_, text) => {
    expect(parse(text).problems.filter((found) => found.fatal)).toHaveLength(1)
  })
  test('keys of Object.prototype are ordinary keys', () => {
    expect(Object.keys(read('__proto__: 1\nconstructor: 2\ntoString: 3\n') as object)).toEqual(['__proto__', 'constructor', 'toString'])
  })
})

test('numbers print as in a Go template', () => {
  const cases: [number, string][] = [
    [1, '1'],
    [100000, '100000'],
    [999999, '999999'],
    [1000000, '1e+06'],
    [1234567, '1.234567e+06'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [16.1, '16.1'],
    [-2.5, '-2.5'],
    [1e21, '1e+21'],
  ]
  for (const [number, text] of cases) expect(formatGoFloat(number)).toBe(text)
})

test('a block scalar gets the last line break only from a reader that adds one', () => {
  const first = (text: string) => toPlain(parseFirstDocument({ path: 'values.yaml', text }, 'service').documents[0] as Value)
  expect(read('d: |\n  x\n  y')).toEqual({ d: 'x\ny\n' })
  expect(read('d: |+\n  x\n  ')).toEqual({ d: 'x\n\n' })
  expect(first('d: |\n  x\n  y')).toEqual({ d: 'x\ny' })
  expect(first('d: >\n  x\n  y')).toEqual({ d: 'x y' })
  expect(first('d: |2\n   x\n  y')).toEqual({ d: ' x\ny' })
  expect(first('d: |+\n  x\n  ')).toEqual({ d: 'x\n' })
  expect(first('d: |\n  x\n  ')).toEqual({ d: 'x\n' })
  expect(first('d:\n- |\n x')).toEqual({ d: ['x'] })
})

test.each(['...', '# c\n...\n', '...\na: 1'])('%j ends a document that has not begun', (text) => {
  expect(read(text)).toBeUndefined()
  expect(parseFirstDocument({ path: 'values.yaml', text }, 'service').problems).toHaveLength(1)
})

test.each(['s: |+\n  x\n\nk: [1,\n', 's: >\n  a\nk: [1,\n...\n', 's: |\n  x\nk: "open\n'])('%j is never closed', (text) => {
  expect(read(text)).toBeUndefined()
})
