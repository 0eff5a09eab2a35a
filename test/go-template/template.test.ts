// Do our Go templates print what Go's do?
import { expect, test } from 'vitest'
import { GoPanic, TemplateError, fromJson } from '../../scripts/go-template/go-value.ts'
import type { GoMap } from '../../scripts/go-template/go-value.ts'
import { renderText } from '../../scripts/applicationset/render.ts'

const params = fromJson({
  app: 'orders',
  env: 'prd',
  n: 3,
  million: 1000000,
  list: ['b', 'a'],
  map: { z: 1, a: { deep: 'x' } },
  nothing: null,
  yes: true,
  text: 'one\ntwo',
  city: 'Größe',
}) as GoMap
const render = (text: string, options = ['missingkey=error']) => renderText(text, params, { goTemplate: true, goTemplateOptions: options })
const fast = (text: string) => renderText(text, params, { goTemplate: false, goTemplateOptions: [] })

test.each([
  ['{{ .million }} {{ .million | int }}', '1e+06 1000000'],
  ['{{ upper .city }} {{ len .city }}', 'GRÖßE 7'],
  ['{{ range $i, $e := .list }}{{ if $i }}{{ break }}{{ end }}{{ $e }}{{ end }}', 'b'],
  ['{{ range 3 }}{{ . }}{{ end }}', '012'],
  ['{{ define "x" }}[{{ . }}]{{ end }}{{ template "x" .app }}', '[orders]'],
  ['{{ block "b" .env }}{{ . }}{{ end }}', 'prd'],
  ['{{ if .nothing }}a{{ else if .yes }}b{{ end }}', 'b'],
  ['{{ with .nothing }}a{{ else with .app }}{{ . }}{{ end }}', 'orders'],
  ['{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}', '2'],
  ['{{ printf "%05.1f|%-7s|%q|%x|%T" 3.14159 .app .app .env .n }}', '003.1|orders |"orders"|707264|float64'],
  ['{{ printf "%d %s" 1 }}', '1 %!s(MISSING)'],
  ['{{ printf "%[2]d %[1]d" 1 2 }}', '2 1'],
  ['{{ printf "%d" 1 2 }}', '1%!(EXTRA int=2)'],
  ['a {{- /* gone */ -}} b', 'ab'],
  ['{{ toYaml .map }}', 'a:\n  deep: x\nz: 1'],
  ['{{ toYaml (dict "l" (list 1 "x: y" "on")) }}', 'l:\n- 1\n- \'x: y\'\n- "on"'],
  ['{{ snakecase "HTTP20xOK" }} {{ camelcase "_complex__case_" }}', 'http_20x_ok _Complex_Case_'],
  ['{{ slugify 10 "foo-bar-baz-qux" }} {{ slugify 10 false "foo-bar-baz-qux" }} {{ slugify 3 "abcdef" }}', 'foo-bar foo-bar-ba abc'],
  ['{{ slugify "Feature/A_B" }}|{{ slugify }}|{{ slugify 5 true 9 "a-b" }}', 'feature-a-b||a-b'],
  ['{{ kebabcase "Orders_DB.Main" }} {{ snakecase "a+B" }} {{ snakecase "日本ABc1x" }}', 'orders-db.main a_+_b 日本_a_bc_1x'],
  ['{{ nospace "é b" }} {{ initials "old  salt" }} {{ swapcase "aB ǆ" }} {{ title "don\'t é" }}', "Ã©b os Ab ǅ Don'T É"],
  ['{{ trimall "-" "--a--" }}', 'a'],
  ['{{ regexReplaceAll "(\\\\w+)-(\\\\w+)" "a-b" "${2}_$1" }}', 'b_a'],
  ['{{ semverCompare "^1.2.0" "1.9.3" }} {{ semverCompare ">=16" "16.4" }}', 'true true'],
  ['{{ merge (dict "a" 1) (dict "a" 2 "b" 3) | toJson }}', '{"a":1,"b":3}'],
  ['{{ $a := dict "x" (dict "y" 1) }}{{ $b := merge (dict) $a }}{{ $_ := set $b.x "z" 2 }}{{ toJson $a }}', '{"x":{"y":1,"z":2}}'],
  ['{{ $a := dict "x" dict }}{{ $b := merge (dict "x" dict) $a }}{{ $_ := set $b.x "z" 2 }}{{ toJson $a }}', '{"x":{"z":2}}'],
  ['{{ deepCopy (dict "none" (concat (list) (list))) | toJson }}', '{"none":null}'],
  ['{{ div 7 2 }} {{ addf 0.1 0.2 }} {{ untilStep 0 10 4 }}', '3 0.3 [0 4 8]'],
  [
    '{{ toYaml (list " a\\nb" "\\n" "a\\tb" "_0" "1e400" "2001-01-01x" "2001-01-01" "<<") }}',
    '- |2-\n   a\n  b\n- |2+\n\n- "a\\tb"\n- _0\n- 1e400\n- 2001-01-01x\n- "2001-01-01"\n- <<',
  ],
  ['{{ toYaml (dict "a1a" 1 "a01" 2 "a10" 3 "a2" 4) }}', 'a1a: 1\na01: 2\na2: 4\na10: 3'],
  ['{{ toYaml (dict "a\\nb" (list 1 (list 2))) }}', '? |-\n  a\n  b\n: - 1\n  - - 2'],
  ['{{ toYaml (list "\u{1f600}" "\ufeffab" "a\u0085b" 12e19 (list)) }}', '- "\\U0001F600"\n- "\\uFEFF\\x61\\x62"\n- a b\n- 1.2e+20\n- []'],
  [
    '{{ toYaml (repeat 20 "word " | trim) }}',
    'word word word word word word word word word word word word word word word word word\n  word word word',
  ],
])('%s prints %j', (text, printed) => {
  expect(render(text)).toBe(printed)
})

test.each([
  '{{ .absent }}',
  '{{ eq .n 3 }}',
  '{{ .app.x }}',
  '{{ index .list 1.0 }}',
  '{{ nil }}',
  '{{ break }}',
  '{{ $nope }}',
  '{{ include "x" . }}',
  '{{ "open }}',
  '{{ range .app }}{{ end }}',
  '{{ template "nope" }}',
  '{{ if }}{{ end }}',
  '{{ upper .n }}',
  '{{ div 1 0 }}',
  '{{ 9223372036854775808 }}',
  '{{ .app | 3 }}',
  '{{ toYaml "a\x7f" }}',
  '{{ slugify -1 false "a" }}',
  '{{ slugify 5.5 "a" }}',
  '{{ slugify "a" 5 }}',
])('%s is refused', (text) => {
  expect(() => render(text)).toThrow(TemplateError)
})

test('a bad option panics, even if there is nothing to render', () => {
  expect(() => render('plain', ['missingkey=bogus'])).toThrow(GoPanic)
})

test('a template that calls itself ends with an error', () => {
  expect(() => render('{{ define "x" }}{{ template "x" . }}{{ end }}{{ template "x" . }}')).toThrow('more than 500 levels')
})

test('without goTemplate only known tags with texts are replaced', () => {
  expect(fast('{{app}}/{{ env }}/{{ nope }}/{{n}}')).toBe('orders/prd/{{ nope }}/{{n}}')
  expect(fast('{{app')).toBe('{{app')
  expect(fast('{{\napp }}')).toBe('{{\napp }}')
  expect(() => fast('{{app}} {{env')).toThrow(TemplateError)
})

test.each([
  ['{{ range .list }}{{ .x }}{{ end }}', 'interface {}'],
  ['{{ range $item := .list }}{{ $item.x }}{{ end }}', 'interface {}'],
  ['{{ range .list }}{{ with . }}{{ .x }}{{ end }}{{ end }}', 'string'],
  ['{{ range .list }}{{ $item := . }}{{ $item.x }}{{ end }}', 'string'],
  ['{{ range splitList "," .app }}{{ .x }}{{ end }}', 'string'],
])('%s has no field in type %s', (text, type) => {
  expect(() => render(text)).toThrow(`can't evaluate field x in type ${type}`)
})

test('a certificate is not made for names that are no text', () => {
  const words = 'error processing alternate dns name: map[a:1] is not a string'
  expect(() => render('{{ genSelfSignedCert "x" (list "10.0.0.1") (list (dict "a" 1)) 1 }}')).toThrow(words)
})
