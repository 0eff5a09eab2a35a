// Are an Application of another namespace, and a folder that may be emptied, seen for what they are?
import { expect, test } from 'vitest'
import { toldOf } from '../support/files.ts'

const application = (more: { namespace?: string; automated?: string; options?: string }): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: orders, namespace: ${more.namespace ?? 'argocd'} }
spec:
  project: team
  destination: { server: https://kubernetes.default.svc, namespace: shop }
  source: { repoURL: "https://github.com/acme/infra.git", targetRevision: main, path: db }
  syncPolicy: { automated: ${more.automated ?? '{ prune: true }'}, syncOptions: [${more.options ?? 'ServerSideApply=true'}] }
`
const set = (namespace: string): string => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: orders, namespace: ${namespace} }
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators: [{ list: { elements: [{ service: orders }] } }]
  template:
    metadata: { name: "{{ .service }}" }
    spec:
      project: team
      destination: { server: https://kubernetes.default.svc, namespace: shop }
      source: { repoURL: "https://github.com/acme/infra.git", targetRevision: main, path: db }
`
const project = (more = '', namespace = 'argocd'): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: { name: team, namespace: ${namespace} }\nspec: { sourceRepos: ["*"], destinations: [{ server: "*", namespace: "*" }]${more} }\n`
const cluster = (annotations = ''): string =>
  `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: orders${annotations} }\nspec:\n  instances: 2\n  storage: { size: 1Gi }\n`

const told = async (manifest: string, owner = project(), annotations = ''): Promise<string[]> =>
  (await toldOf({ 'argocd/a.yaml': manifest, 'argocd/p.yaml': owner, 'db/c.yaml': cluster(annotations) })).filter((line) =>
    /project-permits|prune-spares/.test(line),
  )
const refused = 'argocd/a.yaml:3: namespace is team-a, but AppProject team takes no Applications of that namespace [argocd/project-permits]'

test.each([
  [application({ namespace: 'team-a' }), project(), [refused]],
  [set('team-a'), project(', sourceNamespaces: [team-b]'), [refused]],
  [set('team-a'), project(', sourceNamespaces: [team-*]'), []],
  [application({ namespace: 'team-a' }), project(', sourceNamespaces: ["/team-.+/"]'), []],
  [application({}), project(), []],
  // that of another Argo CD
  [application({ namespace: 'team-a' }), project('', 'gitops'), []],
])('an AppProject takes Applications of its own namespace, and of those that it names', async (manifest, owner, expected) => {
  expect(await told(manifest, owner)).toEqual(expected)
})

test('a kustomization may put an Application elsewhere than its file says', async () => {
  const files = { 'argocd/a.yaml': application({ namespace: 'team-a' }), 'argocd/p.yaml': project(), 'db/c.yaml': cluster() }
  const told = async (kustomization: string, more = {}): Promise<string[]> =>
    (await toldOf({ ...files, 'argocd/kustomization.yaml': kustomization, ...more })).filter((line) => line.includes('project-permits'))
  expect(await told('resources: [a.yaml, p.yaml]\n')).toEqual([refused])
  expect(await told('namespace: argocd\nresources: [a.yaml, p.yaml]\n')).toEqual([])
  expect(await told('resources: [a.yaml, p.yaml]\n', { 'prd/kustomization.yaml': 'namespace: argocd\nresources: [../argocd]\n' })).toEqual(
    [],
  )
})

const emptied =
  'argocd/a.yaml:8: automated.allowEmpty is true, but nothing keeps the Cluster from being pruned [argocd/prune-spares-databases]'
const guard = ', annotations: { argocd.argoproj.io/sync-options: "Prune=false" }'

test.each([
  [application({ automated: '{ prune: true, allowEmpty: true }' }), '', [emptied]],
  [application({ automated: '{ prune: true, allowEmpty: true }' }), guard, []],
  [application({ automated: '{ prune: true, allowEmpty: true }', options: 'Prune=confirm' }), '', []],
  [application({ automated: '{ prune: false, allowEmpty: true }' }), '', []],
  [application({ automated: '{ prune: true, allowEmpty: false }' }), '', []],
])('a folder that may be empty takes its Clusters along', async (manifest, annotations, expected) => {
  expect(await told(manifest, project(), annotations)).toEqual(expected)
})
