// Do commands say what is the case where nothing is generated, where a name is a word of YAML, and where files are looked for?
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'
import { openRepository } from '../support/terminal.ts'

const opened: { remove(): void }[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.remove()
})

const url = 'https://github.com/acme/infra.git'
const application = (size: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: orders, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: orders }
  source:
    repoURL: https://cloudnative-pg.github.io/charts
    chart: cluster
    targetRevision: 0.8.1
    helm: { valuesObject: { cluster: { storage: { size: ${size} } } } }
`
const base = join(import.meta.dirname, '../projects/base')
const filesOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((entry) => {
      const path = join(entry.parentPath, entry.name)
      return entry.isFile() ? [[path.slice(folder.length + 1), readFileSync(path, 'utf8')] as const] : []
    }),
  )

function keep<One extends { remove(): void }>(one: One): One {
  opened.push(one)
  return one
}

describe('where nothing is generated', () => {
  test('new names what sets up generating', async () => {
    const { code, stderr } = await keep(openFiles({ 'argo/orders.yaml': application('1Gi') }, url)).run('new', 'foo')
    expect(code).toBe(2)
    expect(stderr).toBe(
      'cnpg-values: nothing is generated here, so new has nothing to add to; `cnpg-values init --generate` sets up generating\n',
    )
  })

  test('render says so beside an error, too', async () => {
    for (const size of ['1Gi', '1Qi']) {
      const { stderr } = await keep(openFiles({ 'argo/orders.yaml': application(size) }, url)).run('render')
      expect(stderr).toContain('nothing is generated here: the databases are judged as they are deployed; `cnpg-values init` sets up')
    }
  })

  test('upgrade names no chart where none is known', async () => {
    const { stdout } = await keep(openFiles({ 'argo/orders.yaml': application('1Gi') }, url)).run('upgrade', '--operator', '1.29.2')
    expect(stdout).toContain('to the one that installs 1.29.2\n')
  })

  test.each([
    ['generate: false', 'apps/values.yaml', 'remove `generate`, or the files that were generated'],
    ['an empty file', 'cnpg-values.yaml', 'write the settings that they were generated from'],
    ['an operator alone', 'cnpg-values.yaml', 'write the settings that they were generated from'],
  ])('sets that were generated are named: %s', async (what, file, help) => {
    const repository = keep(openRepository())
    await repository.run('render')
    const settings = repository.read('apps/values.yaml')
    if (what === 'generate: false') repository.put(file, settings.replace('postgres:', 'postgres:\n  generate: false'))
    else {
      repository.put('apps/values.yaml', 'other: {}\n')
      repository.put(file, what === 'an empty file' ? '' : 'operator: { version: 1.27.1 }\n')
    }
    const { stdout } = await repository.run('check')
    expect(stdout).toContain('were generated, but these settings generate none, so nothing was checked [discover/any-database]')
    expect(stdout).toContain(`help: ${help}`)
  })
})

test.each([
  ['on', 'true'],
  ['Off', 'false'],
])('an environment called %s is to be quoted', async (word, read) => {
  const repository = keep(openRepository())
  repository.put('apps/values.yaml', repository.read('apps/values.yaml').replace('    dev:\n', `    ${word}:\n`))
  const { stdout } = await repository.run('check')
  expect(stdout).toContain(
    `error: postgres.environments has the key \`${word}\`, but YAML reads that as the boolean ${read} [settings/schema]`,
  )
  expect(stdout).toContain(`help: quote it: "${word}"\n`)
})

test('--databases says where it looked, and which folder was meant', async () => {
  const files = filesOf(base)
  const root = keep(openFiles(files, url))
  const deploy = keep(openFiles({ 'databases/orders/values.yaml': files['databases/orders/values.yaml'] ?? '' }, url))
  const nothing = keep(openFiles({ 'README.md': '' }, url))
  expect((await root.run('check', '--databases', nothing.root)).stdout).toMatch(/no file matches \.\.\/\S*\/\{service\}\/values\.yaml, but/)
  const { stdout } = await root.run('check', '--databases', deploy.root)
  expect(stdout).toMatch(/help: name the folder itself: --databases \.\.\/\S*\/databases\n/)
})

test('--base-of takes the address of the repository that --databases is in', async () => {
  const files = filesOf(base)
  const root = keep(openFiles(files, url))
  const deploy = keep(
    openFiles({ 'databases/orders/values.yaml': files['databases/orders/values.yaml'] ?? '' }, 'git@github.com:acme/deploy.git'),
  )
  const argv = ['--databases', join(deploy.root, 'databases'), '--base-of', 'https://github.com/acme/deploy=HEAD']
  const { code, stderr } = await root.run('check', ...argv)
  expect(stderr).not.toContain('none of the checkouts')
  expect(code).not.toBe(2)
})
