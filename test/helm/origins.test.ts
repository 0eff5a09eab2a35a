// Does every key and value of an object know who wrote it?
import { expect, test } from 'vitest'
import { Recorder } from '../../scripts/helm/recorder.ts'
import { findUnreadKeys, renderHelmChart, renderedObjects } from '../../scripts/helm/render.ts'
import type { Path, Value } from '../../scripts/model.ts'
import { valueAt } from '../../scripts/values/value.ts'

const helpers = `{{- define "probe.name" -}}
{{- printf "%s-%s" .Release.Name (default .Chart.Name .Values.name) | trunc 63 | trimSuffix "-" -}}
{{- end }}
{{- define "probe.storage" -}}
size: {{ .size }}
{{- with .class }}
class: {{ . | quote }}
{{- end }}
{{- end }}
`
const template = `apiVersion: v1
kind: Case
metadata:
  name: {{ include "probe.name" . }}
  labels:
    app: probe
    {{- with .Values.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  count: {{ .Values.count }}
  storage:
    {{- include "probe.storage" .Values.storage | nindent 4 }}
  {{- if .Values.backups.enabled }}
  backup: always
  {{- end }}
  url: s3://{{ .Values.bucket }}/{{ .Values.path }}
  rendered: {{ tpl .Values.template . }}
  tolerations:
  - fixed: true
  {{- toYaml .Values.tolerations | nindent 2 }}
  users:
  {{- range $name, $user := .Values.users }}
  - name: {{ $name }}
    role: {{ $user.role | default "reader" | upper }}
  {{- end }}
`
const defaults = `count: 1
name: ""
bucket: none
path: base
template: ""
labels: {}
storage:
  size: 1Gi
  class: ""
backups:
  enabled: false
tolerations: []
users: {}
`
const layer = `count: 3
bucket: mine
labels:
  team: a
storage:
  size: 20Gi
  class: fast
backups:
  enabled: true
template: "{{ .Values.count }}!"
tolerations:
- key: a
  effect: b
users:
  ann:
    role: owner
  bob: {}
`
const files = {
  'Chart.yaml': Buffer.from('apiVersion: v2\nname: probe\nversion: 0.1.0\n'),
  'values.yaml': Buffer.from(defaults),
  'templates/_helpers.tpl': Buffer.from(helpers),
  'templates/case.yaml': Buffer.from(template),
}
const input = (text: string) => ({ files, release: 'demo', namespace: 'apps', layers: [{ path: 'layer.yaml', text }] })

function placeOf(value: Value | undefined): string {
  if (value === undefined) return 'nowhere'
  const { file, value: span } = value.origin
  const line = file.text.slice(0, span.start).split('\n').length
  return `${file.path}:${line}`
}

test.each<[Path, string]>([
  [['metadata', 'labels', 'team'], 'layer.yaml:4'],
  [['metadata', 'labels', 'app'], 'templates/case.yaml:6'],
  [['spec', 'count'], 'layer.yaml:1'],
  [['spec', 'storage', 'size'], 'layer.yaml:6'],
  [['spec', 'storage', 'class'], 'layer.yaml:7'],
  [['spec', 'backup'], 'layer.yaml:9'],
  [['spec', 'url'], 'layer.yaml:2'],
  [['spec', 'rendered'], 'layer.yaml:1'],
  [['spec', 'tolerations', 0, 'fixed'], 'templates/case.yaml:20'],
  [['spec', 'tolerations', 1, 'key'], 'layer.yaml:12'],
  [['spec', 'tolerations', 1, 'effect'], 'layer.yaml:13'],
  [['spec', 'users', 0, 'role'], 'layer.yaml:16'],
])('%j comes from %s', (path, place) => {
  const { documents } = renderHelmChart({ ...input(layer), recorder: new Recorder() })
  expect(placeOf(valueAt(documents[0]?.value, path))).toBe(place)
})

test('objects have the form used by the rest of the program', () => {
  const objects = renderedObjects(renderHelmChart({ ...input(layer), recorder: new Recorder() }).documents)
  expect(objects.map(({ kind, name, hook }) => [kind, name, hook])).toEqual([['Case', 'demo-probe', false]])
})

test('watching changes nothing', () => {
  expect(renderHelmChart({ ...input(layer), recorder: new Recorder() }).text).toBe(renderHelmChart(input(layer)).text)
})

test('a key that no branch of any template reads is found, with the place where it would be read', () => {
  const [found = []] = findUnreadKeys(
    input('conut: 2\nsize: 5Gi\nstorage:\n  clas: x\nlabels:\n  any: thing\nusers:\n  eve:\n    role: x\n    rule: y\n'),
  )
  expect(found.map(({ path, suggestion, elsewhere }) => [path.join('.'), suggestion, elsewhere])).toEqual([
    ['conut', 'count', []],
    ['size', undefined, ['storage.size']],
    ['storage.clas', 'class', []],
    ['users.eve.rule', 'role', []],
  ])
})

test('what a template in the values reads is read', () => {
  expect(findUnreadKeys(input('mine: 1\ntemplate: "{{ .Values.mine }}"\n'))[0]).toEqual([])
})
