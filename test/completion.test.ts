// Do shells complete what the command line takes, and does `rules` show every rule?
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { afterAll, describe, expect, test } from 'vitest'
import { commands, main } from '../scripts/cli.ts'
import { openRepository } from './terminal.ts'

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
  test('bash completes commands, options and databases', async () => {
    const { stdout: script } = await repository.run('completion', 'bash')
    const complete = (...words: string[]) => {
      const setup = `cnpg-values() { printf 'orders/dev\\norders/prd\\n'; }\nCOMP_WORDS=(cnpg-values ${words.map((word) => `'${word}'`).join(' ')})\nCOMP_CWORD=${words.length}\n_cnpg_values\nprintf '%s\\n' "\${COMPREPLY[@]}"\n`
      return execFileSync('bash', ['--norc'], { input: `${script}\n${setup}`, encoding: 'utf8' })
        .trim()
        .split('\n')
    }
    expect(complete('exp')).toEqual(['explain'])
    expect(complete('explain', 'orders/p')).toEqual(['orders/prd'])
    expect(complete('check', '--sta')).toEqual(['--staged'])
    expect(complete('explain', '--format', 'j')).toEqual(['json'])
    expect(complete('completion', 'z')).toEqual(['zsh'])
  })
  test('databases are listed, and outside a repository nothing is', async () => {
    expect(await repository.run('completion', 'databases')).toEqual({ code: 0, stdout: 'orders/dev\norders/prd\n', stderr: '' })
    let seen = ''
    const code = await main(['completion', 'databases'], {
      cwd: tmpdir(),
      color: false,
      stdout: (text) => (seen += text),
      stderr: (text) => (seen += text),
    })
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
  test('every rule of the operator has an example', async () => {
    const { rules } = JSON.parse((await repository.run('rules', '--format', 'json')).stdout) as {
      rules: { id: string; upstream?: string; example?: { bad: string } }[]
    }
    expect(
      rules
        .filter(({ id, upstream, example }) => !/^(?:policy|argocd)\//.test(id) && upstream !== undefined && example === undefined)
        .map(({ id }) => id),
    ).toEqual([])
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
