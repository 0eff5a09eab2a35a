// Which containers would the pod of a cluster have?
import type { Json, JsonMap } from '../../values/value.ts'
import { volumeMounts } from './pod-volumes.ts'
import { annotationAt, booleanAt, jsonAt, listAt, mapAt, numberAt, stringAt } from '../subject.ts'

/** Reproduces `createBootstrapContainer`. */
export function bootstrapContainer(cluster: JsonMap, operator: string): JsonMap {
  return {
    name: 'bootstrap-controller',
    image: `ghcr.io/cloudnative-pg/cloudnative-pg:${operator}`,
    ...given(cluster, 'imagePullPolicy', 'spec', 'imagePullPolicy'),
    command: ['/manager', 'bootstrap', '/controller/manager', ...logging(cluster)],
    resources: mapAt(cluster, 'spec', 'resources') ?? {},
    volumeMounts: volumeMounts(cluster, operator),
    securityContext: containerSecurity(cluster),
  }
}

/** Reproduces `createPostgresContainers`. */
export function postgresContainer(cluster: JsonMap, operator: string): JsonMap {
  const isProfiled = annotationAt(cluster, 'alpha.cnpg.io/enableInstancePprof') === 'true'
  const port = (name: string, containerPort: number): Json => ({ name, containerPort, protocol: 'TCP' })
  const flags = [
    ...(isProfiled ? ['--pprof-server'] : []),
    '--status-port-tls',
    ...(booleanAt(cluster, 'spec', 'monitoring', 'tls', 'enabled') === true ? ['--metrics-port-tls'] : []),
    ...logging(cluster),
  ]
  const ports = [port('postgresql', 5432), port('metrics', 9187), port('status', 8000)]
  return {
    name: 'postgres',
    ...given(cluster, 'image', 'status', 'image'),
    ...given(cluster, 'imagePullPolicy', 'spec', 'imagePullPolicy'),
    command: ['/controller/manager', 'instance', 'run', ...flags],
    ports: isProfiled ? [...ports, port('pprof', 6060)] : ports,
    env: environment(cluster),
    ...given(cluster, 'envFrom', 'spec', 'envFrom'),
    resources: mapAt(cluster, 'spec', 'resources') ?? {},
    volumeMounts: volumeMounts(cluster, operator),
    livenessProbe: withThreshold(probe(cluster, 'liveness', '/healthz'), numberAt(cluster, 'spec', 'livenessProbeTimeout')),
    readinessProbe: probe(cluster, 'readiness', '/readyz'),
    startupProbe: withThreshold(probe(cluster, 'startup', '/startupz'), numberAt(cluster, 'spec', 'startDelay') || 3600),
    securityContext: containerSecurity(cluster),
  }
}

function logging(cluster: JsonMap): string[] {
  const level = stringAt(cluster, 'spec', 'logLevel')
  return level === '' ? [] : [`--log-level=${level}`]
}

function environment(cluster: JsonMap): Json[] {
  const name = stringAt(cluster, 'metadata', 'name')
  const variables = [
    ['PGDATA', '/var/lib/postgresql/data/pgdata'],
    ['POD_NAME', `${name}-1`],
    ['NAMESPACE', stringAt(cluster, 'metadata', 'namespace') || 'default'],
    ['CLUSTER_NAME', name],
    ['PSQL_HISTORY', '/controller/tmp/.psql_history'],
    ['PGPORT', '5432'],
    ['PGHOST', '/controller/run'],
    ['TMPDIR', '/controller/tmp'],
  ].map(([key = '', value = '']): Json => ({ name: key, value }))
  return [...variables, ...(listAt(cluster, 'spec', 'env') ?? [])]
}

const probeTimes = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold']

/** Reproduces `Probe.ApplyInto`: a zero changes nothing. */
function probe(cluster: JsonMap, kind: string, path: string): JsonMap {
  const own = mapAt(cluster, 'spec', 'probes', kind)
  const grace = jsonAt(own, 'terminationGracePeriodSeconds')
  const times = probeTimes.map((name) => [name, numberAt(own, name) ?? 0] as const).filter(([, seconds]) => seconds !== 0)
  return {
    httpGet: { path, port: 8000, scheme: 'HTTPS' },
    timeoutSeconds: 5,
    periodSeconds: 10,
    ...Object.fromEntries(times),
    ...(grace !== undefined && { terminationGracePeriodSeconds: grace }),
  }
}

/** As many failures as fit into a delay in seconds, if no number is given. */
function withThreshold(own: JsonMap, delay: number | undefined): JsonMap {
  if (delay === undefined || own['failureThreshold'] !== undefined) return own
  return { ...own, failureThreshold: Math.max(1, Math.ceil(delay / (numberAt(own, 'periodSeconds') ?? 10))) }
}

/** Reproduces `GetSecurityContext`. */
function containerSecurity(cluster: JsonMap): JsonMap {
  return {
    seccompProfile: seccompProfile(cluster),
    capabilities: { drop: ['ALL'] },
    privileged: false,
    runAsNonRoot: true,
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    ...mapAt(cluster, 'spec', 'securityContext'),
  }
}

/** A member of the pod that is copied from the cluster if it is not empty there. */
export function given(cluster: JsonMap, member: string, ...path: string[]): JsonMap {
  const value = jsonAt(cluster, ...path)
  const isEmpty = value === undefined || value === '' || (typeof value === 'object' && Object.keys(value ?? {}).length === 0)
  return isEmpty ? {} : { [member]: value }
}

export function seccompProfile(cluster: JsonMap): JsonMap {
  return mapAt(cluster, 'spec', 'seccompProfile') ?? { type: 'RuntimeDefault' }
}
