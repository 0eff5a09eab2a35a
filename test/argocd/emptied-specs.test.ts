// Is a patch that empties a spec blamed, and not the destination that it takes away?
import { expect, test } from 'vitest'
import { toldOf } from '../support/files.ts'

const set = (patch: string): string => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: dbs, namespace: argocd }
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators:
    - list: { elements: [{ service: a }, { service: b }] }
  template:
    metadata:
      name: '{{ .service }}'
      annotations: { argocd.argoproj.io/compare-options: ServerSideDiff=true }
    spec:
      project: default
      destination: { server: https://kubernetes.default.svc, namespace: '{{ .service }}' }
      source:
        repoURL: https://cloudnative-pg.github.io/charts
        chart: cluster
        targetRevision: 0.8.1
        helm: { valuesObject: { cluster: { instances: 1, enablePDB: false } } }
  templatePatch: |
    ${patch.replaceAll('\n', '\n    ')}
`

test.each<readonly [string, readonly string[]]>([
  ['spec:\n{{- if eq .service "c" }}\n  syncPolicy: { automated: {} }\n{{- end }}\n', ['dbs.yaml:22 [argocd/set-generates]']],
  ['{{- if eq .service "c" }}\nspec:\n  syncPolicy: { automated: {} }\n{{- end }}\n', []],
  ['spec:\n  syncPolicy: { retry: { limit: 3 } }\n', []],
])('%j', async (patch, expected) => {
  expect((await toldOf({ 'dbs.yaml': set(patch) })).map((text) => text.replace(/: .*\[/, ' ['))).toEqual(expected)
})

test.each([
  '  syncPolicy: { automated: {} }\n',
  '{{- if eq .service "c" }}\n  project: a\n{{- else }}\n  project: b\n{{- end }}\n',
  '{{- if eq .service "c" }}\n  project: a\n{{- end }}\n  syncPolicy: {}\n',
])('but not where it has something for every element: %j', async (below) => {
  const found = await toldOf({ 'dbs.yaml': set(`spec:\n${below}`).replace('server: https://kubernetes.default.svc', "server: ''") })
  expect(found.join('\n')).toContain('destination has neither server nor name')
})
