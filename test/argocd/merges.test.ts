// Is a key of an element that a merge generator overrides with, and that nothing reads, reported at its line?
import { expect, test } from 'vitest'
import { toldOf } from '../support/files.ts'

const set = (over: string, size = '{{ .size }}', keys = '[name]'): string => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: dbs, namespace: argocd }
spec:
  goTemplate: true
  goTemplateOptions: ["missingkey=error"]
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators:
    - merge:
        mergeKeys: ${keys}
        generators:
          - list:
              elements: [{ name: a, size: 10Gi }, { name: b, size: 10Gi }]
          - list:
              elements:
                - ${over}
  template:
    metadata: { name: 'db-{{ .name }}' }
    spec:
      project: default
      destination: { server: https://kubernetes.default.svc, namespace: shop }
      source:
        repoURL: https://cloudnative-pg.github.io/charts
        chart: cluster
        targetRevision: 0.8.1
        helm:
          releaseName: '{{ .name }}'
          valuesObject:
            cluster: { enablePDB: false, imageName: "ghcr.io/cloudnative-pg/postgresql:17.5", instances: 1, storage: { size: '${size}' } }
`
const told = (...parts: Parameters<typeof set>): Promise<string[]> => toldOf({ 'apps/set.yaml': set(...parts) })

test.each([
  ['{ name: b, size: 50Gi }', '{{ .size }}'],
  ['{ name: b, sise: 50Gi }', '{{ get . "sise" | default .size }}'],
  ['{ name: b, sise: 50Gi }', '{{ if (toJson . | contains "50") }}50Gi{{ else }}{{ .size }}{{ end }}'],
  ['{ name: b, size: 50Gi, sise: 1 }', '{{ .size }}'],
  ['{ name: b, team: shop }', '{{ .size }}'],
])('%s, read as %s', async (over, size) => {
  expect(await told(over, size)).toEqual([])
})
test('a misspelt key is', async () => {
  expect(await told('{ name: b, sise: 50Gi }')).toEqual([
    'apps/set.yaml:16: sise overrides nothing: no element of the first generator has that key, and no placeholder reads it [argocd/merge-matches]',
  ])
})
test('a misspelt key of the merge is one mistake', async () => {
  expect(await told('{ name: b, size: 50Gi }', undefined, '[nmae]')).toEqual([
    'apps/set.yaml:10: mergeKeys hold nmae, but no element of the first generator has that key [argocd/set-generates]',
  ])
})
