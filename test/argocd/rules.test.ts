// What do the rules say of Applications and sets that people wrote by hand?
import { expect, it } from 'vitest'
import { judgeHandWritten } from '../../scripts/argocd/rules/hand-written.ts'
import { locate } from '../../scripts/findings/spot.ts'
import type { MapValue } from '../../scripts/values/value.ts'
import type { Settings } from '../../scripts/model.ts'
import { parseYaml } from '../../scripts/yaml/parse.ts'
import { readSettings } from '../../scripts/discover/settings-values.ts'
import type { Tree } from '../../scripts/repository/tree.ts'

const settingsText = `postgres:
  argocd: { version: "3.5.1" }
  repository: { url: https://github.com/example/infra.git }
  operator: { version: "1.27.1", chart: { version: 0.26.1 } }
  clusterChart: { version: 0.8.1 }
  environments:
    prd: { destination: { server: https://kubernetes.default.svc }, namespace: "{service}-prd", guard: never }
`

function settingsOf(argocd: string): Settings {
  const text = settingsText.replace('3.5.1', argocd)
  const read = readSettings(parseYaml({ path: 'apps/values.yaml', text }, 'service').documents[0] as MapValue)
  if (!('settings' in read)) throw new Error('the settings of this test are broken')
  return read.settings
}

/** `line: rule` of each finding in one template beside a few databases. */
function judge(template: string, argocd = '3.5.1'): string[] {
  const files: Record<string, string> = {
    'apps/templates/by-hand.yaml': template,
    'databases/orders/values.yaml': 'cluster:\n  instances: 3\n',
    'databases/orders/values-prd.yaml': '',
    'databases/guarded/values.yaml': 'cluster:\n  annotations:\n    argocd.argoproj.io/sync-options: Prune=false,Delete=false\n',
  }
  const tree: Tree = {
    paths: Object.keys(files).sort(),
    read: (path) => (Object.hasOwn(files, path) ? { ok: true, text: files[path] as string } : undefined),
  }
  return judgeHandWritten({ settings: settingsOf(argocd), databases: [], tree }).findings.map(
    (finding) => `${locate(finding.at).line}: ${finding.rule}`,
  )
}

const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: orders
  annotations:
    argocd.argoproj.io/compare-options: ServerSideDiff=true
spec:
  project: legacy
  destination:
    server: https://kubernetes.default.svc
    namespace: orders
  sources:
    - repoURL: https://cloudnative-pg.github.io/charts
      chart: cluster
      targetRevision: 0.8.1
      helm:
        valueFiles:
          - $values/databases/guarded/values.yaml
    - repoURL: https://github.com/example/infra.git
      targetRevision: main
      ref: values
  syncPolicy:
    automated:
      prune: false
    syncOptions:
      - CreateNamespace=true
`

const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: by-hand
spec:
  goTemplate: true
  goTemplateOptions: ["missingkey=error"]
  generators:
    - list:
        elements:
          - service: orders
  syncPolicy:
    applicationsSync: create-update
    preserveResourcesOnDeletion: true
  template:
    metadata:
      name: '{{\`{{ .service }}\`}}-db'
      annotations:
        argocd.argoproj.io/compare-options: ServerSideDiff=true
    spec:
      project: legacy
      destination:
        server: https://kubernetes.default.svc
        namespace: '{{\`{{ .service }}\`}}'
      sources:
        - repoURL: https://cloudnative-pg.github.io/charts
          chart: cluster
          targetRevision: 0.8.1
          helm:
            valueFiles:
              - '$values/databases/{{\`{{ .service }}\`}}/values.yaml'
        - repoURL: https://github.com/example/infra.git
          targetRevision: main
          ref: values
`

it('says nothing of a good Application and a good set', () => {
  expect(judge(application)).toEqual([])
  expect(judge(set)).toEqual([])
})

it.each([
  ['a field of another kind', 'prune: false', 'prune: false\n    preserveResourcesOnDeletion: true', '25: argocd/known-fields'],
  ['a misspelt field', 'valueFiles:', 'valuesFiles:', '17: argocd/known-fields'],
  ['a number for a text', 'targetRevision: 0.8.1', 'targetRevision: 1.5', '15: argocd/manifest-schema'],
  ['two ways to name a cluster', 'namespace: orders', 'namespace: orders\n    name: in-cluster', '9: argocd/set-generates'],
  ['no cluster', '    server: https://kubernetes.default.svc\n', '', '9: argocd/set-generates'],
  ['a ref that no source has', '$values/', '$value/', '18: argocd/set-generates'],
  ['a ref with a backslash', '- $values/', '- \\$values/', '18: argocd/value-file-ref'],
  ['a value file that is not there', 'guarded/values.yaml', 'gone/values.yaml', '18: argocd/value-file-exists'],
  ['missing files ignored', 'helm:', 'helm:\n        ignoreMissingValueFiles: true', '17: argocd/missing-files-ignored'],
  ['a compare option in the wrong place', 'CreateNamespace=true', 'ServerSideDiff=true', '26: argocd/set-option-known'],
  ['a misspelt option', 'CreateNamespace', 'CreateNamspace', '26: argocd/set-option-known'],
  ['pruning without a guard', 'guarded/values.yaml\n', 'orders/values.yaml\n', undefined],
])('an Application: %s', (_, from, to, expected) => {
  expect(judge(application.replace(from, () => to))).toEqual(expected === undefined ? [] : expect.arrayContaining([expected]))
})

it('reports pruning only where the Cluster has no guard', () => {
  const prunes = application.replace('prune: false', 'prune: true')
  expect(judge(prunes)).toEqual([])
  expect(judge(prunes.replace('guarded/', 'orders/'))).toEqual(['24: argocd/prune-spares-databases'])
})

it('knows when Argo CD began to read an option of the Application', () => {
  const guarded = application.replace('CreateNamespace=true', 'Delete=false')
  expect(judge(guarded, '3.3.0')).toEqual(['26: argocd/set-option-known'])
  expect(judge(guarded, '3.4.0')).toEqual([])
})

it.each([
  [
    'a finalizer against preserveResourcesOnDeletion',
    '      annotations:',
    '      finalizers: [resources-finalizer.argocd.argoproj.io]\n      annotations:',
    '18: argocd/finalizer-defeats-preserve',
  ],
  [
    'no brake at all',
    '  syncPolicy:\n    applicationsSync: create-update\n    preserveResourcesOnDeletion: true\n',
    '',
    '5: argocd/set-keeps-databases',
  ],
  ['no element', '        elements:\n          - service: orders\n', '        elements: []\n', '8: argocd/set-generates'],
  ['a key that no element has', '          - service: orders', '          - name: orders', '17: argocd/set-generates'],
  ['braces that Helm eats', "'{{`{{ .service }}`}}-db'", "'{{ .service }}-db'", '17: argocd/helm-braces'],
  ['a folder for a file', '/values.yaml', '', '31: argocd/value-file-exists'],
  ['no ServerSideDiff', 'ServerSideDiff=true', 'IgnoreExtraneous', '19: argocd/server-side-diff'],
])('a set: %s', (_, from, to, expected) => {
  expect(judge(set.replace(from, () => to))).toEqual(expect.arrayContaining([expected]))
})

it('sees which other files a git generator would find', () => {
  const git = (path: string): string =>
    set.replace(
      '    - list:\n        elements:\n          - service: orders\n',
      `    - git:\n        repoURL: https://github.com/example/infra.git\n        revision: main\n        files:\n          - path: ${path}\n`,
    )
  expect(judge(git('"databases/*/values*.yaml"'))).toContain('8: argocd/git-files-meant')
  expect(judge(git('"databases/*/values.yaml"'))).not.toContain('8: argocd/git-files-meant')
})

it('follows values that only the parent knows as unknown texts', () => {
  expect(judge(application.replace('https://kubernetes.default.svc', '{{ .Values.server | quote }}'))).toEqual([])
  expect(judge(application.replace('server: https://kubernetes.default.svc', '{{ .Values.kind }}: x'))).not.toContain(
    '9: argocd/manifest-schema',
  )
})

it('wants a name that the API server takes', () => {
  expect(judge(set.replace('name: by-hand', 'name: By_Hand'))).toContain('4: argocd/set-generates')
})
