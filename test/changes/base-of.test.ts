// Is what each of two checkouts changes seen, each against a base of its own, and is what was not compared always said?
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runIn } from '../support/change-repository.ts'
import { openFiles } from '../support/files.ts'
import type { Answer } from '../support/terminal.ts'

const address = 'https://github.com/acme/databases.git'
const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: dbs, namespace: argocd }
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
    - git:
        repoURL: ${address}
        revision: main
        files:
          - path: databases/*/values.yaml
  template:
    metadata: { name: '{{ .path.basename }}', namespace: argocd }
    spec:
      project: default
      destination: { server: https://kubernetes.default.svc, namespace: '{{ .path.basename }}' }
      sources:
        - repoURL: https://cloudnative-pg.github.io/charts
          chart: cluster
          targetRevision: 0.8.1
          helm:
            valueFiles:
              - $config/defaults.yaml
              - $dbs/{{ .path.path }}/values.yaml
        - { repoURL: https://github.com/acme/config, targetRevision: main, ref: config }
        - { repoURL: ${address}, targetRevision: main, ref: dbs }
`
const sized = 'cluster:\n  storage:\n    size: 10Gi\n'

let config: ReturnType<typeof openFiles>
let deploy: ReturnType<typeof openFiles>
beforeEach(() => {
  config = openFiles({ 'argocd/set.yaml': set, 'defaults.yaml': 'cluster:\n  instances: 3\n' }, 'git@github.com:acme/config.git')
  deploy = openFiles(
    { 'databases/orders/values.yaml': sized, 'databases/billing/values.yaml': sized },
    'ssh://git@github.com/acme/databases',
  )
  for (const { git } of [config, deploy]) git('checkout', '--quiet', '-b', 'change')
})
afterEach(() => {
  config.remove()
  deploy.remove()
})

const at = (): string => `${address}=${deploy.root}`
const fromConfig = (...argv: string[]): Promise<Answer> => runIn(config.root, argv[0] as string, ...argv.slice(1), '--checkout', at())
const fromDeploy = (...argv: string[]): Promise<Answer> =>
  runIn(deploy.root, argv[0] as string, ...argv.slice(1), '--root', config.root, '--checkout', `${address}=.`)
const shrink = (): void => deploy.edit('databases/orders/values.yaml', '10Gi', '9Gi')
const shrinks = '[changes/storage-grows]'

describe('from the repository of the set', () => {
  test('the other checkout is not compared, which is said, until it has a base', async () => {
    shrink()
    deploy.git('commit', '--quiet', '--all', '--message', 'smaller')
    const alone = await fromConfig('check', '--base', 'main')
    expect([alone.code, alone.stdout]).toEqual([0, expect.not.stringContaining(shrinks)])
    expect(alone.stderr).toMatch(/compared with main \(.*\) of the root.*; .* is read as it is on disk, and was not compared/)
    for (const of of [deploy.root, 'git@github.com:acme/databases', address]) {
      const { code, stdout, stderr } = await fromConfig('check', '--base', 'main', '--base-of', `${of}=main`)
      expect([code, stdout]).toEqual([1, expect.stringContaining(shrinks)])
      expect(stdout).toMatch(/main:.*databases\/orders\/values\.yaml:3:11: 10Gi before this change/)
      expect(stderr).toMatch(/; with main \(merge base [0-9a-f]{7}\) of .*files-/)
      expect(stderr).not.toContain('was not compared')
    }
  })
  test('a change of either touches the databases that it reaches, and no other', async () => {
    shrink()
    const flags = ['--base', 'main', '--base-of', `${deploy.root}=main`, '--changed']
    expect((await fromConfig('check', ...flags)).stderr).toContain('1 of 2 databases checked')
    config.edit('defaults.yaml', '3', '2')
    expect((await fromConfig('check', ...flags)).stderr).toContain('; 2 databases checked')
    const { stdout } = await fromConfig('plan', ...flags.slice(0, -1))
    expect(stdout).toContain('billing: changed')
    expect(stdout).toContain('orders: changed, refused')
  })
  test('files that come and go are databases that come and go', async () => {
    deploy.put('databases/users/values.yaml', sized)
    deploy.git('rm', '--quiet', 'databases/billing/values.yaml')
    const flags = ['--base', 'main', '--base-of', `${deploy.root}=main`]
    expect((await fromConfig('check', ...flags)).stdout).toContain('Application billing would be deleted with its database')
    const { stdout } = await fromConfig('plan', ...flags)
    expect(stdout).toContain('users: created')
    expect(stdout).toContain('billing: gone')
  })
  test('programs are told what was compared with what', async () => {
    const main = config.git('rev-parse', 'main').trim()
    const parse = async (...argv: string[]): Promise<unknown> => JSON.parse((await fromConfig(...argv, '--format', 'json')).stdout)
    const alone = [{ base: 'main', commit: main }, { repository: 'github.com/acme/databases' }]
    expect(await parse('check', '--base', 'main')).toMatchObject({ repositories: alone })
    expect(await parse('plan', '--base', 'main')).toMatchObject({ repositories: alone })
    const both = [alone[0], { ...alone[1], base: 'main', commit: deploy.git('rev-parse', 'main').trim() }]
    expect(await parse('plan', '--base', 'main', '--base-of', `${address}=main`)).toMatchObject({
      repositories: both,
      compared: expect.stringMatching(/of the root.*; with main/) as unknown,
    })
    expect(await parse('check')).not.toHaveProperty('compared')
  })
})

describe('from the other checkout', () => {
  test('a base and what is staged are those of that one', async () => {
    shrink()
    const base = await fromDeploy('check', '--base', 'main', '--changed')
    expect([base.code, base.stdout]).toEqual([1, expect.stringMatching(/^databases\/orders\/values\.yaml:3:11: error: size of storage/)])
    expect(base.stderr).toMatch(
      /1 of 2 databases .*\ncompared with main \(.*\) of .*; the root is read as it is on disk, and was not compared/,
    )
    expect((await fromDeploy('check', '--staged', '--changed')).code).toBe(0)
    deploy.git('add', '--all')
    expect((await fromDeploy('check', '--staged', '--changed')).stdout).toContain(shrinks)
    expect((await fromDeploy('plan', '--base', 'main')).stdout).toContain('orders: changed, refused')
  })
  test('what is staged in the repository of the settings is none of its business', async () => {
    config.edit('defaults.yaml', 'instances: 3', 'instances: 0')
    config.git('add', '--all')
    config.put('defaults.yaml', 'cluster:\n  instances: 3\n')
    expect((await fromDeploy('check', '--staged')).stdout).not.toContain('cluster.instances is 0')
    expect((await fromConfig('check', '--staged')).stdout).toContain('cluster.instances is 0')
  })
  test('a branch that only the other repository has is none', async () => {
    config.git('branch', 'release')
    const { code, stderr } = await fromDeploy('check', '--base', 'release')
    expect([code, stderr]).toEqual([2, expect.stringContaining('--base is `release`, which only the root has')])
  })
  test('it is known where only the settings name it', async () => {
    config.put('cnpg-values.yaml', `checkouts: { "${address}": "${deploy.root}" }\n`)
    shrink()
    const { code, stdout, stderr } = await runIn(deploy.root, 'check', '--base', 'main', '--root', config.root)
    expect([code, stdout]).toEqual([1, expect.stringContaining(shrinks)])
    expect(stderr).toContain('the root is read as it is on disk, and was not compared')
  })
  test('the repository of the settings may have a base, too', async () => {
    config.edit(
      'argocd/set.yaml',
      "namespace: '{{ .path.basename }}' }\n      sources",
      "namespace: 'pg-{{ .path.basename }}' }\n      sources",
    )
    expect((await fromDeploy('check', '--base', 'main')).code).toBe(0)
    for (const of of [config.root, 'https://github.com/acme/config']) {
      const { stdout } = await fromDeploy('check', '--base', 'main', '--base-of', `${of}=main`)
      expect(stdout).toContain('[changes/namespace-stays]')
    }
  })
})

test('a base of its own is for one checkout that is at hand', async () => {
  const wrong = async (...argv: string[]): Promise<string> => {
    const { code, stderr } = await fromConfig('check', ...argv)
    expect(code).toBe(2)
    return stderr
  }
  expect(await wrong('--base-of', 'main')).toContain('--base-of is `main`, but must be URL=REF or DIR=REF')
  expect(await wrong('--base-of', '../nix=main')).toContain('../nix is none of the checkouts')
  expect(await wrong('--base', 'main', '--base-of', '.=main')).toContain('--base-of is `.=main`, but the root already has a base')
  expect(await wrong('--base-of', `${deploy.root}=origin/x`)).toMatch(
    /--base-of \S+ is `origin\/x`, but this repository has no such commit; run `git -C \S+ fetch origin x:refs\/remotes\/origin\/x`/,
  )
  expect(await wrong('--changed')).toContain('--changed needs --base REF or --staged')
})
