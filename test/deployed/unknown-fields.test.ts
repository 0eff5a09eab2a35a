// Is a misspelt field of an Application or a set reported once, with the word that was meant, even if the database is lost for it?
import { afterEach, describe, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const open: { remove(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.remove()
})

const url = 'https://github.com/acme/infra.git'
const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: orders
  namespace: argocd
spec:
  project: default
  destination:
    server: https://kubernetes.default.svc
    namespace: orders
  syncPolicy:
    automated:
      selfHeal: true
  source:
    repoURL: https://cloudnative-pg.github.io/charts
    chart: cluster
    targetRevision: 0.8.1
    helm:
      releaseName: orders
      valuesObject:
        cluster:
          instances: 3
`
const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: all
  namespace: argocd
spec:
  goTemplate: true
  goTemplateOptions: ["missingkey=error"]
  syncPolicy:
    applicationsSync: create-update
    preserveResourcesOnDeletion: true
  generators:
    - git:
        repoURL: ${url}
        revision: main
        directories:
          - path: pg/*
  template:
    metadata:
      name: 'db-{{ .path.basename }}'
    spec:
      project: default
      destination:
        server: https://kubernetes.default.svc
        namespace: orders
      source:
        repoURL: ${url}
        targetRevision: main
        path: '{{ .path.path }}'
`
const root = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: root, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: argocd }
  source:
    repoURL: ${url}
    path: argocd
    directory: {}
`
const cluster =
  'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: stock }\nspec:\n  instances: 3\n  storage: { size: 1Gi }\n'

/** The line, what is wrong and what to type. */
async function reported(text: string): Promise<string[]> {
  const opened = openFiles({ 'argocd/a.yaml': text, 'pg/stock/cluster.yaml': cluster }, url)
  open.push(opened)
  const { stdout } = await opened.run('check', '--format', 'json')
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { line: number; message: string; severity: string; help?: string }[] }
  return diagnostics.filter(({ severity }) => severity !== 'info').map(({ line, message, help }) => `${line}: ${message}; ${help ?? ''}`)
}

describe('a field', () => {
  test.each([application, set, root])('that is right is not reported', async (text) => {
    expect((await reported(text)).filter((line) => !line.includes('no Application and no set here deploys'))).toEqual([])
  })
  test.each([
    [application, 'sorce', 'source', 14, 'spec'],
    [application, 'repoUrl', 'repoURL', 15, 'spec.source'],
    [application, 'chrt', 'chart', 16, 'spec.source'],
    [application, 'targetRevison', 'targetRevision', 17, 'spec.source'],
    [application, 'releasename', 'releaseName', 19, 'spec.source.helm'],
    [application, 'valueObject', 'valuesObject', 20, 'spec.source.helm'],
    [application, 'projct', 'project', 7, 'spec'],
    [application, 'destinaton', 'destination', 8, 'spec'],
    [application, 'servr', 'server', 9, 'spec.destination'],
    [set, 'generatrs', 'generators', 12, 'spec'],
    [set, 'directorys', 'directories', 16, 'spec.generators[0].git'],
    [set, 'templete', 'template', 18, 'spec'],
    [set, 'preserveResourceOnDeletion', 'preserveResourcesOnDeletion', 11, 'spec.syncPolicy'],
    [set, 'goTemplat', 'goTemplate', 7, 'spec'],
    [root, 'directry', 'directory', 10, 'spec.source'],
  ])('of %# that is misspelt as %s is %s', async (text, wrong, right, line, where) => {
    expect(await reported(text.replace(new RegExp(`\\b${right}:`), `${wrong}:`))).toEqual([
      `${line}: unknown field \`${wrong}\` in \`${where}\`; did you mean \`${right}\`?`,
    ])
  })
  test.each([
    [
      application.replace('    automated:\n', '    prune: true\n    automated:\n'),
      '12: unknown field `prune` in `spec.syncPolicy`',
      'spec.syncPolicy.automated',
    ],
    [
      application.replace('    helm:\n', '    valueFiles: []\n    helm:\n'),
      '18: unknown field `valueFiles` in `spec.source`',
      'spec.source.helm',
    ],
    [
      application.replace('  source:\n', '  preserveResourcesOnDeletion: true\n  source:\n'),
      '14: unknown field `preserveResourcesOnDeletion` in `spec`',
      'spec.syncPolicy of an ApplicationSet',
    ],
    [
      set.replace('    applicationsSync', '    automated: {}\n    applicationsSync'),
      '10: unknown field `automated` in `spec.syncPolicy`',
      'spec.template.spec.syncPolicy',
    ],
    [
      root.replace('    directory', '    recurse: true\n    directory'),
      '10: unknown field `recurse` in `spec.source`',
      'spec.source.directory',
    ],
    [set.replace('    spec:\n', '  spec:\n'), '21: unknown field `spec` in `spec`', 'spec.template'],
  ])('in the wrong place is led to the right one', async (text, message, place) => {
    expect(await reported(text)).toEqual([`${message}; it belongs in ${place}`])
  })
  test('beside the right one is one too many', async () => {
    expect(await reported(application.replace('    chart:', '    chrt: cluster\n    chart:'))).toEqual([
      '16: unknown field `chrt` in `spec.source`; `chart` is there too: remove one of the two',
    ])
  })
})
