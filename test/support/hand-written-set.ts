// What hand-written set, Application and settings do the tests of Argo CD's rules begin with?
import { judgeHandWritten } from '../../scripts/argocd/rules/hand-written.ts'
import { locate } from '../../scripts/findings/spot.ts'
import type { LocatedFinding } from '../../scripts/findings/spot.ts'
import { discover } from '../../scripts/discover/discover.ts'
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
    dev: { destination: { server: https://kubernetes.default.svc }, namespace: "{service}-dev", guard: confirm }
`

export function settingsOf(argocd: string): Settings {
  const text = settingsText.replace('3.5.1', argocd)
  const read = readSettings(parseYaml({ path: 'apps/values.yaml', text }, 'service').documents[0] as MapValue)
  if (!('settings' in read)) throw new Error('the settings of this test are broken')
  return read.settings
}

export const setFile = 'apps/templates/legacy.yaml'
const guarded = 'cluster:\n  annotations:\n    argocd.argoproj.io/sync-options: Prune=false,Delete=false\n'

export const legacySet = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: legacy-dbs
  namespace: argocd
  annotations:
    argocd.argoproj.io/sync-options: Prune=false,Delete=false
  finalizers:
    - resources-finalizer.argocd.argoproj.io
spec:
  goTemplate: true
  goTemplateOptions: ["missingkey=error"]
  generators:
    - list:
        elements:
          - service: "alpha"
          - service: "beta"
  syncPolicy:
    applicationsSync: create-update
    preserveResourcesOnDeletion: true
  template:
    metadata:
      name: '{{\`{{ .service }}\`}}-legacy'
      annotations:
        argocd.argoproj.io/compare-options: ServerSideDiff=true
    spec:
      project: legacy
      destination:
        server: https://kubernetes.default.svc
        namespace: '{{\`{{ .service }}\`}}-legacy'
      sources:
        - repoURL: https://cloudnative-pg.github.io/charts
          chart: cluster
          targetRevision: 0.8.1
          helm:
            releaseName: '{{\`{{ .service }}\`}}-legacy'
            skipTests: true
            valueFiles:
              - $values/helm-values/data/postgres-dev-defaults.yaml
              - '$values/helm-values/legacy/{{\`{{ .service }}\`}}.yaml'
        - repoURL: https://github.com/example/infra.git
          targetRevision: main
          ref: values
      syncPolicy:
        automated:
          prune: false
          selfHeal: true
        syncOptions:
          - CreateNamespace=true
          - ServerSideApply=true
`
/** The set without its brakes: what goes takes its database along. */
export const bareSet = legacySet
  .replace('  syncPolicy:\n    applicationsSync: create-update\n    preserveResourcesOnDeletion: true\n', '')
  .replace('  annotations:\n    argocd.argoproj.io/sync-options: Prune=false,Delete=false\n', '')

export const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: one
  namespace: argocd
  finalizers:
    - resources-finalizer.argocd.argoproj.io
  annotations:
    argocd.argoproj.io/compare-options: ServerSideDiff=true
spec:
  project: legacy
  destination:
    server: https://kubernetes.default.svc
    namespace: one
  sources:
    - repoURL: https://cloudnative-pg.github.io/charts
      chart: cluster
      targetRevision: 0.8.1
      helm:
        releaseName: one
        valueFiles:
          - $values/helm-values/legacy/alpha.yaml
    - repoURL: https://github.com/example/infra.git
      targetRevision: main
      ref: values
`

export type Files = Readonly<Record<string, string | undefined>>
export const legacyFiles: Files = {
  [setFile]: legacySet,
  'helm-values/data/postgres-dev-defaults.yaml': '',
  'helm-values/legacy/alpha.yaml': guarded,
  'helm-values/legacy/beta.yaml': guarded,
  'databases/orders/values.yaml': '',
}

function treeOf(files: Files, revision?: string): Tree {
  return {
    paths: Object.keys(files)
      .filter((path) => files[path] !== undefined)
      .sort(),
    read: (path) => (files[path] === undefined ? undefined : { ok: true, text: files[path] }),
    ...(revision === undefined ? {} : { revision }),
  }
}

/** What is said of a state of the repository, compared with a base where there is one. */
export function findingsOf(files: Files, from: { base?: Files; argocd?: string } = {}): readonly LocatedFinding[] {
  const settings = settingsOf(from.argocd ?? '3.5.1')
  const state = (
    some: Files,
    revision?: string,
  ): { settings: Settings; databases: ReturnType<typeof discover>['databases']; tree: Tree } => {
    const tree = treeOf(some, revision)
    return { settings, tree, databases: discover(settings, tree).databases }
  }
  const before = from.base === undefined ? undefined : state(from.base, 'main')
  const base = before && { ...before, databases: new Map(before.databases.map((database) => [database.id, database])) }
  return judgeHandWritten({ ...state(files), base }).findings
}

/** `<severity> <rule> <file>:<line>: <the line>`, the file without its folders. */
export function shown({ rule, severity, at }: LocatedFinding): string {
  const { file, line, revision } = locate(at)
  const text = at.file.text.split('\n')[line - 1] ?? ''
  return `${severity} ${rule} ${revision === undefined ? '' : `${revision}:`}${file.replace(/.*\//, '')}: ${text.trim()}`
}

/** The legacy set with replacements, as shown findings. */
export function judgeSet(...edits: readonly (readonly [string, string])[]): string[] {
  return findingsOf({ ...legacyFiles, [setFile]: edited(legacySet, ...edits) }).map(shown)
}

export function edited(text: string, ...edits: readonly (readonly [string, string])[]): string {
  return edits.reduce((sum, [from, to]) => {
    if (!sum.includes(from)) throw new Error(`the text has no ${from}`)
    return sum.replace(from, () => to)
  }, text)
}
