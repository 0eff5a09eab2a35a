// Is what lived at the base taken from its generated files, and not from inputs that nobody rendered?
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openChange } from '../support/change-repository.ts'
import type { ChangeRepository } from '../support/change-repository.ts'

let repository: ChangeRepository
beforeEach(async () => {
  repository = await openChange()
})
afterEach(() => repository.remove())

const settings = 'apps/values.yaml'
const values = 'databases/example-api/values.yaml'
const generated = ['apps/templates', 'helm-values/data/rendered']

/** What stands now becomes the base, without a render. */
const rebaseAsItIs = (): void => {
  repository.git('add', '-A')
  repository.git('commit', '-q', '-m', 'base')
  repository.git('branch', '-f', 'main')
}
const results = async (): Promise<string[]> =>
  (await repository.plan()).databases.map(({ id, result, effect }) => `${id} ${result} ${effect}`)
const layout = (cluster: string): void => repository.put(settings, `${repository.read(settings)}  layout:\n    cluster: "${cluster}"\n`)

test('settings and values without anything generated deploy nothing', async () => {
  repository.git('rm', '-rq', ...generated)
  rebaseAsItIs()
  expect(await results()).toEqual(['example-api/dev created creation', 'example-api/prd created creation'])
  expect((await repository.told()).filter(({ rule }) => rule.startsWith('changes/'))).toEqual([])
})

test('a service that nobody rendered is new, and the others are not', async () => {
  repository.put('databases/other/values.yaml', '')
  rebaseAsItIs()
  expect(await results()).toEqual([
    'example-api/dev untouched nothing',
    'example-api/prd untouched nothing',
    'other/dev created creation',
    'other/prd created creation',
  ])
})

describe('a base whose generated files are stale', () => {
  test('in the values: what was rendered is compared', async () => {
    repository.put(values, repository.read(values).replace('10Gi', '20Gi'))
    await repository.rebase()
    repository.edit(values, '20Gi', '10Gi')
    rebaseAsItIs()
    expect((await repository.told()).map(({ rule, databases }) => [rule, databases])).toContainEqual([
      'changes/storage-grows',
      ['example-api/dev', 'example-api/prd'],
    ])
  })
  test('in the names: the Clusters are those that were rendered', async () => {
    layout('{service}-{env}-pg')
    rebaseAsItIs()
    const found = await repository.told()
    expect(found.map(({ message }) => message)).toContainEqual(
      'cluster of example-api/dev is renamed from example-api-db-dev to example-api-dev-pg, but a new, empty one would start',
    )
    expect(await results()).toEqual(['example-api/dev recreated re-creation', 'example-api/prd recreated re-creation'])
  })
  test('in the names, which the branch puts right', async () => {
    const text = repository.read(settings)
    layout('{service}-{env}-pg')
    rebaseAsItIs()
    repository.put(settings, text)
    expect(await repository.places()).toEqual([])
    expect(await results()).toEqual(['example-api/dev untouched nothing', 'example-api/prd untouched nothing'])
  })
  test('in a service that is gone: it was deployed, and is not now', async () => {
    repository.put('databases/other/values.yaml', 'cluster:\n  storage:\n    size: 30Gi\n')
    await repository.rebase()
    repository.git('rm', '-rq', 'databases/other')
    rebaseAsItIs()
    expect((await repository.told()).map(({ rule }) => rule)).toContain('changes/retired-first')
    expect(await results()).toContain('other/dev gone nothing')
  })
})

test('rendered by another release or command line, the same is the same', async () => {
  for (const path of repository.git('ls-files', 'apps/templates', 'helm-values/data/rendered').trim().split('\n'))
    repository.put(path, repository.read(path).replace(/Regenerate: .*/, 'Regenerate: make values'))
  repository.put('helm-values/data/rendered/dev/example-api.yaml', `${repository.read('helm-values/data/rendered/dev/example-api.yaml')}\n`)
  rebaseAsItIs()
  expect(await repository.places()).toEqual([])
  expect(await results()).toEqual(['example-api/dev untouched nothing', 'example-api/prd untouched nothing'])
})

describe('another namespace for Argo CD', () => {
  test('is an error, once, and a rename in the plan', async () => {
    const text = repository.read(settings)
    repository.put(settings, text.replace(/(argocd:\n)/, '$1    namespace: argo\n').replace(/ {4}namespace: argocd\n/, ''))
    expect(repository.read(settings)).not.toBe(text)
    const found = await repository.told()
    expect(found).toMatchObject([
      { rule: 'changes/application-name-stays', severity: 'error', file: settings, databases: ['example-api/dev', 'example-api/prd'] },
    ])
    expect(found[0]?.message).toContain('from argocd to argo, but')
    expect(await results()).toEqual(['example-api/dev renamed nothing', 'example-api/prd renamed nothing'])
  })
})

describe('settings that came before the hand-written set was replaced', () => {
  const set = 'apps/templates/data/postgres-clusters.yaml'
  /** the set that lived before: its Clusters have the suffix of the chart */
  const byHand = (release: string): string => `{{\`
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: postgres-clusters
  namespace: argocd
  annotations: { argocd.argoproj.io/sync-options: "Prune=false,Delete=false" }
spec:
  goTemplate: true
  goTemplateOptions: ["missingkey=error"]
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators:
    - list:
        elements:
          - { service: example-api, env: dev }
          - { service: example-api, env: prd }
  template:
    metadata: { name: '{{ .service }}-db-{{ .env }}' }
    spec:
      project: legacy
      destination: { server: https://kubernetes.default.svc, namespace: '{{ .service }}-{{ .env }}' }
      sources:
        - repoURL: https://cloudnative-pg.github.io/charts
          chart: cluster
          targetRevision: 0.8.1
          helm:
            releaseName: '${release}'
            valueFiles: ['$values/helm-values/data/postgres-{{ .env }}-defaults.yaml', '$values/databases/{{ .service }}/values.yaml']
        - { repoURL: https://github.com/example/example-infrastructure.git, targetRevision: main, ref: values }
\`}}
`
  beforeEach(() => {
    repository.git('rm', '-rq', ...generated)
    repository.put(set, byHand('{{ .service }}-db-{{ .env }}'))
    rebaseAsItIs()
    repository.git('mv', set, 'old-postgres-clusters.yaml.txt')
  })
  test('without the suffix every Cluster would be new; with it they are handed over', async () => {
    expect((await repository.told()).map(({ rule }) => rule)).toContain('changes/cluster-name-stays')
    layout('{service}-db-{env}-cluster')
    expect((await repository.told()).filter(({ severity }) => severity === 'error')).toEqual([])
    expect(await results()).toEqual(['example-api/dev handed-over nothing', 'example-api/prd handed-over nothing'])
  })
})

describe('a file by hand in the place of the generated sets', () => {
  const set = 'apps/templates/data/postgres-clusters.yaml'
  const found = async (): Promise<{ rule: string; file: string; help?: string }[]> => {
    const { stdout } = await repository.run('check', '--format', 'json')
    return (JSON.parse(stdout) as { diagnostics: { rule: string; file: string; help?: string }[] }).diagnostics
  }
  test('is one error, whatever it makes, and the help keeps its Applications', async () => {
    repository.edit(set, '# Generated from', '# Made from')
    repository.edit(set, 'releaseName', 'version: v3\n            releaseName')
    const told = await found()
    expect(told.filter(({ rule }) => rule !== 'argocd/unknown-field')).toMatchObject([{ rule: 'emit/foreign-file', file: set }])
    expect(told[0]?.help).toContain('docs/adoption.md, road 2')
  })
  test('that is the generated one without its first line says so', async () => {
    const text = repository.read(set)
    repository.put(set, text.slice(text.indexOf('\n') + 1))
    const told = await found()
    expect(told).toMatchObject([{ rule: 'emit/foreign-file', file: set }])
    expect(told[0]?.help).toContain('put back its first line')
    expect((await repository.run('render')).code).toBe(1)
  })
})
