// Is one mistake of a hand-written set one finding, however many Applications it spoils?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const url = 'https://github.com/acme/gitops'
let repository: ReturnType<typeof openFiles>
afterEach(() => repository.remove())

interface Parts {
  readonly version?: string
  readonly namespace?: string
  readonly file?: string
  readonly isGo?: boolean
}
const setOf = ({ version = 'v1alpha1', namespace = '{{ .space }}', file = 'ok.yaml', isGo = true }: Parts): string => {
  const text = `apiVersion: argoproj.io/${version}
kind: ApplicationSet
metadata: { name: dbs, namespace: argocd }
spec:
  goTemplate: ${isGo}
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators:
    - list: { elements: [{ name: a, space: x1 }, { name: b, space: x2 }, { name: c, space: x3 }] }
  template:
    metadata: { name: '{{ .name }}' }
    spec:
      project: default
      destination: { server: https://kubernetes.default.svc, namespace: '${namespace}' }
      sources:
        - repoURL: https://cloudnative-pg.github.io/charts
          chart: cluster
          targetRevision: 0.8.1
          helm: { releaseName: r, valueFiles: ['$v/v/${file}'], values: "cluster: {enablePDB: false, instances: 1}" }
        - { repoURL: ${url}, targetRevision: main, ref: v }
`
  return isGo ? text : text.replaceAll('{{ .', '{{').replaceAll(" }}'", "}}'")
}
const told = (parts: Parts): Promise<string[]> => {
  repository = openFiles({ 'set.yaml': setOf(parts), 'v/ok.yaml': 'cluster: {}\n' }, url)
  return repository.told()
}

test('a good set has none', async () => {
  expect(await told({})).toEqual([])
})
test.each([
  ['left as it is written', { namespace: '{{ .spce }}', isGo: false }, '{{spce}}'],
  ['filled with nothing', { namespace: '{{ .spce }}' }, '<no value>'],
])('a misspelt placeholder of the namespace, %s', async (_what, parts, text) => {
  expect(await told(parts)).toEqual([
    expect.stringMatching(/^set\.yaml:13: spec\.destination\.namespace is .*\[argocd\/placeholder-filled\]$/),
  ])
  expect((await repository.told())[0]).toContain(text)
})
test.each([
  ['one file', 'gone.yaml', 'value file is v/gone.yaml, but there is no such file'],
  ['a file for each element', '{{ .name }}.yaml', 'value file is v/a.yaml, but there is no such file (and 2 more)'],
  ['a pattern for each element', '{{ .name }}*.yml', 'value file is v/a*.yml, but no file matches (and 2 more)'],
])('missing value files: %s', async (_what, file, message) => {
  expect(await told({ file })).toEqual([`set.yaml:18: ${message} [argocd/value-file-exists]`])
})
test('a version of Argo CD that is none', async () => {
  expect(await told({ version: 'v1alpha2' })).toEqual([
    'set.yaml:1: apiVersion is "argoproj.io/v1alpha2", but ApplicationSet is served as argoproj.io/v1alpha1 [schema/kind]',
  ])
})
