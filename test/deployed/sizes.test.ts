// Does the time that a repository takes grow with the number of its Applications and Secrets, and not with the square?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'
import { costOfAsync } from '../support/cost.ts'

let opened: ReturnType<typeof openFiles> | undefined
afterEach(() => opened?.remove())

const many = (count: number, one: (index: number) => string, between = ''): string =>
  Array.from({ length: count }, (_, index) => one(index)).join(between)
const infra = 'repoURL: https://github.com/acme/infra.git, targetRevision: main, path: db'
const application = (name: string, source: string, to = 'https://kubernetes.default.svc', namespace = name): string =>
  `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}, namespace: argocd}
spec:
  project: default
  source: {${source}}
  destination: {server: "${to}", namespace: ${namespace}}
  syncPolicy: {automated: {}, syncOptions: [CreateNamespace=true, ServerSideApply=true]}
`
const cluster = (spec = ''): string =>
  `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: pg, annotations: {argocd.argoproj.io/sync-options: "Prune=false,Delete=false"}}
spec:
  instances: 3
  imageName: ghcr.io/cloudnative-pg/postgresql:17.5-standard-bookworm
  storage: {size: 20Gi}
  resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {memory: 1Gi}}
${spec}`
const external = (name: string): string =>
  `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: ${name}}
spec:
  secretStoreRef: {name: vault, kind: SecretStore}
  target: {name: ${name}}
  data: [{secretKey: username, remoteRef: {key: a}}, {secretKey: password, remoteRef: {key: b}}]
`
const chartOf = (chart: string, repository: string, version: string): string =>
  `repoURL: "https://${repository}", chart: ${chart}, targetRevision: ${version}`

const repositories: readonly (readonly [name: string, files: Readonly<Record<string, string>>, found: number])[] = [
  [
    'Applications of other namespaces than their own',
    { 'db/cluster.yaml': cluster(), 'apps/all.yaml': many(1_000, (index) => application(`a${index}`, infra), '---\n') },
    0,
  ],
  [
    'Secrets that another operator fills',
    {
      'apps/db.yaml': application('db', infra),
      'db/cluster.yaml': cluster(
        `  managed:\n    roles:\n${many(4_000, (index) => `    - {name: r${index}, login: true, passwordSecret: {name: s${index}}}\n`)}`,
      ),
      'db/secrets.yaml': many(4_000, (index) => external(`s${index}`), '---\n'),
    },
    0,
  ],
  [
    'a Prometheus for each of many databases',
    {
      'apps/all.yaml': many(
        800,
        (index) =>
          [
            application(
              `k${index}`,
              chartOf('kube-prometheus-stack', 'prometheus-community.github.io/helm-charts', '60.0.0'),
              `https://c${index}`,
            ),
            application(
              `d${index}`,
              `${chartOf('cluster', 'cloudnative-pg.github.io/charts', '0.8.1')}, helm: {valuesObject: {cluster: {monitoring: {enabled: true}}}}`,
              `https://c${index}`,
            ),
          ].join('---\n'),
        '---\n',
      ),
    },
    800,
  ],
]

/** Quadratic time is a minute or more for each of them; the bound allows for a busy machine. */
test.each(repositories)('%s', { timeout: 120_000 }, async (_, files, found) => {
  const fleet = openFiles(files, 'https://github.com/acme/infra.git')
  opened = fleet
  let told: readonly string[] = []
  expect(await costOfAsync(async () => (told = await fleet.told()))).toBeLessThan(30_000)
  expect(told.filter((one) => one.includes('monitor-selected'))).toHaveLength(found)
})
