// Which pod would the operator build for the first instance of a cluster, before the author's patch?
import type { Json, JsonMap } from '../../model.ts'
import { postgresMajor } from './cluster.ts'
import { annotationAt, booleanAt, itemsAt, jsonAt, listAt, mapAt, numberAt, stringAt } from './subject.ts'
import { tablespaceVolumeName } from './tablespaces.ts'
import { reached, releases } from './version.ts'

/** An instance named `<cluster>-1`; hashes and the operator's own image are stand-ins. Reproduces the outline of `specs.NewInstance`. */
export function basePod(cluster: JsonMap, operator: string): JsonMap {
  const name = stringAt(cluster, 'metadata', 'name')
  const labels = {
    'app.kubernetes.io/component': 'database',
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/managed-by': 'cloudnative-pg',
    'app.kubernetes.io/name': 'postgresql',
    'app.kubernetes.io/version': String(postgresMajor(cluster) ?? ''),
    'cnpg.io/cluster': name,
    'cnpg.io/instanceName': `${name}-1`,
    'cnpg.io/podRole': 'instance',
  }
  const annotations: JsonMap = { 'cnpg.io/nodeSerial': '1', 'cnpg.io/podEnvHash': '5966df6db5' }
  const armor = 'container.apparmor.security.beta.kubernetes.io/postgres'
  const profile = annotationAt(cluster, armor)
  if (profile !== undefined) annotations[armor] = profile
  const namespace = stringAt(cluster, 'metadata', 'namespace') || 'default'
  return { metadata: { name: `${name}-1`, namespace, labels, annotations }, spec: podSpec(cluster, operator), status: {} }
}

function podSpec(cluster: JsonMap, operator: string): JsonMap {
  const name = stringAt(cluster, 'metadata', 'name')
  const volumes = podVolumes(cluster, operator)
  const user = numberAt(cluster, 'spec', 'postgresUID') ?? 26
  const group = numberAt(cluster, 'spec', 'postgresGID') ?? 26
  return {
    hostname: `${name}-1`,
    volumes: volumes.map((volume) => volumeOf(volume, name)),
    initContainers: [initContainer(cluster, operator, volumes)],
    containers: [postgresContainer(cluster, volumes)],
    terminationGracePeriodSeconds: numberAt(cluster, 'spec', 'stopDelay') ?? 1800,
    serviceAccountName: stringAt(cluster, 'spec', 'serviceAccountName') || name,
    securityContext: { runAsUser: user, runAsGroup: group, runAsNonRoot: true, fsGroup: group, seccompProfile: { type: 'RuntimeDefault' } },
    affinity: podAffinity(cluster),
    ...given(cluster, 'nodeSelector', 'spec', 'affinity', 'nodeSelector'),
    ...given(cluster, 'tolerations', 'spec', 'affinity', 'tolerations'),
    ...given(cluster, 'topologySpreadConstraints', 'spec', 'topologySpreadConstraints'),
    ...given(cluster, 'schedulerName', 'spec', 'schedulerName'),
    ...given(cluster, 'priorityClassName', 'spec', 'priorityClassName'),
  }
}

/** A member of the pod that is copied from the cluster, where the cluster has something in it. */
function given(cluster: JsonMap, member: string, ...path: string[]): JsonMap {
  const value = jsonAt(cluster, ...path)
  const isEmpty = value === undefined || value === '' || (typeof value === 'object' && Object.keys(value ?? {}).length === 0)
  return isEmpty ? {} : { [member]: value }
}

function podAffinity(cluster: JsonMap): JsonMap {
  const section = mapAt(cluster, 'spec', 'affinity')
  if (booleanAt(section, 'enablePodAntiAffinity') === false)
    return given(cluster, 'podAntiAffinity', 'spec', 'affinity', 'additionalPodAntiAffinity')
  const name = stringAt(cluster, 'metadata', 'name')
  const term = {
    labelSelector: {
      matchExpressions: [
        { key: 'cnpg.io/cluster', operator: 'In', values: [name] },
        { key: 'cnpg.io/podRole', operator: 'In', values: ['instance'] },
      ],
    },
    topologyKey: stringAt(section, 'topologyKey') || 'kubernetes.io/hostname',
  }
  const own: JsonMap =
    stringAt(section, 'podAntiAffinityType') === 'required'
      ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
      : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] }
  return { ...given(cluster, 'nodeAffinity', 'spec', 'affinity', 'nodeAffinity'), podAntiAffinity: own }
}

/** In the operator's order. */
function podVolumes(cluster: JsonMap, operator: string): string[] {
  const names = ['pgdata', 'scratch-data', 'shm']
  if (mapAt(cluster, 'spec', 'walStorage')) names.push('pg-wal')
  const tablespaces = itemsAt(cluster, 'spec', 'tablespaces').map(([, item]) => stringAt(item, 'name'))
  names.push(...tablespaces.toSorted().map((name) => tablespaceVolumeName(name, operator)))
  if (mapAt(cluster, 'spec', 'projectedVolumeTemplate')) names.push('projected')
  // from 1.29.0 on the extensions come from the status, which a new cluster lacks
  if (!reached(operator, releases.minor29))
    for (const [, item] of itemsAt(cluster, 'spec', 'postgresql', 'extensions'))
      names.push(extensionVolumeName(stringAt(item, 'name'), operator))
  return names
}

function extensionVolumeName(name: string, operator: string): string {
  return reached(operator, releases.february2026) ? `ext-${name.replaceAll('_', '-')}` : name
}

function volumeOf(name: string, cluster: string): Json {
  if (name === 'scratch-data') return { name, emptyDir: {} }
  if (name === 'shm') return { name, emptyDir: { medium: 'Memory' } }
  if (name === 'pgdata') return { name, persistentVolumeClaim: { claimName: `${cluster}-1` } }
  if (name === 'pg-wal') return { name, persistentVolumeClaim: { claimName: `${cluster}-1-wal` } }
  if (name === 'projected') return { name, projected: {} }
  return { name, persistentVolumeClaim: { claimName: `${cluster}-1-${name}` } }
}

function mountsOf(volumes: readonly string[]): Json[] {
  const mounts: Json[] = []
  for (const name of volumes) {
    if (name === 'pgdata') mounts.push({ name, mountPath: '/var/lib/postgresql/data' })
    else if (name === 'scratch-data') mounts.push({ name, mountPath: '/run' }, { name, mountPath: '/controller' })
    else if (name === 'shm') mounts.push({ name, mountPath: '/dev/shm' })
    else if (name === 'pg-wal') mounts.push({ name, mountPath: '/var/lib/postgresql/wal' })
    else mounts.push({ name, mountPath: `/${name}` })
  }
  return mounts
}

function securityOf(): JsonMap {
  return {
    capabilities: { drop: ['ALL'] },
    privileged: false,
    runAsNonRoot: true,
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    seccompProfile: { type: 'RuntimeDefault' },
  }
}

function initContainer(cluster: JsonMap, operator: string, volumes: readonly string[]): JsonMap {
  return {
    name: 'bootstrap-controller',
    image: `ghcr.io/cloudnative-pg/cloudnative-pg:${operator}`,
    command: ['/manager', 'bootstrap', '/controller/manager', `--log-level=${stringAt(cluster, 'spec', 'logLevel')}`],
    resources: mapAt(cluster, 'spec', 'resources') ?? {},
    volumeMounts: mountsOf(volumes),
    securityContext: securityOf(),
  }
}

function postgresContainer(cluster: JsonMap, volumes: readonly string[]): JsonMap {
  const name = stringAt(cluster, 'metadata', 'name')
  const port = (portName: string, containerPort: number): Json => ({ name: portName, containerPort, protocol: 'TCP' })
  const probe = (path: string): JsonMap => ({ httpGet: { path, port: 8000, scheme: 'HTTPS' }, timeoutSeconds: 5, periodSeconds: 10 })
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
  return {
    name: 'postgres',
    command: ['/controller/manager', 'instance', 'run', '--status-port-tls', `--log-level=${stringAt(cluster, 'spec', 'logLevel')}`],
    ports: [port('postgresql', 5432), port('metrics', 9187), port('status', 8000)],
    env: [...variables, ...(listAt(cluster, 'spec', 'env') ?? [])],
    ...given(cluster, 'envFrom', 'spec', 'envFrom'),
    ...given(cluster, 'imagePullPolicy', 'spec', 'imagePullPolicy'),
    resources: mapAt(cluster, 'spec', 'resources') ?? {},
    volumeMounts: mountsOf(volumes),
    livenessProbe: probe('/healthz'),
    readinessProbe: probe('/readyz'),
    startupProbe: { ...probe('/startupz'), failureThreshold: 360 },
    securityContext: securityOf(),
  }
}
