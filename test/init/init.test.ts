// Does `init` find out what a repository has, and write only what checking it needs?
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseYaml } from '../../scripts/yaml/parse.ts'
import { twoRepositories } from './two-repositories.ts'

let repositories: ReturnType<typeof twoRepositories>
let top: string
const { git, read, put, run } = {
  git: (...args: Parameters<typeof repositories.git>) => repositories.git(...args),
  read: (path: string) => repositories.read(path),
  put: (path: string, text: string) => repositories.put(path, text),
  run: async (...args: Parameters<typeof repositories.run>) => repositories.run(...args),
}
beforeEach(() => {
  repositories = twoRepositories()
  top = repositories.top
})
afterEach(() => repositories.remove())

describe('two repositories without settings', () => {
  test('the other repository is found beside this one, and the rest is in the manifests', async () => {
    const { code, stdout, stderr } = await run(['init'])
    expect(code).toBe(0)
    expect(stdout).toBe(`databases 4 by the set postgres (apps/templates/data/postgres.yaml:25)
chart     cluster 0.8.1 from https://cloudnative-pg.github.io/charts, for 4 databases
operator  1.27.1, installed by its chart 0.26.1
Argo CD   3.5.1, the newest known: nothing here names the one that runs
written   cnpg-values.yaml
written   .pre-commit-config.yaml
written   .github/workflows/cnpg-values.yml
`)
    expect(stderr).toMatch(/^next: the job reads .*services\.git; if that is private, .*\nnext: .*check\n$/)
    expect(read('platform/cnpg-values.yaml')).toMatch(/^checkouts:\n {2}https:\/\/github\.com\/acme\/services\.git: "?\.\.\/services"?\n$/m)
  })
  test('the settings name their schema where the repository has it', async () => {
    put('platform/schemas/values/cnpg-values.json', '{}')
    git('platform', 'add', '--all')
    await run(['init'])
    expect(read('platform/cnpg-values.yaml')).toMatch(/^# yaml-language-server: \$schema=schemas\/values\/cnpg-values\.json\n#? ?\S/)
    expect((await run(['check'])).code).toBe(0)
  })
  test('what was written is enough for every later command, and a second time nothing is needed', async () => {
    await run(['init', '--argocd', '3.4.0'])
    expect(read('platform/cnpg-values.yaml')).toMatch(/argocd:\n {2}version: 3\.4\.0\n$/)
    const { code, stdout, stderr } = await run(['check'])
    expect(code).toBe(0)
    expect(stdout).not.toContain(': error: ')
    expect(stderr).toContain('4 databases checked against CloudNativePG 1.27.1')
    const again = await run(['init'])
    expect(again.stdout).not.toContain('written ')
    expect(again.stdout).toContain('kept      .pre-commit-config.yaml, which runs cnpg-values already')
  })
  test('--dry-run prints the files and writes none', async () => {
    const { code, stdout, stderr } = await run(['init', '--dry-run'])
    expect(code).toBe(0)
    expect(stdout).toContain('new file  cnpg-values.yaml:\n    # repositories')
    expect(stderr).toContain('nothing was written')
    expect(git('platform', 'status', '--porcelain')).toBe('')
  })
  test('a repository that is nowhere is named, with what reads it', async () => {
    rmSync(join(top, 'services'), { recursive: true })
    const { code, stdout, stderr } = await run(['init', '--ci', 'none', '--hook', 'none'])
    expect(code).toBe(0)
    expect(stdout).toContain('missing   https://github.com/acme/services.git, which postgres reads, is not checked out here')
    expect(stderr).toContain('run init with --checkout https://github.com/acme/services.git=DIR')
    expect(git('platform', 'status', '--porcelain')).toBe('')
  })
})

test('files that exist are left alone, and what belongs in them is printed', async () => {
  put('platform/.pre-commit-config.yaml', 'repos: []\n')
  put('platform/cnpg-values.yaml', 'argocd:\n  version: 3.4.0\n')
  put('platform/.gitlab-ci.yml', 'stages: [test]\n')
  const { code, stdout } = await run(['init'])
  expect(code).toBe(0)
  expect(stdout).toContain('Argo CD   3.4.0\n')
  expect(stdout).toContain('add to    cnpg-values.yaml:\n    # repositories')
  expect(stdout).toContain('add to    .pre-commit-config.yaml:\n    repos:\n')
  expect(stdout).toContain('written   .gitlab/cnpg-values.yml\n')
  expect(stdout).toContain('add to    .gitlab-ci.yml:\n    include:\n      - local: .gitlab/cnpg-values.yml\n')
  expect(read('platform/.gitlab-ci.yml')).toBe('stages: [test]\n')
  expect(read('platform/.gitlab/cnpg-values.yml')).toContain('git clone --quiet --depth 1')
})

test.each([
  [
    'git@gitlab.acme.dev:acme/platform.git',
    'https://gitlab.acme.dev/acme/services.git',
    'https://gitlab-ci-token:$CI_JOB_TOKEN@gitlab.acme.dev/acme/services.git',
  ],
  ['git@gitlab.acme.dev:acme/platform.git', 'https://github.com/acme/services.git', 'https://github.com/acme/services.git'],
])('the token of a job goes to its own forge alone: %s, %s', async (own, other, from) => {
  git('platform', 'remote', 'set-url', 'origin', own)
  git('services', 'remote', 'set-url', 'origin', other)
  for (const path of ['platform/apps/values.yaml']) put(path, read(path).replace('https://github.com/acme/services.git', other))
  const { code, stderr } = await run(['init', '--ci', 'gitlab'])
  expect(code).toBe(0)
  expect(read('platform/.gitlab/cnpg-values.yml')).toContain(`git clone --quiet --depth 1 \\"${from}\\" \\"../services\\"`)
  expect(stderr).toContain(
    own.includes(new URL(other).host) ? 'it must allow the job tokens of this project' : 'the job clones it without credentials',
  )
})

test('a repository of another forge is cloned by git in a job of GitHub', async () => {
  const other = 'https://gitlab.acme.dev/acme/services.git'
  git('services', 'remote', 'set-url', 'origin', other)
  put('platform/apps/values.yaml', read('platform/apps/values.yaml').replace('https://github.com/acme/services.git', other))
  await run(['init'])
  const job = read('platform/.github/workflows/cnpg-values.yml')
  expect(job).toContain(`      - run: git clone --quiet --depth 1 -- ${other} services\n`)
  expect(job).not.toContain('repository: ')
})

test('a job that is written later checks out what the settings name, too', async () => {
  await run(['init', '--ci', 'none'])
  await run(['init', '--ci', 'github'])
  expect(read('platform/.github/workflows/cnpg-values.yml')).toContain('repository: acme/services\n')
})

test('below the top of its repository, hook and job go to the top and name the folder', async () => {
  mkdirSync(join(top, 'platform/infra'))
  for (const name of ['apps', 'helm-values']) git('platform', 'mv', name, `infra/${name}`)
  const values = read('platform/infra/apps/templates/data/postgres.yaml')
  put('platform/infra/apps/templates/data/postgres.yaml', values.replace('$platform/helm', '$platform/infra/helm'))
  const { code, stdout } = await run(['init', '--yes'], [], 'platform/infra')
  expect(code).toBe(0)
  expect(stdout).toContain('written   cnpg-values.yaml\nwritten   ../.pre-commit-config.yaml\n')
  expect(read('platform/.pre-commit-config.yaml')).toContain('args: [--root, infra]')
  expect(read('platform/infra/cnpg-values.yaml')).toContain('../../services')
  const job = read('platform/.github/workflows/cnpg-values.yml')
  expect(job).toContain('path: platform\n')
  expect(job).toContain('path: services\n')
  expect(job).toContain('root: platform/infra\n')
})

test('on a terminal it asks for what nothing here says', async () => {
  rmSync(join(top, 'platform/apps/templates/core'), { recursive: true })
  const { code, questions, stderr } = await run(['init'], ['nowhere', '../services', '1.x', '1.28.4', '', 'no', 'none'])
  expect(questions).toEqual([
    'folder in which https://github.com/acme/services.git is checked out [../services]: ',
    'folder in which https://github.com/acme/services.git is checked out [../services]: ',
    'release of the operator that runs [not known, judged as 1.30.0]: ',
    'release of the operator that runs [not known, judged as 1.30.0]: ',
    'version of Argo CD that runs [not known, judged as 3.5.1]: ',
    'hook of pre-commit before each commit (yes, no) [yes]: ',
    'job on pull requests (github, gitlab, none) [github]: ',
  ])
  expect(code).toBe(0)
  expect(stderr).toContain('  operator is `1.x`, but must be a release such as 1.30.0\n')
  expect(read('platform/cnpg-values.yaml')).toMatch(/operator:\n {2}version: 1\.28\.4\n/)
  expect(existsSync(join(top, 'platform/.github'))).toBe(false)
  expect((await run(['init'], [])).code).toBe(2)
})

test('wrong versions are wrong usage, and a repository without databases gets no files', async () => {
  expect(await run(['init', '--operator', 'latest'])).toMatchObject({ code: 2 })
  rmSync(join(top, 'platform/apps/templates/data'), { recursive: true })
  const { code, stderr } = await run(['init'])
  expect([code, stderr]).toEqual([0, 'no database of CloudNativePG is deployed from here, so nothing was written\n'])
  expect(existsSync(join(top, 'platform/cnpg-values.yaml'))).toBe(false)
})

test('the job pins the actions that docs/ci.md pins, and every file is YAML', async () => {
  await run(['init'])
  const pages = readFileSync(fileURLToPath(new URL('../../docs/ci.md', import.meta.url)), 'utf8')
  for (const path of ['cnpg-values.yaml', '.pre-commit-config.yaml', '.github/workflows/cnpg-values.yml']) {
    const text = read(`platform/${path}`)
    expect(parseYaml({ path, text }, 'service').problems).toEqual([])
    for (const [, action = ''] of text.matchAll(/uses: (actions\/.*)/g)) expect(pages).toContain(action)
  }
})
