// Can text that others wrote steer a terminal, a log, or the runner of a job?
import { afterEach, beforeEach, expect, test } from 'vitest'
import { markdownText } from '../../scripts/emit/formats/markdown.ts'
import { guarded, visible } from '../../scripts/values/untrusted.ts'
import { openRepository } from '../support/terminal.ts'

const nasty = [
  'a\n::error::x',
  '\r::stop-commands::x',
  '\u001b[31mred',
  '\u009b31m',
  '\u202eabc',
  'a\u200bb',
  '\u2028::error::x',
  '##[error]x',
  '##vso[task.x]',
  '##teamcity[x]',
]
// eslint-disable-next-line no-control-regex
const steering =
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]|^\s*::(?!(?:error|warning|notice) (?:file|title)=)|##(?:\[|vso|teamcity)/m

let repository: ReturnType<typeof openRepository>
beforeEach(() => (repository = openRepository()))
afterEach(() => repository.remove())

test.each(nasty)(
  '%j',
  async (text) => {
    expect(visible(text)).not.toMatch(steering)
    expect(visible(text)).not.toContain('\n')
    expect(guarded(`x ${text}`, { color: true })).not.toMatch(/\u009b|\u202e|^\s*::|##\[/m)
    expect(JSON.parse(guarded(JSON.stringify([text]), { color: false }))).toEqual([text])
    repository.put('base.json', JSON.stringify({ version: 1, problems: [{ rule: text, file: text, message: text }] }))
    repository.put(
      'databases/orders/values.yaml',
      `cluster:\n  storage:\n    size: 10Gi\n  ${JSON.stringify(text)}: 1\n  instances: ${JSON.stringify(text)}\n`,
    )
    const commands = [
      ...['pretty', 'json', 'github', 'gitlab', 'junit', 'sarif'].map((format) => ['check', '--format', format]),
      ['check', '--baseline', 'base.json', '--format', 'github'],
      ['check', text],
      ['check', '--base', text],
      ['check', '--format', text],
      ['explain', 'orders/dev', text],
      ['admit', text],
      [text],
      ['report', '--out', '-'],
    ]
    for (const argv of commands) {
      const { code, stdout, stderr } = await repository.run(...argv)
      expect(code, stderr).not.toBe(3)
      expect(`${stdout}\n${stderr}`, argv.join(' ')).not.toMatch(steering)
    }
  },
  60_000,
)

test('Markdown makes no mention, link or image of it', () => {
  expect(markdownText('@me #1 <b> ![x](https://y) `z`|')).toBe(
    '@<!-- -->me #<!-- -->1 &lt;b&gt; &#33;&#91;x&#93;(https:<!-- -->//y) &#96;z&#96;&#124;',
  )
})
