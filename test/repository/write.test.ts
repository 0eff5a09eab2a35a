// Is a file written atomically, never through a link that leaves the repository, and is a disk error one line?
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openRepository } from '../support/terminal.ts'

let repository: ReturnType<typeof openRepository>
let outside: string
beforeEach(() => {
  repository = openRepository()
  outside = mkdtempSync(join(tmpdir(), 'cnpg-values-outside-'))
})
afterEach(() => {
  repository.remove()
  rmSync(outside, { recursive: true })
})
const at = (path: string) => join(repository.root, path)
const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: x}
spec:
  group: postgresql.cnpg.io
  names: {kind: Cluster, plural: clusters}
  scope: Namespaced
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`

/** Each command that writes to a named place, and its arguments. */
const commands: readonly (readonly [string, (target: string) => readonly string[], string])[] = [
  ['report --out', (target) => ['report', '--out', `${target}/fleet.html`], 'fleet.html'],
  ['check --write-baseline', (target) => ['check', '--write-baseline', `${target}/known.json`], 'known.json'],
  [
    'schemas derive --out',
    (target) => ['schemas', 'derive', '--from', 'crd.yaml', '--version', '9.9.9', '--out', target],
    'cloudnative-pg',
  ],
  ['connect --flyway', (target) => ['connect', 'orders/dev', '--flyway', target], 'V1__init.sql'],
]

describe.each(commands)('%s', (_, argv, name) => {
  beforeEach(() => repository.put('crd.yaml', crd))
  test('writes outside the repository if told to', async () => {
    const answer = await repository.run(...argv(outside))
    expect(answer, answer.stderr).toMatchObject({ code: 0 })
    expect(readdirSync(outside)).toEqual([name])
  })
  test('follows a link that stays inside', async () => {
    mkdirSync(at('real'))
    symlinkSync('real', at('out'))
    expect(await repository.run(...argv('out'))).toMatchObject({ code: 0 })
    expect(readdirSync(at('real'))).toEqual([name])
  })
  test('refuses a folder that is a link out of the repository', async () => {
    symlinkSync(outside, at('out'))
    const { code, stderr } = await repository.run(...argv('out'))
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^cnpg-values: \S+ can't be written: out is a link that leads out of the repository\n$/),
    })
    expect(readdirSync(outside)).toEqual([])
  })
  test('refuses a link into .git, one to itself, and one to nothing', async () => {
    mkdirSync(at('.git/hooks'), { recursive: true })
    writeFileSync(at('.git/HEAD'), 'ref: refs/heads/main\n')
    for (const target of ['.git/hooks', 'out', 'nothing']) {
      rmSync(at('out'), { force: true })
      symlinkSync(target, at('out'))
      const { code, stderr } = await repository.run(...argv('out'))
      expect(code, stderr).toBe(2)
      expect(stderr).toMatch(/^cnpg-values: [^\n]+(?:link)[^\n]+\n$/)
    }
    expect(readdirSync(at('.git/hooks'))).toEqual([])
  })
  test.each([
    ['a file in place of a folder', 'crd.yaml'],
    ['a name that is too long', 'x'.repeat(300)],
    ['a device', '/dev/null'],
    ['a disk that accepts no files', '/proc'],
  ])('%s is one line', async (__, target) => {
    const { code, stdout, stderr } = await repository.run(...argv(target))
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^cnpg-values: [^\n]+\n$/)
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true)
  })
})

test('a file that is a link out of the repository is not written to', async () => {
  writeFileSync(join(outside, 'victim'), 'precious')
  symlinkSync(join(outside, 'victim'), at('known.json'))
  expect(await repository.run('check', '--write-baseline', 'known.json')).toMatchObject({ code: 2 })
  expect(await repository.run('report', '--out', 'known.json')).toMatchObject({ code: 2 })
  expect(readFileSync(join(outside, 'victim'), 'utf8')).toBe('precious')
})

test('what is not a regular file is not replaced', async () => {
  expect(await repository.run('check', '--write-baseline', '/dev/null')).toMatchObject({ code: 2 })
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true)
})

test('the names of temporary files cannot be predicted', async () => {
  await repository.run('render')
  const folder = 'helm-values/data/rendered/dev'
  rmSync(at(`${folder}/orders.yaml`))
  writeFileSync(join(outside, 'victim'), 'precious')
  for (let id = process.pid - 20; id < process.pid + 20; id++) symlinkSync(join(outside, 'victim'), at(`${folder}/orders.yaml.${id}.tmp`))
  await repository.run('render')
  expect(readFileSync(join(outside, 'victim'), 'utf8')).toBe('precious')
  expect(lstatSync(at(`${folder}/orders.yaml`)).isFile()).toBe(true)
})

test('a file keeps its mode, and nothing else stays in its folder', async () => {
  await repository.run('render')
  const path = 'helm-values/data/rendered/dev/orders.yaml'
  writeFileSync(at(path), '')
  chmodSync(at(path), 0o640)
  await repository.run('render')
  expect(statSync(at(path)).mode & 0o777).toBe(0o640)
  expect(readdirSync(at('helm-values/data/rendered/dev'))).toEqual(['orders.yaml'])
})

test('fix writes through a link inside the repository to its file', async () => {
  repository.put('shared/orders.yaml', 'clustr: {}\n')
  rmSync(at('databases/orders/values.yaml'))
  symlinkSync('../../shared/orders.yaml', at('databases/orders/values.yaml'))
  await repository.run('fix')
  expect(lstatSync(at('databases/orders/values.yaml')).isSymbolicLink()).toBe(true)
  expect(repository.read('shared/orders.yaml')).toBe('cluster: {}\n')
})

describe('schemas derive', () => {
  test.each([
    ['kind', 'kind: Cluster', 'kind: "../../../tmp/OUTSIDE"'],
    ['kind', 'kind: Cluster', 'kind: /tmp/OUTSIDE'],
    ['kind', 'kind: Cluster', 'kind: ".."'],
    ['kind', 'kind: Cluster', 'kind: "a\\0b"'],
    ['kind', 'kind: Cluster', `kind: ${'K'.repeat(300)}`],
    ['kind', 'kind: Cluster', 'kind: SOURCE'],
    ['plural', 'plural: clusters', 'plural: "../x"'],
    ['version', 'name: v1', 'name: ../v1'],
    ['group', 'group: postgresql.cnpg.io', 'group: constructor'],
    ['group', 'group: postgresql.cnpg.io', 'group: __proto__'],
  ])('a %s that is not a name is refused: %s → %s', async (word, from, to) => {
    repository.put('crd.yaml', crd.replace(from, to))
    const { code, stdout, stderr } = await repository.run('schemas', 'derive', '--from', 'crd.yaml', '--version', '9.9.9', '--out', 'out')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(`crd.yaml: ${word} `)
    expect(existsSync(at('out'))).toBe(false)
  })
  test.each(['../../x', '..', '1.0', '', '/1.2.3', '1.2.3/../x'])('--version %s is not a release', async (version) => {
    repository.put('crd.yaml', crd)
    const { code, stderr } = await repository.run('schemas', 'derive', '--from', 'crd.yaml', '--version', version, '--out', 'out')
    expect(code).toBe(2)
    expect(stderr).toContain('but must be an exact release such as 1.30.0')
  })
})
