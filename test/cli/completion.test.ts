// Do shells complete what the command line takes, and does `rules` show every rule?
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { commands, main } from '../../scripts/cli/cli.ts'
import { openRepository } from '../support/terminal.ts'

const repository = openRepository()
afterAll(() => repository.remove())

describe('completion', () => {
  test.each(['bash', 'zsh', 'fish'])('%s knows every command and option', async (shell) => {
    const { code, stdout } = await repository.run('completion', shell)
    expect(code).toBe(0)
    for (const { name, options } of commands) {
      expect(stdout).toContain(name.split(' ')[0])
      for (const option of Object.keys(options)) expect(stdout).toMatch(new RegExp(`(?:--|-l )${option}\\b`))
    }
    expect(stdout).toContain('completion databases')
  })
  describe('in bash', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cnpg-values-bash-'))
    for (const name of ['READ ME.md', 'README.md']) writeFileSync(join(folder, name), '')
    mkdirSync(join(folder, 'docs'))
    afterAll(() => rmSync(folder, { recursive: true }))
    const git = (...argv: string[]) => execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...argv])
    git('init', '-q', '-b', 'main')
    git('commit', '-q', '--allow-empty', '-m', 'x')
    for (const name of ['mine', 'ma$(touch${IFS}pwned)']) git('branch', name)
    git('tag', 'v1')

    const complete = async (...words: string[]) => {
      const { stdout: script } = await repository.run('completion', 'bash')
      const program =
        "cnpg-values() { case $2 in databases) printf 'orders/dev\\norders/prd\\n' ;; rules) printf 'storage/data-size-set\\nyaml/syntax\\n' ;; esac; }"
      const quoted = ['cnpg-values', ...words].map((word) => `'${word}'`).join(' ')
      const setup = `${program}\nCOMP_WORDS=(${quoted})\nCOMP_CWORD=${words.length}\n_cnpg_values\nprintf '%s\\n' "\${COMPREPLY[@]}"\n`
      return execFileSync('bash', ['--norc'], { input: `${script}\n${setup}`, encoding: 'utf8', cwd: folder })
        .trim()
        .split('\n')
        .sort()
    }
    test.each([
      [['exp'], ['explain']],
      [['explain', 'orders/p'], ['orders/prd']],
      [
        ['upgrade', 'orders/'],
        ['orders/dev', 'orders/prd'],
      ],
      [['check', '--sta'], ['--staged']],
      [['explain', '--format', 'j'], ['json']],
      [['explain', '--format', '=', 'j'], ['json']],
      [['completion', 'z'], ['zsh']],
      [['rules', 'st'], ['storage/data-size-set']],
      [
        ['admit', 'READ'],
        ['READ ME.md', 'README.md'],
      ],
      [['admit', '--bef'], ['--before']],
      [['admit', '--before', 'READM'], ['README.md']],
      [['check', '--live', 'READM'], ['README.md']],
      [['check', '--baseline', '=', 'READM'], ['README.md']],
      [
        ['check', '--base', ''],
        ['main', 'mine', 'v1'],
      ],
      [['plan', '--base', 'v'], ['v1']],
      [['upgrade', '--operator', ''], ['']],
      [['render', '--root', 'd'], ['docs']],
      [['charts', 'p'], ['pull']],
      [['charts', 'pull', '--to', 'd'], ['docs']],
      [['connect', 'orders/prd', '--flyway', 'doc'], ['docs']],
      [['connect', 'orders/prd', 'doc'], ['']],
    ])('%j is completed as %j', async (words, answers) => {
      expect(await complete(...words)).toEqual(answers)
    })
    test('a name of a branch runs nothing', async () => {
      await complete('check', '--base', 'ma')
      expect(readdirSync(folder)).not.toContain('pwned')
    })
  })
  test.each([
    ['zsh', "'*:database:_cnpg_values_databases'", "'1:rule:_cnpg_values_rules'", ':base:_cnpg_values_refs', ':live:_files'],
    [
      'fish',
      "upgrade' -f -a '(__cnpg_values_databases)'",
      "rules' -f -a '(__cnpg_values_rules)'",
      "-x -a '(__cnpg_values_refs)'",
      '-l live -r -F',
    ],
  ])('%s knows what goes where', async (shell, ...parts) => {
    const { stdout } = await repository.run('completion', shell)
    for (const part of parts) expect(stdout).toContain(part)
  })
  test('rules are listed, an id a line', async () => {
    const { code, stdout } = await repository.run('completion', 'rules')
    expect(code).toBe(0)
    expect(stdout.split('\n')).toContain('storage/data-size-set')
  })
  test('databases are listed, and outside a repository nothing is', async () => {
    expect(await repository.run('completion', 'databases')).toEqual({ code: 0, stdout: 'orders/dev\norders/prd\n', stderr: '' })
    let seen = ''
    const empty = mkdtempSync(join(tmpdir(), 'cnpg-values-empty-'))
    const code = await main(['completion', 'databases'], {
      cwd: empty,
      color: false,
      stdout: (text) => (seen += text),
      stderr: (text) => (seen += text),
    })
    rmSync(empty, { recursive: true })
    expect({ code, seen }).toEqual({ code: 0, seen: '' })
  })
  test.each([
    [['completion'], 'the shell is not named'],
    [['completion', 'bsh'], 'did you mean `bash`?'],
  ])('%j is wrong usage', async (argv, part) => {
    const { code, stderr } = await repository.run(...argv)
    expect(code).toBe(2)
    expect(stderr).toContain(part)
  })
})

describe('rules', () => {
  test('are listed once each, with severity and summary', async () => {
    const { code, stdout } = await repository.run('rules')
    expect(code).toBe(0)
    const ids = [...stdout.matchAll(/^ {2}([\w-]+\/[\w-]+) +(?:error|warning|info) +\S/gm)].map((match) => match[1])
    expect(ids.length).toBeGreaterThan(200)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ['storage/data-size-set', 'values/known-keys', 'cel/expression', 'emit/stale']) expect(ids).toContain(id)
  })
  test('one is shown with a bad and a good example', async () => {
    const { stdout } = await repository.run('rules', 'storage/data-size-readable')
    expect(stdout).toMatch(/bad\n[\s\S]*10GB[\s\S]*must be a quantity[\s\S]*good\n[\s\S]*10Gi/)
    expect(stdout).toContain('validateStorageSize')
  })
  test('every rule has a bad and a good example, or names what it looks at', async () => {
    const { rules } = JSON.parse((await repository.run('rules', '--format', 'json')).stdout) as {
      rules: { id: string; example?: { bad: string; good: string; says: string }; looksAt?: string }[]
    }
    expect(rules.filter(({ example, looksAt }) => example === undefined && looksAt === undefined).map(({ id }) => id)).toEqual([])
    expect(rules.filter(({ example }) => example === undefined).length).toBeLessThan(130)
    expect(rules.filter(({ example }) => example !== undefined && (example.says === '' || example.good.includes('<- here')))).toEqual([])
    expect((await repository.run('rules', 'emit/stale')).stdout).toContain('looks at the files that `render` writes')
  })
  test.each([
    ['storage/data-size-set', 'the API server would refuse it anyway'],
    ['chart/needs-value', 'Helm would refuse it anyway'],
    ['values/known-keys', 'only warnings can be'],
    ['schema/unknown-field', 'only warnings can be'],
    ['emit/stale', 'only warnings can be'],
  ])('%s cannot be allowed: %s', async (id, reason) => {
    expect((await repository.run('rules', id)).stdout).toContain(`cannot be allowed: ${reason}\n`)
  })
  test('every id that a stage reports is in the list', async () => {
    const { stdout } = await repository.run('rules')
    const folder = new URL('../../scripts/', import.meta.url)
    const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(new URL(path.replaceAll('\\', '/'), folder), 'utf8'))
    const reported = texts.flatMap((text) => [...text.matchAll(/\b(?:rule|id): '([a-z-]+\/[a-z-]+)'/g)].map((match) => match[1] as string))
    expect([...new Set(reported)].filter((id) => !stdout.includes(`  ${id} `))).toEqual([])
  })
  test('an area is a shorter list', async () => {
    const { code, stdout } = await repository.run('rules', 'storage')
    expect(code).toBe(0)
    expect(stdout).not.toContain('pooler/')
  })
  test('an unknown id is wrong usage', async () => {
    const { code, stderr } = await repository.run('rules', 'storage/data-size-sett')
    expect(code).toBe(2)
    expect(stderr).toContain('did you mean `storage/data-size-set`?')
  })
})
