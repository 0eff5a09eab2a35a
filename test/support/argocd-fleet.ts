// Which settings and databases do the Argo CD tests share?
import type { Database, Environment, Settings } from '../../scripts/model.ts'
import type { MapValue } from '../../scripts/values/value.ts'

const charts = 'https://cloudnative-pg.github.io/charts'
const origin: MapValue = {
  kind: 'map',
  origin: { layer: 'environment', file: { path: 'apps/values.yaml', text: '' }, path: [], key: null, value: { start: 0, end: 0 } },
  overrides: [],
  entries: new Map(),
}

export function environmentOf(name: string, change: Partial<Environment> = {}): Environment {
  return {
    name,
    destination: { server: 'https://kubernetes.default.svc' },
    namespace: '{service}-{env}',
    guard: 'never',
    autoSync: true,
    operator: { version: '1.27.1', namespace: 'cnpg-system', chart: { repository: charts, name: 'cloudnative-pg', version: '0.26.1' } },
    clusterChart: { repository: charts, name: 'cluster', version: '0.8.1', engine: 'builtin' },
    ...change,
  }
}

export function settingsOf(change: Partial<Settings> = {}): Settings {
  return {
    manageOperator: true,
    generate: true,
    checkouts: {},
    retired: {},
    argocd: { version: '3.5.1', namespace: 'argocd', project: 'data', manageProject: true },
    repository: { url: 'https://github.com/example/example-infrastructure.git', revision: 'main', path: '' },
    environments: [environmentOf('dev'), environmentOf('prd')],
    ownKeys: [],
    labels: true,
    apps: [],
    charts: [],
    policies: [],
    layout: {
      databases: 'databases/{service}/values.yaml',
      overrides: 'databases/{service}/values-{env}.yaml',
      cluster: '{service}-db-{env}',
      application: '{service}-db-{env}',
    },
    origin,
    ...change,
  }
}

export function databaseOf(service: string, environment: Environment, change: Partial<Database> = {}): Database {
  const name = `${service}-db-${environment.name}`
  return {
    id: `${service}/${environment.name}`,
    service,
    environment,
    namespace: `${service}-${environment.name}`,
    cluster: name,
    application: name,
    rendered: `helm-values/data/rendered/${environment.name}/${service}.yaml`,
    layers: [],
    ...change,
  }
}

/** Three services in every environment; `billing` is retired in prd. */
export function fleetOf(settings: Settings): Database[] {
  const retired = { reason: 'merged into orders', since: '2026-10-01' }
  return settings.environments.flatMap((environment) =>
    ['orders', 'billing', 'example-api'].map((service) =>
      databaseOf(service, environment, service === 'billing' && environment.name === 'prd' ? { retired } : {}),
    ),
  )
}
