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
  const about = diagnostics.filter(({ rule }) => /owner|extension/.test(rule))
  expect(about.map(({ rule, file, line }) => `${file}:${line} ${rule}`).toSorted()).toEqual([
    'o/d.yaml:10 policy/managed-extension-used',
    'o/d.yaml:6 policy/database-owner-known',
    'o/d.yaml:9 policy/extension-preloaded',
  ])
})
