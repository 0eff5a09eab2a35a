// What does `check` say about hand-written sets in a repository of their own, compared with its base?
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openChange } from '../support/change-repository.ts'
import type { ChangeRepository } from '../support/change-repository.ts'
import { legacySet } from '../support/hand-written-set.ts'

const set = 'apps/templates/data/legacy.yaml'
const guarded = 'cluster:\n  annotations:\n    argocd.argoproj.io/sync-options: Prune=false,Delete=false\n'

let repository: ChangeRepository
beforeEach(async () => {
  repository = await openChange()
  repository.put(set, legacySet.replace('example/infra.git', 'example/example-infrastructure.git'))
  for (const name of ['alpha', 'beta']) repository.put(`helm-values/legacy/${name}.yaml`, guarded)
  await repository.rebase()
})
afterEach(() => repository.remove())

test('a folder is no value file, in the work tree as in the index', async () => {
  repository.edit(set, '$values/helm-values/data/postgres-dev-defaults.yaml', '$values/helm-values/legacy')
  const found = await repository.told()
  expect(found).toMatchObject([{ rule: 'argocd/value-file-exists', severity: 'error', file: set }])
  expect(found[0]?.message).toContain('that is a folder')
})

test.each([
  ['the server', 'server: https://kubernetes.default.svc', 'server: {{ .Values.one | quote }}'],
  ['a namespace', "namespace: '{{`{{ .service }}`}}-legacy'", 'namespace: {{ .Values.one }}'],
  ['the project', 'project: legacy', 'project: {{ .Values.one }}'],
  ['an element', 'service: "beta"', 'service: {{ .Values.one | quote }}'],
  ['the name of the set', 'name: legacy-dbs', 'name: {{ .Values.one }}'],
  ['the policy', 'applicationsSync: create-update', 'applicationsSync: {{ .Values.one }}'],
  ['its guard', 'sync-options: Prune=false,Delete=false', 'sync-options: {{ .Values.one }}'],
])('nothing is said of %s that only the values of the parent tell', async (_, from, to) => {
  repository.edit(set, from, to)
  expect(await repository.told()).toEqual([])
  await repository.rebase()
  repository.edit(set, to, from)
  expect(await repository.told()).toEqual([])
})

test('an element that moves to another set is wanted there, and owned here', async () => {
  const text = repository.read(set)
  const beta = '          - service: "beta"\n'
  repository.put(set, text.replace(beta, ''))
  repository.put('apps/templates/data/other.yaml', text.replace('legacy-dbs', 'other-dbs').replace('          - service: "alpha"\n', ''))
  const found = await repository.told()
  expect(found).toMatchObject([{ rule: 'changes/application-stays', severity: 'warning', file: set }])
  expect(found[0]?.message).toBe('Application beta-legacy is wanted by the set other-dbs, but legacy-dbs owns it')
  expect(found[0]?.help).not.toContain('delete')
})

test('a database that the generated sets adopt is wanted by them, and owned by the set that it leaves', async () => {
  repository.put(
    set,
    repository
      .read(set)
      .replaceAll('-legacy', '-db-dev')
      .replace("namespace: '{{`{{ .service }}`}}-db-dev'", "namespace: '{{`{{ .service }}`}}-dev'"),
  )
  // the chart would append `-cluster` to the release, which the generated set does not
  repository.put('helm-values/legacy/alpha.yaml', `fullnameOverride: alpha-db-dev\n${guarded}`)
  await repository.rebase()
  repository.edit(set, '          - service: "alpha"\n', '')
  repository.put('databases/alpha/service.yaml', 'environments: [dev]\n')
  repository.put('databases/alpha/values.yaml', '')
  const found = await repository.told()
  expect(found.map(({ message }) => message)).toEqual([
    'Application alpha-db-dev is wanted by the generated set of dev, but legacy-dbs owns it',
  ])
})

test('an element that a value of the parent switches off is gone', async () => {
  const beta = '          - service: "beta"\n'
  repository.edit(set, beta, `          {{- if .Values.beta }}\n${beta}          {{- end }}\n`)
  repository.put('apps/values.yaml', `${repository.read('apps/values.yaml')}beta: true\n`)
  expect(await repository.told()).toEqual([])
  repository.edit('apps/values.yaml', 'beta: true', 'beta: false')
  expect(await repository.told()).toMatchObject([{ rule: 'changes/application-stays', severity: 'warning', file: set }])
})

test('a value file is missed in any folder of the repository', async () => {
  const entry = '$values/helm-values/data/postgres-dev-defaults.yaml'
  repository.edit(set, entry, '$values/environments/dev/postgres.yaml')
  expect(await repository.told()).toMatchObject([{ rule: 'argocd/value-file-exists', severity: 'error', file: set }])
  repository.put('environments/dev/postgres.yaml', repository.read('helm-values/data/postgres-dev-defaults.yaml'))
  expect(await repository.told()).toEqual([])
})
