// Is a Backup that the operator can't read told from one that it can?
import { expect, test } from 'vitest'
import { toldOf } from '../support/files.ts'

const application = (name: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: pay }
  source: { repoURL: https://github.com/acme/infra.git, targetRevision: main, path: ${name} }
`
const cluster = (name: string, more = ''): string =>
  `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: ${name} }\nspec: { instances: 1, enablePDB: false, storage: { size: 10Gi }${more} }\n`
const backup = (method: string): string =>
  `---\napiVersion: postgresql.cnpg.io/v1\nkind: Backup\nmetadata: { name: before }\nspec: { cluster: { name: pay }, method: ${method} }\n`
const restored = cluster('restored', ', bootstrap: { recovery: { backup: { name: before } } }')
const plugin = 'plugin, pluginConfiguration: { name: example.com }'

async function told(first: string, second = ''): Promise<number> {
  const files = {
    'argo/pay.yaml': application('pay'),
    'argo/other.yaml': application('other'),
    'pay/cluster.yaml': cluster('pay') + first,
    'other/cluster.yaml': `${restored}${second}`,
  }
  return (await toldOf(files)).filter((one) => one.includes('[policy/recovery-backup-readable]')).length
}

test('one of a plugin', async () => expect(await told(backup(plugin))).toBe(1))
test('one of the operator', async () => expect(await told(backup('barmanObjectStore'))).toBe(0))
test('one that two make, in two ways', async () => expect(await told(backup(plugin), backup('barmanObjectStore'))).toBe(0))
