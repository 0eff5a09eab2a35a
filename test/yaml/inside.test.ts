// Is the place of a value known that stands in a text inside a file, whatever the style of the scalar?
import { describe, expect, test } from 'vitest'
import { valueAt } from '../../scripts/values/value.ts'
import type { Path, Span } from '../../scripts/values/value.ts'
import { inside, parseInside } from '../../scripts/yaml/inside.ts'
import { parseYaml } from '../../scripts/yaml/parse.ts'

function read(text: string, path: Path): { key: string; value: string } {
  const file = { path: 'app.yaml', text }
  const scalar = valueAt(parseYaml(file, 'service').documents[0], ['values'])
  if (scalar?.kind !== 'scalar' || typeof scalar.value !== 'string') throw new Error('values is no text')
  const offset = inside(text, scalar.origin.value, scalar.value)
  if (offset === undefined) throw new Error('the text is not followed')
  const spotOf = ({ start, end }: Span) => ({ file, span: { start: offset(start), end: offset(end - 1) + 1 } })
  const node = valueAt(parseInside(scalar.value, { file, layer: 'inline', spotOf }).root, path)
  const { key, value } = node?.origin ?? {}
  return { key: key ? text.slice(key.start, key.end) : '', value: value ? text.slice(value.start, value.end) : '' }
}

describe('a value in a scalar that is', () => {
  test.each([
    ['literal', 'values: |\n  cluster:\n    # why\n    instances: 3\nother: 1\n'],
    ['literal with a blank line first', 'values: |\n\n  cluster:\n    instances: 3\n'],
    ['literal and indented as it says', 'values: |2\n   cluster:\n     instances: 3\n'],
    ['literal without its last break', 'values: |-\n      cluster:\n        instances: 3'],
    ['folded', 'values: >\n  cluster:\n\n    instances: 3\n'],
    ['in double quotes', 'values: "cluster:\\n  instances: 3\\n"\n'],
    ['in double quotes with other escapes', 'values: "a: \\u00e9\\x41\\ncluster:\\n  instances: 3"\n'],
    ['in double quotes over two lines', 'values: "{cluster:\n  {instances: 3}}"\n'],
    ['in single quotes', "values: '{a: ''x'', cluster: {instances: 3}}'\n"],
    ['with Windows line ends', 'values: |\r\n  cluster:\r\n    instances: 3\r\n'],
  ])('%s', (_, text) => {
    expect(read(text, ['cluster', 'instances'])).toEqual({ key: 'instances', value: '3' })
  })
})

test('a text that is not in the file is not followed', () => {
  expect(inside('values: abc\n', { start: 8, end: 11 }, 'abd')).toBeUndefined()
  expect(inside('values: abc', { start: 8, end: 11 }, 'abcd')).toBeUndefined()
})
