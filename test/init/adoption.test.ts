// Do the commands of docs/adoption.md lead where the page says?
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { main } from '../../scripts/cli/cli.ts'
import { twoRepositories } from './two-repositories.ts'
import type { Said } from './two-repositories.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = readFileSync(join(root, 'docs/adoption.md'), 'utf8')

/** The command lines of the page that are for one kind of repository, in their order. */
function commandsFor(place: string): string[][] {
  const blocks = [...page.matchAll(/<!-- run in: (\w+) -->\n```sh\n([\s\S]*?)```/g)].filter(([, where]) => where === place)
  return blocks.flatMap(([, , text = '']) =>
    text
      .trim()
      .split('\n')
      .map((line) => line.replace(/^cnpg-values /, '').split(' ')),
  )
}

/** Runs them one after the other; each must succeed. */
async function follow(place: string, run: (argv: readonly string[]) => Promise<Pick<Said, 'code' | 'stdout' | 'stderr'>>) {
  const all = commandsFor(place)
  expect(all.length).toBeGreaterThan(2)
  const said: string[] = []
  for (const argv of all) {
    const { code, stdout, stderr } = await run(argv)
    expect({ command: argv.join(' '), code, ...(code !== 0 && { stdout, stderr }) }).toEqual({ command: argv.join(' '), code: 0 })
    said.push(stdout + stderr)
  }
  return said
}

test('validate only: nothing but what init wrote differs', async () => {
  const repositories = twoRepositories()
  const said = await follow('platform', async (argv) => repositories.run(argv))
  expect(said.join('')).toContain('4 databases checked')
  expect(repositories.git('platform', 'status', '--porcelain')).toBe(
    '?? .cnpg-values-baseline.json\n?? .github/\n?? .pre-commit-config.yaml\n?? cnpg-values.yaml\n',
  )
  repositories.remove()
})

test('take over: every database is handed over', async () => {
  const repositories = twoRepositories()
  const protection = /```yaml\n(spec:\n {2}syncPolicy:\n[\s\S]*?)```/.exec(page)?.[1] ?? ''
  repositories.edit('platform/apps/templates/data/postgres.yaml', 'spec:\n', protection)
  repositories.commit()
  const said = await follow('protected', async (argv) => repositories.run(argv))
  expect(said.at(-1)).toContain('4 handed-over (since main)')
  repositories.remove()
})

test('start new: a service is added and clean', async () => {
  const copy = mkdtempSync(join(tmpdir(), 'cnpg-values-start-'))
  for (const name of ['apps', 'helm-values', 'databases', 'package.json']) cpSync(join(root, name), join(copy, name), { recursive: true })
  const said = await follow('new', async (argv) => {
    let [stdout, stderr] = ['', '']
    const code = await main(argv, { cwd: copy, color: false, stdout: (text) => (stdout += text), stderr: (text) => (stderr += text) })
    return { code, stdout, stderr }
  })
  expect(said.at(-1)).toContain('4 databases checked')
  rmSync(copy, { recursive: true })
})
