// Is a folder that a git generator leaves out, by a name that is nearly another one's, reported?
import { expect, test } from 'vitest'
import { toldOf } from '../support/files.ts'

const set = (excluded: string): string => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: dbs, namespace: argocd }
spec:
  goTemplate: true
  goTemplateOptions: ["missingkey=error"]
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators:
    - git:
        repoURL: https://github.com/acme/infra.git
        revision: main
        directories: [{ path: dbs/* }, { path: ${excluded}, exclude: true }]
  template:
    metadata: { name: 'db-{{ .path.basename }}' }
    spec:
      project: default
      destination: { server: https://kubernetes.default.svc, namespace: shop }
      sources:
        - repoURL: https://cloudnative-pg.github.io/charts
          chart: cluster
          targetRevision: 0.8.1
          helm: { releaseName: '{{ .path.basename }}', valueFiles: ['$values/{{ .path.path }}/values.yaml'] }
        - { repoURL: https://github.com/acme/infra.git, targetRevision: main, ref: values }
`
const values = 'cluster: { enablePDB: false, instances: 1, imageName: "ghcr.io/cloudnative-pg/postgresql:17.5" }\n'

test.each([
  ['dbs/old', []],
  ['dbs/eus', []],
  ['dbs/gone', []],
  ['dbs/olds', ['apps/set.yaml:12: path is `dbs/olds`, but nothing in the repository matches it [argocd/git-path-matches]']],
])('%s', async (excluded, expected) => {
  const files = Object.fromEntries(['shop', 'old', 'eu'].map((name) => [`dbs/${name}/values.yaml`, values]))
  expect(await toldOf({ 'apps/set.yaml': set(excluded), ...files })).toEqual(expected)
})
