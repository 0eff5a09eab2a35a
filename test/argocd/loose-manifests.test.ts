// Are sets, Applications and Clusters seen wherever they are in the repository?
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openChange } from '../support/change-repository.ts'
import type { ChangeRepository } from '../support/change-repository.ts'

let repository: ChangeRepository
beforeEach(async () => {
  repository = await openChange()
})
afterEach(() => repository.remove())

const rebaseAsItIs = (): void => {
  repository.git('add', '-A')
  repository.git('commit', '-q', '-m', 'base')
  repository.git('branch', '-f', 'main')
}
const errors = async (): Promise<string[]> =>
  (await repository.told()).filter(({ severity }) => severity === 'error').map(({ rule, file }) => `${rule} ${file}`)
const results = async (): Promise<string[]> => (await repository.plan()).databases.map(({ id, result }) => `${id} ${result}`)

const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: databases
  namespace: argocd
  annotations: { argocd.argoproj.io/sync-options: "Prune=false,Delete=false" }
spec:
  goTemplate: true
  goTemplateOptions: ["missingkey=error"]
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators:
    - matrix:
        generators:
          - git:
              repoURL: https://github.com/example/example-infrastructure.git
              revision: main
              directories: [{ path: databases/* }]
          - list:
              elements: [{ env: dev }, { env: prd }]
  template:
    metadata:
      name: '{{ .path.basename }}-db-{{ .env }}'
      annotations: { argocd.argoproj.io/compare-options: ServerSideDiff=true }
    spec:
      project: legacy
      destination: { server: https://kubernetes.default.svc, namespace: '{{ .path.basename }}-{{ .env }}' }
      sources:
        - repoURL: https://cloudnative-pg.github.io/charts
          chart: cluster
          targetRevision: 0.8.1
          helm:
            releaseName: '{{ .path.basename }}-db-{{ .env }}'
            skipTests: true
            valueFiles:
              - '$values/helm-values/data/postgres-{{ .env }}-defaults.yaml'
              - '$values/{{ .path.path }}/values.yaml'
        - { repoURL: https://github.com/example/example-infrastructure.git, targetRevision: main, ref: values }
`

describe.each(['argocd/databases.yaml', 'apps/databases.yaml', 'clusters/one/apps/db.yml'])('a set in %s', (path) => {
  beforeEach(() => {
    repository.git('rm', '-rq', 'apps/templates', 'helm-values/data/rendered')
    repository.put(path, set)
    rebaseAsItIs()
  })
  test('that generated sets of other Cluster names replace: each Cluster would be new', async () => {
    repository.git('rm', '-q', path)
    expect(await errors()).toContain('changes/cluster-name-stays databases/example-api/values.yaml')
    expect(await results()).toEqual(['example-api/dev recreated', 'example-api/prd recreated'])
  })
  test('that generated sets of the same names replace is handed over', async () => {
    const text = repository.read('apps/values.yaml')
    repository.put('apps/values.yaml', `${text}  layout:\n    cluster: "{service}-db-{env}-cluster"\n`)
    repository.git('rm', '-q', path)
    expect(await errors()).toEqual([])
    expect(await results()).toEqual(['example-api/dev handed-over', 'example-api/prd handed-over'])
  })
  test('that stays beside the generated ones makes the same Applications', async () => {
    const found = (await repository.told()).filter(({ rule }) => rule === 'argocd/application-once')
    expect(found).toHaveLength(1)
    expect(found[0]?.help).toContain('if it lives, keep its name')
  })
})

test('a set that a commit changes is seen by the hook', async () => {
  repository.put('argocd/databases.yaml', set.replaceAll('-db-', '-old-'))
  await repository.rebase()
  expect(await repository.told()).toEqual([])
  repository.edit(
    'argocd/databases.yaml',
    "releaseName: '{{ .path.basename }}-old-{{ .env }}'",
    "releaseName: '{{ .path.basename }}-{{ .env }}'",
  )
  repository.git('add', '-A')
  const { code, stdout } = await repository.run('check', '--staged', '--changed')
  expect(stdout).toContain('[changes/cluster-name-stays]')
  expect(code).toBe(1)
})

const application = (name: string, namespace = 'orders'): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  namespace: argocd
  finalizers: [resources-finalizer.argocd.argoproj.io]
  annotations: { argocd.argoproj.io/compare-options: ServerSideDiff=true }
spec:
  project: legacy
  destination: { server: https://kubernetes.default.svc, namespace: ${namespace} }
  source:
    repoURL: https://cloudnative-pg.github.io/charts
    chart: cluster
    targetRevision: 0.8.1
    helm: { valuesObject: { fullnameOverride: ${name} } }
`
const cluster = (name: string, namespace = 'orders'): string =>
  `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\nspec:\n  instances: 3\n  storage: {size: 1Gi}\n`

describe('an Application', () => {
  beforeEach(() => {
    repository.put('k8s/orders.yaml', application('orders'))
    rebaseAsItIs()
  })
  test('that goes takes its database along', async () => {
    repository.git('rm', '-q', 'k8s/orders.yaml')
    expect((await errors())[0]).toBe('changes/database-stays k8s/orders.yaml')
    expect(await results()).toContain('orders gone')
  })
  test('of another namespace makes another database', async () => {
    repository.put('k8s/orders.yaml', application('orders', 'shop'))
    expect(await errors()).toEqual(['changes/namespace-stays k8s/orders.yaml'])
  })
})

describe('a Cluster that is a plain manifest', () => {
  beforeEach(() => {
    repository.put('k8s/orders.yaml', cluster('orders'))
    rebaseAsItIs()
  })
  test('is left alone while it is there, wherever it is', async () => {
    repository.git('mv', 'k8s/orders.yaml', 'k8s/orders-db.yaml')
    expect(await repository.told()).toEqual([])
  })
  test('is reported where it goes, or gets another name', async () => {
    repository.put('k8s/orders.yaml', cluster('orders2'))
    expect((await repository.told()).map(({ rule, severity }) => `${severity} ${rule}`)).toEqual(['warning changes/database-stays'])
    expect(await results()).toContain('k8s/orders.yaml/orders gone')
  })
  test('and a database of the settings can not be the same', async () => {
    repository.put('k8s/orders.yaml', cluster('example-api-db-dev', 'example-api-dev'))
    expect(await errors()).toEqual(['argocd/cluster-once k8s/orders.yaml'])
  })
  test('that a generated database replaces lives on', async () => {
    repository.put('k8s/orders.yaml', cluster('orders-db-dev', 'orders-dev'))
    rebaseAsItIs()
    repository.git('rm', '-q', 'k8s/orders.yaml')
    repository.put('databases/orders/values.yaml', '')
    repository.put('databases/orders/service.yaml', 'environments: [dev]\n')
    expect((await repository.told()).filter(({ rule }) => rule.startsWith('changes/'))).toEqual([])
  })
})

test('what has nothing to do with databases, and what another Argo CD may have, is left alone', async () => {
  const web = application('web')
    .replace('https://cloudnative-pg.github.io/charts', 'https://charts.example.com')
    .replace('chart: cluster', 'chart: web')
  for (const path of ['clusters/dev/web.yaml', 'clusters/prd/web.yaml', 'argocd/web.yml']) repository.put(path, web)
  for (const path of ['clusters/dev/orders.yaml', 'clusters/prd/orders.yaml']) repository.put(path, application('orders'))
  repository.put(
    'clusters/prd/patch.yaml',
    'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: { name: web }\nspec: { source: { targetRevision: "2" } }\n',
  )
  repository.put('argocd/broken.yaml', 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: [\n')
  expect(await errors()).toEqual([])
  await repository.rebase()
  repository.git('rm', '-q', 'clusters/prd/web.yaml', 'argocd/web.yml', 'clusters/prd/patch.yaml', 'argocd/broken.yaml')
  expect(await repository.told()).toEqual([])
})

test('of two Applications of one name in the folders of two Argo CDs, one that goes is reported', async () => {
  for (const path of ['clusters/dev/orders.yaml', 'clusters/prd/orders.yaml']) repository.put(path, application('orders'))
  rebaseAsItIs()
  repository.git('rm', '-q', 'clusters/dev/orders.yaml')
  expect(await errors()).toEqual(['changes/database-stays clusters/dev/orders.yaml'])
})

test('a Namespace in a folder that an Application prunes may take a database along', async () => {
  const text = 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: example-api-prd\n'
  const root = (prune: boolean): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: namespaces, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: default }
  source: { repoURL: https://github.com/example/example-infrastructure.git, targetRevision: main, path: namespaces }
  syncPolicy: { automated: { prune: ${prune} } }
`
  repository.put('namespaces/api.yaml', text)
  repository.put('clusters/namespaces.yaml', root(true))
  rebaseAsItIs()
  expect(await repository.told()).toMatchObject([{ rule: 'argocd/namespace-is-kept', severity: 'warning', file: 'namespaces/api.yaml' }])
  repository.put('namespaces/api.yaml', text.replace('api-prd', 'api-other'))
  expect(await errors()).toEqual(['changes/namespace-manifest-stays namespaces/api.yaml'])
  repository.put('namespaces/api.yaml', text)
  repository.put('clusters/namespaces.yaml', root(false))
  rebaseAsItIs()
  expect(await repository.told()).toEqual([])
})

describe('a chart of Applications elsewhere', () => {
  const template = `{{ range .Values.services }}\n---\n${application('{{ . }}')}{{ end }}\n`
  const root = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: fleet, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: argocd }
  source:
    repoURL: git@github.com:example/example-infrastructure.git
    path: charts/fleet
    helm:
      valuesObject:
        services: [example-api-db-dev]
`
  // what is not tracked is nobody's yet
  const tracked = (): Promise<string[]> => {
    repository.git('add', '-A')
    return errors()
  }
  beforeEach(() => {
    repository.put('charts/fleet/Chart.yaml', 'apiVersion: v2\nname: fleet\nversion: 1.0.0\n')
    repository.put('charts/fleet/templates/databases.yaml', template)
  })

  test('is printed with its own values', async () => {
    rebaseAsItIs()
    expect(await tracked()).toEqual([])
    repository.put('charts/fleet/values.yaml', 'services: [example-api-db-dev]\n')
    expect(await tracked()).toEqual(['argocd/application-once charts/fleet/values.yaml'])
  })

  test('is printed with those of the Application that deploys it', async () => {
    repository.put('charts/fleet/values.yaml', 'services: []\n')
    repository.put('clusters/root.yaml', root)
    expect(await tracked()).toEqual(['argocd/application-once clusters/root.yaml'])
    repository.put(
      'clusters/root.yaml',
      root.replace(
        '      valuesObject:\n        services: [example-api-db-dev]',
        '      values: |\n        services: [example-api-db-dev]',
      ),
    )
    expect(await tracked()).toEqual(['argocd/application-once clusters/root.yaml'])
    repository.put(
      'clusters/root.yaml',
      root.replace(
        '      valuesObject:\n        services: [example-api-db-dev]',
        '      parameters: [{ name: "services[0]", value: example-api-db-dev }]',
      ),
    )
    expect(await tracked()).toEqual(['argocd/application-once clusters/root.yaml'])
    repository.put('clusters/root.yaml', root.replace('path: charts/fleet', 'path: charts/other'))
    expect(await tracked()).toEqual(['argocd/path-exists clusters/root.yaml'])
  })

  test('may be deployed to several clusters, each with its own Argo CD', async () => {
    const of = (name: string, databases: string): string =>
      root.replace('name: fleet', `name: ${name}`).replace('[example-api-db-dev]', databases)
    repository.put('clusters/dev.yaml', of('fleet-dev', '[orders, stock]'))
    repository.put('clusters/prd.yaml', of('fleet-prd', '[orders]'))
    rebaseAsItIs()
    expect(await tracked()).toEqual([])
    repository.put('clusters/dev.yaml', of('fleet-dev', '[orders]'))
    expect(await repository.told()).toMatchObject([{ rule: 'changes/database-stays', revision: 'main', file: 'clusters/dev.yaml' }])
    repository.put('clusters/dev.yaml', of('fleet-dev', '[orders, stock, other]'))
    expect(await repository.told()).toEqual([])
  })

  test('is looked for where the settings, or the command line, say so', async () => {
    repository.put('charts/fleet/values.yaml', 'services: [example-api-db-dev]\n')
    repository.git('add', '-A')
    const code = async (...flags: string[]): Promise<number> => (await repository.run('check', ...flags)).code
    expect(await code()).toBe(1)
    expect([
      await code('--apps', 'databases'),
      await code('--apps', 'charts'),
      await code('--apps', 'databases', '--apps', 'charts'),
    ]).toEqual([0, 1, 1])
    expect((await repository.run('check', '--apps', 'nowhere')).stderr).toContain('there is no such folder')
    repository.edit('apps/values.yaml', 'postgres:\n', 'postgres:\n  apps: [clusters]\n')
    expect(await tracked()).toEqual([])
    repository.edit('apps/values.yaml', 'apps: [clusters]', 'apps: [clusters, ./charts/fleet/]')
    expect(await tracked()).toEqual(['argocd/application-once charts/fleet/values.yaml'])
  })

  test('may be deployed by a chart, which may deploy itself', async () => {
    repository.put('bootstrap/Chart.yaml', 'apiVersion: v2\nname: bootstrap\nversion: 1.0.0\n')
    repository.put('bootstrap/values.yaml', 'services: [example-api-db-dev]\n')
    const self = root
      .replaceAll('fleet', 'bootstrap')
      .replace('path: charts/bootstrap', 'path: bootstrap')
      .replace(/    helm:[^]*/, '')
    repository.put('bootstrap/templates/fleet.yaml', root.replace('[example-api-db-dev]', '{{ toJson .Values.services }}'))
    repository.put('bootstrap/templates/self.yaml', self)
    expect(await tracked()).toEqual(['argocd/application-once bootstrap/values.yaml'])
  })
})

test('with the databases elsewhere, the repository of the settings is looked through all the same', async () => {
  const { cpSync } = await import('node:fs')
  cpSync(`${repository.root}/databases`, `${repository.root}/services/databases`, { recursive: true })
  repository.git('rm', '-rq', 'apps/templates', 'helm-values/data/rendered', 'databases')
  repository.put(
    'argocd/databases.yaml',
    application('example-api-db-dev', 'example-api-dev').replace('fullnameOverride: example-api-db-dev', ''),
  )
  rebaseAsItIs()
  repository.git('rm', '-q', 'argocd/databases.yaml')
  await repository.run('render', '--databases', 'services/databases')
  const { stdout } = await repository.run('check', '--base', 'main', '--databases', 'services/databases')
  expect(stdout).toContain('[changes/cluster-name-stays]')
})

test('what a sparse checkout leaves out is not gone', async () => {
  repository.put('k8s/orders.yaml', application('orders'))
  rebaseAsItIs()
  repository.git('sparse-checkout', 'set', '--no-cone', '/*', '!/k8s')
  expect(await repository.told()).toEqual([])
})

test('a misspelt field of a path is an empty part, in a template with a fence and elsewhere alike', async () => {
  const wrong = set
    .replaceAll('-db-', '-old-')
    .replace('  goTemplateOptions: ["missingkey=error"]\n', '')
    .replace("namespace: '{{ .path.basename }}-{{ .env }}'", "namespace: '{{ .path.basenam }}-{{ .env }}'")
  for (const [path, text] of [
    ['argocd/databases.yaml', wrong],
    ['apps/templates/databases.yaml', `# {{\`\n${wrong}# \`}}\n`],
  ] as const) {
    repository.put(path, text)
    repository.git('add', '-A')
    expect(await errors()).toEqual([`argocd/placeholder-filled ${path}`])
    repository.git('rm', '-qf', path)
  }
})
