// Do warnings fail a strict check, and only that?
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { main } from '../../scripts/cli/cli.ts'

const projects = fileURLToPath(new URL('../projects/', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'cnpg-values-strict-'))
afterAll(() => rmSync(root, { recursive: true }))

it('changes the exit code, not what is reported', async () => {
  for (const name of ['base', 'protected-database-without-standby-or-backups']) cpSync(join(projects, name), root, { recursive: true })
  const texts: string[] = []
  const run = (...flags: string[]) => {
    texts.push('')
    const stdout = (text: string): void => void (texts[texts.length - 1] += text)
    return main(flags, { cwd: root, color: false, stdout, stderr: () => {} })
  }
  await run('render')
  expect([await run('check'), await run('check', '--strict')]).toEqual([0, 1])
  expect(texts[1]).toContain('[policy/standby-exists]')
  expect(texts[2]).toBe(texts[1])
})
