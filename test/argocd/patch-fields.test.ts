// Is what a set's templatePatch says wrongly reported at its own line?
import { expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const set = (patch: string): string => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: dbs, namespace: argocd }
spec:
  goTemplate: true
  goTemplateOptions: ["missingkey=error"]
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators:
    - list:
        elements:
          - { name: a, instances: "1" }
          - { name: b, instances: "1" }
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
            cluster: { enablePDB: false, imageName: "ghcr.io/cloudnative-pg/postgresql:17.5", instances: 1 }
  templatePatch: |
${patch.replaceAll(/^(?=.)/gm, '    ')}`
const patch = `metadata:
  annotations: { team: "{{ .name }}" }
spec:
  {{- if eq .name "a" }}
  ignoreDifferences: []
  {{- end }}
  source:
    helm:
      parameters:
        - name: cluster.instances
          value: "{{ .instances }}"
`

async function reported(text: string, edit: readonly [string, string] = ['', '']): Promise<string[]> {
  const opened = openFiles({ 'apps/set.yaml': set(text).replace(...edit) }, 'https://github.com/acme/infra.git')
  try {
    const { stdout } = await opened.run('check', '--format', 'json')
    const { diagnostics } = JSON.parse(stdout) as {
      diagnostics: readonly Readonly<{ line: number; column: number; rule: string; help?: string }>[]
    }
    return diagnostics.map(({ line, column, rule, help }) => `${line}:${column} ${rule}: ${help}`)
  } finally {
    opened.remove()
  }
}

test('a patch of fields that there are is healthy', async () => {
  expect(await reported(patch)).toEqual([])
  expect(await reported(patch.replace('spec:', 'Spec:'))).toEqual([])
})
test.each([
  ['spec:', 'spce:', '29:5 argocd/known-fields: did you mean `spec`?'],
  ['parameters:', 'paramters:', '35:11 argocd/known-fields: did you mean `parameters`?'],
  ['annotations:', 'anotations:', '28:7 argocd/known-fields: did you mean `annotations`?'],
  ['cluster.instances', 'cluster.instanes', '36:21 values/known-keys: did you mean `instances`?'],
  ['"{{ .instances }}"', '"0"', '37:22 schema/minimum: undefined'],
])('%s → %s', async (from, to, wanted) => {
  expect(await reported(patch.replace(from, to))).toEqual([wanted])
})
test('what an element puts into a parameter of the patch is for the element to change', async () => {
  expect(await reported(patch, ['name: b, instances: "1"', 'name: b, instances: "0"'])).toEqual(['12:35 schema/minimum: undefined'])
})
const two = `spec:
  source:
    helm:
      parameters:
        - value: "0"
          name: cluster.instances
        - value: "1"
          name: poolers[0].instances
        - { value: rw, name: "poolers[0].name" }
        - { value: x, name: cluster.logLevel }
`
test('a parameter whose value is above its name, and one in braces', async () => {
  expect((await reported(two)).sort()).toEqual(['31:22 schema/minimum: undefined', '36:24 schema/enum: undefined'])
  expect((await reported(two.replace('value: x, name: cluster.logLevel', 'name: cluster.logLevel, value: x'))).sort()).toEqual([
    '31:22 schema/minimum: undefined',
    '36:48 schema/enum: undefined',
  ])
})
