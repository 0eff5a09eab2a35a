// Is the pod on which a patch is tried the one that the operator would build, and is the result still a pod?
import { describe, expect, it } from 'vitest'
import { admit } from '../../scripts/admit/admit.ts'
import { basePod } from '../../scripts/operator/pod/pod.ts'
import { decodesAsPod, losesAnnotations } from '../../scripts/operator/pod/pod-shape.ts'
import { jsonAt } from '../../scripts/operator/subject.ts'
import type { Json, JsonMap } from '../../scripts/values/value.ts'

function cluster(spec: JsonMap, annotations: JsonMap = {}): JsonMap {
  const metadata = { name: 'c1', annotations }
  return { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', metadata, spec: { storage: { size: '1Gi' }, ...spec } }
}

/** The value at a path of the pod of a defaulted cluster. */
function podAt(spec: JsonMap, path: readonly (string | number)[], operator = '1.30.0'): Json | undefined {
  return jsonAt(basePod(admit(cluster(spec), { operator }).defaulted ?? {}, operator), ...path)
}

describe('the pod of a cluster', () => {
  const affinity = ['spec', 'affinity']
  it('has no affinity without any', () => {
    expect(podAt({ affinity: { enablePodAntiAffinity: false } }, affinity)).toBeUndefined()
    expect(podAt({ affinity: { enablePodAntiAffinity: false, additionalPodAffinity: {} } }, affinity)).toEqual({ podAffinity: {} })
  })
  it("has the author's terms after its own", () => {
    const preferred = [{ weight: 1, podAffinityTerm: { topologyKey: 'zone' } }]
    const additionalPodAntiAffinity = { preferredDuringSchedulingIgnoredDuringExecution: preferred }
    const path = [...affinity, 'podAntiAffinity', 'preferredDuringSchedulingIgnoredDuringExecution']
    expect(podAt({ affinity: { additionalPodAntiAffinity } }, [...path, 0, 'weight'])).toBe(100)
    expect(podAt({ affinity: { additionalPodAntiAffinity } }, [...path, 1])).toEqual(preferred[0])
  })
  it('has the volumes that the cluster describes', () => {
    const projectedVolumeTemplate = { sources: [{ secret: { name: 'x' } }] }
    expect(podAt({ projectedVolumeTemplate }, ['spec', 'volumes', 3, 'projected', 'sources'])).toEqual(projectedVolumeTemplate.sources)
    expect(podAt({ ephemeralVolumesSizeLimit: { shm: '1Gi' } }, ['spec', 'volumes', 2, 'emptyDir', 'sizeLimit'])).toBe('1Gi')
    const tablespaces = [{ name: 'a', storage: { size: '1Gi' } }]
    const mount = podAt({ projectedVolumeTemplate, tablespaces }, ['spec', 'containers', 0, 'volumeMounts', 4, 'name'])
    expect(mount).toBe('projected')
    const extensions = [{ name: 'a', image: { reference: 'x' } }]
    expect(podAt({ postgresql: { extensions } }, ['spec', 'volumes', 3, 'image'], '1.27.1')).toEqual({ reference: 'x' })
    expect(podAt({ postgresql: { extensions } }, ['spec', 'volumes', 3])).toBeUndefined()
  })
  it('has the probes, flags and labels of its release', () => {
    const probes = { startup: { periodSeconds: 30 }, liveness: { failureThreshold: 2 } }
    expect(podAt({ probes }, ['spec', 'containers', 0, 'startupProbe', 'failureThreshold'])).toBe(120)
    expect(podAt({ probes }, ['spec', 'containers', 0, 'livenessProbe', 'failureThreshold'])).toBe(2)
    expect(podAt({ monitoring: { tls: { enabled: true } } }, ['spec', 'containers', 0, 'command', 4])).toBe('--metrics-port-tls')
    expect(podAt({}, ['metadata', 'labels', 'app.kubernetes.io/name'])).toBe('postgresql')
    expect(podAt({}, ['metadata', 'labels', 'app.kubernetes.io/name'], '1.27.1')).toBeUndefined()
  })
  it("has the author's security context plus defaults", () => {
    const path = ['spec', 'securityContext']
    expect(podAt({}, path)).toMatchObject({ fsGroup: 26, runAsNonRoot: true })
    expect(podAt({ podSecurityContext: { runAsUser: 7 } }, path)).toEqual({
      runAsUser: 7,
      runAsGroup: 26,
      seccompProfile: { type: 'RuntimeDefault' },
    })
  })
})

describe('a patched pod', () => {
  const good: [string, JsonMap][] = [
    ['is one without anything', {}],
    ['may have members that a Pod lacks', { spec: { nope: 1 }, nope: 2 }],
    ['may have nulls', { metadata: null, spec: { containers: [null] } }],
    ['may have a time with an hour of one digit', { status: { startTime: '2030-01-01T1:00:00Z' } }],
    ['may have a port by number', { spec: { containers: [{ lifecycle: { preStop: { tcpSocket: { port: 2147483647 } } } }] } }],
  ]
  it.each(good)('%s', (_, pod) => expect(decodesAsPod(pod, '1.30.0')).toBe(true))

  const bad: [string, JsonMap][] = [
    ['has texts where texts belong', { kind: 5 }],
    ['has a generation of 64 bits', { metadata: { generation: 1e19 } }],
    ['has times as Go reads them', { metadata: { creationTimestamp: '2030-01-01t00:00:00z' } }],
    ['has owners that are maps', { metadata: { ownerReferences: ['x'] } }],
    ['has members in any case', { Spec: { HostName: 5 } }],
    ['has a port of 32 bits', { spec: { containers: [{ lifecycle: { preStop: { tcpSocket: { port: 2147483648 } } } }] } }],
    ['has a priority of 32 bits', { spec: { priority: 2147483648 } }],
    ['has conditions that are maps', { status: { conditions: [1] } }],
  ]
  it.each(bad)('%s', (_, pod) => expect(decodesAsPod(pod, '1.30.0')).toBe(false))

  it('crashes the webhook when it loses its annotations, which hides all other mistakes', () => {
    expect(losesAnnotations({ metadata: { Annotations: null } })).toBe(true)
    expect(losesAnnotations({ metadata: {} })).toBe(false)
    const patch = '[{"op":"add","path":"/metadata/annotations","value":null}]'
    const { stage, errors } = admit(cluster({ imageName: 'x:latest' }, { 'cnpg.io/podPatch': patch }), { operator: '1.30.0' })
    expect(stage).toBe('webhook')
    expect(errors.map(({ field, type }) => [field, type])).toEqual([['', 'Denied']])
  })
})
