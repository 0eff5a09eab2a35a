// Does a database that must survive have a standby, and did a null take one away?
import type { Message } from '../../findings/finding.ts'
import { here, named, phrase } from '../../findings/message.ts'
import { printed } from '../../values/printed.ts'
import { instancesIn, isOfChart, objectOf, plainAt, switchedOff, textAt, inProduction } from '../subject.ts'
import { majorOfImage } from '../../operator/major.ts'
import type { ObjectRule, PolicyRule, PolicySubject } from '../subject.ts'

const resourceNames = /^(?:cpu|memory|ephemeral-storage|hugepages-[A-Za-z0-9.]+)$/

/** The instances that the operator will run; the CRD's default is 1. */
function instancesOf(subject: PolicySubject): number | undefined {
  const cluster = objectOf(subject, 'Cluster')
  if (cluster === undefined) return undefined
  return instancesIn(cluster)
}

export const availability: readonly PolicyRule[] = [
  {
    id: 'policy/standby-exists',
    severity: 'warning',
    configurable: true,
    preset: 'production',
    summary: 'a database in production has a standby',
    reads: [['cluster', 'instances']],
    *check(subject) {
      if (subject.database.retired !== undefined || instancesOf(subject) !== 1) return
      const path = ['cluster', 'instances']
      const cluster = objectOf(subject, 'Cluster')
      if (cluster === undefined || switchedOff(subject.values, path) !== undefined) return
      const isChart = isOfChart(subject)
      yield {
        ...(!isChart && { object: cluster }),
        message: phrase`${here(isChart ? 'cluster.instances' : 'instances')} is 1, but ${inProduction(subject)}: a failed node stops the database`,
        places: [{ path: isChart ? path : ['spec', 'instances'] }],
        help: phrase`set instances: 3, or write \`# allow policy/standby-exists: <reason>\` above`,
      }
    },
  },
  {
    id: 'policy/null-keeps-instances',
    severity: 'warning',
    configurable: true,
    summary: 'a null does not quietly lower the number of instances',
    reads: [['cluster', 'instances']],
    *check(subject) {
      const path = ['cluster', 'instances']
      const off = switchedOff(subject.values, path)
      const instances = instancesOf(subject)
      if (off === undefined || instances === undefined || typeof off.before !== 'number' || instances >= off.before) return
      yield {
        message: phrase`${here('cluster.instances')} is null, but that means ${named(instances)}, not the ${named(off.before)} of the lower layer`,
        places: [{ path }],
        help: phrase`remove the line to keep ${named(off.before)}, or write the number`,
      }
    },
  },
  {
    id: 'policy/null-keeps-major',
    severity: 'warning',
    configurable: true,
    summary: 'a null does not quietly choose an older PostgreSQL',
    reads: [['version', 'postgresql']],
    *check(subject) {
      const path = ['version', 'postgresql']
      const off = switchedOff(subject.values, path)
      const before = Number.parseInt(printed(off?.before), 10)
      const now = majorOfImage(textAt(objectOf(subject, 'Cluster')?.plain, 'spec', 'imageName') ?? '')
      if (off === undefined || now === undefined || Number.isNaN(before) || now >= before) return
      yield {
        message: phrase`${here('version.postgresql')} is null, but that means ${named(now)}, not the ${named(before)} of the lower layer`,
        places: [{ path }],
        help: phrase`remove the line to keep ${named(before)}, or write the version`,
      }
    },
  },
]

/** Those about the pods, whose resources manifests have, too. */
export const resources: readonly ObjectRule[] = [
  {
    id: 'policy/known-resource',
    severity: 'warning',
    configurable: true,
    summary: 'requests and limits name resources that Kubernetes knows',
    reads: [['cluster', 'resources']],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      if (cluster === undefined) return
      for (const side of ['requests', 'limits']) {
        const amounts = plainAt(cluster.plain, 'spec', 'resources', side)
        if (typeof amounts !== 'object' || amounts === null || Array.isArray(amounts)) continue
        for (const name of Object.keys(amounts)) {
          // an extended resource has a domain: nvidia.com/gpu
          if (resourceNames.test(name) || name.includes('/')) continue
          yield {
            object: cluster,
            message: phrase`resource is \`${named(name)}\` in ${side}, but pods take cpu, memory, ephemeral-storage or hugepages-<size>`,
            places: [{ path: ['spec', 'resources', side, name], on: 'key' as const }],
            help: suggestion(name),
          }
        }
      }
    },
  },
]

function suggestion(name: string): Message {
  const lower = name.toLowerCase()
  if (/^m/.test(lower)) return phrase`did you mean \`memory\`?`
  if (/^c/.test(lower)) return phrase`did you mean \`cpu\`?`
  return phrase`the API server refuses pods that ask for an unknown resource; remove it`
}
