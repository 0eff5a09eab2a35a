// What does the command line say to whole repositories, one mistake each?
// A project is `test/projects/base` with the project's own files laid over it; `expected.out` is what a person sees.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { main } from '../scripts/cli/cli.ts'

const folder = fileURLToPath(new URL('projects/', import.meta.url))
const temporary = mkdtempSync(join(tmpdir(), 'cnpg-values-projects-'))
afterAll(() => rmSync(temporary, { recursive: true }))

async function run(cwd: string, ...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = ''
  let stderr = ''
  const code = await main(argv, { cwd, color: false, stdout: (text) => (stdout += text), stderr: (text) => (stderr += text) })
  return { code, stdout, stderr }
}

const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'base')
  .map((entry) => entry.name)

test.each(names)('%s', async (name) => {
  const root = join(temporary, name)
  cpSync(join(folder, 'base'), root, { recursive: true })
  cpSync(join(folder, name), root, { recursive: true, filter: (source) => !source.endsWith('expected.out') })
  const rendered = await run(root, 'render')
  if (rendered.code !== 0) {
    expect(existsSync(join(root, 'helm-values/data/rendered')), 'nothing is written when there is an error').toBe(false)
    expect(existsSync(join(root, 'apps/templates'))).toBe(false)
  }
  const checked = await run(root, 'check')
  const seen = `exit ${checked.code}\n${checked.stdout}${checked.stderr}`
  const expected = join(folder, name, 'expected.out')
  if (process.env['UPDATE'] === '1') writeFileSync(expected, seen)
  expect(seen).toBe(readFileSync(expected, 'utf8'))
  expect(rendered.code).toBe(checked.code)
  const parts = checked.stdout.match(/: (?:error|warning|info): /g) ?? []
  const json = JSON.parse((await run(root, 'check', '--format', 'json')).stdout) as { diagnostics: unknown[] }
  expect(json.diagnostics).toHaveLength(parts.length)
})
