// Does a broken text get go-yaml's words, line included?
import { expect, test } from 'vitest'
import { goYamlMistake } from '../../scripts/yaml/go-grammar.ts'

test.each([
  ['a: b: c\n', 'mapping values are not allowed in this context'],
  ['x: 1\na: b: c\n', 'line 2: mapping values are not allowed in this context'],
  ['a: 1\n  b: 2\n', 'line 2: mapping values are not allowed in this context'],
  ['a:\n  b: 1\n c: 2\n', 'line 2: did not find expected key'],
  ['a: 1\nb\nc: 2\n', "line 3: could not find expected ':'"],
  ['a: [1, 2\nb: 3\n', "line 1: did not find expected ',' or ']'"],
  ['a: {b: 1\n', "line 1: did not find expected ',' or '}'"],
  ['a: [\n', 'line 1: did not find expected node content'],
  ["a: 'x\n", 'line 2: found unexpected end of stream'],
  ['a: "\\q"\n', 'found unknown escape character'],
  ['a: @x\n', 'found character that cannot start any token'],
  ['a:\n\tb: 1\n', 'line 2: found character that cannot start any token'],
  ['a: x\n\ty\n', 'line 2: found a tab character that violates indentation'],
  ['a: 1\n- b\n', 'line 1: did not find expected key'],
  ['- a\nb: 1\n', "line 1: did not find expected '-' indicator"],
  ['a: - b\n', 'block sequence entries are not allowed in this context'],
  ['a: |x\n  b\n', 'did not find expected comment or line break'],
  ['a: *x\n', "unknown anchor 'x' referenced"],
  ['a: *\n', 'did not find expected alphabetic or numeric character'],
  ['%YAML 1.1\na: 1\n', 'line 1: did not find expected <document start>'],
  ['a: \u0001\n', 'control characters are not allowed'],
])('%j', (text, words) => {
  expect(goYamlMistake(text)).toBe(words)
})

test.each([
  'a: 1\n',
  'a:\n- b\n- c: 1\n  d: 2\n',
  'a: [1, {b: 2}, [c]]\n',
  '? a\n: b\n',
  'a: &x {b: 1}\nc: *x\n',
  'a: |\n  text\n\n  more\nb: >-\n  x\n',
  "a: 'it''s'\nb: \"\\u00e9 \\\n  x\"\n",
  'a: x\n  y\n  z\n# comment\nb:\n',
  '---\na: 1\n---\nb: [\n',
  'a: !!str 1\nb: ! x\n',
  '',
])('%j has no mistake', (text) => {
  expect(goYamlMistake(text)).toBeUndefined()
})
