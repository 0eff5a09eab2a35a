// Which files do the git generators of one set see, where they read several repositories?
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const own = 'https://github.com/acme/config.git'
const address = 'https://github.com/acme/databases.git'
const git = (url: string, path: string, more = ''): string =>
  `git: { repoURL: '${url}', revision: main, ${more}files: [{ path: '${path}' }] }`

const set = (generators: string): string => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: dbs, namespace: argocd }
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators:
${generators}
  template:
    metadata: { name: '{{ .service }}-{{ .env }}', namespace: argocd }
    spec:
      project: default
      destination: { server: https://kubernetes.default.svc, namespace: '{{ .service }}-{{ .env }}' }
      source:
        repoURL: https://cloudnative-pg.github.io/charts
        chart: cluster
        targetRevision: 0.8.1
        helm:
          values: |
            cluster:
              instances: {{ .instances }}
              storage: { size: 1Gi }
`
const matrix = (first: string, second: string): string => `    - matrix:\n        generators:\n          - ${first}\n          - ${second}`
const environments = git('git@github.com:acme/config', 'environments/*/env.yaml', 'pathParamPrefix: e, ')
const services = git(address, 'databases/*/db.yaml')

let config: ReturnType<typeof openFiles>
let deploy: ReturnType<typeof openFiles>
beforeEach(() => {
  config = openFiles({ 'environments/dev/env.yaml': 'env: dev\n', 'environments/prd/env.yaml': 'env: prd\n' }, own)
  deploy = openFiles(
    {
      'databases/billing/db.yaml': 'service: billing\ninstances: 1\n',
      'databases/orders/db.yaml': 'service: orders\ninstances: 0\n',
    },
    'ssh://git@github.com/acme/databases',
  )
})
afterEach(() => {
  config.remove()
  deploy.remove()
})

const checkout = (): string[] => ['--checkout', `${address}=${deploy.root}`]
const listed = async (): Promise<string[]> => {
  const { stdout } = await config.run('list', ...checkout(), '--format', 'json')
  return (JSON.parse(stdout) as { databases: { id: string }[] }).databases.map(({ id }) => id)
}

describe('a set with git generators of two repositories', () => {
  test('in a matrix is judged where both are here', async () => {
    config.put('argocd/set.yaml', set(matrix(environments, services)))
    config.git('add', '--all')
    expect(await listed()).toEqual(['billing-dev', 'billing-prd', 'orders-dev', 'orders-prd'])
    expect(await config.told(...checkout())).toEqual([expect.stringContaining('cluster.instances is 0, but must be at least 1')])
  })
  test('in a matrix is one note that names the address that is missing, until a checkout is given', async () => {
    config.put('argocd/set.yaml', set(matrix(environments, services)))
    config.git('add', '--all')
    const { stdout } = await config.run('check', '--format', 'json')
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: object[] }
    expect(diagnostics).toMatchObject([
      {
        severity: 'info',
        message: `dbs is judged in part: its git generator reads ${address}, which is not checked out here`,
        help: `give the other repository: --checkout ${address}=DIR`,
      },
    ])
  })
  test('in a merge takes what one of them overrides', async () => {
    deploy.put('overrides/prd.yaml', 'env: prd\ninstances: 0\n')
    const base = `git: { repoURL: '${own}', revision: main, files: [{ path: 'environments/*/env.yaml' }], values: {} }`
    const merge = `    - merge:\n        mergeKeys: [env]\n        generators:\n          - ${base}\n          - ${git(address, 'overrides/*.yaml')}`
    config.put('argocd/set.yaml', set(merge).replace('{{ .service }}-{{', 'db-{{').replace('{{ .service }}-{{', 'db-{{'))
    for (const [env, instances] of [
      ['dev', 2],
      ['prd', 3],
    ])
      config.put(`environments/${env}/env.yaml`, `env: ${env}\ninstances: ${instances}\n`)
    config.git('add', '--all')
    expect(await listed()).toEqual(['db-dev', 'db-prd'])
    const { stdout } = await config.run('check', ...checkout(), '--format', 'json')
    expect((JSON.parse(stdout) as { diagnostics: { databases: string[] }[] }).diagnostics).toMatchObject([{ databases: ['db-prd'] }])
  })
  test('of which the first names the second is followed there', async () => {
    config.put('repositories/databases.yaml', `env: prd\nurl: ${address}\n`)
    const inner = git('{{ .url }}', 'databases/*/db.yaml')
    config.put('argocd/set.yaml', set(matrix(git(own, 'repositories/*.yaml', 'pathParamPrefix: r, '), inner)))
    config.git('add', '--all')
    expect(await listed()).toEqual(['billing-prd', 'orders-prd'])
    expect(await config.told()).toEqual([expect.stringContaining('reads a repository that only the cluster knows')])
  })
})

describe('a change', () => {
  test('of either repository changes the databases that it makes, and no other', async () => {
    config.put('argocd/set.yaml', set(matrix(environments, services)))
    deploy.edit('databases/orders/db.yaml', 'instances: 0', 'instances: 2')
    for (const one of [config, deploy]) {
      one.git('add', '--all')
      one.git('commit', '--quiet', '--message', 'set')
    }
    const flags = [...checkout(), '--base', 'HEAD', '--base-of', `${deploy.root}=HEAD`]
    deploy.edit('databases/orders/db.yaml', 'instances: 2', 'instances: 1')
    expect((await config.run('plan', ...flags)).stdout).toContain('2 changed, 2 untouched')
    expect((await config.run('check', ...flags, '--changed')).stderr).toContain('2 of 4 databases checked')
    config.git('rm', '--quiet', 'environments/dev/env.yaml')
    expect((await config.run('check', ...flags)).stdout).toContain('Application billing-dev (and 1 more) is no longer wanted')
  })
})

test('a tag, a commit or one of several branches is not what is here, which is said once', async () => {
  config.put('argocd/set.yaml', set(matrix(environments, services)))
  deploy.edit('databases/orders/db.yaml', 'instances: 0', 'instances: 2')
  const notes = async (revision: string): Promise<string[]> => {
    config.put('argocd/set.yaml', set(matrix(environments, services.replace('revision: main', `revision: '${revision}'`))))
    config.git('add', '--all')
    return (await config.told(...checkout())).filter((line) => line.endsWith('[argocd/assumed-revision]'))
  }
  for (const revision of ['main', 'HEAD', 'release']) expect(await notes(revision)).toEqual([])
  for (const revision of ['v1.4.0', '4f2c9aa'])
    expect(await notes(revision)).toEqual([expect.stringContaining(`revision is ${revision} of ${address}, but what was judged`)])
  const next = set(matrix(environments.replace('config', 'databases'), services)).replace('name: dbs', 'name: next')
  config.put(
    'argocd/next.yaml',
    next.replaceAll('revision: main', 'revision: next').replace("'environments/*/env.yaml'", "'environments/*.yaml'"),
  )
  deploy.put('environments/dev.yaml', 'env: next\n')
  expect((await notes('release')).map((line) => line.replace(/ of .*/, ''))).toEqual([
    'argocd/next.yaml:8: revision is next',
    'argocd/set.yaml:8: revision is release',
  ])
})
