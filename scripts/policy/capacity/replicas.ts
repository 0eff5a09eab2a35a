// Do instances, budgets and synchronous replication let nodes be drained and transactions commit?
import { fieldAt, here, named, phrase, shown } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import type { Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { isHibernated } from '../objects/hibernation.ts'
import { instancesIn, listAt, objectsOf, plainAt, textAt, typed } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'

const instances = ['spec', 'instances'] as const

/** About what runs in an environment: the samples that people try out have one instance, too. */
export const drains: readonly ObjectRule[] = [
  {
    id: 'policy/drainable',
    severity: 'warning',
    configurable: true,
    summary: 'a single instance has no PodDisruptionBudget, which would keep its node from ever being drained',
    reads: [
      ['cluster', 'instances'],
      ['cluster', 'enablePDB'],
    ],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster')) {
        const isOff = plainAt(cluster.plain, 'spec', 'enablePDB') === false
        const inMaintenance = plainAt(cluster.plain, 'spec', 'nodeMaintenanceWindow', 'inProgress') === true
        if (instancesIn(cluster) !== 1 || isOff || inMaintenance || isHibernated(cluster)) continue
        yield {
          object: cluster,
          message: phrase`${fieldAt(instances, 'instances')} is 1, but the PodDisruptionBudget keeps its node from ever being drained`,
          // who asks for the budget has the line to change, unless a higher layer leaves one instance
          places: [
            { path: ['spec', 'enablePDB'], isOptional: true },
            { path: instances, label: phrase`instances is 1` },
          ],
          help: phrase`set ${typed(subject, 'cluster.enablePDB', 'spec.enablePDB')}: false`,
        }
      }
    },
  },
]

/** Values of synchronous_commit with which a commit waits for no standby; `false`, `no` and `0` are other words for `off`. */
const notWaiting = /^(?:0|false|local|no|off)$/i

/** Where a Cluster asks for synchronous standbys. */
function synchronousOf({ plain }: RenderedObject): Path | undefined {
  const count = plainAt(plain, 'spec', 'minSyncReplicas')
  if (typeof count === 'number' && count > 0) return ['spec', 'minSyncReplicas']
  const path = ['spec', 'postgresql', 'synchronous']
  return isJsonMap(plainAt(plain, ...path)) ? path : undefined
}

export const replicas: readonly ObjectRule[] = [
  {
    // instance_manager.md of CloudNativePG 1.30: `ceiling(startDelay / 10)` failures of the startup probe, then the container is killed; up to
    // 1.20 the default was 30, and the meaning that of an initial delay (cnpg#11152)
    id: 'policy/start-has-time',
    severity: 'warning',
    configurable: true,
    summary: 'an instance has more than a minute to start, in which it may have to recover',
    reads: [['cluster', 'startDelay']],
    *check({ objects }) {
      for (const cluster of objects.filter(({ kind }) => kind === 'Cluster')) {
        const delay = plainAt(cluster.plain, 'spec', 'startDelay')
        const probe = plainAt(cluster.plain, 'spec', 'probes', 'startup', 'failureThreshold')
        if (typeof delay !== 'number' || delay <= 0 || delay > 60 || (typeof probe === 'number' && probe > 0)) continue
        yield {
          object: cluster,
          message: phrase`${here('startDelay')} is ${delay} seconds, after which an instance that is still recovering is killed, each time again`,
          places: [{ path: ['spec', 'startDelay'] }],
          help: phrase`remove it: 3600 is the default, and no instance waits for it`,
        }
      }
    },
  },
  {
    // `TryShuttingDownSmartFast` of CloudNativePG 1.27 to 1.30 drops the smart shutdown ("Ignoring maxStopDelay <= smartShutdownTimeout");
    // instance_manager.md wants 15 seconds for the fast one
    id: 'policy/stop-has-time',
    severity: 'warning',
    configurable: true,
    summary: 'there is time for a fast shutdown, after a smart one, too',
    reads: [],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster')) {
        const [smart, stop] = ['smartShutdownTimeout', 'stopDelay'].map((field) => plainAt(cluster.plain, 'spec', field))
        // without a written one, the default is dropped, and nobody waits for it
        if (typeof smart !== 'number' || smart <= 0) {
          if (typeof stop !== 'number' || stop <= 0 || stop >= 15) continue
          yield {
            object: cluster,
            message: phrase`${here('stopDelay')} is ${stop} seconds, but a fast shutdown needs at least 15: PostgreSQL is killed, and has to recover`,
            places: [{ path: ['spec', 'stopDelay'] }],
            help: phrase`remove it: 1800 is the default, and no instance waits for it`,
          }
          continue
        }
        const all = typeof stop === 'number' ? stop : 1800
        if (all - smart >= 15) continue
        yield {
          object: cluster,
          message:
            all <= smart
              ? phrase`${here('smartShutdownTimeout')} is ${smart}, but stopDelay is ${all}: the operator makes no smart shutdown at all`
              : phrase`${here('smartShutdownTimeout')} is ${smart} of ${all} seconds, but a fast shutdown after it needs at least 15`,
          places: [{ path: ['spec', 'smartShutdownTimeout'] }],
          help: phrase`raise stopDelay to ${smart + 15} or more, or lower smartShutdownTimeout`,
        }
      }
    },
  },
  {
    id: 'policy/spare-synchronous-standby',
    severity: 'warning',
    configurable: true,
    preset: 'production',
    summary: 'synchronous replication that is required leaves one standby to spare',
    reads: [
      ['cluster', 'postgresql', 'synchronous'],
      ['cluster', 'instances'],
    ],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster')) {
        const path = ['spec', 'postgresql', 'synchronous']
        const synchronous = plainAt(cluster.plain, ...path)
        const [number, instances] = [plainAt(synchronous, 'number'), instancesIn(cluster)]
        if (!isJsonMap(synchronous) || typeof number !== 'number' || instances === undefined || instances < 2) continue
        const others = listAt(synchronous, 'standbyNamesPre').length + listAt(synchronous, 'standbyNamesPost').length
        const isPreferred = textAt(synchronous, 'dataDurability') === 'preferred'
        if (isPreferred || others > 0 || number !== instances - 1) continue
        yield {
          object: cluster,
          message: phrase`${here('number')} is ${named(number)} of ${instances - 1} standbys, but then one that is away stops every commit`,
          places: [{ path: [...path, 'number'] }, { path: ['spec', 'instances'], label: phrase`instances is ${instances}` }],
          help: phrase`raise instances to ${instances + 1}, or set dataDurability: preferred beside it`,
        }
      }
    },
  },
  {
    // PostgreSQL, "synchronous_commit": with local or off no commit waits for synchronous_standby_names
    id: 'policy/commits-wait',
    severity: 'warning',
    configurable: true,
    summary: 'commits wait for the standbys where synchronous replication is asked for',
    reads: [
      ['cluster', 'postgresql', 'synchronous'],
      ['cluster', 'postgresql', 'parameters', 'synchronous_commit'],
    ],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster')) {
        const path = ['spec', 'postgresql', 'parameters', 'synchronous_commit']
        const commit = textAt(cluster.plain, ...path) ?? ''
        const asked = notWaiting.test(commit) ? synchronousOf(cluster) : undefined
        if (asked === undefined) continue
        yield {
          object: cluster,
          message: phrase`${here('synchronous_commit')} is ${shown(commit)}, but then no commit waits for a standby, unless its session asks for it`,
          places: [{ path }, { path: asked, on: 'key', label: phrase`synchronous replication is asked for here` }],
          help: phrase`remove it (on is the default), or ask for no synchronous replication`,
        }
      }
    },
  },
  {
    id: 'policy/streaming-probe-starts',
    severity: 'warning',
    configurable: true,
    upstream: 'explicitSynchronousStandbyNamesDataDurabilityPreferred (cloudnative-pg#10547)',
    summary: 'a streaming startup or readiness probe is not combined with failoverQuorum and preferred durability',
    reads: [['cluster', 'postgresql', 'synchronous']],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster')) {
        const path = ['spec', 'postgresql', 'synchronous']
        const annotated = plainAt(cluster.plain, 'metadata', 'annotations', 'alpha.cnpg.io/failoverQuorum')
        const hasQuorum = plainAt(cluster.plain, ...path, 'failoverQuorum') === true || annotated === 't' || annotated === 'true'
        const isPreferred = textAt(cluster.plain, ...path, 'dataDurability') === 'preferred'
        // a standby is among the synchronous ones once it is ready, and gets its slot only when one is
        const name = ['startup', 'readiness'].find((one) => textAt(cluster.plain, 'spec', 'probes', one, 'type') === 'streaming')
        if (!hasQuorum || !isPreferred || name === undefined) continue
        yield {
          object: cluster,
          message: phrase`${here(`type of the ${name} probe`)} is streaming, but with failoverQuorum and preferred durability no standby gets ready`,
          places: [
            { path: ['spec', 'probes', name, 'type'] },
            { path: [...path, 'dataDurability'], label: phrase`dataDurability is preferred` },
          ],
          help: phrase`set dataDurability: required, or remove type: streaming from the ${name} probe`,
        }
      }
    },
  },
]
