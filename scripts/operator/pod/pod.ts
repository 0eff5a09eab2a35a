// Which pod would the operator build for the first instance of a cluster, before the author's patch?
import { printed } from '../../values/printed.ts'
import type { Json, JsonMap } from '../../values/value.ts'
import { postgresMajor } from '../cluster/cluster.ts'
import { bootstrapContainer, given, postgresContainer, seccompProfile } from './pod-containers.ts'
import { podVolumes } from './pod-volumes.ts'
import { annotationAt, booleanAt, listAt, mapAt, numberAt, stringAt } from '../subject.ts'
import { reached, releases } from '../version.ts'

/** An instance named `<cluster>-1`; hashes and the operator's own image are stand-ins. Reproduces the outline of `specs.NewInstance`. */
export function basePod(cluster: JsonMap, operator: string): JsonMap {
  const name = stringAt(cluster, 'metadata', 'name')
  const labels: JsonMap = {
    'cnpg.io/cluster': name,
    'cnpg.io/instanceName': `${name}-1`,
    'cnpg.io/podRole': 'instance',
    ...(reached(operator, releases.december2025) && {
      'app.kubernetes.io/component': 'database',
      'app.kubernetes.io/instance': name,
      'app.kubernetes.io/managed-by': 'cloudnative-pg',
      'app.kubernetes.io/name': 'postgresql',
      'app.kubernetes.io/version': printed(postgresMajor(cluster) ?? ''),
    }),
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
  const affinity = podAffinity(cluster)
  return {
    hostname: `${name}-1`,
    volumes: podVolumes(cluster, operator),
    initContainers: [bootstrapContainer(cluster, operator)],
    containers: [postgresContainer(cluster, operator)],
    terminationGracePeriodSeconds: numberAt(cluster, 'spec', 'stopDelay') || 1800,
    serviceAccountName: stringAt(cluster, 'spec', 'serviceAccountName') || name,
    securityContext: podSecurity(cluster),
    ...(affinity && { affinity }),
    ...given(cluster, 'nodeSelector', 'spec', 'affinity', 'nodeSelector'),
    ...given(cluster, 'tolerations', 'spec', 'affinity', 'tolerations'),
    ...given(cluster, 'topologySpreadConstraints', 'spec', 'topologySpreadConstraints'),
    ...given(cluster, 'schedulerName', 'spec', 'schedulerName'),
    ...given(cluster, 'priorityClassName', 'spec', 'priorityClassName'),
  }
}

/** Reproduces `GetPodSecurityContext`: the author's settings plus three defaults. */
function podSecurity(cluster: JsonMap): JsonMap {
  const user = numberAt(cluster, 'spec', 'postgresUID') || 26
  const group = numberAt(cluster, 'spec', 'postgresGID') || 26
  const defaults = { runAsUser: user, runAsGroup: group, seccompProfile: seccompProfile(cluster) }
  const own = mapAt(cluster, 'spec', 'podSecurityContext')
  return own ? { ...defaults, ...own } : { ...defaults, runAsNonRoot: true, fsGroup: group }
}

/** undefined: none. Reproduces `CreateAffinitySection`. */
function podAffinity(cluster: JsonMap): JsonMap | undefined {
  const section = mapAt(cluster, 'spec', 'affinity')
  const generated = generatedAntiAffinity(cluster, section)
  const [nodes, pods, others] = ['nodeAffinity', 'additionalPodAffinity', 'additionalPodAntiAffinity'].map((name) => mapAt(section, name))
  const apart = generated ?? (others ? {} : undefined)
  if (!nodes && !pods && !apart) return undefined
  for (const kind of ['required', 'preferred']) {
    const member = `${kind}DuringSchedulingIgnoredDuringExecution`
    const terms: Json[] = [...(listAt(apart, member) ?? []), ...(listAt(others, member) ?? [])]
    if (apart && terms.length > 0) apart[member] = terms
  }
  return { ...(nodes && { nodeAffinity: nodes }), ...(pods && { podAffinity: pods }), ...(apart && { podAntiAffinity: apart }) }
}

/** Reproduces `CreateGeneratedAntiAffinity`. */
function generatedAntiAffinity(cluster: JsonMap, section: JsonMap | undefined): JsonMap | undefined {
  if (booleanAt(section, 'enablePodAntiAffinity') === false) return undefined
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
  return stringAt(section, 'podAntiAffinityType') === 'required'
    ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
    : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] }
}
