// Is the table of chart keys what the values files of the releases say?
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { deriveChartKeys } from '../../scripts/derive/chart-keys.ts'

test('a key has the first and the last release that has it, and what all have is left out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cnpg-values-keys-'))
  const put = (version: string, text: string): void => {
    mkdirSync(join(folder, `cluster-${version}`))
    writeFileSync(join(folder, `cluster-${version}/values.yaml`), text)
  }
  put('0.9.0', 'a:\n  b: 1\nold: 1\n')
  put('0.10.0', 'a:\n  b: 1\n  c: 2\nold: 1\n')
  put('0.11.0', 'a:\n  b: 1\n  c: 2\nnew: {}\n')
  const table = deriveChartKeys(folder)
  rmSync(folder, { recursive: true })
  expect(table).toContain("newestChart = '0.11.0'")
  expect(table.match(/^ {2}\[.*$/gm)).toEqual([
    "  ['a.c', ['0.10.0', '0.11.0']],",
    "  ['new', ['0.11.0', '0.11.0']],",
    "  ['old', ['0.9.0', '0.10.0']],",
  ])
})
