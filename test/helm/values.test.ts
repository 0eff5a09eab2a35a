// Which values does each chart of a tree see, where Helm shares maps between them?
import { expect, test } from 'vitest'
import { renderChart } from '../../scripts/library.ts'

const chart = (name: string, more = ''): string => `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n${more}`

/** What Helm 4.2.1 makes of the `.Values.global` of a parent, a child and a second child. */
function globals(layers: readonly string[]): string[] {
  const files = {
    'Chart.yaml': chart('probe', 'dependencies:\n- {name: one, version: 1.0.0}\n- {name: two, version: 1.0.0}\n'),
    'values.yaml': 'global:\n  db:\n    auth:\n      user: u\n      none: null\n    top: t\n',
    'charts/one/Chart.yaml': chart('one'),
    'charts/one/values.yaml': 'global:\n  flat: f\n  db:\n    auth:\n      extra: e\n    other: o\n',
    'charts/two/Chart.yaml': chart('two'),
    'charts/two/values.yaml': 'global:\n  db:\n    auth:\n      more: m\n      user: x\n',
    'templates/a.yaml': `seen:\n${['', '.one', '.two'].map((path) => `- '{{ toJson .Values${path}.global }}'\n`).join('')}`,
  }
  const bytes = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)]))
  const got = renderChart({ files: bytes, release: 'rel', namespace: 'ns', layers })
  return got.ok ? (got.objects[0] as { seen: string[] }).seen : [got.detail]
}

test('a parent sees what its subcharts add to maps deep inside the globals', () => {
  expect(globals([])).toEqual([
    '{"db":{"auth":{"extra":"e","more":"m","user":"u"},"top":"t"}}',
    '{"db":{"auth":{"extra":"e","more":"m","user":"u"},"other":"o","top":"t"},"flat":"f"}',
    '{"db":{"auth":{"extra":"e","more":"m","user":"u"},"top":"t"}}',
  ])
})

test('a null of the globals comes back through a subchart that a layer sets', () => {
  expect(globals(['one:\n  x: 1\n'])[0]).toBe('{"db":{"auth":{"extra":"e","more":"m","none":null,"user":"u"},"top":"t"}}')
})

test('what one schema says about one value is one failure', () => {
  const list = { type: 'array', items: { type: 'object' } }
  const schema = { type: 'object', properties: { l: list, e: { enum: ['a'], pattern: '^b' }, t: { type: ['string', 'null'] } } }
  const files = { 'Chart.yaml': chart('probe'), 'values.yaml': 'l: [1, x]\ne: c\nt: 1\n', 'values.schema.json': JSON.stringify(schema) }
  const bytes = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)]))
  const got = renderChart({ files: bytes, release: 'rel', namespace: 'ns', layers: [] })
  expect(got.ok ? [] : got.detail.split('\n').slice(2)).toEqual([
    "- at '/l': validation failed",
    "  - at '/l/0': got number, want object",
    "  - at '/l/1': got string, want object",
    "- at '/e': value must be 'a'",
    "- at '/t': got number, want null or string",
  ])
})
