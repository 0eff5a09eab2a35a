// Is a mistake in the elements of a set, or in its template, reported where it was made?
import { afterEach, describe, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

let opened: ReturnType<typeof openFiles> | undefined
afterEach(() => {
  opened?.remove()
  opened = undefined
})

const setOf = (generators: string, source: string): string => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: dbs, namespace: argocd }
spec:
  goTemplate: true
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators:
${generators}
  template:
    metadata: { name: "{{.name}}-db", annotations: { argocd.argoproj.io/compare-options: ServerSideDiff=true } }
    spec:
      project: default
      destination: { name: in-cluster, namespace: "{{.name}}" }
      source:
        repoURL: https://cloudnative-pg.github.io/charts
        targetRevision: 0.8.1
${source}
`
const list = `    - list:
        elements:
          - name: orders
            values:
              cluster:
                enablePDB: false
                instances: 0
                walStorge: {}
          - name: billing
            values: { cluster: { enablePDB: false, instances: 1 } }`

function told(set: string): Promise<string[]> {
  opened = openFiles({ 'apps/dbs.yaml': set }, 'https://github.com/acme/infra.git')
  return opened.told()
}

describe('values of an element', () => {
  test.each([
    ['as a text', '        chart: cluster\n        helm:\n          values: |\n            {{ toYaml .values | nindent 12 }}'],
    [
      'below a key of a text',
      '        chart: cluster\n        helm:\n          values: |\n            type: postgresql\n            cluster:\n              {{- toYaml .values.cluster | nindent 2 }}',
    ],
  ])('are blamed in the element where the template prints them %s', async (_title, source) => {
    expect(await told(setOf(list, source))).toEqual([
      'apps/dbs.yaml:14: cluster.instances is 0, but must be at least 1 [schema/minimum]',
      'apps/dbs.yaml:15: unknown key `walStorge` in `cluster` [values/known-keys]',
    ])
  })
})

test('values that the template writes itself are blamed there, whatever an element holds', async () => {
  const source =
    '        chart: cluster\n        helm:\n          values: |\n            {{ toYaml .values }}\n            poolerz:\n              enabled: false\n            monitor: {enabled: false}'
  const elements = `    - list:
        elements:
          - name: orders
            values: { cluster: { enablePDB: false, instances: 1 }, backups: { enabled: false } }`
  expect((await told(setOf(elements, source))).filter((line) => line.includes('known-keys'))).toEqual([
    'apps/dbs.yaml:24: unknown key `poolerz` [values/known-keys]',
    'apps/dbs.yaml:26: unknown key `monitor` [values/known-keys]',
  ])
})

const clusters = '    - clusters: {}'
test('the name of a release that is wrong whatever fills it in is named', async () => {
  const name =
    'apps/dbs.yaml:18: name of the Helm release has "_", but must be at most 53 lower-case letters, digits, `-` and `.` [chart/release-name]'
  const source = '        chart: cluster\n        helm: { releaseName: "{{.name}}_db" }'
  expect(await told(setOf(clusters, source))).toContain(name)
  opened?.remove()
  expect((await told(setOf(list, source))).map((line) => line.replace(/.*\[/, '['))).toEqual(['[argocd/set-generates]'])
})
test('a chart that the set fills in is said to be not judged', async () => {
  const note = 'apps/dbs.yaml:3: dbs is not judged: what its generator `clusters` finds is only known to the cluster [argocd/not-computed]'
  expect(await told(setOf(clusters, '        chart: "{{.chart}}"'))).toEqual([note])
})
