// Is a password shown in a help that makes a name of the text that holds it?
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { main } from '../../scripts/cli/cli.ts'

const root = mkdtempSync(join(tmpdir(), 'cnpg-values-names-'))
cpSync(fileURLToPath(new URL('../projects/base', import.meta.url)), root, { recursive: true })
afterAll(() => rmSync(root, { recursive: true }))

const application = (name: string, source: string, namespace: string) => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  namespace: argocd
spec:
  project: default
  source: ${source}
  destination:
    server: https://kubernetes.default.svc
    namespace: "${namespace}"
`
const cluster = (texts: readonly [label: string, secret: string, service: string]) => `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata:
  name: pay
spec:
  instances: 3
  storage:
    size: 10Gi
  inheritedMetadata:
    labels:
      team: "${texts[0]}"
  superuserSecret:
    name: "${texts[1]}"
  managed:
    services:
      additional:
        - selectorType: rw
          serviceTemplate:
            metadata:
              name: "${texts[2]}"
`
const folder = '{ repoURL: https://github.com/example/example-infrastructure.git, targetRevision: main, path: pay }'
const chartOf = (url: string) => `{ repoURL: "${url}", targetRevision: 0.8.1, chart: cluster }`
const charts = 'https://cloudnative-pg.github.io/charts'

async function helpsOf(files: Readonly<Record<string, string>>): Promise<{ rules: string[]; text: string }> {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  let text = ''
  await main(['check', '--format', 'json'], { cwd: root, color: false, stdout: (part) => (text += part), stderr: () => {} })
  const { diagnostics } = JSON.parse(text) as { diagnostics: { rule: string }[] }
  return { rules: diagnostics.map(({ rule }) => rule), text: text.toLowerCase() }
}

const files = (secret: (text: string) => string, url: string) => ({
  'apps/templates/one.yaml': application('one', chartOf(charts), secret('Pay_One')),
  'apps/templates/two.yaml': application('two', chartOf(url), 'pay-two'),
  'apps/templates/three.yaml': application('three', folder, 'pay-three'),
  'pay/cluster.yaml': cluster([secret('a b'), secret('Super_User'), secret('Pay_Service')]),
})
const expected = ['argocd/chart-address', 'argocd/destination-namespace', 'policy/named-object-possible', 'policy/pod-possible']

test('not of a token or a password', async () => {
  const { rules, text } = await helpsOf(
    files(() => 'Bearer Pl4ntedQ9zzSecret', 'oci://deploy:Pl4ntedQ9zzSecret@registry.example.com/charts'),
  )
  expect(rules).toEqual(expect.arrayContaining(expected))
  expect(text).not.toContain('pl4nted')
})

test('of any other text', async () => {
  const { rules, text } = await helpsOf(files((name) => name, 'oci://registry.example.com/charts'))
  expect(rules).toEqual(expect.arrayContaining(expected))
  for (const name of ['pay-one', 'a-b', 'super-user', 'pay-service', 'write registry.example.com/charts']) expect(text).toContain(name)
})
