// Is what the README shows what the program says?
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { commands, main } from '../scripts/cli/cli.ts'

const repository = fileURLToPath(new URL('..', import.meta.url))
const temporary = mkdtempSync(join(tmpdir(), 'cnpg-values-readme-'))
afterAll(() => rmSync(temporary, { recursive: true }))

/** A console block with the preparation that a comment above it holds. */
interface Example {
  readonly prepare: string | undefined
  readonly command: string
  readonly output: string
}

function examples(file: string): Example[] {
  const text = readFileSync(join(repository, file), 'utf8')
  return [...text.matchAll(/(?:<!-- run: (.*) -->\n)?```console\n\$ (.*)\n([\s\S]*?)```/g)].map((match) => ({
    prepare: match[1],
    command: match[2] as string,
    output: match[3] as string,
  }))
}

const all = examples('README.md')

test.each(all)('$command', async ({ prepare, command, output }) => {
  const root = mkdtempSync(join(temporary, 'copy-'))
  for (const name of ['apps', 'helm-values', 'databases', 'package.json'])
    cpSync(join(repository, name), join(root, name), { recursive: true })
  if (prepare !== undefined) execFileSync('bash', ['-c', prepare], { cwd: root })
  const argv = command
    .replace(/^npm run --silent (\S+)(?: --)?/, '$1')
    .replace(/^node bin\/cnpg-values\.mjs /, '')
    .split(' ')
  let seen = ''
  await main(argv, { cwd: root, color: false, stdout: (text) => (seen += text), stderr: (text) => (seen += text) })
  expect(seen).toBe(output)
})

/** The rows of the table of commands, as the program knows them. */
function commandTable(): string {
  const rows = commands.map(({ name, options, operands = '', does, details }) => {
    const needed = Object.entries(options).flatMap(([flag, option]) =>
      option.type === 'text' && option.isRequired === true ? [`--${flag} ${option.value}`] : [],
    )
    const about = details === undefined ? does : `${does}. ${details}`
    return `| \`${[name, ...needed, operands].join(' ').trim().replaceAll('|', '\\|')}\` | ${about.replaceAll('|', '\\|')} |\n`
  })
  return `| command | does |\n| --- | --- |\n${rows.join('')}`
}

test('the table of commands is the one of the program (UPDATE=1 writes it)', () => {
  const path = join(repository, 'README.md')
  const text = readFileSync(path, 'utf8')
  const marks = ['<!-- commands -->\n', '<!-- /commands -->'] as const
  const [start, end] = [text.indexOf(marks[0]) + marks[0].length, text.indexOf(marks[1])]
  const wanted = `${text.slice(0, start)}\n${commandTable()}\n${text.slice(end)}`
  if (process.env['UPDATE'] === '1' && text !== wanted) writeFileSync(path, wanted)
  else expect(text).toBe(wanted)
})

test('every file and folder that the README links or lists is there', () => {
  expect(all.length).toBeGreaterThan(0)
  const text = readFileSync(join(repository, 'README.md'), 'utf8')
  const links = [...text.matchAll(/\]\(((?!https?:)[^)#]+)\)/g)].map((match) => match[1] as string)
  expect(links.filter((path) => !existsSync(join(repository, path)))).toEqual([])
})

test('every Action is pinned by commit, and every address of ours is the one in package.json', () => {
  const files = execFileSync('git', ['-C', repository, 'ls-files', '*.yml', '*.yaml', '*.md', '*.mjs', 'scripts'], { encoding: 'utf8' })
  const { repository: own, homepage } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
  const address = own.url.replace(/^git\+|\.git$/g, '') as string
  expect(homepage).toBe(`${address}#readme`)
  for (const file of files.split('\n').filter((path) => path !== '' && !path.startsWith('test/') && existsSync(join(repository, path)))) {
    const text = readFileSync(join(repository, file), 'utf8')
    for (const [, action] of text.matchAll(/^\s*-? *uses: (\S+.*)$/gm))
      expect(action, file).toMatch(/^(?:[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|example\/cnpg-values@<commit>)$/)
    for (const [found] of text.matchAll(/https:\/\/github\.com\/[\w-]+\/cnpg-values\b/g)) expect(found, file).toBe(address)
  }
})
