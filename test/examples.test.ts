// Do the examples of rules about whole repositories say what they are there for?
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { ruleGroups } from '../scripts/rules/registry.ts'
import { main } from '../scripts/cli/cli.ts'

type Files = Readonly<Record<string, string | null>>
interface Example {
  readonly before?: Files
  readonly bad: Files
  readonly good: Files
}
type Tree = { readonly [key: string]: Tree | string }

const base = fileURLToPath(new URL('projects/base', import.meta.url))
const examples = parse(readFileSync(new URL('examples.yaml', import.meta.url), 'utf8')) as Record<string, Example>
const temporary = mkdtempSync(join(tmpdir(), 'cnpg-values-examples-'))
afterAll(() => rmSync(temporary, { recursive: true }))

function lay(root: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    const target = join(root, path)
    mkdirSync(dirname(target), { recursive: true })
    if (text === null) rmSync(target, { force: true })
    else if (path === 'apps/values.yaml')
      writeFileSync(target, stringify(merge(parse(readFileSync(target, 'utf8')) as Tree, parse(text) as Tree)))
    else writeFileSync(target, text)
  }
}

function merge(below: Tree, above: Tree): Tree {
  const merged: Record<string, Tree | string> = { ...below }
  for (const [key, value] of Object.entries(above)) {
    const old = below[key]
    merged[key] = typeof value === 'object' && typeof old === 'object' ? merge(old, value) : value
  }
  return merged
}

const git = (root: string, ...args: string[]) =>
  execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false', ...args], {
    stdio: 'pipe',
  })

interface Told {
  readonly rule: string
  readonly severity: string
  readonly message: string
}

async function check(name: string, files: Files, before: Files | undefined): Promise<readonly Told[]> {
  const root = join(temporary, name)
  cpSync(base, root, { recursive: true })
  if (before !== undefined) {
    lay(root, before)
    // what nobody rendered was never deployed, and can be changed at will
    await main(['render'], { cwd: root, color: false, stdout: () => {}, stderr: () => {} })
    git(root, 'init', '--quiet')
    git(root, 'add', '--all')
    git(root, 'commit', '--quiet', '--message', 'before')
  }
  lay(root, files)
  let stdout = ''
  const terminal = { cwd: root, color: false, stdout: (text: string) => (stdout += text), stderr: () => {} }
  await main(['check', '--format', 'json', ...(before === undefined ? [] : ['--base', 'HEAD'])], terminal)
  return (JSON.parse(stdout) as { diagnostics: Told[] }).diagnostics
}

const said: string[] = []
const severities = new Map(ruleGroups().flatMap(({ rules }) => rules.map(({ id, severity }) => [id, severity] as const)))

test.each(Object.entries(examples))('%s', async (id, { before, bad, good }) => {
  const name = id.replace('/', '-')
  const told = (await check(`${name}-bad`, bad, before)).filter(({ rule }) => rule === id)
  expect(told.length, 'the bad one is blamed').toBeGreaterThan(0)
  expect([...new Set(told.map(({ severity }) => severity))], 'as severe as its rule').toEqual([severities.get(id)])
  said.push(`${id}: ${told[0]?.message}`)
  const left = await check(`${name}-good`, good, before)
  expect(
    left.filter(({ rule, severity }) => rule === id || (severity === 'error' && !rule.startsWith('emit/'))),
    'the good one is clean',
  ).toEqual([])
})

test('what is said to the bad ones stands in examples.out', async () => {
  await expect(`${said.join('\n')}\n`).toMatchFileSnapshot('examples.out')
})
