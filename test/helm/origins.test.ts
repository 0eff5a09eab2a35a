// Does every key and value of an object know who wrote it?
import { expect, test } from 'vitest'
import { Recorder } from '../../scripts/helm/recorder.ts'
import { renderedObjects } from '../../scripts/helm/output.ts'
import { renderHelmChart } from '../../scripts/helm/render.ts'
import { findUnreadKeys } from '../../scripts/helm/unread.ts'
import type { Path, Value } from '../../scripts/values/value.ts'
import { toPlain, valueAt } from '../../scripts/values/value.ts'

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

test('a template may make maps with numbers for keys while somebody watches', () => {
  expect(birth(['out:', '  {{- toYaml (dict 1 .Values.count) | nindent 2 }}'], 'count: 7\n', ['out', '1'])).toBe('count in layer.yaml')
})

test('origins are found out after a run that nobody watched, also where a template changes what another one reads', () => {
  const templates = {
    'templates/a.yaml': 'kind: A\nout: {{ .Values.late }}\n',
    'templates/case.yaml': 'kind: Case\nout: {{ set .Values "late" .Values.count | len }}\n',
  }
  const { documents } = renderHelmChart({
    ...input('count: 7\n'),
    files: { ...files, ...Object.fromEntries(Object.entries(templates).map(([path, text]) => [path, Buffer.from(text)])) },
  })
  const late = documents.find(({ template }) => template === 'templates/a.yaml')
  expect([late?.plain, toPlain(late?.value as Value)]).toEqual([
    { kind: 'A', out: 7 },
    { kind: 'A', out: 7 },
  ])
  expect(placeOf(valueAt(late?.value, ['out']))).toBe('layer.yaml:1')
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

/** What a template with these lines says of one layer: path in the object → path in the values, and the file. */
function birth(lines: readonly string[], values: string, path: Path): string {
  const { documents } = renderHelmChart({
    ...input(values),
    files: { ...files, 'templates/case.yaml': Buffer.from(`kind: Case\n${lines.join('\n')}\n`) },
    recorder: new Recorder(),
  })
  const value = valueAt(documents[0]?.value, path)
  return value === undefined ? 'nowhere' : `${value.origin.path.join('.')} in ${value.origin.file.path}`
}

test.each<[string, string[], string, Path, string]>([
  [
    'a value that is not there is born beside its neighbours',
    ['a: {{ .Values.storage.missing }}'],
    'storage: {size: 1}',
    ['a'],
    'storage.missing in layer.yaml',
  ],
  [
    'so is one behind a function',
    ['a: {{ .Values.storage.missing | quote }}'],
    'storage: {size: 1}',
    ['a'],
    'storage.missing in layer.yaml',
  ],
  ['an empty text is the value', ['a: {{ .Values.bucket }}'], 'bucket: ""', ['a'], 'bucket in layer.yaml'],
  [
    'an empty default is the value that could be set',
    ['{{- if .Values.backups.enabled }}', 'a: {{ .Values.name }}', '{{- end }}'],
    'backups: {enabled: true}',
    ['a'],
    'name in values.yaml',
  ],
  ['a text that a function empties is the value', ['a: {{ trimSuffix "-" .Values.bucket }}'], 'bucket: "-"', ['a'], 'bucket in layer.yaml'],
  [
    'a map of the template is the section that its entries come from',
    ['s:', '  x: {{ .Values.storage.size }}', '  y: {{ .Values.storage.class }}'],
    'storage: {size: 1, class: b}',
    ['s'],
    'storage in layer.yaml',
  ],
  [
    'a map that a switch prints is the switch',
    ['{{- if .Values.backups.enabled }}', 's:', '  x: {{ .Values.backups.to }}', '{{- end }}'],
    'backups: {enabled: true, to: b}',
    ['s'],
    'backups.enabled in layer.yaml',
  ],
  [
    'of two conditions the inner one speaks',
    ['{{- if .Values.count }}{{ if .Values.bucket }}', 'a: fixed', '{{- end }}{{ end }}'],
    'count: 2\nbucket: b',
    ['a'],
    'bucket in layer.yaml',
  ],
  [
    'a null in a list is its item',
    ['l:', '{{- range .Values.tolerations }}', '- {{ . }}', '{{- end }}'],
    'tolerations: [a, null]',
    ['l', 1],
    'tolerations.1 in layer.yaml',
  ],
  [
    'text that is read again keeps where it came from',
    ['{{- $read := toYaml .Values.labels | fromYaml }}', 'a: {{ $read.team }}'],
    'labels: {team: x}',
    ['a'],
    'labels.team in layer.yaml',
  ],
  [
    'items that are put into a new list keep theirs',
    ['{{- $l := list }}{{ range .Values.tolerations }}{{ $l = append $l . }}{{ end }}', 'l: {{ toJson $l }}'],
    'tolerations: [{a: 1}, b]',
    ['l', 1],
    'tolerations.1 in layer.yaml',
  ],
  [
    'a key of a map in a new list keeps its own',
    ['{{- $l := concat (list "x") .Values.tolerations }}', 'l:', '{{- toYaml $l | nindent 2 }}'],
    'tolerations: [{a: 1}]',
    ['l', 1, 'a'],
    'tolerations.0.a in layer.yaml',
  ],
  ['a map that a raw text turned into is the text', ['a: {{ .Values.bucket }}'], 'bucket: "{b: c}"', ['a'], 'bucket in layer.yaml'],
])('%s', (_, lines, values, path, place) => {
  expect(birth(lines, values, path)).toBe(place)
})
