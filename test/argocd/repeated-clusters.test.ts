// Is a Cluster that one Application makes twice reported where it is lost, and one that is made once never?
import { afterEach, describe, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const url = 'https://github.com/acme/gitops'
let repository: ReturnType<typeof openFiles>
afterEach(() => repository.remove())

const application = (sources: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: orders, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: pg }
  sources:
${sources}`
const folder = (path: string): string => `    - { repoURL: ${url}, targetRevision: main, path: ${path} }\n`
const chart = (release: string, name = ''): string => `    - repoURL: https://cloudnative-pg.github.io/charts
      chart: cluster
      targetRevision: 0.8.1
      helm: { releaseName: ${release}, values: "${name}cluster: {storage: {size: 1Gi}}" }
`
const cluster = (name: string, namespace = '', size = '1Gi'): string => `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: ${name}${namespace} }
spec: { instances: 3, storage: { size: ${size} } }
`
const found = async (files: Record<string, string>): Promise<string[]> => {
  repository = openFiles(files, url)
  return (await repository.told()).filter((line) => line.endsWith('[argocd/cluster-once]'))
}
const lost = (line: string, name: string): string =>
  `${line}: Application orders makes the Cluster ${name} a second time, but only the last of the two is applied [argocd/cluster-once]`

describe('one Application that makes a Cluster twice', () => {
  test('from two folders', async () => {
    const files = { 'app.yaml': application(`${folder('one')}${folder('two')}`), 'one/a.yaml': cluster('orders') }
    expect(await found({ ...files, 'two/a.yaml': cluster('orders', ', namespace: pg', '2Gi') })).toEqual([lost('two/a.yaml:3', 'orders')])
    repository.remove()
    expect(await found({ ...files, 'two/a.yaml': cluster('billing') })).toEqual([])
    repository.remove()
    expect(await found({ ...files, 'two/a.yaml': cluster('orders', ', namespace: other') })).toEqual([])
  })
  test('from one folder, and from one file', async () => {
    const app = application(folder('one'))
    expect(await found({ 'app.yaml': app, 'one/a.yaml': cluster('orders'), 'one/b.yaml': cluster('orders') })).toEqual([
      lost('one/b.yaml:3', 'orders'),
    ])
    repository.remove()
    expect(await found({ 'app.yaml': app, 'one/a.yaml': `${cluster('orders')}---\n${cluster('orders')}` })).toEqual([
      lost('one/a.yaml:8', 'orders'),
    ])
  })
  test('from a chart and a folder, and from two releases', async () => {
    const files = { 'app.yaml': application(`${chart('orders')}${folder('one')}`) }
    expect(await found({ ...files, 'one/a.yaml': cluster('orders-cluster') })).toEqual([lost('one/a.yaml:3', 'orders-cluster')])
    repository.remove()
    expect(await found({ ...files, 'one/a.yaml': cluster('orders') })).toEqual([])
    repository.remove()
    expect(await found({ 'app.yaml': application(`${chart('orders')}${chart('orders')}`) })).toEqual([
      lost('app.yaml:15', 'orders-cluster'),
    ])
    repository.remove()
    expect(await found({ 'app.yaml': application(`${chart('orders')}${chart('billing')}`) })).toEqual([])
  })
  test('from one folder that is named twice', async () => {
    expect(await found({ 'app.yaml': application(`${folder('one')}${folder('one')}`), 'one/a.yaml': cluster('orders') })).toEqual([
      lost('one/a.yaml:3', 'orders'),
    ])
  })
})
