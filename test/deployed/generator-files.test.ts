// Is a file that keeps a git generator from being computed blamed where it is wrong, and once?
import { afterEach, describe, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const open: { remove(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.remove()
})

const url = 'https://github.com/acme/infra.git'
const chart =
  '{ repoURL: https://cloudnative-pg.github.io/charts, chart: cluster, targetRevision: 0.8.1, helm: { valuesObject: { cluster: { instances: 3 } } } }'
const set = (source: string, name = 'all'): string => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: ${name}, namespace: argocd }
spec:
  goTemplate: true
  goTemplateOptions: ["missingkey=error"]
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators:
    - git:
        repoURL: ${url}
        revision: main
        files:
          - path: db/*/config.yaml
          - { path: db/old/config.yaml, exclude: true }
  template:
    metadata: { name: '${name}-{{ .path.basename }}' }
    spec:
      project: default
      destination: { server: https://kubernetes.default.svc, namespace: '{{ .namespace }}' }
      source: ${source}
`
const healthy = {
  'db/orders/config.yaml': 'namespace: orders\n',
  'db/old/config.yaml': 'x: [',
  'db/billing/config.yaml': 'namespace: billing\n',
}

async function told(stock: string, sets: Readonly<Record<string, string>> = { 'argocd/set.yaml': set(chart) }): Promise<string[]> {
  const opened = openFiles({ ...healthy, ...sets, 'db/stock/config.yaml': stock }, url)
  open.push(opened)
  return opened.told()
}

describe('a file of a git generator', () => {
  test('that is right is not reported', async () => {
    expect(await told('namespace: stock\n')).toEqual([])
  })
  test.each([
    ['is no YAML', 'namespace: stock\nlabels: [a\nb: 1\n', 'db/stock/config.yaml:2: `[` is opened here, but never closed [yaml/syntax]'],
    ['is no map', '# nothing\nstock\n', 'db/stock/config.yaml:2: this is `stock`, but a git generator reads maps [argocd/set-generates]'],
    [
      'lacks a key',
      '# it\nnamspace: stock\n',
      'db/stock/config.yaml:2: map has no entry for key "namespace", which the template of all needs [argocd/set-generates]',
    ],
  ])('that %s is blamed', async (_what, stock, expected) => {
    expect(await told(stock)).toEqual([expected])
  })
  test('is blamed once for two sets', async () => {
    const sets = { 'argocd/a.yaml': set(chart, 'a'), 'argocd/b.yaml': set(chart, 'b') }
    expect(await told('namespace: [\n', sets)).toEqual([expect.stringMatching(/^db\/stock\/config\.yaml:1: .* \[yaml\/syntax\]$/)])
  })
  test('is blamed where the set deploys folders, too', async () => {
    const sets = {
      'argocd/a.yaml': set(`{ repoURL: ${url}, path: '{{ .path.path }}' }`),
      'argocd/b.yaml': set(chart, 'b').replace('db/*', 'db/orders'),
    }
    expect(await told('namespace: [\n', sets)).toEqual([expect.stringMatching(/^db\/stock\/config\.yaml:1: .* \[yaml\/syntax\]$/)])
  })
  test('is not blamed for what the template has wrong', async () => {
    expect(await told('namespace: stock\n', { 'argocd/set.yaml': set(chart).replace('.namespace', '.nmespace') })).toEqual([
      expect.stringMatching(/^argocd\/set\.yaml:19: map has no entry for key "nmespace"/),
    ])
  })
})
