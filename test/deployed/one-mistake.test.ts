// Is one mistake in the values of a set one diagnostic, at its line?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const open: { remove(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.remove()
})

const url = 'https://github.com/acme/infra.git'
const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: databases, namespace: argocd }
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators:
    - list:
        elements:
          - env: dev
            instances: "1"
          - env: prd
            instances: "3"
  template:
    metadata: { name: "orders-{{ .env }}" }
    spec:
      project: default
      sources:
        - repoURL: https://cloudnative-pg.github.io/charts
          chart: cluster
          targetRevision: 0.8.1
          helm:
            releaseName: orders
            valueFiles:
              - $values/defaults/{{ .env }}.yaml
              - $values/orders.yaml
            values: |
              cluster:
                instances: {{ .instances }}
        - { repoURL: "${url}", targetRevision: main, ref: values }
      destination: { server: https://kubernetes.default.svc, namespace: "orders-{{ .env }}" }
`
const defaults = `cluster:
  enableSuperuserAccess: false
  enablePDB: false
  storage:
    size: 5Gi
  resources:
    requests:
      memory: 512Mi
    limits:
      memory: 512Mi
`
const orders = `cluster:
  initdb:
    database: orders
    owner: orders
    secret:
      name: orders-login
  roles:
    - name: reporting
      login: true
      passwordSecret:
        name: reporting
  postgresql:
    synchronous:
      method: any
      number: 1
    parameters:
      shared_buffers: 128MB
  services:
    disabledDefaultServices: [r]
    additional:
      - selectorType: rw
        serviceTemplate:
          metadata:
            name: orders-public
  serviceAccountTemplate:
    metadata:
      labels: {}
version:
  postgresql: "17"
imageCatalog:
  images:
    - image: ghcr.io/cloudnative-pg/postgresql:17.6
      major: 17
poolers:
  - name: rw
    type: rw
    instances: "1"
`

function repository(): ReturnType<typeof openFiles> {
  const files = { 'databases.yaml': set, 'defaults/dev.yaml': defaults, 'defaults/prd.yaml': defaults, 'orders.yaml': orders }
  // one synchronous standby needs two instances
  const opened = openFiles({ ...files, 'databases.yaml': set.replace('instances: "1"', 'instances: "2"') }, url)
  open.push(opened)
  return opened
}

test('nothing is wrong with the values as they are', async () => {
  expect(await repository().told()).toEqual([])
})

const mistakes: readonly (readonly [file: string, from: string, to: string, told: string])[] = [
  ['orders.yaml', 'selectorType: rw', 'selectortype: rw', 'unknown field `selectortype` in `cluster.services.additional[0]`'],
  ['orders.yaml', '    metadata:\n      labels', '    meta:\n      labels', 'unknown field `meta` in `cluster.serviceAccountTemplate`'],
  ['orders.yaml', 'number: 1', 'numbers: 1', 'unknown field `numbers` in `cluster.postgresql.synchronous`'],
  ['orders.yaml', 'login: true', 'login: "yes"', 'cluster.roles[0].login is "yes", but must be true or false'],
  ['orders.yaml', 'major: 17', 'mayor: 17', 'unknown key `mayor` in `imageCatalog.images[0]`'],
  ['orders.yaml', '"17"', '"l7"', 'version.postgresql is "l7", but must be an integer'],
  ['orders.yaml', '    secret:\n      name: orders-login', '    secret: orders-login', 'cluster.initdb.secret is "***", but must be a map'],
  [
    'defaults/dev.yaml',
    '    limits:\n      memory: 512Mi',
    '    limits:\n      - memory: 512Mi',
    'cluster.resources.limits is a list, but must be a map',
  ],
  ['orders.yaml', 'Services: [r]', 'Services: [rw]', 'disabledDefaultServices has rw, but the rw service must stay'],
  [
    'orders.yaml',
    'shared_buffers: 128MB',
    'shared_buffers: 2GB',
    'cluster.resources.requests.memory is 512Mi, but shared_buffers alone is "2GB"',
  ],
  [
    'orders.yaml',
    'name: reporting\n  postgresql',
    'name: Re_porting\n  postgresql',
    'cluster.roles[0].passwordSecret.name is "Re_porting", but no Secret can have this name',
  ],
  [
    'orders.yaml',
    'version:',
    'fullnameOverride: Orders_DB\nversion:',
    'fullnameOverride is "Orders_DB", but must be at most 253 lower case letters, digits, . and -',
  ],
  [
    'orders.yaml',
    '      major: 17',
    '      major: 17\n    - image: ghcr.io/cloudnative-pg/postgresql:17.5\n      major: 17',
    'imageCatalog.images[1].major is 17, but another item has that, too',
  ],
  [
    'orders.yaml',
    '  roles:',
    '  imageCatalogRef:\n    kind: Catalog\n    name: x\n  roles:',
    'cluster.imageCatalogRef.kind is "Catalog", but must be ImageCatalog or ClusterImageCatalog',
  ],
  ['orders.yaml', 'postgresql: "17"', 'postgresql: "17', '`"` is opened here, but never closed'],
  ['orders.yaml', '    type: rw\n', '    type: * rw\n', 'a value starts with `*`, which YAML takes for the beginning of an alias'],
  ['databases.yaml', 'goTemplate: true', 'goTemplate: false', 'the name is orders-{{ .env }} in two Applications, but must be unique'],
]

test.each(mistakes)('in %s, %j as %j is one', async (file, from, to, told) => {
  const { edit, told: all } = repository()
  edit(file, from, to)
  const [one, ...others] = await all()
  expect(one?.replace(/^\S+ /, '').replace(/, affects .*| \[\S+\]$/g, '')).toBe(told)
  expect(one).toMatch(new RegExp(`^${file}:`))
  expect(others).toEqual([])
})

test('a hook of no phase is that, and not one that Argo CD deletes', async () => {
  const cluster = (phase: string): string => `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: pg, annotations: { argocd.argoproj.io/sync-options: "Prune=false,Delete=false", argocd.argoproj.io/hook: ${phase} } }
spec: { instances: 3, storage: { size: 1Gi } }
`
  const rules = async (phase: string): Promise<string[]> => {
    const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: db, namespace: argocd }
spec:
  project: default
  source: { repoURL: "${url}", targetRevision: main, path: db }
  destination: { server: https://kubernetes.default.svc, namespace: db }
`
    const one = openFiles({ 'apps/db.yaml': application, 'db/pg.yaml': cluster(phase) }, url)
    open.push(one)
    return (await one.told()).flatMap((line) => /(?:hook|manifest)-[a-z-]+(?=\])/.exec(line)?.[0] ?? [])
  }
  expect(await rules('pre-sync')).toEqual(['hook-known'])
  expect(await rules('PreSync')).toEqual(['manifest-is-kept'])
})
