// What does Argo CD deploy from a chart of Applications, and where can a person change it?
import { expect, it } from 'vitest'
import { textOf } from '../../scripts/findings/message.ts'
import { application, edited, findingsOf, legacyFiles, legacySet, setFile, shown } from '../support/hand-written-set.ts'
import type { Files } from '../support/hand-written-set.ts'

const values = (text: string): Files => ({ 'apps/values.yaml': text })
const judge = (files: Files): string[] => findingsOf({ ...legacyFiles, ...files }).map(shown)
const one = (...edits: readonly (readonly [string, string])[]): Files => ({ 'apps/templates/one.yaml': edited(application, ...edits) })

it('blames the value that a text comes from, and the template for its own words', () => {
  const option = edited(legacySet, ['- CreateNamespace=true', '- {{ .Values.option }}'])
  expect(judge({ [setFile]: option, ...values('# options\noption: CreateNamespce=true\n') })).toEqual([
    'warning argocd/set-option-known values.yaml: option: CreateNamespce=true',
  ])
  const list = edited(legacySet, [
    '        syncOptions:\n          - CreateNamespace=true\n          - ServerSideApply=true\n',
    '        syncOptions: {{- toYaml .Values.options | nindent 10 }}\n',
  ])
  expect(judge({ [setFile]: list, ...values('options:\n  - CreateNamespce=true\n  - ServerSideApply=true\n') })).toEqual([
    'warning argocd/set-option-known values.yaml: - CreateNamespce=true',
  ])
  const own = edited(legacySet, ['- CreateNamespace=true', '- {{ .Values.option | default "CreateNamespce=true" }}'])
  expect(judge({ [setFile]: own })).toEqual([
    'warning argocd/set-option-known legacy.yaml: - {{ .Values.option | default "CreateNamespce=true" }}',
  ])
})

it('finds unknown keys in a map of the values', () => {
  const policy = '      syncPolicy:\n        automated:\n          prune: false\n          selfHeal: true\n'
  const text = edited(legacySet, [policy, '      syncPolicy:\n        {{- toYaml .Values.policy | nindent 8 }}\n'])
  expect(judge({ [setFile]: text, ...values('policy:\n  automated:\n    prune: false\n    selfHeel: true\n') })).toEqual([
    'error argocd/known-fields values.yaml: selfHeel: true',
  ])
})

it('runs loops and helpers', () => {
  const elements = '          - service: "alpha"\n          - service: "beta"\n'
  const loop = '          {{- range .Values.services }}\n          - {{ include "element" . }}\n          {{- end }}\n'
  const files = {
    [setFile]: edited(legacySet, [elements, loop]),
    'apps/templates/_helpers.tpl': '{{ define "element" }}service: {{ . | quote }}{{ end }}\n',
  }
  expect(judge({ ...files, ...values('services: [alpha, beta]\n') })).toEqual([])
  expect(judge({ ...files, ...values('services:\n  - alpha\n  - alpha\n') })).toEqual(['error argocd/set-generates values.yaml: - alpha'])
})

it('names what a template needs and nobody gives, and judges all the rest', () => {
  const project = 'project: {{ required "set the project" .Values.project }}'
  const needs = one(['project: legacy', project], ['targetRevision: 0.8.1', 'targetRevision: ">=0.8"'])
  const found = findingsOf({ ...legacyFiles, ...needs })
  expect(found.map(shown)).toEqual([
    `info argocd/manifest-readable one.yaml: ${project}`,
    'warning argocd/chart-version-exact one.yaml: targetRevision: ">=0.8"',
  ])
  expect(textOf(found[0]?.message ?? [])).toBe('project is not set here, but this template needs it: what hangs on it is not checked')
  expect(textOf(found[0]?.help ?? [], 500)).toContain('set project in apps/values.yaml')
  const deep = 'project: {{ .Values.argocd.projects.data }}'
  const nested = findingsOf({ ...legacyFiles, ...one(['project: legacy', deep]) })
  expect(nested.map(shown)).toEqual([`info argocd/manifest-readable one.yaml: ${deep}`])
  expect(textOf(nested[0]?.message ?? [])).toContain('argocd.projects is not set here')
})

it('names one of many values that a template needs, and how many there are', () => {
  const keys = Array.from({ length: 40 }, (_, index) => `    key-${index}: {{ required "set it" .Values.key${index} }}\n`).join('')
  const needs = edited(application, ['  annotations:\n', `  labels:\n${keys}  annotations:\n`])
  const found = findingsOf({ ...legacyFiles, 'apps/templates/one.yaml': needs })
  expect(found.map(shown)).toEqual(['info argocd/manifest-readable one.yaml: key-0: {{ required "set it" .Values.key0 }}'])
  expect(textOf(found[0]?.message ?? [])).toMatch(/^key0 \(and \d+ more\) is not set here/)
})

it('takes an empty text of the chart for one that the parent sets, where a template needs it', () => {
  const needs = 'project: {{ required "set the project" .Values.project }}'
  const found = findingsOf({ ...legacyFiles, ...values('project: ""\n'), ...one(['project: legacy', needs]) })
  expect(found.map(shown)).toEqual([`info argocd/manifest-readable one.yaml: ${needs}`])
  // where no template needs it, it is what is written
  expect(judge({ ...values('suffix: ""\n'), ...one(['name: one', 'name: one{{ .Values.suffix }}']) })).toEqual([])
})

it('takes nothing for unknown where an Application here gives all the values', () => {
  const root = edited(
    application,
    ['name: one', 'name: root'],
    ['  sources:\n', '  sources:\n    - { repoURL: https://github.com/example/infra.git, path: apps, targetRevision: main }\n'],
  )
  const needs = 'project: {{ required "set the project" .Values.project }}'
  expect(judge({ ...one(['project: legacy', needs]), 'apps/templates/root.yaml': root })).toEqual([
    `error argocd/template-renders one.yaml: ${needs}`,
  ])
})

it('leaves out a template that fails whatever the values, and judges the others', () => {
  const broken = '        {{- fail "no" }}\n        syncOptions:'
  const files = {
    [setFile]: edited(legacySet, ['        syncOptions:', broken]),
    ...one(['targetRevision: 0.8.1', 'targetRevision: ">=0.8"']),
  }
  expect(judge(files)).toEqual([
    'error argocd/template-renders legacy.yaml: {{- fail "no" }}',
    'warning argocd/chart-version-exact one.yaml: targetRevision: ">=0.8"',
  ])
  const unparsed = { ...files, [setFile]: edited(legacySet, ['        syncOptions:', '        {{- if }}\n        syncOptions:']) }
  expect(judge(unparsed)).toEqual([
    'error argocd/template-renders legacy.yaml: {{- if }}',
    'warning argocd/chart-version-exact one.yaml: targetRevision: ">=0.8"',
  ])
})

it('reads a fence as it is printed', () => {
  const fenced = `# {{\`\n${legacySet.replaceAll(/\{\{`(\{\{.*?\}\})`\}\}/g, '$1')}# \`}}\n`
  expect(judge({ [setFile]: fenced })).toEqual([])
  expect(judge({ [setFile]: edited(fenced, ['CreateNamespace', 'CreateNamespce']) })).toEqual([
    'warning argocd/set-option-known legacy.yaml: - CreateNamespce=true',
  ])
})

it("finds parameters in braces by what Helm's root has", () => {
  const braces = (text: string): string[] => judge({ [setFile]: edited(legacySet, ["'{{`{{ .service }}`}}-legacy'", `'${text}'`]) })
  const name = (text: string): string[] => [`error argocd/helm-braces legacy.yaml: name: '${text}'`]
  for (const text of [
    '{{ .path.basename }}',
    '{{ path.basename }}',
    '{{ path[0] }}',
    '{{ $.service }}',
    '{{ (index . "service") }}',
    '{{ .service | slugify }}',
  ])
    expect(braces(text)).toEqual(name(text))
  for (const text of ['{{ .Release.Name }}-{{ .Values.x | default "legacy" }}', '{{ with .Values.x }}{{ .name }}{{ else }}legacy{{ end }}'])
    expect(judge({ 'apps/templates/one.yaml': edited(application, ['name: one', `name: '${text}'`]) })).toEqual([])
})
