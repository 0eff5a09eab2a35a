// Does a template that costs too much end in one short diagnostic, quickly?
import { expect, test } from 'vitest'
import { renderChart } from '../../scripts/library.ts'
import { costOf } from '../support/cost.ts'

const chart = (template: string, values = '') => ({
  'Chart.yaml': Buffer.from('apiVersion: v2\nname: probe\nversion: 0.1.0\n'),
  'values.yaml': Buffer.from(values),
  'templates/a.yaml': Buffer.from(`kind: Case\nout: ${template}\n`),
})
const render = (template: string, values?: string) =>
  renderChart({ files: chart(template, values), release: 'demo', namespace: 'apps', layers: [] })

test.each([
  ['a list of a hundred million numbers', '{{ until 100000000 | len }}'],
  ['a text repeated by its own repetition', '{{ repeat 100000 (repeat 100000 "x") | len }}'],
  ['a loop in a loop in a loop', '{{ range until 1000 }}{{ range until 1000 }}{{ range until 1000 }}x{{ end }}{{ end }}{{ end }}'],
  ['a text that doubles in a loop', '{{ $x := "x" }}{{ range until 64 }}{{ $x = print $x $x }}{{ end }}{{ len $x }}'],
  [
    'values that hold each other many times',
    '{{ $x := dict }}{{ range until 40 }}{{ $x = dict "a" $x "b" $x }}{{ end }}{{ toYaml $x | len }}',
  ],
])('%s is refused', (_, template) => {
  const cost = costOf(() => {
    const got = render(template)
    expect(got).toMatchObject({ ok: false, class: 'budget', template: 'templates/a.yaml' })
  })
  expect(cost).toBeLessThan(20_000)
})

test('40 derived passwords are computed, or refused quickly', () => {
  const cost = costOf(() => {
    const got = render('{{ range until 40 }}{{ derivePassword 1 "long" "password" "user" (print .) }}{{ end }}')
    expect(got.ok ? 'computed' : got.class).toMatch(/^(?:computed|budget)$/)
  })
  expect(cost).toBeLessThan(20_000)
})

test.each<[string, string, string?]>([
  ['include', '{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}'],
  [
    'include with much around it',
    '{{ define "a" }}{{ if true }}{{ with . }}{{ range list 1 }}{{ include "a" $ }}{{ end }}{{ end }}{{ end }}{{ end }}{{ include "a" (dict "x" 1) }}',
  ],
  ['tpl', '{{ tpl .Values.t . }}', 't: "{{ tpl .Values.t . }}"\n'],
  ['template', '{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}'],
])('an endless %s is refused', (_, template, values = '') => {
  expect(render(template, values)).toMatchObject({ ok: false, class: 'recursion', template: 'templates/a.yaml' })
})

test('a regular expression takes time linear in its text', () => {
  const cost = costOf(() => {
    expect(render('{{ regexMatch "^(a+)+$" (print (repeat 5000 "a") "b") }}')).toMatchObject({ ok: true, objects: [{ out: false }] })
  })
  expect(cost).toBeLessThan(20_000)
})

test('a pattern of files takes time linear in a path, and is refused where it is too long', () => {
  const files = { ...chart('{{ .Files.Glob .Values.pattern | len }}'), ['a'.repeat(3000)]: Buffer.from('x') }
  const of = (pattern: string) => renderChart({ files, release: 'demo', namespace: 'apps', layers: [`pattern: "${pattern}"`] })
  const cost = costOf(() => {
    expect(of(`${'*a'.repeat(30)}b`)).toMatchObject({ ok: true, objects: [{ out: 0 }] })
    expect(of('{a,b}'.repeat(5000))).toMatchObject({ ok: false, class: 'budget' })
  })
  expect(cost).toBeLessThan(20_000)
})

test('a width that Go ignores costs nothing', () => {
  expect(render('{{ printf "%999999999d" 1 | quote }}')).toMatchObject({ ok: true })
})

test('a helper may include itself a few hundred times', () => {
  const template = '{{ define "down" }}{{ if . }}x{{ include "down" (sub . 1 | int) }}{{ end }}{{ end }}{{ include "down" 150 | len }}'
  expect(render(template)).toMatchObject({ ok: true, objects: [{ out: 150 }] })
})
