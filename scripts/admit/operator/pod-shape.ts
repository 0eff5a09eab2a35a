// Does JSON still decode into a Kubernetes Pod, as far as patches of a database's pod go?
import type { Json } from '../../model.ts'
import { readQuantity } from '../../quantity.ts'
import { mapAt } from './subject.ts'

type Leaf = 'text' | 'whole' | 'boolean' | 'quantity' | 'port'
type Shape = Leaf | { readonly list: Shape } | { readonly map: Shape } | { readonly members: { readonly [name: string]: Shape } }

const list = (shape: Shape): Shape => ({ list: shape })
const map = (shape: Shape): Shape => ({ map: shape })
const object = (members: { readonly [name: string]: Shape }): Shape => ({ members })
/** Members of one type, by their names. */
const each = (names: string, shape: Shape): { [name: string]: Shape } => Object.fromEntries(names.split(' ').map((name) => [name, shape]))

const keyReference = object({ ...each('name key', 'text'), optional: 'boolean' })
const variable = object({
  ...each('name value', 'text'),
  valueFrom: object({ ...each('secretKeyRef configMapKeyRef', keyReference), fieldRef: object(each('apiVersion fieldPath', 'text')) }),
})
const probe = object({
  ...each('initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold terminationGracePeriodSeconds', 'whole'),
  httpGet: object({ ...each('path host scheme', 'text'), port: 'port', httpHeaders: list(object(each('name value', 'text'))) }),
  exec: object({ command: list('text') }),
  tcpSocket: object({ host: 'text', port: 'port' }),
})
const profiles = each('seccompProfile appArmorProfile', object(each('type localhostProfile', 'text')))
const securityContext = object({
  ...each('runAsUser runAsGroup fsGroup', 'whole'),
  ...each('runAsNonRoot privileged readOnlyRootFilesystem allowPrivilegeEscalation', 'boolean'),
  ...each('procMount fsGroupChangePolicy', 'text'),
  capabilities: object(each('add drop', list('text'))),
  seLinuxOptions: object(each('user role type level', 'text')),
  supplementalGroups: list('whole'),
  sysctls: list(object(each('name value', 'text'))),
  ...profiles,
})
const container = object({
  ...each('name image workingDir imagePullPolicy terminationMessagePath terminationMessagePolicy restartPolicy', 'text'),
  ...each('command args', list('text')),
  ...each('stdin stdinOnce tty', 'boolean'),
  ports: list(object({ ...each('name hostIP protocol', 'text'), ...each('containerPort hostPort', 'whole') })),
  env: list(variable),
  envFrom: list(object({ prefix: 'text', ...each('configMapRef secretRef', object({ name: 'text', optional: 'boolean' })) })),
  resources: object(each('limits requests', map('quantity'))),
  volumeMounts: list(object({ ...each('name mountPath subPath mountPropagation subPathExpr', 'text'), readOnly: 'boolean' })),
  ...each('livenessProbe readinessProbe startupProbe', probe),
  securityContext,
})
const selector = object({
  matchLabels: map('text'),
  matchExpressions: list(object({ ...each('key operator', 'text'), values: list('text') })),
})
const items = list(object({ ...each('key path', 'text'), mode: 'whole' }))
const volume = object({
  name: 'text',
  emptyDir: object({ medium: 'text', sizeLimit: 'quantity' }),
  persistentVolumeClaim: object({ claimName: 'text', readOnly: 'boolean' }),
  secret: object({ secretName: 'text', items, defaultMode: 'whole', optional: 'boolean' }),
  configMap: object({ name: 'text', items, defaultMode: 'whole', optional: 'boolean' }),
  hostPath: object(each('path type', 'text')),
  image: object(each('reference pullPolicy', 'text')),
  ...each('csi downwardAPI ephemeral nfs projected', object({})),
})
const podTerm = object({ labelSelector: selector, topologyKey: 'text', namespaces: list('text') })
const podAffinity = object({
  requiredDuringSchedulingIgnoredDuringExecution: list(podTerm),
  preferredDuringSchedulingIgnoredDuringExecution: list(object({ weight: 'whole', podAffinityTerm: podTerm })),
})
const pod = object({
  metadata: object({
    ...each('name namespace generateName', 'text'),
    ...each('labels annotations', map('text')),
    finalizers: list('text'),
  }),
  spec: object({
    ...each(
      'hostname subdomain nodeName serviceAccountName serviceAccount schedulerName priorityClassName restartPolicy dnsPolicy',
      'text',
    ),
    ...each('runtimeClassName preemptionPolicy', 'text'),
    ...each('terminationGracePeriodSeconds activeDeadlineSeconds priority', 'whole'),
    ...each(
      'hostNetwork hostPID hostIPC hostUsers shareProcessNamespace enableServiceLinks automountServiceAccountToken setHostnameAsFQDN',
      'boolean',
    ),
    ...each('containers initContainers ephemeralContainers', list(container)),
    volumes: list(volume),
    nodeSelector: map('text'),
    tolerations: list(object({ ...each('key operator value effect', 'text'), tolerationSeconds: 'whole' })),
    imagePullSecrets: list(object({ name: 'text' })),
    hostAliases: list(object({ ip: 'text', hostnames: list('text') })),
    readinessGates: list(object({ conditionType: 'text' })),
    topologySpreadConstraints: list(
      object({ ...each('topologyKey whenUnsatisfiable', 'text'), ...each('maxSkew minDomains', 'whole'), labelSelector: selector }),
    ),
    affinity: object({ ...each('podAffinity podAntiAffinity', podAffinity), nodeAffinity: object({}) }),
    securityContext,
    dnsConfig: object({ ...each('nameservers searches', list('text')), options: list(object(each('name value', 'text'))) }),
    overhead: map('quantity'),
  }),
  status: object({}),
})

/** Whether the API types can hold it. Members that a Pod lacks are ignored, null is the absence of a value. */
export function decodesAsPod(value: Json): boolean {
  // decoding keeps what is absent, but null empties the map that the operator writes to afterwards: it crashes
  const metadata = mapAt(value, 'metadata')
  return decodes(value, pod) && !(metadata && metadata['annotations'] === null)
}

function decodes(value: Json, shape: Shape): boolean {
  if (value === null) return true
  if (typeof shape === 'string') return isLeaf(value, shape)
  if ('list' in shape) return Array.isArray(value) && value.every((item) => decodes(item, shape.list))
  if (typeof value !== 'object' || Array.isArray(value)) return false
  if ('map' in shape) return Object.values(value).every((item) => decodes(item, shape.map))
  return Object.entries(value).every(([name, item]) => {
    const member = Object.hasOwn(shape.members, name) ? shape.members[name] : undefined
    return member === undefined || decodes(item, member)
  })
}

function isLeaf(value: Json, leaf: Leaf): boolean {
  if (leaf === 'text') return typeof value === 'string'
  if (leaf === 'boolean') return typeof value === 'boolean'
  if (leaf === 'whole') return Number.isInteger(value)
  if (leaf === 'port') return typeof value === 'string' || Number.isInteger(value)
  return readQuantity(value) !== undefined
}
