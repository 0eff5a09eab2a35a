// Is the table of chart keys what the templates and values of the releases say?
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { deriveChartKeys } from '../../scripts/derive/chart-keys.ts'

test('a key has the first and the last release that has it, and what all have is left out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cnpg-values-keys-'))
  const put = (version: string, values: string, template: string): void => {
    const chart = join(folder, `cluster-${version}`)
    mkdirSync(join(chart, 'templates'), { recursive: true })
    writeFileSync(join(chart, 'Chart.yaml'), `apiVersion: v2\nname: cluster\nversion: ${version}\n`)
    writeFileSync(join(chart, 'values.yaml'), values)
    writeFileSync(join(chart, 'templates/all.yaml'), template)
  }
  put('0.9.0', 'a:\n  b: 1\nold: 1\n', '{{ .Values.a.b }}{{ range .Values.items }}{{ .name }}{{ end }}{{ .Values.whole.x }}')
  put(
    '0.10.0',
    'a:\n  b: 1\n  c: 2\nold: 1\n',
    '{{ .Values.a.b }}{{ range .Values.items }}{{ .name }}{{ .owner }}{{ end }}{{ toYaml .Values.whole }}',
  )
  put(
    '0.11.0',
    'a:\n  b: 1\n  c: 2\nnew: { d: 1 }\n',
    '{{ .Values.a.b }}{{ range .Values.items }}{{ .name }}{{ .owner }}{{ end }}{{ .Values.whole.x }}{{ .Values.hidden.e }}',
  )
  const table = deriveChartKeys(folder)
  rmSync(folder, { recursive: true })
  expect(table).toContain("newestChart = '0.11.0'")
  expect(table.match(/^ {2}\[.*$/gm)).toEqual([
    "  ['a.c', ['0.10.0', '0.11.0']],",
    "  ['hidden', ['0.11.0', '0.11.0']],",
    "  ['items.*.owner', ['0.10.0', '0.11.0']],",
    "  ['new', ['0.11.0', '0.11.0']],",
    "  ['old', ['0.9.0', '0.10.0']],",
  ])
})
