// May a database as written go once it was retired, and only then?
import { afterEach, describe, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

let repository: ReturnType<typeof openFiles>
afterEach(() => repository.remove())

const application = (name: string, finalizer = ''): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd${finalizer} }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: ${name} }
  source:
    repoURL: https://cloudnative-pg.github.io/charts
    chart: cluster
    targetRevision: 0.8.1
    helm: { values: "cluster: {storage: {size: 1Gi}}" }
`
const cascading = ', finalizers: [resources-finalizer.argocd.argoproj.io]'
const retire = (id: string): string => `retired:\n  ${id}: { reason: merged into orders, since: "2026-01-31" }\n`
const commit = (): void => {
  repository.git('add', '--all')
  repository.git('commit', '--quiet', '--message', 'next')
}
const check = (): Promise<string[]> => repository.told('--base', 'HEAD')
const plan = async (): Promise<string> => (await repository.run('plan', '--base', 'HEAD')).stdout

describe('an Application', () => {
  test('whose database would live on goes without a word once it was retired', async () => {
    repository = openFiles({ 'a.yaml': application('orders'), 'b.yaml': application('billing') })
    repository.put('cnpg-values.yaml', retire('billing'))
    expect(await check()).toEqual([])
    expect(await plan()).toMatch(/billing: retired\n.*once this is merged, a second pull request may remove it/)
    commit()
    repository.git('rm', '--quiet', 'b.yaml')
    repository.git('rm', '--quiet', 'cnpg-values.yaml')
    expect(await check()).toEqual([])
    const steps = await plan()
    expect(steps).toContain('billing: gone')
    expect(steps).toContain('kubectl delete application billing -n argocd')
    expect(steps).toContain('pg_dumpall > billing-cluster.sql')
  })
  test('that takes its database along is an error before, and a warning once it was retired', async () => {
    repository = openFiles({ 'a.yaml': application('orders'), 'b.yaml': application('billing', cascading) })
    repository.git('rm', '--quiet', 'b.yaml')
    const [before] = JSON.parse((await repository.run('check', '--base', 'HEAD', '--format', 'json')).stdout).diagnostics as {
      help: string
    }[]
    expect(before).toMatchObject({ rule: 'changes/database-stays', severity: 'error' })
    expect(before?.help).toContain('`retired: {billing: {reason: …, since: …}}` in the settings')
    repository.git('checkout', '--quiet', 'HEAD', '--', 'b.yaml')
    repository.put('cnpg-values.yaml', retire('billing'))
    commit()
    repository.git('rm', '--quiet', 'b.yaml')
    repository.put('cnpg-values.yaml', '{}\n')
    const { stdout, code } = await repository.run('check', '--base', 'HEAD')
    expect(stdout).toContain('warning: Application billing is retired, and is deleted with its database and the volumes')
    expect(code).toBe(0)
    expect(await plan()).toMatch(/before the merge: keep a last copy(?:.|\n)*Argo CD deletes the Application billing/)
  })
  test('is not retired by the change that removes it', async () => {
    repository = openFiles({ 'a.yaml': application('orders'), 'b.yaml': application('billing', cascading) })
    repository.put('cnpg-values.yaml', retire('billing'))
    repository.git('rm', '--quiet', 'b.yaml')
    expect(await check()).toEqual([
      expect.stringContaining('Application billing would be deleted with its database'),
      'cnpg-values.yaml:2: retired has `billing`, but no database here has that id [settings/retired-used]',
    ])
  })
  test('that is retired is still synced, so that its changes count', async () => {
    repository = openFiles({ 'b.yaml': application('billing'), 'cnpg-values.yaml': retire('billing') })
    repository.edit('b.yaml', '1Gi', '2Gi')
    expect(await plan()).toContain('billing: changed, storage expansion')
  })
})

test('an element of a set goes once its database was retired', async () => {
  const elements = '[{ service: orders }, { service: billing }]'
  const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: dbs, namespace: argocd }
spec:
  goTemplate: true
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators: [{ list: { elements: ${elements} } }]
  template:
${application("'{{ .service }}'")
  .replace(/^(?:apiVersion|kind).*\n/gm, '')
  .replace(/^/gm, '    ')
  .trimEnd()}
`
  repository = openFiles({ 'set.yaml': set })
  repository.edit('set.yaml', ', { service: billing }', '')
  expect(await check()).toEqual([expect.stringContaining('[changes/application-stays]')])
  repository.put('set.yaml', set)
  repository.put('cnpg-values.yaml', retire('billing'))
  commit()
  repository.edit('set.yaml', ', { service: billing }', '')
  repository.put('cnpg-values.yaml', '{}\n')
  expect(await check()).toEqual([])
  expect(await plan()).toContain('billing: gone')
})

test('what is retired must be there', async () => {
  repository = openFiles({ 'a.yaml': application('orders'), 'cnpg-values.yaml': retire('order').replace('2026-01-31', '2026-02-30') })
  expect(await repository.told()).toEqual([
    expect.stringContaining('retired has `order`, but no database here has that id [settings/retired-used]'),
    expect.stringContaining('retired.order.since is `2026-02-30`, but must be a day of the calendar'),
  ])
})
