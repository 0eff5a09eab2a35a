// Can what our own advice says be done: remove what is there twice, or what is no database, without another error?
import { afterEach, describe, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const url = 'https://github.com/acme/gitops'
let repository: ReturnType<typeof openFiles>
afterEach(() => repository.remove())

const cascading = ', finalizers: [resources-finalizer.argocd.argoproj.io]'
const application = (name: string, { release = 'orders', more = '' } = {}): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd${more} }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: pg }
  source:
    repoURL: https://cloudnative-pg.github.io/charts
    chart: cluster
    targetRevision: 0.8.1
    helm: { releaseName: ${release}, values: "cluster: {storage: {size: 1Gi}}" }
`
const root = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: root, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: argocd }
  source: { repoURL: ${url}, targetRevision: main, path: apps }
`
const check = (): Promise<string[]> => repository.told('--base', 'HEAD')
const open = (files: Record<string, string>): void => {
  repository = openFiles({ 'root.yaml': root, 'apps/README.md': '', ...files }, url)
}

describe('of two Applications that deploy one Cluster', () => {
  test('one may go, or deploy another one', async () => {
    open({ 'apps/one.yaml': application('one'), 'apps/two.yaml': application('two') })
    repository.git('rm', '--quiet', 'apps/two.yaml')
    expect(await check()).toEqual([])
    repository.put('apps/two.yaml', application('two', { release: 'users' }))
    repository.git('add', 'apps/two.yaml')
    expect(await check()).toEqual([])
  })
  test('one that would take it along must let go first', async () => {
    open({ 'apps/one.yaml': application('one'), 'apps/two.yaml': application('two', { more: cascading }) })
    repository.git('rm', '--quiet', 'apps/two.yaml')
    expect(await check()).toEqual([
      expect.stringContaining('Application two would be deleted with a Cluster that another Application deploys, too'),
    ])
  })
  test('the last one may not', async () => {
    open({ 'apps/one.yaml': application('one'), 'apps/two.yaml': application('two', { more: cascading }) })
    repository.git('rm', '--quiet', 'apps/one.yaml', 'apps/two.yaml')
    const found = await check()
    expect(found.join('\n')).toContain('Application two would be deleted with its database')
    expect(found.join('\n')).toContain('Application one is no longer wanted')
  })
  test('of two Argo CDs, each keeps its own', async () => {
    repository = openFiles({ 'a/one.yaml': application('one'), 'b/two.yaml': application('two', { more: cascading }) }, url)
    repository.git('rm', '--quiet', 'b/two.yaml')
    expect(await check()).toContainEqual(expect.stringContaining('Application two would be deleted with its database'))
  })
})

test('an Application that two files define for one Argo CD may go from one', async () => {
  const twice = application('one', { more: cascading })
  open({ 'apps/one.yaml': twice, 'apps/two.yaml': twice })
  repository.git('rm', '--quiet', 'apps/two.yaml')
  expect(await check()).toEqual([])
  repository.remove()
  repository = openFiles({ 'a/one.yaml': twice, 'b/one.yaml': twice }, url)
  repository.git('rm', '--quiet', 'b/one.yaml')
  expect(await check()).toEqual([expect.stringContaining('Application one would be deleted with its database')])
})

test('an override that became a database is retired before the generator leaves it out', async () => {
  const set = (more: string): string => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: dbs, namespace: argocd }
spec:
  goTemplate: true
  generators: [{ git: { repoURL: ${url}, revision: main, files: [{ path: 'dbs/*.yaml' }${more}] } }]
  template:
    metadata: { name: '{{ trimSuffix ".yaml" .path.filename }}', namespace: argocd }
    spec:
      project: default
      destination: { server: https://kubernetes.default.svc, namespace: pg }
      sources:
        - repoURL: https://cloudnative-pg.github.io/charts
          chart: cluster
          targetRevision: 0.8.1
          helm:
            ignoreMissingValueFiles: true
            valueFiles: [ '$here/dbs/{{ .path.filename }}', '$here/dbs/{{ trimSuffix ".yaml" .path.filename }}-prd.yaml' ]
        - { repoURL: ${url}, targetRevision: main, ref: here }
`
  const sized = 'cluster:\n  storage: { size: 1Gi }\n'
  open({ 'set.yaml': set(''), 'dbs/orders.yaml': sized, 'dbs/orders-prd.yaml': sized })
  const { stdout } = await repository.run('check', '--format', 'json')
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { rule: string; help: string }[] }
  const phantom = diagnostics.find(({ rule }) => rule === 'argocd/phantom-database')
  expect(phantom?.help).toContain('first retire it: `retired: {orders-prd: {reason: …, since: …}}` in the settings')
  repository.put('set.yaml', set(", { path: 'dbs/*-prd.yaml', exclude: true }"))
  expect((await check()).filter((line) => /database-stays|phantom/.test(line))).toEqual([
    expect.stringContaining('Application orders-prd would be deleted with its database'),
  ])
  repository.put('set.yaml', set(''))
  repository.put('cnpg-values.yaml', 'retired:\n  orders-prd: { reason: it is an override, since: "2026-01-31" }\n')
  repository.git('add', '--all')
  repository.git('commit', '--quiet', '--message', 'retired')
  repository.put('set.yaml', set(", { path: 'dbs/*-prd.yaml', exclude: true }"))
  repository.put('cnpg-values.yaml', '{}\n')
  const { code, stdout: last } = await repository.run('check', '--base', 'HEAD')
  expect([code, last]).toEqual([0, expect.stringContaining('Application orders-prd is retired, and is deleted with its database')])
})

test('an element in the place of another one is one mistake: the worse of leaving it and making a new one', async () => {
  const set = (policy: string): string => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: dbs, namespace: argocd }
spec:
  goTemplate: true
  syncPolicy: ${policy}
  generators: [{ git: { repoURL: ${url}, revision: main, directories: [{ path: 'dbs/*' }] } }]
  template:
    metadata: { name: '{{ .path.basename }}', namespace: argocd }
    spec:
      project: default
      destination: { server: https://kubernetes.default.svc, namespace: '{{ .path.basename }}' }
      source: { repoURL: https://cloudnative-pg.github.io/charts, chart: cluster, targetRevision: 0.8.1 }
`
  const kept = '{ applicationsSync: create-update, preserveResourcesOnDeletion: true }'
  for (const [policy, rule] of [
    [kept, 'changes/no-rename'],
    ['{}', 'changes/database-stays'],
  ] as const) {
    open({ 'set.yaml': set(policy), 'dbs/users/values.yaml': '{}\n' })
    repository.git('mv', 'dbs/users', 'dbs/accounts')
    expect((await check()).filter((line) => line.includes('[changes/'))).toEqual([expect.stringContaining(`[${rule}]`)])
    if (policy === kept) repository.remove()
  }
})
