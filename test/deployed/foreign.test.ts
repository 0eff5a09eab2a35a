// Is it said which repositories that are not checked out may hold databases, and nothing of those that hold none?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'
import { folderApplication } from '../support/folder-application.ts'

const open: { remove(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.remove()
})
function repository(files: Readonly<Record<string, string>>) {
  const opened = openFiles(files, 'https://github.com/acme/gitops')
  open.push(opened)
  return opened
}

const application = (name: string, address: string, path: string, namespace = 'web'): string =>
  folderApplication({ name, url: address, path, namespace })
const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: all, namespace: argocd }
spec:
  goTemplate: true
  generators:
    - git: { repoURL: https://github.com/acme/stores, revision: main, directories: [{ path: 'databases/*' }] }
  template:
    metadata: { name: '{{ .path.basename }}' }
    spec:
      project: default
      destination: { server: https://kubernetes.default.svc, namespace: x }
      source: { repoURL: https://github.com/acme/stores, targetRevision: main, path: '{{ .path.path }}' }
`
const chart = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: here, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: here }
  source:
    repoURL: https://cloudnative-pg.github.io/charts
    chart: cluster
    targetRevision: 0.8.1
    helm: { values: "cluster: {storage: {size: 1Gi}}" }
`

test('each address that likely holds databases is said once, and listed', async () => {
  const two = [application('a', 'https://github.com/acme/far', 'dbs/a'), application('b', 'git@github.com:acme/far.git', 'dbs/b')]
  const { told, run } = repository({ 'apps.yaml': two.join('---\n'), 'set.yaml': set })
  expect(await told()).toEqual([
    'apps.yaml:7: a is not judged: it deploys dbs/a of https://github.com/acme/far, which is not checked out here, and 1 more: b [argocd/not-computed]',
    'set.yaml:13: all is not judged: it deploys {{ .path.path }} of https://github.com/acme/stores, which is not checked out here [argocd/not-computed]',
  ])
  expect((await run('check')).stdout).toContain('help: give the other repository: --checkout https://github.com/acme/far=DIR')
  expect((await run('check')).stderr).toContain('2 that may deploy databases could not be looked at')
  expect((await run('list')).stderr).toContain('apps.yaml:7: a is not listed')
})

test('where nothing else is there, the help names the repository', async () => {
  const { run } = repository({ 'apps.yaml': application('web', 'https://github.com/acme/web', 'deploy') })
  expect((await run('check')).stdout).toContain('--checkout https://github.com/acme/web=DIR')
})

test('beside databases, one note is enough for all others of the owner, and none for those of strangers', async () => {
  const strangers = application('argo', 'https://github.com/argoproj/argo-cd', 'manifests')
  const operator = application('cnpg', 'https://github.com/cloudnative-pg/cloudnative-pg', 'config/default')
  const near = ['one', 'two', 'three'].map((name) => application(name, `https://github.com/acme/${name}`, 'deploy'))
  expect(await repository({ 'a.yaml': [chart, strangers, operator].join('---\n') }).told()).toEqual([])
  expect(await repository({ 'a.yaml': [chart, ...near].join('---\n') }).told()).toEqual([
    'a.yaml:19: https://github.com/acme/one (and 2 more) is not checked out here, so that databases in it are not judged [argocd/not-computed]',
  ])
})
