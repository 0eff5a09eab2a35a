// Is a mistake in what a set fills its template in with reported there, and one of the template in the template?
import { afterEach, describe, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

let opened: ReturnType<typeof openFiles> | undefined
afterEach(() => {
  opened?.remove()
  opened = undefined
})

const url = 'https://github.com/acme/infra.git'
const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: databases, namespace: argocd }
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators:
    - matrix:
        generators:
          - git: { repoURL: "${url}", revision: main, files: [{ path: databases/*/config.yaml }] }
          - list:
              elements:
                - env: dev
                  instances: "1"
                  pull: Always
                  stage: dev
                  values: { cluster: { logLevel: info } }
                - env: prd
                  instances: "1"
                  pull: IfNotPresent
                  stage: prd
                  values: { cluster: { logLevel: debug } }
  template:
    metadata: { name: "{{ .name }}-{{ .env }}" }
    spec:
      project: default
      sources:
        - repoURL: https://cloudnative-pg.github.io/charts
          chart: cluster
          targetRevision: 0.8.1
          helm:
            releaseName: "{{ .name }}"
            valueFiles:
              - $values/defaults/{{ .env }}.yaml
            values: |
              cluster:
                {{- toYaml .values.cluster | nindent 2 }}
                instances: {{ .instances }}
                enablePDB: false
                initdb: { database: {{ .database }}, owner: app }
                additionalLabels:
                  stage: team-{{ .stage }}
            parameters:
              - { name: cluster.imagePullPolicy, value: "{{ .pull }}" }
        - { repoURL: "${url}", targetRevision: main, ref: values }
      destination: { server: https://kubernetes.default.svc, namespace: "{{ .name }}-{{ .env }}" }
`
const defaults = 'cluster: { enableSuperuserAccess: false }\n'
const files = {
  'databases.yaml': set,
  'databases/orders/config.yaml': 'name: orders\ndatabase: orders\n',
  'databases/users/config.yaml': 'name: users\ndatabase: users\n',
  'defaults/dev.yaml': defaults,
  'defaults/prd.yaml': defaults,
}

async function told(file: keyof typeof files, from: string, to: string): Promise<string[]> {
  opened = openFiles(files, url)
  opened.edit(file, from, to)
  return (await opened.told()).map((line) => line.replace(/, affects .*(?= \[)/, ''))
}

test('nothing is wrong with the set as it is', async () => {
  expect(await told('databases.yaml', 'namespace: argocd', 'namespace: argocd')).toEqual([])
})

describe('of a matrix, it is the line of the element', () => {
  test.each([
    ['a value', 'instances: "1"', 'instances: "0"', '15: cluster.instances is 0, but must be at least 1 [schema/minimum]'],
    [
      'a parameter',
      'pull: Always',
      'pull: Sometimes',
      '16: cluster.imagePullPolicy is "Sometimes", but must be Always, IfNotPresent or Never [image/pull-policy]',
    ],
    ['a map', 'logLevel: info', 'loglevel: info', '18: unknown key `loglevel` in `cluster` [values/known-keys]'],
    [
      'a part of a text that is right with the other elements',
      'stage: dev',
      'stage: "dev 1"',
      '17: cluster.additionalLabels.stage is "team-dev 1", but must be at most 63 letters, digits, -, . and _ [schema/metadata]',
    ],
  ])('for %s', async (_title, from, to, line) => {
    expect(await told('databases.yaml', from, to)).toEqual([`databases.yaml:${line}`])
  })

  test('for a value file that is there with the other elements', async () => {
    const edited = set
      .replace('$values/defaults/{{ .env }}', '$values/defaults/{{ .stage }}')
      .replace('team-{{ .stage }}', 'team-{{ .env }}')
    expect(await told('databases.yaml', set, edited.replace('stage: prd', 'stage: prod'))).toEqual([
      'databases.yaml:22: value file is defaults/prod.yaml, but there is no such file [argocd/value-file-exists]',
    ])
  })
})

test('a key that one element lacks is missed there, and one that the template misspells is marked in its text', async () => {
  expect(await told('databases.yaml', '                  stage: dev\n', '')).toEqual([
    'databases.yaml:14: map has no entry for key "stage" [argocd/set-generates]',
  ])
  opened?.remove()
  expect(await told('databases.yaml', 'team-{{ .stage', 'team-{{ .stge')).toEqual([
    'databases.yaml:43: map has no entry for key "stge" [argocd/set-generates]',
  ])
})

test('a name that is refused of one element is its own', async () => {
  expect(await told('databases.yaml', 'releaseName: "{{ .name }}"', 'releaseName: "{{ .name }}-{{ .stage }}"')).toEqual([])
  opened?.edit('databases.yaml', 'stage: dev', 'stage: De_v')
  expect((await opened?.told())?.filter((line) => line.includes('[argocd/'))).toEqual([
    'databases.yaml:17: release name is orders-De_v, but must be at most 53 lower case letters, digits, - and . [argocd/set-generates]',
  ])
})

test("a namespace that can not be is the element's, or that of the template", async () => {
  const edited = set.replace('namespace: "{{ .name }}-{{ .env }}"', 'namespace: "{{ .name }}-{{ .pull }}"').replace('Always', 'always')
  const line = (at: number, name: string): string =>
    `databases.yaml:${at}: namespace is ${name}, but a namespace has lower-case letters, digits and \`-\`, at most 63 [argocd/destination-namespace]`
  const spaces = async (text: string): Promise<string[]> => {
    const lines = (await told('databases.yaml', set, text)).filter((one) => one.includes('namespace'))
    opened?.remove()
    return lines
  }
  expect(await spaces(edited)).toEqual([line(21, 'orders-IfNotPresent')])
  expect(await spaces(edited.replace('always', 'Always'))).toEqual([line(47, 'orders-Always')])
  opened = undefined
})

test('of a git generator, it is the line of its file', async () => {
  expect(await told('databases/orders/config.yaml', 'database: orders', 'database: postgres')).toEqual([
    expect.stringMatching(/^databases\/orders\/config\.yaml:2: .*"postgres"/),
  ])
})

test("what the template writes beside it is the template's", async () => {
  expect(await told('databases.yaml', 'team-{{', 'the team-{{')).toEqual([
    expect.stringMatching(/^databases\.yaml:43: cluster\.additionalLabels\.stage is "the team-dev"/),
  ])
  opened?.remove()
  expect(await told('databases.yaml', 'instances: {{ .instances }}', 'instances: "{{ .instances }}"')).toEqual([
    'databases.yaml:39: cluster.instances is text ("1"), but the chart takes a whole number [values/chart-schema]',
  ])
})
