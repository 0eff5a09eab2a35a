// Is a mistake in a template of the repository's own chart reported once, at its line?
import { expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const application = (name: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: ${name} }
  source: { repoURL: https://github.com/acme/infra.git, targetRevision: main, path: pg, helm: { valueFiles: [values-${name}.yaml] } }
`
const template = `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata:
  name: {{ .Release.Name }}
spec:
  instances: 1
  enablePDB: false
  imageName: ghcr.io/cloudnative-pg/postgresql:17.5
  env:
    - name: A
      value: a
    {{- toYaml .Values.env | nindent 4 }}
  storage:
    size: 5Gi
  resources:
    {{- toYaml .Values.resources | nindent 4 }}
  postgresql:
    parameters:
      {{- toYaml .Values.parameters | nindent 6 }}
  inheritedMetadata:
    labels:
      team: x
{{ toYaml .Values.labels | indent 6 }}
`
const values = `parameters:
  max_connections: "100"
  work_mem: 4MB
labels: { foo: a, bar: b }
resources: { requests: { memory: 512Mi }, limits: { memory: 512Mi } }
env: [{ name: B, value: b }]
instances: 1
written: "1"
`
const names = ['orders', 'billing', 'search']

async function told(edit: {
  readonly template?: readonly [string, string]
  readonly values?: readonly [string, string]
}): Promise<string[]> {
  const opened = openFiles(
    {
      ...Object.fromEntries(names.map((name) => [`apps/${name}.yaml`, application(name)])),
      ...Object.fromEntries(names.map((name, at) => [`pg/values-${name}.yaml`, `parameters: { max_connections: "${at + 100}" }\n`])),
      'pg/Chart.yaml': 'apiVersion: v2\nname: pg\nversion: 1.0.0\n',
      'pg/values.yaml': edit.values === undefined ? values : values.replace(...edit.values),
      'pg/templates/cluster.yaml': edit.template === undefined ? template : template.replace(...edit.template),
    },
    'https://github.com/acme/infra.git',
  )
  try {
    return await opened.told()
  } finally {
    opened.remove()
  }
}

test('it is healthy', async () => expect(await told({})).toEqual([]))
test.each([
  ['size: 5Gi', 'size: 5GiB', 14, 'storage/data-size-readable'],
  ['enablePDB: false', 'enablePDB: "false"', 7, 'schema/type'],
  ['enablePDB: false', 'enabelPDB: false', 7, 'schema/unknown-field'],
  ['kind: Cluster', 'kind: Clusster', 2, 'schema/kind'],
  ['size: 5Gi', 'size: {{ "5GiB" }}', 14, 'storage/data-size-readable'],
  ['  storage:\n    size', '  storage:\n\tsize', 14, 'chart/printed-yaml'],
  ['instances: 1', 'instances 1', 6, 'chart/printed-yaml'],
  ['parameters | nindent 6', 'parameters | nindent 3', 19, 'chart/printed-yaml'],
  ['resources | nindent 4', 'resources | nindent 1', 16, 'chart/printed-yaml'],
  ['labels | indent 6', 'labels | indent 8', 23, 'chart/printed-yaml'],
  ['env | nindent 4', 'env | nindent 3', 12, 'chart/printed-yaml'],
  ['env | nindent 4', 'env | nindent 6', 12, 'chart/printed-yaml'],
  ['parameters | nindent 6', 'parameters | nindent 4', 19, 'schema/unknown-field'],
  ['parameters | nindent 6', 'parameters | nindent 2', 19, 'schema/unknown-field'],
  ['resources | nindent 4', 'resources | nindent 2', 16, 'schema/unknown-field'],
  // what no value is in is the same for each of them
  ['  storage:\n    size: 5Gi\n', '', 5, 'storage/data-size-set'],
  ['instances: 1', 'instances: {{ 1 | quote }}', 6, 'schema/type'],
  ['instances: 1', 'instances: {{ .Values.instances | quote }}', 6, 'schema/type'],
  ['instances: 1', 'instances: "{{ .Values.instances }}"', 6, 'schema/type'],
  ['  enablePDB: false', '  instances: 3\n  enablePDB: false', 7, 'yaml/duplicate-key'],
  ['      team: x', '      team: x\n      {{- if .Values.labels }}\n      team: "y"\n      {{- end }}', 24, 'yaml/duplicate-key'],
  ['size: 5Gi', '{{- if .Values.labels }}\n    size: 5GiB\n    {{- end }}', 15, 'storage/data-size-readable'],
  ['  instances: 1', 'instances: {{ .Values.instances }}', 7, 'chart/printed-yaml'],
  ['{{- toYaml .Values.resources | nindent 4 }}', '{{ toYaml .Values.resources }}', 16, 'schema/unknown-field'],
  ['.Release.Name', '.Release.name', 4, 'schema/metadata'],
  ['size: 5Gi', 'size: {{ .Values.resources }}\n  # {{ .Values.resources.requests.memory }}', 14, 'storage/data-size-readable'],
])('of the template: %s → %s', async (from, to, line, rule) => {
  expect(await told({ template: [from, to] })).toEqual([
    expect.stringMatching(new RegExp(`^pg/templates/cluster\\.yaml:${line}: .* \\[${rule}\\]$`)),
  ])
})
test.each([
  ['{ foo: a, bar: b }', '[foo, bar]', 4],
  ['{ foo: a, bar: b }', 'foo', 4],
  ['[{ name: B, value: b }]', '{ name: B, value: b }', 6],
])('of the values: %s → %s', async (from, to, line) => {
  expect(await told({ values: [from, to] })).toEqual([
    expect.stringMatching(new RegExp(`^pg/values\\.yaml:${line}: .*\\[chart/printed-yaml\\]$`)),
  ])
})
test.each([
  ['the same value', '  enablePDB: false', '  instances: 1\n  enablePDB: false'],
  ['what values hold', '      team: x', '      foo: x\n      team: x'],
  ['one word in two branches', '  enablePDB: false', '  {{ if .Values.labels }}enablePDB: false{{ else }}enablePDB: true{{ end }}'],
])('of keys that come twice, %s is no mistake of the template', async (_what, from, to) => {
  expect(await told({ template: [from, to] })).toEqual([])
})
test('a map that is printed as text is the mistake of the values, unless the template reads what is in it', async () => {
  const size = ['size: 5Gi', 'size: {{ .Values.size }}'] as const
  const own = (text: string) => told({ template: size, values: ['written: "1"', text] })
  expect(await own('size: 5Gi')).toEqual([])
  expect(await own('size:\n  size: 5Gi')).toEqual([
    'pg/values.yaml:9: size is a map, but the chart prints it as text [storage/data-size-readable]',
  ])
  // written so by somebody
  expect(await own('size: "map[size:5Gi]"')).toEqual([expect.stringMatching(/^pg\/values\.yaml:8: size is .*map\[size:5Gi\]/)])
})
test('a map that the template has itself is for the template to change, and one of a value is not', async () => {
  const window = (text: string) =>
    told({
      template: ['  enablePDB: false', `  enablePDB: false\n  nodeMaintenanceWindow: ${text}`],
      values: ['written: "1"', 'written: "1"\nwindow: { inProgress: false }'],
    })
  expect(await window('{ inProgress: false }')).toEqual([
    expect.stringMatching(/^pg\/templates\/cluster\.yaml:\d+: .*\[maintenance\/no-node-maintenance-window\]$/),
  ])
  expect(await window('{{- toYaml .Values.window | nindent 4 }}')).toEqual([
    expect.stringMatching(/^pg\/values\.yaml:\d+: .*\[maintenance\/no-node-maintenance-window\]$/),
  ])
})
test('what stands beside an empty key of the chart was meant to be below it', async () => {
  const from = 'resources: { requests: { memory: 512Mi }, limits: { memory: 512Mi } }'
  const resources = (text: string) => told({ values: [from, text] })
  expect(await resources('resources:\n  requests: { memory: 512Mi }\n  limits: { memory: 512Mi }')).toEqual([])
  expect(await resources('resources:\nrequests: { memory: 512Mi }')).toEqual([
    'pg/values.yaml:6: unknown key `requests` [values/known-keys]',
  ])
  expect(await resources('resources:\nrequests: {}')).toEqual([])
  expect(await resources('resources:\nteam: payments')).toEqual([])
  expect(await resources(`${from}\nrequests: { memory: 512Mi }`)).toEqual([])
  expect(await resources(`others:\nrequests: { memory: 512Mi }\n${from}`)).toEqual([])
  // printed as a whole, which says nothing of what is beside it
  expect(await resources('resources:\ningress: { enabled: false }')).toEqual([])
  expect(await resources('resources:\nrequests: {}')).toEqual([])
  const tolerations = [
    'env:\n',
    '{{- with .Values.tolerations }}\n  affinity: { tolerations: {{ toJson . }} }\n  {{- end }}\n  env:\n',
  ] as const
  expect(await told({ template: tolerations, values: ['written: "1"', 'tolerations:\naffinity: { a: b }'] })).toEqual([])
  const looped = [
    '      team: x',
    '      team: x\n      {{- range $key, $value := .Values.more }}\n      {{ $key }}: {{ $value }}\n      {{- end }}',
  ] as const
  expect(await told({ template: looped, values: ['written: "1"', 'more:\nother: a'] })).toEqual([])
  const sized = ['size: 5Gi', 'size: {{ (.Values.storage | default dict).size | default "5Gi" }}'] as const
  expect(await told({ template: sized, values: ['written: "1"', 'storage:\nsize: 9Gi'] })).toEqual([
    'pg/values.yaml:9: unknown key `size` [values/known-keys]',
  ])
})
test('quotes of the template are one mistake, whatever each database puts in them', async () => {
  const opened = { template: ['instances: 1', 'instances: {{ index .Values.parameters "max_connections" | int | quote }}'] as const }
  expect(await told(opened)).toEqual([
    'pg/templates/cluster.yaml:6: spec.instances is text, because the template puts it in quotes [schema/type]',
  ])
})
test('what the template only hands on is for the values to change', async () => {
  expect(await told({ template: ['instances: 1', 'instances: {{ toYaml .Values.written }}'] })).toEqual([
    'pg/values.yaml:8: written is "1", but must be an integer [schema/type]',
  ])
  const asked = '{{- with .Values.storage }}\n  storage: {{ toYaml . | nindent 4 }}\n  {{- end }}'
  expect(await told({ template: ['storage:\n    size: 5Gi', asked] })).toContainEqual(
    expect.stringMatching(/^pg\/values-\w+\.yaml:.* \[storage\/data-size-set\]$/),
  )
})
test.each([
  ['apiVersion: postgresql.cnpg.io/v1\n', 'apiVersion: postgresql.cpng.io/v1\n'],
  ['apiVersion: postgresql.cnpg.io/v1\n', ''],
])('a Cluster of no kind that is served: %j → %j', async (from, to) => {
  expect(await told({ template: [from, to] })).toEqual([expect.stringMatching(/^pg\/templates\/cluster\.yaml:1: .* \[schema\/kind\]$/)])
})
test.each(['apiVersion: cluster.x-k8s.io/v1beta1\n', '{{ include "pg.head" . }}\n'])(
  'a Cluster of another group, or of one that is not seen: %s',
  async (head) => {
    const found = await told({ template: ['apiVersion: postgresql.cnpg.io/v1\n', head] })
    expect(found).toEqual([expect.stringContaining('[discover/any-database]')])
  },
)
test.each([
  ['labels:', 'null'],
  ['labels: {}', '{}'],
])('an empty map that is printed among keys: %s', async (empty, word) => {
  const edit = ['labels: { foo: a, bar: b }', empty] as const
  expect(await told({ values: edit })).toEqual([
    `pg/templates/cluster.yaml:23: .Values.labels is empty, and is printed as ${word} in a line of its own, where keys or items must be [chart/printed-yaml]`,
  ])
  const helped = '      {{- with .Values.labels }}\n      {{- toYaml . | nindent 6 }}\n      {{- end }}'
  expect(await told({ values: edit, template: ['{{ toYaml .Values.labels | indent 6 }}', helped] })).toEqual([])
})
