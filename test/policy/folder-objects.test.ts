// Is what a policy says of another object of a folder reported in the file of that object?
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { main } from '../../scripts/cli/cli.ts'

const root = mkdtempSync(join(tmpdir(), 'cnpg-values-folder-objects-'))
afterAll(() => rmSync(root, { recursive: true }))
const repoURL = 'https://github.com/example/databases.git'
const git = (...args: string[]): Buffer => execFileSync('git', ['-C', root, ...args], { stdio: 'pipe' })
git('init', '--quiet')
git('remote', 'add', 'origin', repoURL)

function lay(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

it.each(['', 'resources: [c.yaml, d.yaml]\n'])('at its own line, with the kustomization %j', async (kustomization) => {
  lay(
    'argo.yaml',
    `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: o, namespace: argocd}
spec:
  project: default
  destination: {server: https://kubernetes.default.svc, namespace: team}
  source: {repoURL: ${repoURL}, path: o, targetRevision: HEAD}
`,
  )
  lay(
    'o/c.yaml',
    `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: orders}
spec:
  instances: 3
  storage: {size: 10Gi}
  managed: {roles: [{name: reports, login: true}]}
`,
  )
  lay(
    'o/d.yaml',
    `apiVersion: postgresql.cnpg.io/v1
kind: Database
metadata: {name: d}
spec:
  name: shop
  owner: report
  cluster: {name: orders}
  extensions:
    - name: pg_cron
    - name: pgaudit
`,
  )
  if (kustomization === '') rmSync(join(root, 'o/kustomization.yaml'), { force: true })
  else lay('o/kustomization.yaml', kustomization)
  git('add', '--all')
  let stdout = ''
  await main(['check', '--format', 'json'], { cwd: root, color: false, stdout: (text) => (stdout += text), stderr: () => {} })
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { rule: string; file: string; line: number }[] }
  const about = diagnostics.filter(({ rule }) => /role-known|extension/.test(rule))
  expect(about.map(({ rule, file, line }) => `${file}:${line} ${rule}`).toSorted()).toEqual([
    'o/d.yaml:10 policy/managed-extension-used',
    'o/d.yaml:6 policy/role-known',
    'o/d.yaml:9 policy/extension-preloaded',
  ])
})

it('compares a Secret in another file of the folder with the Cluster of its namespace, and never shows it', async () => {
  const application = (name: string): string =>
    `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}, namespace: argocd}
spec:
  project: default
  destination: {server: https://kubernetes.default.svc, namespace: ${name}}
  source: {repoURL: ${repoURL}, path: ${name}, targetRevision: HEAD}
`
  const cluster = (name: string): string =>
    `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: ${name}}
spec:
  instances: 3
  storage: {size: 10Gi}
  bootstrap: {initdb: {database: shop, owner: shop, secret: {name: login}}}
`
  const secret = (username: string): string =>
    `apiVersion: v1\nkind: Secret\nmetadata: {name: login}\nstringData:\n  username: ${username}\n  password: example-password\n`
  rmSync(join(root, 'o'), { recursive: true, force: true })
  lay('argo.yaml', `${application('bad')}---\n${application('good')}---\n${application('other')}`)
  for (const name of ['bad', 'good', 'other']) lay(`${name}/c.yaml`, cluster(name))
  lay('bad/s.yaml', secret('example-user'))
  lay('good/s.yaml', secret('shop'))
  lay('other/s.yaml', secret('example-user').replace('{name: login}', '{name: login, namespace: elsewhere}'))
  git('add', '--all')
  let stdout = ''
  await main(['check'], { cwd: root, color: false, stdout: (text) => (stdout += text), stderr: () => {} })
  expect(stdout.match(/^.*\[policy\/login-secret-fits\]/gm)).toEqual([expect.stringMatching(/^bad\/s\.yaml:5:13: error: /)])
  expect(stdout).not.toContain('example-')
})
