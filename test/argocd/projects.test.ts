// What does an AppProject of the repository permit its Applications?
import { expect, it } from 'vitest'
import { permitsDestination, permitsKind, permitsSource } from '../../scripts/applicationset/project-permits.ts'
import { textOf } from '../../scripts/findings/message.ts'
import { application, edited, findingsOf, legacyFiles, legacySet, setFile, shown } from '../support/hand-written-set.ts'

const projectFile = 'apps/templates/project.yaml'
const project = `apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata:
  name: legacy
  namespace: argocd
spec:
  sourceRepos:
    - https://cloudnative-pg.github.io/charts
    - https://github.com/example/*
  destinations:
    - server: https://kubernetes.default.svc
      namespace: "*-legacy"
  clusterResourceWhitelist:
    - { group: "", kind: Namespace }
  namespaceResourceWhitelist:
    - { group: postgresql.cnpg.io, kind: "*" }
`
const judge = (text: string, set = legacySet): string[] => findingsOf({ ...legacyFiles, [setFile]: set, [projectFile]: text }).map(shown)
const bad = 'error argocd/project-permits legacy.yaml:'

it('is silent where the project permits all', () => {
  expect(judge(project)).toEqual([])
})

it('blames what the project does not permit, each kind once', () => {
  expect(judge(edited(project, ['"*-legacy"', 'beta-legacy']))).toEqual([`${bad} - service: "alpha"`])
  expect(judge(edited(project, ['"*-legacy"', 'other']))).toEqual([`${bad} namespace: '{{\`{{ .service }}\`}}-legacy'`])
  expect(judge(edited(project, ['example/*', 'other/*']))).toEqual([`${bad} - repoURL: https://github.com/example/infra.git`])
  expect(judge(edited(project, ['postgresql.cnpg.io', 'apps']))).toEqual([`${bad} project: legacy`])
})

it('asks for the namespace that a sync is to make', () => {
  const none = edited(project, ['  clusterResourceWhitelist:\n    - { group: "", kind: Namespace }\n', ''])
  expect(judge(none)).toEqual(['warning argocd/project-permits legacy.yaml: - CreateNamespace=true'])
  expect(judge(none, edited(legacySet, ['          - CreateNamespace=true\n', '']))).toEqual([])
  expect(judge(edited(project, ['kind: Namespace }', 'kind: Namespace, name: "other-*" }']))).toHaveLength(1)
  expect(judge(edited(project, ['kind: Namespace }', 'kind: "*" }']))).toEqual([])
  const made = {
    'extras/namespaces.yaml': 'kind: Namespace\nmetadata: { name: alpha-legacy }\n---\nkind: Namespace\nmetadata: { name: beta-legacy }\n',
  }
  expect(findingsOf({ ...legacyFiles, ...made, [projectFile]: none })).toEqual([])
})

it('asks for each kind that values switch on', () => {
  const only = edited(project, ['kind: "*" }', 'kind: Cluster }'])
  const values = (text: string): string[] =>
    findingsOf({
      ...legacyFiles,
      'helm-values/legacy/alpha.yaml': `${legacyFiles['helm-values/legacy/alpha.yaml']}${text}`,
      [projectFile]: only,
    }).map(({ message }) => textOf(message))
  expect(values('')).toEqual([])
  expect(values('poolers: []\n')).toEqual([])
  expect(values('poolers: [{ name: rw }]\n')).toEqual([
    'project is legacy, but that AppProject does not permit Poolers of postgresql.cnpg.io',
  ])
  expect(values('databases: [{ name: a, owner: b }]\n')).toHaveLength(1)
})

it.each([
  ['schedule: "0 22 * *", duration: 1h', 'schedule'],
  ['schedule: "@daily", duration: 1h', 'schedule'],
  ['schedule: "0 0 22 * * *", duration: 1h', 'schedule'],
  ['schedule: "0 22 * * 1-5", duration: 1d', 'duration'],
  ['schedule: "0 22 * * 1-5", duration: 1h', undefined],
  ['schedule: "TZ=Europe/Berlin 0 22 * * 1-5", duration: 1h30m', undefined],
])('reads a sync window as Argo CD does: %s', (window, field) => {
  const found = judge(`${project}  syncWindows:\n    - { kind: deny, applications: ["*"], ${window} }\n`)
  expect(found).toHaveLength(field === undefined ? 0 : 1)
  expect(
    findingsOf({ ...legacyFiles, [projectFile]: `${project}  syncWindows:\n    - { kind: Deny, schedule: "0 1 * * *", duration: 1h }\n` }),
  ).toHaveLength(2)
})

it('holds a hand-written Application to the generated project', () => {
  const one = edited(application, ['project: legacy', 'project: data'])
  const [found] = findingsOf({ ...legacyFiles, 'apps/templates/one.yaml': one })
  expect(found && shown(found)).toBe('error argocd/project-permits one.yaml: namespace: one')
  expect(textOf(found?.message ?? [])).toBe('namespace is one, but AppProject data does not permit it at https://kubernetes.default.svc')
})

it('compares as Argo CD does', () => {
  const of = (spec: object) => ({ spec }) as never
  const source = (patterns: string[], url: string): boolean => permitsSource(of({ sourceRepos: patterns }), url)
  expect(source(['*'], 'https://a.example/b')).toBe(true)
  expect(source(['https://a.example/*'], 'https://a.example/b/c')).toBe(false)
  expect(source(['https://a.example/**'], 'https://a.example/b/c.git')).toBe(true)
  expect(source(['git@a.example:b/*'], 'ssh://git@a.example/b/c')).toBe(true)
  expect(source(['*', '!https://a.example/b'], 'https://A.example/b.git')).toBe(false)
  const to = (item: object, one: object): boolean | undefined =>
    permitsDestination(of({ destinations: [item] }), { server: '', name: '', namespace: 'ns', ...one })
  expect(to({ server: 'https://kubernetes.default.svc', namespace: 'n*' }, { name: 'in-cluster' })).toBe(true)
  expect(to({ server: '*', namespace: 'ns' }, { name: 'prod' })).toBe(true)
  expect(to({ server: 'https://prod.example', namespace: 'ns' }, { name: 'prod' })).toBe(undefined)
  expect(to({ name: 'dev', namespace: 'ns' }, { name: 'prod' })).toBe(false)
  expect(to({ server: 'https://prod.example', namespace: 'other' }, { name: 'prod' })).toBe(false)
  expect(permitsKind(of({}), 'postgresql.cnpg.io', 'Cluster')).toBe(true)
  expect(permitsKind(of({ namespaceResourceBlacklist: [{ group: '*', kind: 'Cluster' }] }), 'postgresql.cnpg.io', 'Cluster')).toBe(false)
})
