// Is a mistake of a template blamed on the template, and one of an element on the element?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

let opened: ReturnType<typeof openFiles> | undefined
afterEach(() => {
  opened?.remove()
  opened = undefined
})

const set = (elements: string, key: string): string => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: dbs, namespace: argocd }
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators:
    - list:
        elements: ${elements}
  template:
    metadata: { name: '{{ .service }}' }
    spec:
      project: default
      destination: { server: https://kubernetes.default.svc, namespace: '{{ ${key} }}' }
      source: { repoURL: https://cloudnative-pg.github.io/charts, chart: cluster, targetRevision: 0.8.1 }
`

async function said(elements: string, key: string): Promise<readonly (readonly [number, string | undefined])[]> {
  opened = openFiles({ 'argocd/set.yaml': set(elements, key) }, 'https://github.com/acme/infra.git')
  const { diagnostics } = JSON.parse((await opened.run('check', '--format', 'json')).stdout) as {
    readonly diagnostics: readonly { readonly line: number; readonly help?: string; readonly severity: string }[]
  }
  return diagnostics.filter(({ severity }) => severity === 'error').map(({ line, help }) => [line, help])
}

test('what several elements have alike is misspelt in the template', async () => {
  expect(await said('[{ service: a }, { service: b }, { service: c }]', '.servce')).toEqual([[15, 'did you mean `service`?']])
})

test('what one element lacks is misspelt there', async () => {
  expect(await said('[{ service: a, team: x }, { service: b, taem: y }]', '.team')).toEqual([[10, 'did you mean `team`?']])
})
