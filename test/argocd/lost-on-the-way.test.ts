// What of a hand-written set or Application does Argo CD drop or ignore?
import { expect, it } from 'vitest'
import { textOf } from '../../scripts/findings/message.ts'
import { application, bareSet, edited, findingsOf, judgeSet, legacyFiles, legacySet, setFile, shown } from '../support/hand-written-set.ts'

const changed = (before: string, after: string): string[] =>
  findingsOf({ ...legacyFiles, [setFile]: after }, { base: { ...legacyFiles, [setFile]: before } }).map(shown)

it('warns of nulls that never reach Helm', () => {
  const tests = '            skipTests: true\n'
  const object = (value: string): string =>
    `${tests}            valuesObject:\n              cluster: { storage: { storageClass: ${value} } }\n`
  expect(judgeSet([tests, object('null')])).toEqual([
    'warning argocd/null-reaches-helm legacy.yaml: cluster: { storage: { storageClass: null } }',
  ])
  expect(judgeSet([tests, object('fast')])).toEqual([])
})

it('warns of a source beside sources', () => {
  const both = edited(application, ['  sources:\n', '  source: { repoURL: https://github.com/example/infra.git, path: x }\n  sources:\n'])
  expect(findingsOf({ ...legacyFiles, 'apps/templates/one.yaml': both }).map(shown)).toEqual([
    'warning argocd/one-source-field one.yaml: source: { repoURL: https://github.com/example/infra.git, path: x }',
  ])
})

it('warns of values beside an object, where there are any', () => {
  const tests = '            skipTests: true\n'
  const beside = (line: string): string =>
    `${tests}            valuesObject: { cluster: { instances: 3 } }\n            values: |\n              ${line}\n`
  expect(judgeSet([tests, beside('cluster: { instances: 1 }')])).toEqual([
    expect.stringMatching(/^warning argocd\/one-values-field legacy\.yaml: values: \|/),
  ])
  expect(judgeSet([tests, beside('# cluster: { instances: 1 }')])).toEqual([])
})

it('warns of a namespace that Applications of a set do not get', () => {
  const name = "      name: '{{`{{ .service }}`}}-legacy'\n"
  expect(judgeSet([name, `${name}      namespace: databases\n`])).toEqual([
    'warning argocd/template-namespace legacy.yaml: namespace: databases',
  ])
  expect(judgeSet([name, `${name}      namespace: argocd\n`])).toEqual([])
})

it('warns of a change in a field that the set ignores', () => {
  const ignoring = (entry: string): string =>
    edited(legacySet, [
      '  syncPolicy:\n    applicationsSync',
      `  ignoreApplicationDifferences:\n    - ${entry}\n  syncPolicy:\n    applicationsSync`,
    ])
  const heal = (text: string): string => edited(text, ['selfHeal: true', 'selfHeal: false'])
  const pointers = ignoring('jsonPointers: [/spec/syncPolicy]')
  const found = 'warning changes/ignored-field-arrives legacy.yaml: - '
  expect(changed(pointers, heal(pointers))).toEqual([`${found}jsonPointers: [/spec/syncPolicy]`])
  const path = ignoring('jqPathExpressions: [.spec.syncPolicy.automated]')
  expect(changed(path, heal(path))).toEqual([`${found}jqPathExpressions: [.spec.syncPolicy.automated]`])
  const other = ignoring('jsonPointers: [/spec/destination]')
  expect(changed(other, heal(other))).toEqual([])
  const one = ignoring('{ name: gamma-legacy, jsonPointers: [/spec/syncPolicy] }')
  expect(changed(one, heal(one))).toEqual([])
})

it('reports what a guarded database loses with its Application', () => {
  const gone = (text: string): string => edited(text, ['          - service: "beta"\n', ''])
  const base = { ...legacyFiles, [setFile]: bareSet }
  const found = findingsOf({ ...legacyFiles, [setFile]: gone(bareSet) }, { base }).find(({ rule }) => rule === 'changes/application-stays')
  expect(textOf(found?.message ?? [])).toBe(
    'Application beta-legacy would be deleted: its guarded Cluster stays, but poolers, scheduled backups and ObjectStores go',
  )
})
