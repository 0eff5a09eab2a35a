// Does Prometheus ask the pods of a Cluster or a Pooler in the way in which they answer?
import { here, named, phrase } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { reached } from '../../operator/version.ts'
import { printed } from '../../values/printed.ts'
import type { Json } from '../../values/value.ts'
import { listAt, objectOf, objectsOf, plainAt, textAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule, ObjectsSubject } from '../subject.ts'
import { clusterKey, labelsAsked } from './neighbours.ts'
import { mayHoldOthers, ofMeshes } from './other-containers.ts'

const ports: readonly (string | number)[] = ['metrics', 9187, 9127, 'status', 8000]

interface Endpoint {
  readonly object: RenderedObject
  readonly index: number
  readonly endpoint: Json
  readonly labels: ReadonlyMap<string, string>
}

/** The endpoints of PodMonitors that select pods by labels of the operator. */
function* endpointsOf(subject: ObjectsSubject): Iterable<Endpoint> {
  for (const object of objectsOf(subject, 'PodMonitor')) {
    const labels = labelsAsked(plainAt(object.plain, 'spec', 'selector'))
    if (labels === undefined || !(labels.has(clusterKey) || labels.has('cnpg.io/poolerName'))) continue
    for (const [index, endpoint] of listAt(object.plain, 'spec', 'podMetricsEndpoints').entries()) yield { object, index, endpoint, labels }
  }
}

const fields = ['port', 'targetPort', 'portNumber'] as const

/** Whether an endpoint is the exporter; that of the instance manager has a certificate of its own, whatever serves the metrics. */
function isOfMetrics(endpoint: Json): boolean {
  const given = fields.map((field) => printed(plainAt(endpoint, field) ?? '')).filter((port) => port !== '')
  return given.length > 0 && given.every((port) => ['metrics', '9187', '9127'].includes(port))
}

/** What meshes name their own ports, at which they serve metrics of theirs. */
const isOfMesh = (port: string | number): boolean => ofMeshes.test(String(port)) || /envoy|istio|linkerd/.test(String(port))

/** Whether all the pods that the labels select are of objects here, and hold what the operator puts there. */
function areKnown({ objects }: ObjectsSubject, labels: ReadonlyMap<string, string>): boolean {
  const [cluster, pooler] = [labels.get(clusterKey), labels.get('cnpg.io/poolerName')]
  const selected = objects.filter(({ kind, name, plain }) =>
    pooler === undefined
      ? (kind === 'Cluster' && name === cluster) || (kind === 'Pooler' && textAt(plain, 'spec', 'cluster', 'name') === cluster)
      : kind === 'Pooler' && name === pooler,
  )
  return selected.length > 0 && !selected.some(({ plain }) => mayHoldOthers(plain))
}

/** The Secret with the authority that signs the certificate of the exporter. */
function authorityOf({ kind, name, plain }: RenderedObject, { objects }: ObjectsSubject): string {
  if (kind === 'Cluster') return textAt(plain, 'spec', 'certificates', 'serverCASecret') || `${name}-ca`
  const cluster = textAt(plain, 'spec', 'cluster', 'name') ?? ''
  const found = objects.find((object) => object.kind === 'Cluster' && object.name === cluster)
  const own = textAt(plain, 'spec', 'pgbouncer', 'clientCASecret', 'name')
  return own || textAt(found?.plain, 'spec', 'certificates', 'clientCASecret') || `${cluster}-ca`
}

/** The object whose pods the labels select, if there is one only. */
function monitored({ objects }: ObjectsSubject, labels: ReadonlyMap<string, string>): RenderedObject | undefined {
  const pooler = labels.get('cnpg.io/poolerName')
  if (pooler !== undefined) return objects.find(({ kind, name }) => kind === 'Pooler' && name === pooler)
  if (labels.get('cnpg.io/podRole') === 'pooler') return undefined
  const cluster = objects.find(({ kind, name }) => kind === 'Cluster' && name === labels.get(clusterKey))
  const hasPoolers = objects.some(({ kind, plain }) => kind === 'Pooler' && textAt(plain, 'spec', 'cluster', 'name') === cluster?.name)
  return hasPoolers && !labels.has('cnpg.io/podRole') ? undefined : cluster
}

function* wrongSchemes(subject: ObjectsSubject): Iterable<ObjectFinding> {
  for (const { object, index, endpoint, labels } of endpointsOf(subject)) {
    const asked = monitored(subject, labels)
    if (asked === undefined || plainAt(object.plain, 'spec', 'namespaceSelector') !== undefined) continue
    if (!isOfMetrics(endpoint) || !areKnown(subject, labels)) continue
    const path = ['spec', 'podMetricsEndpoints', index]
    const hasTls = plainAt(asked.plain, 'spec', 'monitoring', 'tls', 'enabled') === true
    const scheme = (textAt(endpoint, 'scheme') || 'http').toLowerCase()
    if ((scheme === 'https') === hasTls || !['http', 'https'].includes(scheme) || listAt(endpoint, 'relabelings').length > 0) continue
    const isWritten = plainAt(endpoint, 'scheme') !== undefined
    yield {
      object,
      message: phrase`${here('scheme')} is ${scheme}, but ${named(asked.name)} serves its metrics by ${hasTls ? 'https, as monitoring.tls says' : 'http'}: Prometheus gets none`,
      places: [{ path: isWritten ? [...path, 'scheme'] : path }],
      help: hasTls
        ? phrase`write scheme: https, and tlsConfig with the authority (secret ${named(authorityOf(asked, subject))}, key ca.crt)`
        : asked.kind === 'Cluster' || reached(subject.operator, ['1.30.0'])
          ? phrase`write scheme: http, or set monitoring.tls.enabled: true`
          : phrase`write scheme: http`,
    }
  }
}

export const monitors: readonly ObjectRule[] = [
  {
    // ports `postgresql`, `metrics` and `status` of pkg/specs/pods.go, `pgbouncer` and `metrics` of pkg/specs/pgbouncer
    id: 'policy/monitor-port',
    severity: 'warning',
    configurable: true,
    upstream: 'createPostgresContainers',
    summary: 'a PodMonitor asks a port that serves metrics, and no ServiceMonitor a Service that has none',
    reads: [],
    *check(subject) {
      for (const { object, index, endpoint, labels } of endpointsOf(subject))
        for (const field of areKnown(subject, labels) ? fields : []) {
          const port = plainAt(endpoint, field)
          if ((typeof port !== 'string' && typeof port !== 'number') || ports.includes(port) || isOfMesh(port)) continue
          yield {
            object,
            message: phrase`${field} is ${named(port)}, but pods serve their metrics at the port that is named metrics`,
            places: [{ path: ['spec', 'podMetricsEndpoints', index, field] }],
            help: phrase`write port: metrics`,
          }
        }
      const cluster = objectOf(subject, 'Cluster')
      const hasOwn =
        objectsOf(subject, 'Service').length > 0 ||
        objectsOf(subject, 'Pooler').some(({ plain }) => listAt(plain, 'spec', 'serviceTemplate', 'spec', 'ports').length > 0) ||
        listAt(cluster?.plain, 'spec', 'managed', 'services', 'additional').length > 0
      for (const object of cluster === undefined || hasOwn ? [] : objectsOf(subject, 'ServiceMonitor')) {
        if (labelsAsked(plainAt(object.plain, 'spec', 'selector'))?.get(clusterKey) !== cluster?.name) continue
        yield {
          object,
          message: phrase`ServiceMonitor selects the Services of ${named(cluster?.name)}, but these have no port for metrics`,
          places: [{ path: ['spec', 'selector'], on: 'key' }],
          help: phrase`write a PodMonitor with port: metrics, and the label ${clusterKey}`,
        }
      }
    },
  },
  {
    // monitoring.md of CloudNativePG 1.27 to 1.30: with monitoring.tls.enabled the exporter serves HTTPS instead of HTTP
    id: 'policy/monitor-scheme',
    severity: 'warning',
    configurable: true,
    upstream: 'CreatePodMonitorEndpoint',
    summary: 'a PodMonitor asks by http or https, whichever serves the metrics',
    reads: [],
    *check(subject) {
      yield* wrongSchemes(subject)
    },
  },
]
