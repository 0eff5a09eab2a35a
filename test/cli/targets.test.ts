// Does a report ever take the place of something else?
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gitIn } from '../support/change-repository.ts'
import { openRepository } from '../support/terminal.ts'

const repository = openRepository()
const at = (path: string): string => join(repository.root, path)
const settings = (): string => readFileSync(at('apps/values.yaml'), 'utf8')

beforeAll(() => {
  gitIn(repository.root, 'init', '-q')
  gitIn(repository.root, 'add', '-A')
  gitIn(repository.root, 'commit', '-qm', 'base')
  writeFileSync(at('databases/orders/values.yaml'), `${readFileSync(at('databases/orders/values.yaml'), 'utf8')}tpyo: 1\n`)
})
afterAll(() => repository.remove())

const commands: readonly (readonly [string, readonly string[], string])[] = [
  ...['pretty', 'json', 'github', 'gitlab', 'junit', 'sarif'].map(
    (format) => [`check ${format}`, ['check', '--format', format], '--out'] as const,
  ),
  ...['pretty', 'json', 'markdown'].map((format) => [`plan ${format}`, ['plan', '--base', 'HEAD', '--format', format], '--out'] as const),
  ['a baseline', ['check'], '--write-baseline'],
]

describe.each(commands)('%s', (name, argv, flag) => {
  test('takes the place of an earlier one', async () => {
    const file = `${name.replace(' ', '-')}.out`
    await repository.run(...argv, flag, file)
    const first = readFileSync(at(file), 'utf8')
    expect(first.length).toBeGreaterThan(0)
    const { stderr } = await repository.run(...argv, flag, file)
    expect(stderr).not.toContain(flag)
    expect(readFileSync(at(file), 'utf8')).toBe(first)
    // as a checkout on Windows has it
    writeFileSync(at(file), first.replaceAll('\n', '\r\n'))
    await repository.run(...argv, flag, file)
    expect(readFileSync(at(file), 'utf8')).toBe(first)
  })
  test.each(['apps/values.yaml', 'databases/orders/values.yaml', 'databases/new/values.yaml', 'notes.md', 'package.json'])(
    'never takes the place of %s',
    async (file) => {
      repository.put('notes.md', '# Notes\n')
      repository.put('package.json', '{ "version": 1 }\n')
      const before = file.includes('new') ? undefined : readFileSync(at(file), 'utf8')
      const { code, stdout, stderr } = await repository.run(...argv, flag, file)
      expect({ code, stdout, stderr }).toEqual({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(/^cnpg-values: --(?:out|write-baseline) is `\S+`, but [^\n]+\n$/),
      })
      if (before === undefined) expect(() => readFileSync(at(file))).toThrow('ENOENT')
      else expect(readFileSync(at(file), 'utf8')).toBe(before)
    },
  )
})

test('a report in another format is not replaced', async () => {
  await repository.run('check', '--format', 'json', '--out', 'report.out')
  expect((await repository.run('check', '--format', 'sarif', '--out', 'report.out')).stderr).toContain(
    'is not an earlier sarif report of `check`; name another one, or remove it',
  )
  expect(settings()).toContain('postgres:')
})

test('a file without text holds nothing that could be lost', async () => {
  repository.put('empty.txt', '')
  expect((await repository.run('check', '--out', 'empty.txt')).code).toBe(1)
})
