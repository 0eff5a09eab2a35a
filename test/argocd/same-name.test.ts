// How sure is it that one of two Applications of one name replaces the other?
import { expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const application = (name: string, path: string, namespace: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: ${namespace} }
  source: { repoURL: https://github.com/acme/infra.git, targetRevision: main, path: ${path} }
`
const cluster = (name: string): string =>
  `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: ${name} }\nspec: { instances: 1, enablePDB: false, storage: { size: 10Gi } }\n`
const [one, two] = [application('pay', 'pay', 'pay'), application('pay', 'bill', 'bill')]
const databases = { 'pay/cluster.yaml': cluster('pay'), 'bill/cluster.yaml': cluster('bill') }
const root = { 'root/root.yaml': application('root', 'argo', 'argocd') }

test.each<readonly [string, Readonly<Record<string, string>>, string]>([
  ['two files, whoever applies them', { 'argo/a.yaml': one, 'argo/b.yaml': two }, 'info'],
  ['two files that one Application applies', { 'argo/a.yaml': one, 'argo/b.yaml': two, ...root }, 'error'],
  ['one file', { 'argo/a.yaml': `${one}---\n${two}` }, 'error'],
  ['two names', { 'argo/a.yaml': one, 'argo/b.yaml': application('bill', 'bill', 'bill'), ...root }, ''],
  ['two folders, of which one is applied', { 'argo/a.yaml': one, 'other/b.yaml': two, ...root }, ''],
])('%s', async (_what, files, severity) => {
  const opened = openFiles({ ...databases, ...files }, 'https://github.com/acme/infra.git')
  const { stdout } = await opened.run('check', '--format', 'json')
  opened.remove()
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { rule: string; severity: string }[] }
  const found = diagnostics.filter(({ rule }) => rule === 'argocd/application-once').map((one) => one.severity)
  expect(found).toEqual(severity === '' ? [] : [severity])
})
