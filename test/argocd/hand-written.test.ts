// How are hand-written templates read, and whose line is a mistake in them?
import { textOf } from '../../scripts/findings/message.ts'
import { expect, it } from 'vitest'
import { application, edited, findingsOf, judgeSet, legacyFiles, legacySet, setFile, shown } from '../support/hand-written-set.ts'

const name = "  name: '{{`{{ .service }}`}}-legacy'"
const beta = '          - service: "beta"\n'
const underIf = `          {{- if .Values.beta }}\n${beta}          {{- end }}\n`

it('says nothing of the good set', () => {
  expect(judgeSet()).toEqual([])
})

it.each([
  ['a field', '{{ .service }}'],
  ['a function of Argo CD', '{{ .service | normalize }}'],
  ['an index', '{{ index . "service" }}'],
  ['a parameter', '{{service}}'],
])('finds unescaped braces: %s', (_, braces) => {
  const text = `name: '${braces}-legacy'`
  expect(judgeSet([name, `  ${text}`])).toContainEqual(`error argocd/helm-braces legacy.yaml: ${text}`)
  expect(judgeSet([beta, underIf], [name, `  ${text}`])).toContainEqual(`error argocd/helm-braces legacy.yaml: ${text}`)
})

it('reports a set without a fence once, and what puts one around it', () => {
  const bare = legacySet.replaceAll(/\{\{`(\{\{.*?\}\})`\}\}/g, '$1')
  const found = findingsOf({ ...legacyFiles, [setFile]: bare }).filter(({ rule }) => rule === 'argocd/helm-braces')
  expect(found.map(shown)).toEqual(["error argocd/helm-braces legacy.yaml: name: '{{ .service }}-legacy'"])
  expect(textOf(found[0]?.message ?? [])).toContain('(and 3 more)')
  expect(textOf(found[0]?.help ?? [], 500)).toBe(
    'fence the whole set: `# {{`` in a line above it, `# `}}` in one below; then no pair needs escaping',
  )
})

it("leaves Helm's own actions and comments alone", () => {
  expect(judgeSet(['project: legacy', 'project: {{ .Values.project | default "legacy" | quote }}'])).toEqual([])
  expect(judgeSet(['kind: App', '# uses {{ .service }}\nkind: App'])).toEqual([])
  expect(judgeSet(['project: legacy', 'project: {{ index .Values "project" }}'])).toEqual([])
  expect(judgeSet([beta, '          {{- range .Values.more }}\n          - service: {{ .name | quote }}\n          {{- end }}\n'])).toEqual(
    [],
  )
})

it('judges what Helm prints', () => {
  expect(judgeSet([beta, underIf])).toEqual([])
  const retry = '        {{- if .Values.x }}\n        retry: { limit: 3 }\n        {{- end }}\n'
  expect(judgeSet(['        syncOptions:', `${retry}        syncOptions:`])).toEqual([])
  expect(judgeSet([beta, underIf], ['CreateNamespace', 'CreateNamespce'])).toEqual([
    'warning argocd/set-option-known legacy.yaml: - CreateNamespce=true',
  ])
  expect(judgeSet(['        syncOptions:', '        {{- toYaml .Values.policy | nindent 8 }}\n        syncOptions:'])).toEqual([
    'info argocd/manifest-readable legacy.yaml: {{- toYaml .Values.policy | nindent 8 }}',
  ])
})

it('tells YAML that is none, at its line, in a file without control structures', () => {
  // the parser stops at the next line, which stands deeper than its parent's first key
  expect(judgeSet(['      project: legacy', '     project: data'])).toEqual(['error yaml/syntax legacy.yaml: destination:'])
})

it.each([
  ['a null', beta, beta.replace('"beta"', 'null'), 'error argocd/element-text legacy.yaml: - service: null'],
  ['a number that prints otherwise', beta, beta.replace('"beta"', '1000000'), 'error argocd/element-text legacy.yaml: - service: 1000000'],
  ['a misspelt key', beta, beta.replace('service', 'servce'), 'error argocd/set-generates legacy.yaml: - servce: "beta"'],
  ['a missing key', beta, beta.replace('service', 'other'), 'error argocd/set-generates legacy.yaml: - other: "beta"'],
  ['an element twice', beta, beta + beta, 'error argocd/set-generates legacy.yaml: - service: "beta"'],
  ['a long name', beta, beta.replace('beta', 'b'.repeat(60)), `error argocd/set-generates legacy.yaml: - service: "${'b'.repeat(60)}"`],
])('blames the element for %s, once', (_, from, to, expected) => {
  const missing = (text: string): boolean => text.includes('value-file-exists') && to.includes('bbb')
  expect(judgeSet([from, to]).filter((text) => !missing(text))).toEqual([expected])
})

it('blames the second of two equal elements', () => {
  const findings = findingsOf({ ...legacyFiles, [setFile]: edited(legacySet, [beta, beta + beta]) })
  const line = legacySet.split('\n').indexOf(beta.trimEnd()) + 2
  expect(findings.map(({ at }) => at.file.text.slice(0, at.span.start).split('\n').length)).toEqual([line])
})

it('blames the entry with the wrong ref, and the release name where it is written', () => {
  expect(judgeSet(['- $values/helm-values/data', '- $vals/helm-values/data'])).toEqual([
    'error argocd/set-generates legacy.yaml: - $vals/helm-values/data/postgres-dev-defaults.yaml',
  ])
  const long = edited(application, ['releaseName: one', `releaseName: ${'o'.repeat(54)}`])
  expect(findingsOf({ ...legacyFiles, [setFile]: long }).map(shown)).toEqual([
    `error argocd/set-generates legacy.yaml: releaseName: ${'o'.repeat(54)}`,
  ])
})

it('reports an annotation and an option once, and helps', () => {
  expect(judgeSet(['compare-options', 'diff-options'])).toEqual([
    'warning argocd/set-option-known legacy.yaml: argocd.argoproj.io/diff-options: ServerSideDiff=true',
  ])
  expect(judgeSet(['- CreateNamespace=true', '- CreateNamespace: true'])).toEqual([
    'error argocd/manifest-schema legacy.yaml: - CreateNamespace: true',
  ])
  const help = (from: string, to: string): string | undefined =>
    findingsOf({ ...legacyFiles, [setFile]: edited(legacySet, [from, to]) })[0]
      ?.help?.map((part) => textOf([part]))
      .join('')
  expect(help('- CreateNamespace=true', '- CreateNamespace')).toBe('write CreateNamespace=true')
  expect(help('- CreateNamespace=true', '- Prune')).toBe('write Prune=false')
  expect(help(beta, beta + beta)).toBeTypeOf('string')
})

it('names Applications that are made twice', () => {
  const two = { 'apps/templates/two.yaml': application, 'apps/templates/one.yaml': application }
  expect(findingsOf({ ...legacyFiles, ...two }).map(shown)).toEqual(['error argocd/application-once two.yaml: name: one'])
  const generated = edited(application, ['name: one', 'name: orders-db-dev'])
  expect(findingsOf({ ...legacyFiles, 'apps/templates/two.yaml': generated }).map(shown)).toEqual([
    'error argocd/application-once two.yaml: name: orders-db-dev',
  ])
  const alpha = edited(application, ['name: one', 'name: alpha-legacy'])
  expect(findingsOf({ ...legacyFiles, 'apps/templates/a.yaml': alpha }).map(shown)).toEqual([
    'error argocd/application-once legacy.yaml: - service: "alpha"',
  ])
  expect(findingsOf({ ...legacyFiles, 'apps/templates/b.yaml': edited(alpha, ['namespace: argocd', 'namespace: other']) })).toEqual([])
})

it('names a Cluster that two Applications deploy', () => {
  const same = edited(application, ['namespace: one', 'namespace: orders-dev'], ['releaseName: one', 'releaseName: orders-db-dev'])
  const override = { 'helm-values/legacy/alpha.yaml': 'fullnameOverride: orders-db-dev\n' }
  const judge = (text: string, files = {}): string[] =>
    findingsOf({ ...legacyFiles, ...files, [setFile]: undefined, 'apps/templates/two.yaml': text }).map(shown)
  expect(judge(same, override)).toEqual(['error argocd/cluster-once two.yaml: name: one'])
  // the chart appends -cluster
  expect(judge(same)).toEqual([])
})

it('names manifests of one kind and name, also where `render` writes the other one', () => {
  const judge = (files: Record<string, string>): string[] => findingsOf({ ...legacyFiles, ...files }).map(shown)
  const other = edited(legacySet, ["name: '{{`{{ .service }}`}}-legacy'", "name: '{{`{{ .service }}`}}-x'"], [beta, ''])
  const apart = edited(other, ["releaseName: '{{`{{ .service }}`}}-legacy'", "releaseName: '{{`{{ .service }}`}}-x'"])
  expect(judge({ 'apps/templates/other.yaml': apart })).toEqual(['error argocd/manifest-once other.yaml: name: legacy-dbs'])
  expect(judge({ 'apps/templates/other.yaml': edited(apart, ['legacy-dbs', 'x-dbs']) })).toEqual([])
  expect(judge({ 'apps/templates/other.yaml': legacySet })).toEqual(['error argocd/manifest-once other.yaml: name: legacy-dbs'])
  expect(judge({ [setFile]: edited(legacySet, ['legacy-dbs', 'postgres-clusters-dev']) })).toEqual([
    'error argocd/manifest-once legacy.yaml: name: postgres-clusters-dev',
  ])
  const operator = edited(application, ['name: one', 'name: cloudnative-pg'])
  expect(judge({ 'apps/templates/two.yaml': operator })).toEqual(['error argocd/manifest-once two.yaml: name: cloudnative-pg'])
  const project = (name: string, namespace = 'argocd'): string =>
    `apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\nspec: {}\n`
  expect(judge({ 'apps/templates/two.yaml': project('data') })).toEqual(['error argocd/manifest-once two.yaml: name: data'])
  expect(judge({ 'apps/templates/two.yaml': project('other') })).toEqual([])
  expect(judge({ 'apps/templates/two.yaml': project('data', 'elsewhere') })).toEqual([])
})
