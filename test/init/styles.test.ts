// Are databases taken over from repositories of other styles: single Applications, charts of them, files of other names?
import { afterEach, expect, test } from 'vitest'
import { oneRepository } from './one-repository.ts'
import { costOfAsync } from '../support/cost.ts'

let repository: ReturnType<typeof oneRepository>
afterEach(() => repository.remove())

const url = 'https://github.com/acme/gitops.git'
const chart = 'repoURL: https://cloudnative-pg.github.io/charts, chart: cluster, targetRevision: 0.8.1'

interface Style {
  readonly namespace?: string
  readonly metadata?: string
  readonly helm?: string
  readonly more?: string
}

/** A single Application. */
function application(name: string, { namespace = name, metadata = '', helm = '{}', more = '' }: Style = {}): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd${metadata} }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: ${namespace} }
  sources:
    - { ${chart}, helm: ${helm} }
    - { repoURL: ${url}, targetRevision: main, ref: here }
${more}`
}

const values = (size: string): string => `cluster:\n  storage: { size: ${size} }\n`
const guarded = ', annotations: { argocd.argoproj.io/sync-options: "Prune=false,Delete=false" }'
const finalizer = ', finalizers: [resources-finalizer.argocd.argoproj.io]'

/** One file for each Application, in a folder that a parent applies. */
function singles(metadata = guarded): Record<string, string> {
  const files: Record<string, string> = {
    'argocd/root.yaml': `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: root, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: argocd }
  source: { repoURL: ${url}, targetRevision: main, path: argocd/databases, directory: { recurse: true } }
`,
    'values/common.yaml': '# for all\ncluster:\n  # small\n  enablePDB: false\n',
    'values/dev.yaml': 'cluster:\n  instances: 1\n',
    'values/prod.yaml': 'cluster:\n  instances: 3 # high availability\n',
  }
  for (const service of ['orders', 'billing']) {
    files[`databases/${service}/base.yaml`] = `cluster:\n  initdb: { database: ${service}, owner: ${service} }\n`
    for (const env of ['dev', 'prod']) {
      const list = [`values/common.yaml`, `values/${env}.yaml`, `databases/${service}/base.yaml`, `databases/${service}/${env}.yaml`]
      const helm = `{ releaseName: ${service}, valueFiles: [${list.map((path) => `$here/${path}`).join(', ')}], valuesObject: { fullnameOverride: ${service}-${env}, cluster: { annotations: { team: ${service} } } } }`
      files[`argocd/databases/${env}/${service}.yaml`] = application(`${service}-db-${env}`, {
        namespace: `${service}-${env}`,
        metadata: metadata + finalizer,
        helm,
        more: `    - { repoURL: ${url}, targetRevision: main, path: secrets/${service}/${env} }\n  info: [{ name: owner, value: ${service} }]\n`,
      })
      files[`databases/${service}/${env}.yaml`] = values(env === 'dev' ? '1Gi' : '50Gi')
    }
  }
  return files
}

test('single Applications, with defaults in two files and sources of their own', async () => {
  repository = oneRepository(singles())
  const { stdout, results } = await repository.takeOver('--bare')
  expect(results).toEqual(Object.fromEntries(['billing/dev', 'billing/prod', 'orders/dev', 'orders/prod'].map((id) => [id, 'handed-over'])))
  expect(stdout).toContain(
    'part-of, env, service; drops the finalizer resources-finalizer.argocd.argoproj.io, so that deleting it keeps its Cluster',
  )
  expect(stdout).toContain('removed   argocd/databases/prod/orders.yaml\n')
  // until the sets have taken over, Argo CD reads it as before
  expect(stdout).toContain('unread    values/common.yaml: remove it when the generated sets have taken over\n')
  expect(repository.has('values/common.yaml')).toBe(true)
  expect(repository.read('helm-values/data/postgres-prod-defaults.yaml')).toBe(
    '# for all\ncluster:\n  # small\n  enablePDB: false\n  instances: 3 # high availability\n',
  )
  // what an Application held itself, but for the name that the generator gives
  expect(repository.read('databases/orders/base.yaml')).toContain('  annotations:\n    team: orders\n')
  const sets = repository.read('argocd/databases/postgres-clusters.yaml')
  expect(sets).toContain('          path: "secrets/{{ .service }}/prod"\n')
  expect(sets).not.toContain('finalizers:\n        -')
})

test('an Application that takes its Cluster along when its parent prunes it is left', async () => {
  repository = oneRepository(singles(''))
  const { code, stderr } = await repository.run('init', '--generate')
  expect(code).toBe(1)
  expect(stderr).toContain('orders.yaml:3:19: error: Application orders-db-dev deletes its Cluster when a parent prunes it')
  expect(stderr).toContain('sync-options: "Prune=false,Delete=false"')
  expect(repository.git('status', '--porcelain')).toBe('')
})

test('a parent that would not apply the generated sets is named', async () => {
  const files = singles()
  const root = files['argocd/root.yaml'] ?? ''
  repository = oneRepository({ ...files, 'argocd/root.yaml': root.replace('recurse: true', 'recurse: true, include: "{dev,prod}/*.yaml"') })
  const { code, stderr } = await repository.run('init', '--generate')
  expect(code).toBe(1)
  expect(stderr).toContain(
    'Application root applies argocd/databases/dev/billing.yaml, but would not apply postgres-clusters.yaml beside it',
  )
})

const bootstrap = {
  'bootstrap/Chart.yaml': 'apiVersion: v2\nname: bootstrap\nversion: 0.1.0\n',
  'bootstrap/values.yaml': `databases:
  - { name: shop, stage: staging, size: 10Gi }
  - { name: shop, stage: production, size: 100Gi }
  - { name: crm, stage: staging, size: 5Gi }
  - { name: crm, stage: production, size: 20Gi }
`,
  'bootstrap/templates/databases.yaml': `{{- range .Values.databases }}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: "pg-{{ .name }}-{{ .stage }}", namespace: argocd }
spec:
  project: default
  destination: { name: "{{ .stage }}-cluster", namespace: "{{ .name }}" }
  source:
    repoURL: https://cloudnative-pg.github.io/charts
    chart: cluster
    targetRevision: 0.8.1
    helm:
      parameters: [{ name: cluster.storage.size, value: "{{ .size }}" }]
      values: |
        cluster:
          instances: {{ if eq .stage "production" }}3{{ else }}1{{ end }}
          initdb: { database: {{ .name }}, owner: "{{ .name }}" }
{{- end }}
`,
  'bootstrap/templates/other.yaml': application('legacy-production', { metadata: finalizer }),
}

test('Applications that a chart makes in a loop, all of them inline; one of another file is left with its reason', async () => {
  repository = oneRepository(bootstrap)
  const { stdout, results } = await repository.takeOver('--bare')
  expect(results).toMatchObject({ 'shop/production': 'handed-over', 'crm/staging': 'handed-over', 'legacy-production': 'untouched' })
  expect(stdout).toMatch(
    /left {6}bootstrap\/templates\/other\.yaml:3: Application legacy-production deletes its Cluster when a parent prunes it/,
  )
  expect(repository.read('helm-values/data/postgres-production-defaults.yaml')).toContain('cluster:\n  instances: 3\n')
  expect(repository.read('databases/shop/values.yaml')).toBe('cluster:\n  initdb:\n    database: shop\n    owner: shop\n')
  expect(repository.read('databases/shop/values-production.yaml')).toBe('cluster:\n  storage:\n    size: 100Gi\n')
  expect(repository.has('bootstrap/templates/databases.yaml')).toBe(false)
  expect(repository.has('bootstrap/templates/postgres-clusters.yaml')).toBe(true)
})

test('a template that makes another Application, too, stays whole', async () => {
  const loop = bootstrap['bootstrap/templates/databases.yaml']
  const redis = application('redis').replace('chart: cluster', 'chart: redis').replace('cloudnative-pg.github.io/charts', 'charts.acme.dev')
  repository = oneRepository({ ...bootstrap, 'bootstrap/templates/databases.yaml': `${loop}---\n${redis}` })
  const { code, stderr } = await repository.run('init', '--generate')
  expect(code).toBe(1)
  expect(stderr).toContain('bootstrap/templates/databases.yaml also makes Application redis, which would go with it')
})

const directories = (more = ''): Record<string, string> => ({
  'argocd/postgres.yaml': `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: postgres, namespace: argocd }
spec:
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators:
    - git: { repoURL: ${url}, revision: main, directories: [{ path: "clusters/*/*" }] }
  template:
    metadata: { name: 'postgres-{{path.basename}}-{{path[1]}}' }
    spec:
      project: default
      destination: { server: https://kubernetes.default.svc, namespace: '{{path[1]}}-{{path.basename}}' }
      sources:
        - repoURL: https://cloudnative-pg.github.io/charts
          chart: cluster
          targetRevision: 0.8.1
          helm:
            releaseName: '{{path.basename}}-cluster'
            valueFiles: ['$here/shared/{{path[1]}}.yaml', '$here/clusters/{{path[1]}}/{{path.basename}}/values.yaml']
        - { repoURL: ${url}, targetRevision: main, ref: here }
${more}`,
  'shared/dev.yaml': 'cluster:\n  instances: 1\n  enablePDB: false\n',
  'shared/prod.yaml': 'cluster:\n  instances: 3\n',
  'clusters/dev/orders/values.yaml': values('1Gi'),
  'clusters/prod/orders/values.yaml': values('10Gi'),
  'clusters/prod/audit/values.yaml': values('100Gi'),
})

test('folders of environments first, and a file with something else in it', async () => {
  const project = '---\n# theirs\napiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: { name: data, namespace: argocd }\n'
  repository = oneRepository(directories(`${project}spec: { sourceRepos: ["*"], destinations: [{ server: "*", namespace: "*" }] }\n`))
  const { results } = await repository.takeOver('--bare')
  expect(results).toEqual({ 'audit/prod': 'handed-over', 'orders/dev': 'handed-over', 'orders/prod': 'handed-over' })
  expect(repository.read('argocd/postgres.yaml')).toMatch(/^# theirs\napiVersion.*\nkind: AppProject\n/)
  expect(repository.read('cnpg-values.yaml')).toContain('  overrides: clusters/{env}/{service}/values.yaml\n')
  expect(repository.read('databases/audit/service.yaml')).toBe('environments:\n  - prod\n')
})

test('a file that an Application which stays reads keeps its values', async () => {
  const files = singles()
  const path = 'argocd/databases/prod/orders.yaml'
  const helm = '{ valueFiles: [$here/databases/orders/base.yaml], kubeVersion: 1.31.0 }'
  repository = oneRepository({ ...files, [path]: application('orders-db-prod', { namespace: 'orders-prod', helm }) })
  const { stdout, results } = await repository.takeOver('--bare')
  expect(results).toMatchObject({ 'orders-db-prod': 'untouched', 'orders/dev': 'handed-over', 'billing/prod': 'handed-over' })
  expect(stdout).toContain('orders-db-prod sets helm.kubeVersion, but generated sets do not')
  expect(repository.read('databases/orders/base.yaml')).toBe(files['databases/orders/base.yaml'])
  expect(repository.read('databases/orders/values.yaml')).toContain('team: orders')
})

test('no file is written that a set of now would make a database of', async () => {
  const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: postgres, namespace: argocd }
spec:
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  goTemplate: true
  generators:
    - matrix:
        generators:
          - list: { elements: [{ env: dev, instances: "1" }, { env: prod, instances: "3" }] }
          - git: { repoURL: ${url}, revision: main, files: [{ path: "databases/*.yaml" }] }
  template:
    metadata: { name: '{{ trimSuffix ".yaml" .path.filename }}-{{ .env }}' }
    spec:
      project: default
      destination: { server: https://kubernetes.default.svc, namespace: '{{ trimSuffix ".yaml" .path.filename }}-{{ .env }}' }
      sources:
        - repoURL: https://cloudnative-pg.github.io/charts
          chart: cluster
          targetRevision: 0.8.1
          helm:
            valueFiles: ['$here/databases/{{ .path.filename }}']
            values: |
              cluster: { annotations: { for: "{{ .path.filename }} in {{ .env }}" } }
        - { repoURL: ${url}, targetRevision: main, ref: here }
`
  repository = oneRepository({ 'argocd/set.yaml': set, 'databases/orders.yaml': values('1Gi'), 'databases/billing.yaml': values('2Gi') })
  const { code, stderr } = await repository.run('init', '--generate')
  expect(code).toBe(1)
  expect(stderr).toMatch(/argocd\/set\.yaml:\d+:\d+: error: set postgres would make Application \S+ of a new file, as long as it is there/)
  expect(repository.git('status', '--porcelain')).toBe('')
})

test('names that follow no pattern, and an environment that nothing shows', async () => {
  const apps = [
    application('nextcloud-pg', { namespace: 'nextcloud' }),
    application('gitea-pg', { namespace: 'git', helm: '{ releaseName: gitea-database }' }),
    application('wiki', { namespace: 'wiki', helm: '{ valuesObject: { fullnameOverride: wiki-old } }' }),
  ]
  repository = oneRepository({ 'kubernetes/databases.yaml': apps.join('---\n') })
  const refused = await repository.run('init', '--generate')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('help: name it: --environment prd')
  const { results } = await repository.takeOver('--bare', '--environment', 'home')
  expect(Object.values(results)).toEqual(['handed-over', 'handed-over', 'handed-over'])
  expect(repository.has('kubernetes/databases.yaml')).toBe(false)
})

test('of single Applications in one plain file, those that differ stay in it', async () => {
  const apps = [application('orders-dev'), application('billing-dev'), application('audit-dev', { more: '  revisionHistoryLimit: 3\n' })]
  repository = oneRepository({ 'kubernetes/databases.yaml': apps.join('---\n') })
  const { stdout, results } = await repository.takeOver('--bare')
  expect(results).toEqual({ 'audit-dev': 'untouched', 'billing/dev': 'handed-over', 'orders/dev': 'handed-over' })
  expect(stdout).toContain('spec.revisionHistoryLimit differs between Applications of dev')
  expect(repository.read('kubernetes/databases.yaml')).toBe(apps[2])
})

test('most decide what is usual, the others are left, and a guard that is there gets no second one', async () => {
  const helm = '{ valuesObject: { cluster: { annotations: { argocd.argoproj.io/sync-options: "Prune=false,Delete=false" } } } }'
  const far = application('audit-dev').replace('https://kubernetes.default.svc', 'https://far.acme.dev')
  repository = oneRepository({
    'k/audit.yaml': far,
    'k/billing.yaml': application('billing-dev', { helm }),
    'k/orders.yaml': application('orders-dev', { helm }),
  })
  const { stdout, results } = await repository.takeOver()
  expect(results).toEqual({ 'audit-dev': 'untouched', 'billing/dev': 'handed-over', 'orders/dev': 'handed-over' })
  expect(stdout).toContain('left      k/audit.yaml:3: destination of Application audit-dev is https://far.acme.dev, but that of others is')
  expect(repository.read('cnpg-values.yaml')).toContain('guard: none\n')
})

test('a base with settings of somebody else, or of a validator, is compared as well', async () => {
  repository = oneRepository({
    ...directories(),
    'apps/values.yaml': 'postgres:\n  bucket: acme\n',
    'cnpg-values.yaml': 'argocd:\n  version: 3.5.1\n',
  })
  const { results } = await repository.takeOver()
  expect(new Set(Object.values(results))).toEqual(new Set(['handed-over']))
})

test('what stands in the way of all is said once, and a hundred databases are looked at in no time', async () => {
  const plain = (name: string): string =>
    application(name, { metadata: guarded, helm: '{ valuesObject: { cluster: { storage: { size: 1Gi } } } }' }).replace(
      /^.*ref: here.*\n/m,
      '',
    )
  const services = Array.from({ length: 100 }, (_, index) => `s${index}-prd`)
  repository = oneRepository(Object.fromEntries(services.map((name) => [`apps/${name}.yaml`, plain(name)])))
  const taken = await repository.run('init', '--generate', '--dry-run')
  expect(taken.code).toBe(0)
  repository.git('remote', 'remove', 'origin')
  const cost = await costOfAsync(async () => {
    const { code, stderr } = await repository.run('init', '--generate', '--dry-run')
    expect(code).toBe(1)
    expect(stderr.split('address of this repository is not known')).toHaveLength(2)
  })
  expect(cost).toBeLessThan(15_000)
})
